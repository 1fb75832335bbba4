"""Collects the upcoming dates of all changes: as rows for people, as JSON for scripts, and as a calendar."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from hashlib import blake2b
from typing import Any, TypeVar
from urllib.parse import quote

from tracker import citations
from tracker.i18n import format_day as written
from tracker.i18n import label, t
from tracker.legal_status.ribbons import Ribbon
from tracker.locations import join_locations
from tracker.model import KEPT_UP_TO_DATE, Change, Language, LegalDate, Level
from tracker.rendering.location_text import date_note
from tracker.rendering.words_on_day import worded_on
from tracker.sanitize import first_sentence, safe_url, sanitize, sanitize_line

# Date types that call for action. Publication and filing dates are past by the time they are shown.
AHEAD = ("comments-close", "applications-close", "effective", "compliance", "stay-ends", "expires", "hearing")
# What people send in until a day: comments, or applications, proposals and nominations.
CLOSING = ("comments-close", "applications-close")
ENDS = ("stay-ends", "expires")
# Words of a date on which what was stayed takes effect again.
_AGAIN = re.compile(r"\b(?:stay\w*|suspen\w+|paus\w+|again|resum\w+)\b", re.IGNORECASE)
WARNING = timedelta(days=7)
UNITS = 6


@dataclass(frozen=True, slots=True)
class Deadline:
    """One upcoming date of one change, or of several changes that name the same date.

    `key` is stable when the date moves, so that a calendar moves its entry and does not add a second one;
    `revision` counts the moves. `change_id` is the change that describes the date best, `first` the one
    detected first, `changes` are all of them. `units` are the citation paths that the date concerns, as far as
    the statuses name them. `by` is the document that set the date, if another one did. `where` is the location of the quote.
    """

    key: str
    change_id: str
    revision: int
    source: str
    level: Level
    type: str
    date: date
    note: str
    by: str
    quote: str
    title: str
    what_ja: str
    what_en: str
    document_number: str | None
    url: str
    first: str
    changes: tuple[str, ...]
    units: tuple[str, ...] = ()
    where: str = ""

    def what(self, language: Language) -> str:
        """Return the change in the reader's language, or the official title where there is no summary."""
        return (self.what_ja if language == "ja" else self.what_en) or self.title


_Dated = TypeVar("_Dated", bound=LegalDate | Deadline)


def upcoming(change: Change, today: date) -> tuple[LegalDate, ...]:
    """Return the upcoming dates of one change, earliest first, without superseded ones. Dates that its paragraphs and notes repeat are
    merged.
    """
    ahead = {
        entry
        for entry in change.tagging.dates
        if entry.type in AHEAD and not entry.superseded and entry.date >= today
    }
    found: dict[tuple[str, date, str], list[LegalDate]] = {}
    for entry in sorted(ahead, key=_by_day):
        found.setdefault(identity(change, entry), []).append(entry)
    return tuple(sorted((_merge_notes(same) for same in _with_one_end(found).values()), key=_by_day))


def _with_one_end(
    found: Mapping[tuple[str, date, str], list[_Dated]],
) -> dict[tuple[str, date, str], list[_Dated]]:
    """Return the dates by identity, where the day after the last day of a stay is the same entry as the last day: one
    text says "through November 9", another "until November 10" or "takes effect again on November 10".
    """
    merged: dict[tuple[str, date, str], list[_Dated]] = {**found}
    for last_day in sorted(found):
        kind, day, act = last_day
        same: list[_Dated] = merged.get(last_day, [])
        if kind != "ends" or not any(one.type == "stay-ends" for one in same):
            continue
        for other in ("ends", "effective"):
            following = (other, day + timedelta(days=1), act)
            next_day: list[_Dated] = merged.get(following, [])
            if next_day and all(one.type in ENDS or _AGAIN.search(one.quote) for one in next_day):
                merged[last_day] = [*merged[last_day], *merged.pop(following)]
    return merged


