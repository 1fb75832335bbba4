"""The duty of a line of the tariff schedule on a day, from the stored releases, notes and effects."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, select

from tracker import parsing
from tracker.answers.heading_register import HeadingRegister
from tracker.clock import legal_day
from tracker.countries import countries_in
from tracker.errors import UsageError
from tracker.i18n import t
from tracker.model import Fetched, Language, ResourceType, Unit
from tracker.parsing.screening_list import country_name
from tracker.storage import changes, snapshots
from tracker.storage.schema import CHANGE, SNAPSHOT, VERSION
from tracker.tariff.duty import Additional, Duty, Origin, Question, duty_of
from tracker.tariff.notes import Notes, Subdivision
from tracker.tariff.rows import Schedule, TariffRow, digits, dotted, rows_of_records
from tracker.text import CELL_GAP, canonical_json

_EU = frozenset(
    [
        "AT",
        "BE",
        "BG",
        "HR",
        "CY",
        "CZ",
        "DK",
        "EE",
        "FI",
        "FR",
        "DE",
        "GR",
        "HU",
        "IE",
        "IT",
        "LV",
        "LT",
        "LU",
        "MT",
        "NL",
        "PL",
        "PT",
        "RO",
        "SK",
        "SI",
        "ES",
        "SE",
    ]
)
# Codes that the lists of parties do not use.
_OTHER_CODES = {
    "AR": "Argentina", "BD": "Bangladesh", "BR": "Brazil", "CL": "Chile", "CR": "Costa Rica", "EC": "Ecuador",
    "LI": "Liechtenstein", "LK": "Sri Lanka", "PE": "Peru", "PT": "Portugal", "SA": "Saudi Arabia", "SE": "Sweden",
}  # fmt: skip
_SUBCHAPTER = "III"
SCHEDULE = "schedule"  # the key of the export in its source
_RELEASES = 200  # records of releases that a history looks at


@dataclass(frozen=True, slots=True)
class StoredRelease:
    """A stored release: its name, the day from which it counts, its number in the order of storage, its answer."""

    name: str
    since: date
    ordinal: int
    source: str
    snapshot: int
    url: str


@dataclass(frozen=True, slots=True)
class DutyAnswer:
    """The duty of a line on a day, by a release; None where none of that day is stored. `later` are the headings that a
    document put in force before the schedule printed them, with the release that has their words.
    """

    number: str
    origin: Origin
    on: date
    release: StoredRelease | None
    duty: Duty
    later: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_determined(self) -> bool:
        return not self.duty.open


def origin_of(code: str) -> Origin:
    """Return the country of origin by its code, or by its name. Raises UsageError for an unknown one."""
    places = countries_in(country_name(code.strip()) or _OTHER_CODES.get(code.strip().upper(), code.strip()))
    if len(places) != 1:
        raise UsageError(f"{code!r} is no code of a country", cure="give two letters, as JP, or a name")
    unions = ("european-union",) if code.upper() in _EU else ()
    return Origin(places[0].id, code.upper(), unions)


def duty_on(connection: Connection, number: str, origin: Origin, on: date) -> DutyAnswer:
    """Return the duty of an HTS number. Raises UsageError for anything but a number."""
    dots = dotted(number)
    if not dots:
        raise UsageError(f"{number!r} is no HTS number", cure="give 4 to 10 digits, as 8708.40.11")
    releases = stored_releases(connection)
    usable = [one for one in releases if one.since <= on]
    if not usable:
        code = (
            Question("no-release", {"since": releases[0].since.isoformat()})
            if releases
            else Question("no-source")
        )
        return DutyAnswer(dots, origin, on, None, Duty(dots, None, (), (code,)))
    release = usable[-1]
    schedule = _schedule(connection, release, dots)
    notes, release = _notes(connection, release, on)
    entries = HeadingRegister(connection, on)
    ahead = [heading for heading in entries.added() if schedule.row(heading) is None]
    later = _rows_printed_later(connection, ahead, [one for one in releases if one.since > on])
    if later:
        schedule = Schedule([*schedule.rows, *(row for row, _ in later.values())])
        ahead = [heading for heading in ahead if heading not in later]
    duty = duty_of(schedule, notes, dots, origin, on, entries, ahead)
    if notes is None:
        duty = replace(duty, open=(*duty.open, Question("no-notes", {"release": release.name})))
    return DutyAnswer(dots, origin, on, release, duty, {name: one for name, (_, one) in later.items()})


def _rows_printed_later(
    connection: Connection, headings: Sequence[str], releases: Sequence[StoredRelease]
) -> dict[str, tuple[TariffRow, str]]:
    """Return the rows of headings that the schedule printed after they were in force, each with the first release that
    has it.
    """
    found: dict[str, tuple[TariffRow, str]] = {}
    for release in releases if headings else ():
        schedule = _schedule(connection, release, "99")
        for heading in headings:
            row = schedule.row(heading)
            if row is not None and heading not in found:
                words = " ".join(one.description for one in schedule.line(heading))
                found[heading] = (replace(row, description=words, indent=0, below=""), release.name)
    return found


def stored_releases(connection: Connection) -> list[StoredRelease]:
    """Return the stored releases of the schedule, the oldest first."""
    query = (
        select(
            VERSION.c.ordinal,
            VERSION.c.source,
            VERSION.c.snapshots,
            SNAPSHOT.c.meta,
            SNAPSHOT.c.fetched_at,
            SNAPSHOT.c.url,
        )
        .join(SNAPSHOT, (SNAPSHOT.c.source == VERSION.c.source) & (SNAPSHOT.c.key == VERSION.c.key))
        .where(SNAPSHOT.c.role == ResourceType.TARIFF.value, SNAPSHOT.c.id.is_not(None))
        .order_by(VERSION.c.source, VERSION.c.ordinal)
    )
    found: dict[tuple[str, int], StoredRelease] = {}
    for row in connection.execute(query.add_columns(SNAPSHOT.c.id)):
        if row.snapshots[0] != row.id:
            continue
        meta: Mapping[str, str] = row.meta or {}
        since = _day_of(meta, row.fetched_at)
        found[row.source, row.ordinal] = StoredRelease(
            meta.get("release", ""), since, row.ordinal, row.source, row.id, row.url
        )
    return list(found.values())


def _schedule(connection: Connection, release: StoredRelease, number: str) -> Schedule:
    body = snapshots.load(connection, [release.snapshot]).answer.body
    return Schedule(_rows(body, number[:2]))


def _rows(body: bytes, chapter: str) -> tuple[TariffRow, ...]:
    """Return the rows of a chapter and of chapter 99, each with the rows between that have no number."""
    kept: list[Any] = []
    inside = False
    for record in canonical_json(body):
        code = str(record.get("htsno") or "")
        indent = str(record.get("indent") or "0")
        if code:
            inside = code[:2] in (chapter, "99")
        elif indent == "0":
            inside = True  # a heading of others: whose it is, the next number says
        if inside:
            kept.append(record)
    return rows_of_records(kept)


def _notes(connection: Connection, release: StoredRelease, on: date) -> tuple[Notes | None, StoredRelease]:
    """Return the notes of subchapter III as of a day, and the release that was current then: one that changed notes only
    has no rows of its own.
    """
    query = (
        select(VERSION.c.snapshots, SNAPSHOT.c.fetched_at, SNAPSHOT.c.meta, SNAPSHOT.c.id)
        .join(SNAPSHOT, (SNAPSHOT.c.source == VERSION.c.source) & (SNAPSHOT.c.key == VERSION.c.key))
        .where(SNAPSHOT.c.role == ResourceType.TARIFF_NOTES.value, VERSION.c.source == release.source)
        .order_by(VERSION.c.id)
    )
    prints = [
        (_day_of(row.meta, row.fetched_at), row)
        for row in connection.execute(query)
        if row.snapshots[0] == row.id
    ]
    usable = [one for one in prints if one[0] <= on]
    if not usable:
        return None, release
    day, row = max(usable, key=lambda one: one[0])
    if day > release.since and row.meta.get("release"):
        release = replace(release, name=row.meta["release"], since=day)
    return _read_notes(_Print(row.id, snapshots.load(connection, [row.id]))), release


def _day_of(meta: Mapping[str, str] | None, fetched_at: datetime) -> date:
    """Return the day from which an answer of the service counts: that of its release, else that of the request."""
    since = (meta or {}).get("since")
    return date.fromisoformat(since) if since else legal_day(fetched_at)


@dataclass(frozen=True, slots=True)
class _Print:
    """A print of chapter 99, equal where its stored answer is the same."""

    snapshot: int
    fetched: Fetched

    def __hash__(self) -> int:
        return hash((self.snapshot, self.fetched.answer.fetched_at))


@lru_cache(maxsize=4)
def _read_notes(printed: _Print) -> Notes:
    return notes_of_units(parsing.read(printed.fetched).units)


def notes_of_units(units: tuple[Unit, ...]) -> Notes:
    """Return the notes of subchapter III from the units of the print."""
    notes = Notes(_SUBCHAPTER)
    for unit in units:
        head, _, name = unit.path.partition(" › U.S. note ")
        if head == f"Subchapter {_SUBCHAPTER}" and name:
            notes.parts[name] = Subdivision(name, [unit.text], [unit.text], dict(unit.meta).get("doubt", ""))
    for place, part in notes.parts.items():
        above = place
        while "(" in above:
            above = above[: above.rindex("(")]
            if above in notes.parts:
                notes.parts[above].words.extend(part.own)
    return notes


def duty_to_json(answer: DutyAnswer) -> dict[str, Any]:
    """Return the answer as `tracker duty --json` prints it."""
    duty, release = answer.duty, answer.release
    source = f"HTS {release.name}".strip() if release else None
    base = duty.base

    def shown(found: Sequence[Additional]) -> list[dict[str, Any]]:
        printed = release.name if release else ""
        return [
            _additional_to_json(one, f"HTS {answer.later.get(one.row.number) or printed}") for one in found
        ]

    return {
        "hts": answer.number,
        "origin": answer.origin.code,
        "on": answer.on.isoformat(),
        "release": release.name if release else None,
        "base": {
            "rate": base.rate,
            "source": f"{source}, {base.row.number}",
            "quote": _row_text(base.row),
            "special": base.special or None,
        }
        if base
        else None,
        "additional": shown(duty.additional),
        "if_declared": shown(duty.declared),
        "state": "determined" if answer.is_determined else "not-determined",
        "open": questions(answer, "en"),
        "open_ja": questions(answer, "ja"),
        "line": [{"hts": row.number or None, "description": row.description} for row in duty.line],
        "release_since": release.since.isoformat() if release else None,
    }


def _additional_to_json(one: Additional, source: str) -> dict[str, Any]:
    entry = one.register
    return {
        "heading": one.row.number,
        "rate": one.rate,
        "from": one.since.isoformat() if one.since else None,
        "until": one.until.isoformat() if one.until else None,
        "source": f"{source}, {one.row.number}" + (f"; {entry.source}" if entry and entry.source else ""),
        "document_number": entry.document_number or None if entry else None,
        "quote": one.row.description,
        "unless": list(one.unless),
    }


def _row_text(row: TariffRow) -> str:
    cells = (
        row.number,
        row.description,
        f"General: {row.general}",
        f"Special: {row.special}",
        f"Other: {row.other}",
    )
    return " | ".join(cell for cell in cells if not cell.endswith(": ") and cell)


def questions(answer: DutyAnswer, language: Language) -> list[str]:
    """Return the open questions in words."""
    return [t(f"duty.open.{one.code}", language, **dict(one.values)) for one in answer.duty.open]


@dataclass(frozen=True, slots=True)
class HistoryStep:
    """What a release changed in the rows of a number: the release, its record, and each row before and after."""

    release: str
    day: date
    change: str
    rows: tuple[tuple[str, str, str], ...]


def history_of(connection: Connection, number: str) -> list[HistoryStep]:
    """Return what releases changed in the line of a number, above it and below it, the newest first."""
    code = digits(number)
    query = (
        select(CHANGE.c.id, CHANGE.c.citation, CHANGE.c.detected_at)
        .where(CHANGE.c.document_id.in_({f"{one.source}:{SCHEDULE}" for one in stored_releases(connection)}))
        .where(CHANGE.c.baseline.is_(False), CHANGE.c.editorial.is_(False))
        .order_by(CHANGE.c.seq.desc())
        .limit(_RELEASES)
    )
    found = []
    for change in connection.execute(query):
        rows = tuple(
            (one.path, _short(one.before), _short(one.after))
            for one in changes.operations(connection, change.id)
            if not one.editorial and _is_of_line(digits(one.path.partition(" › ")[0]), code)
        )
        if rows:
            found.append(HistoryStep(change.citation or "", legal_day(change.detected_at), change.id, rows))
    return found


def _is_of_line(row: str, code: str) -> bool:
    return bool(row) and (row.startswith(code) or code.startswith(row))


def _short(text: str) -> str:
    """Return a row without its number, which stands beside it."""
    return " · ".join(text.split(CELL_GAP)[1:])


def known_numbers(numbers: tuple[str, ...]) -> list[str]:
    """Return the HTS numbers of a profile with their dots, without what is none."""
    return list(dict.fromkeys(filter(None, map(dotted, numbers))))
