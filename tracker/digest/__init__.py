"""The weekly digest: a report on one week, as email, web page, Markdown and PDF.

`load_week` reads a week from the store; `page`, `render_mail`, `markdown` and `pdf` render it. `STYLE` is the style sheet
of the fragment that `page` returns. The fragment has no inline style or script, so that a strict content security policy
accepts it.
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