def _by_day(entry: LegalDate) -> tuple[date, int, str]:
    return (entry.date, AHEAD.index(entry.type), entry.note)


def _merge_notes(same: Sequence[LegalDate]) -> LegalDate:
    """Merge equal dates into one. It is limited to the provisions that the notes name, unless one of the dates
    applies to all.
    """
    to_all = any(not entry.note and not entry.by for entry in same)
    notes = () if to_all else dict.fromkeys(entry.note for entry in same if entry.note)
    by = next((entry.by for entry in same if entry.by), "")
    return replace(same[0], note=join_locations(notes), by=by)


def identity(change: Change, entry: LegalDate) -> tuple[str, date, str]:
    """Return what makes two dates equal: the act that set the day, the day, and the kind of date. The end of a
    stay equals its expiry: a rule, the rule that stays it and the note in the code all state the same end.
    """
    kind = "ends" if entry.type in ENDS else entry.type
    if entry.type in {*CLOSING, "hearing"}:
        kind += entry.note
    if entry.by:
        return (kind, entry.date, entry.by)
    if change.kind in KEPT_UP_TO_DATE:
        act = next(iter(citations.citation_values(entry.quote, "fr")), None) or entry.quote or change.id
        return (kind, entry.date, act)
    return (kind, entry.date, change.citation or change.document_number or change.id)


def deadlines(
    changes: Iterable[Change], today: date, stories: Mapping[str, str] | None = None
) -> tuple[Deadline, ...]:
    """Return the upcoming dates of these changes, earliest first; on the same day, the highest level first.

    Dates of several changes with the same `identity` are one deadline, and so are equal dates of one story (`stories`,
    by the id of the change). It keeps the key of the change that was detected first, and is described by the document
    whose date it is.
    """
    found: dict[tuple[str, date, str], list[Deadline]] = {}
    for change in sorted(changes, key=lambda change: (change.detected_at, change.id)):
        for entry, deadline in () if change.editorial else _dates_of(change, today):
            kind, day, act = identity(change, entry)
            found.setdefault((kind, day, (stories or {}).get(change.id, act)), []).append(deadline)
    return tuple(
        sorted(
            (_merged(same) for same in _with_one_end(found).values()),
            key=lambda entry: (entry.date, -entry.level.rank, AHEAD.index(entry.type), entry.key),
        )
    )


def superseded_deadlines(changes: Iterable[Change], today: date) -> tuple[Deadline, ...]:
    """Return the upcoming dates that were withdrawn without a replacement, under the keys that they had."""
    found = []
    for change in changes:
        standing = {(entry.type, entry.note) for entry in change.tagging.dates if not entry.superseded}
        gone = tuple(
            replace(entry, superseded=False)
            for entry in change.tagging.dates
            if entry.superseded and (entry.type, entry.note) not in standing
        )
        without = replace(change, tagging=replace(change.tagging, dates=gone))
        found += [deadline for _, deadline in _dates_of(without, today)]
    return tuple(sorted(found, key=lambda entry: (entry.date, entry.key)))


def _merged(same: Sequence[Deadline]) -> Deadline:
    # Preferred: the document whose date it is, then the one that sets the date, then a text that only mentions it.
    first = min(one.date for one in same)  # the last day of a stay, where the day after it is merged into it
    best = min(
        (one for one in same if one.date == first),
        key=lambda one: (
            not one.document_number,
            not one.by,
            -one.level.rank,
            same.index(one),
        ),
    )
    return replace(
        best,
        key=same[0].key,
        first=same[0].first,
        revision=max(one.revision for one in same),
        level=max((one.level for one in same), key=lambda level: level.rank),
        changes=tuple(dict.fromkeys(one.change_id for one in (best, *same))),
        units=tuple(dict.fromkeys(unit for one in same for unit in one.units)),
    )


