"""The text of a division as chunks: each unit's own text, without the units below it. Edits are lists of chunks;
a chunk that is kept is written with the characters that were read.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

from tracker.amendments.base import Block, Gap, Item
from tracker.amendments.inline import inline, inner_range, is_balanced
from tracker.amendments.outline import Outline, Path, Place


class NotComputedError(Exception):
    """The text is the reason, in plain words. `kind` groups reasons for counting; `defect` is set where the
    instruction itself cannot be carried out: what it names is missing, it gives no text, it contradicts.
    """

    def __init__(self, reason: str, kind: str, *, defect: str = "") -> None:
        super().__init__(reason)
        self.kind = kind
        self.defect = defect


@dataclass(frozen=True, slots=True)
class Fragment:
    """A block, or the portion of one between two characters of its markup. `joins` is set where it goes on in
    the block of the fragment before it.
    """

    raw: str
    tag: str
    origin: Block | None = None
    low: int = 0
    high: int = 0
    joins: bool = False

    @property
    def is_whole(self) -> bool:
        return self.origin is not None and self.low == 0 and self.high == len(self.origin.raw)

    @property
    def text(self) -> str:
        """Return its words."""
        if self.origin is None or self.is_whole:
            return inline(self.raw).text
        words = inline(self.origin.raw)
        return "".join(
            c for c, at in zip(words.text, words.places, strict=True) if self.low <= at < self.high
        ).strip()

    @property
    def inner(self) -> str:
        """Return its markup without the tags of its block."""
        if self.origin is None:
            start, end = inner_range(self.raw)
            return self.raw[start:end].strip()
        start, end = inner_range(self.origin.raw)
        return self.origin.raw[max(start, self.low) : min(end, self.high)].strip()


@dataclass(frozen=True, slots=True)
class Chunk:
    """A unit's own text: where it begins, its fragments, and what encloses them (the gaps in between)."""

    path: Path
    fragments: tuple[Fragment, ...]
    enclosed: bool = False  # tags of an enclosing element lie between its fragments
    until: str = ""

    @property
    def text(self) -> str:
        return " ".join(text for fragment in self.fragments if (text := fragment.text))


def chunks_of(outline: Outline) -> list[Chunk]:
    """Return all chunks of a division; the text before the first mark has the path ()."""
    found = []
    first = outline.opening()
    if first[0] < first[1]:
        found.append(_chunk(outline, (), first, ""))
    for number, mark in enumerate(outline.marks):
        found.append(_chunk(outline, mark.path, outline.own(number), mark.until))
    return [chunk for chunk in found if chunk.fragments or chunk.path]


def _chunk(outline: Outline, path: Path, span: tuple[Place, Place], until: str) -> Chunk:
    (first, start), (last, end) = span
    items = outline.division.items
    fragments: list[Fragment] = []
    enclosed = False
    for number in range(first, min(last + (end > 0), len(items))):
        item = items[number]
        if isinstance(item, Gap):
            enclosed = enclosed or not item.raw.isspace()
        elif isinstance(item, Block):
            low = start if number == first else 0
            high = end if number == last else len(item.raw)
            if low < 0 or high < 0:
                raise NotComputedError(
                    "the place of a designator inside its paragraph was not read", "label-place"
                )
            fragments.append(Fragment(item.raw, item.tag, item, low, high, joins=low > 0))
    return Chunk(path, tuple(fragments), enclosed, until)


def write_items(chunks: Sequence[Chunk]) -> list[Block]:
    """Return the blocks of chunks in order; whole blocks that were read are the same objects."""
    runs: list[list[Fragment]] = []
    for chunk in chunks:
        for fragment in chunk.fragments:
            if fragment.joins and runs:
                runs[-1].append(fragment)
            else:
                runs.append([fragment])
    return [_block(run) for run in runs]


def _block(run: list[Fragment]) -> Block:
    origin = run[0].origin
    if origin is not None and all(one.origin is origin for one in run):
        contiguous = all(one.high == two.low for one, two in itertools.pairwise(run))
        if contiguous and run[0].low == 0 and run[-1].high == len(origin.raw):
            return origin
    first = run[0]
    if len(run) == 1 and first.origin is None:
        return Block(first.raw, first.tag)
    opening = _opening(first)
    inner = " ".join(part for fragment in run if (part := fragment.inner))
    if not is_balanced(inner):
        raise NotComputedError("the change would cut through italics or other markup", "markup-cut")
    return Block(f"{opening}{inner}</{first.tag}>", first.tag)


def _opening(fragment: Fragment) -> str:
    raw = fragment.origin.raw if fragment.origin is not None and fragment.low == 0 else fragment.raw
    if fragment.origin is not None and fragment.low > 0:
        return f"<{fragment.tag}>"
    return raw[: inner_range(raw)[0]]


def replace_chunks(
    outline: Outline, start: int, end: int, new: Sequence[Chunk], before: Sequence[Chunk]
) -> list[Item]:
    """Return the items of the division with `before[start:end]` replaced by `new`. `before` are its chunks.

    The items between the first and the last touched block are written anew, with one line end after each block;
    all others are the same.
    """
    items = outline.division.items
    whole = [*before[:start], *new, *before[end:]]
    old_blocks = write_items(before)
    blocks = write_items(whole)
    head = 0
    while head < min(len(old_blocks), len(blocks)) and old_blocks[head] is blocks[head]:
        head += 1
    tail = 0
    while tail < min(len(old_blocks), len(blocks)) - head and old_blocks[-1 - tail] is blocks[-1 - tail]:
        tail += 1
    range_ = range(outline.start[0], min(outline.end[0] + 1, len(items)))
    places = {id(items[number]): number for number in range_}
    gone = old_blocks[head : len(old_blocks) - tail]
    fresh = blocks[head : len(blocks) - tail]
    if gone:
        low, high = places[id(gone[0])], places[id(gone[-1])] + 1
        if not fresh and high < len(items) and _is_space(items[high]) and low and _is_space(items[low - 1]):
            high += 1  # the line goes with its end
    elif head:
        low = high = places[id(old_blocks[head - 1])] + 1
    elif old_blocks:
        low = high = places[id(old_blocks[0])]
    else:
        low = high = outline.start[0]
    return [*items[:low], *_between(items, low, high, gone, fresh), *items[high:]]


def _is_space(item: Item) -> bool:
    return isinstance(item, Gap) and item.raw.isspace()


def _between(items: list[Item], low: int, high: int, gone: list[Block], fresh: list[Block]) -> list[Item]:
    """Return the items that replace `items[low:high]`: kept blocks with the gaps after them, new ones with a
    line end.
    """
    tags = "".join(item.raw for item in items[low:high] if isinstance(item, Gap) and not item.raw.isspace())
    if tags:
        raise NotComputedError("the change would cross the border of an extract", "extract")
    made: list[Item] = []
    if not gone:
        for block in fresh:
            # An insertion lies after a block or, at the beginning, before the first one.
            made += [Gap("\n"), block] if low and isinstance(items[low - 1], Block) else [block, Gap("\n")]
        return made
    if not fresh:
        return []
    spaces = _spaces_after(items, low, high)
    for number, block in enumerate(fresh):
        made.append(block)
        if number < len(fresh) - 1:
            made.append(spaces.get(id(block), Gap("\n")))
    return made


def _spaces_after(items: list[Item], low: int, high: int) -> dict[int, Gap]:
    """Return the white space after each block of a range, so that blocks that stay keep theirs."""
    return {
        id(item): after
        for item, after in itertools.pairwise(items[low:high])
        if isinstance(item, Block) and isinstance(after, Gap)
    }
