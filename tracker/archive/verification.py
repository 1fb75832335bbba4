"""Runs all checks of `tracker verify`: the database file, the stored bytes, and the hash chains."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tracker.errors import StateDamaged
from tracker.storage import (
    audit_log,
    checkpoints,
    location,
    presence,
    retention,
    review_states,
    reviews,
    row_log,
    snapshots,
)
from tracker.storage.database import FILE, Store


@dataclass(slots=True)
class Verification:
    """The result. `problems`: one line each, empty where everything is intact. `ends`: the last hashes of the
    chains.
    """

    checked: int = 0
    problems: list[str] = field(default_factory=list)
    dropped: int = 0
    dropped_bytes: int = 0
    ends: dict[str, Any] = field(default_factory=dict)


def verify(state: Path, noted: Mapping[str, Any], progress: Callable[[int], None]) -> Verification:
    """Check everything. `noted`: the last hashes at an earlier time, where they were noted.

    Raises UsageError where nothing is stored, StateLost where the database is gone. A damaged database file is
    reported as the only problem: nothing read from it would prove anything.
    """
    presence.required(state)
    damage = presence.integrity(state / FILE) if location.url_of(state) is None else []
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
        for part in (reviews.verify, review_states.verify, audit_log.verify, row_log.verify):
            found.problems.extend(str(one) for one in _readable(part(connection)))
        found.problems.extend(checkpoints.missing_since_checkpoint(connection, noted))
        found.dropped, found.dropped_bytes = retention.dropped_totals(connection)
        found.ends = checkpoints.checkpoint(connection)
    return found


def _readable(lines: Iterator[str] | Iterator[str | int]) -> Iterator[str | int]:
    """Yield the problems of one part. A value that cannot be read, such as an invalid time, is one more problem
    and ends the part.
    """
    try:
        yield from lines
    except (ValueError, TypeError, KeyError) as error:
        yield f"a stored value cannot be read: {' '.join(str(error).split())}"
