"""Phrases that the sections of the digest share: changes, days, places and counts in one language."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from tracker.citations import format_japanese
from tracker.digest.week import Week
from tracker.i18n import format_day as written
from tracker.i18n import format_instant as timed
from tracker.i18n import label, t
from tracker.legal_status.propagation import section
from tracker.model import KEPT_UP_TO_DATE, Change, DocumentKind, Language, LegalDate
from tracker.rendering.alert_message import force_label, headline_of, touched
from tracker.rendering.deadlines import change_url
from tracker.rendering.location_text import date_note
from tracker.rendering.moved_dates import with_moved_dates
from tracker.rendering.status_ribbons import record_ribbons, story_ribbons, unit_ribbons
from tracker.sanitize import safe_url, sanitize_line, shorten

HEADLINE = 150
TITLE = 110
REASON = 230
RIBBONS = 3  # of the other records of a story
_BOOKS = frozenset({DocumentKind.CFR, DocumentKind.LAW, DocumentKind.LIST})


@dataclass(frozen=True, slots=True)
class Phrases:
    """The phrases for one week in one language. `share`: the fraction of long lists that is shown."""

    week: Week
    language: Language
    share: float = 1.0

    def shown(self, limit: int) -> int:
        return max(1, round(limit * self.share))

    def head(self, change: Change, limit: int) -> str:
        """The change in one line: its headline; without one the title of a document, or the changed places of a lasting
        text."""
        headline = headline_of(change, self.language)
        if headline:
            return shorten(self.cited(headline), limit)
        if change.kind in _BOOKS:
            return shorten(self.cited(self._places(change)), limit)
        if change.kind in KEPT_UP_TO_DATE:
            return shorten(touched(change, self.language)[0], limit)
        return self.name(change)

    def _places(self, change: Change) -> str:
        """The changed places. The first sentence of a Japanese summary is about the first section only, so the others are
        added by name."""
        first = touched(change, self.language)[0]
        if self.language != "ja":
            return first
        units = change.tagging.units
        return "、".join((first, *(unit for unit in units if section(unit) != section(units[0]))))

    def name(self, change: Change, *, number: bool = True) -> str:
        """The name of the changed document: its title, or for a lasting text the changed places."""
        if change.kind in _BOOKS:
            return shorten(self.cited(touched(change, self.language)[0]), TITLE)
        known = (change.document_number or change.citation) if number else None
        return shorten(sanitize_line(change.title), TITLE) + (
            self.bracketed(sanitize_line(known)) if known else ""
        )

    def what(self, change: Change) -> str:
        """The change for use in the middle of a sentence."""
        if change.kind in KEPT_UP_TO_DATE or headline_of(change, self.language):
            return self.head(change, 120)
        return self.name(change, number=False)

    def reason(self, change: Change) -> str:
        reason = shorten(sanitize_line(change.tagging.reason.get(self.language)), REASON)
        return with_moved_dates(reason, change, self.language)

    def of_unit(self, change: Change, path: str) -> list[str]:
        """What the status of a record says of one of its units on the day of the digest."""
        return [one.words for one in unit_ribbons(change, path, self.week.as_of, self.language)]

    def ribbons(self, change: Change, others: Sequence[Change] = ()) -> tuple[str, ...]:
        """What the status of the records of a story says on the day of the digest, the gravest first."""
        found = story_ribbons(change, others, self.week.as_of, self.language)
        return tuple(shorten(one.words, REASON) for one in found)

    def status(self, change: Change, others: Sequence[Change] = ()) -> list[str]:
        """The legal status on the day of the digest, then what the status of other records of its story says; nothing where
        none is stated."""
        day = self.week.as_of
        own = {one.words for one in record_ribbons(change, day, self.language)}
        found = [
            one.words for one in story_ribbons(change, others, day, self.language) if one.words not in own
        ]
        line = force_label(change, day, self.language, dated=False) if change.tagging.status else ""
        more = [self.more(len(found) - RIBBONS)] if len(found) > RIBBONS else []
        return [shorten(one, REASON) for one in (line, *found[:RIBBONS], *more) if one]

    def noted(self, entry: LegalDate) -> list[str]:
        """The document that set the date, or the scope of the date; empty where the date is the document's own and applies to
        all."""
        note = date_note(entry.note, entry.by, self.language)
        return [self.cited(note)] if note else []

    def type(self, entry: LegalDate) -> str:
        return label("date", entry.type, self.language)

    def page(self, change: Change) -> str:
        return change_url(self.week.viewer_url, change.id) if self.week.viewer_url else safe_url(change.url)

    def source(self, source_id: str) -> str:
        return self.week.source_name(source_id, self.language)

    def cited(self, path: str) -> str:
        return sanitize_line(format_japanese(path) if self.language == "ja" else path)

    def day(self, on: date) -> str:
        return written(on, self.language)

    def changes(self, count: int) -> str:
        if count == 1:
            return t("digest.change-one", self.language)
        return t("digest.change-many", self.language, count=count)

    def actions(self, count: int) -> str:
        return (
            t("digest.action-one", self.language)
            if count == 1
            else t("digest.action-many", self.language, count=count)
        )

    def listed(self, words: Iterable[str]) -> str:
        return ("、" if self.language == "ja" else ", ").join(sanitize_line(word) for word in words)

    def record(self, change: Change) -> str:
        """A record of a story: its kind and number, else its official title."""
        name = change.citation or change.document_number or change.title
        return f"{label('kind', change.kind.value, self.language)} {sanitize_line(name)}"

    def bracketed(self, words: str) -> str:
        return f"({words})" if self.language == "ja" else f" ({words})"

    def more(self, count: int) -> str:
        return t("message.more", self.language, count=count) if count > 0 else ""

    def moment(self, value: datetime) -> str:
        return timed(value, self.language, self.week.period.timezone)
