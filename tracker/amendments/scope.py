"""A unit as an instruction names it, and the citation path that it has within what the instruction amends."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from tracker.amendments.actions import Portion, Step, StepKind, Target
from tracker.amendments.designators import sorts

K = StepKind
# The steps that may be above one of a kind. A step of another kind in the context is left out.
_DIVISIONS = frozenset({K.SECTION, K.APPENDIX, K.SUPPLEMENT})
_TEXTS = _DIVISIONS | {K.SUBPART, K.SUBJECT_HEADING}
_ABOVE = {
    K.SUBPART: frozenset[StepKind](),
    K.SUBJECT_HEADING: frozenset({K.SUBPART, K.APPENDIX, K.SUPPLEMENT, K.SECTION}),
    K.SECTION: frozenset[StepKind](),
    K.SUPPLEMENT: frozenset[StepKind](),
    K.APPENDIX: frozenset({K.SUBPART}),
    K.PARAGRAPH: _TEXTS | {K.DEFINITION, K.PARAGRAPH, K.NOTE, K.ENTRY},
    K.CATEGORY: frozenset({K.SUPPLEMENT}),
    K.PRODUCT_GROUP: frozenset({K.SUPPLEMENT, K.CATEGORY}),
    K.ECCN: frozenset({K.SUPPLEMENT}),
    K.ECCN_PART: frozenset({K.SUPPLEMENT, K.ECCN}),
    K.ITEM: frozenset({K.SUPPLEMENT, K.ECCN}),
    K.TABLE: _TEXTS | {K.PARAGRAPH, K.ECCN, K.ECCN_PART, K.FORM, K.NOTE},
    K.COUNTRY: frozenset({K.SUPPLEMENT, K.SECTION, K.APPENDIX, K.TABLE, K.PARAGRAPH}),
    K.COMMENTARY: frozenset({K.SUPPLEMENT, K.APPENDIX, K.SUBPART}),
    K.COMMENT_HEADING: frozenset({K.SUPPLEMENT, K.APPENDIX, K.SUBPART, K.COMMENTARY}),
    K.COMMENT: frozenset(
        {K.SUPPLEMENT, K.APPENDIX, K.SUBPART, K.COMMENTARY, K.COMMENT_HEADING, K.DEFINITION}
    ),
    K.FORM: frozenset({K.SUBPART, K.APPENDIX, K.SUPPLEMENT}),
}
_ANY = frozenset(StepKind)
# Their units have no designators in parentheses.
_NOT_DESIGNATED = frozenset({K.ECCN, K.COMMENTARY, K.COUNTRY})


@dataclass(frozen=True, slots=True)
class Named:
    """A unit as named: its steps from the outermost that the words give. `part` is given where they name one."""

    steps: tuple[Step, ...] = ()
    part: str = ""
    title: str = ""
    portion: Portion = Portion.WHOLE
    sentences: tuple[int, ...] = ()
    is_new: bool = False  # "newly redesignated paragraph (d)"
    is_reserved: bool = False  # "reserved paragraph (d)"
    of_introduction: bool = False  # "the first sentence of the introductory text"
    is_heading: bool = False  # "the subheading 17(a) Form of disclosures"


def resolve(named: Named, context: Target) -> Target | None:
    """Return the target of a named unit within a context; None where the words do not give it exactly."""
    title, part = named.title or context.title, named.part or context.part
    steps = () if named.part else context.steps
    labels = tuple(step.label for step in named.steps if step.kind is K.PARAGRAPH)
    if labels and named.steps[0].kind is K.PARAGRAPH:
        steps = tuple(step for step in steps if step.kind is not K.NOTE)
        above = tuple(step.label for step in steps if step.kind is K.PARAGRAPH)
        if not is_relative(labels, above):
            steps = tuple(step for step in steps if step.kind is not K.PARAGRAPH)
    for step in named.steps:
        if step.kind is K.SECTION:
            part = step.label.partition(".")[0]
        if _is_beside(steps, step):
            return None
        if step.kind is K.SUBPART and any(one.kind is K.SUPPLEMENT for one in steps):
            continue  # of a commentary: its sections say enough
        if step == Step(K.TABLE, "") and any(one.kind is K.TABLE for one in steps):
            continue  # the table that is amended
        if step.kind is K.PARAGRAPH and any(one.kind in _NOT_DESIGNATED for one in steps):
            return None
        allowed = _ABOVE.get(step.kind, _ANY - {step.kind})
        steps = (*(one for one in steps if one.kind in allowed), step)
    if not part or (steps and steps[0].kind not in _TEXTS):
        return None
    if not steps and named.portion is not Portion.WHOLE and not named.part and not context.part:
        return None
    if named.steps or named.portion is not Portion.WHOLE:
        is_inside = not named.steps and context.portion is Portion.INTRODUCTORY_TEXT
        of_introduction = named.portion is Portion.SENTENCE and (named.of_introduction or is_inside)
        return Target(title, part, steps, named.portion, named.sentences, of_introduction)
    return Target(title, part, steps, context.portion, context.sentences)


def _is_beside(steps: tuple[Step, ...], step: Step) -> bool:
    """Return whether a subheading, 36(a), is of another section than the commentary above it."""
    above = next((one.label for one in steps if one.kind is K.COMMENTARY), "")
    number = re.match(r"(?:\d+\.)?(\d+)\(", step.label) if step.kind is K.COMMENT_HEADING else None
    section = re.fullmatch(r"\d+\.(\d+)", above)
    return bool(number and section and number[1] != section[1])


def under(outer: Named, inner: Named) -> Named:
    """Return the unit of "the introductory text of paragraph (a)": `inner` within `outer`."""
    if inner.portion is Portion.WHOLE and not inner.steps:
        return replace(outer, is_new=outer.is_new or inner.is_new)
    portion, sentences = inner.portion, inner.sentences
    if portion is Portion.WHOLE and outer.portion is Portion.CONTENTS:
        portion = Portion.CONTENTS  # an entry of the table of contents
    return Named(
        (*outer.steps, *inner.steps),
        outer.part or inner.part,
        outer.title or inner.title,
        portion,
        sentences,
        of_introduction=inner.of_introduction or outer.portion is Portion.INTRODUCTORY_TEXT,
        is_new=outer.is_new or inner.is_new,
        is_reserved=inner.is_reserved,
    )


def may_contain(outer: Named, inner: Named) -> bool:
    """Return whether a unit named with "of" or "in" may be above the one named before it."""
    if not outer.steps or not inner.steps:
        return True
    last, first = outer.steps[-1].kind, inner.steps[0].kind
    return last is K.ECCN_PART or last in _ABOVE.get(first, _ANY)


def is_relative(labels: tuple[str, ...], above: tuple[str, ...]) -> bool:
    """Return whether designators continue those of the context: `(1)` below (b). Full designators begin with a
    letter, as those of a section do.
    """
    levels = ("a", "1", "i", "A", "1", "i")
    if not above or len(above) >= len(levels):
        return False
    own = sorts(labels[0])
    return levels[len(above)] in own and ("a" not in own or labels[0] in "ivx")


_HEADINGS = (K.COMMENT_HEADING, K.COMMENTARY)
_CONTAINERS = {
    K.SECTION: 1, K.APPENDIX: 1, K.SUPPLEMENT: 1, K.SUBPART: 1, K.COMMENTARY: 2, K.COMMENT_HEADING: 3, K.CATEGORY: 2,
    K.PRODUCT_GROUP: 3, K.ECCN: 4, K.ECCN_PART: 5, K.COUNTRY: 3, K.TABLE: 2, K.DEFINITION: 3,
}  # fmt: skip


def leads_to(targets: list[Target], units: list[Named]) -> bool:
    """Return whether units that a comma joins are inside the ones before: "Category 3, ECCN 3A001, the heading"."""
    if not targets or any(one.portion is not Portion.WHOLE or not one.steps for one in targets):
        return False
    last = targets[0].steps[-1]
    first = units[0]
    if last.kind not in _CONTAINERS or first.part:
        return False
    if not first.steps:
        return first.portion is not Portion.WHOLE
    step = first.steps[0]
    if last.kind is step.kind is K.COMMENT_HEADING:
        return step.label.startswith(last.label) and (step.label != last.label or len(first.steps) > 1)
    return _CONTAINERS.get(step.kind, 9) > _CONTAINERS[last.kind]


def without(source: Target, named: Named) -> Target | None:
    """Return what a source is within, for a designation of the same kind: (e)(4) beside (e)(3)."""
    if not named.steps or named.part:
        return None
    kind = named.steps[0].kind
    place = next((n for n, step in enumerate(source.steps) if step.kind is kind), None)
    if place is None:
        return None
    return Target(source.title, source.part, source.steps[:place])


def is_heading(target: Target) -> bool:
    return bool(target.steps) and target.steps[-1].kind in _HEADINGS


def is_beside_heading(above: Target, named: Named) -> bool:
    """Return whether a comment is named after a heading that may be above it: "The heading for 32(b)(1) is revised and
    paragraph 1 is added".
    """
    is_comment = bool(named.steps) and named.steps[0].kind is K.COMMENT
    return is_comment and above.portion is Portion.HEADING and is_heading(above)
