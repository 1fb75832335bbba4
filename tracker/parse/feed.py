"""One entry of an RSS or Atom feed, in canonical JSON: id, title, link, updated, summary or content."""

from __future__ import annotations

from datetime import date
from email.utils import parsedate_to_datetime

from tracker.clock import legal_day
from tracker.model import Document, DocumentKind, Unit, UnitKind
from tracker.parse.fields import Fields, load_object
from tracker.parse.page import read_page


def read_entry(data: bytes, key: str, url: str) -> Document:
    """A feed's entry as a page. Its summary or content may be HTML. Raises ParseError when `data` is no
    JSON object."""
    fields = Fields(load_object(data, key))
    link = fields.text("link", "url") or url
    title = fields.text("title")
    content = fields.text("content") or fields.text("summary", "description")
    units: tuple[Unit, ...] = ()
    if "<" in content:
        page = read_page(
            f"<body><div>{content}</div></body>".encode(), link, content="body > div", label="utf-8"
        )
        units = page.units
    elif content:
        units = (Unit("¶1", UnitKind.PARAGRAPH, content),)
    return Document(
        key=key,
        kind=DocumentKind.PAGE,
        title=title or (units[0].text[:120] if units else key),
        url=link,
        units=(Unit("Title", UnitKind.HEADING, title), *units) if title else units,
        abstract=" ".join(unit.text for unit in units)[:2000],
        published=_day(fields.text("published", "updated", "pubDate", "date")),
        notes=tuple(fields.notes),
    )


def _day(text: str) -> date | None:
    """An ISO or RFC 822 date; None for anything else."""
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        pass
    try:
        return legal_day(parsedate_to_datetime(text)) if text else None
    except (ValueError, TypeError, OverflowError):
        return None
