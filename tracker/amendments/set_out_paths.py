"""Gives text that is set out the paths that the base has."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from tracker.amendments.actions import Action, Step, StepKind
from tracker.amendments.chunks import Chunk
from tracker.amendments.locate import inner_steps, nest
from tracker.amendments.missing_text import no_text
from tracker.amendments.outline import ECCN, ITEMS, Outline, Path
from tracker.amendments.plain_forms import proved
from tracker.amendments.shown import Shown, shown_of
from tracker.amendments.site import Site


def shown_for(site: Site, action: Action) -> list[Shown]:
    """Return the text set out for an action, with the paths of the base. Raises NotComputedError."""
    if action.set_out is None or not action.set_out.lines:
        raise no_text(action)
    text = proved(action.set_out, site.division, site.outline, action)
    shown = shown_of(text, ascii_only=site.ascii_only)
    shown = aligned(shown, site.outline, inner_steps(action.set_out.target), site.path)
    return _in_style(shown, site.chunks)


_SLANTED = re.compile(r"(<[^>]+>\s*)?\(<I>\s*(\w{1,5})\s*</I>\)")


def _in_style(shown: list[Shown], chunks: Sequence[Chunk]) -> list[Shown]:
    """Return set-out text with its designators of the fifth level in roman type where the whole base has them so."""
    deep = [c.fragments[0].inner for c in chunks if len(c.path) >= 5 and c.fragments]
    if not deep or any(_SLANTED.match(inner) for inner in deep):
        return shown
    return [
        _upright(one) if not one.stars and len(one.path) >= 5 and one.chunk.fragments else one
        for one in shown
    ]


def _upright(one: Shown) -> Shown:
    first, *rest = one.chunk.fragments
    first = replace(first, raw=_SLANTED.sub(r"\1(\2)", first.raw, count=1))
    return replace(one, chunk=replace(one.chunk, fragments=(first, *rest)))


def aligned(
    shown: list[Shown], outline: Outline, prefix: Sequence[Step] = (), target: Path = ()
) -> list[Shown]:
    """Return set-out text with its definitions and headings of the commentary at the paths that the base has."""
    section = next((f"§{step.label}" for step in prefix if step.kind is StepKind.COMMENTARY), "")
    entries = any(ECCN.fullmatch(m.path[0]) for m in outline.marks if m.path)
    commentary = not entries and any(m.path[0].startswith("§") for m in outline.marks if m.path)
    found: list[Shown] = []
    known: dict[str, Path] = {}
    for one in shown:
        path = one.path
        if not one.stars and path:
            if entries:
                path = _entry_path(path, outline)
            elif commentary:
                if section and not path[0].startswith(("§", "appendix")):
                    path = (section, *path)
                path = _heading_path(path, outline, known)
            else:
                path = _definition_path(path, outline, target)
        found.append(one if path == one.path else replace(one, chunk=replace(one.chunk, path=path)))
    return found


def _entry_path(path: Path, outline: Outline) -> Path:
    """Return a line of an entry below the sections that the base has: text that is set out may leave them out."""
    eccn, rest = path[0], path[1:]
    if not rest or outline.find(path):
        return path
    head = rest[: rest.index(ITEMS) + 1] if ITEMS in rest else rest
    hits = {
        path
        for number in outline.under(eccn)
        if (path := outline.marks[number].path)[-1] == head[-1] and len(path) > len(head)
    }
    return (*next(iter(hits)), *rest[len(head) :]) if len(hits) == 1 else path


def _definition_path(path: Path, outline: Outline, target: Path) -> Path:
    at = next((n for n, label in enumerate(path) if label.startswith("“")), None)
    if at is None:
        return path
    hits = set(outline.names.get(path[at][1:], []))
    if not hits and target and target[-1] == path[at]:
        return (*target, *path[at + 1 :])
    return (*next(iter(hits)), *path[at + 1 :]) if len(hits) == 1 else path


def _heading_path(path: Path, outline: Outline, known: dict[str, Path]) -> Path:
    cited = [n for n, label in enumerate(path) if "(" in label]
    if not cited:
        return path
    last = cited[-1]
    section, name, rest = path[:1], path[last], path[last + 1 :]
    key = f"{section[0]} {name}"
    if key not in known:
        hits = {m.path for m in outline.marks if m.path[:1] == section and m.path[-1] == name}
        if len(hits) == 1:
            known[key] = next(iter(hits))
        else:
            base = nest(outline, section, name)
            shown = [
                known[f"{section[0]} {label}"] for label in path[1:last] if f"{section[0]} {label}" in known
            ]
            deepest = max([base[:-1], *shown], key=len)
            known[key] = (*deepest, name)
    return (*known[key], *rest)
