"""Parses one entry of an RSS or Atom feed, in canonical JSON: id, title, link, updated, summary or content."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import date, datetime
from email.utils import parsedate_to_datetime

from tracker.clock import published_day
from tracker.model import Document, DocumentKind, Unit, UnitKind
from tracker.parsing.json_fields import JsonFields, load_object
from tracker.parsing.page import read_page

_TIME = re.compile(r"<time\b[^>]*?\bdatetime\s*=\s*[\"']([^\"']+)[\"']", re.IGNORECASE)
_TAG = re.compile(r"<[^>]*>")
_FORMS = (
    (re.compile(r"\d{4}-\d\d-\d\d"), "%Y-%m-%d"),
    (re.compile(r"\b\d{1,2}/\d{1,2}/\d{4}\b"), "%m/%d/%Y"),
    (re.compile(r"\b[A-Z][a-z]{2,8} \d{1,2}, \d{4}\b"), "%B %d, %Y"),
    (re.compile(r"\b[A-Z][a-z]{2} \d{1,2}, \d{4}\b"), "%b %d, %Y"),
)


def read_entry(data: bytes, key: str, url: str) -> Document:
    """Return a feed's entry as a page. Its summary or content may be HTML. Raises ParseError when `data` is not
    a JSON object.
    """
    fields = JsonFields(load_object(data, key))
    link = fields.text("link", "url") or url
    title = fields.text("title")
    content = fields.text("content") or fields.text("summary", "description")
    units: tuple[Unit, ...] = ()
    if "<" in content or "&" in content:
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
    """Return the day of an ISO or RFC 822 date, or of one in Drupal's format: `<time
    datetime="2026-11-24T10:00:00-05:00">`, `Tue, 11/24/2026 - 10:00`, `Tuesday, November 24, 2026 - 10:00`.
    None for anything else. An instant belongs to the day in Washington.
    """
    marked = _TIME.search(text)
    text = marked[1] if marked else _TAG.sub(" ", text).strip()
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        pass
    else:
        return published_day(instant) if instant.tzinfo else instant.date()
    for pattern, form in _FORMS:
        if found := pattern.search(text):
            with suppress(ValueError):
                return datetime.strptime(found.group(), form).date()  # noqa: DTZ007 - a day without an hour
    try:
        return published_day(parsedate_to_datetime(text)) if text else None
    except (ValueError, TypeError, OverflowError):
        return None
