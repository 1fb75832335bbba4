"""Adds, revises and removes rows: parties under their countries, and other entries by their first cell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from tracker.amendments.actions import Action, Portion, StepKind, Verb
from tracker.amendments.base import Block, Division
from tracker.amendments.chunks import Chunk, Fragment, NotComputedError
from tracker.amendments.inline import fold, same_key
from tracker.amendments.locate import Workspace, division_of, inner_steps
from tracker.amendments.missing_text import no_text
from tracker.amendments.ordering import alphabet_slot
from tracker.amendments.site import Change
from tracker.amendments.tables import (
    NewRow,
    Row,
    Table,
    check_head,
    folded,
    footnote_rows,
    has_name,
    rows_set_out,
    same_ends,
    tables_of,
)
from tracker.amendments.word_edits import replaced

_KINDS = frozenset({StepKind.TABLE, StepKind.COUNTRY, StepKind.ENTRY, StepKind.ROW})
_REVISIONS = frozenset({Verb.REVISE, Verb.REVISE_AND_REPUBLISH, Verb.CORRECT})


def is_row(action: Action) -> bool:
    """Return whether an action is for a row of a table, or the heading of a country."""
    kinds = [step.kind for step in inner_steps(action.target)]
    return bool(kinds) and all(kind in _KINDS for kind in kinds) and kinds != [StepKind.TABLE]


@dataclass(frozen=True, slots=True)
class _Place:
    """What an action names: "" where it does not."""

    table: str
    country: str
    entry: str


def apply_row(workspace: Workspace, action: Action, together: Sequence[Action]) -> list[Change]:
    """Change the workspace by one action for a row. `together` are all actions of the instruction: a country's
    heading is added or removed with its entries. Raises NotComputedError.
    """
    division = division_of(workspace.base, action.target)
    place = _place(action)
    tables = [table for table in tables_of(division, workspace.tables) if _is_named(table, place.table)]
    if not tables:
        raise NotComputedError(
            f"the base has no table {place.table}".rstrip() + " there",
            "target-missing",
            defect="does not exist",
        )
    if not place.entry:
        return _heading(action, place, together)
    if action.words is not None:
        return _words(workspace, division, tables, place, action)
    if action.verb is Verb.ADD:
        return _add(workspace, division, tables, place, action, together)
    if action.verb in _REVISIONS and action.target.portion is Portion.WHOLE:
        return _revise(workspace, division, tables, place, action, together)
    if action.verb is Verb.REMOVE and action.target.portion is Portion.WHOLE:
        return _remove(workspace, division, tables, place, together)
    raise NotComputedError(
        f"“{action.verb.value}” is not computed for a row", f"verb-{action.verb.value}-row"
    )


def _place(action: Action) -> _Place:
    steps = {step.kind: step.label for step in inner_steps(action.target)}
    entry = steps.get(StepKind.ENTRY) or steps.get(StepKind.ROW, "")
    return _Place(steps.get(StepKind.TABLE, ""), steps.get(StepKind.COUNTRY, ""), entry)


def _is_named(table: Table, name: str) -> bool:
    if not name:
        return True
    key, wanted = fold(table.name).casefold(), fold(name).casefold()
    return key == wanted or (key.startswith(wanted) and not key[len(wanted)].isalnum())


def _is_country(text: str, country: str) -> bool:
    key, wanted = folded(text), folded(country)
    return key == wanted or key.startswith(f"{wanted},")


def _heading(action: Action, place: _Place, together: Sequence[Action]) -> list[Change]:
    """Return nothing: the heading of a country comes and goes with its entries. Raises where none does."""
    with_entry = [
        other
        for other in together
        if other.verb is action.verb and _place(other).entry and _place(other).country == place.country
    ]
    if not with_entry:
        raise NotComputedError("the heading of a country is amended without its entries", "country-heading")
    return []


def _rows_of(table: Table, place: _Place) -> list[int]:
    """Return the numbers of the rows with the name."""
    column = 1 if table.by_country else 0
    countries = {c for c in {row.country for row in table.rows} if _is_country(c, place.country)}
    wanted = folded(place.entry)
    return [
        number
        for number, row in enumerate(table.rows)
        if (not table.by_country or row.country in countries)
        and len(row.keys) > column
        and has_name(row.keys[column], wanted)
    ]


def _is_elsewhere(table: Table, name: str) -> bool:
    """Return whether a name is in a column that does not name the entries."""
    column = 1 if table.by_country else 0
    wanted = folded(name)
    return any(
        number != column and has_name(key, wanted)
        for row in table.rows
        for number, key in enumerate(row.keys)
    )


def _one(tables: Sequence[Table], place: _Place) -> tuple[Table, int]:
    """Return the one row with the name. Raises NotComputedError."""
    hits = [(table, number) for table in tables for number in _rows_of(table, place)]
    where = f" under {place.country}" if place.country else ""
    if not hits:
        if any(_is_elsewhere(table, place.entry) for table in tables):
            raise NotComputedError(
                f"“{place.entry}” is not in the column by which the table names its entries", "target-missing"
            )
        raise NotComputedError(
            f"the base has no entry “{place.entry}”{where}", "target-missing", defect="does not exist"
        )
    if len(hits) > 1:
        raise NotComputedError(f"the base has {len(hits)} entries “{place.entry}”{where}", "target-ambiguous")
    return hits[0]


def _shown(
    workspace: Workspace, table: Table, place: _Place, action: Action, together: Sequence[Action]
) -> NewRow:
    """Return the one row that is set out for an entry. Raises NotComputedError."""
    if action.set_out is None:
        raise no_text(action)
    column = 1 if table.by_country else 0
    wanted = folded(place.entry)
    notes = _footnotes(table, together)
    rows = [
        row
        for one in rows_set_out(action.set_out, ascii_only=workspace.base.ascii_only)
        for row in [_with_raised(one, column, wanted, notes)]
        if len(row.texts) > column
        and has_name(row.keys[column], wanted)
        and (not table.by_country or _is_country(row.country, place.country))
        and (not place.table or fold(row.table).casefold().startswith(fold(place.table).casefold()))
    ]
    if not rows:
        raise no_text(action)
    if len(rows) > 1:
        raise NotComputedError("the text set out shows this entry twice", "shown-twice")
    check_head(rows[0], table)
    if table.rows and len(rows[0].cells) != len(table.rows[0].cells):
        raise NotComputedError("the row that is set out has other columns than the base", "columns")
    return rows[0]


def _footnotes(table: Table, together: Sequence[Action]) -> set[str]:
    """Return the numbers of the footnotes that a table has, or that the instruction adds."""
    added = (step.label for one in together for step in one.target.steps if step.kind is StepKind.FOOTNOTE)
    return {number for number, _, _ in footnote_rows(table.block.raw)} | set(added)


def _with_raised(row: NewRow, column: int, wanted: str, notes: set[str]) -> NewRow:
    """Return a row that was read from a layout with the number of a footnote raised again: what follows the name."""
    if not row.head or len(row.keys) <= column:
        return row
    name, _, number = row.keys[column].rpartition(" ")
    if name != wanted or number not in notes:
        return row
    cell = f"{row.cells[column].removesuffix(number).rstrip()} <sup>{number}</sup>"
    cells = (*row.cells[:column], cell, *row.cells[column + 1 :])
    keys = (*row.keys[:column], name, *row.keys[column + 1 :])
    return replace(row, cells=cells, keys=keys)


def _write(workspace: Workspace, division: Division, table: Table, rows: Sequence[Row]) -> None:
    made = table.with_rows(rows)
    start, tail = same_ends(table.rows, rows)
    old = {id(row) for row in table.rows[start : len(table.rows) - tail]}
    fresh = [row for row in rows[start : len(rows) - tail] if id(row) not in old]
    read = [row for one in fresh for row in _read_again(one)]
    if [row.texts for row in read] != [row.texts for row in fresh]:
        raise NotComputedError("after the change, the table reads otherwise", "reread")
    workspace.tables.pop(id(table.block), None)
    workspace.tables[id(made.block)] = made
    division.items = [made.block if item is table.block else item for item in division.items]
    workspace.changed(division)


def _read_again(row: Row) -> Sequence[Row]:
    block = Block(f"<TABLE>{row.raw}</TABLE>", "TABLE")
    return tables_of(Division("DIV9", "", "", items=[block]))[0].rows


def _path(place: _Place, country: str = "") -> tuple[str, ...]:
    return tuple(one for one in (place.table, country or place.country, place.entry) if one)


def _text(row: Row, *, by_country: bool) -> str:
    return "\u2003".join(row.texts[1:] if by_country else row.texts)


def _revise(
    workspace: Workspace,
    division: Division,
    tables: Sequence[Table],
    place: _Place,
    action: Action,
    together: Sequence[Action],
) -> list[Change]:
    table, number = _one(tables, place)
    old = table.rows[number]
    shown = _shown(workspace, table, place, action, together)
    inners = [old.cells[0].inner, *shown.cells[1:]] if table.by_country else list(shown.cells)
    inners = [cell.inner if same_key(cell.text) == same_key(text) else inner
              for cell, inner, text in zip(old.cells, inners, shown.texts, strict=True)]  # fmt: skip
    new = old.with_cells(inners)
    _write(workspace, division, table, [*table.rows[:number], new, *table.rows[number + 1 :]])
    before, after = _text(old, by_country=table.by_country), _text(new, by_country=table.by_country)
    return [Change(_path(place, old.country), before, after)] if before != after else []


def _add(
    workspace: Workspace,
    division: Division,
    tables: Sequence[Table],
    place: _Place,
    action: Action,
    together: Sequence[Action],
) -> list[Change]:
    if len(tables) > 1:
        raise NotComputedError(
            "the instruction does not say to which table the entry is added", "target-ambiguous"
        )
    table = tables[0]
    if table.by_country and not place.country:
        return _add_named_country(workspace, division, table, place, action)
    if _rows_of(table, place):
        raise NotComputedError(
            f"the base has an entry “{place.entry}” already", "exists-already", defect="exists already"
        )
    shown = _shown(workspace, table, place, action, together)
    if not table.by_country:
        return _add_plain(workspace, division, table, place, shown)
    countries = {c for c in {row.country for row in table.rows} if _is_country(c, place.country)}
    members = [n for n, row in enumerate(table.rows) if row.country in countries]
    if not members:
        return _add_country(workspace, division, table, place, shown, together)
    if len({table.rows[n].country for n in members}) > 1:
        raise NotComputedError("the base has two countries of this name", "target-ambiguous")
    slot = alphabet_slot([table.rows[n].texts[1] for n in members], shown.texts[1])
    if slot is None:
        raise NotComputedError("the place of the entry is not proved by its neighbors", "position")
    rows = list(table.rows)
    model = rows[members[-1]] if len(members) > 1 else rows[members[0]]
    blank = " " if slot else table.rows[members[0]].cells[0].inner
    new = model.with_cells([blank, *shown.cells[1:]])
    if slot == 0:  # the country is named in its first row
        first = rows[members[0]]
        rows[members[0]] = first.with_cells([" ", *(cell.inner for cell in first.cells[1:])])
    at = members[0] + slot if slot < len(members) else members[-1] + 1
    rows.insert(at, new)
    _write(workspace, division, table, rows)
    country = table.rows[members[0]].country
    return [Change(_path(place, country), None, _text(new, by_country=True))]


def _add_named_country(
    workspace: Workspace, division: Division, table: Table, place: _Place, action: Action
) -> list[Change]:
    """Add "an entry for Nicaragua": the country, with the one entry that is set out under it."""
    if action.set_out is None:
        raise no_text(action)
    shown = [
        row
        for row in rows_set_out(action.set_out, ascii_only=workspace.base.ascii_only)
        if _is_country(row.country, place.entry)
    ]
    if not shown:
        raise no_text(action)
    check_head(shown[0], table)
    if len(shown) > 1 or len(shown[0].cells) != len(table.rows[0].cells if table.rows else ()):
        raise NotComputedError("the text set out has several entries for the country", "shown-twice")
    if any(_is_country(row.country, place.entry) for row in table.rows):
        raise NotComputedError(
            f"the base has the country {place.entry} already", "exists-already", defect="exists already"
        )
    return _new_country(workspace, division, table, _Place("", shown[0].country, ""), shown[0])


def _add_plain(
    workspace: Workspace, division: Division, table: Table, place: _Place, shown: NewRow
) -> list[Change]:
    slot = alphabet_slot([row.texts[0] for row in table.rows], shown.texts[0])
    if slot is None or not table.rows:
        raise NotComputedError("the place of the entry is not proved by its neighbors", "position")
    new = table.rows[min(slot, len(table.rows) - 1)].with_cells(shown.cells)
    _write(workspace, division, table, [*table.rows[:slot], new, *table.rows[slot:]])
    return [Change(_path(place), None, _text(new, by_country=False))]


def _add_country(
    workspace: Workspace,
    division: Division,
    table: Table,
    place: _Place,
    shown: NewRow,
    together: Sequence[Action],
) -> list[Change]:
    if not any(
        other.verb is Verb.ADD and not _place(other).entry and _place(other).country == place.country
        for other in together
    ):
        raise NotComputedError(
            f"the base has no country {place.country}", "target-missing", defect="does not exist"
        )
    return _new_country(workspace, division, table, place, shown)


def _new_country(
    workspace: Workspace, division: Division, table: Table, place: _Place, shown: NewRow
) -> list[Change]:
    countries = list(dict.fromkeys(row.country for row in table.rows))
    slot = alphabet_slot(countries, shown.texts[0] or place.country)
    if slot is None or not table.rows:
        raise NotComputedError("the place of the country is not proved by its neighbors", "position")
    at = len(table.rows)
    if slot < len(countries):
        at = next(n for n, row in enumerate(table.rows) if row.country == countries[slot])
    name = shown.cells[0] if shown.texts[0] else place.country
    new = table.rows[-1].with_cells([name, *shown.cells[1:]])
    _write(workspace, division, table, [*table.rows[:at], new, *table.rows[at:]])
    heading = Change((place.country,), None, place.country)
    entry = place if place.entry else _Place(place.table, place.country, shown.texts[1].split(",")[0])
    return [heading, Change(_path(entry), None, _text(new, by_country=True))]


def _remove(
    workspace: Workspace,
    division: Division,
    tables: Sequence[Table],
    place: _Place,
    together: Sequence[Action],
) -> list[Change]:
    table, number = _one(tables, place)
    old = table.rows[number]
    rows = list(table.rows)
    made = [Change(_path(place, old.country), _text(old, by_country=table.by_country), None)]
    if table.by_country and old.cells[0].text:
        following = rows[number + 1] if number + 1 < len(rows) else None
        if following is not None and not following.cells[0].text:
            rows[number + 1] = following.with_cells(
                [old.cells[0].inner, *(c.inner for c in following.cells[1:])]
            )
        elif not any(
            other.verb is Verb.REMOVE and not _place(other).entry and _place(other).country == place.country
            for other in together
        ):
            raise NotComputedError(
                "the country would have no entry left, and the instruction does not remove it",
                "country-heading",
            )
        else:
            made.append(Change((old.country,), old.country, None))
    del rows[number]
    _write(workspace, division, table, rows)
    return made


def _words(
    workspace: Workspace, division: Division, tables: Sequence[Table], place: _Place, action: Action
) -> list[Change]:
    assert action.words is not None
    table, number = _one(tables, place)
    old = table.rows[number]
    chunk = Chunk((), tuple(Fragment(f"<TD>{cell.inner}</TD>", "TD") for cell in old.cells))
    (made,) = replaced([chunk], action.words, ascii_only=workspace.base.ascii_only)
    new = old.with_cells([fragment.raw[4:-5] for fragment in made.fragments])
    _write(workspace, division, table, [*table.rows[:number], new, *table.rows[number + 1 :]])
    before, after = _text(old, by_country=table.by_country), _text(new, by_country=table.by_country)
    return [Change(_path(place, old.country), before, after)]
