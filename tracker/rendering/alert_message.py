"""What an alert says, before any place gives it its form.

Reading one takes ten seconds: the level and what changed come first, then whether it is in force, what
is due, why it matters, and the official words with where they stood. Every text in a `Message` is on
one line and free of invisible characters; markup is each outlet's own affair.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice

from tracker.clock import legal_day
from tracker.i18n import format_day, format_instant, label, t
from tracker.legal_status.current import current_status, status_line
from tracker.model import Change, Direction, DocumentKind, Evidence, Language, Level, SpanKind, Topic
from tracker.rendering.deadlines import change_url, days_left, upcoming
from tracker.rendering.location_text import date_note, location_label, status_where, timed
from tracker.sanitize import first_sentence, safe_url, sanitize_line, shorten

QUOTES = 3
QUOTE_LENGTH = 280
SOON = 14  # days
SUBJECT_LENGTH = 120
UNITS = 6


@dataclass(frozen=True, slots=True)
class LabeledFact:
    """A line of an alert. `strong` ones must not be missed: the legal status, what is due soon."""

    label: str
    value: str
    strong: bool = False


@dataclass(frozen=True, slots=True)
class OfficialQuote:
    """Official words, where they stood, and what they show: a topic, a profile, the link to Japan, or
    nothing in particular."""

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
    """One alert among several that are told in one message. `note`: what of it must not be missed; `link`: its
    page in the viewer."""

    id: str
    level: Level
    badge: str
    what: str
    note: str
    link: str


@dataclass(frozen=True, slots=True)
class ChangedPassage:
    """A unit that changed: runs of words that are the same, went or came, in the order of the text."""

    path: str
    runs: tuple[tuple[SpanKind, str], ...]


@dataclass(frozen=True, slots=True)
class Message:
    """One alert in one language.

    `marks` are said before all else: that it is an update, or possibly a repetition. `badge` is the
    level and direction in words. `what` is the change in one line of the reader's language, `title`
    the official title, empty where `what` has it; `detail` what else the summary says. `points` are read in ten seconds: whether it is in force, what is due, why it
    matters, topics, profiles. `links` are the viewer's page and, where its address is one that people
    may follow, the official one. `facts` are for whoever reads on. `entries` are the alerts that are told
    together in this one. `number`: the document's, or its citation. `passages` are the
    words that changed, where two states of a text were compared.
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


def build_message(
    change: Change,
    language: Language,
    *,
    now: datetime,
    timezone: str,
    viewer_url: str,
    update: bool = False,
    repeated: bool = False,
) -> Message:
    """The alert about a change, as of `now`. `update`: an earlier revision was told; `repeated`: the
    same message may have gone out already."""
    today = legal_day(now)
    tagging = change.tagging
    marks = (
        *((t("message.update", language),) if update else ()),
        *((t("message.repeated", language),) if repeated else ()),
    )
    level, badge = tagging.level, level_badge(tagging.level, tagging.direction, language)
    if level is Level.NONE and change.profiles:  # told for a profile alone, so by its level
        match = max(change.profiles, key=lambda each: each.level.rank)
        level, badge = (
            match.level,
            f"{sanitize_line(match.profile)}: {level_badge(match.level, None, language)}",
        )
    what, detail = what_changed(change, language)
    title = sanitize_line(change.title)
    address = safe_url(change.url)
    return Message(
        id=change.id,
        language=language,
        level=level,
        direction=tagging.direction,
        marks=marks,
        badge=badge,
        subject=_subject(change, language, badge, marks, what),
        what=what,
        title="" if title in what else title,
        detail=detail,
        points=_points(change, language, today),
        quotes=_quotes(change, language, today),
        facts=_facts(change, language, timezone),
        links=(
            LabeledFact(t("message.open", language), change_url(viewer_url, change.id)),
            *((LabeledFact(t("message.official", language), address),) if address else ()),
        ),
        notice=t("message.notice", language),
        number=sanitize_line(change.document_number or change.citation or ""),
    )


def level_badge(level: Level, direction: Direction | None, language: Language) -> str:
    """`緊急・規制強化`, `Critical, restriction`."""
    said = label("level", level, language)
    if direction is None:
        return said
    pushed = label("direction", direction, language)
    return f"{said}・{pushed}" if language == "ja" else f"{said}, {pushed.lower()}"


