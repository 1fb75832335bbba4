"""Parses the parties of Supplements No. 4, 6 and 7 to part 744, and tables whose rows are countries."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tracker.model import UnitKind
from tracker.parsing.gpo_xml import LINE_BREAK, plain, raw_text, shorten
from tracker.parsing.paragraphs import CitationScope, write_row
from tracker.parsing.tables import EMPTY, Row, Table, row_name
from tracker.parsing.unit_builder import SEPARATOR, UnitBuilder
from tracker.text import CELL_GAP, search_key

_ALIAS = re.compile(
    r",?\s*\(?\b(?:a\.?\s?k\.?\s?a|f\.?\s?k\.?\s?a|n\.?\s?k\.?\s?a|d\.?\s?b\.?\s?a|a/k/a|f/k/a)\b\.?,?", re.I
)
_ALIAS_HINTS = ("k.a", "k. a", "k.", "K.A", "b.a", "/k/", "aka", "fka", "dba")  # a cheap first test
_LIST_OF = re.compile(r",?\s*(?:the )?following \S+(?: \S+)? alias\S*:?", re.I)
_DASH_LINE = re.compile(r"\s*[—–-]\s*")
# Words that may follow a comma and still belong to the name.
_SUFFIX = re.compile(
    r"\s*(?:Co\b|Company\b|Ltd\b|Limited\b|Inc\b|Incorporated\b|Corp\b|Corporation\b|L\.?L\.?C\b|L\.?L\.?P\b|LLP\b|"
    r"S\.?A\.?(?:\b|\s|$)|S\.?L\b|GmbH\b|A\.?G\b|FZ[ECO]*\b|F\.?Z\.?[EC]\b|Pte\b|Pty\b|Pvt\b|\(Pvt\)|\(Private\)|Private\b|[POC]?JSC\b|[POZ]?AO\b(?=[,;.]|$)|"
    r"A\.?S\b|O\.?O\.?O\b|Sdn\b|Bhd\b|B\.?V\b|N\.?V\b|Plc\b|PLC\b|P\.?L\.?C\b|S\.?A\.?R\.?L\b|SARL\b|S\.?R\.?L\b|S\.?p\.?A\b|d\.?o\.?o\b|"
    r"Jr\b|Sr\b|II\b|III\b|W\.?L\.?L\b|L\.?P\b|K\.?K\b|et al\b|DMCC\b|FZCO\b|S\.?A\.?L\b|Oy\b|AB\b|Kft\b|Tic\b|San\b|Sti\b|Est\b|LTD\b|INC\b|CO\b)",
)
# A part of a large body, listed as `Body, Institute of Something`, is named together with the body.
_BRANCH = re.compile(
    r"\s*(?=[A-Z])(?:(?:Joint Stock Company|NPO)\b[^,;\d]*|[^,;\d]*\b(?:Institut(?:e|ion)|Plant|Bureau|Factory)\b[^,;\d]*)"
)
_BODY = re.compile(
    r"\b(?:Academy|Corporation|Institute|Universit\w+|Group|Center|Administration|Commission)\b"
)
_PLACE = re.compile(r"\b(?:Street|St|Road|Rd|Avenue|Ave|Building|Bldg|Park|District|Room|Floor|Campus)\b")
_FOOTNOTE_MARKS = re.compile(r"\s*[\d*†‡,]+\Z")
_FR = re.compile(r"\d{1,3} FR \d{1,6}")
_SUBORDINATE = re.compile(r"(?:Subordinate|Affiliated) \w+:?\Z", re.I)
_MARKS = re.compile(r"[(),;]")


@dataclass(frozen=True, slots=True)
class EntityListRow:
    """A listed party, parsed from the cell that names it. All parts are as printed."""

    name: str
    aliases: tuple[str, ...]
    address: str


def read_party(cell: str) -> EntityListRow:
    """Parse `Some Co., Ltd., a.k.a., the following two aliases: —A; and —B. 1 Street, City, Japan.`; `cell` has
    its line breaks as `gpo_xml.LINE_BREAK`.
    """
    lines = [" ".join(line.split()) for line in cell.split(LINE_BREAK)]
    lines = [line for line in lines if line]
    while len(lines) > 1 and _SUBORDINATE.match(lines[0]):
        lines.pop(0)
    if not lines:
        return EntityListRow("", (), "")
    first = lines[0]
    found = _ALIAS.search(first) if any(hint in first for hint in _ALIAS_HINTS) else None
    dashed = [line for line in lines[1:] if _DASH_LINE.match(line)]
    rest = [line for line in lines[1:] if not _DASH_LINE.match(line)]
    if found is None:
        name, address = _split_name(first)
        return EntityListRow(
            name, tuple(_clean(line) for line in dashed), " ".join((address, *rest)).strip(" ,;")
        )
    name = first[: found.start()].strip(" ,;")
    tail = first[found.end() :]
    listing = _LIST_OF.match(tail)
    if listing:
        tail = tail[listing.end() :]
        aliases = [_clean(line) for line in dashed]
        if not dashed and tail.strip():
            aliases = [_clean(part) for part in tail.split(";")]
            tail = ""
        return EntityListRow(
            name, tuple(alias for alias in aliases if alias), " ".join((tail, *rest)).strip(" ,;")
        )
    aliases = []
    for part in _ALIAS.split(tail):
        alias, address = _split_name(part.strip(" ,;"))
        aliases.append(alias if "(" in alias else alias.rstrip(")"))  # `(a.k.a. MEC)`
        tail = address
    aliases.extend(_clean(line) for line in dashed)
    return EntityListRow(
        name, tuple(alias for alias in aliases if alias), " ".join((tail, *rest)).strip(" ,;")
    )


def _clean(line: str) -> str:
    """Return an alias of a list: `—Some KK; and` gives Some KK, `—Some Co., Ltd.` keeps its period."""
    text = line.strip(" —–-")
    for word in (" and", " or"):
        text = text.removesuffix(word)
    text = text.rstrip(";, ")
    if text.endswith(".") and not _SUFFIX.match(text.rsplit(" ", 1)[-1]):
        return text[:-1]
    return text


def _split_name(text: str) -> tuple[str, str]:
    """Return the name and the rest: the name ends at the first comma that no legal form follows."""
    depth = 0
    for mark in _MARKS.finditer(text):
        character, index = mark.group(), mark.start()
        if character == "(":
            depth += 1
        elif character == ")":
            depth = max(0, depth - 1)
        elif depth == 0 and index and not (character == "," and _belongs(text, index + 1)):
            return text[:index].strip(), text[index + 1 :].strip()
    name = text.strip()
    return (name if _SUFFIX.match(name.rsplit(" ", 1)[-1]) else name.rstrip(".,;:")), ""


def _belongs(text: str, start: int) -> bool:
    """Return whether the words after a comma are still part of the name."""
    if _SUFFIX.match(text, start):
        return True
    branch = _BRANCH.match(text, start)
    if branch is None or text[branch.end() :][:1] != "," or _PLACE.search(branch.group()):
        return False
    return _BODY.search(text, 0, start) is not None  # a person's institute is an address


def is_country_table(table: Table) -> bool:
    """Return whether the first column of a table is headed "Country": a list of parties or of countries."""
    heads = (row.cells[0] for row in table.rows if row.role == "head" and row.cells)
    return any(head.strip("[]() ").casefold().startswith(("country", "countries")) for head in heads)


def write_parties(outline: UnitBuilder, table: Table, place: CitationScope) -> None:
    """Write a list of parties by country. The name of a country, printed once before its first party, is a unit
    of its own, so that a new first party does not change another one.
    """
    country = ""
    prefix = ""
    columns = tuple(search_key(plain(column)) for column in table.columns)
    for row in table.rows:
        if row.role != "row" or len(row.cells) < 2:
            write_row(outline, row, place)
            continue
        if row.cells[0]:
            country = plain(row.cells[0])
            outline.add(
                f"{place.path}{SEPARATOR}{country}",
                UnitKind.HEADING,
                row.cells[0],
                place.depth + 1,
                key=search_key(plain(country)),
            )
        cells = row.cells[1:]
        if not any(cells):
            continue
        if _SUBORDINATE.match(cells[0]) and not any(cells[1:]):
            # A heading printed on its own line above each institution goes with the one that follows.
            prefix = f"{prefix}{cells[0]} "
            continue
        _write_party(outline, place, country, prefix, cells, columns[1:], row)
        prefix = ""
    if prefix:
        outline.add(f"{place.path}{SEPARATOR}{country}", UnitKind.ROW, prefix.strip(), place.depth + 2)


def _write_party(
    outline: UnitBuilder,
    place: CitationScope,
    country: str,
    prefix: str,
    cells: tuple[str, ...],
    columns: tuple[str, ...],
    row: Row,
) -> None:
    party = read_party(_cell(row, 1))
    name = shorten(party.name or cells[0], 120)
    meta = [("country", country), ("party", party.name)]
    meta.extend(("alias", alias) for alias in party.aliases)
    if party.address:
        meta.append(("address", party.address))
    for column, cell in zip(columns[1:], cells[1:], strict=False):
        if cell:
            meta.append((_COLUMNS.get(column, column), cell))
    meta.extend(("fr", citation) for citation in _FR.findall(cells[-1]))
    outline.add(
        SEPARATOR.join((place.path, country, name) if country else (place.path, name)),
        UnitKind.ROW,
        prefix + _row_text(cells),
        place.depth + 2,
        key=search_key(plain(f"{country}{SEPARATOR}{party.name or cells[0]}")),
        meta=tuple(meta),
    )


def _cell(row: Row, index: int) -> str:
    """Return a cell with its line breaks."""
    source = row.sources[index]
    return source if isinstance(source, str) else raw_text(source)


_COLUMNS = {
    "license requirement": "license-requirement",
    "license review policy": "license-policy",
    "federal register citation": "citation",
}


def _row_text(cells: tuple[str, ...]) -> str:
    last = max(index for index, cell in enumerate(cells) if cell)
    return CELL_GAP.join(cell or EMPTY for cell in cells[: last + 1])


def write_countries(outline: UnitBuilder, table: Table, place: CitationScope) -> None:
    """Write a table with one country per row, such as the Country Chart: `Supp. No. 1 to Part 738 › Japan`.
    `meta` names the columns that are marked with an X: `("column", "NS 1")`.
    """
    columns = table.columns
    for row in table.rows:
        if row.role != "row" or not row.cells[0]:
            write_row(outline, row, place)
            continue
        name = row_name(row.cells[0])
        # Where the column heads take several lines, the last line does not name the country column.
        heads = columns if len(columns) == len(row.cells) else ("", *columns)
        marked = [head for head, cell in zip(heads, row.cells, strict=False) if head and cell.upper() == "X"]
        outline.add(
            f"{place.path}{SEPARATOR}{shorten(name, 100)}",
            UnitKind.ROW,
            row.text,
            place.depth + 1,
            key=search_key(plain(_FOOTNOTE_MARKS.sub("", name))),
            meta=(("country", name), *(("column", head) for head in marked)),
        )
