"""The digest as HTML: a mail that mail clients keep, a fragment for the viewer, a document for print."""

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

# On white, letters in them and white letters on them stand out at 4.5:1 (WCAG 2.2, 1.4.3).
COLOURS = {
    Level.CRITICAL: "#8f1d1d",
    Level.HIGH: "#b23c17",
    Level.MEDIUM: "#805300",
    Level.LOW: "#2d5f8a",
    Level.NONE: "#565f6d",
}
# Gmail cuts a mail at 102 kB; some is left for what mail servers add.
LIMIT = 95_000
SHARES = (0.6, 0.4, 0.2)
STYLE = resources.files(__package__).joinpath("digest.css").read_text("utf-8")


@cache
def _environment() -> Environment:
    """Every value is escaped; a name that is missing is a mistake, not an empty string."""
    return Environment(
        loader=PackageLoader("tracker.digest"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _rendered(template: str, told: DigestView, **values: Any) -> str:
    words: Mapping[str, Any] = {
        "sheet": told,
        "t": lambda key, **filled: t(key, told.language, **filled),
        "colours": COLOURS,
        "fills": charts.FILLS,
        "shaded": charts.shaded,
        **values,
    }
    return _environment().get_template(template).render(words)


def render_mail(told: DigestView) -> str:
    """A whole HTML document: tables and inline styles, no picture, no script, nothing from elsewhere. Mail clients
    drop style sheets and SVG, so that bars are table cells."""
    import css_inline

    html = _rendered("mail.html.j2", told, bars=charts.cells(told))
    inliner = css_inline.CSSInliner(
        inline_style_tags=True, keep_style_tags=False, keep_at_rules=False, load_remote_stylesheets=False
    )
    return inliner.inline(html)


def render_email(week: Week, language: Language, *, repeated: bool = False) -> tuple[DigestView, str]:
    """The digest and its mail, with lists as long as Gmail shows a mail whole."""
    told = build_view(week, language, repeated=repeated)
    html = render_mail(told)
    for share in SHARES:
        if len(html.encode()) <= LIMIT:
            break
        told = build_view(week, language, repeated=repeated, share=share)
        html = render_mail(told)
    return told, html


def page(week: Week, language: Language) -> str:
    """A fragment of HTML for the viewer, to be styled by `STYLE`; charts are SVG."""
    return fragment(build_view(week, language))


def fragment(told: DigestView) -> str:
    return _rendered("page.html.j2", told, drawings=[charts.drawn(chart) for chart in told.charts])


def pdf(told: DigestView) -> bytes:
    """Raises UsageError, with the way to get it, where the extra is not installed."""
    # Markup: the fragment is escaped already, the style sheet is ours; the footer is a CSS string.
    html = _rendered(
        "print.html.j2",
        told,
        fragment=Markup(fragment(told)),  # noqa: S704
        style=Markup(STYLE),  # noqa: S704
        footer=Markup(_css_string(f"{told.title} · {told.span}")),  # noqa: S704
    )
    return render_pdf(html)


def _css_string(text: str) -> str:
    """A CSS string that cannot end before its end, nor the style element with it."""
    escaped = "".join(
        character if character.isalnum() or character in " .,:-" else f"\\{ord(character):06x} "
        for character in text
    )
    return f'"{escaped}"'
