"""The redline of a change, inline or side by side, and as files."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import HTMLResponse

from tracker.diffing.summary import split_path
from tracker.model import Change, LocalizedText, Op, Operation, Unit
from tracker.rendering import print_pdf
from tracker.rendering.official_links import official_url
from tracker.rendering.redlines import render
from tracker.rendering.redlines.model import Redline, RedlineLine, merge_in_reading_order
from tracker.rendering.redlines.stored import load_redline, with_texts
from tracker.serialization import change_from_json
from tracker.web.context import InjectedContext, WebContext
from tracker.web.page_cache import cached_page
from tracker.web.rendering import language_of, number_of, page

router = APIRouter(include_in_schema=False)

PAGE = 200  # rows on one page
FOLD = 240  # longest run of unchanged words shown whole; the middle of a longer one is folded
KEPT = 100  # characters kept at either end of a fold
AROUND = 2  # unchanged units shown before and after a change, with context
TYPES = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "html": "text/html; charset=utf-8",
    "json": "application/json",
}
RunKind = Literal["equal", "delete", "insert", "fold"]


@dataclass(frozen=True, slots=True)
class RedlineItem:
    """One operation as drawn. `local` is its path within its section; `quiet`: it has no words of its own to
    show.
    """

    operation: Operation
    anchor: str
    local: str
    was: str
    follows: str
    quiet: bool
    runs: tuple[tuple[RunKind, str], ...]
    link: str


@dataclass(frozen=True, slots=True)
class UnchangedUnit:
    """An unchanged unit."""

    local: str
    text: str
    path: str


@dataclass(frozen=True, slots=True)
class SkippedUnits:
    """The number of unchanged units that are left out."""

    count: int


@dataclass(frozen=True, slots=True)
class MovedFrom:
    """The place that a unit was moved away from."""

    local: str
    to: str
    anchor: str


Row = (
    Operation | Unit | RedlineLine | int
)  # one drawn item: a change, an unchanged unit, a place that was left, or a count of skipped units
Drawn = RedlineItem | UnchangedUnit | SkippedUnits | MovedFrom


@dataclass(frozen=True, slots=True)
class RedlineSection:
    """A section, table or page with its drawn items, each under the name of its kind."""

    name: str
    anchor: str
    items: tuple[tuple[str, Drawn], ...]

    @property
    def counts(self) -> list[tuple[Op, int]]:
        kinds = [item.operation.op for _, item in self.items if isinstance(item, RedlineItem)]
        return [(op, kinds.count(op)) for op in Op if op in kinds]


def anchor_of(path: str) -> str:
    """Return a permanent anchor for a unit: its path with only the characters that addresses allow."""
    return "u-" + re.sub(r"[^\w.()-]+", "-", path).strip("-")


def places(rows: Iterable[Row]) -> list[RedlineSection]:
    """Return the items grouped by section, in reading order; a section that occurs twice gives two groups."""
    found: list[tuple[str, list[tuple[str, Drawn]]]] = []
    seen: dict[str, int] = {}
    for row in rows:
        if isinstance(row, int):
            if found:
                found[-1][1].append(("gap", SkippedUnits(row)))
            continue
        path = row.unit.path if isinstance(row, RedlineLine) else row.path
        name, local = split_path(path)
        if not found or found[-1][0] != name:
            found.append((name, []))
        if isinstance(row, Unit):
            found[-1][1].append(("kept", UnchangedUnit(local, row.text, row.path)))
        elif isinstance(row, RedlineLine):
            assert row.operation is not None
            to = row.operation.path
            found[-1][1].append(("left", MovedFrom(local or name, _beside(to, name), anchor_of(to))))
        else:
            anchor = anchor_of(path)
            seen[anchor] = seen.get(anchor, 0) + 1
            if seen[anchor] > 1:
                anchor = f"{anchor}~{seen[anchor]}"
            found[-1][1].append(("op", _item(row, name, local, anchor)))
    return [
        RedlineSection(name, f"p{number}-{anchor_of(name)}", tuple(items))
        for number, (name, items) in enumerate(found, 1)
    ]


def with_context(redline: Redline, editorial: bool) -> list[Row]:
    """Return the operations with the units around them, and counts of the units between. Needs the units of
    both texts.
    """
    lines = list(merge_in_reading_order(redline))
    changed = [line.operation is not None and (editorial or not line.operation.editorial) for line in lines]
    names = [split_path(line.unit.path)[0] for line in lines]
    near = [
        not changed[index]
        and any(
            changed[other] and names[other] == names[index]
            for other in range(max(0, index - AROUND), min(len(lines), index + AROUND + 1))
        )
        for index in range(len(lines))
    ]
    touched = {name for name, is_changed in zip(names, changed, strict=True) if is_changed}
    rows: list[Row] = []
    left_out, place = 0, ""
    for index, line in enumerate(lines):
        if names[index] != place:
            if left_out:
                rows.append(left_out)
            left_out, place = 0, names[index]
        if changed[index] or near[index]:
            if left_out and rows and _place_of(rows[-1]) == place:
                rows.append(left_out)
            left_out = 0
            assert line.operation is not None or near[index]
            if near[index]:
                rows.append(line.unit)
            elif line.status == "moved-away":
                rows.append(line)
            elif line.operation is not None:
                rows.append(line.operation)
        elif place in touched:
            left_out += 1
    if left_out:
        rows.append(left_out)
    return rows


def _place_of(row: Row) -> str:
    if isinstance(row, int):
        return ""
    return split_path(row.unit.path if isinstance(row, RedlineLine) else row.path)[0]


def folded(spans: Sequence[tuple[str, str]]) -> tuple[tuple[RunKind, str], ...]:
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


def item_of(operation: Operation) -> RedlineItem:
    """Return one operation as a drawn item."""
    name, local = split_path(operation.path)
    return _item(operation, name, local or name, anchor_of(operation.path))


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
    )


def _beside(path: str, place: str) -> str:
    other, local = split_path(path)
    return local if local and other == place else path


def _load(web_context: WebContext, reference: str) -> tuple[Change, Redline]:
    with web_context.reading() as store:
        change = change_from_json(store.change(reference))
    with web_context.store.read() as connection:
        redline = load_redline(
            connection, change, now=web_context.now(), timezone=web_context.settings.timezone
        )
    return change, redline


@router.get("/changes/{reference}/redline")
def redline_page(
    request: Request, web_context: InjectedContext, reference: str, context: str = ""
) -> HTMLResponse:
    seal = ""
    if not context:  # the texts around it may be pruned later, which the change's hash does not cover
        with web_context.reading() as store:
            seal = store.seal(reference)
    return cached_page(
        request, web_context, lambda: _redline(request, web_context, reference, context), seal=seal
    )


def _redline(request: Request, web_context: WebContext, reference: str, context: str) -> HTMLResponse:
    change, redline = _load(web_context, reference)
    whole = None
    if context and redline.operations:
        with web_context.store.read() as connection:
            whole = with_texts(connection, change, redline)
    address = f"/changes/{change.id}/redline"
    return redline_view(
        request,
        web_context,
        redline,
        summary=change.tagging.summary if redline.operations else LocalizedText("", ""),
        address=address,
        values={},
        back=f"/changes/{change.id}",
        whole=whole,
    )


@router.get("/changes/{reference}/redline.{form}")
def redline_file(request: Request, web_context: InjectedContext, reference: str, form: str) -> Response:
    if form not in {*TYPES, "pdf"}:
        raise HTTPException(404)
    change, redline = _load(web_context, reference)
    if form == "pdf":
        return _paper(request, web_context, change, redline)
    return as_file(
        request, web_context, redline, form, f"{change.document_number or change.source}-{change.id}"
    )


def _paper(request: Request, web_context: WebContext, change: Change, redline: Redline) -> Response:
    with web_context.reading() as store:
        log = store.reviews([change.id])
    data = print_pdf.change_pdf(
        change, redline, log, language=language_of(request, web_context), today=web_context.today()
    )
    headers = {"Content-Disposition": f'attachment; filename="{change.id}.pdf"'}
    return Response(data, media_type="application/pdf", headers=headers)


def redline_view(
    request: Request,
    web_context: WebContext,
    redline: Redline,
    *,
    summary: LocalizedText,
    address: str,
    values: Mapping[str, object],
    back: str,
    whole: Redline | None,
) -> HTMLResponse:
    """Return the redline page for these query values. `whole` shows the whole text."""
    language = language_of(request, web_context)
    asked = request.query_params
    editorial, context = bool(asked.get("editorial")), bool(asked.get("context"))
    view = "side" if asked.get("view") == "side" else "inline"
    shown = [op for op in redline.operations if editorial or not op.editorial]
    rows: list[Row] = with_context(whole, editorial) if context and whole and shown else [*shown]
    parts = max(1, -(-len(rows) // PAGE))
    part = min(number_of(asked.get("part", "1")), parts)
    return page(
        request,
        web_context,
        "redline.html.j2",
        redline=redline,
        facts=redline.facts(language),
        ribbons=lambda path: (whole or redline).ribbons(path, language),
        summary=summary.get(language),
        places=places(rows[(part - 1) * PAGE : part * PAGE]),
        shown=len(shown),
        hidden=len(redline.operations) - len(shown),
        typographic=sum(op.editorial for op in redline.operations),
        address=address,
        own=dict(values),
        back_to=back,
        values={
            **values,
            "view": view if view == "side" else "",
            "editorial": "1" if editorial else "",
            "context": "1" if context else "",
        },
        view=view,
        without_context=context and bool(shown) and whole is None,
        part=part,
        parts=parts,
    )


def as_file(request: Request, web_context: WebContext, redline: Redline, form: str, name: str) -> Response:
    data = render(redline, form, language_of(request, web_context))
    plain = re.sub(r"[^\w.-]+", "-", name, flags=re.ASCII)
    headers = {"Content-Disposition": f'attachment; filename="{plain}.{form}"'}
    if form == "html":
        # The file carries its own policy, which allows its own style only.
        headers["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    return Response(data, media_type=TYPES[form], headers=headers)
