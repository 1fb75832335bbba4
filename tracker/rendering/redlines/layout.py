"""Lays a redline out for reading: sections and ECCNs with their items, levels of indentation, and rows of tables by cells.

Pure. The viewer, the HTML page and the Word file draw what is made here.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from tracker.diffing.summary import split_path
from tracker.diffing.word_diff import word_spans
from tracker.documents import japanese_law_paths
from tracker.documents.japanese_law_paths import is_japanese_law
from tracker.documents.listed_parties import labeled_words
from tracker.model import Language, Op, Operation, Unit, UnitKind
from tracker.rendering.official_links import official_url
from tracker.rendering.redlines.listed_cells import labeled_cells
from tracker.rendering.redlines.model import Redline, RedlineLine, merge_in_reading_order
from tracker.terms.places import eccn_name, is_party_list, list_columns, section_name
from tracker.text import CELL_GAP

FOLD = 240  # longest run of unchanged words shown whole; the middle of a longer one is folded
SECTION = 40  # units of the longest section of which an excerpt shows the untouched units too
KEPT = 100  # characters kept at either end of a fold
OMITTED = "* * * * *"  # as the Federal Register marks text that it does not print
STEP = " › "
COLUMNS = "columns"  # the last step of the path of a table's heads

RunKind = Literal["equal", "delete", "insert", "fold"]
Runs = tuple[tuple[RunKind, str], ...]

_ECCN = re.compile(r"\d[A-E]\d{3}\Z")
_ITEM = re.compile(r"[a-z](?:\.[a-z0-9]{1,3})*\.?\Z")
_TARIFF_ROW = re.compile(r"(?P<heading>99\d\d\.\d\d|\d{4})(?:\.\d\d)*(?= › |\Z)")
_NAMED_CELL = re.compile(r"[^:]{1,60}: ")
_DESIGNATORS = re.compile(r"\([^()\s]{1,6}\)")


@dataclass(frozen=True, slots=True)
class RedlineItem:
    """One operation as drawn. `local` is its path within its section; `quiet`: it has no words of its own to show; `level`:
    how deep it is indented; `country` and `cells` are those of a table row.
    """

    operation: Operation
    anchor: str
    local: str
    was: str
    follows: str
    quiet: bool
    runs: Runs
    link: str
    level: int = 0
    cells: tuple[Runs, ...] = ()
    country: str = ""
    head: bool = False

    @property
    def path(self) -> str:
        return self.operation.path


@dataclass(frozen=True, slots=True)
class UnchangedUnit:
    """An unchanged unit."""

    local: str
    text: str
    path: str
    level: int = 0
    cells: tuple[Runs, ...] = ()
    country: str = ""
    head: bool = False


@dataclass(frozen=True, slots=True)
class SkippedUnits:
    """The number of unchanged units that are left out."""

    count: int


@dataclass(frozen=True, slots=True)
class MovedFrom:
    """The place that a unit was moved away from: the unit as it was, and the operation that moved it."""

    local: str
    to: str
    anchor: str
    unit: Unit
    operation: Operation
    level: int = 0


Row = (
    Operation | Unit | RedlineLine | int
)  # one drawn item: a change, an unchanged unit, a place that was left, or a count of skipped units
Drawn = RedlineItem | UnchangedUnit | SkippedUnits | MovedFrom


@dataclass(slots=True)
class RedlineTable:
    """Consecutive rows of one table. `columns` are its heads, the country first where `by_country`; empty where they are not
    known. `width` is the number of cells of a row.
    """

    parent: str
    columns: tuple[str, ...]
    by_country: bool
    rows: list[tuple[str, Drawn]] = field(default_factory=list)

    @property
    def width(self) -> int:
        shown = [row for _, row in self.rows if isinstance(row, RedlineItem | UnchangedUnit)]
        cells = [len(row.cells) + (self.by_country and not row.head) for row in shown]
        return max([len(self.columns), *cells, 1 + self.by_country])


@dataclass(frozen=True, slots=True)
class RedlineSection:
    """A section, an entry of a list, a table or a page with its drawn items, each under the name of its kind. `under` is
    the list of the entry; `title` is the heading as printed, where it is known; `about` is its name in the reader's language.
    """

    name: str
    anchor: str
    items: tuple[tuple[str, Drawn | RedlineTable], ...]
    under: str = ""
    title: str = ""
    about: str = ""

    @property
    def counts(self) -> list[tuple[Op, int]]:
        kinds = [item.operation.op for item in self.drawn() if isinstance(item, RedlineItem)]
        return [(op, kinds.count(op)) for op in Op if op in kinds]

    def drawn(self) -> Iterable[Drawn]:
        """Yield the items in order, those of tables among them."""
        for _, item in self.items:
            if isinstance(item, RedlineTable):
                yield from (row for _, row in item.rows)
            else:
                yield item


def anchor_of(path: str) -> str:
    """Return a permanent anchor for a unit: its path with only the characters that addresses allow."""
    return "u-" + re.sub(r"[^\w.()-]+", "-", path).strip("-")


def split_section(path: str) -> tuple[str, str]:
    """Split a path at its section, or at its entry of the Commerce Control List: `Supp. No. 1 to Part 774 › 3B001` and
    `c.1`. The second is empty for a section or entry itself. Rows of the tariff schedule are under their heading: `8541`, in
    chapter 99 `9903.01`.
    """
    if found := _TARIFF_ROW.match(path):
        return found["heading"], path
    if is_japanese_law(path):
        return japanese_law_paths.section_of(path)
    name, local = split_path(path)
    first, step, rest = local.partition(STEP)
    entry, ordinal, number = first.partition(" ¶")
    if _ECCN.match(entry):
        below = rest if step else f"¶{number}" if ordinal else ""
        return f"{name}{STEP}{entry}", below
    return name, local


def level_of(path: str) -> int:
    """Return how deep a unit is indented below its section: 1 for (a), 2 for (a)(1), 3 for c.1.a; 0 for the section."""
    if is_japanese_law(path):
        return japanese_law_paths.level_of(path)
    _, local = split_section(path)
    level = 0
    for step in filter(None, local.split(STEP)):
        plain = step.partition("¶")[0].strip()
        if plain.startswith("("):
            level += len(_DESIGNATORS.findall(plain)) or 1
        elif _ITEM.match(plain):
            level += plain.rstrip(".").count(".") + 1
        elif plain:
            level += 1
    return level


def heading_titles(units: Iterable[Unit]) -> dict[str, str]:
    """Return the words of the headings of a text, of its entries and of its tables, by path."""
    return {unit.path: unit.text for unit in units if unit.kind in (UnitKind.HEADING, UnitKind.ECCN)}


def about(name: str, language: Language) -> str:
    """Return what a section, supplement or entry is called in the reader's language; empty where it has no name."""
    entry = name.rpartition(STEP)[2]
    if _ECCN.match(entry):
        return eccn_name(entry, language)
    return section_name(name, language)


