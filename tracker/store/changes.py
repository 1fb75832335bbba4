"""Changes: written whole as their JSON record, found again by what they are searched by."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, delete, insert, select, text, update

from tracker.model import Change, Op, Operation, UnitKind
from tracker.record import record, restore
from tracker.store import blobs
from tracker.store.tables import CHANGE, CHANGE_TEXT, CHANGE_TOPIC, DEADLINE, LINK
from tracker.text import search_form


def save(
    connection: Connection,
    change: Change,
    *,
    identity: str,
    version: int,
    operations: Sequence[Operation] | None = None,
    words: tuple[str, str] = ("", ""),
) -> None:
    """Writes a change, or writes it anew under the same id. `words` are further words to find it by, in
    English and in Japanese (labels). Operations of None keep those that are there."""
    tagging = change.tagging
    values: dict[str, Any] = {
        "id": change.id,
        "identity": identity,
        "version": version,
        "source": change.source,
        "kind": str(change.kind),
        "document_number": change.document_number,
        "citation": change.citation,
        "level": tagging.level.rank,
        "direction": None if tagging.direction is None else str(tagging.direction),
        "published": change.published,
        "detected_at": change.detected_at,
        "baseline": change.baseline,
        "editorial": change.editorial,
        "revision": change.revision,
        "record": json.dumps(record(change), ensure_ascii=False, separators=(",", ":")),
    }
    if operations:
        values["operations"] = blobs.put(connection, operations_json(operations))
    seq = connection.execute(select(CHANGE.c.seq).where(CHANGE.c.id == change.id)).scalar()
    if seq is None:
        seq = int(connection.execute(insert(CHANGE).values(**values).returning(CHANGE.c.seq)).scalar_one())
    else:
        connection.execute(update(CHANGE).where(CHANGE.c.seq == seq).values(**values))
        _forget(connection, seq)
    if tagging.topics:
        connection.execute(
            insert(CHANGE_TOPIC), [{"seq": seq, "topic": topic.id} for topic in tagging.topics]
        )
    if tagging.dates:
        connection.execute(
            insert(DEADLINE),
            [
                {"seq": seq, "type": day.type, "day": day.date, "superseded": day.superseded}
                for day in tagging.dates
            ],
        )
    if tagging.links:
        connection.execute(
            insert(LINK),
            [{"seq": seq, "relation": link.relation, "target": link.target} for link in tagging.links],
        )
    en, ja = _texts(change, words)
    connection.execute(insert(CHANGE_TEXT).values(seq=seq, en=en, ja=ja))
    for language, body in (("en", en), ("ja", ja)):
        if body:
            connection.execute(
                text(f"INSERT INTO change_fts_{language}(rowid, {language}) VALUES (:seq, :body)"),  # noqa: S608
                {"seq": seq, "body": body},
            )


def get(connection: Connection, change_id: str) -> Change | None:
    found = connection.execute(select(CHANGE.c.record).where(CHANGE.c.id == change_id)).scalar()
    return None if found is None else restore(json.loads(found))


def find(connection: Connection, reference: str) -> list[tuple[Change, str, int]]:
    """The records that a document number or an FR citation names, with identity and version."""
    rows = connection.execute(
        select(CHANGE.c.record, CHANGE.c.identity, CHANGE.c.version)
        .where((CHANGE.c.document_number == reference) | (CHANGE.c.citation == reference))
        .order_by(CHANGE.c.seq)
    )
    return [(restore(json.loads(row.record)), row.identity, row.version) for row in rows]


def acting_on(connection: Connection, references: Sequence[str]) -> list[Change]:
    """The changes whose documents act on the document with these names, oldest first."""
    rows = connection.execute(
        select(CHANGE.c.record)
        .join(LINK, LINK.c.seq == CHANGE.c.seq)
        .where(LINK.c.target.in_(list(references)))
        .order_by(CHANGE.c.published, CHANGE.c.seq)
    )
    return [restore(json.loads(row.record)) for row in rows]


def of_identity(connection: Connection, identity: str) -> Change | None:
    """The one record of a document with an identity of its own (`fr:2025-19001`)."""
    found = connection.execute(
        select(CHANGE.c.record).where(CHANGE.c.identity == identity).order_by(CHANGE.c.seq).limit(1)
    ).scalar()
    return None if found is None else restore(json.loads(found))


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
    """Takes a change out of the tables that are made from its record."""
    old = connection.execute(
        select(CHANGE_TEXT.c.en, CHANGE_TEXT.c.ja).where(CHANGE_TEXT.c.seq == seq)
    ).first()
    for language in ("en", "ja"):
        body = getattr(old, language, "")
        if body:
            # An external-content index is told what stood there (https://sqlite.org/fts5.html, 4.4.3).
            connection.execute(
                text(
                    f"INSERT INTO change_fts_{language}(change_fts_{language}, rowid, {language})"  # noqa: S608
                    " VALUES ('delete', :seq, :body)"
                ),
                {"seq": seq, "body": body},
            )
    for table in (CHANGE_TEXT, CHANGE_TOPIC, DEADLINE, LINK):
        connection.execute(delete(table).where(table.c.seq == seq))


def _texts(change: Change, words: tuple[str, str]) -> tuple[str, str]:
    tagging = change.tagging
    en = [
        change.title, change.abstract, change.document_number or "", change.citation or "",
        " ".join(change.agencies), tagging.summary.en, tagging.reason.en,
        " ".join(tagging.units[:500]), " ".join(tagging.eccns[:500]), words[0],
    ]  # fmt: skip
    ja = [tagging.summary.ja, tagging.reason.ja, words[1]]
    return search_form(" ".join(filter(None, en))), search_form(" ".join(filter(None, ja)))
