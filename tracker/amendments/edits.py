"""Carries out one action inside a section, appendix or supplement."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from tracker.amendments.actions import Action, Elision, Portion, Verb
from tracker.amendments.base import Block
from tracker.amendments.chunks import Chunk, Fragment, NotComputedError, write_items
from tracker.amendments.inline import inline, inner_range, occurrences, same_key
from tracker.amendments.locate import Workspace, exactly_one
from tracker.amendments.merge import check_end, combined, merged, with_heading
from tracker.amendments.missing_text import check_plain_end, is_plain, no_text
from tracker.amendments.ordering import alphabet_slot, slot
from tracker.amendments.outline import ECCN, Path, is_note
from tracker.amendments.sentence_edits import edit_sentences
from tracker.amendments.set_out_paths import shown_for
from tracker.amendments.shown import Shown, problem_of, slice_for
from tracker.amendments.site import Change, Edit, Site, commit, site_of, words_for
from tracker.amendments.word_edits import replaced

_HEADINGS = frozenset({"HD1", "HD2", "HD3", "HED"})
RESERVED = re.compile(r"\[\s?Reserved\s?\]\.?\s*\Z", re.IGNORECASE)


def apply(workspace: Workspace, action: Action) -> list[Change]:
    """Change the workspace by one action inside a division; return the changed units.

    Raises NotComputedError; then the workspace is as before.
    """
    new = action.verb in (Verb.ADD, Verb.RESERVE)
    site = site_of(workspace, action, new=new)
    if action.target.portion is Portion.SENTENCE and action.words is None:
        return commit(site, edit_sentences(site, action))
    edit = _handler(action)(site, action)
    return commit(site, edit)


Handler = Callable[[Site, Action], Edit]


def _handler(action: Action) -> Handler:
    if action.words is not None and action.verb in (
        Verb.REPLACE,
        Verb.REMOVE,
        Verb.ADD,
        Verb.REVISE,
        Verb.CORRECT,
    ):
        return _words
    by_portion: dict[Portion, Handler] = {
        Portion.HEADING: _heading,
        Portion.INTRODUCTORY_TEXT: _introduction,
    }
    if action.verb in (Verb.REVISE, Verb.REVISE_AND_REPUBLISH, Verb.CORRECT, Verb.ADD):
        if action.target.portion in by_portion:
            return by_portion[action.target.portion]
        if action.target.portion is Portion.WHOLE:
            return _add if action.verb is Verb.ADD else _revise
    if action.target.portion is Portion.WHOLE:
        if action.verb is Verb.REMOVE:
            return _remove
        if action.verb in (Verb.RESERVE, Verb.REMOVE_AND_RESERVE):
            return _reserve
    raise NotComputedError(
        f"“{action.verb.value}” is not computed for the {action.target.portion.value.replace('-', ' ')} of a unit",
        f"verb-{action.verb.value}-{action.target.portion.value}",
    )


def _sliced(site: Site, action: Action) -> list[Shown]:
    shown = shown_for(site, action)
    if not site.path:
        return shown
    range_ = slice_for(shown, site.path)
    if range_ is None:
        raise no_text(action)
    found = shown[range_[0] : range_[1]]
    if is_plain(action.set_out) and range_[1] == len(shown) and len(found[-1].chunk.fragments) > 1:
        check_plain_end(action.set_out, whole=True)
    if found[0].path != site.path:
        raise NotComputedError("the text set out does not show the beginning of the unit", "shown-in-part")
    return found


def _trailing(site: Site, action: Action, end: int) -> bool:
    """Return whether asterisks after the last line of the target can only be for its own units: nothing follows
    it in the base.
    """
    shown = shown_for(site, action)
    range_ = slice_for(shown, site.path)
    if range_ is None or not site.path:
        return False
    return range_[1] < len(shown) and shown[range_[1]].stars and end == len(site.chunks)


def _revise(site: Site, action: Action) -> Edit:
    start, end = site.span()
    shown = _sliced(site, action)
    base = site.chunks[start:end]
    if _trailing(site, action, end) and shown[-1].path != base[-1].path:
        raise NotComputedError(
            "asterisks end the text set out, and do not say whether they are for this unit", "trailing-stars"
        )
    _check_last(site, start, end, shown)
    return Edit(start, end, tuple(merged(base, shown, site.path)))


def _check_last(site: Site, start: int, end: int, shown: Sequence[Shown]) -> None:
    """Raise where the unit's last text in the base may be text of the unit above it, and the text set out does
    not show it: flush text after the last paragraph of a level.
    """
    if not site.path or len(site.path) < 2:
        return
    last = site.chunks[end - 1]
    is_last = end == len(site.chunks) or site.chunks[end].path[: len(site.path) - 1] != site.path[:-1]
    if not is_last or len(last.fragments) < 2 or not shown:
        return
    wanted = same_key(last.fragments[-1].text)
    if any(same_key(f.text) == wanted for one in shown for f in one.chunk.fragments):
        return
    del start
    raise NotComputedError(
        "text without a designator follows the unit in the base, and may belong to the unit above",
        "flush-text",
    )


def insert_at(site: Site, path: Path) -> int:
    """Return the number of the chunk before which a new unit goes, as its neighbors prove. Raises
    NotComputedError.
    """
    chunks, parent = site.chunks, path[:-1]
    if ECCN.fullmatch(path[0]) and len(path) == 1:
        return _entry_place(chunks, path[0])
    if is_note(path[-1]):
        return _note_place(chunks, path)
    is_heading = "(" in path[-1]
    parents = [n for n, chunk in enumerate(chunks) if parent and chunk.path == parent]
    if parent and len(parents) != 1:
        what = words_for(parent, site.division)
        if parents:
            raise NotComputedError(f"the base has {len(parents)} of {what}", "target-ambiguous")
        raise NotComputedError(f"the base has no {what}", "target-missing", defect="does not exist")
    parent_number = parents[0] if parents else -1
    kids = [
        n
        for n, chunk in enumerate(chunks)
        if len(chunk.path) == len(path)
        and chunk.path[:-1] == parent
        and ("(" in chunk.path[-1]) == is_heading
        and not is_note(chunk.path[-1])
    ]
    if path[-1].startswith("“"):
        kids = [n for n in kids if chunks[n].path[-1].startswith("“")]
        place = alphabet_slot([chunks[n].path[-1] for n in kids], path[-1])
    else:
        kids = [n for n in kids if not chunks[n].path[-1].startswith("“")]
        labels = [_sort_label(chunks[n].path[-1], parent) for n in kids]
        place = slot(labels, _sort_label(path[-1], parent))
    if place is None:
        raise NotComputedError("the place of the added unit is not proved by its neighbors", "position")
    if not kids:
        return _first_child(site, parent_number, is_heading=is_heading)
    if place == 0:
        return kids[0]
    return _end_of(chunks, kids[place - 1])


def _entry_place(chunks: Sequence[Chunk], eccn: str) -> int:
    """Return where a new entry goes in the Commerce Control List: after the one before it in its product group."""
    entries = [(n, c.path[0]) for n, c in enumerate(chunks) if len(c.path) == 1 and ECCN.fullmatch(c.path[0])]
    group = [(n, name) for n, name in entries if name[:2] == eccn[:2]]
    names = [name for _, name in group]
    before = [n for n, name in group if name < eccn]
    if eccn in names or names != sorted(names) or not before:
        return _refuse_position()
    return _end_of(chunks, before[-1])


def _note_place(chunks: Sequence[Chunk], path: Path) -> int:
    """Return where a note goes: by its number among those of its paragraph, else after the paragraph."""
    cited = path[-1].split(" to ")[1]
    number = re.sub(r"\D", "", path[-1].split(" to ")[0])
    peers = [
        (n, c.path[-1])
        for n, c in enumerate(chunks)
        if is_note(c.path[-1] if c.path else "") and c.path[-1].endswith(f"to {cited}")
    ]
    for n, label in reversed(peers):
        other = re.sub(r"\D", "", label.split(" to ")[0])
        if not other or not number or int(other) == int(number):
            return _refuse_position()
        if int(other) < int(number):
            return n + 1
    if peers:
        return peers[0][0]
    target = (*path[:-1], re.findall(r"\((\w+)\)", cited)[-1])
    owners = [n for n, chunk in enumerate(chunks) if chunk.path == target]
    if len(owners) != 1:
        return _refuse_position()
    return _end_of(chunks, owners[0])


def _sort_label(label: str, parent: Path) -> str:
    """Return the designator by which a heading of the commentary is sorted below its parent."""
    found = re.findall(r"\(([^)]*)\)", label)
    if not found:
        return label
    above = len(re.findall(r"\(", parent[-1])) if parent else 0
    return found[above] if above < len(found) else label


def _end_of(chunks: Sequence[Chunk], number: int) -> int:
    path = chunks[number].path
    end = number + 1
    while end < len(chunks) and (
        chunks[end].path[: len(path)] == path or _is_note_to(chunks[end].path, path)
    ):
        end += 1
    check_end(chunks[:end], path)
    return end


def _is_note_to(note: Path, path: Path) -> bool:
    """Return whether a note names a paragraph or one below it."""
    if not note or not is_note(note[-1]):
        return False
    return note[-1].split(" to ")[1].startswith("".join(f"({label})" for label in path))


def _first_child(site: Site, parent: int, *, is_heading: bool) -> int:
    chunks = site.chunks
    if parent < 0:
        number = 1 if chunks and not chunks[0].path else 0
        if number and len(chunks[0].fragments) > 1 and site.division.is_section:
            raise NotComputedError("the place of the added unit is not proved by its neighbors", "position")
        return number if number == len(chunks) else _refuse_position()
    path = chunks[parent].path
    if len(chunks[parent].fragments) > 1:
        raise NotComputedError("text without a designator lies where the unit is to be added", "flush-text")
    number = parent + 1
    if is_heading:  # comments on the section itself come before its first subheading
        while (
            number < len(chunks)
            and chunks[number].path[: len(path)] == path
            and "(" not in "".join(chunks[number].path[len(path) :])
        ):
            number += 1
    return number


def _refuse_position() -> int:
    raise NotComputedError("the place of the added unit is not proved by its neighbors", "position")


def _add(site: Site, action: Action) -> Edit:
    shown = _sliced(site, action)
    if problem := problem_of(shown):
        raise NotComputedError(problem, "markup")
    existing = site.outline.find(site.path) if site.path else []
    if existing:
        start, end = site.span()
        if all(RESERVED.search(chunk.text) for chunk in site.chunks[start:end]) and end == start + 1:
            return Edit(start, end, _new_chunks(shown))
        raise NotComputedError(
            f"{words_for(site.path, site.division)} exists already",
            "exists-already",
            defect="exists already",
        )
    _check_ranges(site)
    place = insert_at(site, site.path)
    new = _new_chunks(shown)
    if place < len(site.chunks) and site.chunks[place].fragments and site.chunks[place].fragments[0].joins:
        raise NotComputedError("the unit would be added in the middle of a paragraph", "mid-paragraph")
    return Edit(place, place, new)


def _check_ranges(site: Site) -> None:
    """Raise where a line such as "(c)-(f) [Reserved]" covers the new unit."""
    for chunk in site.chunks:
        if chunk.until and chunk.path[:-1] == site.path[:-1]:
            below, above = slot([chunk.path[-1], chunk.until], site.path[-1]), 1
            if below == above or chunk.until == site.path[-1]:
                raise NotComputedError("the base reserves a range that holds the new unit", "reserved-range")


def _new_chunks(shown: Sequence[Shown]) -> tuple[Chunk, ...]:
    if any(one.stars or one.elision is not Elision.NONE for one in shown):
        raise NotComputedError("the text set out leaves words out of a unit that is new", "elision-of-new")
    first = shown[0].chunk
    if not first.fragments:
        raise NotComputedError("no text is set out for it", "no-text", defect="no text")
    head = replace(first.fragments[0], joins=False)
    return (replace(first, fragments=(head, *first.fragments[1:])), *(one.chunk for one in shown[1:]))


def _introduction(site: Site, action: Action) -> Edit:
    shown = [one for one in shown_for(site, action) if not one.stars and one.path == site.path]
    if not shown:
        raise no_text(action)
    if len(shown) > 1:
        raise NotComputedError("the text set out shows this unit in two places", "shown-twice")
    if problem := problem_of(shown):
        raise NotComputedError(problem, "markup")
    if not site.path:
        if site.chunks and not site.chunks[0].path:
            if (end := _first_heading(site.chunks[0])) is not None:
                return Edit(0, 1, (_above_heading(site.chunks[0], shown[0], end),))
            if len(site.chunks[0].fragments) > 1 and len(shown[0].chunk.fragments) != len(
                site.chunks[0].fragments
            ):
                raise NotComputedError(
                    "the introductory text of the base has several paragraphs", "flush-text"
                )
            return Edit(0, 1, (combined(site.chunks[0], shown[0]),))
        if action.verb is not Verb.ADD:
            raise NotComputedError(
                "the base has no introductory text there", "target-missing", defect="does not exist"
            )
        return Edit(0, 0, _new_chunks(shown))
    start, end = site.span()
    if end == start + 1 and len(site.chunks[start].fragments) > 1:
        raise NotComputedError("the base has text without a designator there", "flush-text")
    if shown[0].elision is Elision.ALL:
        raise no_text(action)
    new = combined(site.chunks[start], shown[0])
    following = site.chunks[start + 1] if start + 1 < end else None
    if (
        following is not None
        and following.fragments
        and following.fragments[0].joins
        and not _is_heading(new)
    ):
        # (1) shared the paragraph with a heading alone, and begins one of its own after running text.
        head = replace(following.fragments[0], joins=False)
        return Edit(start, start + 2, (new, replace(following, fragments=(head, *following.fragments[1:]))))
    return Edit(start, start + 1, (new,))


def _first_heading(chunk: Chunk) -> int | None:
    """Return the number of the first heading below running text; None where there is none."""
    numbers = [n for n, fragment in enumerate(chunk.fragments) if fragment.tag in _HEADINGS]
    return numbers[0] if numbers and numbers[0] else None


def _above_heading(old: Chunk, one: Shown, end: int) -> Chunk:
    """Return the text of a division with its introductory text as set out: what is above its first heading."""
    if one.elision is not Elision.NONE or any(f.tag in _HEADINGS for f in one.chunk.fragments):
        raise NotComputedError("the text set out shows more or less than the introductory text", "flush-text")
    if any(f.tag not in ("P", "FP") for f in (*old.fragments[:end], *one.chunk.fragments)):
        raise NotComputedError("the introductory text has more than paragraphs", "flush-text")
    if same_key("".join(f.text for f in old.fragments[:end])) == same_key(one.chunk.text):
        return old
    return replace(old, fragments=(*one.chunk.fragments, *old.fragments[end:]))


def _is_heading(chunk: Chunk) -> bool:
    """Return whether a chunk is a designator with a heading alone."""
    inner = chunk.fragments[0].inner if chunk.fragments else ""
    return re.fullmatch(r"(?:\([^)]*\)\s*)*(?:<(?:I|E)\b[^>]*>[^<]*</(?:I|E)>[.:—-]?)?\s*", inner) is not None


def _heading(site: Site, action: Action) -> Edit:
    if not site.path:
        raise NotComputedError("the heading of a division is not a unit inside it", "heading")
    start = site.number()
    shown = [one for one in shown_for(site, action) if not one.stars and one.path == site.path]
    if len(shown) != 1:
        raise no_text(action)
    if problem := problem_of(shown):
        raise NotComputedError(problem, "markup")
    old = site.chunks[start]
    if shown[0].is_heading:
        new = shown[0].chunk
        if len(old.fragments) != 1:
            raise NotComputedError("the base has text without a number below this heading", "flush-text")
        return Edit(start, start + 1, (_same_markup(old, new),))
    if not old.fragments:
        raise NotComputedError("the heading was not found in the base", "heading")
    fragment = shown[0].chunk.fragments[0]
    first = with_heading(
        old.fragments[0], fragment if shown[0].elision is not Elision.NONE else _only_heading(fragment)
    )
    return Edit(start, start + 1, (replace(old, fragments=(first, *old.fragments[1:])),))


def _only_heading(fragment: Fragment) -> Fragment:
    """Return the designator and heading of a line that shows more; `with_heading` takes those alone."""
    inner = fragment.inner
    end = re.match(r"\s*(?:\([^)]*\)\s*)*(?:<I>.*?</I>|<E T=\"0[34]\">.*?</E>)[.:]?", inner, re.DOTALL)
    if end is None:
        raise NotComputedError("the heading was not found in the text set out", "heading")
    return Fragment(f"<{fragment.tag}>{end.group()}</{fragment.tag}>", fragment.tag)


def _same_markup(old: Chunk, new: Chunk) -> Chunk:
    """Return a heading with the words of `new` in the markup of `old`: the eCFR sets headings as its own."""
    block, fresh = old.fragments[0], new.fragments[0]
    words = fresh.inner
    if "<" in words:
        words = re.sub(r"</?(?:I|E|B)\b[^>]*>", "", words)
    inner = block.inner
    shell = re.match(r"((?:<(?:I|E|B)\b[^>]*>)*)[^<]*((?:</(?:I|E|B)>)*)\Z", inner)
    if shell is None:
        raise NotComputedError("the heading of the base has other markup", "heading")
    opening = block.raw[: inner_range(block.raw)[0]]
    raw = f"{opening}{shell[1]}{words.strip()}{shell[2]}</{block.tag}>"
    return Chunk(new.path, (Fragment(raw, block.tag),))


def _remove(site: Site, action: Action) -> Edit:
    del action
    if not site.path:
        raise NotComputedError("the whole division is removed elsewhere", "verb-remove-whole")
    start, end = site.span()
    if site.chunks[start].fragments and site.chunks[start].fragments[0].joins:
        raise NotComputedError("the unit begins in the middle of a paragraph", "mid-paragraph")
    _check_last(site, start, end, [Shown(Chunk((), ()))])
    return Edit(start, end, ())


def _reserve(site: Site, action: Action) -> Edit:
    if not site.path:
        raise NotComputedError("the whole division is reserved elsewhere", "verb-reserve-whole")
    existing = site.outline.find(site.path)
    if not existing:
        if action.verb is Verb.REMOVE_AND_RESERVE:
            exactly_one(site.outline, site.path, words_for(site.path, site.division))
        _check_ranges(site)
        place = insert_at(site, site.path)
        tag = next((c.fragments[0].tag for c in site.chunks if c.path and c.fragments), "P")
        return Edit(place, place, (Chunk(site.path, (_reserved(tag, _label(site.path)),)),))
    start, end = site.span()
    chunk = site.chunks[start]
    if not chunk.fragments:
        raise NotComputedError("the designator of the unit was not found", "label-place")
    if action.verb is Verb.RESERVE and not RESERVED.search(chunk.text):
        raise NotComputedError(
            f"{words_for(site.path, site.division)} exists already", "exists-already", defect="exists already"
        )
    _check_last(site, start, end, [Shown(Chunk((), ()))])
    first = chunk.fragments[0]
    match = re.match(r"\(\s?\w{1,5}\s?\)|\w{1,4}(?:\.\w{1,3})*\.", first.text)
    if match is None:
        raise NotComputedError("the designator of the unit was not found", "label-place")
    new = replace(_reserved(first.tag, match.group()), joins=first.joins)
    return Edit(start, end, (Chunk(site.path, (new,)),))


def _label(path: Path) -> str:
    return f"{path[-1]}." if "§" in path[0] or path[0].startswith("appendix") else f"({path[-1]})"


def _reserved(tag: str, label: str) -> Fragment:
    return Fragment(f"<{tag}>{label} [Reserved]</{tag}>", tag)


def _words(site: Site, action: Action) -> Edit:
    assert action.words is not None
    if action.target.portion is Portion.INTRODUCTORY_TEXT:
        start = site.number()
        end = start + 1
        if not site.path and (not site.chunks or site.chunks[0].path):
            raise NotComputedError(
                "the base has no introductory text there", "target-missing", defect="does not exist"
            )
    elif action.target.portion is Portion.WHOLE:
        start, end = site.span()
        head = next((block for block in site.division.blocks() if block.tag == "HEAD"), None)
        wanted = action.words.old or action.words.anchor
        if not site.path and head is not None and occurrences(inline(head.raw), wanted):
            raise NotComputedError(
                "the words also occur in the heading, which the instruction does not name", "words-heading"
            )
    else:
        raise NotComputedError(
            f"words in the {action.target.portion.value.replace('-', ' ')} are not computed", "words-portion"
        )
    new = replaced(site.chunks[start:end], action.words, ascii_only=site.ascii_only)
    return Edit(start, end, tuple(new))


def blocks_of(shown: Sequence[Shown]) -> list[Block]:
    """Return the blocks of set-out text for a new division. Raises NotComputedError."""
    if problem := problem_of(shown):
        raise NotComputedError(problem, "markup")
    if any(one.stars or one.elision is not Elision.NONE for one in shown):
        raise NotComputedError("the text set out leaves words out of a unit that is new", "elision-of-new")
    return write_items([one.chunk for one in shown])
