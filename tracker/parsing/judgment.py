"""Parses an opinion or order of a court: a PDF, or the text of CourtListener."""

from __future__ import annotations

import re
from datetime import date, datetime

from tracker.court_cases import NAMES
from tracker.errors import UnexpectedResponse
from tracker.model import Document, DocumentKind, Fetched, Unit, UnitKind
from tracker.parsing.json_fields import load_object
from tracker.parsing.unit_builder import UnitBuilder
from tracker.text import fold_space

_DECIDED = re.compile(
    r"\b(?:Decided|Dated|Date|Filed|Issued)\s*:?\s*(?P<day>(?:January|February|March|April|May|June|July|August|September|October|November|"
    r"December)\s+\d{1,2},\s+\d{4})"
)
_BREAK = re.compile(r"\n[ \t\f]*\n|\f")
_LONGEST = 5_000_000  # characters


def read_judgment(fetched: Fetched) -> Document:
    """Return the judgment with its court and case from the list that named it. Raises ParseError, UnexpectedResponse."""
    from tracker.parsing.pdf import read_pdf

    body = fetched.answer.body
    if body.lstrip()[:1] == b"{":
        units = _text_units(fetched)
    elif body.lstrip().startswith(b"%PDF-"):
        units = read_pdf(body, fetched.key).units
    else:
        raise UnexpectedResponse(
            f"{fetched.key}: neither a PDF nor a text of an opinion", url=fetched.answer.url
        )
    court = fetched.meta.get("court", "")
    return Document(
        key=fetched.key,
        kind=DocumentKind.JUDGMENT,
        title=fetched.meta.get("title") or fetched.key,
        url=fetched.meta.get("page") or fetched.answer.url,
        units=units,
        citation=fetched.meta.get("case") or None,
        agencies=(NAMES[court],) if court in NAMES else (),
        published=_day(fetched.meta.get("decided", "")) or _decided(units),
        type="Judgment",
    )


def _text_units(fetched: Fetched) -> tuple[Unit, ...]:
    record = load_object(fetched.answer.body, fetched.key)
    text = record.get("plain_text")
    if not isinstance(text, str) or not text.strip():
        raise UnexpectedResponse(f"{fetched.key}: an opinion without text", url=fetched.answer.url)
    outline = UnitBuilder()
    for paragraph in _BREAK.split(text[:_LONGEST]):
        outline.add(outline.numbered("", "¶").strip(), UnitKind.PARAGRAPH, fold_space(paragraph), 0)
    return tuple(outline.units)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text[:10]) if text else None
    except ValueError:
        return None


def _decided(units: tuple[Unit, ...]) -> date | None:
    """Return the day that the judgment prints, at its head or at its end."""
    for unit in (*units[:40], *reversed(units[-20:])):
        found = _DECIDED.search(unit.text)
        if found is not None:
            try:
                return datetime.strptime(fold_space(found["day"]), "%B %d, %Y").date()  # noqa: DTZ007 - a day
            except ValueError:
                continue
    return None
