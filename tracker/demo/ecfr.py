"""Serves the eCFR's versioner API from the archive's versions of CFR parts, with the real service's quirks.

The code is some days behind (`up_to_date_as_of`), later dates and dates before 2017-01-03 are 404, a filter
other than part, section, subpart or appendix gives the whole title, a request for anything but XML is 406, the
numbers in the meta of `versions` are strings, and a filtered list of versions ends silently at 1,000 rows.
"""

from __future__ import annotations

import html
import operator
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

from tracker.clock import legal_day
from tracker.demo.http_messages import XML, Reply, Request, json_reply
from tracker.demo.model import Archive

HORIZON = date(2017, 1, 3)
MAX_ROWS = 1000
CACHED = (("Cache-Control", "max-age=0, private, must-revalidate"),)
_TITLE_NAMES = {
    10: "Energy",
    15: "Commerce and Foreign Trade",
    22: "Foreign Relations",
    31: "Money and Finance: Treasury",
}
_SLICE = re.compile(
    r'<DIV(?P<level>[689]) N="(?P<number>[^"]*)" TYPE="(?P<type>[A-Z]+)"[^>]*>.*?</DIV(?P=level)>', re.DOTALL
)
_HEAD = re.compile(r"<HEAD>(.*?)</HEAD>", re.DOTALL)
_DATE = r"(\d{4}-\d\d-\d\d)"


@dataclass(frozen=True, slots=True)
class _Slice:
    """The XML of a section or appendix within a part."""

    identifier: str
    type: str  # section or appendix
    heading: str
    xml: str
    subpart: str | None = None


def answer(archive: Archive, request: Request) -> Reply | None:
    """Return the reply to a request to `/api/versioner/v1/`; None for any other path."""
    if not request.path.startswith("/api/versioner/v1/"):
        return None
    path = request.path.removeprefix("/api/versioner/v1/")
    if path in {"titles", "titles.json"}:
        return json_reply(_titles(archive, request), headers=CACHED)
    found = re.fullmatch(rf"full/{_DATE}/title-(\d+)\.(\w+)", path)
    if found:
        return _full(archive, request, found[1], int(found[2]), found[3])
    found = re.fullmatch(rf"structure/{_DATE}/title-(\d+)\.json", path)
    if found:
        return _structure(archive, request, found[1], int(found[2]))
    found = re.fullmatch(r"versions/title-(\d+)(?:\.json)?", path)
    if found:
        return _versions(archive, request, int(found[1]))
    return _not_found()


def up_to_date_as_of(archive: Archive, now: datetime) -> date:
    """Return the last available day: some business days behind the day in New York."""
    day = legal_day(now)
    for _ in range(archive.lag):
        day -= timedelta(days=1)
        while day.weekday() >= 5:
            day -= timedelta(days=1)
    return day


def _not_found() -> Reply:
    return json_reply({"error": "Not Found"}, status=404, headers=CACHED)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _exists(archive: Archive, request: Request, title: int, text: str) -> date | None:
    """Return the date, where this title has it."""
    day = _day(text)
    known = any(number == title for number, _ in archive.code)
    if not day or not known or not HORIZON <= day <= up_to_date_as_of(archive, request.now):
        return None
    return day


def _part_at(archive: Archive, title: int, part: str, day: date) -> str | None:
    states = archive.code.get((title, part), {})
    dates = [since for since in states if since <= day]
    return states[max(dates)] if dates else None


def _parts(archive: Archive, title: int, day: date) -> Iterator[tuple[str, str]]:
    """Return part numbers with their XML at a day, in numerical order."""
    numbers = sorted((part for number, part in archive.code if number == title), key=_numeric)
    for part in numbers:
        xml = _part_at(archive, title, part, day)
        if xml is not None:
            yield part, xml


def _numeric(part: str) -> tuple[int, str]:
    digits = re.match(r"\d+", part)
    return (int(digits[0]) if digits else 0, part)


# --- titles


def _titles(archive: Archive, request: Request) -> dict[str, Any]:
    as_of = up_to_date_as_of(archive, request.now)
    titles: list[dict[str, Any]] = []
    for number in range(1, 51):
        if number == 35:
            titles.append(_title(number, "Reserved", None, None, reserved=True))
            continue
        days = [
            day
            for (title, _), states in archive.code.items()
            if title == number
            for day in states
            if day <= as_of
        ]
        latest = max(days, default=as_of)
        titles.append(_title(number, _TITLE_NAMES.get(number, f"Title {number}"), latest, as_of))
    return {"titles": titles, "meta": {"date": as_of.isoformat(), "import_in_progress": False}}


