"""What a release of the tariff schedule changes, row by row, from the words of its rows."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from tracker.model import Document, DocumentKind, Op, Operation, UnitKind
from tracker.text import CELL_GAP, fold_space

_ROW = re.compile(r"(\d{4}(?:\.\d{2})*)(?: › |\Z)")
_PERCENT = re.compile(r"(\d+(?:\.\d+)?)\s?(?:%|percent\b)")
_ADDED = re.compile(
    r"The duty provided in the applicable (?:sub)?heading\s*\+\s*(?:a duty of\s*)?(\d+(?:\.\d+)?)\s?%\.?",
    re.IGNORECASE,
)
_NONE_ADDED = re.compile(
    r"The duty provided in the applicable (?:sub)?heading\.?|No change\.?", re.IGNORECASE
)
_PLAIN = re.compile(r"(\d+(?:\.\d+)?)\s?%\.?")


class RowChange(StrEnum):
    """What happened to a row: a duty of chapter 99 came, went or changed; an exception from one came or went; the
    rate of a line rose, fell or changed in a way that is not a number; or other words changed.
    """

    DUTY_ADDED = "duty-added"
    DUTY_REMOVED = "duty-removed"
    EXCEPTION_ADDED = "exception-added"
    EXCEPTION_REMOVED = "exception-removed"
    RATE_RAISED = "rate-raised"
    RATE_LOWERED = "rate-lowered"
    RATE_CHANGED = "rate-changed"
    ROW_ADDED = "row-added"
    ROW_REMOVED = "row-removed"
    WORDS = "words"


@dataclass(frozen=True, slots=True)
class ChangedRow:
    """A row that a release changed, with its general rates before and after as printed."""

    path: str
    what: RowChange
    before: str
    after: str
    words: str
    position: int

    @property
    def is_chapter_99(self) -> bool:
        return self.path.startswith("99")


def is_tariff(document: Document) -> bool:
    """Return whether a document is the schedule: a list whose first row is named by an HTS number."""
    first = document.units[0] if document.units else None
    return (
        document.kind is DocumentKind.LIST
        and first is not None
        and first.kind is UnitKind.ROW
        and _ROW.match(first.path) is not None
    )


def cells_of(text: str) -> dict[str, str]:
    """Return the cells of a row by their labels, from the text of its unit; the number under `""`."""
    found: dict[str, str] = {}
    for cell in text.split(CELL_GAP):
        label, colon, value = cell.partition(": ")
        if colon:
            found[label] = value
        else:
            found[""] = cell
    return found


def ad_valorem(rate: str) -> Decimal | None:
    """Return a rate of a plain percentage, 0 for Free; None for any other."""
    text = fold_space(rate)
    if text.rstrip(".").lower() == "free":
        return Decimal(0)
    found = _PLAIN.fullmatch(text)
    return Decimal(found[1]) if found else None


def added_rate(rate: str) -> Decimal | None:
    """Return what a rate of chapter 99 adds to the duty of the applicable subheading: 0 where it says that duty
    alone, or no change; None where it is not read.
    """
    text = fold_space(rate)
    if _NONE_ADDED.fullmatch(text):
        return Decimal(0)
    found = _ADDED.fullmatch(text)
    return Decimal(found[1]) if found else None


def changed_rows(operations: Sequence[Operation]) -> list[ChangedRow]:
    """Return the rows that operations of substance change, in the order of the schedule."""
    found = []
    for operation in operations:
        if operation.editorial or operation.kind is not UnitKind.ROW:
            continue
        old, new = cells_of(operation.before), cells_of(operation.after)
        before, after = old.get("General", ""), new.get("General", "")
        words = (new or old).get("Description", "")
        what = _what(operation, before, after)
        found.append(ChangedRow(operation.path, what, before, after, words, operation.position))
    return found


def _what(operation: Operation, before: str, after: str) -> RowChange:
    special = operation.path.startswith("9903")
    if operation.op is Op.ADDED:
        return _came(after) if special else RowChange.ROW_ADDED
    if operation.op is Op.REMOVED:
        if special:
            came = _came(before)
            return {
                RowChange.DUTY_ADDED: RowChange.DUTY_REMOVED,
                RowChange.EXCEPTION_ADDED: RowChange.EXCEPTION_REMOVED,
            }.get(came, RowChange.ROW_REMOVED)
        return RowChange.ROW_REMOVED
    if fold_space(before) == fold_space(after):
        return RowChange.WORDS
    old, new = _comparable(before, special=special), _comparable(after, special=special)
    if old is None or new is None:
        return RowChange.RATE_CHANGED
    if old == new:
        return RowChange.WORDS
    return RowChange.RATE_RAISED if new > old else RowChange.RATE_LOWERED


def _came(rate: str) -> RowChange:
    added = added_rate(rate)
    if added is not None:
        return RowChange.DUTY_ADDED if added else RowChange.EXCEPTION_ADDED
    return RowChange.DUTY_ADDED if _PERCENT.search(rate) else RowChange.ROW_ADDED


def _comparable(rate: str, *, special: bool) -> Decimal | None:
    added = added_rate(rate) if special else None
    return added if added is not None else ad_valorem(rate)
