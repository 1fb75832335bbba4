"""The timeline of one change, day by day, and its text with the quoted words marked. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from tracker.clock import legal_day
from tracker.model import Change, DocumentKind, LegalDate, Status

# The order of events on one day.
_ORDER = ("filed-for-inspection", "seen", "published", "codified", "dated", "status", "effective", "link")
# The type of the date that says when a status ends.
_ENDS = {"stayed": "stay-ends", "in-force": "expires"}
# The label of a record's day when it was never published in the Federal Register.
_DATED = {
    DocumentKind.CFR: "codified",
    DocumentKind.PAGE: "dated",
    DocumentKind.LIST: "dated",
    DocumentKind.DOCKET: "dated",
    DocumentKind.BILL: "dated",
}


@dataclass(frozen=True, slots=True)
class TimelineEvent:
    """One event. `kind` is `date` (`what` is a date type, or `codified`, `dated`), `seen`, `status` (`what` is
    a state), `state` (another version of the same text) or `link` (`what` is a relation: another document
    acts on this one). `change` is the id of that other record, `by` the document that set a
    date.
    """

    day: date
    kind: str
    what: str
    text: str = ""
    quote: str = ""
    change: str = ""
    superseded: bool = False
    by: str = ""


def change_events(change: Change, actors: Iterable[Change]) -> list[TimelineEvent]:
    """Return the events, oldest first; upcoming ones come last."""
    tagging = change.tagging
    events = [
        TimelineEvent(
            entry.date, "date", entry.type, entry.note, entry.quote, superseded=entry.superseded, by=entry.by
        )
        for entry in dict.fromkeys(tagging.dates)
    ]
    if change.published and not any(event.what == "published" for event in events):
        events.append(TimelineEvent(change.published, "date", _DATED.get(change.kind, "published")))
    events.append(TimelineEvent(legal_day(change.detected_at), "seen", "seen"))
    for status in tagging.status:
        if status.since is not None:
            events.append(TimelineEvent(status.since, "status", status.state, status.by or "", status.quote))
        if status.until is not None and not _is_stated(status, tagging.dates):
            events.append(
                TimelineEvent(status.until, "status-end", status.state, status.by or "", status.quote)
            )
    names = {change.document_number, change.citation}
    for actor in actors:
        for link in actor.tagging.links:
            if link.target in names and actor.id != change.id:
                day = actor.published or legal_day(actor.detected_at)
                name = actor.document_number or actor.title
                events.append(TimelineEvent(day, "link", link.relation, name, link.quote, actor.id))
    # The same statement in other words is one event.
    unique = {(event.day, event.kind, event.what, event.text): event for event in reversed(events)}
    return sorted(unique.values(), key=lambda event: (event.day, _place(event)))


def _is_stated(status: Status, dates: Iterable[LegalDate]) -> bool:
    """Return whether a date of the record says when a status ends: its last day, or the day after it."""
    assert status.until is not None
    kind = _ENDS.get(status.state)
    days = (status.until, status.until + timedelta(days=1))
    return any(entry.type == kind and entry.date in days and not entry.superseded for entry in dates)


def _place(event: TimelineEvent) -> int:
    name = event.what if event.kind in {"date", "seen"} else event.kind
    return _ORDER.index(name) if name in _ORDER else len(_ORDER)


def highlight_quotes(text: str, quotes: Sequence[str]) -> list[tuple[bool, str]]:
    """Return the text as runs, with True for the words that are quoted as evidence."""
    spans = sorted(
        (found.start(), found.end())
        for words in {words for words in quotes if words.strip()}
        for found in [re.search(re.escape(words), text)]
        if found
    )
    runs: list[tuple[bool, str]] = []
    at = 0
    for start, end in spans:
        if end <= at:
            continue
        if start > at:
            runs.append((False, text[at:start]))
        runs.append((True, text[max(start, at) : end]))
        at = end
    if at < len(text):
        runs.append((False, text[at:]))
    return runs
