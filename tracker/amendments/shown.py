"""Text that a rule sets out, as chunks: what it shows, and what its asterisks leave out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from tracker.amendments.actions import Elision, LineKind, SetOut, SetOutLine, StepKind
from tracker.amendments.base import Block
from tracker.amendments.chunks import Chunk, Fragment, NotComputedError
from tracker.amendments.inline import fold, inline, inner_range
from tracker.amendments.markup import MarkupError, block_markup, element_of, plain_block
from tracker.amendments.missing_text import FIGURE, has_figure
from tracker.amendments.outline import (
    COMMENT_ORDER,
    EntryReader,
    Path,
    comment_heading,
    comment_labels,
    defined_terms,
    is_comment_heading,
    label_places,
    note_path,
)
from tracker.parsing.paragraph_labels import PathLabel, leading_labels, levels

PLAIN_HEADING = 1
_FIRSTS = frozenset({"a", "1", "i", "A", "I"})
STARS = re.compile(r"\*(?:\s*\*){2,4}")
# Marks of the printer.
_NO_TEXT = re.compile(r"<(?:BILCOD|PRTPAGE)\b")
_AFTER = re.compile(r"\s*\*(?:\s*\*){2,4}\s*\Z")
_BEFORE = re.compile(r"\s*\*(?:\s*\*){2,4}\s*")


@dataclass(frozen=True, slots=True)
class Shown:
    """One chunk of set-out text, or asterisks on a line of their own (`stars`)."""

    chunk: Chunk
    elision: Elision = Elision.NONE
    stars: bool = False
    is_heading: bool = False

    @property
    def path(self) -> Path:
        return self.chunk.path

    @property
    def joins(self) -> bool:
        """Return whether it goes on in the paragraph before it."""
        return bool(self.chunk.fragments) and self.chunk.fragments[0].joins


def shown_of(set_out: SetOut, *, ascii_only: bool) -> list[Shown]:
    """Return the chunks of the text set out. Raises NotComputedError for markup without a known form."""
    rows = [
        _row(line, ascii_only)
        for line in set_out.lines
        if line.kind is not LineKind.CITATION and not _NO_TEXT.match(line.xml)
    ]
    if any(step.kind is StepKind.SUPPLEMENT and step.label == "I" for step in set_out.target.steps):
        return _commentary(rows)
    if set_out.target.part == "774" and any(
        step.kind is StepKind.SUPPLEMENT and step.label == "1" for step in set_out.target.steps
    ):
        return _control_list(rows)
    return _section(rows)


@dataclass(frozen=True, slots=True)
class _Row:
    line: SetOutLine
    block: Block | None  # None for asterisks, and for a line whose markup has no known form
    problem: str = ""
    labels: Path = ()
    terms: tuple[str, ...] = ()  # what the line defines


def _row(line: SetOutLine, ascii_only: bool) -> _Row:
    if line.kind is LineKind.STARS:
        return _Row(line, None)
    if has_figure(line):
        return _Row(line, None, FIGURE)
    if line.unproved:
        return _Row(line, None, line.unproved)
    if not line.xml and (
        line.kind is LineKind.TABLE or (line.kind is LineKind.HEADING and line.level == PLAIN_HEADING)
    ):
        return _Row(line, None, f"a {line.kind.value} of a text without markup has no certain form")
    if not line.xml and line.text.isdigit():
        return _Row(line, None, "a number on a line of its own may be that of a page")
    if not line.xml:
        raw = plain_block(line.text, ascii_only=ascii_only)
        return _made(line, Block(raw, "P"))
    try:
        element = element_of(line.xml)
        raw = block_markup(element, ascii_only=ascii_only)
    except MarkupError as error:
        return _Row(line, None, str(error))
    match = re.match(r"<([\w.:-]+)", raw)
    return _made(line, Block(raw, match[1] if match else "P"))


def _made(line: SetOutLine, block: Block) -> _Row:
    terms = () if line.labels else defined_terms(inline(block.raw).lead)
    return _Row(line, block, labels=line.labels, terms=terms)


def _stars() -> Shown:
    return Shown(Chunk((), ()), stars=True)


def _fragment(block: Block) -> Fragment:
    return Fragment(block.raw, block.tag)


def _with_problem(found: list[Shown], row: _Row, path: Path = ()) -> None:
    """Add a line that cannot be written: the unit that it belongs to is not computed, others are. That is the unit
    with its designators (`path`), else the one shown before it; asterisks in between leave open whether it is.
    """
    place = next((n for n in range(len(found) - 1, -1, -1) if not found[n].stars), None)
    if place is None or path:
        found.append(Shown(Chunk(path, (Fragment("", "?" + row.problem),))))
        return
    last = found[place]
    fragments = (*last.chunk.fragments, Fragment("", "?" + row.problem))
    found[place] = replace(last, chunk=replace(last.chunk, fragments=fragments))


def problem_of(shown: Sequence[Shown]) -> str:
    """Return why a line of these cannot be written; "" where all can."""
    for one in shown:
        for fragment in one.chunk.fragments:
            if fragment.tag.startswith("?"):
                return fragment.tag[1:]
    return ""


def _section(rows: list[_Row]) -> list[Shown]:
    found: list[Shown] = []
    above: Path = ()  # the paragraph that the definitions lie in
    opened = False  # whether the last entry is a chunk that unlabeled lines continue
    rows = _below_definitions(rows)
    for row in rows:
        line = row.line
        if line.kind is LineKind.STARS:
            found.append(_stars())
            opened = False
            continue
        if row.block is None:
            _with_problem(found, row, line.labels)
            opened = not found[-1].stars
            continue
        if row.block.tag == "NOTE" and (note := note_path(inline(row.block.raw).text)):
            found.append(Shown(Chunk(note, (_fragment(row.block),)), line.elision))
            opened = True
            continue
        labels = () if line.kind is LineKind.TABLE else row.labels
        heads = leading_labels(inline(row.block.raw).lead) if labels else ()
        if heads:
            found += _split(row.block, line, row.labels, heads)
            above = above if any(label.startswith("“") for label in row.labels) else row.labels
            opened = True
        elif row.terms:
            path = (*above, f"“{row.terms[0]}")
            found.append(Shown(Chunk(path, (_fragment(row.block),)), line.elision))
            opened = True
        elif opened and found[-1].elision is Elision.NONE:
            last = found.pop()
            chunk = Chunk(last.path, (*last.chunk.fragments, _fragment(row.block)), until=last.chunk.until)
            found.append(Shown(chunk, line.elision))
        else:
            found.append(Shown(Chunk((), (_fragment(row.block),)), line.elision))
            opened = True
    return [_in_order(one, found[n - 1] if n else None) for n, one in enumerate(found)]


def _in_order(one: Shown, above: Shown | None) -> Shown:
    """Return a chunk with a problem where it is the first below the one above it and is not called (a), (1), (i) or (A):
    lines are lost or in another order.
    """
    if above is None or above.stars or one.stars or above.elision is not Elision.NONE:
        return one
    if len(one.path) != len(above.path) + 1 or not one.path[:-1] == above.path != ():
        return one
    if one.path[-1].strip("()") in _FIRSTS or not re.fullmatch(r"[A-Za-z\d]{1,5}", one.path[-1]):
        return one
    lost = Fragment("", "?the designators of the text set out do not follow each other")
    return replace(one, chunk=replace(one.chunk, fragments=(*one.chunk.fragments, lost)))


def _below_definitions(rows: list[_Row]) -> list[_Row]:
    """Return the rows with their labels; below a definition, designators start again."""
    found: list[_Row] = []
    above: Path = ()
    term: Path = ()
    run: list[_Row] = []

    def close() -> None:
        heads = [leading_labels(inline(row.block.raw).lead) if row.block else () for row in run]
        for row, path in zip(run, levels(heads) if any(heads) else [()] * len(run), strict=True):
            labels = tuple(label.split(")")[0].strip("( ") for label in path)
            found.append(replace(row, labels=(*term, *labels) if labels else ()))
        run.clear()

    for row in rows:
        if row.terms or row.line.kind is LineKind.STARS:
            close()
            term = (*above, f"“{row.terms[0]}") if row.terms else ()
            found.append(row)
        elif term:
            run.append(row)
        else:
            above = row.labels or above
            found.append(row)
    close()
    return found


def _split(block: Block, line: SetOutLine, labels: Path, heads: tuple[PathLabel, ...]) -> list[Shown]:
    words = inline(block.raw)
    if len(heads) > len(labels):
        raise NotComputedError("the designators of a line that is set out were not read", "set-out-labels")
    places = label_places(words, heads)
    if -1 in places:
        raise NotComputedError("the designators of a line that is set out were not read", "set-out-labels")
    inner, end = inner_range(block.raw)
    places[0] = inner
    found: list[Shown] = []
    for number, place in enumerate(places):
        stop = places[number + 1] if number + 1 < len(places) else end
        depth = len(labels) - (len(heads) - 1 - number)
        path = labels[:depth]
        last = number == len(places) - 1
        raw = f"<{block.tag}>{block.raw[place:stop].strip()}</{block.tag}>"
        fragment = Fragment(raw, block.tag, joins=number > 0)
        chunk = Chunk(path, (fragment,), until=line.until if last else "")
        found.append(Shown(chunk, line.elision if last else Elision.NONE))
    return found


def _commentary(rows: list[_Row]) -> list[Shown]:
    found: list[Shown] = []
    section: Path = ()
    stack: list[str] = []
    words_heading: Path = ()
    run: list[tuple[int, tuple[PathLabel, ...]]] = []

    def close() -> None:
        if not run:
            return
        paths = levels([heads for _, heads in run], elided=True, order=COMMENT_ORDER)
        for (number, heads), path in zip(run, paths, strict=True):
            if heads:
                one = found[number]
                full = (
                    *section,
                    *stack,
                    *words_heading,
                    *(label.split(")")[0].strip("( ") for label in path),
                )
                found[number] = Shown(Chunk(full, one.chunk.fragments), one.elision)
        run.clear()

    opened = False
    for row in rows:
        if row.line.kind is LineKind.STARS:
            found.append(_stars())
            opened = False
            continue
        if row.block is None:
            _with_problem(found, row)
            continue
        words = inline(row.block.raw)
        if is_comment_heading(row.block, words):
            kind, name = comment_heading(STARS.sub("", words.text).strip())
            close()
            if kind == "section" or (row.block.tag in ("HD1", "HD2") and kind == "words" and not section):
                section, stack, words_heading = (name,), [], ()
            elif kind == "paragraph":
                while stack and not name.startswith(stack[-1]):
                    stack.pop()
                if not stack or stack[-1] != name:
                    stack.append(name)
                words_heading = ()
            else:
                words_heading, stack = (name,), []
            found.append(
                Shown(Chunk((*section, *stack, *words_heading), (_fragment(row.block),)), is_heading=True)
            )
            opened = False
            continue
        heads = comment_labels(words.lead)
        if heads:
            run.append((len(found), heads))
            found.append(Shown(Chunk((), (_fragment(row.block),)), row.line.elision))
            opened = True
        elif opened:
            last = found[-1]
            found[-1] = Shown(
                Chunk(last.path, (*last.chunk.fragments, _fragment(row.block))), row.line.elision
            )
        else:
            found.append(Shown(Chunk((*section, *stack, *words_heading, "?"), (_fragment(row.block),))))
            opened = True
    close()
    return found


def _control_list(rows: list[_Row]) -> list[Shown]:
    reader = EntryReader()
    found: list[Shown] = []
    opened = False
    for row in rows:
        if row.line.kind is LineKind.STARS:
            found.append(_stars())
            opened = False
            continue
        if row.block is None:
            _with_problem(found, row)
            continue
        block = _as_entry_line(row.block)
        path = reader.path(block, inline(block.raw))
        elision = _elision_of(row)
        if path:
            found.append(Shown(Chunk(path, (_fragment(block),)), elision))
        elif opened and found[-1].elision is Elision.NONE:
            last = found.pop()
            found.append(Shown(Chunk(last.path, (*last.chunk.fragments, _fragment(block))), elision))
        else:
            found.append(Shown(Chunk((), (_fragment(block),)), elision))
        opened = True
    return found


def _elision_of(row: _Row) -> Elision:
    """Return what an item's asterisks leave out: the reader of lines knows the designators of some forms only."""
    if row.block is not None and re.fullmatch(
        r"[a-z](?:\.\w{1,3})*\.?\s*\*(?:\s*\*){2,4}", row.line.text.strip()
    ):
        return Elision.ALL
    return row.line.elision


