"""Reads the annexes of orders and notices: which headings of the tariff schedule they insert, change or end, with rate and
first day, and which HTS numbers they list. Each row names the unit that it stands in.

The PDF gives a table of headings as running text: `9903.02.84 ..... Articles the product of Switzerland ... The duty provided
in the applicable subheading.`, its further columns as paragraphs of their own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from tracker.tariff.headings import days_in, headings_in
from tracker.text import fold_space

_HEADING = r"99\d{2}\.\d{2}\.\d{2}"
_LEADERS = r"(?:\.\s?){2,}"
_NEW_ROW = re.compile(
    rf"[“”\"‘’']*(?P<number>{_HEADING})(?!\s*[-–—]|,? and\b)\s*(?:{_LEADERS})?\s*(?P<words>[A-Z(].*)$",
    re.DOTALL,
)
# Where a row begins inside a paragraph: a heading with the dots that lead to its next column.
_STARTS = re.compile(rf"\s(?=[“\"‘’']*{_HEADING}\s*{_LEADERS})")
_LISTED_ROW = re.compile(
    rf"(?P<number>\d{{4}}\.\d{{2}}(?:\.\d{{2}}(?:\.?\d{{2,4}})?)?)\s*(?:{_LEADERS})?\s*(?P<words>\S.*)?$",
    re.DOTALL,
)
_NUMBERS = re.compile(r"(?:\d{4}(?:\.\d{2}(?:\.\d{2}(?:\.?\d{2,4})?)?)?[\s,;]*){2,}")
_NUMBER = re.compile(r"(?<![\d.])\d{4}\.\d{2}(?:\.\d{2}(?:\.?\d{2,4})?)?(?![\d.]*\d)")
_ONE_RATE = (
    r"(?:The duty provided in the applicable (?:sub)?heading(?:\s?(?:\+|plus)\s?(?:a duty of )?\d+(?:\.\d+)?\s?%)?|\d+(?:\.\d+)?\s?%|"
    r"No change|Free)"
)
_RATES = re.compile(rf"(?P<words>.*?)[\s.]*(?P<rates>(?:{_ONE_RATE}[\s.”’\"';]*)+)", re.DOTALL)
_RATE = re.compile(_ONE_RATE, re.IGNORECASE)
_IS_RATES = re.compile(rf"(?:{_ONE_RATE}|[\s.”’\"';])+", re.IGNORECASE)
# `Effective with respect to goods entered for consumption ... on or after 12:01 a.m. eastern time on November 14, 2025`
_EFFECTIVE = re.compile(r"\bEffective with respect to\b.{0,300}?\bon or after\b", re.IGNORECASE | re.DOTALL)
_TIME = re.compile(
    r"\bon or after (?P<time>\d{1,2}:\d{2}(?: [ap]\.?m\.?)?,? eastern (?:standard |daylight )?time)",
    re.IGNORECASE,
)
_ACTS = re.compile(
    r"\bheadings? (?P<list>[^;:]*?)\b(?:is|are|shall be) (?:hereby |each )?(?P<verb>terminated|deleted|removed|suspended|modified|amended)\b",
    re.IGNORECASE,
)


class AnnexAct(StrEnum):
    """What an annex does with a number: it inserts, changes or ends a heading, or lists the number of goods. `NOT_READ`: the
    annex itself could not be read.
    """

    INSERTED = "inserted"
    CHANGED = "changed"
    ENDED = "ended"
    LISTED = "listed"
    NOT_READ = "not-read"


_ENDS = frozenset({"terminated", "deleted", "removed", "suspended"})


@dataclass(frozen=True, slots=True)
class AnnexRow:
    """One row of an annex. `rate` is the general rate as printed; empty where the row has none. `time` is that of the first
    day, as printed. `where` is the path of the unit.
    """

    number: str
    act: AnnexAct
    words: str
    where: str
    rate: str = ""
    since: date | None = None
    time: str = ""


def annex_rows(units: Iterable[tuple[str, str]]) -> tuple[AnnexRow, ...]:
    """Return the rows of the units of an annex, given as path and text; none where no heading of chapter 99 is named."""
    given = [(path, row) for path, text in units if text for row in _STARTS.split(fold_space(text)) if row]
    if not any(re.search(_HEADING, text) for _, text in given):
        return ()
    return tuple(_rows(given))


def _rows(units: Sequence[tuple[str, str]]) -> Iterator[AnnexRow]:
    since: date | None = None
    time = ""
    at = 0
    while at < len(units):
        path, text = units[at]
        if _EFFECTIVE.search(text):
            whole = " ".join(one for _, one in units[at : at + 3])
            day, _ = days_in(whole[:700])
            if day is not None:
                since = day
                time = found["time"] if (found := _TIME.search(whole)) else ""
        if (row := _NEW_ROW.match(text)) and not _ACTS.search(text):
            end = _end_of_row(units, at)
            yield replace(_new(row, [one for _, one in units[at + 1 : end]], path), since=since, time=time)
            at = end
            continue
        yield from (replace(one, since=since, time=time) for one in _acts(path, text))
        yield from _listed(path, text)
        at += 1


def _end_of_row(units: Sequence[tuple[str, str]], at: int) -> int:
    """Return the first unit after a row: the units right after it that hold rates alone are its columns."""
    end = at + 1
    while end < len(units) and _IS_RATES.fullmatch(units[end][1]):
        end += 1
    return end


def _new(row: re.Match[str], columns: Sequence[str], path: str) -> AnnexRow:
    text = row["words"]
    found = _RATES.fullmatch(text)
    words, rates = (found["words"], found["rates"]) if found else (text, "")
    first = _RATE.search(" ".join([rates, *columns]))
    return AnnexRow(
        row["number"],
        AnnexAct.INSERTED,
        re.sub(rf"[\s.]*(?:{_LEADERS})?$", "", words),
        path,
        fold_space(first[0]) if first else "",
    )


def _acts(path: str, text: str) -> Iterator[AnnexRow]:
    for found in _ACTS.finditer(text):
        act = AnnexAct.ENDED if found["verb"].lower() in _ENDS else AnnexAct.CHANGED
        for number in headings_in(found["list"]):
            yield AnnexRow(number, act, text, path)


def _listed(path: str, text: str) -> Iterator[AnnexRow]:
    """Yield the HTS numbers of goods: a paragraph of numbers, or one number with its description."""
    if _NUMBERS.fullmatch(text):
        for number in _NUMBER.findall(text):
            yield AnnexRow(number, AnnexAct.LISTED, "", path)
    elif (row := _LISTED_ROW.match(text)) and not row["number"].startswith("99"):
        yield AnnexRow(row["number"], AnnexAct.LISTED, row["words"] or "", path)
