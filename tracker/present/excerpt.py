"""The words that changed, few enough to be read in an alert: what went, what came, and a little around it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from tracker.model import Operation, SpanKind
from tracker.present.inert import line, shorten
from tracker.present.message import Passage

PASSAGES = 3
AROUND = 80  # characters of unchanged text on either side of a change
WORDS = 300  # characters of one run that went or came


def passages(operations: Iterable[Operation]) -> tuple[Passage, ...]:
    """The first differences of legal weight, in the order of the text; none where nothing was compared."""
    found = []
    for operation in operations:
        if operation.editorial or operation.follows:
            continue
        runs = tuple(_runs(operation.spans))
        if any(kind != "equal" for kind, _ in runs):
            found.append(Passage(line(operation.path), runs))
        if len(found) == PASSAGES:
            break
    return tuple(found)


def _runs(spans: Sequence[tuple[SpanKind, str]]) -> Iterator[tuple[SpanKind, str]]:
    for number, (kind, text) in enumerate(spans):
        words = line(text)
        if not words:
            continue
        if kind == "equal":
            first, last = number == 0, number == len(spans) - 1
            head = "" if first else words[:AROUND]
            tail = "" if last else words[-AROUND:]
            if len(words) > len(head) + len(tail):
                words = " … ".join((head.rstrip(), tail.lstrip())).strip(" ") if head and tail else (
                    f"{head.rstrip()} …" if head else f"… {tail.lstrip()}"
                )  # fmt: skip
            yield kind, words
        else:
            yield kind, shorten(words, WORDS)
