"""The duty of a line in words, from the record that `tracker duty --json` prints."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tracker.i18n import t
from tracker.model import Language
from tracker.sanitize import sanitize_line


def duty_lines(answer: Mapping[str, Any], language: Language) -> list[str]:
    """Return the lines of the answer. Words of the schedule are made safe for a terminal."""
    return [sanitize_line(line) for line in _lines(answer, language)]


def open_questions(answer: Mapping[str, Any], language: Language) -> list[str]:
    return list(answer["open_ja" if language == "ja" else "open"])


def period(one: Mapping[str, Any], language: Language) -> str:
    """Return from and until which day a heading applies; empty where neither is stated."""
    if one["from"] and one["until"]:
        return t("duty.from-until", language, since=one["from"], until=one["until"])
    if one["from"]:
        return t("duty.from", language, since=one["from"])
    return t("duty.until", language, until=one["until"]) if one["until"] else ""


def _lines(answer: Mapping[str, Any], language: Language) -> Iterator[str]:
    yield t(
        "duty.head", language, number=answer["hts"], origin=answer["origin"], day=answer["on"],
        release=answer["release"] or t("duty.no-release", language),
    )  # fmt: skip
    for row in answer["line"]:
        yield f"  {row['hts'] or '':<14} {row['description']}"
    base = answer["base"]
    if base:
        yield t("duty.base", language, rate=base["rate"], source=base["source"])
        if base["special"]:
            yield t("duty.special", language, rate=base["special"])
    for one in answer["additional"]:
        yield t(
            "duty.additional",
            language,
            heading=one["heading"],
            rate=one["rate"],
            period=period(one, language),
        )
        yield f"  “{one['quote']}”"
        yield t("duty.source", language, source=one["source"])
        for words in one["unless"]:
            yield t("duty.unless", language, words=words)
    for one in answer["if_declared"]:
        yield t("duty.declared", language, heading=one["heading"], rate=one["rate"], words=one["quote"])
    if base and not answer["additional"] and answer["state"] == "determined":
        yield t("duty.none", language)
    yield t(f"duty.state.{answer['state']}", language)
    for question in open_questions(answer, language):
        yield f"  - {question}"
