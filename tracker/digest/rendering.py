"""The digest as HTML: an email, a fragment for the viewer, and a document for PDF."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from tracker.digest import charts
from tracker.digest.text import build_view
from tracker.digest.view_model import DigestView
from tracker.digest.week import Week
from tracker.i18n import t
from tracker.model import Language, Level
from tracker.rendering.print_pdf import render_pdf
from tracker.text.words import in_japanese

# Contrast of at least 4.5:1 against white (WCAG 2.2, 1.4.3).
COLORS = {
    Level.CRITICAL: "#8f1d1d",
    Level.HIGH: "#b23c17",
    Level.MEDIUM: "#805300",
    Level.LOW: "#2d5f8a",
    Level.NONE: "#565f6d",
}
# Gmail cuts emails at 102 kB; the rest is for what mail servers add.
LIMIT = 95_000
SHARES = (0.6, 0.4, 0.2)
STYLE = resources.files(__package__).joinpath("digest.css").read_text("utf-8")


@cache
def _environment() -> Environment:
    """The template environment: every value is escaped, and a missing name is an error."""
    return Environment(
        loader=PackageLoader("tracker.digest"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _rendered(template: str, view: DigestView, **values: Any) -> str:
    words: Mapping[str, Any] = {
        "sheet": view,
        "t": lambda key, **filled: t(key, view.language, **filled),
        "in_japanese": in_japanese,
        "colors": COLORS,
        "fills": charts.FILLS,
        "shaded": charts.shaded,
        **values,
    }
    return _environment().get_template(template).render(words)


def render_mail(view: DigestView) -> str:
    """The email as an HTML document with tables and inline styles, without images, scripts or external resources. Mail
    clients drop style sheets and SVG, so bars are table cells."""
    import css_inline

    html = _rendered("mail.html.j2", view, bars=charts.cells(view))
    inliner = css_inline.CSSInliner(
        inline_style_tags=True, keep_style_tags=False, keep_at_rules=False, load_remote_stylesheets=False
    )
    return inliner.inline(html)


def render_email(week: Week, language: Language, *, repeated: bool = False) -> tuple[DigestView, str]:
    """The digest and its email, with lists shortened until Gmail shows the whole email."""
    view = build_view(week, language, repeated=repeated)
    html = render_mail(view)
    for share in SHARES:
        if len(html.encode()) <= LIMIT:
            break
        view = build_view(week, language, repeated=repeated, share=share)
        html = render_mail(view)
    return view, html


def page(week: Week, language: Language) -> str:
    """The HTML fragment for the viewer, styled by `STYLE`; charts are SVG."""
    return fragment(build_view(week, language))


def fragment(view: DigestView) -> str:
    return _rendered("page.html.j2", view, drawings=[charts.drawn(chart) for chart in view.charts])


def pdf(view: DigestView) -> bytes:
    """The digest as PDF. Raises UsageError, with the cure, where the extra `pdf` is not installed."""
    # Markup is safe here: the fragment is escaped, the style sheet is built in, and the footer is a CSS string.
    html = _rendered(
        "print.html.j2",
        view,
        fragment=Markup(fragment(view)),  # noqa: S704
        style=Markup(STYLE),  # noqa: S704
        footer=Markup(_css_string(f"{view.title} · {view.span}")),  # noqa: S704
    )
    return render_pdf(html)


def _css_string(text: str) -> str:
    """The text as a CSS string, escaped so that it can end neither the string nor the style element."""
    escaped = "".join(
        character if character.isalnum() or character in " .,:-" else f"\\{ord(character):06x} "
        for character in text
    )
    return f'"{escaped}"'
