"""Why an act matters to a firm in Japan, in both languages."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from functools import lru_cache
from importlib.resources import files

from tracker.model import Act, ActVerb, Direction, Force, JapanStanding, Level, LocalizedText, Operand
from tracker.terms import party_list_name
from tracker.wording.act_terms import ALL_IN, is_general, legal_places, party_list, with_japan
from tracker.wording.amounts import amount
from tracker.wording.english import EnglishAct
from tracker.wording.facts import DocumentFacts
from tracker.wording.japanese import JapaneseAct

Pair = tuple[str, str]
_NO_FACTS = DocumentFacts()
_LONGEST = 60
_QUOTED = re.compile("[「“]")
_BINDING = frozenset({Force.BINDING_NOW, Force.BINDING_FROM})


@lru_cache(maxsize=1)
def _table() -> dict[str, dict[str, list[str]]]:
    return tomllib.loads((files("tracker.wording") / "reasons.toml").read_text("utf-8"))


def reason(
    act: Act,
    level: Level | None = None,
    direction: Direction | None = None,
    *,
    others: Sequence[Act] = (),
) -> LocalizedText:
    """What the act changes for a firm in Japan, Japan's place in it, whether it binds, and what to do at this level.
    `level` and `direction` are the document's; without them the act's own. `others`: as for `headline`."""
    act = with_japan(act, others)
    level = act.level if level is None else level
    direction = act.direction if direction is None else direction
    pieces = [_effect(act, direction)] if _is_plain(act) else []
    if direction is Direction.UNDETERMINED:
        pieces.append(_pair("direction", "undetermined"))
    pieces += _japan(act, direction)
    if act.force not in _BINDING and act.verb is not ActVerb.DIRECT_AGENCY:
        pieces.append(_pair("force", act.force))
    if level is Level.CRITICAL or (
        level is not Level.NONE and not (pieces and pieces[0][0].endswith("必要"))
    ):
        pieces.append(_pair("level", level))
    return LocalizedText(ja="".join(f"{ja}。" for ja, _ in pieces), en=" ".join(f"{en}." for _, en in pieces))


_LIST_TABLES = {
    "SDN List": "sdn-list",
    "UFLPA Entity List": "uflpa-list",
    "Denied Persons": "denied-persons-list",
}
_REGIMES = {
    Operand.LICENSE_REQUIREMENT: ("bis", "president"),
    Operand.LICENSE_EXCEPTION: ("bis", "president"),
    Operand.END_USE_CONTROL: ("bis", "president"),
    Operand.REVIEW_POLICY: ("bis", "president"),
    Operand.FDPR: ("bis", "president"),
    Operand.DE_MINIMIS: ("bis", "president"),
}


def _is_plain(act: Act) -> bool:
    """Whether the effect follows from the act: read from the text and not from the title alone, in its own field of law, and not of
    a clause that only may come to apply."""
    if act.evidence.where == "title" and not (
        act.of or act.objects or act.eccns or act.parties or act.amount_after
    ):
        return False
    if act.force is Force.STUDIED and act.verb not in (
        ActVerb.INVESTIGATE,
        ActVerb.REQUEST_COMMENTS,
        ActVerb.DIRECT_AGENCY,
    ):
        return False
    if act.operand is Operand.DUTY and ALL_IN.search(act.evidence.quote) and not act.amount_before:
        return False
    if re.search(r"\bICTS?\b|[Cc]onnected [Vv]ehicle|information and communications", act.evidence.quote):
        return act.operand is Operand.ICT_RULE
    actors = _REGIMES.get(act.operand) if act.operand else None
    return actors is None or act.actor in actors or not act.actor


def _pair(group: str, name: str) -> Pair:
    ja, en = _table()[group][name]
    return ja, en


def _by_standing(act: Act) -> str:
    """The name of the table for the operand where Japan has this standing; empty where there is none."""
    name = f"{act.operand or 'none'}-{act.japan}"
    return name if name in _table() else ""


def _list_table(act: Act) -> str:
    """The name of the table for a listing: what a list does follows from the list, else from who keeps it."""
    named = party_list(act, "ja")
    for words, name in _LIST_TABLES.items():
        if named and named == party_list_name(words):
            return name
    return "listing" if act.actor in ("bis", "") else "other-list"


def _effect(act: Act, direction: Direction) -> Pair:
    name = _by_standing(act) or str(act.operand or "none")
    if act.operand is None and legal_places(act):
        name = "rule-text"
    if act.operand is Operand.LISTING:
        name = _list_table(act)
    if act.verb is ActVerb.PENALIZE and act.operand is not Operand.EXPORT_PRIVILEGES:
        name = "penalty"
    words = _table()[name]
    ja, en = words.get(direction, words["other"])
    japanese, english = JapaneseAct(act, _NO_FACTS), EnglishAct(act, _NO_FACTS)
    named = bool(japanese.of) and not is_general(act.of)
    return (
        _filled(ja, japanese.hit, "対象品", f"{japanese.of}向けの" if named else ""),
        _filled(en, english.hit, "these goods", f" to {english.of}" if named else ""),
    )


def _filled(words: str, hit: str, otherwise: str, to: str) -> str:
    """`{x}` is what is hit, where its name is short and no quotation; `{to}` the countries that items go to."""
    short = 0 < len(hit) <= _LONGEST and not _QUOTED.search(hit)
    filled = words.replace("{x}", hit if short else otherwise).replace("{to}", to)
    return filled[0].upper() + filled[1:]


def _japan(act: Act, direction: Direction) -> list[Pair]:
    if act.japan is JapanStanding.NOT_NAMED:
        return []
    if act.japan_rate:
        rate = act.japan_rate
        return [
            (f"日本に適用される税率は{amount(rate, 'ja')}", f"The rate for Japan is {amount(rate, 'en')}")
        ]
    if act.operand is Operand.LISTING and act.japan is not JapanStanding.OUT:
        return [("日本所在の者が掲載対象", "Parties in Japan are concerned")]
    if act.japan is not JapanStanding.OUT:
        return [] if _by_standing(act) else [_pair("japan", act.japan)]
    if "japan" in act.of:
        return []  # Japan is among those let off: the effect says so
    if _by_standing(act) or direction is not Direction.RESTRICTION:
        return [("日本は対象外", "Japan is not covered")]
    return [_pair("japan", act.japan)]
