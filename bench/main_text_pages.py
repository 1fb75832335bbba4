"""Pages in the shapes of the sites that are watched, their main text marked by hand with `data-main`.

Written for the benchmark: USWDS (bis.gov, trade.gov), Drupal, WordPress (whitehouse.gov), and a layout of tables. Each
shape is filled with short and long texts, and with a notice in each of the containers that agencies use.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bs4 import BeautifulSoup

NOTICE = "The ownership rule for listed affiliates is suspended until November 8, 2026, and applies again from the next day."
_MARK = re.compile(r'\sdata-main(?:="")?')

_LONG = "".join(
    f"<p>({n}) A license is required for the export, reexport or transfer (in-country) of the items named in paragraph ({n}) "
    "of this section to a destination that the Country Chart marks, unless an exception of part 740 applies.</p>"
    for n in range(1, 9)
)
_SHORT = "<p>Forms for the classification of equipment are accepted by mail until further notice.</p>"
_LINKS = (
    "<ul>"
    + "".join(f'<li><a href="/guides/{n}.pdf">Guide number {n} (PDF)</a></li>' for n in range(1, 13))
    + "</ul>"
)
_FAQ = "".join(
    f'<h4 class="usa-accordion__heading"><button aria-expanded="false" aria-controls="q{n}">Does rule number {n} cover parts?</button></h4>'
    f'<div id="q{n}"><p>Yes, where the part is listed by number {n} of the supplement.</p></div>'
    for n in range(1, 7)
)
_TABLE = (
    "<table><tr><th>Heading</th><th>Rate</th></tr>"
    + "".join(f"<tr><td>8541.{n}0</td><td>{n}5 percent</td></tr>" for n in range(1, 9))
    + "</table>"
)
CONTENTS = {
    "long": _LONG,
    "short": _SHORT,
    "links": _LINKS,
    "questions": _FAQ,
    "table": _LONG[:400] + "</p>" + _TABLE,
}

NOTICES = {
    "none": "",
    "paragraph": f"<p>{NOTICE}</p>",
    "alert": f'<div class="usa-alert usa-alert--info" role="alert"><div class="usa-alert__body"><p>{NOTICE}</p></div></div>',
    "aside": f'<aside class="note"><p>{NOTICE}</p></aside>',
    "dialog": f'<dialog open><p>{NOTICE}</p></dialog>',
    "button": f'<h3><button aria-expanded="true">{NOTICE}</button></h3>',
    **{
        name: f'<div class="{name}"><p>{NOTICE}</p></div>'
        for name in ("subscribe", "related-content", "pager", "social", "sidebar")
    },
}  # fmt: skip

_MENU = "<nav><ul>" + "".join(f'<li><a href="/{n}">Section {n}</a></li>' for n in range(9)) + "</ul></nav>"
_FOOT = '<footer><p>1401 Constitution Avenue NW, Washington</p><ul><li><a href="/privacy">Privacy</a></li></ul></footer>'
_NEWS = "".join(
    f'<div class="card"><h3><a href="/news/{n}">News of day {n}</a></h3><p>First words of news number {n} of this site.</p></div>'
    for n in range(4)
)
SHAPES = {
    "USWDS": '<a class="usa-skipnav" href="#main-content">Skip to main content</a><section class="usa-banner"><p>An official website '
    f'of the United States government</p></section><header class="usa-header">{_MENU}</header><main id="main-content"><div '
    f'data-main><h1>{{title}}</h1>{{content}}{{notice}}</div></main>{_FOOT}<div class="usa-identifier"><p>Looking for information?</p></div>',
    "Drupal": f'<div id="page"><header role="banner">{_MENU}</header><div class="layout-container has-sidebar"><div class="region '
    'region-content"><article class="node"><div data-main><h1>{title}</h1><div class="field--name-body">{content}{notice}</div></div>'
    f'</article></div><div class="region region-sidebar-second sidebar"><h2>Latest news</h2>{_NEWS}</div></div>{_FOOT}</div>',
    "WordPress": f'<header class="wp-block-template-part">{_MENU}</header><main class="wp-block-group"><nav class="wp-block-breadcrumbs">'
    '<ol><li><a href="/">Home</a></li><li><span aria-current="page">{title}</span></li></ol></nav><div data-main><h1>{title}</h1><div '
    f'class="entry-content">{{content}}{{notice}}</div></div><div class="share-buttons"><a href="#x">Share</a></div></main>{_FOOT}',
    "tables": f'<table width="100%"><tr><td colspan="2">{_MENU}</td></tr><tr><td width="20%"><ul><li><a href="/a">Left menu</a></li></ul>'
    '</td><td><table><tr><td><div data-main><h1>{title}</h1>{content}{notice}</div></td></tr></table></td></tr></table>' + _FOOT,
}  # fmt: skip
_TITLES = ("Affiliates of listed parties", "Classification requests", "Adjusting imports of chips")


@dataclass(frozen=True, slots=True)
class Marked:
    """A page and the words of its main text. `notice`: which container holds a notice; "" for none."""

    name: str
    html: bytes
    truth: str
    notice: str = ""


def written() -> Iterator[Marked]:
    """Every shape with every content and every notice."""
    for shape, frame in SHAPES.items():
        for number, (kind, content) in enumerate(CONTENTS.items()):
            for place, notice in NOTICES.items():
                title = _TITLES[number % len(_TITLES)]
                body = frame.format(title=title, content=content, notice=notice)
                head = f"<head><meta charset='utf-8'><title>{title} | Agency</title></head>"
                page = f"<!DOCTYPE html><html lang='en'>{head}<body>{body}</body></html>"
                marked = BeautifulSoup(page, "lxml").select("[data-main]")
                truth = " ".join(tag.get_text(" ") for tag in marked)
                yield Marked(
                    f"{shape} {kind} {place}",
                    _MARK.sub("", page).encode(),
                    truth,
                    "" if place == "none" else place,
                )


def white_house(name: str, html: bytes) -> Marked:
    """A recorded page: its title and its entry are the main text, the frame around them is not."""
    soup = BeautifulSoup(html, "lxml")
    parts = soup.select("main h1, main .entry-content")
    return Marked(name, html, " ".join(tag.get_text(" ") for tag in parts))
