"""The stored versions of a text by their days: which one applies on a day, and which are still to come."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from tracker.clock import TOKYO, day_in, legal_day
from tracker.i18n import format_day, t
from tracker.model import Language
from tracker.storage.instants import from_text
from tracker.web.context import WebContext


def day_of(state: Mapping[str, Any]) -> date:
    """Return the day of a version: that of the source, else that on which it was stored."""
    as_of = state["as_of"]
    return date.fromisoformat(as_of) if as_of else legal_day(from_text(state["at"]))


def version_on(states: Sequence[Mapping[str, Any]], day: date) -> int:
    """Return the number of the version that is the newest on a day; that of the first version before it."""
    earlier = [state for state in states if state.get("applies", True) and day_of(state) <= day]
    newest = max(earlier, key=lambda state: (day_of(state), state["ordinal"]), default=states[0])
    return int(newest["ordinal"])


def version_today(states: Sequence[Mapping[str, Any]], today: date) -> int:
    """Return the number of the version that a text has without a day: the newest, but none that is not in force yet."""
    there = day_in(today, TOKYO)
    ahead = any(day_of(state) > there for state in states)
    return version_on(states, there if ahead else date.max)


def waits(state: Mapping[str, Any], today: date, language: Language) -> str:
    """Return the line over a version that is not law yet, or will not be; empty for any other."""
    if not state["applies"]:
        return t("web.law-not-law", language)
    day = day_of(state)
    return t("web.law-waits", language, day=format_day(day, language)) if day > day_in(today, TOKYO) else ""


def in_force(web_context: WebContext) -> dict[str, int]:
    """Return the version in force of each law of Japan, whose newest version may be still to come."""
    sources = [source.id for source in web_context.settings.sources if source.kind == "egov-law"]
    if not sources:
        return {}
    with web_context.reading() as store:
        texts = [row["document_id"] for row in store.texts(sources)]
        return {text: version_today(store.text_states(text), web_context.today()) for text in texts}
