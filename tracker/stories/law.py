"""The law on a day: the words of a unit, the states of a unit or an instrument, and every effect that made it so."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, select

from tracker import citations
from tracker.clock import TOKYO, day_in, legal_day
from tracker.documents.effect_names import canonical_path, section_of, without_pin
from tracker.documents.japanese_law_paths import is_japanese_law
from tracker.effects import RecordedEffect
from tracker.errors import ParseError
from tracker.i18n import format_day, format_instant, t
from tracker.legal_status.register import StateOnDay, Subject, next_states, relevant, status_on, visible
from tracker.legal_status.stored_register import effects_on, subject_of, unit_subject, with_own_days
from tracker.model import Change, Document, Language, SnapshotRef, Unit
from tracker.rendering.law_text import (
    amended_lines,
    effect_lines,
    history_lines,
    status_lines,
    text_lines,
)
from tracker.rendering.redlines.stored import document_of
from tracker.sanitize import sanitize_line
from tracker.serialization import change_from_json, effect_to_json
from tracker.serialization import format_instant as instant_text
from tracker.storage import changes, effect_pages, effects, snapshots, versions
from tracker.storage.effect_pages import EffectQuery
from tracker.storage.predictions import shown_to_json
from tracker.storage.schema import CHANGE, VERSION
from tracker.stories.amended_text import NOT_AMENDED, AmendedText, amended_text
from tracker.stories.japanese_law import JapaneseUnit, changed_on, states_of, unit_of_japan, units_at
from tracker.stories.paragraph_history import paragraph_history
from tracker.stories.rule_records import joined, state_day
from tracker.text import fold_space

_INSTRUMENTS = frozenset({"executive-order", "proclamation", "document-number", "fr"})


@dataclass(frozen=True, slots=True)
class LawStep:
    """One step of the history of a unit: from which day, by which document, and what was done. `candidates` are the
    documents between which the evidence does not decide; then `by` and `citation` are None."""

    since: date | None
    by: str | None
    citation: str | None
    op: str
    change: str
    candidates: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Law:
    """What is stored of a unit or an instrument on a day. `text` is None where no text of that day is stored; `effects`
    are those on it as they could be known, the oldest first, `caused` those of it on others; `ahead` the states of the
    next day that brings others. `amended`: what rules make of it that the stored text lacks; where one of them has
    changed it by the day, `text` is as amended, and `official_text` that of the eCFR."""

    path: str
    as_of: date
    known_at: datetime | None
    found: bool
    text: str | None = None
    text_as_of: date | None = None
    official_text: str | None = None
    amended: AmendedText = NOT_AMENDED
    title: str = ""
    status: tuple[StateOnDay, ...] = ()
    ahead: tuple[StateOnDay, ...] = ()
    effects: tuple[RecordedEffect, ...] = ()
    caused: tuple[RecordedEffect, ...] = ()
    history: tuple[LawStep, ...] = ()
    change: str | None = None
    snapshot: SnapshotRef | None = None


@dataclass(frozen=True, slots=True)
class UnitsOnDay:
    """A unit of the CFR with all units below it, as stored for a day; `units` is empty where the text lacks it or no text of
    the day is stored. `path` is written as in the text. `part`: the document with the text, the newest where the day has
    none. `text_as_of` and `snapshot` are those of the text that was read, `official` its units; `units` are those as
    amended by rules that it lacks (`amended`)."""

    path: str
    units: Sequence[Unit]
    part: str
    text_as_of: date | None = None
    snapshot: SnapshotRef | None = None
    official: Sequence[Unit] = ()
    amended: AmendedText = NOT_AMENDED


def law_on(connection: Connection, path: str, as_of: date, known_at: datetime | None = None) -> Law:
    """Return what holds for a citation path, an order, a document, a heading or a party on a day."""
    path = fold_space(path)
    if is_japanese_law(path) and (found := unit_of_japan(connection, path, as_of, known_at)) is not None:
        return _of_japan(connection, found, as_of, known_at)
    unit = canonical_path(path)
    if is_unit(unit):
        return _of_unit(connection, unit, as_of, known_at)
    return _of_instrument(connection, _instrument(path), as_of, known_at)


def is_unit(path: str) -> bool:
    """Whether a path is that of a unit of the CFR or of a law of Japan; others are names of instruments, headings or parties."""
    return is_japanese_law(path) or bool(_part_of(canonical_path(fold_space(path))))


def _part_of(path: str) -> str:
    """The CFR part that contains a unit, as the sources name it: `15 CFR 744`; empty where it is no unit of the CFR."""
    section = section_of(path)
    if section.startswith("Supp. No. "):
        number = section.rpartition(" ")[2]
        return f"15 CFR {number}" if number.isdigit() else ""
    hits = citations.find_citations(section)
    cfr = next((hit for hit in hits if hit.kind in ("cfr", "cfr-part") and hit.start == 0), None)
    return cfr.value.partition(".")[0] if cfr else ""


def _instrument(path: str) -> str:
    """The canonical name of an order, proclamation or document, in whatever form it was written."""
    path = without_pin(path)
    hits = [hit for hit in citations.find_citations(path) if hit.kind in _INSTRUMENTS]
    return hits[0].value if len(hits) == 1 and (hits[0].start, hits[0].end) == (0, len(path)) else path


# --- units ------------------------------------------------------------------------------------------


def _of_unit(connection: Connection, path: str, as_of: date, known_at: datetime | None) -> Law:
    read = units_on(connection, path, as_of, known_at)
    path, units, document_id = read.path, read.units, read.part
    subject = unit_subject(path, printed=bool(units))
    found = effects_on(connection, subject)
    history = tuple(_history(connection, document_id, path, as_of, known_at)) if document_id else ()
    on_it = _about(found, subject, known_at)
    return Law(
        path=path,
        as_of=as_of,
        known_at=known_at,
        found=bool(units or read.official or on_it or history),
        text=_words(units),
        text_as_of=read.text_as_of if units or read.official else None,
        snapshot=read.snapshot if units or read.official else None,
        official_text=_words(read.official) if read.amended.document else None,
        amended=read.amended,
        status=status_on(subject, found, as_of, known_at),
        ahead=next_states(subject, found, as_of, known_at),
        effects=on_it,
        history=history,
    )


def _of_japan(connection: Connection, found: JapaneseUnit, as_of: date, known_at: datetime | None) -> Law:
    """Return a unit of a law of Japan on a day."""
    status, ahead = states_of(found)
    history = tuple(_japanese_history(connection, found, as_of, known_at))
    read = found.read if found.units else None
    return Law(
        path=found.path,
        as_of=day_in(as_of, TOKYO),
        known_at=known_at,
        found=bool(found.units or history or ahead),
        text=_words(found.units),
        text_as_of=read.day if read else None,
        snapshot=snapshots.reference(connection, read.version.snapshots[0]) if read else None,
        status=status,
        ahead=ahead,
        history=history,
    )


def _japanese_history(
    connection: Connection, found: JapaneseUnit, as_of: date, known_at: datetime | None
) -> Iterator[LawStep]:
    """The steps of a unit of a law of Japan up to a day, oldest first, each with the act that made it."""
    records = [
        (changed_on(one), one)
        for one in _records(connection, found.text)
        if known_at is None or one.detected_at <= known_at
    ]
    known = [
        one
        for day, one in sorted(records, key=lambda pair: pair[0], reverse=True)
        if day <= day_in(as_of, TOKYO)
    ]
    pairs = ((one, changes.operations(connection, one.id)) for one in known)
    for change, operation in reversed(paragraph_history(found.path, pairs)):
        yield LawStep(changed_on(change), None, change.citation, operation.op.value, change.id)


def units_on(connection: Connection, path: str, as_of: date, known_at: datetime | None = None) -> UnitsOnDay:
    """Return the words of a unit on a day, from the newest stored version that was in force and known by then."""
    if is_japanese_law(path) and (found := unit_of_japan(connection, path, as_of, known_at)) is not None:
        reference = snapshots.reference(connection, found.read.version.snapshots[0]) if found.read else None
        day = found.read.day if found.read else None
        return UnitsOnDay(found.path, found.units, found.text, day, reference, found.units)
    path = canonical_path(fold_space(path))
    states = _states(connection, _part_of(path))
    known_day = legal_day(known_at) if known_at else None
    usable = [one for one in states if one[1] <= as_of and (known_day is None or one[1] <= known_day)]
    if not usable:
        return UnitsOnDay(path, (), states[-1][0].document_id if states else "")
    version, day = usable[-1]
    amended = amended_text(connection, version, day, as_of, known_at)
    path, official = units_at(_document(connection, version), path)
    path, units = units_at(amended.document, path) if amended.document else (path, official)
    reference = snapshots.reference(connection, version.snapshots[0])
    return UnitsOnDay(path, units, version.document_id, day, reference, official, amended.about(path))


def _words(units: Sequence[Unit]) -> str | None:
    return "\n".join(unit.text for unit in units) if units else None


def _states(connection: Connection, part: str) -> list[tuple[versions.Version, date]]:
    """The stored versions of a CFR part, each with its day, oldest first."""
    rows = connection.execute(select(VERSION.c.document_id, VERSION.c.ordinal).where(VERSION.c.key == part))
    found = [versions.get(connection, row.document_id, row.ordinal) for row in rows.all()]
    states = [(one, state_day(connection, one)) for one in found if one is not None]
    return sorted(states, key=lambda one: (one[1], one[0].ordinal))


def _document(connection: Connection, version: versions.Version) -> Document | None:
    try:
        return document_of(connection, version, version.volatile_patterns)
    except ParseError:
        # The bytes were dropped or can no longer be read: the states and the history need no text.
        return None


def _records(connection: Connection, document_id: str) -> list[Change]:
    """Return the stored changes of a text, newest first."""
    query = select(CHANGE.c.record).where(CHANGE.c.document_id == document_id)
    return [
        change_from_json(json.loads(row.record))
        for row in connection.execute(query.order_by(CHANGE.c.version.desc(), CHANGE.c.seq.desc()))
    ]


def _history(
    connection: Connection, document_id: str, path: str, as_of: date, known_at: datetime | None
) -> Iterator[LawStep]:
    """The steps of a unit up to a day, oldest first, each with the document that made it."""
    known = [
        one
        for one in _records(connection, document_id)
        if (one.published or legal_day(one.detected_at)) <= as_of
        and (known_at is None or one.detected_at <= known_at)
    ]
    pairs = ((one, changes.operations(connection, one.id)) for one in known)
    for change, operation in reversed(paragraph_history(path, pairs)):
        join = next((one for one in joined(connection, change).joins if one.path == operation.path), None)
        rule = join.rule if join else None
        yield LawStep(
            since=(join.day if join else None) or change.published,
            by=rule.document_number if rule else None,
            citation=(rule.citation if rule else None) or (join.citation if join else None) or None,
            op=operation.op.value,
            change=change.id,
            candidates=join.candidate_names if join else (),
        )


# --- instruments --------------------------------------------------------------------------------------


def instrument(connection: Connection, name: str) -> tuple[Subject, Change | None]:
    """Return an order, document, heading or party as a subject of the register, with its record where there is one."""
    name = _instrument(fold_space(name))
    records = changes.find(connection, name)
    change: Change | None = records[0][0] if len(records) == 1 else None
    return (Subject.of(names=[name]) if change is None else subject_of(change)), change


def _of_instrument(connection: Connection, name: str, as_of: date, known_at: datetime | None) -> Law:
    subject, change = instrument(connection, name)
    if change is not None and known_at is not None and not _was_known(change, known_at):
        subject, change = Subject(names=subject.names), None
    found = effects_on(connection, subject, change)
    if change is not None:
        subject = with_own_days(subject, change, found)
    on_it = _about(found, subject, known_at)
    of_it = visible(effects.affecting(connection, subject.names), known_at)
    return Law(
        path=name,
        as_of=as_of,
        known_at=known_at,
        found=bool(change or on_it or of_it),
        title=change.title if change else "",
        status=status_on(subject, found, as_of, known_at),
        ahead=next_states(subject, found, as_of, known_at),
        effects=on_it,
        caused=tuple(one for one in of_it if one.id not in {other.id for other in on_it}),
        change=change.id if change else None,
    )


def _was_known(change: Change, known_at: datetime) -> bool:
    """Whether a document was public at a moment: by its publication or its detection, whichever was first."""
    public = [legal_day(change.detected_at), *([change.published] if change.published else [])]
    return min(public) <= legal_day(known_at)


def _about(
    found: Sequence[RecordedEffect], subject: Subject, known_at: datetime | None
) -> tuple[RecordedEffect, ...]:
    return tuple(relevant(subject, visible(found, known_at)))


def effects_wanted(
    connection: Connection, unit: str = "", document: str = "", since: datetime | None = None
) -> EffectQuery:
    """Return the query for the effects on a unit, what contains it and what it contains; of a document and on it; known, or
    known to have ended, since an instant."""
    ids: frozenset[str] | None = effect_pages.ids_on(connection, unit) if unit else None
    if document:
        subject, change = instrument(connection, document)
        on_it = relevant(subject, effects_on(connection, subject, change))
        about = frozenset(one.id for one in (*on_it, *effects.affecting(connection, subject.names)))
        ids = about if ids is None else ids & about
    return EffectQuery(ids, since)


def listed(
    connection: Connection, unit: str = "", document: str = "", since: datetime | None = None
) -> list[RecordedEffect]:
    """Return these effects in the order in which they became known."""
    return effect_pages.page(connection, effects_wanted(connection, unit, document, since))


# --- JSON ---------------------------------------------------------------------------------------------


def law_to_json(law: Law) -> dict[str, Any]:
    """Return the answer of `tracker law --json` and `/api/law`."""
    return {
        "path": law.path,
        "as_of": law.as_of.isoformat(),
        "known_at": instant_text(law.known_at) if law.known_at else None,
        "found": law.found,
        "title": law.title or None,
        "text": law.text,
        "text_as_of": law.text_as_of.isoformat() if law.text_as_of else None,
        "official_text": law.official_text,
        "as_amended": shown_to_json(law.amended.units),
        "as_amended_ahead": shown_to_json(law.amended.ahead),
        "not_computed": shown_to_json(law.amended.failed),
        "failure": law.amended.failure or None,
        "snapshot": {"sha256": law.snapshot.sha256, "fetched_at": instant_text(law.snapshot.fetched_at)}
        if law.snapshot
        else None,
        "status": [state_to_json(state) for state in law.status],
        "next": [state_to_json(state) for state in law.ahead],
        "effects": [effect_to_json(one) for one in law.effects],
        "caused": [effect_to_json(one) for one in law.caused],
        "history": [
            {
                "from": step.since.isoformat() if step.since else None,
                "by": step.by,
                "citation": step.citation,
                "op": step.op,
                "change": step.change,
                "candidates": list(step.candidates),
            }
            for step in law.history
        ],
        "change": law.change,
    }


def state_to_json(state: StateOnDay) -> dict[str, Any]:
    return {
        "state": state.state,
        "from": state.since.isoformat() if state.since else None,
        "until": state.until.isoformat() if state.until else None,
        "by": state.by or None,
        "quote": state.quote or None,
        "part": state.part or None,
        "effect": state.effect or None,
    }


def law_page(law: Law, language: Language, timezone: str) -> str:
    """Return the page of `tracker law`."""
    head = t("law.as-of", language, path=sanitize_line(law.path), day=format_day(law.as_of, language))
    lines = [head]
    if law.title:
        lines.append(sanitize_line(law.title))
    if law.known_at is not None:
        lines.append(t("law.known-at", language, moment=format_instant(law.known_at, language, timezone)))
    lines += ["", *status_lines(law.status, law.ahead, language)]
    if is_unit(law.path):
        computed_on = law.as_of if law.amended.document else None
        lines += [
            "",
            *text_lines(
                law.text,
                law.text_as_of,
                language,
                computed_on=computed_on,
                japanese=is_japanese_law(law.path),
            ),
        ]
        if law.amended.failure:
            lines += ["", t("law.failure", language, reason=sanitize_line(law.amended.failure))]
        for heading, units in (
            ("law.amended", law.amended.units),
            ("law.failed", law.amended.failed),
            ("law.ahead", law.amended.ahead),
        ):
            if units:
                lines += ["", t(heading, language), *amended_lines(units, language)]
    for heading, found in (("law.effects", law.effects), ("law.caused", law.caused)):
        if found:
            lines += ["", t(heading, language), *effect_lines(found, language)]
    if law.history:
        lines += ["", t("law.history", language), *history_lines(law.history, language)]
    return "\n".join(lines)
