"""Finds the unit of the base that an instruction names: exactly one, or a reason why not."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from tracker.amendments.actions import Step, StepKind, Target
from tracker.amendments.base import Base, Division
from tracker.amendments.chunks import NotComputedError
from tracker.amendments.conflicts import Stay, stays_in
from tracker.amendments.inline import fold
from tracker.amendments.outline import ITEMS, Outline, Path, comment_heading, note_label, outline_of, term_key
from tracker.amendments.tables import Table

_PLACES = (StepKind.SUBPART, StepKind.SECTION, StepKind.APPENDIX, StepKind.SUPPLEMENT)
# The tag of the division that a step names; without a step, a part.
_TAGS: dict[StepKind | None, str] = {
    None: "DIV5",
    StepKind.SUBPART: "DIV6",
    StepKind.SECTION: "DIV8",
    StepKind.APPENDIX: "DIV9",
    StepKind.SUPPLEMENT: "DIV9",
}


@dataclass(slots=True)
class Workspace:
    """The base while it is amended, with the outline of each division until the division changes."""

    base: Base
    outlines: dict[int, Outline]
    tables: dict[int, Table]
    noted: dict[int, list[Stay]] = field(default_factory=dict)

    @classmethod
    def of(cls, base: Base) -> Workspace:
        return cls(base, {}, {})

    def outline(self, division: Division) -> Outline:
        if id(division) not in self.outlines:
            self.outlines[id(division)] = outline_of(division)
        return self.outlines[id(division)]

    def stays(self, division: Division) -> list[Stay]:
        """Return the stays that the notes of a division name; amendments do not change these notes."""
        if id(division) not in self.noted:
            self.noted[id(division)] = stays_in(division)
        return self.noted[id(division)]

    def changed(self, division: Division) -> None:
        self.outlines.pop(id(division), None)


def division_of(base: Base, target: Target) -> Division:
    """Return the part, subpart, section, appendix or supplement of a target. Raises NotComputedError."""
    found = find_divisions(base, target)
    name = name_of(target)
    if not found:
        check_part(base, target)
        raise NotComputedError(f"the base has no {name}", "target-missing", defect="does not exist")
    if len(found) > 1:
        raise NotComputedError(f"the base has {len(found)} of {name}", "target-ambiguous")
    return found[0]


def check_part(base: Base, target: Target) -> None:
    """Raise NotComputedError where the base holds nothing of a part, or that of another title."""
    if not target.part:
        return
    held = [division for division in base.divisions() if _is_of_part(division, target.part)]
    if not held:
        raise NotComputedError(f"the base does not hold part {target.part}", "part-not-in-base")
    if not any(is_of_title(division, target) for division in held):
        titles = " and ".join(dict.fromkeys(division.title for division in held))
        raise NotComputedError(
            f"the base holds part {target.part} of another title: {titles}, and the rule amends title {target.title}",
            "another-title",
        )


def find_divisions(base: Base, target: Target) -> list[Division]:
    """Return every division that a target may name."""
    step = place_step(target)
    return [
        division
        for division in base.divisions()
        if _fits(division, step, target) and is_of_title(division, target)
    ]


def is_of_title(division: Division, target: Target) -> bool:
    """Return whether a division may be of the target's title: it is not where both are known and differ."""
    return not target.title or not division.title or division.title == target.title


def place_step(target: Target) -> Step | None:
    """Return the innermost step that names a division."""
    steps = [step for step in target.steps if step.kind in _PLACES]
    return steps[-1] if steps else None


def name_of(target: Target) -> str:
    step = place_step(target)
    if step is None:
        return f"part {target.part}"
    if step.kind is StepKind.SECTION:
        return f"§ {step.label}"
    if step.kind is StepKind.SUBPART:
        return f"subpart {step.label} of part {target.part}"
    if step.kind is StepKind.APPENDIX:
        return f"{'appendix ' + step.label if step.label else 'appendix'} to part {target.part}"
    number = f"no. {step.label}" if step.label.isdigit() else step.label
    return f"supplement {number} to part {target.part}"


def _is_of_part(division: Division, part: str) -> bool:
    if division.tag == "DIV5":
        return division.number == part
    if division.is_section:
        return division.number.split(".")[0] == part
    return division.is_appendix and bool(
        re.search(rf"\bPart {re.escape(part)}\b", division.number, re.IGNORECASE)
    )


def _fits(division: Division, step: Step | None, target: Target) -> bool:
    if division.tag != _TAGS[step.kind if step is not None else None]:
        return False
    number = fold(division.number)
    if step is None:
        return number == target.part
    label = fold(step.label)
    if step.kind is StepKind.SECTION:
        return number.removeprefix("§ ") == label
    if step.kind is StepKind.SUBPART:
        if number != label:
            return False
        part = _part_of(division)
        return part is None or not target.part or part == target.part
    to_part = rf"\s+to\s+(?:sub)?part\s+{re.escape(target.part)}\b" if target.part else r"\b"
    if step.kind is StepKind.APPENDIX:
        return re.match(rf"appendix\s*{re.escape(label)}{to_part}", number, re.IGNORECASE) is not None
    kind = r"supplement\s+no\.?\s*" if label.isdigit() else r"supplement\s+"
    return re.match(rf"{kind}{re.escape(label)}{to_part}", number, re.IGNORECASE) is not None