def places(
    rows: Iterable[Row], language: Language = "en", titles: Mapping[str, str] | None = None
) -> list[RedlineSection]:
    """Return the items grouped by section, in reading order; a section that occurs twice gives two groups. `titles` are
    the headings of the texts, by path.
    """
    known = titles or {}
    found: list[tuple[str, list[tuple[str, Drawn | RedlineTable]]]] = []
    seen: dict[str, int] = {}
    for row in rows:
        if isinstance(row, int):
            if found:
                _add(found[-1][1], "gap", SkippedUnits(row), None)
            continue
        unit: Unit | Operation = row.unit if isinstance(row, RedlineLine) else row
        name, local = split_section(unit.path)
        if not found or found[-1][0] != name:
            found.append((name, []))
        items = found[-1][1]
        if isinstance(row, Unit):
            _add(items, "kept", _unchanged(row, local), _table_of(row, known, language))
        elif isinstance(row, RedlineLine):
            assert row.operation is not None
            to = row.operation.path
            left = MovedFrom(
                local or name, _beside(to, name), anchor_of(to), row.unit, row.operation, level_of(unit.path)
            )
            _add(items, "left", left, _table_of(unit, known, language))
        else:
            anchor = anchor_of(row.path)
            seen[anchor] = seen.get(anchor, 0) + 1
            if seen[anchor] > 1:
                anchor = f"{anchor}~{seen[anchor]}"
            _add(items, "op", _item(row, name, local, anchor), _table_of(row, known, language))
    return [
        RedlineSection(
            name,
            f"p{number}-{anchor_of(name)}",
            tuple(items),
            split_path(name)[0] if split_path(name)[1] else "",
            "" if _draws_heading(name, items) else known.get(name, ""),
            about(name, language),
        )
        for number, (name, items) in enumerate(found, 1)
    ]


