"""Changes: stored whole as their JSON record, with tables for searching."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, Row, Table, delete, func, insert, select, text, update

from tracker.documents.names import nickname, quoted_name
from tracker.model import Change, Op, Operation, UnitKind
from tracker.serialization import change_from_json, change_to_json
from tracker.storage import blobs, corrections, document_names, integrity, reviews, text_index
from tracker.storage.schema import (
    CHANGE,
    CHANGE_PROFILE,
    CHANGE_STATUS,
    CHANGE_TEXT,
    CHANGE_TOPIC,
    DATA_VERSION,
    DOCUMENT_RELATION,
    LEGAL_DATE,
)
from tracker.text import index_form, name_key
from tracker.text.words import index_words

_ORDERS = ("E.O. ", "Proclamation ")
# The tables that are derived from a change's record.
_FOUND_BY = (CHANGE_TEXT, CHANGE_TOPIC, CHANGE_PROFILE, CHANGE_STATUS, LEGAL_DATE, DOCUMENT_RELATION)


@dataclass(frozen=True, slots=True)
class ChangeEntry:
    """A change with its document, the version of it, and further search words in English and Japanese (labels)."""

    change: Change
    document_id: str
    version: int
    words: tuple[str, str] = ("", "")


def save(connection: Connection, entry: ChangeEntry, operations: Sequence[Operation] | None = None) -> None:
    """Stores a change as the rules found it, or replaces it under the same id. A reviewer's correction applies to
    what it is found by. Operations of None keep the stored ones."""
    seen = corrections.with_leading(connection, entry.change)
    stored = connection.execute(
        select(CHANGE.c.seq, CHANGE.c.operations).where(CHANGE.c.id == entry.change.id)
    ).first()
    kept = None if stored is None else stored.operations
    values = _values(entry, seen, blobs.put(connection, operations_json(operations)) if operations else kept)
    if stored is None:
        seq = int(connection.execute(insert(CHANGE).values(**values).returning(CHANGE.c.seq)).scalar_one())
    else:
        seq = int(stored.seq)
        connection.execute(update(CHANGE).where(CHANGE.c.seq == seq).values(**values))
        _forget(connection, seq)
        reviews.refresh(connection, entry.change.id)  # an earlier revision's review does not count
    _index(connection, [(seq, replace(entry, change=seen))])


def add_many(connection: Connection, entries: Sequence[ChangeEntry]) -> None:
    """Writes many changes whose ids are new."""
    last = connection.execute(select(func.max(CHANGE.c.seq))).scalar() or 0
    numbered = list(enumerate(entries, last + 1))
    connection.execute(
        insert(CHANGE), [{"seq": seq, **_values(entry, entry.change)} for seq, entry in numbered]
    )
    _index(connection, numbered)


def _values(entry: ChangeEntry, seen: Change, operations: str | None = None) -> dict[str, Any]:
    """The row of a change; `seen` is the change with a reviewer's corrections."""
    change = entry.change
    if change.corrections:
        raise ValueError(f"{change.id}: a record holds what the rules found, not what was corrected of it")
    values = {
        "id": change.id,
        "document_id": entry.document_id,
        "version": entry.version,
        "source": change.source,
        "kind": str(change.kind),
        "document_number": change.document_number,
        "citation": change.citation,
        "level": seen.tagging.level.rank,
        "direction": None if seen.tagging.direction is None else str(seen.tagging.direction),
        "published": change.published,
        "detected_at": change.detected_at,
        "baseline": change.baseline,
        "editorial": change.editorial,
        "revision": change.revision,
        "operations": operations,
        "record": json.dumps(change_to_json(change), ensure_ascii=False, separators=(",", ":")),
    }
    level = seen.tagging.level.rank or max(_profile_levels(seen).values(), default=0)
    return {**values, "row_hash": integrity.change_hash(values), "queue_level": level}


def _index(connection: Connection, numbered: Sequence[tuple[int, ChangeEntry]]) -> None:
    """Writes the tables for searching, which are derived from the record."""
    rows: dict[Table, list[dict[str, Any]]] = {table: [] for table in _FOUND_BY}
    for seq, entry in numbered:
        tagging = entry.change.tagging
        rows[CHANGE_TEXT].append({"seq": seq, **_texts(entry)})
        rows[CHANGE_TOPIC] += [{"seq": seq, "topic": topic.id} for topic in tagging.topics]
        rows[CHANGE_PROFILE] += [
            {"seq": seq, "profile": name, "level": level}
            for name, level in _profile_levels(entry.change).items()
        ]
        rows[CHANGE_STATUS] += [
            {"seq": seq, "state": status.state, "since": status.since, "until": status.until}
            for status in tagging.status
        ]
        rows[LEGAL_DATE] += [
            {"seq": seq, "type": day.type, "day": day.date, "superseded": day.superseded}
            for day in tagging.dates
        ]
        rows[DOCUMENT_RELATION] += [
            {"seq": seq, "relation": link.relation, "target": name_key(link.target)} for link in tagging.links
        ]
    for table, values in rows.items():
        if values:
            connection.execute(insert(table), values)
    if rows[CHANGE_TEXT]:
        text_index.add(connection, rows[CHANGE_TEXT])


