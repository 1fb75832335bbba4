"""Selects the changed words that an alert shows: deleted and inserted runs with a little context."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from tracker.model import Op, Operation, SpanKind, UnitKind
from tracker.rendering.alert_message import ChangedPassage
from tracker.sanitize import sanitize_line, shorten

PASSAGES = 3
AROUND = 80  # characters of unchanged text on either side of a change
WORDS = 300  # characters of one deleted or inserted run


def changed_passages(operations: Iterable[Operation]) -> tuple[ChangedPassage, ...]:
    """Return the first differences of legal weight: added rows, such as parties of a list, then the others, each in reading order.
    Empty where nothing was compared."""
    found = []
    for operation in sorted(
        operations, key=lambda one: not (one.kind is UnitKind.ROW and one.op is Op.ADDED)
    ):
        if operation.editorial or operation.follows:
            continue
        runs = tuple(_runs(operation.spans))
        if any(kind != "equal" for kind, _ in runs):
            found.append(ChangedPassage(sanitize_line(operation.path), runs))
        if len(found) == PASSAGES:
            break
    return tuple(found)


def _runs(spans: Sequence[tuple[SpanKind, str]]) -> Iterator[tuple[SpanKind, str]]:
    """Return the runs with white space at their edges as one space, so that they join into the text."""
    for number, (kind, text) in enumerate(spans):
        words = sanitize_line(text)
        if not words:
            if text:
                yield "equal", " "
            continue
        if kind == "equal":
            words = _around(words, first=number == 0, last=number == len(spans) - 1)
        else:
            words = shorten(words, WORDS)
        yield kind, f"{' ' * text[0].isspace()}{words}{' ' * text[-1].isspace()}"


def _around(words: str, *, first: bool, last: bool) -> str:
    """Return unchanged text, cut at a word boundary next to a change."""
    head = "" if first else words[:AROUND]
    tail = "" if last else words[-AROUND:]
    if len(words) <= len(head) + len(tail):
        return words
    head, tail = head.rpartition(" ")[0] or head, tail.partition(" ")[2] or tail
    return " … ".join((head, tail)) if not (first or last) else f"{head} …" if head else f"… {tail}"
