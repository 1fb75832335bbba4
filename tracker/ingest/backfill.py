"""Loads the history of a source without alerts: page by page, each in one transaction with the cursor of the next."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial

from sqlalchemy import Connection

from tracker import sources
from tracker.config.models import Source
from tracker.ingest.history import HistoryIngest
from tracker.ingest.poll import PollContext
from tracker.sources.events import ResourceError
from tracker.storage import source_state


@dataclass(frozen=True, slots=True)
class Progress:
    """The state after each page. `done`: records read by this run and by earlier interrupted ones; `total`: all
    records, where known; `stored`: new records; `troubles`: records that could not be read."""

    source: str
    done: int
    total: int | None
    stored: int
    troubles: tuple[str, ...] = ()


def run(source: Source, context: PollContext, since: date) -> Iterator[Progress]:
    """Loads history from `since` on, and continues where an earlier run with the same `since` was interrupted."""
    state = source_state.source_states(context.store, [source.id])[source.id]
    key = since.isoformat()
    cursor = {
        name[len(key) + 1 :]: value for name, value in state.backfill.items() if name.startswith(f"{key}/")
    }
    ingest = HistoryIngest(
        context.store,
        context.settings,
        source,
        source_state.load_resources(context.store, [source.id])[source.id],
        baseline=True,
        again=lambda fetched: sources.refetch(source, fetched, context.client),
    )
    stored = 0
    for page in sources.poll_history(source, context.client, since, cursor, context.now()):
        troubles = [_line(trouble) for trouble in page.troubles]
        now = context.now().replace(microsecond=0)
        values = {f"{key}/{name}": value for name, value in page.cursor.items()}
        new, unread = ingest.ingest_history(
            page.fetched, now, listing=page.listing, mark=partial(_mark, source=source.id, values=values)
        )
        stored += new
        troubles += unread
        yield Progress(source.id, page.done, page.total, stored, tuple(troubles))


def _mark(connection: Connection, *, source: str, values: Mapping[str, str]) -> None:
    source_state.set_backfill(connection, source, values)


def _line(trouble: ResourceError) -> str:
    return f"{trouble.key}: {trouble.error.line()}"
