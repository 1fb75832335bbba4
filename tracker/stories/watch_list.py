"""The watched instruments with their status: what `tracker effects --watched` shows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Connection

from tracker.config.models import Instrument
from tracker.effects import RecordedEffect
from tracker.i18n import t
from tracker.legal_status.register import first_day
from tracker.legal_status.ribbons import state_words
from tracker.legal_status.watched import watched
from tracker.model import Language
from tracker.rendering.effect_text import effect_line
from tracker.rendering.terminal import aligned
from tracker.sanitize import sanitize_line
from tracker.serialization import effect_to_json
from tracker.stories.law import Law, law_on, state_to_json

_EARLIEST = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class WatchedInstrument:
    """A watched instrument: what holds on a day, and the newest effect on it or of it."""

    name: str
    title: str
    law: Law
    last: RecordedEffect | None


def watch_list(connection: Connection, own: Iterable[Instrument], day: date) -> list[WatchedInstrument]:
    """Return the watched instruments with their status on a day, the shipped ones first."""
    rows = []
    for one in watched(own):
        law = law_on(connection, one.name, day)
        last = next(iter(newest_first((*law.effects, *law.caused))), None)
        rows.append(WatchedInstrument(one.name, law.title or one.title, law, last))
    return rows


def newest_first(found: Iterable[RecordedEffect]) -> list[RecordedEffect]:
    """Return effects with the one that became known last first; of those of one moment, the one that begins last."""
    return sorted(
        found,
        key=lambda one: (one.effect.known_at or _EARLIEST, first_day(one.effect.from_) or date.min, one.id),
        reverse=True,
    )


def watch_list_to_json(rows: Iterable[WatchedInstrument]) -> list[dict[str, Any]]:
    return [
        {
            "name": row.name,
            "title": row.title or None,
            "found": row.law.found,
            "status": [state_to_json(state) for state in row.law.status],
            "next": [state_to_json(state) for state in row.law.ahead],
            "last": effect_to_json(row.last) if row.last else None,
            "change": row.law.change,
        }
        for row in rows
    ]


def watch_table(rows: Iterable[WatchedInstrument], language: Language) -> str:
    """Return one line for each instrument: its name, its status, its newest effect, its title."""
    table = [[t(f"watched.head.{name}", language) for name in ("name", "status", "last", "title")]]
    for row in rows:
        states = "; ".join(state_words(state, language) for state in row.law.status)
        nothing = t("watched.not-stored" if not row.law.found else "law.no-status", language)
        last = effect_line(row.last, language) if row.last else ""
        table.append([sanitize_line(row.name), states or nothing, last, sanitize_line(row.title)])
    return "\n".join(aligned(table))
