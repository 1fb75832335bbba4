"""Builds the view of a digest: all texts in one language, in reading order, independent of the output format.

All texts are single lines without invisible characters; each format adds its own markup.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import groupby
from urllib.parse import quote

from tracker.digest.changed_parties import PartyChange, only_parties
from tracker.digest.figures import LEVELS, charts
from tracker.digest.lead import sentences, subject, warning, watched
from tracker.digest.phrases import HEADLINE, REASON, Phrases
from tracker.digest.view_model import DigestGroup, DigestRow, DigestSection, DigestView
from tracker.digest.week import (
    ActionItem,
    DigestItem,
    SourceHealth,
    SourceOutage,
    StatusChange,
    UpcomingDate,
    Week,
)
from tracker.i18n import format_instant, label, t
from tracker.legal_status.ribbons import status_words
from tracker.model import Change, Language, Level, Op
from tracker.rendering.alert_message import headline_of
from tracker.rendering.correction_text import leading_correction
from tracker.rendering.deadlines import CLOSING, days_left
from tracker.rendering.failure_cause import reason_line
from tracker.rendering.official_links import official_url
from tracker.rendering.profile_lead import level_badge
from tracker.sanitize import safe_url, sanitize_line, shorten
from tracker.screening.report import country_name

# The number of rows shown per list; the rest appears as a count.
PER_TOPIC, LOW, ACTIONS, ROWS, PARTIES = 5, 8, 12, 25, 40

LISTS = "entity-list"


def build_view(week: Week, language: Language, *, repeated: bool = False, share: float = 1.0) -> DigestView:
    """The digest in Japanese or English. `repeated`: the same digest may have been sent already. `share`: the fraction of
    the usual rows to show, for formats with little space."""
    return _sheet(Phrases(week, language, share), repeated)


def _sheet(words: Phrases, repeated: bool) -> DigestView:
    week, language = words.week, words.language
    year, number, _ = week.period.first.isocalendar()
    title = t("digest.title", language, year=year, number=number)
    profile = sanitize_line(week.profile)
    marks = (
        *((t("digest.for-profile", language, profile=profile),) if profile else ()),
        *(() if week.over else (t("digest.running", language),)),
        *((t("digest.repeated", language),) if repeated else ()),
    )
    return DigestView(
        language=language,
        name=week.period.name,
        subject=subject(words, title, marks),
        title=title,
        span=t("digest.span", language, first=words.day(week.period.first), last=words.day(week.period.last)),
        marks=marks,
        warning=warning(words),
        sentences=sentences(words),
        counts=tuple((level, label("level", level, language), week.count(level)) for level in LEVELS),
        sections=tuple(
            section
            for section in (
                _actions(words),
                _topics(words),
                _turns(words),
                _parties(words),
                _sections(words),
                _proposals(words),
                _coming(words),
                _sources(words),
            )
            if section.groups or section.lead
        ),
        charts=charts(week.quarter, language),
        viewer=_viewer(week),
        viewer_says=t("digest.open", language),
        made=t("digest.made", language, moment=format_instant(week.made_at, language, week.period.timezone)),
        notice=t("digest.notice", language),
    )


def _viewer(week: Week) -> str:
    """The URL of the digest in the viewer; empty where no viewer is set."""
    if not week.viewer_url:
        return ""
    asked = f"?profile={quote(week.profile)}" if week.profile else ""
    return f"{week.viewer_url.rstrip('/')}/digest/{week.period.name}{asked}"


def _actions(words: Phrases) -> DigestSection:
    week, language = words.week, words.language
    rows = [_action(words, action) for action in week.actions]
    lead = "" if rows else t("digest.actions-none", language)
    return _section(words, "actions", rows, ACTIONS, lead)


def _action(words: Phrases, action: ActionItem) -> DigestRow:
    language, due = words.language, action.date
    when, left = t("digest.undated", language), ""
    if due is not None:
        when, left = (
            words.day(due.date),
            words.type(due) + words.bracketed(days_left(due.date, words.week.as_of, language)),
        )
    if action.in_force:
        when, left = t("digest.now", language), f"{when} {left}" if due is not None else ""
    notes = [words.reason(action.item.change)]
    if due is not None:
        notes += words.noted(due)
    if action.assignee:
        notes.append(t("digest.assigned", language, who=sanitize_line(action.assignee)))
    soon = due is not None and (due.date - words.week.as_of).days <= 7
    return _row(words, action.item, notes=notes, when=when, left=left, soon=soon or action.in_force)


def _topics(words: Phrases) -> DigestSection:
    """The changes by topic: each change once, under its main topic; changes of level `low` come last."""
    language = words.language
    if words.week.empty:
        return DigestSection("topics", "")
    weighty = [item for item in words.week.items if item.level.rank >= Level.MEDIUM.rank or item.matched]
    low = [item for item in words.week.items if not (item.level.rank >= Level.MEDIUM.rank or item.matched)]
    groups = []
    matched = [item for item in weighty if item.matched]
    if matched:
        title = t("digest.for-you", language, profile=sanitize_line(words.week.profile))
        groups.append(_group(words, title, matched, ROWS))
    rest: dict[str, list[DigestItem]] = {}
    for item in weighty:
        if not item.matched:
            rest.setdefault(_topic(item.change), []).append(item)
    for name, items in rest.items():
        title = label("topic", name, language) if name else t("digest.no-topic", language)
        groups.append(_group(words, title, items, PER_TOPIC))
    if low:
        rows = tuple(
            _row(words, item, head="" if headline_of(item.change, language) else words.name(item.change))
            for item in low[: words.shown(LOW)]
        )
        groups.append(
            DigestGroup(
                t("digest.low", language, count=len(low)), rows, words.more(len(low) - words.shown(LOW))
            )
        )
    return DigestSection("topics", t("digest.topics", language), tuple(groups))


def _group(words: Phrases, title: str, items: Sequence[DigestItem], limit: int) -> DigestGroup:
    rows = tuple(_row(words, item, notes=[words.reason(item.change)]) for item in items[: words.shown(limit)])
    return DigestGroup(title, rows, words.more(len(items) - words.shown(limit)))


def _turns(words: Phrases) -> DigestSection:
    return _section(words, "turns", [_turn(words, turn) for turn in words.week.turns], ROWS)


def _turn(words: Phrases, turn: StatusChange) -> DigestRow:
    language, status = words.language, turn.status
    if turn.ended:
        text = t("digest.turn-ended", language, state=label("status", status.state, language))
    else:
        text = status_words(replace(status, units=()), language)
        if turn.before:
            text = t("digest.turn", language, before=label("status", turn.before, language), state=text)
    notes = [text]
    if status.units:
        notes.append(words.listed(words.cited(unit) for unit in status.units[:4]))
    if turn.ended and status.by:
        notes.append(t("legal-status.by", language, by=sanitize_line(status.by)))
    return _row(
        words,
        turn.item,
        head=words.name(turn.item.change),
        when=words.day(turn.day),
        notes=notes,
        turned=True,
    )


def _parties(words: Phrases) -> DigestSection:
    week, language = words.week, words.language
    if not week.parties:
        return DigestSection("parties", "")
    here = sum(party.in_japan for party in week.parties)
    counts = {op: sum(party.op is op for party in week.parties) for op in (Op.ADDED, Op.CHANGED, Op.REMOVED)}
    lead = t(
        "digest.parties-lead",
        language,
        added=counts[Op.ADDED],
        changed=counts[Op.CHANGED],
        removed=counts[Op.REMOVED],
        japan=here,
    )
    groups = []
    shown = week.parties[: words.shown(PARTIES)]
    for country, parties in groupby(shown, key=lambda party: party.country):
        groups.append(
            DigestGroup(country_name(country, language), tuple(_party(words, party) for party in parties))
        )
    if len(week.parties) > words.shown(PARTIES):
        last = groups[-1]
        groups[-1] = DigestGroup(last.title, last.rows, words.more(len(week.parties) - words.shown(PARTIES)))
    return DigestSection("parties", t("digest.parties", language), tuple(groups), lead)


def _party(words: Phrases, party: PartyChange) -> DigestRow:
    return DigestRow(
        head=party.name,
        href=words.page(party.change),
        when=label("op", party.op, words.language),
        notes=(words.cited(party.register), *words.of_unit(party.change, party.path)),
        official=official_url(party.register),
        soon=party.in_japan and party.op is Op.ADDED,
    )


def _sections(words: Phrases) -> DigestSection:
    language = words.language
    rows = [
        DigestRow(
            head=words.cited(section.name),
            href=f"{words.page(section.change)}/redline",
            when=words.listed(
                t(
                    "digest.op-count",
                    language,
                    op=label("op", op, language).lower(),
                    count=section.counts[op],
                )
                for op in Op
                if section.counts.get(op)
            ),
            official=official_url(section.name),
        )
        for section in words.week.sections
    ]
    return _section(words, "sections", rows, ROWS)


def _proposals(words: Phrases) -> DigestSection:
    rows = [_row(words, item, notes=_closing(words, item.change)) for item in words.week.proposals]
    return _section(words, "proposals", rows, ROWS)


def _closing(words: Phrases, change: Change) -> list[str]:
    """The closing dates of periods for comments and applications that are not past."""
    closing = sorted(
        {
            (entry.date, CLOSING.index(entry.type))
            for entry in change.tagging.dates
            if entry.type in CLOSING and not entry.superseded
        }
    )
    return [
        f"{label('date', CLOSING[kind], words.language)}: {words.day(on)}"
        + words.bracketed(days_left(on, words.week.as_of, words.language))
        for on, kind in closing
        if on >= words.week.as_of
    ]


def _coming(words: Phrases) -> DigestSection:
    return _section(words, "coming", [_date(words, coming) for coming in words.week.coming], ROWS)


def _date(words: Phrases, coming: UpcomingDate) -> DigestRow:
    return _row(
        words,
        coming.item,
        head=words.name(coming.item.change),
        when=words.day(coming.date.date),
        left=days_left(coming.date.date, words.week.as_of, words.language),
        notes=[words.type(coming.date), *words.noted(coming.date)],
    )


def _sources(words: Phrases) -> DigestSection:
    """The sources that may have missed something, and the outages of the others."""
    language = words.language
    rows = [_ill(words, source) for source in words.week.ill]
    rows += [
        _outage(words, source, outage)
        for source in words.week.sources
        if source not in words.week.ill
        for outage in source.outages
    ]
    lead = watched(words) if words.week.sources else t("digest.no-sources", language)
    return DigestSection(
        "sources", t("digest.sources", language), (DigestGroup("", tuple(rows)),) if rows else (), lead
    )


def _ill(words: Phrases, source: SourceHealth) -> DigestRow:
    language = words.language
    lasting = [
        outage for outage in source.outages if outage.until is None or outage.until >= words.week.period.end
    ]
    since = lasting[0].since if lasting else source.since
    reason = reason_line(lasting[0].cause, lasting[0].reason, language) if lasting else source.reason
    state = source.state if source.state not in {"healthy", "new"} else "failing"
    notes = [t("digest.since", language, moment=words.moment(since))] if since else []
    if lasting and lasting[0].until is not None:
        notes.append(t("digest.until", language, moment=words.moment(lasting[0].until)))
    lines = (words.listed(notes), shorten(sanitize_line(reason), REASON))
    return DigestRow(
        head=words.source(source.id),
        when=label("health", state, language),
        notes=tuple(note for note in lines if note),
        soon=True,
    )


def _outage(words: Phrases, source: SourceHealth, outage: SourceOutage) -> DigestRow:
    language = words.language
    span = [t("digest.since", language, moment=words.moment(outage.since))]
    if outage.until is not None:
        span.append(t("digest.until", language, moment=words.moment(outage.until)))
    return DigestRow(
        head=words.source(source.id),
        when=t("digest.recovered", language),
        notes=(words.listed(span), shorten(reason_line(outage.cause, outage.reason, language), REASON)),
    )


def _section(
    words: Phrases, name: str, rows: Sequence[DigestRow], limit: int, lead: str = ""
) -> DigestSection:
    if not rows and not lead:
        return DigestSection(name, "")
    group = DigestGroup("", tuple(rows[: words.shown(limit)]), words.more(len(rows) - words.shown(limit)))
    return DigestSection(name, t(f"digest.{name}", words.language), (group,) if rows else (), lead)


def _row(
    words: Phrases,
    item: DigestItem,
    *,
    head: str = "",
    notes: Iterable[str] = (),
    when: str = "",
    left: str = "",
    soon: bool = False,
    turned: bool = False,
) -> DigestRow:
    change, language = item.change, words.language
    marks = [t("digest.update", language)] if item.update else []
    if item.matched:
        marks.append(t("digest.matches", language))
    if item.also:
        marks.append(t("digest.also", language, sources=words.listed(map(words.source, item.also))))
    if item.records:
        marks.append(t("digest.story", language, records=words.listed(map(words.record, item.records))))
    if leading_correction(change) is not None:
        marks.append(t("correction.mark", language))
    if change.tagging.needs_reading:
        marks.append(t("reading.mark", language))
    headline = headline_of(change, language)
    if not turned:
        notes = (*notes, *words.status(change, item.records))
    if headline and not head:
        number = sanitize_line(change.document_number or change.citation or "")
        notes = (number if sanitize_line(change.title) in headline else words.name(change), *notes)
    text = head or words.head(change, HEADLINE)
    return DigestRow(
        head=text,
        href=words.page(change),
        when=when,
        left=left,
        badge=level_badge(item.level, change.tagging.direction, language),
        level=item.level,
        notes=tuple(note for note in notes if note and note != text),
        official=safe_url(change.url),
        marks=tuple(marks),
        soon=soon,
        ribbons=words.ribbons(change, item.records),
    )


def _topic(change: Change) -> str:
    """The main topic of a change. For a change that only affects listed parties it is the list, whatever the parties
    deal in."""
    if any(topic.id == LISTS for topic in change.tagging.topics) and only_parties(change):
        return LISTS
    return max(change.tagging.topics, key=lambda topic: topic.score).id if change.tagging.topics else ""
