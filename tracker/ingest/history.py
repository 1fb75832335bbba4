"""Ingests past records of a source: many in one transaction, without alerts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from tracker import parsing
from tracker.documents.identity import LASTING, document_id_of
from tracker.errors import ParseError, TrackerError
from tracker.ingest import apply
from tracker.ingest.answers import resource
from tracker.ingest.decision import decide
from tracker.ingest.ingest import OF_VALUES, Ingest
from tracker.ingest.reading import NewVersion, Reading
from tracker.logs import Logger
from tracker.model import Fetched
from tracker.storage import versions

log = Logger()


class HistoryIngest(Ingest):
    """Ingests the answers of a history beside those of polls."""

    def ingest_history(
        self,
        many: Sequence[Fetched],
        now: datetime,
        *,
        listing: Fetched | None = None,
        mark: Callable[[Connection], None] | None = None,
    ) -> tuple[int, list[str]]:
        """Ingests past records without alerts. Returns the number of new ones, and a line for each that could not
        be read and is held. New records are written in one transaction with their list and with the position that
        `mark` writes, from which the backfill continues. Known records are ingested one at a time before that."""
        fresh: dict[str, NewVersion] = {}
        usual: list[Fetched] = []
        for fetched in many:
            decision = self._history(fetched, now)
            if decision is None or decision.version.document_id in fresh:
                usual.append(fetched)
            else:
                fresh[decision.version.document_id] = decision
        with self.store.read() as connection:
            stored = versions.known_keys(connection, list(fresh))
        usual += [fresh.pop(document_id).fetched for document_id in sorted(stored)]
        count, troubles = self._one_by_one(usual, now)
        try:
            self._write_history(list(fresh.values()), listing, mark)
        except Exception as error:
            if isinstance(error, TrackerError):
                raise
            if isinstance(error, DBAPIError) and not isinstance(error, OF_VALUES):
                raise
            # One of them cannot be written, or another source has just stored it: one at a time, to find which.
            log.warning(
                "a page of history is ingested one record at a time", source=self.source.id, cause=str(error)
            )
            more, failed = self._one_by_one([decision.fetched for decision in fresh.values()], now)
            self._write_history([], listing, mark)
            return count + more, troubles + failed
        return count + len(fresh), troubles

    def _history(self, fetched: Fetched, now: datetime) -> NewVersion | None:
        """The decision on a record without a stored version; None for records of `ingest`."""
        if fetched.attachments or fetched.role not in LASTING:
            return None
        try:
            document = parsing.read(fetched)
            reading = Reading(document_id_of(self.source, fetched, document), document, None, None, (), True)
            decision = decide(fetched, reading, **self.given, baseline=True, now=now)
        except Exception as error:  # noqa: BLE001 - `ingest` meets it again, and holds the record with the reason
            log.info("a record of the past failed", source=self.source.id, key=fetched.key, cause=str(error))
            return None
        return decision if isinstance(decision, NewVersion) else None

    def _one_by_one(self, many: Sequence[Fetched], now: datetime) -> tuple[int, list[str]]:
        count, troubles = 0, list[str]()
        for fetched in many:
            try:
                count += self.ingest(fetched, now).change is not None
            except ParseError as error:
                troubles.append(f"{fetched.key}: {error.line()}")
        return count, troubles

    def _write_history(
        self,
        decisions: Sequence[NewVersion],
        listing: Fetched | None,
        mark: Callable[[Connection], None] | None,
    ) -> None:
        evidence = {} if listing is None else {listing.key: resource(self.source, listing)}
        with self.store.write() as connection:
            saved = apply.add_history(connection, decisions, self.source)
            if listing is not None:
                self.save_evidence(connection, listing, evidence)
            if mark is not None:
                mark(connection)
        self.remember({**saved, **evidence})
