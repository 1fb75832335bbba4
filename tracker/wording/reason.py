"""Why an act matters to a firm in Japan, in both languages."""

from __future__ import annotations

import tomllib
from functools import lru_cache
from importlib.resources import files

from tracker.model import Act, Direction, Force, JapanStanding, Level, LocalizedText
from tracker.wording.amounts import amount

Pair = tuple[str, str]
_BINDING = frozenset({Force.BINDING_NOW, Force.BINDING_FROM})


@lru_cache(maxsize=1)
def _table() -> dict[str, dict[str, list[str]]]:
    return tomllib.loads((files("tracker.wording") / "reasons.toml").read_text("utf-8"))


def reason(act: Act, level: Level | None = None, direction: Direction | None = None) -> LocalizedText:
    """What the act changes for a firm in Japan, Japan's place in it, whether it binds, and what to do at this level.
    `level` and `direction` are the document's; without them the act's own."""
    level = act.level if level is None else level
    direction = act.direction if direction is None else direction
    pieces = [_effect(act, direction)]
    if direction is Direction.UNDETERMINED:
        pieces.append(_pair("direction", "undetermined"))
    pieces += _japan(act)
    if act.force not in _BINDING:
        pieces.append(_pair("force", act.force))
    if level is not Level.NONE:
        pieces.append(_pair("level", level))
    return LocalizedText(ja="".join(f"{ja}。" for ja, _ in pieces), en=" ".join(f"{en}." for _, en in pieces))


def _pair(group: str, name: str) -> Pair:
    ja, en = _table()[group][name]
    return ja, en


def _effect(act: Act, direction: Direction) -> Pair:
    words = _table()[act.operand or "none"]
    ja, en = words.get(direction, words["other"])
    return ja, en


def _japan(act: Act) -> list[Pair]:
    if act.japan is JapanStanding.NOT_NAMED:
        return []
    if act.japan_rate:
        rate = act.japan_rate
        return [
            (f"日本に適用される税率は{amount(rate, 'ja')}", f"The rate for Japan is {amount(rate, 'en')}")
        ]
    return [_pair("japan", act.japan)]
