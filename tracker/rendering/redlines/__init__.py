"""Redlines for people: on a terminal, as a page, as a Word file with tracked changes, as JSON.

Each of `text`, `html`, `docx` and `diff_json` has one function, `render(redline, language)`.
"""

from __future__ import annotations

from tracker.model import Language
from tracker.rendering.redlines.model import Redline, RedlineSide

FORMATS = ("text", "html", "docx", "json")


def render(
    redline: Redline, form: str, language: Language, *, colour: bool = False, editorial: bool = False
) -> str | bytes:
    """One of FORMATS. `colour` and `editorial` are for text alone: the others always hold everything."""
    # Imported here: python-docx costs a third of a second, and a terminal does not want it.
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

    return text.render(redline, language, colour=colour, editorial=editorial)


__all__ = ["FORMATS", "Redline", "RedlineSide", "render"]
