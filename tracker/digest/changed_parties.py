"""What the redlines of a week touched: listed parties, and sections of the regulations. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from tracker.citations import sort_key
from tracker.diffing.summary import split_path
from tracker.model import Change, DocumentKind, Op, Operation, UnitKind
from tracker.sanitize import sanitize_line
from tracker.text import search_key

# The Entity List, the Unverified List and the Military End-User List (15 CFR part 744).
_PARTY_LISTS = re.compile(r"^Supp\. No\. [467] to Part 744$")
_SEPARATOR = " › "
JAPAN = "JAPAN"
_ORDER = {Op.ADDED: 0, Op.CHANGED: 1, Op.REMOVED: 2}


@dataclass(frozen=True, slots=True)
class PartyChange:
    """A party that came onto a list, left it, or whose entry reads otherwise now. `country` as the list prints it."""

    op: Op
    register: str
    country: str
    name: str
    change: Change

    @property
    def in_japan(self) -> bool:
        return self.country.casefold() == JAPAN.casefold()


@dataclass(frozen=True, slots=True)
class SectionChanges:
    """A section, supplement or part in which something of substance changed: how many units, by what happened."""

    name: str
    counts: Mapping[Op, int]
    change: Change

    @property
    def total(self) -> int:
        return sum(self.counts.values())


def party_of(operation: Operation, change: Change) -> PartyChange | None:
    """The listed party that an operation is about, if it is about one."""
    if operation.kind is not UnitKind.ROW or operation.editorial:
        return None
    register, *above, name = operation.path.split(_SEPARATOR)
    if change.kind is not DocumentKind.LIST and not _PARTY_LISTS.match(register):
        return None
    op = operation.op if operation.op in _ORDER else Op.CHANGED
    if operation.op in (Op.MOVED, Op.RENUMBERED) and operation.before == operation.after:
        return None  # only its place in the table is another
    if op is not Op.CHANGED and _is_to_be_checked(change):
        return None
    return PartyChange(
        op, sanitize_line(register), sanitize_line(above[-1]) if above else "", sanitize_line(name), change
    )


def _is_to_be_checked(change: Change) -> bool:
    """Whether so much of a list is gone, or came, at once that it is told as something to check: that has no direction, and
    no party is said to have come or gone by it."""
    return change.kind is DocumentKind.LIST and change.tagging.direction is None


def only_parties(change: Change) -> bool:
    """Whether a change touches nothing but lists of parties."""
    registers = {unit.partition(_SEPARATOR)[0] for unit in change.tagging.units}
    return bool(registers) and all(_PARTY_LISTS.match(register) for register in registers)


def _key(party: PartyChange) -> tuple[str, ...]:
    return tuple(search_key(text) for text in (party.register, party.country, party.name))


def last_reported(touched: Iterable[tuple[Change, Sequence[Operation]]]) -> Mapping[tuple[str, ...], Op]:
    """What became last of each party in these changes."""
    found = {}
    for change, operations in sorted(touched, key=lambda pair: pair[0].detected_at):
        for party in filter(None, (party_of(operation, change) for operation in operations)):
            found[_key(party)] = party.op
    return found


def parties(
    touched: Iterable[tuple[Change, Sequence[Operation]]], before: Mapping[tuple[str, ...], Op]
) -> tuple[PartyChange, ...]:
    """Those in Japan first, then by country and name. What two sources say of one party is told once, from the
    regulations where they say it; what was the last to be told of it in an earlier week (`before`) is not told again:
    an entry that was added there is not added once more because another source follows."""
    found: dict[tuple[str, ...], PartyChange] = {}
    for change, operations in sorted(touched, key=lambda pair: pair[0].kind is DocumentKind.LIST):
        for operation in operations:
            party = party_of(operation, change)
            if party is not None and not _known(party, before):
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


def _known(party: PartyChange, before: Mapping[tuple[str, ...], Op]) -> bool:
    """An entry that reads otherwise may do so again; one can come or go only once."""
    return party.op is not Op.CHANGED and before.get(_key(party)) is party.op


def follows(operations: Sequence[Operation], change: Change, before: Mapping[tuple[str, ...], Op]) -> bool:
    """Whether a list's change says nothing but what an earlier week told."""
    weighty = [party_of(item, change) for item in operations if not item.editorial]
    return bool(weighty) and all(party is not None and _known(party, before) for party in weighty)


def repeats(
    operations: Sequence[Operation], others: Sequence[Operation], change: Change, other: Change
) -> bool:
    """Whether one change only says of listed parties what another says: the Consolidated Screening List follows
    the Entity List of the regulations."""

    def told(items: Sequence[Operation], of: Change) -> set[tuple[str, ...]]:
        found = (party_of(item, of) for item in items)
        return {(party.op, *_key(party)) for party in found if party is not None}

    mine = told(operations, change)
    weighty = [item for item in operations if not item.editorial]
    return bool(mine) and len(weighty) == len(mine) and mine <= told(others, other)


def sections(touched: Iterable[tuple[Change, Sequence[Operation]]]) -> tuple[SectionChanges, ...]:
    """The sections of the regulations with changes of substance, in the order of the book."""
    counted: dict[str, tuple[Counter[Op], Change]] = {}
    for change, operations in touched:
        if change.kind is not DocumentKind.CFR:
            continue
        for operation in operations:
            # A note's or a source line's date says that something happened, not what.
            if operation.editorial or operation.kind in (UnitKind.CITATION, UnitKind.EDITORIAL_NOTE):
                continue
            name = sanitize_line(split_path(operation.path)[0])
            counted.setdefault(name, (Counter(), change))[0][operation.op] += 1
    return tuple(
        SectionChanges(name, counts, change)
        for name, (counts, change) in sorted(counted.items(), key=lambda entry: sort_key(entry[0]))
    )
