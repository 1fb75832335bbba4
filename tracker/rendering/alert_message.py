"""Builds the content of an alert, before a channel formats it.

A reader takes it in within ten seconds: the level and what changed come first, then whether the change is in
force, the next dates, why it matters, and official quotes with their location. Every text in a `Message` is one
line without invisible characters; each channel adds its own markup.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice

from tracker.clock import legal_day
from tracker.i18n import format_day, format_instant, label, t
from tracker.legal_status.current import current_status, status_line
from tracker.model import (
    KEPT_UP_TO_DATE,
    Change,
    Direction,
    DocumentKind,
    Evidence,
    Language,
    Level,
    ProfileMatch,
    SpanKind,
    Topic,
)
from tracker.rendering.correction_text import correction_line
from tracker.rendering.deadlines import CLOSING, change_url, days_left, upcoming
from tracker.rendering.location_text import date_note, location_label, status_where, timed
from tracker.rendering.moved_dates import moved_dates, with_moved_dates
from tracker.rendering.profile_lead import leading_badge, leading_match, profile_reason
from tracker.rendering.source_text import SourceNames, agency, id_as_name
from tracker.rendering.summary_sentences import beyond
from tracker.rendering.words_on_day import worded_on
from tracker.sanitize import first_sentence, safe_url, sanitize_line, shorten

QUOTES = 3
QUOTE_LENGTH = 280
SOON = 14  # days
SUBJECT_LENGTH = 120
UNITS = 6


@dataclass(frozen=True, slots=True)
class LabeledFact:
    """One labeled line of an alert. `strong` marks lines that must not be missed: the legal status and dates
    that are near.
    """

    label: str
    value: str
    strong: bool = False


@dataclass(frozen=True, slots=True)
class OfficialQuote:
    """A quote from the official text, its location, and what it supports: a topic, a profile, the link to
    Japan, or nothing in particular.
    """

    text: str
    where: str
    shows: str

    @property
    def source(self) -> str:
        """`要旨 (エンティティー・リスト等)`."""
        if not self.where:
            return self.shows
        return f"{self.where} ({self.shows})" if self.shows else self.where


@dataclass(frozen=True, slots=True)
class ListEntry:
    """One alert of several that are combined in one message. `note` is the part that must not be missed; `link`
    is its page in the viewer.
    """

    id: str
    level: Level
    badge: str
    what: str
    note: str
    link: str


@dataclass(frozen=True, slots=True)
class ChangedPassage:
    """A changed unit of a text, as runs of equal, deleted and inserted words in reading order."""

    path: str
    runs: tuple[tuple[SpanKind, str], ...]


@dataclass(frozen=True, slots=True)
class Message:
    """One alert in one language.

    `marks` come first: whether it is an update or a possible repetition. `badge` is the level and direction in
    words. `what` is the change in one line of the reader's language; `title` is the official title, empty where
    `what` contains it; `detail` is the rest of the summary. `points` are the lines that a reader needs first:
    legal status, dates, reason, topics, profiles. `links` are the viewer's page and, where the address is
    public, the official one. `facts` are further details. `entries` are the alerts that this message combines.
    `number` is the document number or citation. `passages` are the changed words, where two versions of a text
    were compared.
    """

    id: str
    language: Language
    level: Level
    direction: Direction | None
    marks: tuple[str, ...]
    badge: str
    subject: str
    what: str
    title: str
    detail: str
    points: tuple[LabeledFact, ...]
    quotes: tuple[OfficialQuote, ...]
    facts: tuple[LabeledFact, ...]
    links: tuple[LabeledFact, ...]
    notice: str
    entries: tuple[ListEntry, ...] = ()
    number: str = ""
    passages: tuple[ChangedPassage, ...] = ()
    profile: str = ""  # whose level leads; empty: the general level


def build_message(
    change: Change,
    language: Language,
    *,
    now: datetime,
    timezone: str,
    viewer_url: str,
    update: bool = False,
    repeated: bool = False,
    profile: str = "",
    names: SourceNames = id_as_name,
) -> Message:
    """Return the alert about a change, as of `now`. `update`: an earlier revision was sent. `repeated`: the same message may have been sent
    before. `profile`: the message goes to the readers of this profile, so its level leads. `names`: those of the sources.
    """
    today = legal_day(now)
    tagging = change.tagging
    marks = (
        *((t("reading.mark", language),) if tagging.needs_reading else ()),
        *((t("message.update", language),) if update else ()),
        *((t("message.repeated", language),) if repeated else ()),
    )
    match = leading_match(change, profile)
    badge = leading_badge(tagging.level, tagging.direction, match, language)
    what, detail = what_changed(worded_on(change, today), language)
    title = sanitize_line(change.title)
    address = safe_url(change.url)
    return Message(
        id=change.id,
        language=language,
        level=match.level if match else tagging.level,
        direction=tagging.direction,
        marks=marks,
        badge=badge,
        subject=_subject(change, language, badge, marks, what),
        what=what,
        title="" if title in what else title,
        detail=detail,
        points=_points(change, language, today, match),
        quotes=_quotes(change, language, today, match),
        facts=_facts(change, language, timezone, names),
        links=(
            LabeledFact(
                t("message.open", language), change_url(viewer_url, change.id, profile if match else "")
            ),
            *((LabeledFact(t("message.official", language), address),) if address else ()),
        ),
        notice=t("message.notice", language),
        number=sanitize_line(change.document_number or change.citation or ""),
        profile=sanitize_line(match.profile) if match else "",
    )


def headline_of(change: Change, language: Language) -> str:
    """What changed, made from the gravest act, without the full stop at its end; empty where there is none."""
    headline = sanitize_line(change.tagging.headline.get(language))
    first, rest = first_sentence(headline, language)
    return headline.removesuffix("。") if rest else first


def what_changed(change: Change, language: Language) -> tuple[str, str]:
    """Return the change in one line, and the rest of what there is to say: the headline, and what the summary says beyond
    it; without a headline what `touched` says.
    """
    headline = headline_of(change, language)
    if not headline:
        return touched(change, language)
    summary = sanitize_line(change.tagging.summary.get(language))
    detail = beyond(headline, summary, language)
    return headline, with_moved_dates(detail, change, language)


def touched(change: Change, language: Language) -> tuple[str, str]:
    """Return what was touched in one line, and the rest: from the summary, else from the touched units, else from the title."""
    summary = sanitize_line(change.tagging.summary.get(language))
    moved = moved_dates(change, language)
    if summary:
        first, rest = first_sentence(summary, language)
        return first, with_moved_dates(rest, change, language)
    units = change.tagging.units
    kind = label("kind", change.kind, language)
    title = sanitize_line(change.title)
    if (
        change.kind not in {DocumentKind.CFR, DocumentKind.LAW, DocumentKind.LIST, DocumentKind.PAGE}
        or not units
    ):
        name = kind if language == "ja" else kind.lower()
        return t("message.what-new", language, kind=name, title=title), moved
    first = sanitize_line(units[0])
    if len(units) == 1:
        return t("message.what-unit", language, kind=kind, first=first), moved
    return t("message.what-units", language, kind=kind, first=first, count=len(units)), moved


def force_label(change: Change, today: date, language: Language, *, dated: bool = True) -> str:
    """Return the legal status in one line; empty for a page or a list without a status. `dated`: with the day of reference.

    A stay that this document itself imposes is left out: it is shown on the record of the stayed document.
    """
    silent = change.kind in KEPT_UP_TO_DATE or change.kind is DocumentKind.JUDGMENT
    if silent and not change.tagging.status:
        return ""
    own = {change.document_number, change.citation, change.order} - {None}
    text_shown = [one for one in change.tagging.status if not (one.state == "stayed" and one.by in own)]
    return status_line(text_shown, today, language, codified=is_codified(change), dated=dated)


def is_codified(change: Change) -> bool:
    """Return whether the change is text of the CFR or amends it."""
    return change.kind in {DocumentKind.CFR, DocumentKind.RULE, DocumentKind.CORRECTION}


def _subject(change: Change, language: Language, badge: str, marks: Iterable[str], what: str) -> str:
    number = change.document_number or change.citation
    marked = "・".join((badge, *marks)) if language == "ja" else ", ".join((badge, *marks))
    subject = t("message.subject", language, level=marked, what=what)
    return shorten(subject, SUBJECT_LENGTH) + (f" ({sanitize_line(number)})" if number else "")


def _points(
    change: Change, language: Language, today: date, match: ProfileMatch | None
) -> tuple[LabeledFact, ...]:
    tagging = change.tagging
    topics = [label("topic", topic.id, language) for topic in _ranked_topics(change)]
    profiles = [
        f"{sanitize_line(match.profile)} ({label('level', match.level, language)})"
        for match in change.profiles
    ]
    separator = "、" if language == "ja" else ", "
    # The summary of an unread text names what is unknown.
    unknown = tagging.needs_reading and not tagging.summary.get(language)
    reading = t("reading.notice", language) if unknown else ""
    own = profile_reason(match, tagging.level, language) if match else ""
    offered = (
        LabeledFact(t("reading.label", language), reading, strong=True),
        LabeledFact(t("profile.label", language), own),
        LabeledFact(t("correction.title", language), correction_line(change, language)),
        LabeledFact(
            t("message.status", language), force_label(change, today, language), strong=bool(tagging.status)
        ),
        *_deadlines(change, language, today),
        LabeledFact(t("message.reason", language), sanitize_line(tagging.reason.get(language))),
        LabeledFact(t("message.topics", language), separator.join(topics)),
        LabeledFact(t("message.profiles", language), separator.join(profiles)),
    )
    return tuple(point for point in offered if point.value)


def _deadlines(change: Change, language: Language, today: date) -> tuple[LabeledFact, ...]:
    facts = []
    for entry in upcoming(change, today):
        extra = [days_left(entry.date, today, language)]
        if entry.time:
            extra.append(timed(entry))
        elif entry.type == "comments-close":
            extra.append(t("message.eastern", language))
        if note := date_note(entry.note, entry.by, language):
            extra.append(note)
        text_shown = "、".join(extra) if language == "ja" else ", ".join(extra)
        bracketed = f"({text_shown})" if language == "ja" else f" ({text_shown})"
        soon = (entry.date - today).days <= SOON
        facts.append(
            LabeledFact(
                label("date", entry.type, language), format_day(entry.date, language) + bracketed, soon
            )
        )
    for kind in CLOSING:
        for closed in _closed(change, kind, today):
            past = t("message.closed", language, past=days_left(closed, today, language))
            facts.append(LabeledFact(label("date", kind, language), format_day(closed, language) + past))
    return tuple(facts)


def _closed(change: Change, kind: str, today: date) -> list[date]:
    """Return the past closing days of a period for comments or applications, when none is ahead. An alert that is sent
    late, after an outage, must not invite what is no longer accepted.
    """
    closing = {entry.date for entry in change.tagging.dates if entry.type == kind and not entry.superseded}
    return [] if any(on >= today for on in closing) else sorted(closing)


def _ranked_topics(change: Change) -> list[Topic]:
    return sorted(change.tagging.topics, key=lambda topic: -topic.score)


def _quotes(
    change: Change, language: Language, today: date, match: ProfileMatch | None
) -> tuple[OfficialQuote, ...]:
    """Return the quotes that support the alert: what the readers' profile matches, why it is not simply in force, the link to Japan, then one quote for each topic and each
    profile.
    """
    offered: list[tuple[Evidence, str]] = []
    if match is not None:
        offered += [(evidence, sanitize_line(match.profile)) for evidence in match.evidence[:1]]
    now = current_status(change.tagging.status, today).now
    if now is not None and now.quote and now.state != "in-force":
        offered.append((Evidence(now.quote, status_where(now, change)), label("status", now.state, language)))
    offered += [(evidence, t("message.nexus", language)) for evidence in change.tagging.japan_nexus[:1]]
    title = sanitize_line(change.title)
    for name, words in (
        *((label("topic", topic.id, language), topic.evidence) for topic in _ranked_topics(change)),
        *((sanitize_line(match.profile), match.evidence) for match in change.profiles),
    ):
        # The message shows the title already.
        outside_title = (entry for entry in words if sanitize_line(entry.quote) not in title)
        offered += [(entry, name) for entry in islice(outside_title, 1)]
    if not offered:
        offered.append((Evidence(change.abstract, "abstract"), ""))
    chosen: dict[str, OfficialQuote] = {}
    for evidence, shows in offered:
        text = sanitize_line(evidence.quote)
        read = any(text in other or other in text for other in chosen)
        if text and not read and len(chosen) < QUOTES:
            chosen[text] = OfficialQuote(
                shorten(text, QUOTE_LENGTH), location_label(evidence.where, language), shows
            )
    return tuple(chosen.values())


def _facts(change: Change, language: Language, timezone: str, names: SourceNames) -> tuple[LabeledFact, ...]:
    document = ", ".join(
        sanitize_line(part)
        for part in (
            label("kind", change.kind, language),
            change.document_number or "",
            change.citation or "",
            format_day(change.published, language) if change.published else "",
        )
        if part
    )
    offered = (
        ("message.document", document),
        (
            "message.agencies",
            t("paper.comma", language).join(agency(name, language) for name in change.agencies),
        ),
        ("message.units", _listed(change.tagging.units, language)),
        ("message.eccns", _listed(change.tagging.eccns, language)),
        ("message.source", names(change.source, language)),
        ("message.detected", format_instant(change.detected_at, language, timezone)),
        ("message.id", change.id),
    )
    return tuple(LabeledFact(t(key, language), value) for key, value in offered if value)


def _listed(values: tuple[str, ...], language: Language) -> str:
    shown = ", ".join(sanitize_line(value) for value in values[:UNITS])
    if len(values) <= UNITS:
        return shown
    more = t("message.more", language, count=len(values) - UNITS)
    return f"{shown}、{more}" if language == "ja" else f"{shown}, {more}"
