"""Parts 742 to 774 in their real sizes, and an invented rule of 600 pages that amends them.

The sizes are those of the eCFR's own list of sections and supplements (15 April 2025, `structure-title-15`). Part 744 is the recorded
one; the words of the others are those of other sections, in invented paragraphs.
"""

from __future__ import annotations

import json
import lzma
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import escape
from itertools import cycle
from typing import Any

from tests.recorded import ROOT

FIRST, LAST = 742, 774
WORDS = 600 * 500
LETTERS = "abcdefghijklmnopqrstuvwxyz"
REAL = {"744": ROOT / "ecfr" / "15-cfr-744" / "2026-07-18.xml.xz"}
_STRUCTURE = ROOT / "ecfr" / "api" / "structure-title-15-2025-04-29.json.xz"
_SECTIONS = ROOT / "ecfr" / "ear-sections" / "2025-08.json.xz"
_BIG = 100_000  # bytes; larger supplements other than the Commerce Control List are a table
_ENTRY = 6_500  # bytes of an entry of the Commerce Control List
_CCL = "Supplement No. 1 to Part 774"


@dataclass(frozen=True, slots=True)
class Paragraph:
    """`path` is `("b", "2")`; `number` is unique, and named once in the text."""

    path: tuple[str, ...]
    number: int
    text: str


@dataclass(slots=True)
class Section:
    part: str
    number: str
    subject: str
    paragraphs: list[Paragraph] = field(default_factory=list)

    def below(self, letter: str) -> list[Paragraph]:
        return [one for one in self.paragraphs if one.path[:1] == (letter,) and len(one.path) == 2]


@dataclass(slots=True)
class Ear:
    """The parts as XML, and what is in them."""

    parts: dict[str, bytes] = field(default_factory=dict)
    sections: list[Section] = field(default_factory=list)
    entries: list[str] = field(default_factory=list)
    terms: list[str] = field(default_factory=list)


class _Words:
    """Sentences of the recorded sections, one after the other."""

    def __init__(self) -> None:
        stored = json.loads(lzma.decompress(_SECTIONS.read_bytes()))
        texts = [text for one in stored.values() for text in one["paragraphs"]]
        plain = [text.partition(") ")[2] if text.startswith("(") else text for text in texts]
        self._all = cycle([text[:420] for text in plain if len(text) > 120 and "“" not in text])
        self.number = 0

    def next(self) -> tuple[int, str]:
        """Return a paragraph that ends with a number of its own."""
        self.number += 1
        return self.number, f"{next(self._all).rstrip('.;: ')}, by schedule {self.number}."


def is_there() -> bool:
    return all(path.exists() for path in (_STRUCTURE, _SECTIONS, *REAL.values()))


def ear() -> Ear:
    """Return the parts; those that are reserved are left out."""
    made, words = Ear(), _Words()
    for part in _parts(json.loads(lzma.decompress(_STRUCTURE.read_bytes()))):
        number = part["identifier"]
        if not part["size"]:
            continue
        if number in REAL:
            made.parts[number] = lzma.decompress(REAL[number].read_bytes())
            continue
        body = "".join(_division(made, words, number, one) for one in _divisions(part))
        made.parts[number] = (
            f'<?xml version="1.0"?>\n<DIV5 N="{number}" NODE="15:2.1.3.4.{number}" TYPE="PART">\n'
            f"<HEAD>{escape(part['label'].strip())}\n</HEAD>\n{body}</DIV5>\n"
        ).encode()
    return made


