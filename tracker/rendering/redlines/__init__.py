"""Renders redlines for people: for a terminal, as a page, as a Word file with tracked changes, and as JSON.

Each of `text`, `html`, `docx` and `diff_json` has one function, `render(redline, language)`.
"""

from __future__ import annotations

from tracker.model import Language
from tracker.rendering.redlines.model import Redline, RedlineSide

FORMATS = ("text", "html", "docx", "json")


def render(
    redline: Redline, form: str, language: Language, *, color: bool = False, editorial: bool = False
) -> str | bytes:
    """Render in one of FORMATS. `color` and `editorial` apply to text only: the other formats always contain
    everything.
    """
    # Imported here: python-docx costs 0.3 s, and the terminal does not need it.
    if form == "docx":
        from tracker.rendering.redlines import docx

        return docx.render(redline, language)
    if form == "html":
        from tracker.rendering.redlines import html

        return html.render(redline, language)
    if form == "json":
        from tracker.rendering.redlines import diff_json

        return diff_json.render(redline, language)
    from tracker.rendering.redlines import text

    return text.render(redline, language, color=color, editorial=editorial)


__all__ = ["FORMATS", "Redline", "RedlineSide", "render"]
