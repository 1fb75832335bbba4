"""Joins each operation on the CFR, or on a list, to the Federal Register document that made it. Pure.

Evidence, strongest first: a citation that the unit, or the source line of its section, newly prints; the day printed
with it; an instruction of a rule that takes effect between the two states and names the unit; the only rule that takes
effect between them and amends the part, in words that name no other unit of it. The days on which the eCFR lists a section
as amended exclude rules of other days. Where several documents remain, the join is ambiguous and names all of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from tracker.diffing.summary import split_path
from tracker.model import Operation, UnitKind
from tracker.stories.printed_citations import PrintedCitation, new_citations

# A rule begins at most this many pages before a page that a source line cites.
_MAX_PAGES = 400
_SEPARATOR = " › "
_APPENDIX = re.compile(r"(?:appendix|supplement)\b", re.IGNORECASE)
_NUMBERED = re.compile(r" (?:¶\d+|\[\d+\])$")
CITED_KINDS = frozenset({UnitKind.ROW, UnitKind.CITATION, UnitKind.EFFECTIVE_NOTE, UnitKind.EDITORIAL_NOTE})


class Basis(StrEnum):
    """What a join rests on."""

    CITATION = "citation"
    PRINTED_DAY = "printed-day"
    INSTRUCTION = "instruction"
    DATE = "date"


class JoinState(StrEnum):
    JOINED = "joined"
    AMBIGUOUS = "ambiguous"
    UNKNOWN = "unknown"
    EDITORIAL = "editorial"  # only typography differs, and no document is cited


@dataclass(frozen=True, slots=True)
class Rule:
    """A stored Federal Register document that may amend the CFR. `parts` are such as `15 CFR 744`; `targets` the paths
    that its instructions name; `change_id` its record; `last_page` None: unknown."""

    change_id: str
    document_number: str
    citation: str | None
    title: str
    url: str
    published: date | None
    effective: tuple[date, ...] = ()
    parts: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()
    last_page: int | None = None

    def holds_page(self, citation: str) -> bool:
        """Return whether a citation is of a page of this document, as far as both its pages are known."""
        volume, first = _page(self.citation)
        cited_volume, page = _page(citation)
        return volume == cited_volume and self.last_page is not None and first <= page <= self.last_page

    def takes_effect_in(self, window: Window) -> bool:
        """Return whether an effective date lies in the window; published later, it counts from publication."""
        return any(window.holds(day) for day in self._days())

    def takes_effect_on(self, days: Sequence[date]) -> bool:
        """Return whether it takes effect, or is published after it took effect, on one of these days."""
        return any(day in days for day in self._days())

    def effective_day(self, window: Window) -> date | None:
        """Return the effective date that the window holds, else the last one before its end, else the publication."""
        inside = [day for day in self.effective if window.holds(day)]
        past = [day for day in self.effective if window.through is None or day <= window.through]
        return (inside or past)[-1] if inside or past else self.published

    def _days(self) -> Iterable[date]:
        for day in self.effective or filter(None, (self.published,)):
            yield day
            if self.published is not None and self.published > day:
                yield self.published


@dataclass(frozen=True, slots=True)
class Window:
    """The days after one state of a text, up to and including the day of the next."""

    after: date | None
    through: date | None

    def holds(self, day: date) -> bool:
        return (self.after is None or day > self.after) and (self.through is None or day <= self.through)


@dataclass(frozen=True, slots=True)
class Join:
    """The document that made one operation. `rule` is None where the cited document is not stored: then `citation` and
    `day` are as printed. `candidates` are the documents between which the evidence does not decide."""

    path: str
    state: JoinState
    basis: Basis | None = None
    rule: Rule | None = None
    citation: str = ""
    day: date | None = None
    quote: str = ""
    candidates: tuple[Rule, ...] = ()
    cited: tuple[str, ...] = ()  # citations between which it is not decided

    @property
    def name(self) -> str:
        """The citation of the document, else its number; empty where no document is known."""
        return (self.rule and (self.rule.citation or self.rule.document_number)) or self.citation

    @property
    def candidate_names(self) -> tuple[str, ...]:
        return (*(rule.citation or rule.document_number for rule in self.candidates), *self.cited)


def join_operations(
    operations: Sequence[Operation],
    rules: Sequence[Rule],
    window: Window,
    amended: Mapping[str, Sequence[date]] | None = None,
) -> tuple[Join, ...]:
    """Return one join for each operation, in their order. `amended`: the days on which sections and supplements were
    amended, as the eCFR's versions list them; those in the window exclude rules that take effect on other days."""
    sources: dict[str, list[PrintedCitation]] = {}
    for op in operations:
        if op.kind is UnitKind.CITATION:
            sources.setdefault(place_of(op.path), []).extend(new_citations(op.before, op.after))
    joins = [_join(op, sources, rules, window, amended or {}) for op in operations]
    by_path = {join.path: join for join in joins}
    return tuple(_as_cause(op, join, by_path) for op, join in zip(operations, joins, strict=True))


