"""Renders a redline as one self-contained HTML page: inline or side by side, printable, without scripts.

The page loads nothing (its policy forbids it), and text from outside is escaped. Typographic differences are on
the page but hidden until the reader shows them; the switches are form controls styled by CSS.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cache
from html import escape
from importlib import resources

from tracker.diffing.summary import summarize
from tracker.i18n import t
from tracker.legal_status.ribbons import Ribbon
from tracker.model import Language, Op, Operation
from tracker.rendering.bluebook import cite
from tracker.rendering.redlines.layout import (
    OMITTED,
    Drawn,
    MovedFrom,
    RedlineItem,
    RedlineSection,
    RedlineTable,
    SkippedUnits,
    UnchangedUnit,
    cells_of,
    file_rows,
    heading_titles,
    is_row,
    places,
    split_section,
)
from tracker.rendering.redlines.model import Redline
from tracker.rendering.scripts import script_runs
from tracker.sanitize import safe_url, sanitize

CITED = 30  # units that are cited together
DEEPEST = 7  # levels of indentation

Spans = tuple[tuple[str, str], ...]

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


@cache
def style() -> str:
    return resources.files(__package__).joinpath("redline.css").read_text(encoding="utf-8")


def render(redline: Redline, language: Language = "en") -> str:
    """Return the page as a string; save it as UTF-8."""
    editorial = sum(op.editorial for op in redline.visible())
    title, *official = map(_safe, redline.names(language) or (t("redline.title", language),))
    named = "".join(f'<p lang="en">{name}</p>' for name in official)
    return (
        f'<!DOCTYPE html>\n<html lang="{language}"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="referrer" content="no-referrer">'
        f"<title>{title}</title><style>{style()}</style></head><body>\n"
        f"<header><h1>{title}</h1>{named}{_standing(redline, language)}{_facts(redline, language)}"
        f'<p class="summary">{_safe(summarize(redline.operations).get(language))}</p>'
        f'<p class="key">{_safe(t("redline.key", language))}</p></header>\n'
        f"{_switches(editorial, language)}<main>{body(redline, language)}</main>{annex(redline, language)}</body></html>\n"
    )


def body(redline: Redline, language: Language) -> str:
    """Return the sections with what differs in them, as a fragment that `style` formats; of a redline with both texts, an
    excerpt with the units around it.
    """
    if not redline.visible():
        return f"<p>{_safe(t('redline.same', language))}</p>"
    titles = heading_titles((redline.before.units if redline.before else ()) + redline.after.units)
    rows = file_rows(replace(redline, excerpt=True))
    return "".join(_section(redline, place, language) for place in places(rows, language, titles))


def annex(redline: Redline, language: Language) -> str:
    """Return what proves which texts were compared: hashes, and the official page of each section with its citations."""
    rows = "".join(
        f"<dt>{_safe(name)}</dt><dd>{_safe(value)}</dd>" for name, value in redline.evidence(language)
    )
    pages = "".join(
        f"<dt>{_link(address) if address else ''}</dt><dd>{_safe('; '.join(cited[:CITED]))}{' …' if len(cited) > CITED else ''}</dd>"
        for address, cited in redline.official_pages()
    )
    return f'<section class="annex"><h2>{_safe(t("redline.annex", language))}</h2><dl>{rows}{pages}</dl></section>'


def _standing(redline: Redline, language: Language) -> str:
    return "".join(map(_ribbon, redline.standing(language)))


def _ribbon(ribbon: Ribbon) -> str:
    return f'<p class="ribbon {_safe(ribbon.state)}">{_safe(ribbon.words)}</p>'


def _ribbons(redline: Redline, path: str, language: Language) -> str:
    return "".join(map(_ribbon, redline.ribbons(path, language)))


def _safe(text: str) -> str:
    return escape(sanitize(text), quote=True)


def _link(address: str) -> str:
    safe = safe_url(address)
    return (
        f'<a href="{escape(safe, quote=True)}" rel="noreferrer noopener">{_safe(address)}</a>' if safe else ""
    )


def _facts(redline: Redline, language: Language) -> str:
    sections = dict.fromkeys(cite(split_section(op.path)[0]) for op in redline.visible())
    cited = "; ".join([*sections][:CITED]) + (" …" if len(sections) > CITED else "")
    rows = []
    for name, value in redline.facts(language, hashes=False):
        words = _safe(cited if name == t("redline.citations", language) else value)
        if name == t("redline.source", language) and safe_url(redline.url):
            words = _link(redline.url)
        rows.append(f"<dt>{_safe(name)}</dt><dd>{words}</dd>")
    return f"<dl>{''.join(rows)}</dl>"


def _switches(editorial: int, language: Language) -> str:
    inputs = (
        '<input class="view" type="radio" name="view" id="inline" checked>'
        '<input class="view" type="radio" name="view" id="side">'
    )
    labels = (
        f'<label for="inline">{_safe(t("redline.inline", language))}</label>'
        f'<label for="side">{_safe(t("redline.side-by-side", language))}</label>'
    )
    if editorial:
        inputs += '<input class="view" type="checkbox" id="editorial">'
        words = _safe(t("redline.show-editorial", language, count=editorial))
        labels += f'<label for="editorial">{words}</label>'
    return f'{inputs}<div class="switches">{labels}</div>\n'


def _section(redline: Redline, place: RedlineSection, language: Language) -> str:
    drawn = list(place.drawn())
    operations = [item.operation for item in drawn if isinstance(item, RedlineItem)]
    hidden = ' class="editorial"' if operations and all(op.editorial for op in operations) else ""
    name = f'<span class="cite">{_safe(cite(place.name))}</span>'
    printed = f'<p class="printed" lang="en">{_safe(place.title)}</p>' if place.title else ""
    about = f" <small>{_safe(place.about)}</small>" if place.about else ""
    parts = "".join(_drawn(redline, item, place.name, language) for _, item in place.items)
    return f"<section{hidden}><h2>{name}{about}</h2>{printed}{parts}</section>\n"


def _drawn(redline: Redline, item: Drawn | RedlineTable, place: str, language: Language) -> str:
    if isinstance(item, RedlineTable):
        return _table(redline, item, language)
    if isinstance(item, RedlineItem):
        return _op(redline, item, language)
    if isinstance(item, UnchangedUnit):
        words = _runs(cell_lines(item.cells) if item.cells else (("equal", item.text),))
        tag = "p" if item.path != place else "h3"
        return f'<{tag} class="kept {_level(item.level)}" lang="en">{words}</{tag}>{_ribbons(redline, item.path, language)}\n'
    if isinstance(item, SkippedUnits):
        return f'<p class="gap">{OMITTED}</p>\n'
    return f'<p class="gap">{_safe(t("web.moved-to", language, path=item.to))}: <s>{_safe(cite(item.unit.path))}</s></p>\n'


def _op(redline: Redline, item: RedlineItem, language: Language) -> str:
    op = item.operation
    classes = [
        "op",
        op.op.value,
        _level(item.level),
        *(["editorial"] if op.editorial else []),
        *(["follower"] if item.quiet else []),
    ]
    head = (
        f'<h3><span class="badge">{_safe(t(f"op.{op.op.value}", language))}</span>{_safe(cite(op.path))}'
        f' <span class="was">{_safe(" · ".join(_notes(item, language)))}</span></h3>'
    )
    head += _ribbons(redline, op.path, language)
    return (
        f'<article class="{" ".join(classes)}">{head}{"" if item.quiet else _words(op, language)}</article>\n'
    )


def _notes(item: RedlineItem, language: Language, *, names: bool = True) -> list[str]:
    return [
        *([t("redline.from", language, path=item.was)] if item.was and names else []),
        *([t("redline.follows", language, path=item.follows)] if item.follows else []),
        *([t("redline.editorial", language)] if item.operation.editorial else []),
    ]


def _level(level: int) -> str:
    return f"l{min(level, DEEPEST)}"


def _table(redline: Redline, table: RedlineTable, language: Language) -> str:
    rows = [row for _, row in table.rows]
    printed = any(isinstance(row, RedlineItem) and row.head for row in rows)
    heads = table.columns if not printed else ()
    names = "".join(f"<th>{_safe(name)}</th>" for name in [*heads, *[""] * (table.width - len(heads))])
    change = _safe(t("redline.change", language))
    head = f'<thead><tr><th class="mark">{change}</th>{names}</tr></thead>' if heads else ""
    lines, country = [], ""
    for row in rows:
        if isinstance(row, MovedFrom):
            words = f"<s>{_safe(cite(row.unit.path))}</s>"
            lines.append(f'<tr class="gap"><td></td><td colspan="{table.width}">{words}</td></tr>')
        elif isinstance(row, RedlineItem | UnchangedUnit):
            named = isinstance(row, UnchangedUnit) and table.by_country and not row.cells
            if not named and not (row.head and heads):  # the next row has the name of the country
                new = row.country if row.country != country else ""
                lines.append(_row(redline, table, row, new, language))
                country = row.country
    return f'<table class="w{table.width}">{head}<tbody>{"".join(lines)}</tbody></table>\n'


def _row(
    redline: Redline, table: RedlineTable, row: RedlineItem | UnchangedUnit, country: str, language: Language
) -> str:
    changed = isinstance(row, RedlineItem)
    spans: Spans = row.operation.spans if isinstance(row, RedlineItem) else (("equal", row.text),)
    cells = [_runs(cell) for cell in cells_of(spans, listed=table.by_country)]
    if table.by_country and row.cells and not row.head:
        cells.insert(0, f"<b>{_safe(country)}</b>")
    cells += [""] * (table.width - len(cells))
    classes, mark = "kept", ""
    if isinstance(row, RedlineItem):
        op = row.operation
        classes = " ".join(["row", op.op.value, *(["editorial"] if op.editorial else [])])
        notes = "".join(
            f'<br><span class="was">{_safe(note)}</span>'
            for note in _notes(row, language, names=op.op is not Op.CHANGED)
        )
        mark = f'<span class="badge">{_safe(t(f"op.{op.op.value}", language))}</span>{notes}'
    mark += _ribbons(redline, row.path, language)
    shown = "".join(f'<td class="words" lang="en">{cell}</td>' for cell in cells)
    return f'<tr class="{classes}"><td class="mark">{mark if changed or mark else ""}</td>{shown}</tr>'


def _words(op: Operation, language: Language) -> str:
    spans = cell_lines(cells_of(op.spans)) if is_row(op) else op.spans
    none = f'<span class="was">{_safe(t("redline.nothing", language))}</span>'
    old = none if op.op is Op.ADDED else _runs(spans, skip="insert")
    new = none if op.op is Op.REMOVED else _runs(spans, skip="delete")
    return (
        f'<p class="words inline" lang="en">{_runs(spans)}</p><div class="columns">'
        f"<div><h4>{_safe(t('redline.before', language))}</h4>"
        f'<p class="words" lang="en">{old}</p></div>'
        f"<div><h4>{_safe(t('redline.after', language))}</h4>"
        f'<p class="words" lang="en">{new}</p></div></div>'
    )


def cell_lines(cells: Sequence[Spans]) -> Spans:
    """Return the runs of the cells of a row of data, each on a line of its own."""
    return tuple(
        run for index, cell in enumerate(cells) for run in ((("line", ""),) if index else ()) + tuple(cell)
    )


def _runs(spans: Iterable[tuple[str, str]], skip: str = "") -> str:
    return "".join(_span(kind, text) for kind, text in spans if kind != skip)


def _span(kind: str, text: str) -> str:
    if kind == "line":
        return "<br>"
    words = "".join(
        f"<{script}>{_safe(piece)}</{script}>" if script else _safe(piece)
        for script, piece in script_runs(text)
    )
    if not text.strip():
        return words  # changed white space has no visible difference
    return {"delete": f"<del>{words}</del>", "insert": f"<ins>{words}</ins>"}.get(kind, words)