def _title(
    number: int, name: str, latest: date | None, as_of: date | None, *, reserved: bool = False
) -> dict[str, Any]:
    issued = latest.isoformat() if latest else None
    return {
        "number": number,
        "name": name,
        "latest_amended_on": issued,
        "latest_issue_date": issued,
        "up_to_date_as_of": as_of.isoformat() if as_of else None,
        "reserved": reserved,
    }


# --- full text


def _full(archive: Archive, request: Request, text: str, title: int, suffix: str) -> Reply:
    if suffix != "xml":
        return json_reply({"error": "Not Acceptable"}, status=406, headers=CACHED)
    day = _exists(archive, request, title, text)
    if not day:
        return _not_found()
    part, section = request.one("part"), request.one("section")
    appendix, subpart = request.one("appendix"), request.one("subpart")
    if section:
        xml = _piece(archive, title, part or section.partition(".")[0], day, "section", section)
    elif appendix:
        xml = _piece(archive, title, part or appendix.rpartition(" ")[2], day, "appendix", appendix)
    elif subpart and part:
        xml = _subpart(_part_at(archive, title, part, day), subpart)
    elif part:
        xml = _part_at(archive, title, part, day)
    else:
        parts = "\n".join(_without_declaration(xml) for _, xml in _parts(archive, title, day))
        xml = f'<DIV1 N="{title}" TYPE="TITLE">\n<HEAD>Title {title}</HEAD>\n{parts}\n</DIV1>\n'
    if xml is None:
        return _not_found()
    body = f'<?xml version="1.0" encoding="UTF-8"?>\n{_without_declaration(xml)}'
    return Reply(200, body.encode(), XML, CACHED)


def _without_declaration(xml: str) -> str:
    return xml.partition("?>")[2].lstrip("\n") if xml.startswith("<?xml") else xml


def _piece(archive: Archive, title: int, part: str, day: date, kind: str, identifier: str) -> str | None:
    xml = _part_at(archive, title, part, day)
    pieces = _slices(xml) if xml else ()
    return next((p.xml for p in pieces if p.type == kind and p.identifier == identifier), None)


def _subpart(xml: str | None, subpart: str) -> str | None:
    for found in _SLICE.finditer(xml or ""):
        if found["level"] == "6" and found["number"] == subpart:
            return found[0]
    return None


@lru_cache(maxsize=64)
def _slices(xml: str) -> tuple[_Slice, ...]:
    """Return the sections and appendices of a part in reading order."""
    found: list[_Slice] = []
    for match in _SLICE.finditer(xml):
        if match["level"] == "6":
            found += [_slice(inner, match["number"]) for inner in _SLICE.finditer(match[0], 1)]
        else:
            found.append(_slice(match, None))
    return tuple(found)


def _slice(match: re.Match[str], subpart: str | None) -> _Slice:
    kind = "appendix" if match["level"] == "9" else "section"
    return _Slice(html.unescape(match["number"]), kind, _heading(match[0]), match[0], subpart)


def _heading(xml: str) -> str:
    head = _HEAD.search(xml)
    return html.unescape(re.sub(r"<[^>]+>", "", head[1])) if head else ""


# --- structure


def _structure(archive: Archive, request: Request, text: str, title: int) -> Reply:
    day = _exists(archive, request, title, text)
    if not day:
        return _not_found()
    chapters: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for part, xml in _parts(archive, title, day):
        chapters.setdefault(_place(title, part), []).append(_part_node(part, xml))
    children = [
        _node(
            "chapter", chapter, f"Chapter {chapter}", [_node("subchapter", sub, f"Subchapter {sub}", parts)]
        )
        for (chapter, sub), parts in chapters.items()
    ]
    body = _node("title", str(title), f"Title {title}—{_TITLE_NAMES.get(title, '')}", children)
    return json_reply(body, headers=CACHED)


def _place(title: int, part: str) -> tuple[str, str]:
    """Return chapter and subchapter of a part."""
    number = _numeric(part)[0]
    if title == 15:
        return ("VII", "C") if number < 791 else ("VII", "E")
    if title == 31:
        return "VIII", "A"
    return "I", "A"


