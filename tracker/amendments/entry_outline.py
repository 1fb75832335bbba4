"""The part of the Commerce Control List's outline that one entry needs, so that an edit of an entry reads no other."""

from __future__ import annotations

from tracker.amendments.base import Block
from tracker.amendments.inline import inline
from tracker.amendments.outline import EntryReader, Mark, Outline


def entry_outline(outline: Outline, eccn: str) -> Outline | None:
    """Return the part of a control list's outline that an entry needs: its marks, with the one before and the one after
    them. None where the entry is not there or lies in two places.
    """
    numbers = outline.under(eccn)
    if not numbers or numbers[-1] - numbers[0] + 1 != len(numbers):
        return None
    first, last = max(numbers[0] - 1, 0), min(numbers[-1] + 1, len(outline.marks) - 1)
    end = outline.marks[last + 1].place if last + 1 < len(outline.marks) else outline.end
    marks = outline.marks[first : last + 1]
    return Outline(outline.division, marks, marks[0].place, end, outline.names)


def entry_read_again(whole: Outline, part: Outline, eccn: str, more: int) -> tuple[Outline, Outline] | None:
    """Return the whole outline and the part of it that is an entry, after the entry was edited and has `more` items. None
    where nothing of the entry is left.
    """
    own = [number for number, mark in enumerate(part.marks) if mark.path[0] == eccn]
    before, after = part.marks[: own[0]], part.marks[own[-1] + 1 :]
    start = part.marks[own[0]].place[0]
    end = (after[0].place[0] if after else part.end[0]) + more
    items, reader = whole.division.items, EntryReader()
    read = [
        Mark(path, (number, 0))
        for number in range(start, end)
        if isinstance(block := items[number], Block)
        and block.is_law
        and (path := reader.path(block, inline(block.raw)))
    ]
    if not read:
        return None
    place = whole.under(eccn)[0]
    rest = whole.marks[place + len(own) :]
    if more:
        rest = [Mark(mark.path, (mark.place[0] + more, mark.place[1]), mark.until) for mark in rest]
    moved = whole.end[0] + more, whole.end[1]
    part_end = part.end[0] + more, part.end[1]
    marks = [*before, *read, *rest[: len(after)]]
    return (
        Outline(whole.division, [*whole.marks[:place], *read, *rest], whole.start, moved, whole.names),
        Outline(whole.division, marks, marks[0].place, part_end, part.names),
    )
