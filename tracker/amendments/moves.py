"""Redesignates units: their designators change, their words and the references to them do not."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from tracker.amendments.actions import Action
from tracker.amendments.chunks import Chunk, NotComputedError
from tracker.amendments.edits import RESERVED, insert_at
from tracker.amendments.inline import inline
from tracker.amendments.locate import Workspace, inner_steps, path_of, place_step
from tracker.amendments.markup import to_ascii
from tracker.amendments.ordering import ranks
from tracker.amendments.outline import Path, is_note, note_path
from tracker.amendments.site import Change, Edit, Site, commit, site_of, words_for
from tracker.amendments.word_edits import fragment_of


def redesignate(workspace: Workspace, actions: Sequence[Action]) -> list[Change]:
    """Carry out the redesignations of one instruction in one division, all at once. Raises NotComputedError."""
    site = site_of(workspace, actions[0])
    moves = [_move(site, action) for action in actions]
    if len({source for source, _ in moves}) < len(moves) or len({to for _, to in moves}) < len(moves):
        raise NotComputedError(
            "the instruction redesignates a unit twice", "contradiction", defect="contradicts"
        )
    pieces: dict[Path, list[Chunk]] = {}
    rest: list[Chunk] = []
    in_place: list[Chunk] = []
    spans = {source: replace_path(site, source).span() for source, _ in moves}
    owner = {n: source for source, (start, end) in spans.items() for n in range(start, end)}
    target = dict(moves)
    for number, chunk in enumerate(site.chunks):
        source = owner.get(number)
        if source is None:
            rest.append(chunk)
            in_place.append(chunk)
            continue
        to = target[source]
        moved = replace(chunk, path=(*to, *chunk.path[len(source) :]))
        if number == spans[source][0]:
            moved = _labeled(moved, to[-1])
        pieces.setdefault(to, []).append(moved)
        in_place.append(moved)
    for to in pieces:
        taken = [chunk for chunk in rest if chunk.path[: len(to)] == to]
        if len(taken) == 1 and RESERVED.search(taken[0].text) and not taken[0].until:
            rest.remove(taken[0])  # a unit may be moved onto one that is reserved
            in_place.remove(taken[0])
        elif taken:
            raise NotComputedError(
                f"{words_for(to, site.division)} exists already", "exists-already", defect="exists already"
            )
    mapping = [(source + chunk.path[len(to) :], chunk.path) for source, to in moves for chunk in pieces[to]]
    new = in_place if _in_order(in_place, list(pieces)) else _inserted(site, rest, pieces)
    return commit(site, Edit(0, len(site.chunks), tuple(new), tuple(mapping)))


def replace_path(site: Site, path: Path) -> Site:
    return replace(site, path=path)


def _move(site: Site, action: Action) -> tuple[Path, Path]:
    if action.moved_to is None:
        raise NotComputedError("the instruction does not say to which designator", "moved-to-unread")
    if place_step(action.moved_to) != place_step(action.target):
        raise NotComputedError("a unit is moved to another section", "moved-away")
    source = path_of(site.outline, inner_steps(action.target))
    to = path_of(site.outline, inner_steps(action.moved_to), new=True)
    if not source or not to:
        raise NotComputedError("a whole division is redesignated", "verb-redesignate-whole")
    if len(source) != len(to) and not (
        source[0].startswith("§") and source[-1].isdigit() and to[-1].isdigit()
    ):
        raise NotComputedError(
            "the unit is moved to another level, where its paragraphs would get other designators",
            "moved-level",
        )
    if is_note(source[-1]) and is_note(to[-1]):
        return source, to
    if source[-1].startswith("“") or "(" in source[-1]:
        raise NotComputedError("a heading or definition is redesignated", "moved-heading")
    return source, to


def _labeled(chunk: Chunk, label: str) -> Chunk:
    """Return a chunk with another designator at its head."""
    if not chunk.fragments:
        raise NotComputedError("the designator of the unit was not found", "label-place")
    first = chunk.fragments[0]
    if is_note(label):
        return _numbered_note(chunk, label)
    words = inline(first.raw)
    low = next((n for n, at in enumerate(words.places) if at >= first.low), None)
    if low is None:
        raise NotComputedError("the designator of the unit was not found", "label-place")
    while low < len(words.text) and not words.text[low].isalnum():
        low += 1
    end = low
    while end < len(words.text) and words.text[end].isalnum():
        end += 1
    if end == low or words.text[end : end + 1] not in (")", "."):
        raise NotComputedError("the designator of the unit was not found", "label-place")
    raw = first.raw[: words.places[low]] + to_ascii(label) + first.raw[words.ends[end - 1] :]
    return replace(chunk, fragments=(fragment_of(first, raw), *chunk.fragments[1:]))


def _numbered_note(chunk: Chunk, label: str) -> Chunk:
    first = chunk.fragments[0]
    number = re.sub(r"\D", "", label.split(" to ", maxsplit=1)[0])
    raw, count = re.subn(r"(Note\s?)\d+", rf"\g<1>{number}", first.raw, count=1)
    if count != 1 or note_path(inline(raw).text)[-1:] != (label,):
        raise NotComputedError("the designator of the unit was not found", "label-place")
    return replace(chunk, fragments=(fragment_of(first, raw), *chunk.fragments[1:]))


def _in_order(chunks: Sequence[Chunk], moved: Sequence[Path]) -> bool:
    """Return whether the units that were moved stay in the order of their siblings where they are."""
    for parent in {path[:-1] for path in moved}:
        labels = [c.path[-1] for c in chunks if len(c.path) == len(parent) + 1 and c.path[:-1] == parent]
        plain = [label for label in labels if "(" not in label and not label.startswith("“")]
        numbers = ranks(plain)
        if numbers is None or any(a >= b for a, b in pairwise(numbers)):
            return False
        # A unit below another parent than its chunks lie under is not in place.
        places = [n for n, c in enumerate(chunks) if c.path[: len(parent)] == parent]
        if places and places[-1] - places[0] + 1 != len(places):
            return False
    return True


def _inserted(site: Site, rest: list[Chunk], pieces: dict[Path, list[Chunk]]) -> list[Chunk]:
    found = list(rest)
    for to in sorted(
        pieces, key=lambda path: (len(path), [int(x) if x.isdigit() else 0 for x in path], path)
    ):
        place = insert_at(replace(site, chunks=found), to)
        if place < len(found) and found[place].fragments and found[place].fragments[0].joins:
            raise NotComputedError("the unit would be moved into the middle of a paragraph", "mid-paragraph")
        found[place:place] = pieces[to]
    return found