def file_rows(redline: Redline) -> list[Row]:
    """Return what a file shows of a redline: its operations, or, where it has the units of both texts, the texts merged into
    one reading order. An excerpt has the sections and entries that were touched; of one with more than `SECTION` units, and
    of a list of parties, only what was touched and the units above it, with counts of what is left out.
    """
    if not redline.after.units and not (redline.before and redline.before.units):
        return list(redline.visible())
    lines = list(merge_in_reading_order(redline))
    names = [split_section(line.unit.path)[0] for line in lines]
    counts = Counter(names)
    visible = [_is_visible(line) for line in lines]
    touched = {line.unit.path for line, shown in zip(lines, visible, strict=True) if shown}
    sections = {split_section(path)[0] for path in touched}
    above = {path for each in touched for path in _paths_above(each)} if redline.excerpt else set()
    rows: list[Row] = []
    left_out, place = 0, ""
    for line, name, shown in zip(lines, names, visible, strict=True):
        if name != place:
            if left_out and rows:
                rows.append(left_out)
            left_out, place = 0, name
        if redline.excerpt and not shown:
            whole = name in sections and counts[name] <= SECTION and not is_party_list(name)
            if not whole and line.unit.path not in above and not (name in sections and _is_head(line.unit)):
                left_out += name in sections  # a section without a change is no gap
                continue
        if left_out and rows:
            rows.append(left_out)
        left_out = 0
        op = line.operation
        rows.append(line.unit if op is None or not shown else line if line.status == "moved-away" else op)
    if left_out:
        rows.append(left_out)
    return rows


def _is_visible(line: RedlineLine) -> bool:
    """Return whether a line differs in its words or its place: new numbers of unchanged paragraphs are only for programs."""
    op = line.operation
    return op is not None and (op.op is Op.MOVED or not op.editorial or op.before != op.after)


def _paths_above(path: str) -> Iterator[str]:
    """Yield the paths of the units under which a unit is printed: its section, (a) of (a)(1), a.1 of a.1.b."""
    name, local = split_section(path)
    yield name
    for found in re.finditer(r"(?<=\))(?=\()| › |(?<=\w)\.(?=\w)| ¶", local):
        if found.start():
            head = local[: found.start()]
            yield f"{name}{head}" if head.startswith("(") and not _is_entry(name) else f"{name}{STEP}{head}"


def _is_entry(name: str) -> bool:
    return _ECCN.match(name.rpartition(STEP)[2]) is not None


def item_of(operation: Operation) -> RedlineItem:
    """Return one operation as a drawn item."""
    name, local = split_section(operation.path)
    return _item(operation, name, local or name, anchor_of(operation.path))


def folded(spans: Sequence[tuple[str, str]]) -> Runs:
    """Return word runs with long unchanged stretches cut into head, fold and tail. The `equal` and `fold` parts
    joined are the original text.
    """
    runs: list[tuple[RunKind, str]] = []
    for index, (kind, text) in enumerate(spans):
        if kind != "equal" or len(text) <= FOLD or len(spans) == 1:
            runs.append(("delete" if kind == "delete" else "insert" if kind == "insert" else "equal", text))
            continue
        head = 0 if index == 0 else KEPT
        tail = len(text) if index == len(spans) - 1 else len(text) - KEPT
        head = text.find(" ", head) + 1 or head
        tail = max(head, text.rfind(" ", head, tail) + 1 if tail < len(text) else tail)
        for part, words in (("equal", text[:head]), ("fold", text[head:tail]), ("equal", text[tail:])):
            if words:
                runs.append(("fold" if part == "fold" else "equal", words))
    return tuple(runs)


def cells_of(
    spans: Sequence[tuple[str, str]], *, listed: bool = False
) -> tuple[tuple[tuple[str, str], ...], ...]:
    """Return the word runs of a table row by cell. A cell's runs without its insertions are the old cell, without its
    deletions the new one; where a row has fewer cells on one side, its last cells are empty there. A row of a screening list
    has a cell for each label; in the columns of a supplement that lists parties (`listed`), those of the supplement.
    """
    before = "".join(text for kind, text in spans if kind != "insert")
    after = "".join(text for kind, text in spans if kind != "delete")
    if CELL_GAP not in before + after and (labeled_words(before) or labeled_words(after)):
        return labeled_cells(before, after, listed=listed)
    old = before.split(CELL_GAP) if before else []
    new = after.split(CELL_GAP) if after else []
    named = has_named_cells(before or after) and has_named_cells(after or before)
    if named or all(kind == "equal" or CELL_GAP not in text for kind, text in spans):
        return _split_at_gaps(spans)
    width = max(len(old), len(new))
    old += [""] * (width - len(old))
    new += [""] * (width - len(new))
    return tuple(tuple(word_spans(gone, come)) for gone, come in zip(old, new, strict=True))


def _split_at_gaps(spans: Sequence[tuple[str, str]]) -> tuple[tuple[tuple[str, str], ...], ...]:
    cells: list[list[tuple[str, str]]] = [[]]
    for kind, text in spans:
        for index, piece in enumerate(text.split(CELL_GAP)):
            if index:
                cells.append([])
            if piece:
                cells[-1].append((kind, piece))
    return tuple(map(tuple, cells))


