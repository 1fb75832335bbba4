"""A week in one language: every word that people read, in the order in which they read it, before any form.

All texts are on one line and free of invisible characters; markup is each form's own affair.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

from tracker.citation import japanese
from tracker.digest.figures import LEVELS, charts
from tracker.digest.layout import Group, Row, Section, Sheet
from tracker.digest.touched import Party
from tracker.digest.week import Action, Coming, Health, Item, Outage, Turn, Week
from tracker.i18n import day, label, moment, t
from tracker.model import Change, DocumentKind, Language, LegalDate, Level, Op
from tracker.present.deadlines import change_url, days_left
from tracker.present.inert import line, safe_url, shorten
from tracker.present.message import force, level_badge, what_changed
from tracker.present.official import official_unit

HEADLINE = 150
REASON = 230
TITLE = 110
PER_TOPIC = 5
LOW = 8
ACTIONS = 12
ROWS = 25
PARTIES = 40
# Texts that stand for years and change in places; all others are said once.
_TEXTS = frozenset({DocumentKind.CFR, DocumentKind.LIST, DocumentKind.PAGE})


def sheet(week: Week, language: Language, *, repeated: bool = False) -> Sheet:
    """The week in Japanese or English. `repeated`: the same digest may have been sent already."""
    teller = _Teller(week, language)
    return teller.sheet(repeated)


@dataclass(frozen=True, slots=True)
class _Teller:
    week: Week
    language: Language

    def sheet(self, repeated: bool) -> Sheet:
        week, language = self.week, self.language
        year, number, _ = week.period.first.isocalendar()
        title = t("digest.title", language, year=year, number=number)
        profile = line(week.profile)
        marks = (
            *((t("digest.for-profile", language, profile=profile),) if profile else ()),
            *(() if week.over else (t("digest.running", language),)),
            *((t("message.repeated", language),) if repeated else ()),
        )
        return Sheet(
            language=language,
            name=week.period.name,
            subject=self._subject(title, marks),
            title=title,
            span=t(
                "digest.span", language, first=self._day(week.period.first), last=self._day(week.period.last)
            ),
            marks=marks,
            warning=self._warning(),
            sentences=self._sentences(),
            counts=tuple((level, label("level", level, language), week.count(level)) for level in LEVELS),
            sections=tuple(
                section
                for section in (
                    self._actions(),
                    self._topics(),
                    self._turns(),
                    self._parties(),
                    self._sections(),
                    self._proposals(),
                    self._coming(),
                    self._sources(),
                )
                if section.groups or section.lead
            ),
            charts=charts(week.quarter, language),
            viewer=f"{week.viewer_url.rstrip('/')}/digest/{week.period.name}" if week.viewer_url else "",
            viewer_says=t("digest.open", language),
            made=t("digest.made", language, moment=moment(week.made_at, language, week.period.timezone)),
            notice=t("digest.notice", language),
        )

    # --- the head -------------------------------------------------------------------------------

    def _subject(self, title: str, marks: Sequence[str]) -> str:
        week, language = self.week, self.language
        weighty = week.count(Level.CRITICAL) + week.count(Level.HIGH)
        said = (
            t("digest.subject-empty", language)
            if week.empty
            else t("digest.subject-counts", language, changes=self._changes(len(week.items)), weighty=weighty)
        )
        told = "・".join(marks) if language == "ja" else ", ".join(marks)
        return shorten(f"{title}{f' ({told})' if told else ''}: {said}", 140)

    def _warning(self) -> str:
        ill = self.week.ill
        if not ill:
            return ""
        names = self._listed(source.id for source in ill[:4])
        return t("digest.warning", self.language, count=len(ill), names=names)

    def _sentences(self) -> tuple[str, ...]:
        return tuple(said for said in (self._counted(), self._weightiest(), self._next()) if said)

    def _counted(self) -> str:
        week, language = self.week, self.language
        if week.empty:
            return t("digest.nothing", language)
        levels = self._listed(
            t("digest.level-count", language, level=name.lower(), count=count)
            for level, name, count in ((lv, label("level", lv, language), week.count(lv)) for lv in LEVELS)
            if count
        )
        before = week.quarter.weeks[-2].total if len(week.quarter.weeks) > 1 else 0
        said = t(
            "digest.counted", language, changes=self._changes(len(week.items)), levels=levels, before=before
        )
        updates = sum(item.update for item in week.items)
        if updates:
            said += t("digest.updates", language, count=updates)
        if week.profile:
            key = "digest.matched" if week.matched else "digest.matched-none"
            said += t(key, language, count=week.matched, profile=line(week.profile))
        return said

    def _weightiest(self) -> str:
        week, language = self.week, self.language
        if week.empty:
            return self._watched()
        top = min(week.items, key=lambda item: (-item.level.rank, not item.matched))
        if top.level.rank < Level.MEDIUM.rank:
            return t("digest.minor", language)
        standing = force(top.change, week.as_of, language)
        badge = level_badge(top.level, top.change.tagging.direction, language)
        state = standing.split("(", 1)[0].split(" (", 1)[0].strip() if standing else ""
        said = (
            f"{badge}・{state}"
            if state and language == "ja"
            else f"{badge}, {state.lower()}"
            if state
            else badge
        )
        return t("digest.weightiest", language, badge=said, what=self._what(top.change))

    def _watched(self) -> str:
        sources = self.week.sources
        taken = sum(source.taken for source in sources)
        well = sum(source.well(self.week.period) for source in sources)
        return t("digest.watched", self.language, well=well, all=len(sources), taken=taken)

    def _next(self) -> str:
        week, language = self.week, self.language
        dated = [action for action in week.actions if action.date is not None]
        first = min(dated, key=lambda action: action.date.date if action.date else date.max, default=None)
        if first is not None and first.date is not None:
            return t(
                "digest.next-action",
                language,
                count=self._things(len(week.actions)),
                day=self._day(first.date.date),
                left=days_left(first.date.date, week.as_of, language),
                type=self._type(first.date),
                what=self._name(first.item.change, number=False),
            )
        if week.actions:
            return t("digest.actions-undated", language, count=self._things(len(week.actions)))
        if week.coming:
            coming = week.coming[0]
            return t(
                "digest.next-date",
                language,
                day=self._day(coming.date.date),
                type=self._type(coming.date),
                what=self._name(coming.item.change, number=False),
            )
        return t("digest.no-date", language)

    # --- sections -------------------------------------------------------------------------------

    def _actions(self) -> Section:
        week, language = self.week, self.language
        rows = [self._action(action) for action in week.actions]
        lead = "" if rows else t("digest.actions-none", language)
        return self._section("actions", rows, ACTIONS, lead)

    def _action(self, action: Action) -> Row:
        language, due = self.language, action.date
        when, left = t("digest.undated", language), ""
        if due is not None:
            when, left = (
                self._day(due.date),
                self._type(due) + self._bracketed(days_left(due.date, self.week.as_of, language)),
            )
        if action.in_force:
            when, left = t("digest.now", language), f"{when} {left}" if due is not None else ""
        notes = [self._reason(action.item.change)]
        if due is not None:
            notes += self._noted(due)
        if action.assignee:
            notes.append(t("digest.assigned", language, who=line(action.assignee)))
        soon = due is not None and (due.date - self.week.as_of).days <= 7
        return self._row(action.item, notes=notes, when=when, left=left, soon=soon or action.in_force)

    def _topics(self) -> Section:
        """Each change once, under the topic that it is most about; what is only `low` is named at the end."""
        language = self.language
        if self.week.empty:
            return Section("topics", "")
        weighty = [item for item in self.week.items if item.level.rank >= Level.MEDIUM.rank or item.matched]
        low = [item for item in self.week.items if not (item.level.rank >= Level.MEDIUM.rank or item.matched)]
        groups = []
        matched = [item for item in weighty if item.matched]
        if matched:
            title = t("digest.for-you", language, profile=line(self.week.profile))
            groups.append(self._group(title, matched, ROWS))
        rest: dict[str, list[Item]] = {}
        for item in weighty:
            if not item.matched:
                rest.setdefault(_topic(item.change), []).append(item)
        for name, items in rest.items():
            title = label("topic", name, language) if name else t("digest.no-topic", language)
            groups.append(self._group(title, items, PER_TOPIC))
        if low:
            rows = tuple(self._row(item, head=self._name(item.change)) for item in low[:LOW])
            groups.append(Group(t("digest.low", language, count=len(low)), rows, self._more(len(low) - LOW)))
        return Section("topics", t("digest.topics", language), tuple(groups))

    def _group(self, title: str, items: Sequence[Item], limit: int) -> Group:
        rows = tuple(self._row(item, notes=[self._reason(item.change)]) for item in items[:limit])
        return Group(title, rows, self._more(len(items) - limit))

    def _turns(self) -> Section:
        return self._section("turns", [self._turn(turn) for turn in self.week.turns], ROWS)

    def _turn(self, turn: Turn) -> Row:
        language, status = self.language, turn.status
        state = label("status", status.state, language)
        if turn.ended:
            said = t("digest.turn-ended", language, state=state)
        elif turn.before:
            said = t("digest.turn", language, before=label("status", turn.before, language), state=state)
        else:
            said = state
        notes = [said]
        if status.until is not None and not turn.ended:
            notes[0] += self._bracketed(t("standing.until", language, day=self._day(status.until)))
        if status.units:
            notes.append(self._listed(self._cited(unit) for unit in status.units[:4]))
        if status.by:
            notes.append(t("standing.by", language, by=line(status.by)))
        return self._row(turn.item, head=self._name(turn.item.change), when=self._day(turn.day), notes=notes)

    def _parties(self) -> Section:
        week, language = self.week, self.language
        if not week.parties:
            return Section("parties", "")
        here = sum(party.in_japan for party in week.parties)
        counts = {
            op: sum(party.op is op for party in week.parties) for op in (Op.ADDED, Op.CHANGED, Op.REMOVED)
        }
        lead = t(
            "digest.parties-lead",
            language,
            added=counts[Op.ADDED],
            changed=counts[Op.CHANGED],
            removed=counts[Op.REMOVED],
            japan=here,
        )
        groups = []
        shown = week.parties[:PARTIES]
        for country, parties in groupby(shown, key=lambda party: party.country):
            groups.append(Group(country, tuple(self._party(party) for party in parties)))
        if len(week.parties) > PARTIES:
            last = groups[-1]
            groups[-1] = Group(last.title, last.rows, self._more(len(week.parties) - PARTIES))
        return Section("parties", t("digest.parties", language), tuple(groups), lead)

    def _party(self, party: Party) -> Row:
        return Row(
            head=party.name,
            href=self._page(party.change),
            when=label("op", party.op, self.language),
            notes=(self._cited(party.register),),
            official=official_unit(party.register),
            soon=party.in_japan and party.op is Op.ADDED,
        )

    def _sections(self) -> Section:
        language = self.language
        rows = [
            Row(
                head=self._cited(section.name),
                href=f"{self._page(section.change)}/redline",
                when=self._listed(
                    t(
                        "digest.op-count",
                        language,
                        op=label("op", op, language).lower(),
                        count=section.counts[op],
                    )
                    for op in Op
                    if section.counts.get(op)
                ),
                official=official_unit(section.name),
            )
            for section in self.week.sections
        ]
        return self._section("sections", rows, ROWS)

    def _proposals(self) -> Section:
        rows = [self._row(item, notes=self._closing(item.change)) for item in self.week.proposals]
        return self._section("proposals", rows, ROWS)

    def _closing(self, change: Change) -> list[str]:
        """When comments close, if the text says so and the day is still to come."""
        closing = sorted(
            {
                entry.date
                for entry in change.tagging.dates
                if entry.type == "comments-close" and not entry.superseded
            }
        )
        return [
            f"{label('date', 'comments-close', self.language)}: {self._day(on)}"
            + self._bracketed(days_left(on, self.week.as_of, self.language))
            for on in closing
            if on >= self.week.as_of
        ]

    def _coming(self) -> Section:
        return self._section("coming", [self._date(coming) for coming in self.week.coming], ROWS)

    def _date(self, coming: Coming) -> Row:
        return self._row(
            coming.item,
            head=self._name(coming.item.change),
            when=self._day(coming.date.date),
            left=days_left(coming.date.date, self.week.as_of, self.language),
            notes=[self._type(coming.date), *self._noted(coming.date)],
        )

    def _sources(self) -> Section:
        """Those that may have missed something, and the outages of the others."""
        language = self.language
        rows = [self._ill(source) for source in self.week.ill]
        rows += [
            self._outage(source, outage)
            for source in self.week.sources
            if source not in self.week.ill
            for outage in source.outages
        ]
        lead = self._watched() if self.week.sources else t("digest.no-sources", language)
        return Section(
            "sources", t("digest.sources", language), (Group("", tuple(rows)),) if rows else (), lead
        )

    def _ill(self, source: Health) -> Row:
        language = self.language
        lasting = [
            outage
            for outage in source.outages
            if outage.until is None or outage.until >= self.week.period.end
        ]
        since = lasting[0].since if lasting else source.since
        reason = lasting[0].reason if lasting else source.reason
        state = source.state if source.state not in {"healthy", "new"} else "failing"
        notes = [t("digest.since", language, moment=self._moment(since))] if since else []
        if lasting and lasting[0].until is not None:
            notes.append(t("digest.until", language, moment=self._moment(lasting[0].until)))
        told = (self._listed(notes), shorten(line(reason), REASON))
        return Row(
            head=line(source.id),
            when=label("health", state, language),
            notes=tuple(note for note in told if note),
            soon=True,
        )

    def _outage(self, source: Health, outage: Outage) -> Row:
        language = self.language
        span = [t("digest.since", language, moment=self._moment(outage.since))]
        if outage.until is not None:
            span.append(t("digest.until", language, moment=self._moment(outage.until)))
        return Row(
            head=line(source.id),
            when=t("digest.recovered", language),
            notes=(self._listed(span), shorten(line(outage.reason), REASON)),
        )

    def _moment(self, value: datetime) -> str:
        return moment(value, self.language, self.week.period.timezone)

    # --- words ----------------------------------------------------------------------------------

    def _section(self, name: str, rows: Sequence[Row], limit: int, lead: str = "") -> Section:
        if not rows and not lead:
            return Section(name, "")
        group = Group("", tuple(rows[:limit]), self._more(len(rows) - limit))
        return Section(name, t(f"digest.{name}", self.language), (group,) if rows else (), lead)

    def _row(
        self,
        item: Item,
        *,
        head: str = "",
        notes: Iterable[str] = (),
        when: str = "",
        left: str = "",
        soon: bool = False,
    ) -> Row:
        change, language = item.change, self.language
        marks = [t("digest.update", language)] if item.update else []
        if item.matched:
            marks.append(t("digest.matches", language))
        if item.also:
            marks.append(t("digest.also", language, sources=self._listed(item.also)))
        return Row(
            head=head or self._head(change, HEADLINE),
            href=self._page(change),
            when=when,
            left=left,
            badge=level_badge(item.level, change.tagging.direction, language),
            level=item.level,
            notes=tuple(note for note in notes if note),
            official=safe_url(change.url),
            marks=tuple(marks),
            soon=soon,
        )

    def _head(self, change: Change, limit: int) -> str:
        """What happened, in one line: a document is there under its title; a text reads otherwise in places."""
        if change.kind in _TEXTS:
            return shorten(what_changed(change, self.language)[0], limit)
        return self._name(change)

    def _name(self, change: Change, *, number: bool = True) -> str:
        """What a thing is called, not what changed in it: a document's title; of a text, what was touched."""
        if change.kind in {DocumentKind.CFR, DocumentKind.LIST}:
            return shorten(what_changed(change, self.language)[0], TITLE)
        known = (change.document_number or change.citation) if number else None
        return shorten(line(change.title), TITLE) + (self._bracketed(line(known)) if known else "")

    def _what(self, change: Change) -> str:
        """For the middle of a sentence."""
        return self._head(change, 120) if change.kind in _TEXTS else self._name(change, number=False)

    def _reason(self, change: Change) -> str:
        return shorten(line(change.tagging.reason.get(self.language)), REASON)

    def _noted(self, entry: LegalDate) -> list[str]:
        """`by 2025-21722` is how a record says which document set a date; other notes say for what it holds."""
        note = line(entry.note)
        if note.startswith("by "):
            return [t("standing.by", self.language, by=note[3:])]
        return [self._cited(note)] if note else []

    def _type(self, entry: LegalDate) -> str:
        return label("date", entry.type, self.language)

    def _page(self, change: Change) -> str:
        return change_url(self.week.viewer_url, change.id) if self.week.viewer_url else safe_url(change.url)

    def _cited(self, path: str) -> str:
        return line(japanese(path) if self.language == "ja" else path)

    def _day(self, on: date) -> str:
        return day(on, self.language)

    def _changes(self, count: int) -> str:
        if count == 1:
            return t("digest.change-one", self.language)
        return t("digest.change-many", self.language, count=count)

    def _things(self, count: int) -> str:
        return (
            t("digest.thing-one", self.language)
            if count == 1
            else t("digest.thing-many", self.language, count=count)
        )

    def _listed(self, words: Iterable[str]) -> str:
        return ("、" if self.language == "ja" else ", ").join(line(word) for word in words)

    def _bracketed(self, words: str) -> str:
        return f"({words})" if self.language == "ja" else f" ({words})"

    def _more(self, count: int) -> str:
        return t("message.more", self.language, count=count) if count > 0 else ""


def _topic(change: Change) -> str:
    """The topic that a change is most about."""
    return max(change.tagging.topics, key=lambda topic: topic.score).id if change.tagging.topics else ""
