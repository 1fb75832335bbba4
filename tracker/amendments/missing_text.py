"""What to say where an instruction's text is not found in what the rule sets out."""

from __future__ import annotations

import re

from tracker.amendments.actions import Action, LineKind, SetOut, SetOutLine, StepKind
from tracker.amendments.chunks import NotComputedError
from tracker.amendments.locate import inner_steps

FIGURE = "the text contains a figure, which tracker does not read"
_FIGURE = re.compile(r"<(?:GPH|MATH|IMG|img)\b")
_PRINTED = frozenset({LineKind.PARAGRAPH, LineKind.HEADING, LineKind.NOTE})


def is_plain(set_out: SetOut | None) -> bool:
    """Return whether a set-out text comes from a document without markup, such as one on public inspection."""
    return set_out is not None and any(not line.xml and line.kind in _PRINTED for line in set_out.lines)


def has_figure(line: SetOutLine) -> bool:
    """Return whether a line is a picture, or holds one: a figure, a formula, a table printed as a picture."""
    return line.kind is LineKind.FIGURE or _FIGURE.search(line.xml) is not None


def no_text(action: Action) -> NotComputedError:
    """Return the error for a unit that is not set out: a defect of the rule, except where it may be set out as a
    picture, or where the rule is read from text without markup, in which entries, tables, notes and definitions
    cannot be distinguished with certainty.
    """
    if action.set_out is not None and any(has_figure(line) for line in action.set_out.lines):
        return NotComputedError(FIGURE, "figure")
    plain = is_plain(action.set_out)
    if plain and any(step.kind is not StepKind.PARAGRAPH for step in inner_steps(action.target)):
        return NotComputedError(
            "text without markup does not show surely where a unit of this kind begins and ends", "plain-text"
        )
    return NotComputedError("no text is set out for it", "no-text", defect="no text")


def check_plain_end(set_out: SetOut | None, *, whole: bool) -> None:
    """Raise NotComputedError where text without markup does not show where a unit ends: after its last
    designated line, a signature or a page number may follow.
    """
    if set_out is None or not is_plain(set_out):
        return
    last = set_out.lines[-1] if set_out.lines else None
    if whole and last is not None and last.kind is not LineKind.STARS and not last.labels:
        raise NotComputedError(
            "text without markup does not show surely where the text set out ends", "plain-text"
        )


def check_plain_heading(set_out: SetOut, heading: str, *, is_section: bool) -> None:
    """Raise NotComputedError where text without markup does not show where a heading ends: that of a section has no
    period, or a line follows that may go on with it.
    """
    if not is_plain(set_out):
        return
    first = set_out.lines[0]
    if (is_section and heading[-1:] not in (".", "]")) or (first.kind is LineKind.HEADING and not first.xml):
        raise NotComputedError(
            "text without markup does not show surely where the heading ends", "plain-text"
        )
