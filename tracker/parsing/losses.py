"""Detects large losses: a list, a part or much of a text that the next answer lacks.

A file that a publisher wrote halfway looks like the removal of many entries. Such an answer is held until the
next poll confirms it; the alert then gives the numbers as something to check, never as relief.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from tracker.locations import annex_of, is_main_text
from tracker.model import Document, DocumentKind, Unit
from tracker.parsing.placeholder_pages import NAMES, placeholder
from tracker.text import search_key

_SEPARATOR = " › "
_ORDINAL = re.compile(r" ¶\d+\Z")
_HTS_ROW = re.compile(r"\d{4}(?:\.\d{2})*(?: › |\Z)")
_DESIGNATOR = re.compile(r"(?<=\d)\(.*\Z")
_FEW = 8  # units; a shorter text is judged by its length alone
_SHORT = 400  # characters
_SHORT_ANNEX = 200


class LossKind(StrEnum):
    """Kinds of loss. `list`: a whole list of parties. `field`: a field of most rows of a list. `back`: a whole
    list that was not there before. `parties`: many parties of a list. `sections`: many sections of a part.
    `units`: many units of a section, supplement, table or page. `text`: much of its words. `annex`: much of
    a PDF that belongs to a page. `most`: hardly more than a third of a page is left. `placeholder`: a page
    that may be a wall, an error or a notice in place of the requested one; then `part` is a key of
    `placeholder_pages.NAMES`.
    """

    LIST = "list"
    BACK = "back"
    PARTIES = "parties"
    FIELD = "field"
    SECTIONS = "sections"
    UNITS = "units"
    TEXT = "text"
    MOST = "most"
    PLACEHOLDER = "placeholder"
    ANNEX = "annex"


@dataclass(frozen=True, slots=True)
class Loss:
    """A loss: `gone` of `before` (for BACK, `gone` is the number that were added) in `part`, the name of a
    list, section, supplement or heading; "" for the whole document. `head` is the start of the paths of a
    whole list. `text` is a digest of the rest, without figures, where the same rest must be seen again.
    `field` is the name of a field of rows.
    """

    kind: LossKind
    part: str
    gone: int
    before: int
    head: str = ""
    text: str = ""
    field: str = ""

    @property
    def label(self) -> str:
        """Return a label that is the same for this loss at the next poll, whatever the numbers are then."""
        field = f":{self.field}" if self.field else ""
        return f"{self.kind.value}:{self.part}{self.text}{field}"

    def line(self) -> str:
        """Return the line for the state of a source."""
        part = f" of {self.part}" if self.part else ""
        match self.kind:
            case LossKind.LIST:
                return f"the list {self.part} is no longer in the file ({self.gone:,} parties)"
            case LossKind.PARTIES:
                return f"{self.gone:,} of {self.before:,} parties{part} are gone"
            case LossKind.FIELD:
                return f"the field {self.field} is gone from {self.gone:,} of {self.before:,} parties{part}"
            case LossKind.SECTIONS:
                return f"{self.gone:,} of {self.before:,} sections{part} are gone"
            case LossKind.PLACEHOLDER:
                return f"it may be {NAMES[self.part]}, with {self.before - self.gone:,} characters of text"
            case LossKind.TEXT | LossKind.MOST | LossKind.ANNEX:
                return (
                    f"{self.before - self.gone:,} characters of text{part} where there were {self.before:,}"
                )
            case _:
                return f"{self.before - self.gone:,} units{part} where there were {self.before:,}"


def losses(document: Document, previous: Document) -> tuple[Loss, ...]:
    """Return the large losses of `document` against `previous`; empty for a text that lost little."""
    if document.kind is DocumentKind.LIST:
        found = _of_lists(document, previous)
    elif document.kind is DocumentKind.CFR:
        found = _of_cfr(document, previous)
    else:
        annexes = _of_annexes(document, previous)
        document, previous = _main_text(document), _main_text(previous)
        whole = _most(document, previous) or _of_page(document, previous) or _of_whole(document, previous)
        return (*_placeholder(document, previous), *whole, *annexes)
    return tuple(found or _of_whole(document, previous))


def _main_text(document: Document) -> Document:
    """Return `document` without the rest of a page, whose changes must neither hide a loss nor count as one.
    Each annex is judged by itself.
    """
    return replace(document, units=tuple(unit for unit in document.units if is_main_text(unit.path)))


def added_lists(document: Document, previous: Document) -> tuple[Loss, ...]:
    """Return the whole lists of parties that `previous` lacked."""
    if document.kind is not DocumentKind.LIST:
        return ()
    before, now = _parties(previous), _parties(document)
    if not before:
        return ()
    return tuple(
        Loss(LossKind.BACK, name, len(parties), 0, _head(document, name))
        for name, parties in now.items()
        if name not in before and len(parties) > 1
    )


def _of_lists(document: Document, previous: Document) -> list[Loss]:
    found = []
    now = _parties(document)
    for name, parties in _parties(previous).items():
        before = len(parties)
        gone = len(parties - now.get(name, set()))
        if name not in now and before > 1:
            found.append(Loss(LossKind.LIST, name, gone, before, _head(previous, name)))
        elif (before >= 10 and gone >= 5 and gone >= 0.2 * before) or (
            4 <= before < 10 and gone >= 0.5 * before
        ):
            found.append(Loss(LossKind.PARTIES, name, gone, before))
    return [*found, *_of_chapters(document, previous), *_of_fields(document, previous)]


def _of_chapters(document: Document, previous: Document) -> list[Loss]:
    """Return the chapters of the tariff schedule that lack a fifth of their rows."""
    now = _chapters(document)
    return [
        Loss(LossKind.UNITS, f"chapter {chapter}", before - now[chapter], before)
        for chapter, before in sorted(_chapters(previous).items())
        if before >= 5 and before - now[chapter] >= max(5, 0.2 * before)
    ]


def _chapters(document: Document) -> Counter[str]:
    """Return the number of rows of each chapter, by the HTS numbers at the start of their paths."""
    return Counter(unit.path[:2] for unit in document.units if _HTS_ROW.match(unit.path))


def _of_fields(document: Document, previous: Document) -> list[Loss]:
    """Return fields that half or more of the parties that had them, and are still listed, no longer have."""
    now = _fields(document)
    had: Counter[tuple[str, str]] = Counter()
    lost: Counter[tuple[str, str]] = Counter()
    for (name, party), fields in _fields(previous).items():
        kept = now.get((name, party))
        if kept is not None:
            had.update((name, field) for field in fields)
            lost.update((name, field) for field in fields - kept)
    return [
        Loss(LossKind.FIELD, name, gone, had[name, field], field=field)
        for (name, field), gone in sorted(lost.items())
        if had[name, field] >= 4 and gone >= 0.5 * had[name, field]
    ]


def _fields(document: Document) -> dict[tuple[str, str], set[str]]:
    """Return the fields that the rows of each party of each list have."""
    found: dict[tuple[str, str], set[str]] = {}
    for unit in document.units:
        facts = dict(unit.meta)
        if name := facts.get("list"):
            fields = {value for fact, value in unit.meta if fact == "field"}
            found.setdefault((name, search_key(facts.get("party") or unit.path)), set()).update(fields)
    return found


def _of_cfr(document: Document, previous: Document) -> list[Loss]:
    before, now = _by_part(previous, _section), _by_part(document, _section)
    sections = sum(name not in now for name in before)
    found = []
    if len(before) >= 4 and sections >= 2 and sections >= 0.25 * len(before):
        found.append(Loss(LossKind.SECTIONS, "", sections, len(before)))
    for name, count in before.items():
        kept = now.get(name, 0)
        if (count >= 100 and count - kept >= 0.25 * count) or (count >= 20 and kept < 0.6 * count):
            found.append(Loss(LossKind.UNITS, name, count - kept, count))
    return found


def _of_page(document: Document, previous: Document) -> list[Loss]:
    """Return the headings or tables of a page that lost much, unless the units moved elsewhere on the page."""
    before, now = _by_part(previous, _heading), _by_part(document, _heading)
    lost = len(previous.units) - len(document.units)
    found = []
    for name, count in before.items():
        gone = count - now.get(name, 0)
        if name and count >= 12 and gone > 0.4 * count and lost >= 0.5 * gone:
            found.append(Loss(LossKind.UNITS, name, gone, count))
    return found


def _of_annexes(document: Document, previous: Document) -> list[Loss]:
    """Return annexes of a page that are still linked and lost much. One that is no longer linked was removed
    with the words around it.
    """
    before, now = _by_annex(previous), _by_annex(document)
    found = []
    for name, units in before.items():
        size, left = _size(units), _size(now.get(name, []))
        if name in now and size >= _SHORT_ANNEX and left < 0.6 * size:
            found.append(Loss(LossKind.ANNEX, name, size - left, size))
    return found


def _by_annex(document: Document) -> dict[str, list[Unit]]:
    found: dict[str, list[Unit]] = {}
    for unit in document.units:
        if name := annex_of(unit.path):
            found.setdefault(name, []).append(unit)
    return found


def _placeholder(document: Document, previous: Document) -> list[Loss]:
    found = placeholder(document, previous) if document.kind is DocumentKind.PAGE else None
    if found is None or found.certain:
        return []
    before, now = _size(previous.units), _size(document.units)
    return [Loss(LossKind.PLACEHOLDER, found.code, before - now, before, text=_digest(document))]


def _most(document: Document, previous: Document) -> list[Loss]:
    """Return a loss of most of a page. The same short text must be seen twice before it replaces a long one."""
    before, now = _size(previous.units), _size(document.units)
    if document.kind is DocumentKind.PAGE and before >= _SHORT and now < 0.4 * before:
        return [Loss(LossKind.MOST, "", before - now, before, text=_digest(document))]
    return []


def _digest(document: Document) -> str:
    words = (
        word
        for unit in document.units
        for word in search_key(unit.text).split()
        if not any(map(str.isdigit, word))
    )
    return hashlib.sha256(" ".join(words).encode()).hexdigest()[:16]


def _of_whole(document: Document, previous: Document) -> list[Loss]:
    before, now = len(previous.units), len(document.units)
    if before >= _FEW and now < 0.6 * before:
        return [Loss(LossKind.UNITS, "", before - now, before)]
    before, now = _size(previous.units), _size(document.units)
    if before >= _SHORT and now < 0.6 * before:
        return [Loss(LossKind.TEXT, "", before - now, before)]
    return []


def _parties(document: Document) -> dict[str, set[str]]:
    """Return the parties of each list, by names normalized for comparison."""
    found: dict[str, set[str]] = {}
    for unit in document.units:
        facts = dict(unit.meta)
        if name := facts.get("list"):
            found.setdefault(name, set()).add(search_key(facts.get("party") or unit.path))
    return found


def _head(document: Document, name: str) -> str:
    return next(unit.path.partition(_SEPARATOR)[0] for unit in document.units if ("list", name) in unit.meta)


def _by_part(document: Document, part_of: Callable[[str], str]) -> Counter[str]:
    return Counter(part_of(unit.path) for unit in document.units)


def _section(path: str) -> str:
    """Return the section of a path: `15 CFR 744.11` of `15 CFR 744.11(a)(1)`, `Supp. No. 4 to Part 744` of
    `Supp. No. 4 to Part 744 › JAPAN › X`.
    """
    return _DESIGNATOR.sub("", _ORDINAL.sub("", path.partition(_SEPARATOR)[0]))


def _heading(path: str) -> str:
    """Return the path above a paragraph or row of a page."""
    above, ordinal, _ = path.rpartition(" ¶")
    return above if ordinal else path.rpartition(_SEPARATOR)[0]


def _size(units: Sequence[Unit]) -> int:
    return sum(len(unit.text) for unit in units)
