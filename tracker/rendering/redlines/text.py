"""Renders a redline for the terminal, with or without color.

Without color, words are marked as `git diff --word-diff=plain` does: `[-deleted-]`, `{+inserted+}`.
"""

from __future__ import annotations

from tracker.diffing.summary import split_path, summarize
from tracker.i18n import t
from tracker.model import Language, Op, Operation
from tracker.rendering.redlines.model import Redline
from tracker.sanitize import sanitize_line

_BOLD, _DIM, _RESET = "\x1b[1m", "\x1b[2m", "\x1b[0m"
_DELETED, _INSERTED = "\x1b[9;31m", "\x1b[4;32m"
_EQUAL = 160  # characters of unchanged text shown per stretch, half at either end


def render(
    redline: Redline, language: Language = "en", *, color: bool = False, editorial: bool = False
) -> str:
    """Return the redline as lines of text. `editorial` also shows typographic differences."""
    pen = _Pen(color)
    visible = redline.visible()
    shown = [op for op in visible if editorial or not op.editorial]
    hidden = len(visible) - len(shown)
    lines = [pen.bold(sanitize_line(redline.title))]
    lines += [f"! {ribbon.words}" for ribbon in redline.standing(language)]
    lines += [f"{name}: {sanitize_line(value)}" for name, value in redline.facts(language)]
    lines += ["", sanitize_line(summarize(redline.operations).get(language))]
    place = None
    for op in shown:
        here, local = split_path(op.path)
        if here != place:
            lines += ["", pen.bold(f"── {sanitize_line(here)} ──")]
            place = here
        lines += [
            "",
            pen.bold(f"{_sign(op)} {sanitize_line(local or here)}") + pen.dim(_operation_note(op, language)),
        ]
        lines += [f"  ! {ribbon.words}" for ribbon in redline.ribbons(op.path, language)]
        if any(kind != "equal" for kind, _ in op.spans) or not op.follows:
            lines.append("  " + "".join(pen.span(kind, text) for kind, text in op.spans))
    if hidden:
        lines += ["", pen.dim(t("redline.hidden-editorial", language, count=hidden))]
    return "\n".join(lines) + "\n"


def _sign(op: Operation) -> str:
    return {Op.ADDED: "+", Op.REMOVED: "-", Op.CHANGED: "~", Op.MOVED: "↕", Op.RENUMBERED: "#"}[op.op]


def _operation_note(op: Operation, language: Language) -> str:
    """Return ` [renumbered, was (c), follows (b)]`."""
    facts = [t(f"op.{op.op}", language)]
    if op.from_path and op.from_path != op.path:
        facts.append(t("redline.from", language, path=sanitize_line(_relative_path(op.from_path, op.path))))
    if op.follows:
        facts.append(t("redline.follows", language, path=sanitize_line(_relative_path(op.follows, op.path))))
    if op.editorial:
        facts.append(t("redline.editorial", language))
    return f" [{', '.join(facts)}]"


def _relative_path(path: str, other: str) -> str:
    """Return a path for printing beside another one: without its section where both have the same."""
    place, local = split_path(path)
    return local if local and place == split_path(other)[0] else path


class _Pen:
    def __init__(self, color: bool) -> None:
        self.color = color

    def bold(self, text: str) -> str:
        return f"{_BOLD}{text}{_RESET}" if self.color else text

    def dim(self, text: str) -> str:
        return f"{_DIM}{text}{_RESET}" if self.color else text

    def span(self, kind: str, text: str) -> str:
        space = text[: len(text) - len(text.lstrip())] and " ", text[len(text.rstrip()) :] and " "
        words = sanitize_line(text)
        if not words:
            return " " * (kind != "delete")  # changed white space has no visible difference
        if kind == "equal":
            if len(words) > _EQUAL:
                words = f"{words[: _EQUAL // 2].rstrip()} … {words[-_EQUAL // 2 :].lstrip()}"
            return f"{space[0]}{words}{space[1]}"
        if self.color:
            return f"{_DELETED if kind == 'delete' else _INSERTED}{space[0]}{words}{space[1]}{_RESET}"
        return (
            f"[-{space[0]}{words}{space[1]}-]" if kind == "delete" else f"{{+{space[0]}{words}{space[1]}+}}"
        )