def _as_cause(op: Operation, join: Join, by_path: Mapping[str, Join]) -> Join:
    """Return the join of the operation that this one follows from, where its own evidence does not decide."""
    cause = by_path.get(op.follows or "")
    if cause is None or join.state is JoinState.JOINED or cause.state is not JoinState.JOINED:
        return join
    return Join(op.path, cause.state, cause.basis, cause.rule, cause.citation, cause.day, cause.quote)


def _join(
    op: Operation,
    sources: Mapping[str, Sequence[PrintedCitation]],
    rules: Sequence[Rule],
    window: Window,
    amended: Mapping[str, Sequence[date]],
) -> Join:
    if op.kind in CITED_KINDS:
        own = new_citations(op.before, op.after)
        if own:
            return _by_citation(op.path, own, rules, window)
    cited = sources.get(place_of(op.path), ())
    if cited and op.kind not in (UnitKind.EFFECTIVE_NOTE, UnitKind.EDITORIAL_NOTE):
        return _by_citation(op.path, cited, rules, window)
    if op.editorial:
        return Join(op.path, JoinState.EDITORIAL)
    return _by_date(
        op, rules, window, [day for day in amended.get(place_of(op.path), ()) if window.holds(day)]
    )


def _by_citation(path: str, cited: Sequence[PrintedCitation], rules: Sequence[Rule], window: Window) -> Join:
    found = [resolve(entry, path, rules) for entry in dict.fromkeys(cited)]
    known = tuple(dict.fromkeys(rule for each in found for rule in each))
    unknown = [entry for entry, each in zip(dict.fromkeys(cited), found, strict=True) if not each]
    sure = [entry for entry in unknown if entry.citation and not entry.misprinted]
    named = tuple(dict.fromkeys(entry.citation for entry in sure))
    if len(known) + len(named) > 1 and not named:
        known = _naming(known, path) or known
    quote = "; ".join(dict.fromkeys(entry.quote for entry in cited))
    if len(known) == 1 and not named:
        basis = Basis.CITATION if any(entry.citation for entry in cited) else Basis.PRINTED_DAY
        rule = known[0]
        return Join(
            path, JoinState.JOINED, basis, rule, rule.citation or "", rule.effective_day(window), quote
        )
    if len(named) == 1 and not known:
        (entry,) = sure[:1]
        return Join(path, JoinState.JOINED, Basis.CITATION, None, entry.citation, entry.day, quote)
    if not known and not named:
        return Join(path, JoinState.UNKNOWN, quote=quote)
    return Join(path, JoinState.AMBIGUOUS, quote=quote, candidates=known, cited=named)


def resolve(entry: PrintedCitation, path: str, rules: Sequence[Rule]) -> tuple[Rule, ...]:
    """Return the stored documents that a printed citation may name: by its first page; by another of its pages; where
    its last page is not known, by the nearest first page of that day; by that day alone while the page, or the
    document's citation, is not known. A misprinted citation names a document that amends the part and has either the
    printed citation or, on the printed day, the page in the volume of that day."""
    if entry.misprinted:
        return _misprinted(entry, path, rules)
    if entry.citation:
        for exact in (
            [rule for rule in rules if rule.citation == entry.citation],
            [rule for rule in rules if rule.holds_page(entry.citation)],
        ):
            if exact:
                return tuple(exact)
    if entry.day is None:
        return ()
    same_day = [rule for rule in rules if rule.published == entry.day and _amends_part(rule, path)]
    if not entry.citation:
        return tuple(same_day)
    volume, page = _page(entry.citation)
    starts = {rule: _page(rule.citation) for rule in same_day if rule.citation and rule.last_page is None}
    before = [
        rule
        for rule, (book, first) in starts.items()
        if book == volume and first <= page <= first + _MAX_PAGES
    ]
    if before:
        return (max(before, key=lambda rule: starts[rule]),)
    return tuple(rule for rule in same_day if not rule.citation)


