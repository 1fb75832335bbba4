"""What a law of Japan says on a day: the text of the revision in force, which act made it so, and the revisions to come."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, select

from tracker.clock import TOKYO, day_in, legal_day
from tracker.documents.japanese_law_paths import japanese_path, names_of
from tracker.errors import ParseError
from tracker.legal_status.register import StateOnDay
from tracker.model import Change, Document, DocumentKind, Unit
from tracker.rendering.redlines.stored import document_of
from tracker.storage import snapshots, versions
from tracker.storage.page_tables import ABSENCE
from tracker.storage.schema import CHANGE, VERSION
from tracker.text import name_key


@dataclass(frozen=True, slots=True)
class LawVersion:
    """A stored text of a law, and the day from which it applies; None: the amending law does not set it yet."""

    version: versions.Version
    day: date | None


@dataclass(frozen=True, slots=True)
class JapaneseUnit:
    """A unit of a law of Japan on a day. `path` as the text writes it; `read` is the text of the day, None where none is stored;
    `ahead` are the texts to come, the next first, each with the unit's words in it.
    """

    path: str
    text: str
    units: Sequence[Unit]
    read: LawVersion | None = None
    document: Document | None = None
    ahead: tuple[tuple[LawVersion, Document, tuple[str, ...]], ...] = ()


def unit_of_japan(
    connection: Connection, path: str, as_of: date, known_at: datetime | None = None
) -> JapaneseUnit | None:
    """Return what is stored of a unit of a law of Japan on a day; None where no law with this name is stored. `as_of` made by
    `legal_day` is the day in Tokyo at its instant.
    """
    laws = _laws(connection)
    canonical = japanese_path(path, names_of((name, title, also) for name, title, also in laws.values()))
    text = next((text for text, law in laws.items() if canonical.partition(" › ")[0] == law[0]), "")
    if not canonical or not text:
        return None
    day = day_in(as_of, TOKYO)
    stored = versions_of(connection, text, known_at)
    usable = [one for one in stored if one.day is not None and one.day <= day]
    read = max(usable, key=lambda one: (one.day or date.min, one.version.ordinal), default=None)
    document = _document(connection, read.version) if read else None
    canonical, units = units_at(document, canonical)
    ahead = []
    for one in sorted(
        (one for one in stored if one.day and one.day > day), key=lambda one: one.day or date.max
    ):
        text_ahead = _document(connection, one.version)
        if text_ahead is not None:
            there, found = units_at(text_ahead, canonical)
            canonical = there if not units else canonical
            ahead.append((one, text_ahead, tuple(unit.text for unit in found)))
    return JapaneseUnit(canonical, text, units, read, document, tuple(ahead))


def states_of(found: JapaneseUnit) -> tuple[tuple[StateOnDay, ...], tuple[StateOnDay, ...]]:
    """Return the state of a unit on the day, and that of the next day on which its words change."""
    now: tuple[StateOnDay, ...] = ()
    if found.read and found.document and found.units:
        now = (_in_force(found.read, found.document),)
    words = tuple(unit.text for unit in found.units)
    for version, document, there in found.ahead:
        if there != words:
            state = _in_force(version, document)
            return now, (
                state if there else StateOnDay("rescinded", state.since, by=state.by, quote=state.quote),
            )
    return now, ()


def _in_force(version: LawVersion, document: Document) -> StateOnDay:
    return StateOnDay(
        "in-force", version.day, by=document.citation or document.action, quote=document.dates_text
    )


def versions_of(connection: Connection, text: str, known_at: datetime | None = None) -> list[LawVersion]:
    """Return the last stored text of each revision of a law that is not withdrawn."""
    rows = connection.execute(
        select(VERSION.c.ordinal).where(VERSION.c.document_id == text).order_by(VERSION.c.ordinal)
    )
    found: dict[str, LawVersion] = {}
    source = ""
    for row in rows.all():
        version = versions.get(connection, text, row.ordinal)
        if version is None or (known_at is not None and version.at > known_at):
            continue
        meta = snapshots.meta(connection, version.snapshots[0])
        day = (
            None if meta.get("day") == "not-set" or "as_of" not in meta else date.fromisoformat(meta["as_of"])
        )
        found[version.key] = LawVersion(version, day)
        source = version.source
    gone = connection.execute(
        select(ABSENCE.c.key).where(ABSENCE.c.source == source, ABSENCE.c.change.is_not(None))
    )
    withdrawn = {row.key for row in gone}
    return [one for key, one in found.items() if key not in withdrawn]


def units_at(document: Document | None, path: str) -> tuple[str, Sequence[Unit]]:
    """Return the path as a text writes it, and the unit with all units below it; none where the text lacks it."""
    if document is None:
        return path, ()
    wanted = name_key(path)
    for place, unit in enumerate(document.units):
        if unit.path == path or name_key(unit.path) == wanted:
            end = place + 1
            while end < len(document.units) and document.units[end].depth > unit.depth:
                end += 1
            return unit.path, document.units[place:end]
    return path, ()


def _laws(connection: Connection) -> dict[str, tuple[str, str, tuple[str, ...]]]:
    """Return the stored laws by the id of their text: the name with which their paths begin, title and abbreviations."""
    rows = connection.execute(
        select(CHANGE.c.document_id).where(CHANGE.c.kind == str(DocumentKind.LAW)).distinct()
    )
    found = {}
    for (text,) in rows.all():
        version = versions.latest(connection, text)
        meta = snapshots.meta(connection, version.snapshots[0]) if version else {}
        if name := meta.get("name", ""):
            also = tuple(filter(None, meta.get("also", "").split(",")))
            found[str(text)] = (name, meta.get("title", ""), also)
    return found


def _document(connection: Connection, version: versions.Version) -> Document | None:
    try:
        return document_of(connection, version, version.volatile_patterns)
    except ParseError:
        return None  # the bytes were dropped or can no longer be read


def changed_on(change: Change) -> date:
    """Return the day from which a stored change of a law applies: that of its revision, else that of its detection."""
    return next(
        (one.date for one in change.tagging.dates if one.type == "effective"), legal_day(change.detected_at)
    )