def _parts(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    number = node["identifier"]
    if node["type"] == "part" and number.isdigit() and FIRST <= int(number) <= LAST:
        yield node
    for child in node.get("children") or ():
        yield from _parts(child)


def _divisions(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for child in node.get("children") or ():
        if child["type"] in ("section", "appendix"):
            yield child
        yield from _divisions(child)


def _division(made: Ear, words: _Words, part: str, one: dict[str, Any]) -> str:
    size, name, head = one.get("size") or 0, one["identifier"], escape(one["label"].strip())
    if one["type"] == "section":
        body = _definitions(made, words, size) if name == "772.1" else _section(made, words, part, one, size)
        return f'<DIV8 N="{name}" TYPE="SECTION">\n<HEAD>{head}</HEAD>\n{body}</DIV8>\n'
    if name == _CCL:
        body = "".join(_entry(made, words) for _ in range(size // _ENTRY))
    elif size > _BIG:
        body = _table(words, size)
    else:
        body = "".join(f"<P>{escape(text)}</P>\n" for text in _fill(words, size))
    return f'<DIV9 N="{escape(name)}" TYPE="APPENDIX">\n<HEAD>{head}</HEAD>\n{body}</DIV9>\n'


def _fill(words: _Words, size: int) -> Iterator[str]:
    while size > 0:
        text = words.next()[1]
        size -= len(text) + 10
        yield text


def _section(made: Ear, words: _Words, part: str, one: dict[str, Any], size: int) -> str:
    section = Section(part, one["identifier"], one["label_description"])
    lines: list[str] = []
    while size > 0 and len(lines) < 25 * 9:
        letter, place = LETTERS[len(lines) // 9], len(lines) % 9
        path = (letter,) if not place else (letter, str(place))
        number, text = words.next()
        section.paragraphs.append(Paragraph(path, number, text))
        lines.append(f"<P>({path[-1]}) {escape(text)}</P>\n")
        size -= len(lines[-1])
    made.sections.append(section)
    return "".join(lines) + '<CITA TYPE="N">[61 FR 12802, Mar. 25, 1996]\n\n</CITA>\n'


def _definitions(made: Ear, words: _Words, size: int) -> str:
    lines = []
    for first in LETTERS:
        for second in "aeiou":
            made.terms.append(f"{first.upper()}{second}rtal equipment")
    for term in made.terms:
        text = "".join(f"<P>({n}) {escape(words.next()[1])}</P>\n" for n in (1, 2))
        lines.append(f"<P><I>{term}.</I> {escape(words.next()[1])}</P>\n{text}")
        size -= len(lines[-1])
        if size < 0:
            break
    made.terms = made.terms[: len(lines)]
    return "".join(lines)


def _entry(made: Ear, words: _Words) -> str:
    place = len(made.entries)
    name = f"{place // 40}{'ABCDE'[place % 40 // 8]}9{place % 8 + 11:02d}"
    made.entries.append(name)
    items = ""
    for letter in LETTERS[:5]:
        items += f"<P>{letter}. {escape(words.next()[1])}</P>\n"
        items += "".join(f"<P>{letter}.{n}. {escape(words.next()[1])}</P>\n" for n in (1, 2))
    return f"""<FP-2><B>{name} {entry_title(name)}</B>
</FP-2>
<FP-1><E T="04">License Requirements</E>
</FP-1>
<FP-1><I>Reason for Control:</I> NS, RS, AT
</FP-1>
<DIV width="100%"><DIV class="gpotbl_div"><TABLE border="1"><THEAD><TR><TH>Control(s)</TH><TH>Country Chart (See Supp. No. 1 to part 738)</TH></TR></THEAD>
<TBODY><TR><TD>NS applies to entire entry</TD><TD>NS Column 2.</TD></TR><TR><TD>AT applies to entire entry</TD><TD>AT Column 1.</TD></TR></TBODY></TABLE></DIV></DIV>
<FP-1><E T="04">List of Items Controlled</E>
</FP-1>
<FP-1><I>Related Controls:</I> N/A
</FP-1>
<FP-1><I>Related Definitions:</I> N/A
</FP-1>
<FP><I>Items:</I>
</FP>
{items}"""


def entry_title(name: str) -> str:
    return f"Equipment of kind {name}, as follows (see List of Items Controlled)."


def _table(words: _Words, size: int) -> str:
    rows = []
    while size > 0:
        number = words.number = words.number + 1
        rows.append(f"<TR><TD>{number % 10_000:04d}.{number % 90 + 10}</TD><TD>Goods of heading {number}, other than those of another heading of this chapter</TD><TD>91 FR {number}</TD></TR>\n")  # fmt: skip
        size -= len(rows[-1])
    head = "<THEAD><TR><TH>HTS-6 code</TH><TH>Description</TH><TH>Citation</TH></TR></THEAD>"
    return f'<DIV width="100%"><DIV class="gpotbl_div"><TABLE border="1">{head}\n<TBODY>{"".join(rows)}</TBODY></TABLE></DIV></DIV>\n'


# --- the rule ------------------------------------------------------------------------------------


class _Rule:
    def __init__(self, made: Ear) -> None:
        self.made = made
        self.words = _Words()
        self.instructions = 0
        self.top = 1

    def text(self) -> str:
        return self.words.next()[1]

    def regtext(self, part: str, orders: list[str], head: str, shown: str) -> str:
        self.top += 1
        self.instructions += len(orders)
        lines = "".join(
            f"<AMDPAR>{LETTERS[n]}. {order}{'.' if n == len(orders) - 1 else ';'}</AMDPAR>\n"
            for n, order in enumerate(orders)
        )
        return f'<REGTEXT TITLE="15" PART="{part}">\n<AMDPAR>{self.top}. {head}</AMDPAR>\n{lines}{shown}</REGTEXT>\n'


def rule(made: Ear) -> tuple[bytes, int]:
    """Return a rule of 600 pages of 500 words, and the number of its instructions."""
    one = _Rule(made)
    body = "".join(_section_orders(one, section) for section in made.sections if len(section.paragraphs) > 20)
    body += _parties(one) + _terms(one) + "".join(_entry_orders(one, name) for name in made.entries[::3])
    days = "This rule is effective December 1, 2026, except for amendatory instruction 5, which is effective March 1, 2027."
    left = WORDS - len(body.split())
    preamble = []
    while left > 0:
        preamble.append(f"<P>{escape(one.text())}</P>\n")
        left -= len(preamble[-1].split())
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<RULE><PREAMB><AGENCY TYPE="N">DEPARTMENT OF COMMERCE</AGENCY>'
        f'<SUBJECT>Reform of the Export Administration Regulations</SUBJECT><DATES><HD SOURCE="HED">DATES:</HD><P>{days}</P></DATES></PREAMB>\n'
        f'<SUPLINF><HD SOURCE="HED">SUPPLEMENTARY INFORMATION:</HD>\n{"".join(preamble)}'
        f"<P>Accordingly, parts {FIRST} through {LAST} of the Export Administration Regulations (15 CFR parts 730 through 774) are amended as follows:</P>\n"
        f"{body}<SIG><NAME>A. N. Official,</NAME></SIG></SUPLINF>\n<FRDOC>[FR Doc. 2026-99998 Filed 11-30-26; 8:45 am]</FRDOC></RULE>"
    ).encode(), one.instructions


def _section_orders(one: _Rule, section: Section) -> str:
    """A paragraph revised, words replaced, a paragraph removed, one added, and the last redesignated with a new one before it."""
    letters = list(dict.fromkeys(paragraph.path[0] for paragraph in section.paragraphs))
    number, last = section.number, letters[-1]
    following = LETTERS[LETTERS.index(last) + 1]
    phrase = section.below("a")[3]
    added = str(len(section.below("b")) + 1)
    orders = [
        "Revising paragraph (a)(2)",
        f"In paragraph (a)(4), removing the words “schedule {phrase.number}” and adding in their place the words “schedule {phrase.number}-A”",
        f"Adding paragraph (b)({added})",
    ]
    shown = f"<STARS/>\n<P>(a) * * *</P>\n<P>(2) {escape(one.text())}</P>\n<STARS/>\n<P>(b) * * *</P>\n<P>({added}) {escape(one.text())}</P>\n"
    if last not in "ab":
        orders += [f"Redesignating paragraph ({last}) as paragraph ({following})", f"Adding a new paragraph ({last})"]  # fmt: skip
        shown += f"<STARS/>\n<P>({last}) {escape(one.text())}</P>\n"
    section_text = f"<P>The revisions and additions read as follows:</P>\n<SECTION>\n<SECTNO>§ {number}</SECTNO>\n<SUBJECT>{escape(section.subject)}</SUBJECT>\n{shown}<STARS/>\n</SECTION>\n"
    return one.regtext(section.part, orders, f"Section {number} is amended by:", section_text)


def _entry_orders(one: _Rule, name: str) -> str:
    orders = [
        "Revising paragraph b.2 in the Items paragraph of the List of Items Controlled section",
        "Adding paragraph f in the Items paragraph of the List of Items Controlled section",
    ]
    shown = f"""<P>The revision and addition read as follows:</P>
<HD SOURCE="HD1">Supplement No. 1 to Part 774—The Commerce Control List</HD>
<STARS/>
<FP SOURCE="FP-2"><E T="04">{name} {entry_title(name)}</E></FP>
<STARS/>
<HD SOURCE="HD3">List of Items Controlled</HD>
<STARS/>
<FP><E T="03">Items:</E></FP>
<STARS/>
<P>b. * * *</P>
<P>b.2. {escape(one.text())}</P>
<STARS/>
<P>f. {escape(one.text())}</P>
<STARS/>
"""
    head = f"In Supplement No. 1 to part 774, Category {name[0]}, ECCN {name} is amended by:"
    return one.regtext("774", orders, head, shown)


def _terms(one: _Rule) -> str:
    old = one.made.terms[::5]
    new = [f"{term[:2]}rtax device" for term in one.made.terms[2::5]]
    orders = [f"Revising the definition of “{term}”" for term in old[:12]]
    orders += [f"Adding, in alphabetical order, a definition for “{term}”" for term in new[:12]]
    shown = "".join(
        f'<P><E T="03">{term}.</E> {escape(one.text())}</P>\n<STARS/>\n'
        for term in sorted(old[:12] + new[:12])
    )
    text = f"<P>The additions and revisions read as follows:</P>\n<SECTION>\n<SECTNO>§ 772.1</SECTNO>\n<SUBJECT>Definitions of terms as used in the Export Administration Regulations (EAR).</SUBJECT>\n<STARS/>\n{shown}</SECTION>\n"
    return one.regtext("772", orders, "Section 772.1 is amended by:", text)


def _parties(one: _Rule) -> str:
    names = [f"{first}{second} Precision {kind} Co., Ltd." for kind in ("Optics", "Lathe", "Valve") for first in ("Be", "Gu", "Hi", "Lo") for second in ("nda", "lor", "xin", "tek", "mar")]  # fmt: skip
    orders, rows = [], ""
    for place, country in enumerate(("IRAN", "RUSSIA", "UNITED ARAB EMIRATES")):
        own = sorted(names[place::3])
        quoted = ", ".join(f"“{name}”" for name in own)
        orders.append(f"Under {country}, by adding, in alphabetical order, entries for {quoted}")
        for name in own:
            cells = (f"{name}, 1 Test Road, Somewhere.", "For all items subject to the EAR. (See § 744.11 of the EAR).", "Presumption of denial.", "91 FR 1, 12/01/2026.")  # fmt: skip
            rows += f'<ROW><ENT I="01">{country if name is own[0] else ""}</ENT>{"".join(f"<ENT>{cell}</ENT>" for cell in cells)}</ROW>\n'
    heads = "".join(
        f'<CHED H="1">{head}</CHED>'
        for head in ("Country", "Entity", "License requirement", "License review policy", "Federal Register citation")
    )  # fmt: skip
    table = f'<P>The additions read as follows:</P>\n<HD SOURCE="HD1">Supplement No. 4 to Part 744—Entity List</HD>\n<GPOTABLE COLS="5"><BOXHD>{heads}</BOXHD>{rows}</GPOTABLE>\n'
    return one.regtext("744", orders, "Supplement No. 4 to part 744 is amended:", table)