def _misprinted(entry: PrintedCitation, path: str, rules: Sequence[Rule]) -> tuple[Rule, ...]:
    of_day = replace(entry, citation=entry.volume_of_day or "")
    return tuple(
        rule
        for rule in rules
        if _amends_part(rule, path)
        and (
            entry.citation == rule.citation
            or (
                rule.published == entry.day
                and (of_day.citation == rule.citation or rule.holds_page(of_day.citation))
            )
        )
    )


def _page(citation: str | None) -> tuple[int, int]:
    """Return volume and page of `90 FR 47201`."""
    volume, _, page = (citation or "").partition(" FR ")
    return (int(volume), int(page)) if volume.isdigit() and page.isdigit() else (0, 0)


def _by_date(op: Operation, rules: Sequence[Rule], window: Window, amended: Sequence[date]) -> Join:
    """Return the join by instruction and effective date."""
    if window.after is None:
        return Join(op.path, JoinState.UNKNOWN)
    quote = f"amended {', '.join(day.isoformat() for day in sorted(amended))}" if amended else ""
    due = [
        rule
        for rule in rules
        if rule.takes_effect_in(window) and (not amended or rule.takes_effect_on(amended))
    ]
    paths = [path for path in (op.path, op.from_path) if path]
    naming = _naming(due, *paths)
    basis = Basis.INSTRUCTION if naming else Basis.DATE
    found = naming or tuple(rule for rule in due if any(_may_amend(rule, path) for path in paths))
    if len(found) == 1:
        rule = found[0]
        day = rule.effective_day(window)
        return Join(op.path, JoinState.JOINED, basis, rule, rule.citation or "", day, quote)
    if not found:
        return Join(op.path, JoinState.UNKNOWN, quote=quote)
    return Join(op.path, JoinState.AMBIGUOUS, quote=quote, candidates=found)


def _naming(rules: Iterable[Rule], *paths: str) -> tuple[Rule, ...]:
    """Return the rules whose instructions name the unit, or what it is part of; else those that name its section."""
    rules = tuple(rules)
    exact = tuple(
        rule for rule in rules if any(_covers(target, path) for target in rule.targets for path in paths)
    )
    if exact:
        return exact
    places = {place_of(path) for path in paths}
    return tuple(rule for rule in rules if any(place_of(target) in places for target in rule.targets))


def _covers(target: str, path: str) -> bool:
    """Return whether a path is the named unit or within it."""
    return path == target or (path.startswith(target) and path[len(target)] in "( ")


def _amends_part(rule: Rule, path: str) -> bool:
    part = part_of(path)
    return part in rule.parts or any(part_of(target) == part for target in rule.targets)


def _may_amend(rule: Rule, path: str) -> bool:
    """Return whether a rule amends the part, and none of its instructions for that part could be read."""
    part = part_of(path)
    return part in rule.parts and all(part_of(target) != part for target in rule.targets)


def place_of(path: str) -> str:
    """Return the section, supplement, appendix or part of a path: what has a source line of its own."""
    place, rest = split_path(path)
    if " CFR " in place and "." not in place and _APPENDIX.match(rest):
        return f"{place}{_SEPARATOR}{_NUMBERED.sub('', rest.partition(_SEPARATOR)[0])}"
    return place


def part_of(path: str) -> str:
    """Return the part of a path: `15 CFR 744` for `15 CFR 744.21(b)(2)` and `Supp. No. 4 to Part 744 › JAPAN`."""
    place = split_path(path)[0]
    if place.startswith("Supp. No. ") and " to Part " in place:
        return f"15 CFR {place.rpartition(' ')[2]}"
    book, cfr, number = place.partition(" CFR ")
    return f"{book} CFR {number.partition('.')[0]}" if cfr else ""
