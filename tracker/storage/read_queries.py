"""Read-only queries of the store for `changes`, `show`, `status` and `deadlines`.

Plain SQL (`reading`), because these commands should answer before SQLAlchemy has been imported. Records are returned
as stored JSON objects.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from tracker.errors import UsageError
from tracker.serialization import format_instant
from tracker.storage import kept_counts, location, reader_connection
from tracker.storage.change_query import ALL, DAY, RANKED, RESEMBLING, ChangeQuery, conditions, rank_column
from tracker.storage.deliveries import DELIVERY_STATES, DeliveryKind
from tracker.storage.instants import from_text
from tracker.storage.leading_records import leading_records, leading_texts
from tracker.storage.recipient_queries import held, with_recipients
from tracker.storage.story_queries import FACE, texts_with_stories
from tracker.storage.text_index import MATCHES
from tracker.text import search_key

_SUMS = ", ".join(f"sum({state}) AS {state}" for state in DELIVERY_STATES)


class StoreReader:
    """Opens a state for reading. Raises StoreError where there is no state, or where it cannot be read. A state of
    an older version is upgraded first."""

    def __init__(self, state: Path) -> None:
        self.url = location.url_of(state)
        self.connection = reader_connection.opened(state)

    def committed(self) -> int | None:
        """A number that changes with each commit of another connection; None where the database has none."""
        if self.url is not None:
            return None
        return int(self.connection.execute("PRAGMA data_version").fetchone()[0])

    def close(self) -> None:
        self.connection.close()

    def changes(self, wanted: ChangeQuery) -> list[dict[str, Any]]:
        """The matching changes, newest first."""
        return [json.loads(found) for found in self.records(wanted)]

    def records(self, wanted: ChangeQuery) -> list[str]:
        """The matching changes as stored JSON: newest first; with words, the best match first."""
        seqs = self.seqs(wanted)
        rows = self.connection.execute(
            f"SELECT {FACE} FROM (SELECT key AS place, CAST(value AS INTEGER) AS number FROM json_each(?)) AS page JOIN change ON seq = number ORDER BY place",  # noqa: S608
            [json.dumps(seqs)],
        ).fetchall()
        return texts_with_stories(self.connection, rows, leading_texts(self.connection, rows))

    def seqs(self, wanted: ChangeQuery, without: Sequence[int] = ()) -> list[int]:
        """The row numbers of one page of the matching changes, in order."""
        match = wanted.match
        where, values = conditions(replace(wanted, terms=(), query=None) if match else wanted)
        table, order = f"{MATCHES} JOIN change ON seq = hit" if match else "change", f"{DAY} DESC, seq DESC"
        if match:
            values, order = [match, *values], f"{RANKED}, {order}"
        if without:
            where += " AND seq NOT IN (SELECT CAST(value AS INTEGER) FROM json_each(?))"
            values = [*values, json.dumps(list(without))]
        rows = self.connection.execute(
            f"SELECT seq FROM {table} WHERE {where} ORDER BY {order} LIMIT ? OFFSET ?",  # noqa: S608 - conditions are ours, values are bound
            [*values, wanted.limit, wanted.offset],
        )
        return [row["seq"] for row in rows]

    def data_version(self) -> int:
        """A number that changes with each write to what the viewer shows."""
        return kept_counts.data_version(self.connection)

    def count(self, wanted: ChangeQuery) -> int:
        where, values = conditions(wanted)
        if where == ALL:
            return sum(self.levels().values())
        query = f"SELECT count(*) FROM change WHERE {where}"  # noqa: S608 - conditions are ours, values are bound
        return int(self.connection.execute(query, values).fetchone()[0])

    def levels(self, wanted: ChangeQuery | None = None) -> dict[int, int]:
        """The number of changes by the rank of their level; with a profile, of their level for it."""
        if wanted is None:
            return kept_counts.levels(self.connection)
        where, values = conditions(wanted)
        rank = rank_column(wanted)
        if wanted.profile is not None:
            rank = "(SELECT level FROM change_profile WHERE change_profile.seq = change.seq AND profile = ?)"
            values = [wanted.profile, *values]
        query = f"SELECT {rank} AS rank, count(*) FROM change WHERE {where} GROUP BY 1"  # noqa: S608
        return dict(self.connection.execute(query, values).fetchall())

    def acting_on(self, references: Sequence[str]) -> list[dict[str, Any]]:
        """The records whose documents act on a document with one of these names, oldest first."""
        marks = ", ".join("?" * len(references))
        rows = self.connection.execute(
            f"SELECT id, record FROM change WHERE seq IN (SELECT seq FROM document_relation WHERE target IN ({marks}))"  # noqa: S608
            " ORDER BY published, seq",
            list(references),
        )
        return list(leading_records(self.connection, rows))

    def names(self, reference: str) -> str:
        """The id of the record that a document number or FR citation names; empty where none is stored."""
        row = self.connection.execute(
            "SELECT id FROM change WHERE document_number = :name OR citation = :name ORDER BY seq LIMIT 1",
            {"name": reference},
        ).fetchone()
        return row["id"] if row else ""

    def has_operations(self, change_id: str) -> bool:
        query = "SELECT 1 FROM change WHERE id = ? AND operations <> ''"
        return self.connection.execute(query, [change_id]).fetchone() is not None

    def texts(self, sources: Sequence[str]) -> list[dict[str, Any]]:
        """The documents of these sources that have versions: document_id, source, key, number of versions, time of
        the last, and the title that its newest record has."""
        marks = ", ".join("?" * len(sources))
        rows = self.connection.execute(
            "SELECT document_id, min(source) AS source, min(key) AS key, count(*) AS states, max(at) AS at,"  # noqa: S608
            " (SELECT record ->> 'title' FROM change WHERE change.document_id = version.document_id"
            " ORDER BY change.version DESC, change.seq DESC LIMIT 1) AS title FROM version"
            f" WHERE source IN ({marks}) GROUP BY document_id ORDER BY 2, 3 LIMIT 2000",
            list(sources),
        )
        return [dict(row) for row in rows]

    def text_states(self, document_id: str) -> list[dict[str, Any]]:
        """The versions of one document, oldest first: ordinal, when stored, as of which day (the eCFR's, or that from which a
        revision of a law of Japan applies), SHA-256. `applies`: false for a revision whose day is not set, or that was withdrawn.
        """
        rows = self.connection.execute(
            "SELECT ordinal, version.at AS at, snapshot.meta ->> 'as_of' AS as_of, sha256, fetched_at, snapshot.meta ->> 'day' AS day_said,"
            " (SELECT absence.change FROM absence WHERE absence.source = version.source AND absence.key = version.key) AS withdrawn FROM version"
            " LEFT JOIN snapshot ON snapshot.id = CAST(version.snapshots ->> '$[0]' AS INTEGER) WHERE document_id = ? ORDER BY ordinal",
            [document_id],
        )
        return [
            {
                **{name: row[name] for name in ("ordinal", "at", "as_of", "sha256")},
                "fetched_at": from_text(row["fetched_at"]),
                "applies": row["day_said"] != "not-set"
                and (row["withdrawn"] is None or row["as_of"] is None),
            }
            for row in rows
        ]

    def changes_of(self, document_id: str) -> list[dict[str, Any]]:
        """The records of one text or document, newest first."""
        rows = self.connection.execute(
            "SELECT id, record FROM change WHERE document_id = ? ORDER BY version DESC, seq DESC",
            [document_id],
        )
        return list(leading_records(self.connection, rows))

    def states_of(self, change_id: str) -> list[dict[str, Any]]:
        """The records of the same text or document, before and after this one, oldest first: id, title, published,
        detected_at, level (rank), editorial, baseline."""
        rows = self.connection.execute(
            "SELECT id, record ->> 'title' AS title, published, detected_at, level, editorial, baseline FROM change"
            " WHERE document_id = (SELECT document_id FROM change WHERE id = ?) ORDER BY version, seq",
            [change_id],
        )
        return [dict(row) for row in rows]

    def deliveries_in(self, state: str, limit: int = 200, *, digests: bool = False) -> list[dict[str, Any]]:
        """Alerts in one state, and digests on request, newest first, each with its last attempt. An alert has the title
        of its subject; the `change_id` of a digest is its week."""
        rows = self.connection.execute(
            "SELECT delivery.id, delivery.kind, subject_id AS change_id, channel, language, profile, delivery.revision, state, attempts, reason, delivery.created_at,"
            " next_attempt_at, hold_reason AS held, coalesce(change.record ->> 'title', notice.data ->> 'title',"
            " notice.kind || ' ' || (notice.data ->> 'subject')) AS title, coalesce(change.level, notice.level) AS level,"
            " (SELECT at FROM attempt WHERE delivery_id = delivery.id ORDER BY attempt.id DESC LIMIT 1) AS at,"
            " (SELECT answer FROM attempt WHERE delivery_id = delivery.id ORDER BY attempt.id DESC LIMIT 1) AS answer"
            " FROM delivery LEFT JOIN change ON change.id = subject_id LEFT JOIN notice ON notice.id = subject_id"
            " WHERE delivery.kind IN ('alert', ?) AND state = ? ORDER BY delivery.id DESC LIMIT ?",
            ["digest" if digests else "alert", state, limit],
        )
        return with_recipients(self.connection, map(held, rows))

    def change(self, reference: str) -> dict[str, Any]:
        """The record with this id, beginning of an id, document number or FR citation. Raises UsageError where none
        or several match."""
        rows = self.connection.execute(
            f"SELECT {FACE} FROM change WHERE id = :name OR document_number = :name OR citation = :name LIMIT 3",  # noqa: S608
            {"name": reference},
        ).fetchall()
        if not rows and re.fullmatch(r"(chg_)?[0-9a-f]{4,16}", reference):
            start = reference if reference.startswith("chg_") else f"chg_{reference}"
            rows = self.connection.execute(
                f"SELECT {FACE} FROM change WHERE id >= ? AND id < ? LIMIT 3",  # noqa: S608
                [start, f"{start}g"],
            ).fetchall()
        if not rows:
            raise UsageError(f"no change is called {reference!r}", cure="`tracker changes` lists them")
        if len(rows) > 1:
            raise UsageError(f"{reference!r} names more than one change", cure="give more of the id")
        texts = texts_with_stories(self.connection, rows, leading_texts(self.connection, rows))
        found: dict[str, Any] = json.loads(texts[0])
        return found

    def seal(self, change_id: str) -> str:
        """The hash of a change with the state of the register of effects; empty where no change has that id."""
        register = "SELECT count(*) || '/' || coalesce(max(known_at), '') || '/' || coalesce(max(retracted_at), '') FROM effect"
        query = f"SELECT row_hash || '/' || ({register}) AS seal FROM change WHERE id = ?"  # noqa: S608 - no value in it
        row = self.connection.execute(query, [change_id]).fetchone()
        return row["seal"] if row else ""

    def deliveries(self, change_id: str) -> list[dict[str, Any]]:
        """The deliveries of a change, with their recipients and attempts."""
        rows = self.connection.execute(
            "SELECT id, channel, revision, state, attempts, reason, created_at, next_attempt_at, hold_reason AS held FROM delivery"
            " WHERE subject_id = ? ORDER BY id",
            [change_id],
        ).fetchall()
        return [
            {**row, "tries": [dict(attempt) for attempt in self.connection.execute(
                "SELECT at, ok, answer, seconds FROM attempt WHERE delivery_id = ? ORDER BY id", [row["id"]]
            )]}
            for row in with_recipients(self.connection, map(held, rows))
        ]  # fmt: skip

    def answers(self, change_id: str) -> list[dict[str, Any]]:
        """The answers on which a change is based, those of the earlier state first: side (`before`, `after`), url,
        status, fetched_at, sha256, and the server's certificate (`tls`, null where unknown)."""
        rows = self.connection.execute(
            "SELECT CASE WHEN version.ordinal < change.version THEN 'before' ELSE 'after' END AS side, snapshot.url, status, fetched_at,"
            " sha256, tls FROM change JOIN version ON version.document_id = change.document_id"
            " AND version.ordinal IN (change.version - 1, change.version) CROSS JOIN json_each(version.snapshots) AS part"
            " JOIN snapshot ON snapshot.id = CAST(part.value AS INTEGER) WHERE change.id = ? ORDER BY version.ordinal, part.key",
            [change_id],
        )
        return [
            {**dict(row), "fetched_at": from_text(row["fetched_at"]), "tls": json.loads(row["tls"] or "null")}
            for row in rows
        ]

    def reviews(self, change_ids: Sequence[str] | None = None) -> list[dict[str, Any]]:
        """The reviews, oldest first: of these changes, or of all."""
        of = "" if change_ids is None else " WHERE change_id IN (SELECT value FROM json_each(?))"
        rows = self.connection.execute(
            f"SELECT id, change_id, revision, at, who, action, value, note, chain FROM review{of} ORDER BY id",  # noqa: S608
            [] if change_ids is None else [json.dumps(list(change_ids))],
        )
        return [dict(row) for row in rows]

    def review_entries(self, first: int, last: int) -> list[dict[str, Any]]:
        """The entries of the review log with these ids."""
        rows = self.connection.execute(
            "SELECT id, change_id, action, value, note, who FROM review WHERE id BETWEEN ? AND ? ORDER BY id",
            [first, last],
        )
        return [dict(row) for row in rows]

    def has_any(self, what: str, value: str) -> bool:
        """Whether a change has this `topic`, `source` or `profile`."""
        table = {"topic": "change_topic", "source": "change", "profile": "change_profile"}[what]
        query = f"SELECT 1 FROM {table} WHERE {what} = ? LIMIT 1"  # noqa: S608 - names of ours
        return self.connection.execute(query, [value]).fetchone() is not None

    def beside(self, change_id: str) -> dict[str, Any]:
        """The results of the assistants, which are no findings: the similar topic (`resembles`), and the last
        attempt at a model summary of the current revision (`model_summary`); each None where there is none."""
        like = self.connection.execute(
            "SELECT topic, round(score, 2) AS score, reference, similarity_result.made_with FROM change"  # noqa: S608 - ours
            f" JOIN similarity_result ON change_id = change.id WHERE change.id = ? AND {RESEMBLING}",
            [change_id],
        ).fetchone()
        wrote = self.connection.execute(
            "SELECT state, reason, model, at, prompt, ja, en, quotes, left_out FROM model_summary"
            " JOIN change ON change.id = change_id AND change.revision = model_summary.revision"
            " WHERE change_id = ? ORDER BY model_summary.id DESC LIMIT 1",
            [change_id],
        ).fetchone()
        summary = None
        if wrote is not None:
            summary = {
                **dict(wrote),
                "at": format_instant(from_text(wrote["at"])),
                "written_by": "model",
                "checked": False,
            }
            parts = zip(
                wrote["ja"].splitlines(), wrote["en"].splitlines(), json.loads(wrote["quotes"]), strict=True
            )
            summary["sentences"] = [{"ja": ja, "en": en, "quote": quote} for ja, en, quote in parts]
            for column in ("ja", "en", "quotes"):
                del summary[column]
        return {"resembles": dict(like) if like else None, "model_summary": summary}

    def titles(self, change_ids: Iterable[str]) -> dict[str, dict[str, Any]]:
        """Title and document number of changes, by their ids."""
        wanted = json.dumps(list(change_ids))
        rows = self.connection.execute(
            "SELECT id, record ->> 'title' AS title, document_number FROM change"
            " WHERE id IN (SELECT value FROM json_each(?))",
            [wanted],
        )
        return {row["id"]: {"title": row["title"], "document_number": row["document_number"]} for row in rows}

    def assignees(self) -> list[str]:
        """Everybody to whom a change was ever assigned."""
        query = "SELECT DISTINCT value FROM review WHERE action = 'assign' AND value <> '' ORDER BY value"
        return [row["value"] for row in self.connection.execute(query)]

    def spellings(self, name: str) -> tuple[str, ...]:
        """The forms in which changes were assigned to this name, whatever its case and width; the name itself first."""
        key = search_key(name)
        return (name, *(one for one in self.assignees() if one != name and search_key(one) == key))

    def sources(self) -> dict[str, dict[str, Any]]:
        return {row["id"]: dict(row) for row in self.connection.execute("SELECT * FROM source ORDER BY id")}

    def size(self) -> int:
        """The size of the database in bytes, including its free pages."""
        if self.url is not None:
            return int(self.connection.execute("SELECT pg_database_size(current_database())").fetchone()[0])
        return int(
            self.connection.execute(
                "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size"
            ).fetchone()[0]
        )

    def disk(self) -> dict[str, dict[str, int]]:
        """The number of stored answers of each source, their compressed and uncompressed bytes, and the number
        dropped by retention. The bytes of a blob count for the first source that stored it. Kept counts, so this is
        fast."""
        rows = self.connection.execute(
            "SELECT source, answers, compressed_size AS packed, uncompressed_size AS unpacked, dropped FROM source_disk"
        )
        return {row["source"]: {name: row[name] for name in row.keys()[1:]} for row in rows}

    def reconciliations(self) -> dict[str, dict[str, Any]]:
        """The last audit of each source."""
        rows = self.connection.execute(
            "SELECT source, at, since, ok, record FROM reconciliation"
            " WHERE id IN (SELECT (SELECT id FROM reconciliation WHERE source = source.id ORDER BY at DESC, id DESC LIMIT 1)"
            " FROM source)"
        )
        return {row["source"]: {**dict(row), "record": json.loads(row["record"])} for row in rows}

    def channels(self) -> dict[str, dict[str, Any]]:
        """The number of messages (alerts and digests) in each state and the last attempt of each channel."""
        found: dict[str, dict[str, Any]] = {}
        for row in self.connection.execute(
            f"SELECT count.*, at, ok, answer FROM (SELECT channel, max(last_attempt) AS last_attempt, {_SUMS}"  # noqa: S608
            " FROM delivery_count GROUP BY channel) AS count LEFT JOIN attempt ON attempt.id = last_attempt"
        ):
            counts = {name: row[name] for name in DELIVERY_STATES}
            last = {name: row[name] for name in ("at", "ok", "answer")} if row["at"] else None
            found[row["channel"]] = {**counts, "last": last}
        return found

    def delivery_counts(self, kind: DeliveryKind) -> dict[str, int]:
        """The number of deliveries of a kind in each state."""
        return kept_counts.deliveries(self.connection, kind)

    def dead_digests(self) -> list[dict[str, Any]]:
        """The weekly digests that are dead, newest first."""
        rows = self.connection.execute(
            "SELECT subject_id AS week, delivery.channel, language, profile, attempts, answer, at AS ended_at"
            " FROM delivery JOIN attempt ON attempt.id = (SELECT max(id) FROM attempt WHERE delivery_id = delivery.id)"
            " WHERE kind = 'digest' AND state = 'dead' ORDER BY delivery.id DESC"
        )
        return [dict(row) for row in rows]

    def open_incidents(self) -> list[dict[str, Any]]:
        """The open incidents, oldest first: subject, reason, cause (JSON or None), opened_at."""
        rows = self.connection.execute(
            "SELECT subject, reason, cause, opened_at FROM incident WHERE closed_at IS NULL ORDER BY opened_at, id"
        )
        return [dict(row) for row in rows]

    def planned(self, since: date, *, superseded: bool = False) -> Iterator[dict[str, Any]]:
        """The records with a date on this day or after it that is in force, or `superseded`."""
        rows = self.connection.execute(
            "SELECT id, record FROM change WHERE seq IN (SELECT seq FROM legal_date WHERE day >= ? AND superseded = ?)"
            " AND level > 0 AND NOT editorial",
            [since.isoformat(), superseded],
        )
        yield from leading_records(self.connection, rows)


@contextmanager
def open_reader(state: Path) -> Iterator[StoreReader]:
    opened = StoreReader(state)
    try:
        yield opened
    finally:
        opened.close()
