"""The dates ahead of all changes: rows for people, JSON for scripts, a calendar for everybody."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from hashlib import blake2b
from typing import Any

from tracker.i18n import day as written
from tracker.i18n import label, t
from tracker.model import Change, DocumentKind, Language, LegalDate, Level
from tracker.present.inert import first_sentence, inert, line, safe_url

# What somebody has to do something by. Publication and filing are past when they are told.
AHEAD = ("comments-close", "effective", "compliance", "stay-ends", "expires", "hearing")
WARNING = timedelta(days=7)
_TEXTS = frozenset({DocumentKind.CFR, DocumentKind.LIST, DocumentKind.PAGE})


@dataclass(frozen=True, slots=True)
class Deadline:
    """One date ahead of one change. `key` is stable while the date moves, so that a calendar moves
    its entry instead of adding a second one; `revision` counts the moves."""

    key: str
    change_id: str
    revision: int
    source: str
    level: Level
    type: str
    date: date
    note: str
    quote: str
    title: str
    what_ja: str
    what_en: str
    document_number: str | None
    url: str

    def what(self, language: Language) -> str:
        """Its change in the reader's language, the official title where nothing else is known."""
        return (self.what_ja if language == "ja" else self.what_en) or self.title


def ahead(change: Change, today: date) -> tuple[LegalDate, ...]:
    """The dates of one change that are still to come, earliest first, without superseded ones."""
    return tuple(
        sorted(
            {
                entry
                for entry in change.tagging.dates
                if entry.type in AHEAD and not entry.superseded and entry.date >= today
            },
            key=lambda entry: (entry.date, AHEAD.index(entry.type), entry.note),
        )
    )


def deadlines(changes: Iterable[Change], today: date) -> tuple[Deadline, ...]:
    """The dates ahead of these changes, earliest first; the highest level first on the same day.

    What several texts say in the same words (a note that stands under each section of a part) is one
    date: that of the text that was seen first, so that it keeps its key.
    """
    found: dict[tuple[object, ...], Deadline] = {}
    for change in sorted(changes, key=lambda change: (change.detected_at, change.id)):
        for deadline in () if change.editorial else _of(change):
            told = change.kind in _TEXTS and deadline.quote
            same = (deadline.type, deadline.date, deadline.quote) if told else (deadline.key,)
            if deadline.date >= today:
                found.setdefault(same, deadline)
    return tuple(
        sorted(
            found.values(),
            key=lambda entry: (entry.date, -entry.level.rank, AHEAD.index(entry.type), entry.key),
        )
    )


def _of(change: Change) -> Iterable[Deadline]:
    """Keys count dates of one type and note, so that they do not depend on the date itself."""
    counted: dict[tuple[str, str], int] = {}
    for entry in sorted(set(change.tagging.dates), key=lambda entry: entry.date):
        if entry.type not in AHEAD or entry.superseded:
            continue
        place = counted[(entry.type, entry.note)] = counted.get((entry.type, entry.note), 0) + 1
        parts = [change.id, entry.type]
        if entry.note:
            parts.append(blake2b(entry.note.encode(), digest_size=4).hexdigest())
        if place > 1:
            parts.append(str(place))
        yield Deadline(
            key="-".join(parts),
            change_id=change.id,
            revision=change.revision,
            source=change.source,
            level=change.tagging.level,
            type=entry.type,
            date=entry.date,
            note=line(entry.note),
            quote=line(entry.quote),
            title=line(change.title),
            what_ja=_what(change, "ja"),
            what_en=_what(change, "en"),
            document_number=change.document_number,
            url=safe_url(change.url),
        )


def _what(change: Change, language: Language) -> str:
    """What the date is a date of. The summary of a record that changed tells the change, of which the
    date is none: a document is called by its title, a text by what was touched in it."""
    said = first_sentence(line(change.tagging.summary.get(language)), language)[0]
    title = line(change.title)
    return said if title in said or change.kind in _TEXTS else title


def days_left(on: date, today: date, language: Language) -> str:
    """`あと30日`, `today`, `3 days ago`."""
    left = (on - today).days
    if left == 0:
        return t("days.today", language)
    return t("days.left", language, days=left) if left > 0 else t("days.past", language, days=-left)


def telling(entries: Iterable[Deadline], language: Language, today: date) -> list[dict[str, str]]:
    """Rows for `tracker deadlines --format text`, under the labels that the reader sees."""
    return [
        {
            t("deadlines.day", language): entry.date.isoformat(),
            t("deadlines.left", language): days_left(entry.date, today, language),
            t("message.level", language): label("level", entry.level, language),
            t("deadlines.type", language): label("date", entry.type, language)
            + (f" ({entry.note})" if entry.note else ""),
            t("deadlines.what", language): entry.what(language),
            t("changes.id", language): entry.change_id,
        }
        for entry in entries
    ]


def as_json(entries: Iterable[Deadline]) -> list[dict[str, Any]]:
    """Rows for `tracker deadlines --format json`."""
    return [
        {
            "change": entry.change_id,
            "source": entry.source,
            "document_number": entry.document_number,
            "type": entry.type,
            "date": entry.date.isoformat(),
            "note": entry.note,
            "quote": entry.quote,
            "level": entry.level.value,
            "title": entry.title,
            "url": entry.url,
        }
        for entry in entries
    ]


def calendar(entries: Iterable[Deadline], language: Language, *, viewer_url: str, stamp: datetime) -> bytes:
    """An iCalendar file (RFC 5545) of all-day entries with stable UIDs and an alarm a week ahead.

    `SEQUENCE` grows with the record's revision, so that a calendar that has the entry moves it.
    """
    # Imported here: it costs 0.1 s, and alerts and lists need this module without it.
    from icalendar import Alarm, Calendar, Event, vText

    book = Calendar()
    book.add("prodid", "-//tracker//deadlines//EN")
    book.add("version", "2.0")
    book.add("method", "PUBLISH")
    book.add("x-wr-calname", vText(t("deadlines.calendar", language)))
    for entry in entries:
        kind = label("date", entry.type, language)
        event = Event()
        event.add("uid", f"{entry.key}@tracker")
        event.add("sequence", entry.revision - 1)
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
                    inert(entry.title),
                    f"{kind}: {written(entry.date, language)}",
                    entry.note,
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


def change_url(viewer_url: str, change_id: str) -> str:
    """The viewer's page of a change."""
    return f"{viewer_url.rstrip('/')}/changes/{change_id}"
