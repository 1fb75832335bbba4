"""Writes a cell of a table of data as text."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Mapping

from tracker.parsing.struck_text import strike_markup
from tracker.parsing.superscripts import lowered, raised

_SCRIPT = re.compile(r"<(sup|sub)(?:\s[^<>]{0,80})?>([^<]{1,40})<\\?/\1>", re.IGNORECASE)
_TAG = re.compile(r"<\\?/?[a-zA-Z][a-zA-Z0-9]{0,10}\\?/?>")


def cell_text(value: object) -> str:
    """Return a cell as text: lists and objects by their values, markup by its text."""
    if value is None or value is False:
        return ""
    if isinstance(value, str):
        text = value.strip()
        if text.startswith('["') and text.endswith('"]'):
            # a list that the tariff's export writes into one cell
            items = re.findall(r'"((?:[^"\\]|\\.)*)"', text)
            return ", ".join(cell_text(re.sub(r'\\(["/])', r"\1", item)) for item in items)
        return " ".join(_without_markup(text).split())
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))  # in JSON, 5.0 and 5 are one number
    if isinstance(value, Mapping):
        return _joined(value.values(), ", ")
    if isinstance(value, list):
        return _joined(value, "; " if any(isinstance(item, Mapping) for item in value) else ", ")
    return str(value)


def _joined(values: Iterable[object], sign: str) -> str:
    return sign.join(filter(None, map(cell_text, values)))


def _without_markup(text: str) -> str:
    if "<" in text:
        text = _SCRIPT.sub(
            lambda found: (
                lowered(found[2])
                if found[1].lower() == "sub"
                else raised(found[2], found.string[max(0, found.start() - 20) : found.start()])
            ),
            text,
        )
        text = _TAG.sub("", strike_markup(text))
    return html.unescape(text) if "&" in text else text
