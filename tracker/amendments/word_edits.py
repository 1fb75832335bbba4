"""Replaces, removes and adds words, and sentences, inside chunks; the markup around them is kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from tracker.amendments.actions import Order, WordChange
from tracker.amendments.chunks import Chunk, Fragment, NotComputedError
from tracker.amendments.inline import Inline, fold, inline, is_balanced, occurrences
from tracker.amendments.markup import to_ascii

Range = tuple[int, int]


def replaced(chunks: Sequence[Chunk], change: WordChange, *, ascii_only: bool) -> list[Chunk]:
    """Return the chunks with the words changed, which have to occur exactly as often as the instruction says:
    once, or at least once where it says "wherever". Raises NotComputedError.
    """
    wanted = change.old or change.anchor
    if not wanted:
        raise NotComputedError("the instruction does not say at which words", "words-unread")
    found = [
        (c, f, spot)
        for c, chunk in enumerate(chunks)
        for f, fragment in enumerate(chunk.fragments)
        for spot in _spots(fragment, wanted)
    ]
    if change.side in (Order.END, Order.BEGINNING) and change.old:
        found = _at_edge(chunks, found, change.side)
    if not found:
        raise NotComputedError(f"the words “{wanted}” do not occur there", "words-missing", defect="words")
    if change.times is not None and len(found) != change.times:
        raise NotComputedError(
            f"the words “{wanted}” occur {len(found)} times there, and the instruction says {change.times}",
            "words-count",
            defect="words",
        )
    if change.times is None and not change.every and len(found) != 1:
        raise NotComputedError(
            f"the words “{wanted}” occur {len(found)} times there, and the instruction does not say which",
            "words-count",
            defect="count",
        )
    made = list(chunks)
    for c, f, (start, end) in reversed(found):
        fragment = made[c].fragments[f]
        edited = _edit(fragment, start, end, change, ascii_only=ascii_only)
        parts = made[c].fragments
        made[c] = replace(made[c], fragments=(*parts[:f], edited, *parts[f + 1 :]))
    return made


def _spots(fragment: Fragment, wanted: str) -> list[Range]:
    return [
        (start, end)
        for start, end in occurrences(inline(fragment.raw), wanted)
        if _inside(fragment, start, end)
    ]


def _inside(fragment: Fragment, start: int, end: int) -> bool:
    if fragment.origin is None:
        return True
    words = inline(fragment.raw)
    return fragment.low <= words.places[start] and words.ends[end - 1] <= fragment.high


def _at_edge(
    chunks: Sequence[Chunk], found: list[tuple[int, int, Range]], side: Order
) -> list[tuple[int, int, Range]]:
    """Return the occurrence at the end or beginning of the text, if there is one."""
    if not found:
        return []
    c, f, (start, end) = found[-1] if side is Order.END else found[0]
    fragment = chunks[c].fragments[f]
    words = inline(fragment.raw)
    if side is Order.END:
        later = any(chunk.text for chunk in chunks[c + 1 :]) or any(
            x.text for x in chunks[c].fragments[f + 1 :]
        )
        rest = "".join(
            ch for ch, at in zip(words.text[end:], words.places[end:], strict=True) if at < _high(fragment)
        )
        return [(c, f, (start, end))] if not later and not rest.strip() else []
    head = words.text[:start]
    return [(c, f, (start, end))] if c == f == 0 and len(fold(head)) <= 12 else []


def _high(fragment: Fragment) -> int:
    return fragment.high if fragment.origin is not None else len(fragment.raw)


def _edit(fragment: Fragment, start: int, end: int, change: WordChange, *, ascii_only: bool) -> Fragment:
    words = inline(fragment.raw)
    raw = fragment.raw
    new = _escaped(change.new, ascii_only=ascii_only)
    if change.old:
        low, high = words.places[start], words.ends[end - 1]
        if not new:
            low, high = _with_space(words, start, end)
        made = _cut(raw, low, high, new)
    else:
        made = _insert(words, raw, start, end, change, new)
    return fragment_of(fragment, made)


def fragment_of(fragment: Fragment, made: str) -> Fragment:
    """Return a fragment with other markup; it keeps its portion of the block."""
    if fragment.origin is None or (fragment.low == 0 and fragment.high == len(fragment.raw)):
        return Fragment(made, fragment.tag, joins=fragment.joins)
    grown = len(made) - len(fragment.raw)
    inner = made[fragment.low : fragment.high + grown].strip()
    if fragment.low == 0:
        return Fragment(f"{inner}</{fragment.tag}>", fragment.tag, joins=fragment.joins)
    closed = inner if inner.endswith(f"</{fragment.tag}>") else f"{inner}</{fragment.tag}>"
    return Fragment(f"<{fragment.tag}>{closed}", fragment.tag, joins=fragment.joins)


def _cut(raw: str, low: int, high: int, new: str) -> str:
    gone = raw[low:high]
    if not is_balanced(gone):
        raise NotComputedError("the words begin or end inside italics or other markup", "markup-cut")
    return raw[:low] + new + raw[high:]


def _with_space(words: Inline, start: int, end: int) -> Range:
    """Return the place of words that are removed with one of the spaces around them."""
    text = words.text
    before = start > 0 and text[start - 1] == " "
    after = end < len(text) and text[end] == " "
    if before and (after or end == len(text) or text[end] in ",.;:)”"):
        return words.places[start - 1], words.ends[end - 1]
    if after and start == 0:
        return words.places[start], words.ends[end]
    return words.places[start], words.ends[end - 1]


def _insert(words: Inline, raw: str, start: int, end: int, change: WordChange, new: str) -> str:
    """Return the markup with words added before or after others, with a space where words need one."""
    if change.side is Order.BEFORE:
        place = words.places[start]
        return raw[:place] + _spaced(new, after=words.text[start]) + raw[place:]
    if change.side is Order.AFTER:
        place = words.ends[end - 1]
        return raw[:place] + (new if new[:1] in ",.;:)" else f" {new}") + raw[place:]
    raise NotComputedError("the instruction does not say on which side of the words", "words-unread")


def _spaced(new: str, *, after: str) -> str:
    return new if after in ",.;:)" else f"{new} "


def _escaped(text: str, *, ascii_only: bool) -> str:
    made = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return to_ascii(made) if ascii_only else made