def _node(kind: str, identifier: str, label: str, children: list[dict[str, Any]]) -> dict[str, Any]:
    level, _, description = label.partition("—")
    return {
        "identifier": identifier,
        "label": label,
        "label_level": level,
        "label_description": description,
        "reserved": False,
        "type": kind,
        "size": sum(child["size"] for child in children),
        "children": children,
    }


def _part_node(part: str, xml: str) -> dict[str, Any]:
    pieces = [
        {
            "identifier": piece.identifier,
            "label": piece.heading,
            "label_level": f"§ {piece.identifier}" if piece.type == "section" else piece.identifier,
            "label_description": _description(piece),
            "reserved": "[Reserved]" in piece.heading,
            "type": piece.type,
            "volumes": ["2"],
            "received_on": "2017-01-09T00:00:00-0500",
            "size": len(piece.xml.encode()),
        }
        for piece in _slices(xml)
    ]
    heading = _heading(xml).strip()
    description = heading.partition("—")[2].title()
    node = _node("part", part, f"Part {part}—{description}", pieces)
    node["volumes"] = ["2"]
    own = len(_SLICE.sub("", _without_declaration(xml)).encode())  # heading, authority, source
    node["size"] += own
    numbers = [piece.identifier for piece in _slices(xml) if piece.type == "section"]
    if numbers:
        node["descendant_range"] = f"{numbers[0]} – {numbers[-1]}"
    return node


def _description(piece: _Slice) -> str:
    if piece.type == "appendix":
        return piece.heading.partition("—")[2]
    return re.sub(r"^§+\s*[\w.\-]+\s*", "", piece.heading)


# --- versions


def _versions(archive: Archive, request: Request, title: int) -> Reply:
    as_of = up_to_date_as_of(archive, request.now)
    if not any(number == title for number, _ in archive.code):
        return _not_found()
    rows = [row for row in _rows(archive, title) if row["issue_date"] <= as_of.isoformat()]
    part, section = request.one("part"), request.one("section")
    if part:
        rows = [row for row in rows if row["part"] == part]
    if section:
        rows = [row for row in rows if row["identifier"] == section and row["type"] == "section"]
    for kind, holds in (("gte", operator.ge), ("lte", operator.le), ("on", operator.eq)):
        value = request.one(f"issue_date[{kind}]")
        if value:
            rows = [row for row in rows if holds(row["issue_date"], value)]
    latest = max((row["issue_date"] for row in rows), default=None)
    rows = rows[:MAX_ROWS]
    meta = {
        "title": str(title),
        "result_count": str(len(rows)),
        "latest_amendment_date": latest,
        "latest_issue_date": latest,
    }
    return json_reply({"content_versions": rows, "meta": meta}, headers=CACHED)


def _rows(archive: Archive, title: int) -> Iterator[dict[str, Any]]:
    """Return a row for each section and appendix at each date on which its text changed."""
    for (number, part), states in archive.code.items():
        if number != title:
            continue
        before: dict[str, str] = {}
        for day in sorted(states):
            now = {piece.identifier: piece for piece in _slices(states[day])}
            for identifier, piece in now.items():
                if before.get(identifier) != piece.xml:
                    new = _words(before.get(identifier, "")) != _words(piece.xml)
                    yield _row(title, part, day, piece, removed=False, substantive=new)
            for identifier in before.keys() - now.keys():
                yield _row(title, part, day, _Slice(identifier, "section", identifier, ""), removed=True)
            before = {identifier: piece.xml for identifier, piece in now.items()}


def _words(xml: str) -> str:
    """Return letters and digits alone: where these are equal, the change is not substantive."""
    return re.sub(r"[\W_]+", "", html.unescape(re.sub(r"<[^>]+>", " ", xml)))


def _row(
    title: int, part: str, day: date, piece: _Slice, *, removed: bool, substantive: bool = True
) -> dict[str, Any]:
    return {
        "date": day.isoformat(),
        "amendment_date": day.isoformat(),
        "issue_date": day.isoformat(),
        "identifier": piece.identifier,
        "name": piece.heading,
        "part": part,
        "substantive": substantive,
        "removed": removed,
        "subpart": piece.subpart,
        "title": str(title),
        "type": piece.type,
    }