def what_changed(change: Change, language: Language) -> tuple[str, str]:
    """The change in one line, and what else is told of it: its summary's first sentence and the rest,
    else the units that it touches, else its title."""
    summary = sanitize_line(change.tagging.summary.get(language))
    if summary:
        return first_sentence(summary, language)
    units = change.tagging.units
    kind = label("kind", change.kind, language)
    title = sanitize_line(change.title)
    if change.kind not in {DocumentKind.CFR, DocumentKind.LIST, DocumentKind.PAGE} or not units:
        said = kind if language == "ja" else kind.lower()
        return t("message.what-new", language, kind=said, title=title), ""
    first = sanitize_line(units[0])
    if len(units) == 1:
        return t("message.what-unit", language, kind=kind, first=first), ""
    return t("message.what-units", language, kind=kind, first=first, count=len(units)), ""


def force_label(change: Change, today: date, language: Language) -> str:
    """Whether it is in force. A page or a list says nothing of its own force, and then nothing is said;
    of a document it is worth saying that it does not. What it stays itself stands on the other's record."""
    silent = change.kind in {DocumentKind.CFR, DocumentKind.LIST, DocumentKind.PAGE}
    if silent and not change.tagging.status:
        return ""
    own = {change.document_number, change.citation} - {None}
    said = [one for one in change.tagging.status if not (one.state == "stayed" and one.by in own)]
    return status_line(said, today, language, codified=is_codified(change))


def is_codified(change: Change) -> bool:
    """Whether it is, or amends, text of the CFR."""
    return change.kind in {DocumentKind.CFR, DocumentKind.RULE, DocumentKind.CORRECTION}


def _subject(change: Change, language: Language, badge: str, marks: Iterable[str], what: str) -> str:
    number = change.document_number or change.citation
    marked = "・".join((badge, *marks)) if language == "ja" else ", ".join((badge, *marks))
    subject = t("message.subject", language, level=marked, what=what)
    return shorten(subject, SUBJECT_LENGTH) + (f" ({sanitize_line(number)})" if number else "")


def _points(change: Change, language: Language, today: date) -> tuple[LabeledFact, ...]:
    tagging = change.tagging
    topics = [label("topic", topic.id, language) for topic in _ranked_topics(change)]
    profiles = [
        f"{sanitize_line(match.profile)} ({label('level', match.level, language)})"
        for match in change.profiles
    ]
    separator = "、" if language == "ja" else ", "
    offered = (
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
        if entry.note:
            extra.append(date_note(entry.note, language))
        said = "、".join(extra) if language == "ja" else ", ".join(extra)
        bracketed = f"({said})" if language == "ja" else f" ({said})"
        soon = (entry.date - today).days <= SOON
        facts.append(
            LabeledFact(
                label("date", entry.type, language), format_day(entry.date, language) + bracketed, soon
            )
        )
    for closed in _closed(change, today):
        past = t("message.closed", language, past=days_left(closed, today, language))
        facts.append(
            LabeledFact(label("date", "comments-close", language), format_day(closed, language) + past)
        )
    return tuple(facts)


def _closed(change: Change, today: date) -> list[date]:
    """The days until which comments were taken, where none of them is ahead any more: told after an outage, an alert must
    not call for what is too late."""
    closing = {
        entry.date
        for entry in change.tagging.dates
        if entry.type == "comments-close" and not entry.superseded
    }
    return [] if any(on >= today for on in closing) else sorted(closing)


def _ranked_topics(change: Change) -> list[Topic]:
    return sorted(change.tagging.topics, key=lambda topic: -topic.score)


def _quotes(change: Change, language: Language, today: date) -> tuple[OfficialQuote, ...]:
    """The words that carry the alert: why it is not simply in force, the link to Japan, then one for each
    topic, then one for each profile."""
    offered: list[tuple[Evidence, str]] = []
    now = current_status(change.tagging.status, today).now
    if now is not None and now.quote and now.state != "in-force":
        offered.append((Evidence(now.quote, status_where(now, change)), label("status", now.state, language)))
    offered += [(evidence, t("message.nexus", language)) for evidence in change.tagging.japan_nexus[:1]]
    title = sanitize_line(change.title)
    for name, words in (
        *((label("topic", topic.id, language), topic.evidence) for topic in _ranked_topics(change)),
        *((sanitize_line(match.profile), match.evidence) for match in change.profiles),
    ):
        # The title is read already.
        telling = (entry for entry in words if sanitize_line(entry.quote) not in title)
        offered += [(entry, name) for entry in islice(telling, 1)]
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


def _facts(change: Change, language: Language, timezone: str) -> tuple[LabeledFact, ...]:
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
        ("message.agencies", ", ".join(sanitize_line(agency) for agency in change.agencies)),
        ("message.units", _listed(change.tagging.units, language)),
        ("message.eccns", _listed(change.tagging.eccns, language)),
        ("message.source", sanitize_line(change.source)),
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