def _part_of(division: Division) -> str | None:
    above = division.above
    while above is not None:
        if above.tag == "DIV5":
            return above.number
        above = above.above
    return None


def inner_steps(target: Target) -> tuple[Step, ...]:
    """Return the steps below the division."""
    last = max((n for n, step in enumerate(target.steps) if step.kind in _PLACES), default=-1)
    return target.steps[last + 1 :]


def path_of(outline: Outline, steps: Sequence[Step], *, new: bool = False) -> Path:
    """Return the path of a unit below its division; () for the division itself. `new` is set for a unit that
    is to be added: then only what encloses it has to exist.

    Raises NotComputedError where a step names nothing in the base, or is of a kind that is not addressed.
    """
    path: Path = ()
    for number, step in enumerate(steps):
        last = new and number == len(steps) - 1
        if step.kind is StepKind.PARAGRAPH:
            path = (*path, step.label)
        elif step.kind is StepKind.DEFINITION:
            path = _definition(outline, path, step.label, new=last)
        elif step.kind is StepKind.COMMENTARY:
            path = (comment_heading(step.label)[1],) if step.label[:1].isalpha() else (f"§{step.label}",)
        elif step.kind is StepKind.COMMENT_HEADING:
            path = _heading(outline, path, step.label, new=last or new)
        elif step.kind is StepKind.COMMENT:
            path = (*path, *(one for one in re.split(r"[.\s]+", step.label) if one))
        elif step.kind is StepKind.ECCN:
            path = (step.label,)
        elif step.kind is StepKind.ECCN_PART:
            path = _entry_part(outline, path, step.label)
        elif step.kind is StepKind.ITEM:
            path = _item(outline, path, step.label)
        elif step.kind is StepKind.NOTE and path:
            path = (*path[:-1], note_label(step.label, path))
        elif step.kind in (StepKind.CATEGORY, StepKind.PRODUCT_GROUP):
            continue
        else:
            raise NotComputedError(
                f"a {step.kind.value.replace('-', ' ')} is not addressed in this text",
                f"step-{step.kind.value}",
            )
    return path


def _definition(outline: Outline, above: Path, term: str, *, new: bool) -> Path:
    key = term_key(re.split(r"[”\"],? or [“\"]", term)[0])
    hits = [path for path in outline.names.get(key, []) if path[: len(above)] == above]
    if len(set(hits)) > 1:
        raise NotComputedError(f"the base defines “{term}” more than once", "target-ambiguous")
    if hits:
        return hits[0]
    if new:
        return (*above, f"“{key}")
    raise NotComputedError(
        f"the base has no definition of “{term}” there", "target-missing", defect="does not exist"
    )


def _heading(outline: Outline, above: Path, label: str, *, new: bool) -> Path:
    """Return the path of a subheading of the commentary, by the paragraph that it cites or by its words."""
    kind, name = comment_heading(label)
    del kind
    section = above[:1]
    hits = {
        mark.path
        for mark in outline.marks
        if mark.path[:1] == section and mark.path[-1] == name and len(mark.path) > 1
    }
    if len(hits) > 1:
        raise NotComputedError(f"the base has the heading {label} more than once", "target-ambiguous")
    if hits:
        return next(iter(hits))
    if not new and "(" not in name:
        raise NotComputedError(
            f"the base has no heading “{label}” there", "target-missing", defect="does not exist"
        )
    return nest(outline, section, name, above)


def nest(outline: Outline, section: Path, name: str, above: Path = ()) -> Path:
    """Return the path that a heading such as 36(a)(1) has: below the deepest heading of the base that it extends."""
    del above
    best: Path = section
    for mark in outline.marks:
        path = mark.path
        if (
            path[:1] == section
            and len(path) > 1
            and "(" in path[-1]
            and name != path[-1]
            and name.startswith(path[-1])
        ):
            best = path if len(path) > len(best) else best
    return (*best, name)


def _entry_part(outline: Outline, above: Path, label: str) -> Path:
    key = fold(label).lower().strip(" :.\"'")
    hits = {
        mark.path
        for mark in outline.marks
        if mark.path[: len(above)] == above
        and len(mark.path) > len(above)
        and fold(mark.path[-1]).lower() in (key, key.removesuffix(" section").removesuffix(" paragraph"))
    }
    if len(hits) == 1:
        return next(iter(hits))
    if hits:
        raise NotComputedError(f"the entry has “{label}” more than once", "target-ambiguous")
    raise NotComputedError(f"the entry has no “{label}”", "target-missing", defect="does not exist")


def _item(outline: Outline, above: Path, label: str) -> Path:
    labels = tuple(one for one in label.strip(". ").split(".") if one)
    eccn = above[:1]
    marks = [outline.marks[number].path for number in outline.under(eccn[0])] if eccn else []
    tops = [path for path in marks if ITEMS in path]
    if tops:
        first = tops[0]
        return (*first[: first.index(ITEMS) + 1], *labels)
    return (*eccn, ITEMS, *labels)


def exactly_one(outline: Outline, path: Path, what: str) -> int:
    """Return the number of the one mark with this path. Raises NotComputedError."""
    hits = outline.find(path)
    if not hits:
        raise NotComputedError(f"the base has no {what}", "target-missing", defect="does not exist")
    if len(hits) > 1:
        raise NotComputedError(f"the base has {len(hits)} of {what}", "target-ambiguous")
    return hits[0]
