"""Everything that `tracker verify` looks at: the database file itself, the bytes, the chains and the seals."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tracker.errors import StateDamaged
from tracker.storage import audit_log, checkpoints, presence, retention, reviews, row_log, snapshots
from tracker.storage.database import FILE, Store


@dataclass(slots=True)
class Verification:
    """`problems`: one line each; empty where all is as it was written. `ends`: the ends of the chains (`heads`)."""

    checked: int = 0
    problems: list[str] = field(default_factory=list)
    dropped: int = 0
    dropped_bytes: int = 0
    ends: dict[str, Any] = field(default_factory=dict)


def verify(state: Path, noted: Mapping[str, Any], progress: Callable[[int], None]) -> Verification:
    """`noted`: the ends of the chains at an earlier time, where they were noted. Raises UsageError where nothing is
    stored, StateLost where the database is gone. A damaged file is a problem, and the only one that is named: what is
    read from it proves nothing."""
    presence.required(state)
    damage = presence.integrity(state / FILE)
    if damage:
        return Verification(problems=damage)
    try:
        with closing(Store(state)) as store:
            return _verify(store, noted, progress)
    except StateDamaged as error:
        return Verification(problems=[error.line()])


def _verify(store: Store, noted: Mapping[str, Any], progress: Callable[[int], None]) -> Verification:
    found = Verification()
    for one in _readable(snapshots.verify(store)):
        if isinstance(one, int):
            found.checked = one
            progress(one)
        else:
            found.problems.append(one)
    with store.read() as connection:
        for part in (reviews.verify, audit_log.verify, row_log.verify):
            found.problems.extend(str(one) for one in _readable(part(connection)))
        found.problems.extend(checkpoints.missing_since_checkpoint(connection, noted))
        found.dropped, found.dropped_bytes = retention.dropped_totals(connection)
        found.ends = checkpoints.checkpoint(connection)
    return found


def _readable(lines: Iterator[str] | Iterator[str | int]) -> Iterator[str | int]:
    """The lines of one part; a value that cannot even be read (a time that is none) is one more, and ends the part."""
    try:
        yield from lines
    except (ValueError, TypeError, KeyError) as error:
        yield f"a stored value cannot be read: {' '.join(str(error).split())}"