def has_named_cells(text: str) -> bool:
    """Return whether each cell of a row after the first names its column, as in a table of data: `Column: value`."""
    cells = text.split(CELL_GAP)[1:]
    if not cells and labeled_words(text):
        return True
    return bool(cells) and all(_NAMED_CELL.match(cell) for cell in cells)


def is_row(unit: Unit | Operation) -> bool:
    """Return whether a unit is a row of a table, or the row of its heads."""
    return unit.kind is UnitKind.ROW or (
        unit.kind is UnitKind.HEADING and unit.path.rpartition(STEP)[2] == COLUMNS
    )


def country_of(path: str) -> str | None:
    """Return the country under which a list prints a party, or the country itself; None outside the lists of parties."""
    place, local = split_path(path)
    first = local.partition(STEP)[0]
    return first if is_party_list(place) and first and first != COLUMNS else None


def table_parent(path: str) -> str:
    """Return the path of the table of a row."""
    place, _ = split_path(path)
    return place if is_party_list(place) else path.rpartition(STEP)[0]


def table_columns(parent: str, known: Mapping[str, str], language: Language) -> tuple[str, ...]:
    """Return the heads of a table: those of a list of parties in the reader's language, as long as it is printed with as many;
    of another table as printed; empty where they are not known.
    """
    printed = known.get(f"{parent}{STEP}{COLUMNS}", "")
    heads, own = tuple(printed.split(CELL_GAP)) if printed else (), list_columns(parent, language)
    return own if not heads or len(own) == len(heads) else heads


# --- drawing


def _add(
    items: list[tuple[str, Drawn | RedlineTable]], kind: str, drawn: Drawn, table: RedlineTable | None
) -> None:
    last = items[-1][1] if items else None
    if table is None and kind == "gap" and isinstance(last, RedlineTable):
        last.rows.append((kind, drawn))
    elif table is None:
        items.append((kind, drawn))
    elif isinstance(last, RedlineTable) and last.parent == table.parent:
        last.rows.append((kind, drawn))
    else:
        table.rows.append((kind, drawn))
        items.append(("table", table))


def _draws_heading(name: str, items: Iterable[tuple[str, Drawn | RedlineTable]]) -> bool:
    """Return whether the heading of a section is among its items, because its words changed."""
    return any(
        isinstance(item, RedlineItem | UnchangedUnit) and item.path == name and not item.cells
        for _, item in items
    )


def _table_of(unit: Unit | Operation, known: Mapping[str, str], language: Language) -> RedlineTable | None:
    """Return an empty table for the row, or the country, that the unit is; None where it is no part of a table."""
    named = unit.kind is UnitKind.HEADING and country_of(unit.path) is not None
    if not is_row(unit) and not named:
        return None
    if not is_party_list(table_parent(unit.path)) and has_named_cells(_words(unit)):
        return None  # a row of data: each of its cells is drawn in a line of its own
    parent = table_parent(unit.path)
    return RedlineTable(parent, table_columns(parent, known, language), is_party_list(parent))


def _unchanged(unit: Unit, local: str) -> UnchangedUnit:
    row = is_row(unit)
    cells = _row_cells(unit.path, (("equal", unit.text),)) if row else ()
    return UnchangedUnit(
        local, unit.text, unit.path, level_of(unit.path), cells, country_of(unit.path) or "", _is_head(unit)
    )


def _item(operation: Operation, place: str, local: str, anchor: str) -> RedlineItem:
    differs = any(kind != "equal" for kind, _ in operation.spans)
    moved = operation.from_path is not None and operation.from_path != operation.path
    return RedlineItem(
        operation=operation,
        anchor=anchor,
        local=local,
        was=_beside(operation.from_path or "", place) if moved else "",
        follows=_beside(operation.follows, place) if operation.follows else "",
        quiet=operation.follows is not None and not differs,
        runs=folded(operation.spans),
        link=official_url(operation.path),
        level=level_of(operation.path),
        cells=_row_cells(operation.path, operation.spans) if is_row(operation) else (),
        country=country_of(operation.path) or "",
        head=_is_head(operation),
    )


def _row_cells(path: str, spans: Sequence[tuple[str, str]]) -> tuple[Runs, ...]:
    return tuple(map(folded, cells_of(spans, listed=is_party_list(table_parent(path)))))


def _is_head(unit: Unit | Operation) -> bool:
    return unit.kind is UnitKind.HEADING and is_row(unit)


def _words(unit: Unit | Operation) -> str:
    return unit.text if isinstance(unit, Unit) else unit.after or unit.before


def _beside(path: str, place: str) -> str:
    other, local = split_section(path)
    return local if local and other == place else path
