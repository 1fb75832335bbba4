"""Decides which duty a line pays on a day, by the words of the schedule and its notes. Pure.

The answer is determined only where each heading of chapter 99 that could apply was decided. A heading yields to the
headings that it excepts. Whether two headings are collected together is read from the notes, never assumed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from tracker.tariff.changes import ad_valorem, added_rate
from tracker.tariff.headings import COLUMN_2, Heading, headings_in, read_heading
from tracker.tariff.note_scope import NoteScope, Scope, Verdict, exceptions_in, listed
from tracker.tariff.notes import Notes
from tracker.tariff.rows import Schedule, TariffRow, digits

_QUOTE = 400
_NAMED = 6  # headings that one question names
_SENTENCE = re.compile(r"(?<=[.;])\s+(?=[A-Z(])")
# `products of Canada ... shall be subject to an additional`, `heading 9903.01.77 imposes an additional`
_IMPOSES = re.compile(r"\b(?:shall be subject to an additional|imposes? an additional)\b", re.IGNORECASE)
_PROGRAM = {"canada": ("S", "S+"), "mexico": ("S", "S+")}
# Goods of these chapters are classified in another one too, and notes of chapter 99 spare them in ways of their own.
_CLASSIFIED_TWICE = ("98", "99")
_RATE = re.compile(r"\bfree\b|%|¢|\$", re.IGNORECASE)
# Headings outside subchapter III that change what a line pays: temporary reductions and safeguards.
_OTHER_SUBCHAPTERS = ("9901", "9902", "9904")


@dataclass(frozen=True, slots=True)
class Question:
    """Why something could not be determined: the key of its words in the catalogs, and what they name."""

    code: str
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RegisterEntry:
    """What the register of effects says of a heading: from and until which day it holds, by which document. `order` is the
    one that set it up, where nothing stored says whether it is in force.
    """

    since: date | None = None
    until: date | None = None
    document_number: str = ""
    source: str = ""
    quote: str = ""
    order: str = ""


@dataclass(frozen=True, slots=True)
class Origin:
    """The country of origin: the id of its place, its ISO code, and the unions that it belongs to."""

    place: str
    code: str
    unions: tuple[str, ...] = ()

    @property
    def names(self) -> frozenset[str]:
        return frozenset((self.place, *self.unions))


@dataclass(frozen=True, slots=True)
class Base:
    """The rate of the line itself: as printed, the row that states it, and the special rate where one is named."""

    rate: str
    row: TariffRow
    special: str = ""


@dataclass(frozen=True, slots=True)
class Additional:
    """A heading of chapter 99 that applies. `unless` are facts of an entry under which another one does."""

    row: TariffRow
    rate: str
    since: date | None = None
    until: date | None = None
    register: RegisterEntry | None = None
    unless: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Duty:
    """The duty of a line. `open` is empty where it is determined. `line` are the rows from the heading to the line.
    `declared` are duties that only apply to an entry which the importer declares so.
    """

    number: str
    base: Base | None
    additional: tuple[Additional, ...]
    open: tuple[Question, ...]
    line: tuple[TariffRow, ...] = ()
    declared: tuple[Additional, ...] = ()


@dataclass(frozen=True, slots=True)
class _Finding:
    verdict: Verdict
    questions: tuple[Question, ...] = ()
    unless: tuple[str, ...] = ()
    is_entry_fact: bool = False
    since: date | None = None


_NO, _YES = _Finding(Verdict.NO), _Finding(Verdict.YES)


def duty_of(
    schedule: Schedule,
    notes: Notes | None,
    number: str,
    origin: Origin,
    on: date,
    register: Callable[[str], RegisterEntry | None],
    ahead: Sequence[str] = (),
) -> Duty:
    """Return the duty of a line of the schedule. `register` answers for a heading; `ahead` are headings that a
    document puts in force by that day and that this release lacks.
    """
    return _Decision(schedule, notes, number, origin, on, register).duty(ahead)


class _Decision:
    def __init__(
        self,
        schedule: Schedule,
        notes: Notes | None,
        number: str,
        origin: Origin,
        on: date,
        register: Callable[[str], RegisterEntry | None],
    ) -> None:
        self._schedule = schedule
        self._notes = notes
        self._number = number
        self._origin = origin
        self._on = on
        self._register = register
        self._known: dict[str, _Finding] = {}
        self._under: list[str] = []
        self._declared: list[Additional] = []

    def duty(self, ahead: Sequence[str]) -> Duty:
        row = self._schedule.nearest(self._number)
        if row is None:
            return Duty(self._number, None, (), (Question("no-line", {"number": self._number}),))
        line = self._schedule.line(row.number)
        questions: list[Question] = []
        if len(digits(row.number)) < len(digits(self._number)) and self._schedule.below(row.number):
            questions.append(Question("other-line", {"number": self._number, "row": row.number}))
        base = self._base
        if base is None:
            below = [one.number for one in self._schedule.below(row.number) if one.has_rate]
            shown = ", ".join(below[:6]) + (", …" if len(below) > 6 else "")
            questions.append(Question("which-line", {"number": row.number, "lines": shown}))
            return Duty(self._number, None, (), tuple(questions), line)
        if not _RATE.search(base.rate):
            questions.append(Question("base", {"number": base.row.number, "rate": base.rate}))
        if self._number.startswith(_CLASSIFIED_TWICE):
            questions.append(Question("chapter-98", {"number": row.number}))
        additional, found = self._additional()
        questions += _grouped(found)
        questions += self._stacking(additional)
        questions += self._elsewhere()
        questions += [
            Question("order", {"heading": one.row.number, "order": one.register.order})
            for one in additional
            if one.register is not None and one.register.order and added_rate(one.rate) != 0
        ]
        questions += filter(None, map(self._ahead, ahead))
        return Duty(self._number, base, tuple(additional), _distinct(questions), line, tuple(self._declared))

    def _ahead(self, number: str) -> Question | None:
        """Return the question that a heading raises which the release lacks; None where its words are about other origins."""
        entry = self._register(number)
        quote = entry.quote if entry is not None else ""
        if quote.startswith(number) and not self._of_origin(read_heading(quote.removeprefix(number))):
            return None
        source = entry.source if entry is not None else ""
        return Question("not-in-release", {"heading": number, "source": source, "quote": quote})

    @cached_property
    def _base(self) -> Base | None:
        row = self._schedule.nearest(self._number)
        rated = self._schedule.rated(row.number) if row is not None else None
        if rated is None or len(digits(rated.number)) < 8:
            return None
        if self._origin.place in COLUMN_2:
            return Base(rated.other, rated)
        symbols = _PROGRAM.get(self._origin.place, (self._origin.code,))
        listed = {
            symbol.strip()
            for group in re.findall(r"\(([^)]*)\)", rated.special)
            for symbol in group.split(",")
        }
        special = rated.special if any(symbol in listed for symbol in symbols) else ""
        return Base(rated.general, rated, special)

    def _additional(self) -> tuple[list[Additional], list[Question]]:
        found: list[Additional] = []
        questions: list[Question] = []
        for row in self._schedule.rows:
            if not row.number.startswith("9903") or len(digits(row.number)) < 8:
                continue
            finding = self._finding(row.number)
            rate = self._rate(row)
            adds = bool(rate) and added_rate(rate) != 0  # without a rate it is a quota
            if finding.verdict is Verdict.YES and rate:
                found.append(self._applied(row, rate, finding))
            elif finding.verdict is Verdict.OPEN and adds and finding.is_entry_fact:
                self._declared += [self._applied(row, rate, finding)] if ad_valorem(rate) != 0 else []
            elif finding.verdict is Verdict.OPEN and adds:
                questions += finding.questions
        return found, questions

    def _applied(self, row: TariffRow, rate: str, finding: _Finding) -> Additional:
        heading = read_heading(self._words(row))
        entry = self._register(row.number)
        since = entry.since if entry is not None and entry.since else heading.since or finding.since
        until = entry.until if entry is not None and entry.until else heading.until
        return Additional(row, rate, since, until, entry, finding.unless)

    def _rate(self, row: TariffRow) -> str:
        return row.other if self._origin.place in COLUMN_2 else row.general

    def _words(self, row: TariffRow) -> str:
        """Return the description of a heading with those that it is indented under."""
        return " ".join(one.description for one in self._schedule.line(row.number))

    # --- one heading --------------------------------------------------------------------------------------

    def _finding(self, number: str) -> _Finding:
        if number not in self._known:
            if number in self._under:
                return _Finding(Verdict.OPEN, (Question("circle", {"heading": number}),))
            self._under.append(number)
            self._known[number] = self._read(number)
            self._under.pop()
        return self._known[number]

    def _read(self, number: str) -> _Finding:
        row = self._schedule.row(number)
        if row is None:
            return _NO  # a heading that the release does not have excepts nothing
        heading = read_heading(self._words(row))
        if heading.ended or not self._of_origin(heading) or not self._in_time(number, heading):
            return _NO
        goods = self._goods(number, heading)
        if goods.verdict is Verdict.NO:
            return goods
        column = self._column_1(number, heading)
        if column.verdict is Verdict.NO or (column.verdict is Verdict.OPEN and not goods.is_entry_fact):
            return column
        if heading.is_entry_fact:
            question = Question("goods", {"heading": number, "quote": self._quote(number)})
            return _Finding(Verdict.OPEN, (question,), is_entry_fact=True)
        return self._without_exceptions(number, heading, goods)

    def _of_origin(self, heading: Heading) -> bool:
        if heading.of == ("all",) or (not heading.of and not heading.other_origin):
            return True
        return bool(self._origin.names & set(heading.of))

    def _in_time(self, number: str, heading: Heading) -> bool:
        entry = self._register(number)
        for since, until in ((heading.since, heading.until), (entry and entry.since, entry and entry.until)):
            if (since and self._on < since) or (until and self._on > until):
                return False
        return True

    def _column_1(self, number: str, heading: Heading) -> _Finding:
        if heading.column_1 is None:
            return _Finding(Verdict.YES)
        how, bound = heading.column_1
        rate = ad_valorem(self._base.rate) if self._base else None
        if rate is None:
            return _Finding(
                Verdict.OPEN,
                (Question("column-1", {"heading": number, "rate": self._base.rate if self._base else ""}),),
            )
        holds = {
            "less than": rate < bound,
            "greater than": rate > bound,
            "at least": rate >= bound,
            "equal to or greater than": rate >= bound,
        }[how]
        return _Finding(Verdict.YES) if holds else _NO

    def _goods(self, number: str, heading: Heading) -> _Finding:
        """Return whether the goods of a heading are those of the line, by the numbers that it and its notes list. Words
        besides a number are a question, unless the note says that its numbers are all of it.
        """
        if listed(self._number, heading.but_not) is Verdict.YES:
            return _NO
        own = listed(self._number, heading.goods) if heading.goods else None
        if own is Verdict.NO:
            return _NO
        words = Question("goods", {"heading": number, "quote": self._quote(number)})
        scopes = {place: self._scope.of(place, number) for place in heading.places}
        left = {place: one for place, one in scopes.items() if one.verdict is not Verdict.NO}
        if scopes and not left and own is None:
            return _NO
        if any(one.since is not None and self._on < one.since for one in left.values()):
            return _NO
        if not scopes and own is None:
            return (
                _Finding(Verdict.OPEN, (words,), is_entry_fact=heading.is_entry_fact)
                if heading.rest
                else _YES
            )
        is_fact = heading.is_entry_fact or (own is None and all(one.is_fact for one in left.values()))
        questions = [
            Question(
                "note-unread" if one.is_unread else "note-goods",
                {"heading": number, "note": place.rstrip("?")},
            )
            for place, one in left.items()
            if one.verdict is Verdict.OPEN and not self._imposes_on_all(number, place, heading)
        ]
        if questions:
            return _Finding(Verdict.OPEN, tuple(questions), is_entry_fact=is_fact)
        if heading.rest and not (left and all(one.covers_all for one in left.values())):
            return _Finding(Verdict.OPEN, (words,), is_entry_fact=is_fact)
        if own is Verdict.OPEN:
            return _Finding(Verdict.OPEN, (words,))
        return _Finding(
            Verdict.YES, since=max(filter(None, (one.since for one in left.values())), default=None)
        )

    @cached_property
    def _scope(self) -> NoteScope:
        return NoteScope(self._notes, self._number, self._scope_of_heading)

    def _scope_of_heading(self, number: str) -> Scope:
        finding = self._finding(number)
        return Scope(finding.verdict, is_fact=finding.is_entry_fact, covers_all=True)

    def _imposes_on_all(self, number: str, place: str, heading: Heading) -> bool:
        """Return whether a note repeats a duty on all goods of an origin, with no list of its own."""
        part = self._notes.get(place) if self._notes is not None else None
        if part is None or part.doubt or not heading.of or heading.rest:
            return False
        return any(_IMPOSES.search(one) and number in headings_in(one) for one in _SENTENCE.split(part.text))

    def _without_exceptions(self, number: str, heading: Heading, goods: _Finding) -> _Finding:
        unless = [heading.unless] if heading.unless else []
        questions: list[Question] = []
        for excepted in dict.fromkeys((*heading.excepted, *self._excepted_by_notes.get(number, ()))):
            finding = self._finding(excepted)
            if finding.verdict is Verdict.YES:
                return _NO
            if finding.verdict is Verdict.OPEN:
                if finding.is_entry_fact:
                    unless.append(f"{excepted}: {self._quote(excepted)}")
                else:
                    questions.append(
                        Question(
                            "exception",
                            {"heading": number, "exception": excepted, "quote": self._quote(excepted)},
                        )
                    )
        if goods.verdict is Verdict.OPEN:
            return goods
        if questions:
            return _Finding(Verdict.OPEN, tuple(questions))
        return _Finding(Verdict.YES, unless=tuple(unless), since=goods.since)

    @property
    def _excepted_by_notes(self) -> Mapping[str, tuple[str, ...]]:
        return exceptions_in(self._notes) if self._notes is not None else {}

    def _quote(self, number: str) -> str:
        row = self._schedule.row(number)
        words = self._words(row) if row is not None else number
        return words if len(words) <= _QUOTE else f"{words[:_QUOTE].rsplit(' ', 1)[0]}…"

    # --- several headings, and other subchapters ------------------------------------------------------------

    def _stacking(self, additional: Sequence[Additional]) -> list[Question]:
        """Return a question for each two duties of which no note says that both are collected."""
        duties = [one.row.number for one in additional if added_rate(one.rate) != 0]
        return [
            Question("stacking", {"one": one, "other": other})
            for at, one in enumerate(duties)
            for other in duties[at + 1 :]
            if not self._together(one, other)
        ]

    def _together(self, one: str, other: str) -> bool:
        for part in self._notes.parts.values() if self._notes is not None else ():
            if part.doubt:
                continue
            for sentence in _SENTENCE.split(" ".join(part.own)):
                if "in addition to" in sentence and {one, other} <= set(headings_in(sentence)):
                    return True
        return False

    def _elsewhere(self) -> list[Question]:
        """Return a question for each temporary provision of another subchapter that names the line."""
        found = []
        start = digits(self._number)[:4]
        for row in self._schedule.rows:
            if not row.number.startswith(_OTHER_SUBCHAPTERS) or start not in row.description:
                continue
            heading = read_heading(row.description)
            if (
                heading.goods
                and not heading.ended
                and listed(self._number, heading.goods) is Verdict.YES
                and self._in_time(row.number, heading)
            ):
                found.append(
                    Question("other-subchapter", {"heading": row.number, "quote": self._quote(row.number)})
                )
        return found


def _grouped(questions: Sequence[Question]) -> list[Question]:
    """Return one question for all headings that refer to the same note, and one for all exceptions of a heading, with the
    words of the first.
    """
    found: list[Question] = []
    headings: dict[tuple[str, str], list[str]] = {}
    exceptions: dict[str, list[Question]] = {}
    for one in questions:
        if one.code in ("note-goods", "note-unread"):
            note = one.values["note"].partition("(")[0]
            headings.setdefault((one.code, note), []).append(one.values["heading"])
        elif one.code == "exception":
            exceptions.setdefault(one.values["heading"], []).append(one)
        else:
            found.append(one)
    for heading, group in exceptions.items():
        named = _named([one.values["exception"] for one in group])
        found.append(Question("exception", {**group[0].values, "heading": heading, "exception": named}))
    for (code, note), group_of_note in headings.items():
        found.append(Question(code, {"heading": _named(group_of_note), "note": note}))
    return found


def _named(headings: Sequence[str]) -> str:
    shown = list(dict.fromkeys(headings))
    return ", ".join(shown[:_NAMED]) + (f" … ({len(shown)})" if len(shown) > _NAMED else "")


def _distinct(questions: Sequence[Question]) -> tuple[Question, ...]:
    return tuple({(one.code, tuple(one.values.items())): one for one in questions}.values())
