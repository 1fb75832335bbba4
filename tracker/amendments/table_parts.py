"""Revises whole tables, and revises and adds the footnotes below them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tracker.amendments.actions import Action, LineKind, Portion, SetOut, StepKind, Verb
from tracker.amendments.base import Block, Division
from tracker.amendments.chunks import NotComputedError
from tracker.amendments.inline import fold, inline, same_key
from tracker.amendments.locate import Workspace, division_of, inner_steps
from tracker.amendments.markup import MarkupError, element_of, inner_markup
from tracker.amendments.missing_text import no_text
from tracker.amendments.plain_forms import footnote_in
from tracker.amendments.site import Change
from tracker.amendments.tables import Row, Table, check_head, footnote_rows, rows_set_out, tables_of

_REVISIONS = frozenset({Verb.REVISE, Verb.REVISE_AND_REPUBLISH, Verb.CORRECT})
_NUMBER = re.compile(r"\s*<(?:sup|SU)>\s*(\d{1,3})\s*</(?:sup|SU)>")


def is_table_part(action: Action) -> bool:
    """Return whether an action is for a whole table or a footnote."""
    steps = inner_steps(action.target)
    return bool(steps) and steps[-1].kind in (StepKind.TABLE, StepKind.FOOTNOTE)


def apply_table_part(workspace: Workspace, action: Action) -> list[Change]:
    """Change the workspace by one action for a table or footnote. Raises NotComputedError."""
    division = division_of(workspace.base, action.target)
    step = inner_steps(action.target)[-1]
    if action.target.portion is not Portion.WHOLE or action.words is not None:
        raise NotComputedError(
            f"this portion of a {step.kind.value} is not computed", f"step-{step.kind.value}"
        )
    if step.kind is StepKind.TABLE and action.verb in _REVISIONS:
        return _revise_table(workspace, division, action)
    if step.kind is StepKind.FOOTNOTE and action.verb in (*_REVISIONS, Verb.ADD):
        return _footnote(workspace, division, action, step.label)
    raise NotComputedError(
        f"“{action.verb.value}” is not computed for a {step.kind.value}",
        f"verb-{action.verb.value}-{step.kind.value}",
    )


def _table_name(action: Action) -> str:
    """Return the caption by which a table is known: "table 1 to paragraph (b)"."""
    steps = inner_steps(action.target)
    label = steps[-1].label
    cited = "".join(f"({step.label})" for step in steps if step.kind is StepKind.PARAGRAPH)
    if not label or not label.isdigit():
        return fold(label).casefold()
    return f"table {label} to paragraph {cited}" if cited else f"table {label}"


def _key(text: str) -> str:
    return same_key(text).casefold()


def _revise_table(workspace: Workspace, division: Division, action: Action) -> list[Change]:
    wanted = _table_name(action)
    tables = [table for table in tables_of(division) if wanted and _key(table.name).startswith(_key(wanted))]
    if not tables:
        raise NotComputedError(
            f"the base has no {wanted or 'such table'}", "target-missing", defect="does not exist"
        )
    if len(tables) > 1:
        raise NotComputedError(f"the base has {len(tables)} of {wanted}", "target-ambiguous")
    (table,) = tables
    if action.set_out is None:
        raise no_text(action)
    shown = [
        row
        for row in rows_set_out(action.set_out, ascii_only=workspace.base.ascii_only)
        if _key(row.table).startswith(_key(wanted))
    ]
    if not shown:
        raise no_text(action)
    check_head(shown[0], table)
    if _is_cut(action.set_out) or not table.rows:
        raise NotComputedError("asterisks leave rows of the table out", "elision-of-rows")
    if any(len(row.cells) != len(table.rows[0].cells) for row in shown):
        raise NotComputedError("the table that is set out has other columns than the base", "columns")
    kept = {tuple(same_key(text) for text in row.texts): row for row in table.rows}
    rows: list[Row] = []
    for row in shown:
        same = kept.pop(tuple(same_key(text) for text in row.texts), None)
        rows.append(same if same is not None else table.rows[0].with_cells(row.cells))
    block = table.block_with(rows)
    _replace(workspace, division, table.block, block)
    path = (*(s.label for s in inner_steps(action.target)[:-1]), _title(wanted))
    return [Change(path, inline(table.block.raw).text, inline(block.raw).text)]


def _title(name: str) -> str:
    return name[:1].upper() + name[1:]


def _is_cut(set_out: SetOut) -> bool:
    """Return whether a table that is set out has a row of asterisks."""
    return any(
        line.kind is LineKind.TABLE and re.search(r"<ENT\b[^>]*>[\s*]*\*[\s*]*</ENT>", line.xml)
        for line in set_out.lines
    )


def _replace(workspace: Workspace, division: Division, old: Block, new: Block) -> None:
    division.items = [new if item is old else item for item in division.items]
    workspace.changed(division)


def _footnote(workspace: Workspace, division: Division, action: Action, label: str) -> list[Change]:
    """Revise a footnote in the foot of a table, or add the next one."""
    tables = [table for table in tables_of(division) if footnote_rows(table.block.raw)]
    if len(tables) != 1:
        reason = "several tables with footnotes" if tables else "no table with footnotes"
        raise NotComputedError(
            f"the base has {reason} there", "target-ambiguous" if tables else "target-missing"
        )
    table = tables[0]
    notes = footnote_rows(table.block.raw)
    found = [note for note in notes if note[0] == label]
    text = _footnote_text(action, label, ascii_only=workspace.base.ascii_only)
    if action.verb is Verb.ADD:
        if found:
            raise NotComputedError(
                f"footnote {label} exists already", "exists-already", defect="exists already"
            )
        return _add_footnote(workspace, division, table, notes, (label, text))
    if not found:
        raise NotComputedError(f"the base has no footnote {label}", "target-missing", defect="does not exist")
    if len(found) > 1:
        raise NotComputedError(f"the base has {len(found)} footnotes {label}", "target-ambiguous")
    _, start, end = found[0]
    raw = table.block.raw
    old = raw[start:end]
    tail = old[len(old.rstrip()) :]
    _replace(workspace, division, table.block, Block(raw[:start] + text + tail + raw[end:], table.block.tag))
    before, after = inline(f"<TD>{old}</TD>").text, inline(f"<TD>{text}</TD>").text
    return [Change((f"Footnote {label}",), before, after)] if before != after else []


def _add_footnote(
    workspace: Workspace,
    division: Division,
    table: Table,
    notes: Sequence[tuple[str, int, int]],
    new: tuple[str, str],
) -> list[Change]:
    label, text = new
    numbers = [int(number) for number, _, _ in notes]
    if numbers != sorted(set(numbers)) or not label.isdigit() or int(label) < numbers[-1]:
        raise NotComputedError("the place of the footnote is not proved by its neighbors", "position")
    raw = table.block.raw
    _, start, end = notes[-1]
    opening = raw.rfind("<TR", 0, start)
    closing = raw.find("</TR>", end)
    if opening < 0 or closing < 0:
        raise NotComputedError("the foot of the table has other markup", "markup")
    closing += len("</TR>")
    row = raw[opening:start] + text + "\n" + raw[end:closing]
    _replace(workspace, division, table.block, Block(raw[:closing] + row + raw[closing:], table.block.tag))
    return [Change((f"Footnote {label}",), None, inline(f"<TD>{text}</TD>").text)]


def _footnote_text(action: Action, label: str, *, ascii_only: bool) -> str:
    """Return the markup of a footnote that is set out: a line, or a note below a table, that begins with its
    raised number.
    """
    if action.set_out is None:
        raise no_text(action)
    found: list[str] = []
    try:
        for line in footnote_in(action.set_out, label).lines:
            if not line.xml:
                continue
            element = element_of(line.xml)
            notes = [element] if line.kind is not LineKind.TABLE else list(element.iter("TNOTE"))
            found += [
                inner_markup(note, ascii_only=ascii_only)
                for note in notes
                if note.tag in ("P", "FP", "FTNT", "TNOTE")
            ]
    except MarkupError as error:
        raise NotComputedError(str(error), "markup") from error
    own = [text for text in found if (match := _NUMBER.match(text)) and match[1] == label]
    if not own:
        raise no_text(action)
    if len(own) > 1:
        raise NotComputedError("the text set out shows this footnote twice", "shown-twice")
    return own[0]
