"""Parses a bill of the Congress: its actions, one unit each, and a version of its text, one unit for each section, subsection
and paragraph.

Two forms of XML occur: that of bills (`enum`, `header`, `text`), and that of enrolled bills and laws (`num`, `heading`, `content`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from tracker.errors import UnexpectedResponse
from tracker.model import Document, DocumentKind, Fetched, Unit, UnitKind
from tracker.parsing.gpo_xml import Element, tree
from tracker.parsing.json_fields import load_object
from tracker.parsing.unit_builder import SEPARATOR, UnitBuilder
from tracker.text import fold_space, search_key

_NAMES = {"hr": "H.R.", "s": "S.", "hjres": "H.J.Res.", "sjres": "S.J.Res.", "hconres": "H.Con.Res.", "sconres": "S.Con.Res.", "hres": "H.Res.", "sres": "S.Res."}  # fmt: skip
_NUMBERS, _HEADINGS = ("enum", "num"), ("header", "heading")
_WORDS = ("text", "content", "chapeau", "continuation-text", "continuation", "after-quoted-block")
# Levels of a bill's text, each with the number that a citation gives it.
_LEVELS = frozenset(
    [
        "division",
        "title",
        "subtitle",
        "part",
        "subpart",
        "chapter",
        "subchapter",
        "section",
        "subsection",
        "paragraph",
        "subparagraph",
        "clause",
        "subclause",
        "item",
        "subitem",
        "appropriations-major",
        "appropriations-intermediate",
        "appropriations-small",
        "level",
    ]
)
_SECTION = re.compile(r"(?:SEC(?:TION|\.)?\s*)?([\w.-]+?)\.?$", re.IGNORECASE)
_ORDINAL = {1: "st", 2: "nd", 3: "rd"}


def bill_name(key: str) -> str:
    """Return `H.R. 8170 (119th Congress)` of `119/hr/8170`."""
    congress, kind, number = key.split("/")[:3]
    last = int(congress)
    ending = "th" if 10 <= last % 100 <= 20 else _ORDINAL.get(last % 10, "th")
    return f"{_NAMES.get(kind, kind)} {number} ({congress}{ending} Congress)"


def read_bill(fetched: Fetched) -> Document:
    """Return a bill with its actions, the earliest first. Raises ParseError, UnexpectedResponse."""
    value = load_object(fetched.answer.body, fetched.key)
    record, actions = value.get("bill"), value.get("actions")
    if not isinstance(record, Mapping) or not isinstance(actions, list) or fetched.key.count("/") != 2:
        raise UnexpectedResponse(f"{fetched.key}: not a bill with its actions", url=fetched.answer.url)
    name = bill_name(fetched.key)
    outline = UnitBuilder()
    outline.add(name, UnitKind.HEADING, _text(record, "title"), 0)
    rows = [one for one in actions if isinstance(one, Mapping) and _text(one, "text")]
    for row in sorted(
        rows, key=lambda one: (_text(one, "actionDate"), _text(one, "actionTime"), _text(one, "text"))
    ):
        day, words = _text(row, "actionDate"), _text(row, "text")
        path = outline.numbered(f"{name}{SEPARATOR}{day}", "Action")
        outline.add(path, UnitKind.ROW, f"{day}: {words}", 1, key=search_key(f"{day} {words}"))
    latest = max(filter(None, (_day(_text(row, "actionDate")) for row in rows)), default=None)
    return Document(
        key=fetched.key,
        kind=DocumentKind.BILL,
        title=_text(record, "title") or name,
        url=_text(record, "legislationUrl") or fetched.answer.url,
        units=tuple(outline.units),
        citation=name,
        agencies=("Congress",),
        published=latest,
        signing_date=_day(_text(record, "introducedDate")),
        type="Bill",
    )


def read_bill_text(fetched: Fetched) -> Document:
    """Return a version of a bill's text. Raises ParseError, UnexpectedResponse."""
    root = tree(fetched.answer.body, fetched.key)
    name = bill_name(fetched.key)
    units = _units(root, name)
    if not units:
        raise UnexpectedResponse(f"{fetched.key}: no section of a bill in this text", url=fetched.answer.url)
    version = fetched.meta.get("version", "")
    heading = Unit(f"{name}{SEPARATOR}Version", UnitKind.HEADING, version or "Text", 0)
    return Document(
        key=fetched.key,
        kind=DocumentKind.BILL,
        title=fetched.meta.get("title") or name,
        url=fetched.meta.get("page") or fetched.answer.url,
        units=(heading, *units),
        citation=name,
        agencies=("Congress",),
        published=_day(fetched.meta.get("date", "")),
        type="Bill text",
        action=version,
    )


def _units(root: Element, name: str) -> tuple[Unit, ...]:
    outline = UnitBuilder()
    for child in root.iter():
        tag = _tag(child)
        if tag in ("legis-body", "resolution-body", "main"):
            _add(child, name, 0, outline)
    return tuple(outline.units)


def _add(element: Element, path: str, depth: int, outline: UnitBuilder) -> None:
    """Add the levels within an element. Text that a bill puts into another law stays with the level that quotes it."""
    for child in element:
        if _tag(child) not in _LEVELS:
            continue
        number, heading = _first(child, _NUMBERS), _first(child, _HEADINGS)
        below = _path(_tag(child), path, number, heading)
        words = " ".join(filter(None, (number, heading, *_own_words(child))))
        below = outline.add(
            below,
            UnitKind.HEADING if not list(_own_words(child)) else UnitKind.PARAGRAPH,
            words,
            depth,
            marker=number,
        )
        _add(child, below, depth + 1, outline)


def _path(tag: str, path: str, number: str, heading: str) -> str:
    if tag in (
        "subsection",
        "paragraph",
        "subparagraph",
        "clause",
        "subclause",
        "item",
        "subitem",
    ) and number.startswith("("):
        return (
            f"{path}{number}"
            if path.rpartition(SEPARATOR)[2].startswith("Sec.")
            else f"{path}{SEPARATOR}{number}"
        )
    found = _SECTION.match(number)
    short = found[1] if found else number
    if tag == "section":
        # Sections are numbered through a bill, whatever title they are in.
        return f"{path.partition(SEPARATOR)[0]}{SEPARATOR}Sec. {short or fold_space(heading)[:60]}"
    return f"{path.partition(SEPARATOR)[0]}{SEPARATOR}{tag.capitalize()} {short or fold_space(heading)[:60]}"


def _own_words(element: Element) -> Iterator[str]:
    """Yield the words of a level without those of the levels below it."""
    for child in element:
        tag = _tag(child)
        if tag in _WORDS or tag in ("quoted-block", "quotedContent", "toc", "table"):
            words = fold_space(" ".join(str(part) for part in child.itertext()))
            if words:
                yield f"“{words}”" if tag in ("quoted-block", "quotedContent") else words


def _first(element: Element, names: tuple[str, ...]) -> str:
    return next((fold_space("".join(map(str, one.itertext()))) for one in element if _tag(one) in names), "")


def _tag(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _text(record: Mapping[str, Any], name: str) -> str:
    value = record.get(name)
    return fold_space(str(value)) if isinstance(value, str | int) else ""


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text[:10]) if text else None
    except ValueError:
        return None
