"""Adds, revises, reserves and removes whole sections and appendices, and their headings."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

from tracker.amendments.actions import Action, Portion, SetOut, StepKind, Verb
from tracker.amendments.base import Block, Division, Gap, Item
from tracker.amendments.chunks import Chunk, NotComputedError, chunks_of, replace_chunks
from tracker.amendments.edits import RESERVED, blocks_of
from tracker.amendments.inline import fold, inline, same_key
from tracker.amendments.locate import (
    Workspace,
    check_part,
    division_of,
    find_divisions,
    inner_steps,
    is_of_title,
    name_of,
    place_step,
)
from tracker.amendments.markup import to_ascii
from tracker.amendments.merge import merged
from tracker.amendments.missing_text import check_plain_end, check_plain_heading
from tracker.amendments.plain_forms import proved
from tracker.amendments.set_out_paths import aligned
from tracker.amendments.shown import shown_of
from tracker.amendments.site import Change, changes

_NUMBER = re.compile(r"(\d+)\.(\d+)([a-z]?)")


@dataclass(frozen=True, slots=True)
class DivisionChange:
    """The changes in one division. `number` is that of its tag, kept for paths after its removal."""

    division: Division
    changes: tuple[Change, ...]


def is_whole(action: Action) -> bool:
    """Return whether an action is for a whole division or its heading."""
    if action.words is not None and action.target.portion is Portion.WHOLE:
        return False  # words inside it
    return not inner_steps(action.target) and action.target.portion in (Portion.WHOLE, Portion.HEADING)


def apply_whole(workspace: Workspace, action: Action) -> DivisionChange:
    """Change the workspace by one action for a whole division. Raises NotComputedError; then it is as before."""
    step = place_step(action.target)
    if step is None or step.kind is StepKind.SUBPART:
        raise NotComputedError(
            f"a whole {'part' if step is None else 'subpart'} is not computed", "whole-subpart"
        )
    verb = action.verb
    if verb in (Verb.ADD, Verb.REVISE, Verb.REVISE_AND_REPUBLISH, Verb.CORRECT):
        existing = find_divisions(workspace.base, action.target)
        if verb is Verb.ADD and action.target.portion is Portion.WHOLE:
            if not existing:
                return _add(workspace, action)
            if len(existing) > 1 or not _is_reserved(existing[0]):
                raise NotComputedError(
                    f"{name_of(action.target)} exists already", "exists-already", defect="exists already"
                )
        return _revise(workspace, action)
    if verb is Verb.REMOVE and action.target.portion is Portion.WHOLE:
        return _remove(workspace, action)
    if verb in (Verb.RESERVE, Verb.REMOVE_AND_RESERVE) and action.target.portion is Portion.WHOLE:
        return _reserve(workspace, action)
    raise NotComputedError(
        f"“{verb.value}” is not computed for a whole section", f"verb-{verb.value}-division"
    )


def _is_reserved(division: Division) -> bool:
    head = _head(division)
    return head is not None and RESERVED.search(inline(head.raw).text) is not None


def _head(division: Division) -> Block | None:
    return next((block for block in division.blocks() if block.tag == "HEAD"), None)


def _set_out(action: Action) -> SetOut:
    if action.set_out is None:
        raise NotComputedError("no text is set out for it", "no-text", defect="no text")
    return action.set_out


def _heading_text(division_tag: str, target_name: str, set_out: SetOut) -> str:
    """Return the heading as the eCFR prints it: with the number of a section."""
    heading = set_out.heading.strip()
    if division_tag != "DIV8":
        return heading
    number = target_name.removeprefix("§ ")
    heading = re.sub(rf"^§*\s*{re.escape(number)}\s*", "", heading)
    return f"§ {number} {heading}"


def _revise(workspace: Workspace, action: Action) -> DivisionChange:
    division = division_of(workspace.base, action.target)
    set_out = _set_out(action)
    kept = list(division.items)
    whole = action.target.portion is Portion.WHOLE
    if not whole and not set_out.heading:
        raise NotComputedError("no heading is set out", "no-text", defect="no text")
    if whole and not set_out.lines:
        raise NotComputedError("no text is set out for it", "no-text", defect="no text")
    made: list[Change] = []
    try:
        made += _new_heading(workspace, division, action) if set_out.heading else []
        made += _new_body(workspace, division, set_out) if whole else []
    except NotComputedError:
        division.items = kept
        workspace.changed(division)
        raise
    return DivisionChange(division, tuple(made))


def _new_heading(workspace: Workspace, division: Division, action: Action) -> list[Change]:
    old = _head(division)
    if old is None:
        raise NotComputedError("the division of the base has no heading", "heading")
    text = _heading_text(division.tag, name_of(action.target), _set_out(action))
    before = inline(old.raw).text
    if same_key(before) == same_key(text):
        return []
    check_plain_heading(_set_out(action), text, is_section=division.is_section)
    tail = "\n" if old.raw.removesuffix("</HEAD>").endswith("\n") else ""
    raw = f"<HEAD>{_escaped(workspace, text)}{tail}</HEAD>"
    new = Block(raw, "HEAD")
    division.items = [new if item is old else item for item in division.items]
    workspace.changed(division)
    return [Change(("heading",), before, text)]


def _escaped(workspace: Workspace, text: str) -> str:
    made = escape(text)
    return to_ascii(made) if workspace.base.ascii_only else made


def _new_body(workspace: Workspace, division: Division, set_out: SetOut) -> list[Change]:
    check_plain_end(set_out, whole=True)
    outline = workspace.outline(division)
    chunks = chunks_of(outline)
    text = proved(set_out, division, outline)
    shown = aligned(shown_of(text, ascii_only=workspace.base.ascii_only), outline)
    if any(isinstance(item, Division) for item in division.items):
        raise NotComputedError("the division holds others", "nested")
    elided = any(one.stars or one.elision.value != "none" for one in shown)
    if elided:
        new: Sequence[Chunk] = merged(chunks, shown, ())
    else:
        old = {chunk.path: chunk for chunk in chunks}
        new = [
            old[one.path]
            if one.path in old and same_key(old[one.path].text) == same_key(one.chunk.text)
            else one.chunk
            for one in shown
        ]
        blocks_of(shown)
        _check_paths(shown_paths=[one.path for one in shown])
    # A whole division is written from the text set out: what the reader finds in it is compared where units
    # were named by their designators.
    division.items = replace_chunks(outline, 0, len(chunks), new, chunks)
    workspace.changed(division)
    found = chunks_of(workspace.outline(division))
    if elided and [(c.path, same_key(c.text)) for c in found] != [(c.path, same_key(c.text)) for c in new]:
        raise NotComputedError("after the change, the designators can be read in another way", "reread")
    if same_key("".join(c.text for c in found)) != same_key("".join(c.text for c in new)):
        raise NotComputedError("after the change, other words are read than were set out", "reread")
    return changes(chunks, found)


def _check_paths(shown_paths: Sequence[tuple[str, ...]]) -> None:
    designated = [path for path in shown_paths if path]
    if len(set(designated)) < len(designated):
        raise NotComputedError("the text set out has a designator twice", "shown-twice")


def _add(workspace: Workspace, action: Action) -> DivisionChange:
    set_out = _set_out(action)
    step = place_step(action.target)
    assert step is not None
    tag = "DIV8" if step.kind is StepKind.SECTION else "DIV9"
    if not set_out.heading:
        raise NotComputedError("no heading is set out for it", "no-text", defect="no text")
    heading = _heading_text(tag, name_of(action.target), set_out)
    if not set_out.lines and not RESERVED.search(heading):
        raise NotComputedError("no text is set out for it", "no-text", defect="no text")
    number = step.label if tag == "DIV8" else _appendix_name(action)
    above, place, model = _slot(workspace, action, tag, number)
    gap = _gap_between(above, model)
    division, made = _new(workspace, set_out, above, (tag, number, heading))
    above.items[place:place] = [division, gap]
    return DivisionChange(division, made)


def new_section(
    workspace: Workspace, set_out: SetOut, above: Division
) -> tuple[Division, tuple[Change, ...]]:
    """Return a section as it is set out, to be placed in a division. Raises NotComputedError."""
    step = place_step(set_out.target)
    assert step is not None
    heading = _heading_text("DIV8", f"§ {step.label}", set_out)
    if not set_out.heading or (not set_out.lines and not RESERVED.search(heading)):
        raise NotComputedError("no text is set out for it", "no-text", defect="no text")
    return _new(workspace, set_out, above, ("DIV8", step.label, heading))


def _new(
    workspace: Workspace, set_out: SetOut, above: Division, names: tuple[str, str, str]
) -> tuple[Division, tuple[Change, ...]]:
    """Return a new division with its tag, number and heading, and its units."""
    tag, number, heading = names
    check_plain_end(set_out, whole=True)
    empty = Division(tag, number, "", above=above)
    text = proved(set_out, empty, workspace.outline(empty))
    workspace.changed(empty)
    blocks = blocks_of(shown_of(text, ascii_only=workspace.base.ascii_only))
    kind = "SECTION" if tag == "DIV8" else "APPENDIX"
    opening = f'<{tag} N="{escape(number)}" TYPE="{kind}">'
    division = Division(tag, number, opening, f"</{tag}>", above=above)
    division.items = [Gap("\n"), Block(f"<HEAD>{_escaped(workspace, heading)}</HEAD>", "HEAD"), Gap("\n")]
    for block in blocks:
        division.items += [block, Gap("\n")]
    found = workspace.outline(division)
    words = same_key("".join(inline(block.raw).text for block in blocks))
    if same_key("".join(c.text for c in chunks_of(found))) != words:
        raise NotComputedError("other words are read than were set out", "reread")
    made = [Change(("heading",), None, heading)]
    made += [Change(c.path, None, c.text) for c in chunks_of(found) if c.text]
    return division, tuple(made)


def _appendix_name(action: Action) -> str:
    step = place_step(action.target)
    assert step is not None
    if step.kind is StepKind.SUPPLEMENT:
        number = f"No. {step.label}" if step.label.isdigit() else step.label
        return f"Supplement {number} to Part {action.target.part}"
    return " ".join(f"Appendix {step.label} to Part {action.target.part}".split())


def _gap_between(above: Division, model: Division) -> Gap:
    place = above.items.index(model)
    after = above.items[place + 1] if place + 1 < len(above.items) else None
    return after if isinstance(after, Gap) and after.raw.isspace() else Gap("\n")


def _slot(workspace: Workspace, action: Action, tag: str, number: str) -> tuple[Division, int, Division]:
    """Return (the division above, the place among its items, a neighbor) for a new section or appendix."""
    part = action.target.part
    peers = [
        d
        for d in workspace.base.divisions()
        if d.tag == tag
        and is_of_title(d, action.target)
        and (
            d.number.split(".")[0] == part
            if tag == "DIV8"
            else re.search(rf"\bpart {re.escape(part)}\b", d.number, re.IGNORECASE)
        )
    ]
    if not peers:
        check_part(workspace.base, action.target)
        raise NotComputedError("the place of the added unit is not proved by its neighbors", "position")
    key = order_key(number)
    keys = [order_key(peer.number) for peer in peers]
    if key is None or any(one is None for one in keys):
        raise NotComputedError("the place of the added unit is not proved by its neighbors", "position")
    ordered = [one for one in keys if one is not None]
    if tag == "DIV9":
        same = [n for n, one in enumerate(ordered) if one[0] == key[0]]
        peers, ordered = [peers[n] for n in same], [ordered[n] for n in same]
    places = [
        n
        for n in range(len(ordered) + 1)
        if (n == 0 or ordered[n - 1] < key) and (n == len(ordered) or key < ordered[n])
    ]
    if len(places) != 1 or not peers:
        raise NotComputedError("the place of the added unit is not proved by its neighbors", "position")
    place = places[0]
    before = peers[place - 1] if place else None
    after = peers[place] if place < len(peers) else None
    wanted = next((s.label for s in action.target.steps if s.kind is StepKind.SUBPART), None)
    if before is not None and after is not None and before.above is not after.above and wanted is None:
        raise NotComputedError("the added section may belong to either of two subparts", "position")
    neighbor = before if before is not None and (wanted is None or _in(before, wanted)) else after
    if neighbor is None or (wanted is not None and not _in(neighbor, wanted)) or neighbor.above is None:
        raise NotComputedError("the place of the added unit is not proved by its neighbors", "position")
    above = neighbor.above
    index = above.items.index(neighbor)
    if neighbor is before:
        index += 1
        if index < len(above.items) and isinstance(above.items[index], Gap):
            index += 1
    return above, index, neighbor


def _in(division: Division, subpart: str) -> bool:
    above = division.above
    return above is not None and above.tag == "DIV6" and above.number == subpart


def order_key(number: str) -> tuple[str, int, int, str] | None:
    if match := _NUMBER.match(number):
        return ("", int(match[1]), int(match[2]), match[3])
    plain = fold(number)
    if match := re.match(r"appendix ([A-Z]{1,2})(\d*) ", plain, re.IGNORECASE):
        return ("a", len(match[1]), int(match[2] or 0), match[1].upper())
    if match := re.match(r"supplement no\.? ?(\d+) ", plain, re.IGNORECASE):
        return ("s", int(match[1]), 0, "")
    return ("?", 0, 0, plain)


def _remove(workspace: Workspace, action: Action) -> DivisionChange:
    division = division_of(workspace.base, action.target)
    made = _gone(workspace, division)
    above = division.above
    if above is None:
        raise NotComputedError("the whole base would be removed", "whole-base")
    place = above.items.index(division)
    end = place + 1
    if end < len(above.items) and isinstance(above.items[end], Gap):
        end += 1
    del above.items[place:end]
    return DivisionChange(division, tuple(made))


def _gone(workspace: Workspace, division: Division) -> list[Change]:
    head = _head(division)
    found = [Change(("heading",), inline(head.raw).text, None)] if head is not None else []
    return found + [Change(c.path, c.text, None) for c in chunks_of(workspace.outline(division)) if c.text]


def _reserve(workspace: Workspace, action: Action) -> DivisionChange:
    existing = find_divisions(workspace.base, action.target)
    if not existing and action.verb is Verb.RESERVE:
        raise NotComputedError("a section that the base does not have is reserved", "verb-reserve-whole")
    division = division_of(workspace.base, action.target)
    head = _head(division)
    if head is None:
        raise NotComputedError("the division of the base has no heading", "heading")
    before = inline(head.raw).text
    name = re.match(r"§+ ?\S+|(?:Appendix|Supplement)[^—–-]*", before)
    if name is None:
        raise NotComputedError("the heading of the base does not begin with its number", "heading")
    joint = " " if before.startswith("§") else "—"
    text = f"{name.group().strip()}{joint}[Reserved]"
    made = [change for change in _gone(workspace, division) if change.path != ("heading",)]
    new = Block(f"<HEAD>{_escaped(workspace, text)}</HEAD>", "HEAD")
    division.items = _only(division.items, head, new)
    workspace.changed(division)
    return DivisionChange(division, (Change(("heading",), before, text), *made))


def _only(items: Sequence[Item], head: Block, new: Block) -> list[Item]:
    place = list(items).index(head)
    return [*items[:place], new, Gap("\n")]
