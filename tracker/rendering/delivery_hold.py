"""Why a delivery is owed, waits, or is not sent at all, in words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from tracker.alerts.incidents import WHY
from tracker.i18n import format_timestamp, label, t
from tracker.model import Language
from tracker.sanitize import sanitize_line
from tracker.storage.instants import from_text

# As `routing` writes a reason into the store, in English, for logs and programs.
_ROUTE = re.compile(
    r"(?:route (?P<number>\d+)|no route is set: every channel): (?P<conditions>.+)", re.DOTALL
)
_LEVEL = re.compile(r"level (?P<level>[a-z]+) is (?P<least>[a-z]+) or above")
_AMONG = re.compile(
    r"(?P<what>topic|direction|source|kind) in (?P<values>.+)|profile (?P<profile>.+)", re.DOTALL
)
_UNREAD = re.compile(r"nobody acknowledged it within (?P<span>.+)", re.DOTALL)


def reason_line(reason: str, language: Language) -> str:
    """The reason of a delivery (`routing.Routed.reason`, or of a notice) in the reader's language; what is not known here
    stays as it is."""
    if language == "en":
        return sanitize_line(reason)
    if unread := _UNREAD.fullmatch(reason):
        return t("owed.unread", language, span=sanitize_line(unread["span"]))
    if reason == WHY:
        return t("owed.outage", language)
    found = _ROUTE.fullmatch(reason)
    if found is None:
        return sanitize_line(reason)
    said = t("owed.joint", language).join(
        _condition(each, language) for each in found["conditions"].split("; ")
    )
    if found["number"]:
        return t("owed.route", language, number=found["number"], said=said)
    return t("owed.every", language, said=said)


def _condition(words: str, language: Language) -> str:
    if level := _LEVEL.fullmatch(words):
        return t(
            "owed.level", language,
            level=label("level", level["level"], language), least=label("level", level["least"], language),
        )  # fmt: skip
    among = _AMONG.fullmatch(words)
    if among is None:
        return sanitize_line(words)
    if among["profile"]:
        return t("owed.profile", language, name=sanitize_line(among["profile"]))
    values = [among["values"]] if among["what"] == "source" else among["values"].split(", ")
    if among["what"] != "source":
        values = [label(among["what"], value, language) for value in values]
    return t(
        f"owed.{among['what']}", language, names=t("owed.joint", language).join(map(sanitize_line, values))
    )


def recipient_lines(delivery: Mapping[str, Any], language: Language) -> list[str]:
    """How each recipient of a delivery (a row of `store.reading`) stands, by its address; none where the channel has one."""
    return [
        t(
            f"delivery.recipient-{row['state']}",
            language,
            name=sanitize_line(row["recipient"]),
            answer=sanitize_line(row["answer"]),
        )
        for row in delivery["recipients"]
        if row["recipient"]
    ]


def hold_line(delivery: Mapping[str, Any], language: Language, timezone: str) -> str:
    """By which rule a delivery (a row of `store.reading`) waits or is withheld, and until when; empty where it does
    not wait."""
    held = delivery["held"]
    if held is None or delivery["state"] not in {"pending", "withheld"}:
        return ""
    what = sanitize_line(held.get("value", ""))
    if held.get("scope") == "topic":
        what = label("topic", what, language)
    return t(
        f"held.{held['rule']}", language, until=format_timestamp(from_text(held["until"]), timezone),
        number=held.get("number", ""), what=t(f"held.of-{held['scope']}", language, name=what) if what else "",
    )  # fmt: skip
