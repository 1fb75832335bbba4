"""Writes MathML formulas as one line of text: `1/2`, `x^2`, `(a + b)/(c)`."""

from __future__ import annotations

from bs4 import Tag
from bs4.element import NavigableString

_ANNOTATIONS = frozenset({"annotation", "annotation-xml"})
_FENCED = " +-−±·×/*="


def formula(math: Tag) -> str:
    """Return a `<math>` element on one line. Its own alternative text is used where it has no other content."""
    text = " ".join(_line(math).split())
    return text or str(math.get("alttext") or "").strip()


def _line(tag: Tag) -> str:
    parts = [
        _line(child) if isinstance(child, Tag) else " ".join(str(child).split())
        for child in tag.children
        if isinstance(child, Tag | NavigableString)
        and not (isinstance(child, Tag) and child.name in _ANNOTATIONS)
    ]
    parts = [part for part in parts if part]
    name = tag.name.rpartition(":")[2]
    if name == "mo":
        return f" {''.join(parts)} "
    if len(parts) >= 2:
        if name == "mfrac":
            return f"{_group(parts[0])}/{_group(parts[1])}"
        if name in ("msup", "mover"):
            return f"{_group(parts[0])}^{_group(parts[1])}"
        if name in ("msub", "munder"):
            return f"{_group(parts[0])}_{_group(parts[1])}"
        if name in ("msubsup", "munderover") and len(parts) >= 3:
            return f"{_group(parts[0])}_{_group(parts[1])}^{_group(parts[2])}"
        if name == "mroot":
            return f"root({parts[0]}, {parts[1]})"
    line = "".join(parts)
    return f"√{_group(line)}" if name == "msqrt" and line else line


def _group(text: str) -> str:
    text = text.strip()
    return f"({text})" if any(sign in text for sign in _FENCED) else text
