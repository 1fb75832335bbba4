"""Finds changes around the main text that many pages of one site share: a banner's date, a footer, a site-wide
alert.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from tracker.locations import is_rest_of_page
from tracker.model import Op, Operation


class SiteWide:
    """The changes of the rest of a page that one poll of a source has recorded: each is recorded in full for
    the first page that has it, and is editorial on all others.
    """

    def __init__(self) -> None:
        self._recorded: set[tuple[Op, str, str]] = set()

    def without_recorded(self, operations: Iterable[Operation]) -> tuple[Operation, ...]:
        """Return `operations`, those recorded for another page marked editorial."""
        return tuple(
            replace(op, editorial=True) if is_rest_of_page(op.path) and _key(op) in self._recorded else op
            for op in operations
        )

    def add(self, operations: Iterable[Operation]) -> None:
        """Remember the operations of a committed record."""
        self._recorded.update(_key(op) for op in operations if not op.editorial and is_rest_of_page(op.path))


def _key(op: Operation) -> tuple[Op, str, str]:
    return op.op, op.before, op.after
