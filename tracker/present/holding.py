"""Why a delivery waits, or is not sent at all, in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tracker.i18n import label, stamp, t
from tracker.model import Language
from tracker.present.inert import line
from tracker.store.moment import from_text


def held_line(delivery: Mapping[str, Any], language: Language, timezone: str) -> str:
    """By which rule a delivery (a row of `store.reading`) waits or is withheld, and until when; empty where it does
    not wait."""
    held = delivery["held"]
    if held is None or delivery["state"] not in {"pending", "withheld"}:
        return ""
    what = line(held.get("value", ""))
    if held.get("scope") == "topic":
        what = label("topic", what, language)
    return t(
        f"held.{held['rule']}", language, until=stamp(from_text(held["until"]), timezone),
        number=held.get("number", ""), what=t(f"held.of-{held['scope']}", language, name=what) if what else "",
    )  # fmt: skip
