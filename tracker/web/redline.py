"""The redline of a change, inline or side by side, and as files."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import HTMLResponse

from tracker.legal_status.ribbons import Ribbon
from tracker.model import Change, Language, LocalizedText, Op
from tracker.rendering import print_pdf
from tracker.rendering.redlines import render
from tracker.rendering.redlines.layout import (
    RedlineItem,
    RedlineSection,
    Row,
    heading_titles,
    places,
    split_section,
)
from tracker.rendering.redlines.model import Redline, RedlineLine, merge_in_reading_order
from tracker.rendering.redlines.stored import load_redline, with_texts
from tracker.rendering.words_on_day import worded_on
from tracker.serialization import change_from_json
from tracker.web.context import InjectedContext, WebContext
from tracker.web.page_cache import cached_page
from tracker.web.rendering import asked_language, language_of, number_of, official_language, page, query

router = APIRouter(include_in_schema=False)

PAGE = 200  # rows on one page
AROUND = 2  # unchanged units shown before and after a change, with context
TYPES = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "html": "text/html; charset=utf-8",
    "json": "application/json",
    "text": "text/plain; charset=utf-8",
}


@dataclass(frozen=True, slots=True)
class DrawnRedline:
    """What the template `redline_parts.html.j2` draws: sections with their items, and what is beside each item."""

    redline: Redline
    places: list[RedlineSection]
    language: Language
    view: str = "inline"

    def ribbons(self, path: str) -> tuple[Ribbon, ...]:
        return self.redline.ribbons(path, self.language)

    def cited(self, item: RedlineItem) -> str:
        """Return the citation to copy: of a removed unit, in the earlier text."""
        return self.redline.cited(item.path, old=item.operation.op is Op.REMOVED)

    def history(self, item: RedlineItem) -> str:
        """Return the address of the unit's history; empty where the text has no stored versions."""
        text = self.redline.document_id
        return (
            f"/law/history{query({'text': text, 'path': item.path})}" if text and self.redline.before else ""
        )


def with_context(redline: Redline, editorial: bool) -> list[Row]:
    """Return the operations with the units around them, and counts of the units between. Needs the units of
    both texts.
    """
    lines = list(merge_in_reading_order(redline))
    changed = [line.operation is not None and (editorial or not line.operation.editorial) for line in lines]
    names = [split_section(line.unit.path)[0] for line in lines]
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
    return split_section(row.unit.path if isinstance(row, RedlineLine) else row.path)[0]


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
        summary=worded_on(change, web_context.today()).tagging.summary
        if redline.operations
        else LocalizedText("", ""),
        address=address,
        values={},
        back=f"/changes/{change.id}",
        whole=whole,
    )


@router.get("/changes/{reference}/redline.{form}")
@router.get(
    "/api/changes/{reference}/redline.{form}",
    tags=["records"],
    include_in_schema=True,
    summary="The redline of one change: text, html, docx, pdf or json",
)
def redline_file(request: Request, web_context: InjectedContext, reference: str, form: str) -> Response:
    if form not in {*TYPES, "pdf"}:
        raise HTTPException(404)
    change, redline = _load(web_context, reference)
    if form != "json" and redline.operations:
        with web_context.store.read() as connection:
            redline = with_texts(connection, change, redline) or redline
    if form == "pdf":
        return _paper(request, web_context, change, redline)
    return as_file(
        request, web_context, redline, form, f"{change.document_number or change.source}-{change.id}"
    )


def _paper(request: Request, web_context: WebContext, change: Change, redline: Redline) -> Response:
    with web_context.reading() as store:
        log = store.reviews([change.id])
    data = print_pdf.change_pdf(
        change, redline, log, language=asked_language(request, web_context), today=web_context.today()
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
        official=official_language(redline.title),
        redline=redline,
        facts=redline.facts(language),
        drawn=draw(redline, rows[(part - 1) * PAGE : part * PAGE], language, whole=whole, view=view),
        summary=summary.get(language),
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


def draw(
    redline: Redline,
    rows: Sequence[Row],
    language: Language,
    *,
    whole: Redline | None = None,
    view: str = "inline",
) -> DrawnRedline:
    """Return these rows of a redline for the template `redline_parts.html.j2`, on whatever page. `whole` is the redline with
    the units of both texts, where they were read: its headings are shown as printed.
    """
    around = whole or redline
    return DrawnRedline(around, places(rows, language, heading_titles(around.after.units)), language, view)


def as_file(request: Request, web_context: WebContext, redline: Redline, form: str, name: str) -> Response:
    data = render(redline, form, asked_language(request, web_context))
    plain = re.sub(r"[^\w.-]+", "-", name, flags=re.ASCII)
    headers = {"Content-Disposition": f'attachment; filename="{plain}.{form}"'}
    if form == "html":
        # The file carries its own policy, which allows its own style only.
        headers["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    return Response(data, media_type=TYPES[form], headers=headers)
