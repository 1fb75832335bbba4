"""A rule in XML of the Register as the text of public inspection has it: 76 columns, pages, and no markup."""

from __future__ import annotations

import re
import textwrap

from tracker.parsing.gpo_xml import Element, tidy_emphasis, words

_WIDTH, _LINES = 76, 46  # of a page
_PARAGRAPHS = frozenset({"AMDPAR", "P", "FP", "FTNT", "NOTE"})
_SKIPPED = frozenset({"SUBJECT", "PRTPAGE", "BILCOD"})
_OPENING = "For the reasons set forth above, the Bureau amends 12 CFR as follows:"
_END = ["_" * 30, "A. N. Official,", "[FR Doc. 2013-1 Filed 1-1-13; 8:45 am]"]


def inspection_lines(root: Element) -> list[str]:
    """Return the amendments of a rule as lines."""
    tidy_emphasis(root)
    body = [*_paragraph(_OPENING, "     ")]
    for regtext in root.iter("REGTEXT"):
        body += [f"PART {regtext.get('PART', '')}—RULES", "", *_lines(regtext)]
    found: list[str] = []
    for number, line in enumerate([*body, *_END], 1):
        found.append(line)
        if number % _LINES == 0:
            found += ["", f"{'':38}{number // _LINES + 1}", ""]
    return found


def _lines(element: Element) -> list[str]:
    found: list[str] = []
    for child in element:
        tag = str(child.tag)
        if tag in _PARAGRAPHS:
            found += _paragraph(words(child), "     ")
        elif tag == "STARS":
            found += ["* * * * *", ""]
        elif tag == "GPOTABLE":
            found += _table(child)
        elif tag == "GPH":
            found += ["[GRAPHIC]", ""]
        elif tag == "SECTNO":
            after = child.getnext()
            subject = words(after) if after is not None and after.tag == "SUBJECT" else ""
            found += _paragraph(f"{words(child)} {subject}".strip(), "")
        elif tag in ("HD", "HEAD"):
            found += _paragraph(words(child), "")
        elif tag == "AUTH":
            found += _paragraph(f"Authority: {re.sub('^Authority: *', '', words(child))}", "     ")
        elif tag not in _SKIPPED:
            found += _lines(child)
    return found


def _paragraph(text: str, indent: str) -> list[str]:
    lines = textwrap.wrap(text, _WIDTH, initial_indent=indent, break_on_hyphens=False, break_long_words=False)
    return [*lines, ""] if lines else []


def _table(table: Element) -> list[str]:
    rows = [[words(cell) for cell in table.findall("BOXHD/CHED")]]
    rows += [[words(cell) for cell in row.findall("ENT")] for row in table.findall("ROW")]
    count = max(map(len, rows))
    found: list[str] = []
    if not count:
        return found
    width = max(10, _WIDTH // count - 2)
    for row in rows:
        cells = [textwrap.wrap(cell, width) for cell in [*row, *[""] * (count - len(row))]]
        for line in range(max(map(len, cells))):
            texts = [cell[line] if line < len(cell) else "" for cell in cells]
            found.append("  ".join(text.ljust(width) for text in texts).rstrip())
        found.append("")
    return found