def _profile_levels(change: Change) -> dict[str, int]:
    """The rank of the highest level for each profile that the change touches."""
    found: dict[str, int] = {}
    for match in change.profiles:
        found[match.profile] = max(match.level.rank, found.get(match.profile, 0))
    return found


def get(connection: Connection, change_id: str) -> Change | None:
    found = connection.execute(select(CHANGE.c.record).where(CHANGE.c.id == change_id)).scalar()
    return None if found is None else change_from_json(json.loads(found))


def entry(connection: Connection, change_id: str) -> ChangeEntry | None:
    """A change as the rules found it, with its document and version, without further words."""
    row = connection.execute(
        select(CHANGE.c.record, CHANGE.c.document_id, CHANGE.c.version).where(CHANGE.c.id == change_id)
    ).first()
    return (
        ChangeEntry(change_from_json(json.loads(row.record)), row.document_id, row.version) if row else None
    )


def find(connection: Connection, reference: str) -> list[tuple[Change, str, int]]:
    """The records that a document number, an FR citation (also of a page within a document) or a title identifies, with document_id and version. A
    title that several documents have identifies none, so that no stay is attributed by guess."""
    columns = select(CHANGE.c.record, CHANGE.c.document_id, CHANGE.c.version)
    rows = connection.execute(
        columns.where((CHANGE.c.document_number == reference) | (CHANGE.c.citation == reference)).order_by(
            CHANGE.c.seq
        )
    ).all()
    if not rows and len(ids := document_names.on_page(connection, reference)) == 1:
        rows = connection.execute(columns.where(CHANGE.c.document_id == ids[0]).order_by(CHANGE.c.seq)).all()
    if not rows and reference.startswith(_ORDERS):
        rows = _bearing(connection, _phrase(reference), lambda change: change.order == reference)
    name = name_key(reference)
    if not rows and name.count(" ") >= 2:
        rows = _bearing(connection, _phrase(name), lambda change: name_key(change.title) == name)
    if not rows and (words := nickname(reference)):
        rows = _bearing(
            connection, _all_of(words), lambda change: quoted_name(change, reference), kind="rule"
        )
    return [(change_from_json(json.loads(row.record)), row.document_id, row.version) for row in rows]


def of_documents(connection: Connection, identities: Sequence[str]) -> list[Change]:
    """The newest record of each of these documents."""
    rows = connection.execute(
        select(CHANGE.c.document_id, CHANGE.c.record)
        .where(CHANGE.c.document_id.in_(list(identities)))
        .order_by(CHANGE.c.seq)
    )
    return [change_from_json(json.loads(record)) for record in {row[0]: row[1] for row in rows}.values()]


def _bearing(
    connection: Connection, query: str, meant: Callable[[Change], bool], kind: str = ""
) -> Sequence[Row[Any, Any, Any]]:
    """The one record with these words, if there is exactly one."""
    found = text_index.found(connection, query, kind, 200)
    columns = select(CHANGE.c.record, CHANGE.c.document_id, CHANGE.c.version)
    rows = connection.execute(columns.where(CHANGE.c.seq.in_(found))).all()
    named = [row for row in rows if meant(change_from_json(json.loads(row.record)))]
    return named if len(named) == 1 else []


def _phrase(words: str) -> str:
    return '"' + words.replace('"', '""') + '"'


def _all_of(words: Sequence[str]) -> str:
    quoted = [_phrase(word) for word in words]
    return " AND ".join('("ai" OR "artificial intelligence")' if word == '"ai"' else word for word in quoted)


def relation_targets(connection: Connection, references: Sequence[str]) -> set[str]:
    """Which of these document numbers and citations a stored document acts on."""
    rows = connection.execute(
        select(DOCUMENT_RELATION.c.target).where(DOCUMENT_RELATION.c.target.in_(list(references))).distinct()
    )
    return {str(row.target) for row in rows}


def changes_relating_to(connection: Connection, references: Sequence[str]) -> list[Change]:
    """The changes whose documents act on the document with these names, oldest first."""
    return [change for change, _, _ in entries_relating_to(connection, references)]


