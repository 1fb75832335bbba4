"""The stored law as a series of commits: one for each effective date and Federal Register document. Pure.

A text is one file per section or supplement, with one paragraph, list row or item per line, so that `git blame` names
the document of each line. Where one new state of a part holds the changes of several documents, the states between
them are made by applying their operations in the order of their effective dates; the last of them is the stored state.
Before the first stored state, lines are dated by the citations that the text prints for them.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from tracker.model import Op, Operation, Unit, UnitKind
from tracker.stories.printed_citations import PrintedCitation, printed_citations
from tracker.stories.rule_join import Basis, Join, JoinState, Rule, place_of, resolve
from tracker.terms.places import is_party_list
from tracker.text import CELL_GAP, fold_space

EDITORIAL = "editorial"
_SLUG = re.compile(r"[^a-z0-9.]+")
_INCOMPLETE = (
    "For Federal Register citations affecting"  # the printed source line leaves out later amendments
)
_RESERVED = re.compile(r"\[Reserved\]\W*$", re.IGNORECASE)
_SEPARATOR = " › "
_MARK = " | "  # between the cells of a row
_EFFECTS = 20  # named in a message
_EPOCH = date(1970, 1, 2)


@dataclass(frozen=True, slots=True)
class TextState:
    """One stored state of a part, with the operations since the one before and their joins; none for the first."""

    part: str  # 15 CFR 744
    as_of: date
    units: tuple[Unit, ...]
    operations: tuple[Operation, ...] = ()
    joins: tuple[Join, ...] = ()
    url: str = ""


@dataclass(frozen=True, slots=True)
class Maker:
    """Whose commit a line belongs to. `day` is the effective date, or the day that is known instead (`day_is`)."""

    kind: str  # rule | cited | first | undetermined | editorial
    name: str  # FR citation or document number; empty for the last three
    day: date
    day_is: str = "effective"
    rule: Rule | None = None


@dataclass
class _Slot:
    before: str | None
    after: str | None
    maker: Maker


@dataclass
class _Step:
    """A new state of one part: the lines of its files, and the makers in the order in which they apply."""

    state: TextState
    slots: dict[str, list[_Slot]]
    makers: list[Maker]
    keys: dict[Maker, tuple[date, int]]
    notes: dict[Maker, list[str]] = field(default_factory=dict)

    def files_of(self, maker: Maker) -> dict[str, str | None]:
        """Return the files that a maker changes, each as it reads once it and all makers before it are applied."""
        done = set(self.makers[: self.makers.index(maker) + 1])
        found: dict[str, str | None] = {}
        for name, slots in self.slots.items():
            if any(slot.maker == maker and slot.before != slot.after for slot in slots):
                lines = [slot.after if slot.maker in done else slot.before for slot in slots]
                kept = [line for line in lines if line is not None]
                found[name] = "".join(f"{line}\n" for line in kept) if kept else None
        return found


@dataclass(frozen=True, slots=True)
class LawCommit:
    """`files` are the new texts by path; None: removed. `day` is the author date; the author is the document, so that
    `git blame` names it: its citation, and beside it (where a person has an address) its number or why it has none."""

    day: date
    author: tuple[str, str]
    message: str
    files: dict[str, str | None]


def commits(
    parts: Iterable[Sequence[TextState]],
    rules: Sequence[Rule],
    effects_of: Callable[[Rule], Sequence[str]] = lambda _: (),
) -> Iterator[LawCommit]:
    """Yield the commits of these parts, oldest first. `rules` are stored documents for the citations that the
    first states print. `effects_of` gives what a document does to the status of others, in words: the text does not show it."""
    steps: list[tuple[tuple[date, int, date, str, str], _Step, Maker]] = []
    for states in parts:
        before: TextState | None = None
        rank = 0
        for state in states:
            rank = rank + 1 if before is not None and before.as_of >= state.as_of else 0
            step = _first(state, rules) if before is None else _next(before, state, rank)
            for maker in step.makers:
                day, place = step.keys[maker]
                steps.append(((day, place, maker.day, maker.kind, maker.name), step, maker))
            before = state
    # Sorted by the day, and by the document: one document's changes of several parts are one commit.
    steps.sort(key=lambda entry: (entry[0], entry[1].state.part))
    at = 0
    while at < len(steps):
        end = at + 1
        while end < len(steps) and steps[end][0] == steps[at][0]:
            end += 1
        group = steps[at:end]
        files: dict[str, str | None] = {}
        for _, step, maker in group:
            files.update(step.files_of(maker))
        if files:
            made = [(step, maker) for _, step, maker in group]
            maker = made[0][1]
            yield LawCommit(max(maker.day, _EPOCH), _author(maker), _message(made, effects_of), files)
        at = end


# --- files


def file_of(part: str, path: str) -> str:
    """Return the file of a unit: `15-cfr/744/744.11.txt`, `15-cfr/744/supplement-4.txt`, `15-cfr/744/part.txt`."""
    book, _, number = part.partition(" CFR ")
    folder = f"{book}-cfr/{_slug(number)}"
    place = place_of(path)
    if place.startswith("Supp. No. "):
        return f"{folder}/supplement-{_slug(place.removeprefix('Supp. No. ').partition(' ')[0])}.txt"
    name = place.partition(" CFR ")[2]
    if "." in name:
        return f"{folder}/{_slug(name)}.txt"
    division = place.partition(" › ")[2]
    return f"{folder}/{_slug(division)[:80] if division else 'part'}.txt"


def _slug(name: str) -> str:
    return _SLUG.sub("-", name.casefold()).strip("-.") or "part"


def _line(unit: Unit) -> str:
    """The line of a unit: the cells of a row with a mark between them, and before a listed party its country, which a
    hunk of a diff would else not show."""
    cells = [fold_space(cell) for cell in unit.text.split(CELL_GAP)]
    place, _, below = unit.path.partition(_SEPARATOR)
    country, separator, _ = below.partition(_SEPARATOR)
    if unit.kind is UnitKind.ROW and separator and is_party_list(place):
        cells.insert(0, fold_space(country))
    return _MARK.join(cells)


def _by_file(part: str, units: Iterable[Unit]) -> dict[str, list[Unit]]:
    found: dict[str, list[Unit]] = {}
    for unit in units:
        found.setdefault(file_of(part, unit.path), []).append(unit)
    return found


# --- the first state of a part


def _first(state: TextState, rules: Sequence[Rule]) -> _Step:
    first = Maker("first", state.part, state.as_of, "state")
    unresolved: list[str] = []
    makers = _printed_makers(state, rules, unresolved)
    slots = {
        name: [_Slot(None, _line(unit), makers.get(unit.path, first)) for unit in units]
        for name, units in _by_file(state.part, state.units).items()
    }
    order = sorted({*makers.values()}, key=lambda maker: (maker.day, maker.name))
    return _Step(
        state,
        slots,
        [*order, first],
        {maker: (maker.day, -1) for maker in order} | {first: (state.as_of, 0)},
        {first: list(dict.fromkeys(unresolved))},
    )


def _printed_makers(state: TextState, rules: Sequence[Rule], unresolved: list[str]) -> dict[str, Maker]:
    """Return who made each unit, where the text itself says so: a list row by its last citation, a section that was
    never amended by its source line, or by that of its part. Who reserved a unit is not proved by the source of its part:
    the eCFR prints no source line of a section that was removed later. `unresolved` receives what is misprinted."""
    sources: dict[str, tuple[PrintedCitation, ...]] = {}
    incomplete: set[str] = set()
    for unit in state.units:
        place = place_of(unit.path)
        if unit.kind is UnitKind.CITATION:
            sources[place] = (*sources.get(place, ()), *printed_citations(unit.text))
        elif unit.kind is UnitKind.EDITORIAL_NOTE and _INCOMPLETE in unit.text:
            incomplete.add(place)
    found: dict[str, Maker] = {}
    for unit in state.units:
        place = place_of(unit.path)
        own = printed_citations(unit.text) if unit.kind in (UnitKind.ROW, UnitKind.EFFECTIVE_NOTE) else ()
        if own:
            maker = _printed(own[-1], unit.path, state, rules, unresolved)
        elif place in incomplete or unit.kind in (UnitKind.AUTHORITY, UnitKind.EDITORIAL_NOTE):
            maker = None
        else:
            of_part = (
                () if place == state.part or _RESERVED.search(unit.text) else sources.get(state.part, ())
            )
            cited = sources.get(place) or of_part
            maker = _printed(cited[0], place, state, rules, unresolved) if len(cited) == 1 else None
        if maker is not None:
            found[unit.path] = maker
    return found


def _printed(
    entry: PrintedCitation, path: str, state: TextState, rules: Sequence[Rule], unresolved: list[str]
) -> Maker | None:
    """The maker that a citation names: the stored document that has the page, else the citation as it is printed."""
    found = resolve(entry, path, rules) if entry.citation else ()
    if len(found) == 1:
        (rule,) = found
        effective = [day for day in rule.effective if day <= state.as_of]
        day = effective[-1] if effective else rule.published
        if day is not None and day <= state.as_of:
            name = rule.citation or entry.citation
            return Maker("rule", name, day, "effective" if effective else "published", rule)
    if entry.misprinted:
        unresolved.append(
            f"{place_of(path)}: the text prints {entry.quote}, but that volume is of another year: not resolved"
        )
        return None
    if not entry.citation or entry.day is None or entry.day > state.as_of:
        return None
    return Maker("cited", entry.citation, entry.day, "published")


# --- a later state


def _next(before: TextState, state: TextState, rank: int) -> _Step:
    after_makers: dict[str, Maker] = {}
    removed_makers: dict[str, Maker] = {}
    origins: dict[str, str] = {}
    notes: dict[Maker, list[str]] = {}
    added: set[str] = set()
    for op, join in zip(state.operations, state.joins, strict=True):
        maker = _maker(join, state)
        note = _basis(op, join)
        if note and note not in notes.setdefault(maker, []):
            notes[maker].append(note)
        if op.op is Op.REMOVED:
            removed_makers[op.path] = maker
            continue
        after_makers[op.path] = maker
        if op.op in (Op.ADDED, Op.MOVED):
            added.add(op.path)  # what moved is removed in one place and added in the other
        if op.from_path:
            origins[op.path] = op.from_path
            removed_makers.setdefault(op.from_path, maker)
    other = Maker("undetermined", "", state.as_of, "state")
    old, new = _by_file(state.part, before.units), _by_file(state.part, state.units)
    slots: dict[str, list[_Slot]] = {}
    for name in sorted({*old, *new}):
        pairs = _pairs(old.get(name, []), new.get(name, []), origins, added)
        slots[name] = list(
            _merged(old.get(name, []), new.get(name, []), pairs, after_makers, removed_makers, other)
        )
    used = {slot.maker for each in slots.values() for slot in each if slot.before != slot.after}
    keys = {maker: (_within(maker.day, before.as_of, state.as_of), rank) for maker in used}
    order = sorted(used, key=lambda maker: (*keys[maker], maker.day, maker.kind, maker.name))
    return _Step(state, slots, order, keys, notes)


def _within(day: date, after: date, through: date) -> date:
    """Return a day for sorting that lies after one state and not after the next."""
    return min(max(day, after + timedelta(days=1)), max(through, after))


def _maker(join: Join, state: TextState) -> Maker:
    if join.state is JoinState.JOINED:
        day = join.day or state.as_of
        if join.rule is not None:
            effective = day in join.rule.effective
            return Maker("rule", join.name, day, "effective" if effective else "published", join.rule)
        return Maker("cited", join.name, day, "published" if join.day else "state")
    kind = EDITORIAL if join.state is JoinState.EDITORIAL else "undetermined"
    return Maker(kind, "", state.as_of, "state")


def _basis(op: Operation, join: Join) -> str:
    place = place_of(op.path)
    if join.state is JoinState.JOINED:
        words = {
            Basis.CITATION: f"the text cites it: {join.quote}",
            Basis.PRINTED_DAY: f"the text prints its day: {join.quote}",
            Basis.INSTRUCTION: "its instructions name the unit, and it takes effect between the two states",
            Basis.DATE: "the only stored rule that amends the part and takes effect between the two states",
        }
        return f"{place}: {words[join.basis]}" if join.basis else ""
    if join.state is JoinState.AMBIGUOUS:
        names = [
            *(f"{rule.citation or rule.document_number} {rule.title}" for rule in join.candidates),
            *join.cited,
        ]
        return f"{op.path}: one of {'; '.join(names)}"
    printed = f"; the text prints {join.quote}" if join.quote else ""
    return f"{op.path}: no stored document{printed}" if join.state is JoinState.UNKNOWN else ""


def _pairs(
    old: Sequence[Unit], new: Sequence[Unit], origins: Mapping[str, str], added: set[str]
) -> list[tuple[int, int]]:
    """Return the units that are the same in both, by index, in an order that both texts have."""
    places = {unit.path: index for index, unit in enumerate(old)}
    moved_on = set(origins.values())
    candidates: list[tuple[int, int]] = []
    for index, unit in enumerate(new):
        origin = origins.get(unit.path)
        if unit.path in added or (origin is None and unit.path in moved_on):
            continue
        place = places.get(origin or unit.path)
        if place is not None:
            candidates.append((place, index))
    # The longest run of pairs that rises in both texts.
    tails: list[int] = []
    ends: list[int] = []
    previous: list[int] = []
    for number, (place, _) in enumerate(candidates):
        at = bisect_left(tails, place)
        tails[at : at + 1] = [place]
        ends[at : at + 1] = [number]
        previous.append(ends[at - 1] if at else -1)
    chain: list[tuple[int, int]] = []
    at = ends[-1] if ends else -1
    while at >= 0:
        chain.append(candidates[at])
        at = previous[at]
    return chain[::-1]


def _merged(
    old: Sequence[Unit],
    new: Sequence[Unit],
    pairs: Sequence[tuple[int, int]],
    after: Mapping[str, Maker],
    removed: Mapping[str, Maker],
    other: Maker,
) -> Iterator[_Slot]:
    left = right = 0
    for place, index in [*pairs, (len(old), len(new))]:
        for unit in old[left:place]:
            yield _Slot(_line(unit), None, removed.get(unit.path, other))
        for unit in new[right:index]:
            yield _Slot(None, _line(unit), after.get(unit.path, other))
        if index < len(new):
            yield _Slot(_line(old[place]), _line(new[index]), after.get(new[index].path, other))
        left, right = place + 1, index + 1


# --- messages


def _message(group: Sequence[tuple[_Step, Maker]], effects_of: Callable[[Rule], Sequence[str]]) -> str:
    maker = group[0][1]
    parts = ", ".join(dict.fromkeys(each.state.part for each, _ in group))
    lines = [_subject(maker, parts), ""]
    rule = maker.rule
    if rule is not None:
        lines.append(f"Document: {rule.document_number}")
        if rule.published is not None:
            lines.append(f"Published: {rule.published.isoformat()}")
        lines.append(f"Source: {rule.url}")
    if maker.kind in ("rule", "cited"):
        label = {"effective": "Effective", "published": "Date: the day of publication; no effective date is stored",
                 "state": "Date: the day of the eCFR; no other is known"}[maker.day_is]  # fmt: skip
        lines.append(f"{label}: {maker.day.isoformat()}" if maker.day_is == "effective" else label)
    for each, own in group:
        if maker.kind in ("rule", "cited") and each.keys[own][1] < 0:
            lines.append(
                f"Text: lines of {each.state.part} as of {each.state.as_of.isoformat()} that print this citation; "
                "earlier text is not stored"
            )
        else:
            lines.append(f"Text: {each.state.part} as of {each.state.as_of.isoformat()} (eCFR)")
    said = effects_of(rule) if rule is not None else ()
    lines += [f"Effect: {fold_space(words)}" for words in said[:_EFFECTS]]
    if len(said) > _EFFECTS:
        lines.append(f"Effect: {len(said) - _EFFECTS} more")
    notes = [note for each, own in group for note in each.notes.get(own, ())]
    if notes:
        lines += ["", *dict.fromkeys(f"{_NOTE[maker.kind]}{note}" for note in notes)]
    return "\n".join(lines).rstrip() + "\n"


_NOTE = {"rule": "Joined by ", "cited": "Joined by ", "first": "", "undetermined": "", "editorial": ""}


def _author(maker: Maker) -> tuple[str, str]:
    if maker.kind in ("rule", "cited"):
        return maker.name, (maker.rule and maker.rule.document_number) or "not-stored"
    if maker.kind == "first":
        return "first stored state", maker.name
    return (EDITORIAL, "eCFR") if maker.kind == EDITORIAL else ("not determined", "not-determined")


def _subject(maker: Maker, parts: str) -> str:
    if maker.rule is not None:
        name = maker.rule.citation or maker.rule.document_number
        return f"{name}: {fold_space(maker.rule.title)}"
    if maker.kind == "cited":
        return f"{maker.name}: title not stored"
    if maker.kind == "first":
        return f"{parts}: first stored state"
    if maker.kind == EDITORIAL:
        return f"{parts}: editorial changes of the eCFR"
    return f"{parts}: changes whose document is not determined"
