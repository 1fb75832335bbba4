"""Reads the UFLPA Entity List: tables on a page, one for each clause of the law, or the same tables as a file."""

from __future__ import annotations

import re
import warnings
from collections.abc import Sequence
from typing import Any

from bs4 import BeautifulSoup, Tag, XMLParsedAsHTMLWarning

from tracker.errors import ParseError
from tracker.parsing.party_files import table_rows
from tracker.text import fold_space
from tracker.text.encodings import decoded

LIST = "UFLPA Entity List - Department of Homeland Security"
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_WORDED = re.compile(r"([A-Z][a-z]+)\.? (\d{1,2}), (\d{4})\Z")
_ALSO = re.compile(
    r"\(\s*(?:also known as|formerly known as|a\.?k\.?a\.?|f\.?k\.?a\.?|including \w+ alias(?:es)?:|and \w+ alias(?:es)?:)\s*",
    re.IGNORECASE,
)
_LAST_NAME = re.compile(r"^(?:and|or)\s+|^(?:also|formerly) known as\s+", re.IGNORECASE)
_SUBSIDIARIES = re.compile(r",?\s*(?:and its|and) subsidiaries\Z", re.IGNORECASE)
_CLAUSES = ("h1", "h2", "h3", "h4", "h5", "h6", "caption", "summary", "button")


def listed_entities(data: bytes, name: str, label: str = "") -> list[dict[str, Any]]:
    """Return the entities of a page or a file. Raises ParseError where there is no table of them, or an empty one."""
    tables = _page_tables(data, label) if data.lstrip()[:1] == b"<" else [("", table_rows(data, name, label))]
    found: list[dict[str, Any]] = []
    for clause, rows in tables:
        found += _entities(clause, rows)
    if not found:
        raise ParseError(f"{name}: no table of listed entities", cure="fetch it again")
    return found


def _page_tables(data: bytes, label: str) -> list[tuple[str, list[list[str]]]]:
    """Return the tables of a page, each with the heading above it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", XMLParsedAsHTMLWarning)  # what is no page has no table
        soup = BeautifulSoup(decoded(data, label), "lxml")
    found = []
    for table in soup.find_all("table"):
        if table.find("table") is not None:
            continue  # a table that lays out others
        own = table.find("caption") or table.find_previous(_CLAUSES)
        rows = [
            [fold_space(cell.get_text(" ")) for cell in row.find_all(["th", "td"], recursive=False)]
            for row in table.find_all("tr")
            if isinstance(row, Tag)
        ]
        found.append((fold_space(own.get_text(" ")) if own else "", [row for row in rows if any(row)]))
    return found


def _entities(clause: str, rows: Sequence[Sequence[str]]) -> list[dict[str, Any]]:
    head = [column.lower() for column in rows[0]] if rows else []
    names = next((index for index, column in enumerate(head) if "name" in column or "entity" in column), None)
    days = next((index for index, column in enumerate(head) if "date" in column), None)
    if names is None or days is None or names == days:
        return []
    sort = next((index for index, column in enumerate(head) if "clause" in column or "list" in column), None)
    found = []
    for row in rows[1:]:
        words = row[names] if names < len(row) else ""
        if not words:
            continue
        main, aliases = names_in(words)
        record: dict[str, Any] = {
            "source": LIST,
            "name": main,
            "alt_names": aliases,
            "effective_date": iso_day(row[days]) if days < len(row) else "",
            "programs": [row[sort] if sort is not None and sort < len(row) and sort != names else clause],
        }
        if words != main:
            record["remarks"] = words
        found.append(record)
    return found


def names_in(words: str) -> tuple[str, list[str]]:
    """Return the name of an entity and its other names: `Sample Co. (also known as Muster Co.; and Probe Co.) and its subsidiaries`."""
    aliases: list[str] = []
    rest = words
    while found := _ALSO.search(rest):
        end = _closing(rest, found.start())
        inside = rest[found.end() : end]
        aliases += [
            cleaned
            for part in re.split(r";|, and (?=[A-Z])", inside)
            if (cleaned := _LAST_NAME.sub("", part.strip(" ,")).strip(" ,"))
        ]
        rest = f"{rest[: found.start()].rstrip()}{rest[end + 1 :]}"
    return _SUBSIDIARIES.sub("", fold_space(rest)).strip(" ,") or words, list(dict.fromkeys(aliases))


def _closing(text: str, start: int) -> int:
    """Return the place of the parenthesis that closes the one at `start`; the end where none does."""
    depth = 0
    for place in range(start, len(text)):
        depth += (text[place] == "(") - (text[place] == ")")
        if not depth:
            return place
    return len(text)


def iso_day(text: str) -> str:
    """Return `June 21, 2022` in ISO; any other text as it is."""
    found = _WORDED.match(text)
    if found is None or found[1][:3].lower() not in _MONTHS:
        return text
    return f"{found[3]}-{_MONTHS.index(found[1][:3].lower()) + 1:02}-{int(found[2]):02}"
