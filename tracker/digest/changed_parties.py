"""The listed parties and the sections of the regulations that changed in a week. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from tracker.citations import sort_key
from tracker.diffing.summary import split_path
from tracker.model import Change, DocumentKind, Op, Operation, UnitKind
from tracker.sanitize import sanitize_line
from tracker.tariff.rows import dotted
from tracker.text import search_key

# The Entity List, the Unverified List and the Military End-User List (15 CFR part 744).
_PARTY_LISTS = re.compile(r"^Supp\. No\. [467] to Part 744$")
_SEPARATOR = " › "
JAPAN = "JAPAN"
_ORDER = {Op.ADDED: 0, Op.CHANGED: 1, Op.REMOVED: 2}


@dataclass(frozen=True, slots=True)
class PartyChange:
    """A party that was added to a list, removed from it, or whose entry changed. `country` as the list prints it, `path`
    that of its row."""

    op: Op
    register: str
    country: str
    name: str
    change: Change
    path: str

    @property
    def in_japan(self) -> bool:
        return self.country.casefold() == JAPAN.casefold()


@dataclass(frozen=True, slots=True)
class SectionChanges:
    """A section, supplement or part with substantive changes: the number of units by operation."""

    name: str
    counts: Mapping[Op, int]
    change: Change

    @property
    def total(self) -> int:
        return sum(self.counts.values())


def party_of(operation: Operation, change: Change) -> PartyChange | None:
    """The listed party that an operation concerns; None where it concerns none."""
    if operation.kind is not UnitKind.ROW or operation.editorial:
        return None
    first, *rest = operation.path.split(_SEPARATOR)
    if not rest or dotted(first):
        return None  # a row that names no party: a line of the tariff schedule, or of a table
    register, *above, name = first, *rest
    if change.kind is not DocumentKind.LIST and not _PARTY_LISTS.match(register):
        return None
    op = operation.op if operation.op in _ORDER else Op.CHANGED
    if operation.op in (Op.MOVED, Op.RENUMBERED) and operation.before == operation.after:
        return None  # only its position in the table changed
    if op is not Op.CHANGED and _needs_check(change):
        return None
    country = sanitize_line(above[-1]) if above else ""
    return PartyChange(op, sanitize_line(register), country, sanitize_line(name), change, operation.path)


def _needs_check(change: Change) -> bool:
    """Whether so much of a list changed at once that the change is reported as suspicious. It has no direction then, and
    its parties are not reported as added or removed."""
    return change.kind is DocumentKind.LIST and change.tagging.direction is None


def only_parties(change: Change) -> bool:
    """Whether a change affects only lists of parties."""
    registers = {unit.partition(_SEPARATOR)[0] for unit in change.tagging.units}
    return bool(registers) and all(_PARTY_LISTS.match(register) for register in registers)


def _key(party: PartyChange) -> tuple[str, ...]:
    return tuple(search_key(text) for text in (party.register, party.country, party.name))


def last_reported(touched: Iterable[tuple[Change, Sequence[Operation]]]) -> Mapping[tuple[str, ...], Op]:
    """The last operation on each party in these changes."""
    found = {}
    for change, operations in sorted(touched, key=lambda pair: pair[0].detected_at):
        for party in filter(None, (party_of(operation, change) for operation in operations)):
            found[_key(party)] = party.op
    return found


def parties(
    touched: Iterable[tuple[Change, Sequence[Operation]]], before: Mapping[tuple[str, ...], Op]
) -> tuple[PartyChange, ...]:
    """The changed parties, those in Japan first, then by country and name. A party that two sources report appears once,
    from the regulations if they report it. An operation that an earlier week reported last (`before`) is left out, so
    that a second source does not report the same addition again."""
    found: dict[tuple[str, ...], PartyChange] = {}
    for change, operations in sorted(touched, key=lambda pair: pair[0].kind is DocumentKind.LIST):
        for operation in operations:
            party = party_of(operation, change)
            if party is not None and not _was_reported(party, before):
                found.setdefault((party.op, *_key(party)), party)
    return tuple(
        sorted(
            found.values(),
            key=lambda party: (
                not party.in_japan,
                _ORDER[party.op],
                party.country.casefold(),
                party.name.casefold(),
            ),
        )
    )


def _was_reported(party: PartyChange, before: Mapping[tuple[str, ...], Op]) -> bool:
    """Whether an earlier week reported the same addition or removal. A changed entry can change again."""
    return party.op is not Op.CHANGED and before.get(_key(party)) is party.op


def follows(operations: Sequence[Operation], change: Change, before: Mapping[tuple[str, ...], Op]) -> bool:
    """Whether a list's change has only operations that an earlier week reported."""
    substantive = [party_of(item, change) for item in operations if not item.editorial]
    return bool(substantive) and all(
        party is not None and _was_reported(party, before) for party in substantive
    )


def repeats(
    operations: Sequence[Operation], others: Sequence[Operation], change: Change, other: Change
) -> bool:
    """Whether a change repeats what another change reports of the same parties: the Consolidated Screening List follows
    the Entity List of the regulations."""

    def party_keys(items: Sequence[Operation], of: Change) -> set[tuple[str, ...]]:
        found = (party_of(item, of) for item in items)
        return {(party.op, *_key(party)) for party in found if party is not None}

    own = party_keys(operations, change)
    substantive = [item for item in operations if not item.editorial]
    return bool(own) and len(substantive) == len(own) and own <= party_keys(others, other)


def sections(touched: Iterable[tuple[Change, Sequence[Operation]]]) -> tuple[SectionChanges, ...]:
    """The sections of the regulations with substantive changes, in the order of the CFR."""
    counted: dict[str, tuple[Counter[Op], Change]] = {}
    for change, operations in touched:
        if change.kind is not DocumentKind.CFR:
            continue
        for operation in operations:
            # A changed date in a note or a source line is not a substantive change.
            if operation.editorial or operation.kind in (UnitKind.CITATION, UnitKind.EDITORIAL_NOTE):
                continue
            name = sanitize_line(split_path(operation.path)[0])
            counted.setdefault(name, (Counter(), change))[0][operation.op] += 1
    return tuple(
        SectionChanges(name, counts, change)
        for name, (counts, change) in sorted(counted.items(), key=lambda entry: sort_key(entry[0]))
    )
