"""Redlines for people: on a terminal, as a page, as a Word file with tracked changes, as JSON.

Each of `text`, `html`, `docx` and `diff_json` has one function, `render(redline, language)`.
"""

from __future__ import annotations

from tracker.export.redline import Redline, Side

__all__ = ["Redline", "Side"]