def _dates_of(change: Change, today: date) -> Iterable[tuple[LegalDate, Deadline]]:
    """Yield each upcoming date with its deadline. A key counts the dates of one type and note, so that it does not depend on the date
    itself.
    """
    counted: dict[tuple[str, str], int] = {}
    worded = worded_on(change, today)
    for entry in upcoming(change, date.min):
        note = entry.note
        place = counted[(entry.type, note)] = counted.get((entry.type, note), 0) + 1
        if entry.date < today:
            continue
        parts = [change.id, entry.type]
        if note:
            parts.append(blake2b(note.encode(), digest_size=4).hexdigest())
        if place > 1:
            parts.append(str(place))
        yield (
            entry,
            Deadline(
                key="-".join(parts),
                change_id=change.id,
                revision=change.revision,
                source=change.source,
                level=change.tagging.level,
                type=entry.type,
                date=entry.date,
                note=sanitize_line(entry.note),
                by=sanitize_line(entry.by),
                quote=sanitize_line(entry.quote),
                title=sanitize_line(change.title),
                what_ja=_subject(worded, "ja"),
                what_en=_subject(worded, "en"),
                document_number=change.document_number,
                url=safe_url(change.url),
                first=change.id,
                changes=(change.id,),
                units=_affected_units(change, entry),
                where=entry.where,
            ),
        )


def _affected_units(change: Change, entry: LegalDate) -> tuple[str, ...]:
    """Return the units whose status ends or begins on that day."""
    matching = [
        status
        for status in change.tagging.status
        if status.until is not None
        and (status.until if entry.type in ENDS else status.until + timedelta(days=1)) == entry.date
    ]
    return tuple(dict.fromkeys(sanitize_line(unit) for status in matching for unit in status.units))


def _subject(change: Change, language: Language) -> str:
    """Return what the date belongs to. A document is named by its title, because its headline may name a day that has moved
    since, and its summary may describe a revision of the record; a text by its headline, without one by its summary, which
    lists the touched units.
    """
    headline = sanitize_line(change.tagging.headline.get(language)).removesuffix("。").removesuffix(".")
    if headline and change.kind in KEPT_UP_TO_DATE:
        return headline
    summary = first_sentence(sanitize_line(change.tagging.summary.get(language)), language)[0]
    title = sanitize_line(change.title)
    return summary if title in summary or change.kind in KEPT_UP_TO_DATE else title


def days_left(on: date, today: date, language: Language) -> str:
    """`あと30日`, `today`, `3 days ago`."""
    left = (on - today).days
    if left == 0:
        return t("days.today", language)
    return t("days.left", language, days=left) if left > 0 else t("days.past", language, days=-left)


def deadline_text(entries: Iterable[Deadline], language: Language, today: date) -> list[dict[str, str]]:
    """Return rows for `tracker deadlines --format text`, keyed by the labels that the reader sees."""
    return [
        {
            t("deadlines.day", language): entry.date.isoformat(),
            t("deadlines.left", language): days_left(entry.date, today, language),
            t("message.level", language): label("level", entry.level, language),
            t("deadlines.type", language): label("date", entry.type, language) + _confined(entry, language),
            t("deadlines.what", language): entry.what(language),
            t("changes.id", language): entry.change_id,
        }
        for entry in entries
    ]


def confinement(note: str, by: str, units: Sequence[str], language: Language) -> str:
    """Return who set a date and the provisions that it is limited to; empty where it is the document's own and applies
    to all. The units come first, else the document's own name for them.
    """
    if not units:
        return date_note(note, by, language)
    limited = t("legal-status.units", language, units=_listed(units, language))
    return ("、" if language == "ja" else ", ").join(filter(None, (date_note("", by, language), limited)))


def confined_to(note: str, by: str, units: Sequence[str], language: Language) -> str:
    """Return the same, for use under a label that already expresses the limit."""
    return _listed(units, language) or date_note(note, by, language)


