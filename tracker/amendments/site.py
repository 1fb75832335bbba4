"""The place of an action in the base, and the writing of an edit, which is checked by reading it again."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from tracker.amendments.actions import Action, Step, Verb
from tracker.amendments.base import Division
from tracker.amendments.chunks import Chunk, NotComputedError, chunks_of, replace_chunks
from tracker.amendments.entry_outline import entry_outline, entry_read_again
from tracker.amendments.inline import same_key
from tracker.amendments.locate import Workspace, division_of, exactly_one, inner_steps, path_of
from tracker.amendments.outline import Outline, Path, is_control_list

_KEEPING = frozenset(
    {Verb.REVISE, Verb.REVISE_AND_REPUBLISH, Verb.REPLACE, Verb.CORRECT}
)  # a whole entry stays


@dataclass(frozen=True, slots=True)
class Change:
    """One unit's own text before and after; None where it did not or does not exist."""

    path: Path
    before: str | None
    after: str | None
    from_path: Path | None = None


@dataclass(frozen=True, slots=True)
class Edit:
    """A range of chunks and what replaces it."""

    start: int
    end: int
    new: tuple[Chunk, ...]
    moved: tuple[tuple[Path, Path], ...] = ()


@dataclass(slots=True)
class Site:
    """A division, its units, and the unit that an action names. `chunks` are those of `window`: of the entry in the control
    list, with a unit before and one after it; elsewhere of the whole division.
    """

    workspace: Workspace
    division: Division
    outline: Outline
    window: Outline
    chunks: list[Chunk]
    steps: tuple[Step, ...]
    path: Path

    @property
    def ascii_only(self) -> bool:
        return self.workspace.base.ascii_only

    def number(self) -> int:
        """Return the number of the target's first chunk. Raises NotComputedError."""
        if not self.path:
            return 0
        what = words_for(self.path, self.division)
        exactly_one(self.outline, self.path, what)
        return next(n for n, chunk in enumerate(self.chunks) if chunk.path == self.path)

    def span(self) -> tuple[int, int]:
        """Return the range of the target's chunks with everything below it."""
        if not self.path:
            return 0, len(self.chunks)
        start = self.number()
        end = start + 1
        while end < len(self.chunks) and self.chunks[end].path[: len(self.path)] == self.path:
            end += 1
        if any(chunk.path[: len(self.path)] == self.path for chunk in self.chunks[end:]):
            raise NotComputedError("the paragraphs of this unit lie in two places in the base", "two-places")
        return start, end


def words_for(path: Path, division: Division) -> str:
    """Return a unit's name in words: "paragraph (a)(1) of § 744.11"."""
    place = f"§ {division.number}" if division.is_section else division.number
    if division.is_section and all(re.fullmatch(r"\w{1,5}", label) for label in path):
        return f"paragraph {''.join(f'({label})' for label in path)} of {place}"
    return f"{' › '.join(label.lstrip('“§#') for label in path)} in {place}"


def site_of(workspace: Workspace, action: Action, *, new: bool = False) -> Site:
    """Return the place of an action in the base. Raises NotComputedError."""
    division = division_of(workspace.base, action.target)
    outline = workspace.outline(division)
    steps = inner_steps(action.target)
    path = path_of(outline, steps, new=new)
    window = None
    if path and is_control_list(division) and (len(path) > 1 or action.verb in _KEEPING):
        window = entry_outline(outline, path[0])
    window = window or outline
    return Site(workspace, division, outline, window, chunks_of(window), steps, path)


def commit(site: Site, edit: Edit) -> list[Change]:
    """Write an edit and read the division again: what is read has to be what was meant, unit by unit."""
    division, before = site.division, site.chunks
    items = replace_chunks(site.window, edit.start, edit.end, edit.new, before)
    wanted = [*before[: edit.start], *edit.new, *before[edit.end :]]
    kept = division.items
    division.items = items
    problem = ""
    try:
        found = chunks_of(_read_again(site, len(items) - len(kept)))
    except NotComputedError as error:
        found, problem = [], str(error)
    meant = [(c.path, same_key(c.text)) for c in wanted if c.fragments or c.path]
    if not problem and [(c.path, same_key(c.text)) for c in found] != meant:
        problem = "after the change, the designators around it can be read in another way"
    if not problem and _twice(found) > _twice(before):
        problem = "after the change, a designator would be there twice"
    if problem:
        division.items = kept
        site.workspace.outlines[id(division)] = site.outline
        raise NotComputedError(problem, "reread")
    return changes(before[edit.start : edit.end], edit.new, edit.moved)


def _read_again(site: Site, more: int) -> Outline:
    """Return the window after an edit that added so many items. What lies outside an entry of the control list is not read
    again: an entry is read without what precedes it. Raises NotComputedError where nothing of the entry is left.
    """
    if site.window is site.outline:
        site.workspace.changed(site.division)
        return site.workspace.outline(site.division)
    read = entry_read_again(site.outline, site.window, site.path[0], more)
    if read is None:
        raise NotComputedError("after the change, the entry is not there", "reread")
    site.workspace.outlines[id(site.division)], window = read
    return window


def _twice(chunks: Sequence[Chunk]) -> int:
    paths = [chunk.path for chunk in chunks]
    return len(paths) - len(set(paths))


def changes(
    old: Sequence[Chunk], new: Sequence[Chunk], moved: Sequence[tuple[Path, Path]] = ()
) -> list[Change]:
    """Return the units whose own text or path differs between two lists of chunks."""
    origin = {after: before for before, after in moved}
    texts = {chunk.path: chunk.text for chunk in old}
    used: set[Path] = set()
    found: list[Change] = []
    for chunk in new:
        source = origin.get(chunk.path, chunk.path if chunk.path not in dict(moved) else None)
        if source is not None and source in texts:
            used.add(source)
            if source != chunk.path:
                found.append(Change(chunk.path, texts[source], chunk.text, source))
            elif same_key(texts[source]) != same_key(chunk.text):
                found.append(Change(chunk.path, texts[source], chunk.text))
        else:
            found.append(Change(chunk.path, None, chunk.text))
    found += [Change(chunk.path, chunk.text, None) for chunk in old if chunk.path not in used]
    return found
