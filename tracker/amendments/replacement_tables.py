"""Reads a table of replaced words: "for each section indicated in the left column, remove the words in the middle
column wherever they appear, and add in their place the words in the right column".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from lxml import etree

from tracker.amendments.actions import Action, Target, Verb, WordChange
from tracker.parsing.gpo_xml import Element, words

Units = Callable[[str], Sequence[Target]]
_ORDERED = re.compile(
    r"\b(?:in|by|using|as\s+(?:shown|indicated|set\s+forth|specified)\s+in)\s+the\s+(?:table\s+below|following\s+table|table)\b",
    re.IGNORECASE,
)
_REMOVE = re.compile(r"\b(?:remov|delet|strik|replac)\w*\b", re.IGNORECASE)
_ADD = re.compile(r"\b(?:add|insert|substitut)\w*\b|\bin\s+(?:its|their)\s+place\b", re.IGNORECASE)
_COLUMN = re.compile(r"\bcolumns?\b", re.IGNORECASE)
_EVERY = re.compile(
    r"\b(?:wherever|each\s+(?:place|time|instance)|everywhere|every\s+(?:place|time))\b", re.IGNORECASE
)
_UNIT_HEAD = re.compile(r"\b(?:sections?|amend\w*|paragraphs?|citations?)\b|§", re.IGNORECASE)


def is_ordered(body: str) -> bool:
    """Return whether an instruction leaves units and words to a table."""
    return all(pattern.search(body) for pattern in (_ORDERED, _REMOVE, _ADD, _COLUMN))


def read_table(body: str, tables: Sequence[str], units: Units) -> list[Action] | None:
    """Return the changes of an instruction's only table, given as XML; None where a row is not read exactly.
    `units` reads the units that a cell names.
    """
    if len(tables) != 1:
        return None
    rows = _rows(etree.fromstring(tables[0]))
    if not rows:
        return None
    every = _EVERY.search(body) is not None
    found: list[Action] = []
    for place, old, new in rows:
        targets = units(place)
        if not targets or not old or not new:
            return None
        change = WordChange(old, new, every=every)
        found += [Action(Verb.REPLACE, target, words=change) for target in targets]
    return found


def _rows(table: Element) -> list[tuple[str, str, str]]:
    """Return the rows of a table of three columns: unit, old words, new words; none where its heads do not say so."""
    heads = [words(head) for head in table.iter("CHED")]
    if len(heads) != 3 or not (
        _UNIT_HEAD.search(heads[0]) and _REMOVE.search(heads[1]) and _ADD.search(heads[2])
    ):
        return []
    found = []
    for row in table.iter("ROW"):
        cells = [words(cell) for cell in row.iter("ENT")]
        if len(cells) != 3 or not cells[0]:
            return []
        found.append((cells[0].rstrip(" .,;"), _plain(cells[1]), _plain(cells[2])))
    return found


def _plain(cell: str) -> str:
    """Return the words of a cell without the quotation marks around all of them."""
    quoted = re.fullmatch(r"[“\"]([^“”\"]*)[”\"]", cell.strip())
    return quoted[1] if quoted else cell.strip()
