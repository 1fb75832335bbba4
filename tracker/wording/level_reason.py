"""Why a document in which no act was read has its level: the rule that gave it, in both languages."""

from __future__ import annotations

import tomllib
from functools import lru_cache
from importlib.resources import files

from tracker.model import Level, LocalizedText

# Of a rule that has no Japanese name.
_OTHERWISE = {
    Level.NONE: "対象分野外",
    Level.LOW: "対象分野の文書。影響は限定的",
    Level.MEDIUM: "対象分野の文書。関係する取引があれば確認",
    Level.HIGH: "対象分野の重要な文書。該当取引の有無の確認が必要",
    Level.CRITICAL: "対象分野の重要な文書。直ちに対応が必要",
}


@lru_cache(maxsize=1)
def _names() -> dict[str, str]:
    names: dict[str, str] = tomllib.loads(
        (files("tracker.wording") / "level_reasons.toml").read_text("utf-8")
    )["names"]
    return names


def level_reason(rule: str, level: Level) -> LocalizedText:
    """The reason of a level by the name of its rule; a rule without a Japanese name says what its level asks for."""
    return LocalizedText(f"{_names().get(rule) or _OTHERWISE[level]}。", f"{rule[:1].upper()}{rule[1:]}.")
