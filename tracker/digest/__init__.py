"""The weekly digest: one page that tells a week, as mail, page, Markdown and PDF.

`gather.week` reads a week from the store, `page`, `mail`, `markdown` and `pdf` render it. `STYLE` is the style sheet of
`page`'s fragment, which itself holds neither style nor script, so that a strict content policy lets it through.
"""

from __future__ import annotations

from tracker.digest.markdown import markdown
from tracker.digest.period import Period, last_week, read_week, week_of
from tracker.digest.queries import load_week
from tracker.digest.rendering import STYLE, page, pdf, render_email, render_mail
from tracker.digest.text import build_view
from tracker.digest.view_model import DigestView
from tracker.digest.week import Week

__all__ = [
    "STYLE",
    "DigestView",
    "Period",
    "Week",
    "build_view",
    "last_week",
    "load_week",
    "markdown",
    "page",
    "pdf",
    "read_week",
    "render_email",
    "render_mail",
    "week_of",
]
