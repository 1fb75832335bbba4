"""Legal texts with edits whose truth is known, in the shapes that the sources give.

A text is a list of lines (one paragraph or table row each); an edit says which white-space tokens of
the old and of the new text really changed. A moved paragraph counts as removed and added, because
most differs have nothing else for it; a redesignated one counts with its designator only.
"""

from __future__ import annotations

import random
import textwrap
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from html import escape
from itertools import accumulate

Edit = tuple[str, str | None, str]  # operation, path before (moved, renumbered), path


@dataclass
class Line:
    """A paragraph or row; `changed` are the indexes of its tokens that really changed."""

    text: str
    path: str = ""
    depth: int = 0
    changed: set[int] = field(default_factory=set)

    def all_changed(self) -> Line:
        return Line(self.text, self.path, self.depth, set(range(len(self.text.split()))))


@dataclass(frozen=True)
class Case:
    """`old` and `new` are files as a source gives them; the lines are what the other differs get."""

    name: str
    suffix: str
    old: bytes
    new: bytes
    old_lines: list[str]
    new_lines: list[str]
    old_changed: set[int]
    new_changed: set[int]
    edits: set[Edit]


def make_case(
    name: str,
    suffix: str,
    write: Callable[[list[Line]], bytes],
    old: list[Line],
    new: list[Line],
    edits: set[Edit],
) -> Case:
    return Case(
        name,
        suffix,
        write(old),
        write(new),
        [line.text for line in old],
        [line.text for line in new],
        _positions(old),
        _positions(new),
        edits,
    )


def _positions(lines: Iterable[Line]) -> set[int]:
    found: set[int] = set()
    at = 0
    for line in lines:
        found.update(at + index for index in line.changed)
        at += len(line.text.split())
    return found


# --- words --------------------------------------------------------------------------------------

_ONSETS = [
    "b",
    "c",
    "d",
    "f",
    "g",
    "h",
    "l",
    "m",
    "n",
    "p",
    "r",
    "s",
    "t",
    "v",
    "w",
    "br",
    "cl",
    "cr",
    "dr",
    "fl",
    "gr",
    "pl",
    "pr",
    "st",
    "tr",
]
_RHYMES = [
    "a",
    "e",
    "i",
    "o",
    "u",
    "al",
    "an",
    "ar",
    "en",
    "er",
    "es",
    "in",
    "is",
    "on",
    "or",
    "um",
    "ain",
    "ent",
    "ion",
    "ure",
]