def _listed(units: Sequence[str], language: Language) -> str:
    shown = ", ".join(sanitize_line(unit) for unit in units[:UNITS])
    more = len(units) - UNITS
    return f"{shown} {t('message.more', language, count=more)}" if more > 0 else shown


def _confined(entry: Deadline, language: Language) -> str:
    limit = confinement(entry.note, entry.by, entry.units, language)
    return f" ({limit})" if limit else ""


def as_json(entries: Iterable[Deadline]) -> list[dict[str, Any]]:
    """Return rows for `tracker deadlines --format json`."""
    return [
        {
            "change": entry.change_id,
            "source": entry.source,
            "document_number": entry.document_number,
            "type": entry.type,
            "date": entry.date.isoformat(),
            "note": entry.note,
            "by": entry.by or None,
            "quote": entry.quote,
            "level": entry.level.value,
            "title": entry.title,
            "url": entry.url,
            "units": list(entry.units),
            "changes": list(entry.changes),
        }
        for entry in entries
    ]


def calendar(
    entries: Iterable[Deadline],
    language: Language,
    *,
    viewer_url: str,
    stamp: datetime,
    cancelled: Iterable[Deadline] = (),
    ribbons: Mapping[str, Sequence[Ribbon]] | None = None,
) -> bytes:
    """Return an iCalendar file (RFC 5545) of all-day entries with stable UIDs and an alarm a week ahead. `ribbons`: what the
    status of the story of each date says on the day of `stamp`, by its key.

    `SEQUENCE` is the record's revision, so that a calendar moves an entry it already has. Withdrawn dates are
    included as `CANCELLED`, so that a calendar removes them.
    """
    # Imported here because it costs 0.1 s, and alerts and lists use this module without it.
    from icalendar import Alarm, Calendar, Event, vText

    book = Calendar()
    book.add("prodid", "-//tracker//deadlines//EN")
    book.add("version", "2.0")
    book.add("method", "PUBLISH")
    book.add("x-wr-calname", vText(t("deadlines.calendar", language)))
    entries = tuple(entries)
    kept = {entry.key for entry in entries}
    gone = tuple(entry for entry in cancelled if entry.key not in kept)
    for entry in (*entries, *gone):
        kind = label("date", entry.type, language)
        event = Event()
        event.add("uid", f"{entry.key}@tracker")
        event.add("sequence", entry.revision - (entry not in gone))
        event.add("status", "CANCELLED" if entry in gone else "CONFIRMED")
        event.add("dtstamp", stamp.astimezone(UTC))
        event.add("dtstart", entry.date)
        event.add("dtend", entry.date + timedelta(days=1))
        event.add("summary", t("deadlines.event", language, type=kind, title=entry.what(language)))
        page = change_url(viewer_url, entry.change_id)
        event.add(
            "description",
            "\n".join(
                part
                for part in (
                    sanitize(entry.title),
                    f"{kind}: {written(entry.date, language)}",
                    confinement(entry.note, entry.by, entry.units, language),
                    *(ribbon.words for ribbon in (ribbons or {}).get(entry.key, ())),
                    f"“{entry.quote}”" if entry.quote else "",
                    page,
                    entry.url,
                    t("message.notice", language),
                )
                if part
            ),
        )
        event.add("url", page)
        event.add("categories", [label("level", entry.level, language), kind])
        event.add("transp", "TRANSPARENT")
        alarm = Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("trigger", -WARNING)
        alarm.add("description", kind)
        event.add_component(alarm)
        book.add_component(event)
    return bytes(book.to_ical())


def change_url(viewer_url: str, change_id: str, profile: str = "") -> str:
    """Return the address of a change's page in the viewer, for the readers of a profile where one is named."""
    readers = f"?profile={quote(profile, safe='')}" if profile else ""
    return f"{viewer_url.rstrip('/')}/changes/{change_id}{readers}"