def entries_relating_to(connection: Connection, references: Sequence[str]) -> list[tuple[Change, str, int]]:
    """`changes_relating_to` with document_id and version, each once."""
    acting = select(DOCUMENT_RELATION.c.seq).where(DOCUMENT_RELATION.c.target.in_(list(references)))
    rows = connection.execute(
        select(CHANGE.c.record, CHANGE.c.document_id, CHANGE.c.version)
        .where(CHANGE.c.seq.in_(acting))
        .order_by(CHANGE.c.published, CHANGE.c.seq)
    )
    return [(change_from_json(json.loads(row.record)), row.document_id, row.version) for row in rows]


def entries_of_text(connection: Connection, key: str) -> list[ChangeEntry]:
    """The changes of the texts with this key (`15 CFR 744`), whichever source has them."""
    columns = select(CHANGE.c.record, CHANGE.c.document_id, CHANGE.c.version)
    names = [f"{source}:{key}" for source in sources(connection)]
    rows = connection.execute(columns.where(CHANGE.c.document_id.in_(names)).order_by(CHANGE.c.seq))
    return [
        ChangeEntry(change_from_json(json.loads(row.record)), row.document_id, row.version) for row in rows
    ]


def sources(connection: Connection) -> list[str]:
    """The sources of the stored changes, found by a step in the index for each, not by reading it."""
    step = text(
        "WITH RECURSIVE step(source) AS (SELECT min(source) FROM change UNION ALL SELECT (SELECT min(source) FROM change"
        " WHERE source > step.source) FROM step WHERE step.source IS NOT NULL) SELECT source FROM step WHERE source IS NOT NULL"
    )
    return [str(source) for source in connection.execute(step).scalars()]


def number_of_writes(connection: Connection) -> int:
    """A number that grows with each write to changes, versions and the rest of what the viewer shows."""
    return int(connection.execute(select(DATA_VERSION.c.number)).scalar_one())


def of_document(connection: Connection, document_id: str) -> Change | None:
    """The record of a document with an identity of its own (`fr:2025-19001`)."""
    found = connection.execute(
        select(CHANGE.c.record).where(CHANGE.c.document_id == document_id).order_by(CHANGE.c.seq).limit(1)
    ).scalar()
    return None if found is None else change_from_json(json.loads(found))


def records_of_document(connection: Connection, document_id: str) -> list[tuple[Change, int]]:
    """Every record of a document with its version, the oldest first."""
    columns = select(CHANGE.c.record, CHANGE.c.version)
    rows = connection.execute(columns.where(CHANGE.c.document_id == document_id).order_by(CHANGE.c.seq))
    return [(change_from_json(json.loads(row.record)), row.version) for row in rows]


def operations(connection: Connection, change_id: str) -> tuple[Operation, ...]:
    digest = connection.execute(select(CHANGE.c.operations).where(CHANGE.c.id == change_id)).scalar()
    return () if digest is None else operations_from(blobs.get(connection, digest))


def operations_json(items: Sequence[Operation]) -> bytes:
    rows = [{name: getattr(item, name) for name in Operation.__slots__} for item in items]
    return json.dumps(rows, ensure_ascii=False, separators=(",", ":")).encode()


def operations_from(data: bytes) -> tuple[Operation, ...]:
    found = []
    for row in json.loads(data):
        values = {name: row[name] for name in Operation.__slots__ if name in row}
        values["op"] = Op(values["op"])
        values["kind"] = UnitKind(values["kind"])
        values["spans"] = tuple((kind, words) for kind, words in values["spans"])
        found.append(Operation(**values))
    return tuple(found)


def _forget(connection: Connection, seq: int) -> None:
    """Removes a change from the tables that are derived from its record."""
    old = connection.execute(
        select(CHANGE_TEXT.c.seq, CHANGE_TEXT.c.title, CHANGE_TEXT.c.en, CHANGE_TEXT.c.ja).where(
            CHANGE_TEXT.c.seq == seq
        )
    ).first()
    if old is not None:
        text_index.forget(connection, old._asdict())
    for table in _FOUND_BY:
        connection.execute(delete(table).where(table.c.seq == seq))


def _texts(entry: ChangeEntry) -> dict[str, str]:
    """The search text of a change: its title, its other English words, and the Japanese ones in pairs."""
    change = entry.change
    tagging = change.tagging
    en = [
        change.abstract, change.document_number or "", change.citation or "", change.order or "",
        " ".join(change.agencies), tagging.summary.en, tagging.reason.en,
        " ".join(tagging.units[:500]), " ".join(tagging.eccns[:500]), entry.words[0],
    ]  # fmt: skip
    ja = [tagging.summary.ja, tagging.reason.ja, entry.words[1]]
    return {
        "title": index_form(change.title),
        "en": index_form(" ".join(filter(None, en))),
        "ja": index_words(" ".join(filter(None, ja))),
    }
