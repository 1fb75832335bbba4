"""Merges text that a rule sets out with the base's: what is shown replaces, what asterisks leave out is kept."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from tracker.amendments.actions import Elision
from tracker.amendments.chunks import Chunk, Fragment, NotComputedError
from tracker.amendments.inline import fold, inline, inner_range, same_key
from tracker.amendments.ordering import slot
from tracker.amendments.outline import Path
from tracker.amendments.shown import STARS, Shown, problem_of

_KEPT_APART = frozenset({"NOTE", "TABLE", "DIV", "EXTRACT", "FTNT", "MATH"})
_UNFINISHED = re.compile(r"(?:[;,:—-]|\b(?:and|or))\s*\Z")


def merged(base: Sequence[Chunk], shown: Sequence[Shown], top: Path) -> list[Chunk]:
    """Return the chunks of a unit after its revision. `base` are its chunks with everything below; `shown` those
    that are set out. Raises NotComputedError where the text set out does not decide what stays.
    """
    if problem := problem_of(shown):
        raise NotComputedError(problem, "markup")
    found: list[Chunk] = []
    at = 0
    elided = False
    for number, one in enumerate(shown):
        if one.stars:
            elided = True
            continue
        place = next((n for n in range(at, len(base)) if base[n].path == one.path), None)
        if place is not None:
            if elided:
                found += base[at:place]
            follows = (
                number > 0
                and not shown[number - 1].stars
                and all(found[-1] is not chunk for chunk in base[:place])
            )
            found.append(combined(base[place], one, joins=one.joins if follows else None))
            at = place + 1
        else:
            if any(chunk.path == one.path for chunk in base[:at]):
                raise NotComputedError(
                    "the text set out shows its units in another order than the base", "order"
                )
            if elided:
                place = _place(base, one.path, at, found)
                found += base[at:place]
                at = place
            if one.elision is not Elision.NONE:
                raise NotComputedError(
                    "the text set out leaves words out of a unit that the base does not have",
                    "elision-of-new",
                )
            found.append(one.chunk)
        # `(a) * * *` leaves out what follows too: where (a)(1) comes next, that is nothing.
        elided = one.elision is Elision.ALL
    if elided:
        found += base[at:]
    elif at < len(base):
        _check_dropped(base[at:], found, top)
    _check_notes(base, found)
    return found


def _place(base: Sequence[Chunk], path: Path, at: int, found: Sequence[Chunk]) -> int:
    """Return where a new unit goes among the chunks that asterisks keep: by the order of its siblings."""
    parent = path[:-1]
    children = [
        (n, chunk)
        for n, chunk in enumerate(base)
        if n >= at and len(chunk.path) == len(path) and chunk.path[:-1] == parent
    ]
    earlier = [
        chunk.path[-1] for chunk in found if len(chunk.path) == len(path) and chunk.path[:-1] == parent
    ]
    labels = [*earlier, *(chunk.path[-1] for _, chunk in children)]
    if not labels:
        after = [n for n, chunk in enumerate(base) if n >= at and chunk.path == parent]
        if after:
            return after[0] + 1
        raise NotComputedError(
            "the place of a unit that is set out is not proved by its neighbors", "position"
        )
    order = slot(labels, path[-1])
    if order is None or order < len(earlier):
        raise NotComputedError(
            "the place of a unit that is set out is not proved by its neighbors", "position"
        )
    before = order - len(earlier)
    if before == 0:
        return at if not children else children[0][0]
    end = children[before - 1][0] + 1
    sibling = children[before - 1][1].path
    while end < len(base) and base[end].path[: len(sibling)] == sibling:
        end += 1
    check_end(base[:end], sibling)
    return end


def check_end(before: Sequence[Chunk], sibling: Path) -> None:
    """Raise NotComputedError where the text before an inserted unit ends with paragraphs that may belong to the
    unit above it: running text or a note after the last designated paragraph.
    """
    last = before[-1] if before else None
    if last is None or last.path[: len(sibling)] != sibling:
        return
    for fragment in last.fragments[1:]:
        if fragment.tag == "NOTE" and re.match(
            rf"Note\s?\d* to (?:paragraph )?(?:{re.escape(''.join(f'({p})' for p in last.path))})\W",
            fragment.text,
        ):
            continue
        raise NotComputedError(
            "text without a designator lies where the unit is to be added, and may belong to the unit above",
            "flush-text",
        )


def _check_dropped(dropped: Sequence[Chunk], found: Sequence[Chunk], top: Path) -> None:
    """Raise NotComputedError where units would be dropped after text that does not end: a rule that left out
    its asterisks.
    """
    del top
    if found and _UNFINISHED.search(found[-1].text):
        names = ", ".join("".join(f"({p})" for p in chunk.path) for chunk in dropped[:3])
        raise NotComputedError(
            f"the text set out breaks off, and does not say whether {names} stays", "breaks-off"
        )


def _check_notes(base: Sequence[Chunk], found: Sequence[Chunk]) -> None:
    """Raise NotComputedError where a note or table of the base would be dropped without being mentioned."""
    old = [f for chunk in base for f in chunk.fragments if f.tag in _KEPT_APART]
    new = [f for chunk in found for f in chunk.fragments if f.tag in _KEPT_APART]
    kept = {id(f.origin) for f in new if f.origin is not None}
    lost = [f for f in old if id(f.origin) not in kept]
    fresh = [f for f in new if f.origin is None]
    if lost and len(fresh) < len(lost):
        raise NotComputedError(
            "the base has a note or table there that the text set out does not show", "note-or-table"
        )


def combined(old: Chunk, one: Shown, *, joins: bool | None = None) -> Chunk:
    """Return a unit's own text as revised: what is shown, with the base's words for what is left out. `joins`
    says whether it goes on in the paragraph before it; None leaves that as in the base.
    """
    new = one.chunk
    if one.elision is Elision.ALL:
        return old
    if one.elision is Elision.AFTER:
        return _with_rest(old, new)
    if one.elision is not Elision.NONE:
        raise NotComputedError(
            "the text set out leaves out words before the words that it shows", "elision-inside"
        )
    if same_key(old.text) == same_key(new.text):
        return old
    check_flush(old, new)
    first = new.fragments[0]
    if joins is None:
        joins = old.fragments[0].joins if old.fragments else first.joins
    return replace(new, fragments=(replace(first, joins=joins), *new.fragments[1:]))


def check_flush(old: Chunk, new: Chunk) -> None:
    """Raise NotComputedError where the base goes on without designators and the text set out does not."""
    if len(old.fragments) > 1 and len(new.fragments) == 1 and old.path:
        extra = [f for f in old.fragments[1:] if f.tag not in _KEPT_APART]
        if extra:
            raise NotComputedError(
                "the base goes on there with text without a designator, which the text set out does not show",
                "flush-text",
            )


def _with_rest(old: Chunk, new: Chunk) -> Chunk:
    """Return the base's text with its heading as shown: `(a) Scope. * * *`."""
    if not old.fragments or len(new.fragments) != 1:
        raise NotComputedError("the words that asterisks leave out are not in the base", "elision-inside")
    shown_text = STARS.sub("", new.text).strip()
    first = old.fragments[0]
    if same_key(first.text).startswith(same_key(shown_text)):
        return old
    return replace(old, fragments=(with_heading(first, new.fragments[0]), *old.fragments[1:]))