class Words:
    """Sentences over 5,000 words by Zipf's law, with citations and numbers among them."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        words = {"the", "of", "or", "to", "any", "item", "export", "license"}
        while len(words) < 5000:
            parts = self.random.randint(2, 4)
            words.add(
                "".join(self.random.choice(_ONSETS) + self.random.choice(_RHYMES) for _ in range(parts))
            )
        self.words = sorted(words, key=lambda word: (len(word), word))
        self.weights = list(accumulate(1 / rank for rank in range(1, 5001)))

    def sentence(self, size: int) -> str:
        chosen = self.random.choices(self.words, cum_weights=self.weights, k=size)
        for index in range(9, size, 23):
            chosen[index] = self.random.choice(
                [f"§ {self.random.randint(730, 774)}.{self.random.randint(1, 30)}(b)", "15 CFR 744.11", "3A090.a",
                 f"{self.random.randint(1, 9)},{self.random.randint(100, 999)}", f"{self.random.randint(2, 99)} percent"]
            )  # fmt: skip
        return " ".join(chosen).capitalize() + "."


# --- the nested regulation ----------------------------------------------------------------------

_LETTERS = "abcdefghijkl"
_SECTIONS = 65
_INSERTED_IN, _MOVED_FROM, _MOVED_TO, _WORD_IN = 12, 40, 38, 45


def regulation(seed: int = 1, sections: int = _SECTIONS) -> Case:
    """2 MB, 4,700 paragraphs to four levels. A paragraph (c) inserted, so that (c) to (l) become (d) to
    (m); one word changed; one paragraph of 152 words moved 72 paragraphs up under another one."""
    old, new, edits = _regulation(seed, sections)
    return make_case("regulation, 2 MB, nested", ".xml", _as_xml, old, new, edits)


def raw_regulation(seed: int = 1) -> Case:
    """The same words as raw text of 72 columns; paths are not asked for."""
    old, new, _ = _regulation(seed, _SECTIONS)
    case = make_case("the same at 72 columns", ".txt", _as_raw, old, new, set())
    return Case(
        case.name, case.suffix, case.old, case.new,
        case.old.decode().splitlines(), case.new.decode().splitlines(), case.old_changed, case.new_changed, set(),
    )  # fmt: skip


def _regulation(seed: int, sections: int) -> tuple[list[Line], list[Line], set[Edit]]:
    words = Words(seed)
    old = [Line("PART 900—GENERAL PROVISIONS", "15 CFR 900")]
    for number in range(1, sections + 1):
        section = f"15 CFR 900.{number}"
        old.append(Line(f"§ 900.{number} {words.sentence(5)}", section))
        for letter in _LETTERS:
            for designators in ((letter,), (letter, "1"), (letter, "1", "i"), (letter, "1", "i", "A"),
                                (letter, "1", "ii"), (letter, "2")):  # fmt: skip
                size = (
                    152
                    if (number, designators) == (_MOVED_FROM, ("f", "2"))
                    else words.random.randint(20, 110)
                )
                path = section + "".join(f"({one})" for one in designators)
                old.append(Line(f"({designators[-1]}) {words.sentence(size)}", path, len(designators)))
    new = [Line(line.text, line.path, line.depth) for line in old]
    edits: set[Edit] = set()
    _change_word(old, new, edits)
    _insert(words, old, new, edits)
    _move(old, new, edits)
    return old, new, edits


def _change_word(old: list[Line], new: list[Line], edits: set[Edit]) -> None:
    place = f"15 CFR 900.{_WORD_IN}("
    at = max((k for k, line in enumerate(old) if line.path.startswith(place)), key=lambda k: len(old[k].text))
    tokens = old[at].text.split()
    middle = next(k for k in range(len(tokens) // 2, len(tokens)) if tokens[k].isalpha())
    old[at].changed.add(middle)
    tokens[middle] = "notwithstanding"
    new[at] = Line(" ".join(tokens), old[at].path, old[at].depth, {middle})
    edits.add(("changed", None, old[at].path))


def _insert(words: Words, old: list[Line], new: list[Line], edits: set[Edit]) -> None:
    section = f"15 CFR 900.{_INSERTED_IN}"
    at = next(k for k, line in enumerate(new) if line.path == f"{section}(c)")
    for k in range(at, len(new)):
        line = new[k]
        if not line.path.startswith(f"{section}("):
            break
        letter = line.path[len(section) + 1]
        later = chr(ord(letter) + 1)
        path = f"{section}({later}){line.path[len(section) + 3 :]}"
        edits.add(("renumbered", line.path, path))
        new[k] = Line(line.text, path, line.depth)
        if line.depth == 1:
            old[k].changed.add(0)
            new[k] = Line(f"({later}){line.text[3:]}", path, 1, {0})
    new.insert(at, Line(f"(c) {words.sentence(61)}", f"{section}(c)", 1).all_changed())
    edits.add(("added", None, f"{section}(c)"))


def _move(old: list[Line], new: list[Line], edits: set[Edit]) -> None:
    path = f"15 CFR 900.{_MOVED_FROM}(f)(2)"
    target = f"15 CFR 900.{_MOVED_TO}(l)(3)"
    at = next(k for k, line in enumerate(old) if line.path == path)
    old[at] = old[at].all_changed()
    line = new.pop(next(k for k, line in enumerate(new) if line.path == path))
    after = next(k for k, other in enumerate(new) if other.path == target.replace("(3)", "(2)"))
    new.insert(after + 1, Line(f"(3){line.text[3:]}", target, line.depth).all_changed())
    edits.add(("moved", path, target))


def _as_xml(lines: list[Line]) -> bytes:
    meta = escape('{"citation":"15 CFR Part 900"}')
    parts = [
        f'<?xml version="1.0" encoding="UTF-8"?>\n<DIV5 N="900" TYPE="PART" hierarchy_metadata="{meta}">\n'
    ]
    opened = False
    for line in lines:
        words = escape(line.text, quote=False)
        if line.depth == 0:
            section = line.path.removeprefix("15 CFR ")
            if section == "900":
                parts.append(f"<HEAD>{words}</HEAD>\n")
                continue
            parts.append("</DIV8>\n" if opened else "")
            parts.append(f'<DIV8 N="§ {section}" TYPE="SECTION">\n<HEAD>{words}</HEAD>\n')
            opened = True
        else:
            parts.append(f"<P>{words}</P>\n")
    return "".join([*parts, "</DIV8>\n</DIV5>\n"]).encode()


def _as_raw(lines: list[Line]) -> bytes:
    wrapped: list[str] = []
    for line in lines:
        indent = "    " if line.depth else ""
        wrapped.append(
            textwrap.fill(
                line.text, 72, initial_indent=indent, break_long_words=False, break_on_hyphens=False
            )
        )
        wrapped.extend([""] if line.depth == 0 else [])
    return ("\n".join(wrapped) + "\n").encode()


# --- the table ----------------------------------------------------------------------------------

_COUNTRIES = ("CHINA", "IRAN", "JAPAN", "PAKISTAN", "RUSSIA", "UNITED ARAB EMIRATES")
_ROWS = 500
LIST = "Supp. No. 4 to Part 744"
_COLUMNS = ("Country", "Entity", "License requirement", "License review policy", "Federal Register citation")
SCOPE = ("For all items subject to the EAR. (See § 744.11 of the EAR)", "Presumption of denial")


def table(seed: int = 2) -> Case:
    """3,000 rows of the Entity List's shape: 5 parties added, 2 removed, one address changed."""
    words = Words(seed)
    old = [Line("Supplement No. 4 to Part 744—Entity List", LIST)]
    old.append(Line(" ".join(_COLUMNS), f"{LIST} › columns"))
    names: set[str] = set()
    for country in _COUNTRIES:
        old.append(Line(country, f"{LIST} › {country}"))
        rows: list[Line] = []
        while len(rows) < _ROWS:
            line = _row(words, country)
            if line.path not in names:
                names.add(line.path)
                rows.append(line)
        old.extend(sorted(rows, key=lambda line: line.text))
    new = [Line(line.text, line.path, line.depth) for line in old]
    edits: set[Edit] = set()
    rows_at = [k for k, line in enumerate(old) if line.depth]
    at = rows_at[1700]
    tokens = old[at].text.split()
    middle = next(k for k, token in enumerate(tokens) if token.rstrip(",").isdigit())
    old[at].changed.add(middle)
    tokens[middle] = f"{int(tokens[middle].rstrip(',')) + 1}" + "," * tokens[middle].endswith(",")
    new[at] = Line(" ".join(tokens), old[at].path, 1, {middle})
    edits.add(("changed", None, old[at].path))
    for k in (rows_at[2500], rows_at[400]):
        old[k] = old[k].all_changed()
        edits.add(("removed", None, old[k].path))
        del new[k]
    for country, place in (("CHINA", 3), ("CHINA", 300), ("JAPAN", 1100), ("RUSSIA", 2400), ("IRAN", 600)):
        line = _row(words, country).all_changed()
        new.insert(place, line)
        edits.add(("added", None, line.path))
    return make_case("table, 3,000 rows", ".xml", _as_table, old, new, edits)


