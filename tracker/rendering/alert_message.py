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
from tracker.i18n import day, label, moment, t
from tracker.legal_status.current import standing, standing_line
from tracker.model import Change, Direction, DocumentKind, Evidence, Language, Level, SpanKind, Topic
from tracker.rendering.deadlines import ahead, change_url, days_left
from tracker.rendering.location_text import noted, status_where, timed, where_said
from tracker.sanitize import first_sentence, line, safe_url, shorten

QUOTES = 3
QUOTE_LENGTH = 280
SOON = 14  # days
SUBJECT_LENGTH = 120
UNITS = 6


@dataclass(frozen=True, slots=True)
class Fact:
    """A line of an alert. `strong` ones must not be missed: the legal status, what is due soon."""

    label: str
    value: str
    strong: bool = False


@dataclass(frozen=True, slots=True)
class Quote:
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
class Entry:
    """One alert among several that are told in one message. `note`: what of it must not be missed; `link`: its
    page in the viewer."""

    id: str
    level: Level
    badge: str
    what: str
    note: str
    link: str


@dataclass(frozen=True, slots=True)
class Passage:
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
    points: tuple[Fact, ...]
    quotes: tuple[Quote, ...]
    facts: tuple[Fact, ...]
    links: tuple[Fact, ...]
    notice: str
    entries: tuple[Entry, ...] = ()
    number: str = ""
    passages: tuple[Passage, ...] = ()


def message(
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
        level, badge = match.level, f"{line(match.profile)}: {level_badge(match.level, None, language)}"
    what, detail = what_changed(change, language)
    title = line(change.title)
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
            Fact(t("message.open", language), change_url(viewer_url, change.id)),
            *((Fact(t("message.official", language), address),) if address else ()),
        ),
        notice=t("message.notice", language),
        number=line(change.document_number or change.citation or ""),
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
    summary = line(change.tagging.summary.get(language))
    if summary:
        return first_sentence(summary, language)
    units = change.tagging.units
    kind = label("kind", change.kind, language)
    title = line(change.title)
    if change.kind not in {DocumentKind.CFR, DocumentKind.LIST, DocumentKind.PAGE} or not units:
        said = kind if language == "ja" else kind.lower()
        return t("message.what-new", language, kind=said, title=title), ""
    first = line(units[0])
    if len(units) == 1:
        return t("message.what-unit", language, kind=kind, first=first), ""
    return t("message.what-units", language, kind=kind, first=first, count=len(units)), ""


def force(change: Change, today: date, language: Language) -> str:
    """Whether it is in force. A page or a list says nothing of its own force, and then nothing is said;
    of a document it is worth saying that it does not. What it stays itself stands on the other's record."""
    silent = change.kind in {DocumentKind.CFR, DocumentKind.LIST, DocumentKind.PAGE}
    if silent and not change.tagging.status:
        return ""
    own = {change.document_number, change.citation} - {None}
    said = [one for one in change.tagging.status if not (one.state == "stayed" and one.by in own)]
    return standing_line(said, today, language, codified=codified(change))


def codified(change: Change) -> bool:
    """Whether it is, or amends, text of the CFR."""
    return change.kind in {DocumentKind.CFR, DocumentKind.RULE, DocumentKind.CORRECTION}


def _subject(change: Change, language: Language, badge: str, marks: Iterable[str], what: str) -> str:
    number = change.document_number or change.citation
    marked = "・".join((badge, *marks)) if language == "ja" else ", ".join((badge, *marks))
    subject = t("message.subject", language, level=marked, what=what)
    return shorten(subject, SUBJECT_LENGTH) + (f" ({line(number)})" if number else "")


def _points(change: Change, language: Language, today: date) -> tuple[Fact, ...]:
    tagging = change.tagging
    topics = [label("topic", topic.id, language) for topic in _ranked_topics(change)]
    profiles = [
        f"{line(match.profile)} ({label('level', match.level, language)})" for match in change.profiles
    ]
    separator = "、" if language == "ja" else ", "
    offered = (
        Fact(t("message.status", language), force(change, today, language), strong=bool(tagging.status)),
        *_deadlines(change, language, today),
        Fact(t("message.reason", language), line(tagging.reason.get(language))),
        Fact(t("message.topics", language), separator.join(topics)),
        Fact(t("message.profiles", language), separator.join(profiles)),
    )
    return tuple(point for point in offered if point.value)


def _deadlines(change: Change, language: Language, today: date) -> tuple[Fact, ...]:
    facts = []
    for entry in ahead(change, today):
        extra = [days_left(entry.date, today, language)]
        if entry.time:
            extra.append(timed(entry))
        elif entry.type == "comments-close":
            extra.append(t("message.eastern", language))
        if entry.note:
            extra.append(noted(entry.note, language))
        said = "、".join(extra) if language == "ja" else ", ".join(extra)
        bracketed = f"({said})" if language == "ja" else f" ({said})"
        soon = (entry.date - today).days <= SOON
        facts.append(Fact(label("date", entry.type, language), day(entry.date, language) + bracketed, soon))
    for closed in _closed(change, today):
        past = t("message.closed", language, past=days_left(closed, today, language))
        facts.append(Fact(label("date", "comments-close", language), day(closed, language) + past))
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


def _quotes(change: Change, language: Language, today: date) -> tuple[Quote, ...]:
    """The words that carry the alert: why it is not simply in force, the link to Japan, then one for each
    topic, then one for each profile."""
    offered: list[tuple[Evidence, str]] = []
    now = standing(change.tagging.status, today).now
    if now is not None and now.quote and now.state != "in-force":
        offered.append((Evidence(now.quote, status_where(now, change)), label("status", now.state, language)))
    offered += [(evidence, t("message.nexus", language)) for evidence in change.tagging.japan_nexus[:1]]
    title = line(change.title)
    for name, words in (
        *((label("topic", topic.id, language), topic.evidence) for topic in _ranked_topics(change)),
        *((line(match.profile), match.evidence) for match in change.profiles),
    ):
        # The title is read already.
        telling = (entry for entry in words if line(entry.quote) not in title)
        offered += [(entry, name) for entry in islice(telling, 1)]
    if not offered:
        offered.append((Evidence(change.abstract, "abstract"), ""))
    chosen: dict[str, Quote] = {}
    for evidence, shows in offered:
        text = line(evidence.quote)
        read = any(text in other or other in text for other in chosen)
        if text and not read and len(chosen) < QUOTES:
            chosen[text] = Quote(shorten(text, QUOTE_LENGTH), where_said(evidence.where, language), shows)
    return tuple(chosen.values())


def _facts(change: Change, language: Language, timezone: str) -> tuple[Fact, ...]:
    document = ", ".join(
        line(part)
        for part in (
            label("kind", change.kind, language),
            change.document_number or "",
            change.citation or "",
            day(change.published, language) if change.published else "",
        )
        if part
    )
    offered = (
        ("message.document", document),
        ("message.agencies", ", ".join(line(agency) for agency in change.agencies)),
        ("message.units", _listed(change.tagging.units, language)),
        ("message.eccns", _listed(change.tagging.eccns, language)),
        ("message.source", line(change.source)),
        ("message.detected", moment(change.detected_at, language, timezone)),
        ("message.id", change.id),
    )
    return tuple(Fact(t(key, language), value) for key, value in offered if value)


def _listed(values: tuple[str, ...], language: Language) -> str:
    shown = ", ".join(line(value) for value in values[:UNITS])
    if len(values) <= UNITS:
        return shown
    more = t("message.more", language, count=len(values) - UNITS)
    return f"{shown}、{more}" if language == "ja" else f"{shown}, {more}"