_LABELS = re.compile(r"\s*(?:\((?:<I>)?\w{1,5}(?:</I>)?\)\s*)*(?:\w{1,5}\.\s+)?")
_HEADING = re.compile(r"(?P<heading>(?:<I>.*?</I>|<E T=\"0[34]\">.*?</E>)[.:]?)\s*", re.DOTALL)


def with_heading(old: Fragment, new: Fragment) -> Fragment:
    """Return a fragment with the heading of another: the italic words after its designators."""
    old_inner, new_inner = old.inner, new.inner
    old_start, new_start = _LABELS.match(old_inner), _LABELS.match(new_inner)
    assert old_start is not None
    assert new_start is not None
    found, wanted = _HEADING.match(old_inner, old_start.end()), _HEADING.match(new_inner, new_start.end())
    if found is None or wanted is None:
        raise NotComputedError("the heading was not found in the base", "heading")
    rest = new_inner[wanted.end() :]
    if fold(STARS.sub("", inline(f"<P>{rest}</P>").text)).strip():
        raise NotComputedError(
            "the text set out shows more than a heading before its asterisks", "elision-inside"
        )
    inner = old_inner[: old_start.end()] + wanted["heading"] + " " + old_inner[found.end() :]
    raw = f"<{old.tag}>{inner.strip()}</{old.tag}>"
    inner_range(raw)
    return Fragment(raw, old.tag, joins=old.joins)