def _as_entry_line(block: Block) -> Block:
    """Return a line of an entry in the eCFR's markup: the heading in bold, the headings of its sections as
    emphasized lines.
    """
    start, end = inner_range(block.raw)
    inner = block.raw[start:end].strip()
    if block.tag == "FP-2" and (match := re.fullmatch(r'<E T="04">(.*)</E>', inner, re.DOTALL)):
        return Block(f"<FP-2><B>{match[1]}</B></FP-2>", "FP-2")
    if block.tag in ("HD2", "HD3"):
        return Block(f'<FP-1><E T="04">{inner}</E></FP-1>', "FP-1")
    return block


def slice_for(shown: list[Shown], path: Path) -> tuple[int, int] | None:
    """Return the range of the entries that show a unit with everything below it, from its own first line to its
    last one; asterisks in between are included, those after it are not. None where it is not shown.

    Raises NotComputedError where it is shown in two places.
    """
    hits = [n for n, one in enumerate(shown) if not one.stars and one.path[: len(path)] == path]
    if not hits:
        return None
    first, last = hits[0], hits[-1]
    if any(not shown[n].stars and shown[n].path[: len(path)] != path for n in range(first, last + 1)):
        raise NotComputedError("the text set out shows this unit in two places", "shown-twice")
    return first, last + 1


def without_stars(text: str) -> str:
    return fold(_BEFORE.sub(" ", _AFTER.sub("", text)))