def _row(words: Words, country: str) -> Line:
    chance = words.random
    parts = [word.capitalize() for word in chance.choices(words.words[200:], k=chance.randint(2, 4))]
    party = " ".join([*parts, chance.choice(["Co.", "LLC", "Corporation", "Institute", "Trading"])])
    street = chance.choice(words.words[200:]).capitalize()
    address = f"{chance.randint(1, 400)}, {street} Road, {chance.choice(['Building', 'Floor'])} {chance.randint(1, 40)}"
    citation = f"{chance.randint(75, 90)} FR {chance.randint(10000, 80000)}, {chance.randint(1, 12)}/{chance.randint(1, 28)}/{chance.randint(10, 25)}."
    text = " ".join([f"{party}, {address}, {country.title()}.", *SCOPE, citation])
    return Line(text, f"{LIST} › {country} › {party}", 1)


def _as_table(lines: list[Line]) -> bytes:
    parts = [
        f'<?xml version="1.0" encoding="UTF-8"?>\n<DIV9 N="Supplement No. 4 to Part 744" TYPE="APPENDIX">\n'
        f"<HEAD>{escape(lines[0].text)}</HEAD>\n<DIV><TABLE><THEAD><TR>"
        + "".join(f"<TH>{column}</TH>" for column in _COLUMNS)
        + "</TR></THEAD><TBODY>\n"
    ]
    country = ""
    for line in lines[2:]:
        if not line.depth:
            country = line.text
            continue
        before, scope, rest = line.text.partition(" " + SCOPE[0])
        review, citation = rest.strip()[: len(SCOPE[1])], rest.strip()[len(SCOPE[1]) :].strip()
        cells = (country, before, scope.strip(), review, citation)
        parts.append("<TR>" + "".join(f"<TD>{escape(cell)}</TD>" for cell in cells) + "</TR>\n")
        country = " "
    return "".join([*parts, "</TBODY></TABLE></DIV>\n</DIV9>\n"]).encode()
