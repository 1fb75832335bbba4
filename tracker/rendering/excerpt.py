"""The words that changed, few enough to be read in an alert: what went, what came, and a little around it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from tracker.model import Operation, SpanKind
from tracker.rendering.alert_message import ChangedPassage
from tracker.sanitize import sanitize_line, shorten

PASSAGES = 3
AROUND = 80  # characters of unchanged text on either side of a change
WORDS = 300  # characters of one run that went or came


def changed_passages(operations: Iterable[Operation]) -> tuple[ChangedPassage, ...]:
    """The first differences of legal weight, in the order of the text; none where nothing was compared."""
    found = []
    for operation in operations:
        if operation.editorial or operation.follows:
            continue
        runs = tuple(_runs(operation.spans))
        if any(kind != "equal" for kind, _ in runs):
            found.append(ChangedPassage(sanitize_line(operation.path), runs))
        if len(found) == PASSAGES:
            break
    return tuple(found)


def _runs(spans: Sequence[tuple[SpanKind, str]]) -> Iterator[tuple[SpanKind, str]]:
    """Runs with the white space at their edges as one space, so that joined they read as the text does."""
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
    """Unchanged text, cut between words to what stands next to a change."""
    head = "" if first else words[:AROUND]
    tail = "" if last else words[-AROUND:]
    if len(words) <= len(head) + len(tail):
        return words
    head, tail = head.rpartition(" ")[0] or head, tail.partition(" ")[2] or tail
    return " … ".join((head, tail)) if not (first or last) else f"{head} …" if head else f"… {tail}"
