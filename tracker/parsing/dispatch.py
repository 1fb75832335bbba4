"""Parses an answer of a source into one `Document`: each role has its parser."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from tracker.errors import AttachmentUnreadable, FetchError, ParseError, UnexpectedResponse
from tracker.locations import INDEX, TITLE, names_no_text
from tracker.model import Document, DocumentKind, Fetched, ResourceType, Unit
from tracker.model.law_revision import law_revision_of
from tracker.parsing.absent_rows import ABSENT, with_absent_rows
from tracker.parsing.annexes import with_annexes
from tracker.parsing.bill import read_bill, read_bill_text
from tracker.parsing.data_table import table_units
from tracker.parsing.docket import read_comment, read_docket
from tracker.parsing.ecfr_xml import ecfr_units, is_ecfr
from tracker.parsing.fr_record import dockets, fr_document, pi_document
from tracker.parsing.fr_text import RawText, plain, read_fr_text
from tracker.parsing.fr_xml import FrFacts, fr_units
from tracker.parsing.gpo_xml import tree
from tracker.parsing.json_fields import begins_as_json, load, load_object
from tracker.parsing.json_tables import table_units as json_table_units
from tracker.parsing.json_tables import value_units
from tracker.parsing.judgment import read_judgment
from tracker.parsing.screening_list import list_units, record_units
from tracker.parsing.tariff_table import tariff_units
from tracker.tariff.rows import rows_of_records
from tracker.text import canonical_json
from tracker.text.encodings import label_of

_HTML = re.compile(rb"\s*(?:<!doctype html|<html)", re.IGNORECASE)


def read(fetched: Fetched) -> Document:
    """Return the document in an answer and its attachments.

    Raises ParseError when the bytes cannot be parsed, UnexpectedResponse (transient) when a web page was sent
    in place of data (a bot wall, an error page with status 200), and AttachmentUnreadable when only a full text
    cannot be parsed. An unreadable annex of a page is named in `notes`.
    """
    reader = _READERS.get(fetched.role)
    if reader is None:
        raise ParseError(
            f"{fetched.key}: an answer of the kind {fetched.role.value} is evidence, not a document"
        )
    return reader(fetched)


def _body(fetched: Fetched) -> bytes:
    body = fetched.answer.body
    if not body.strip():
        raise UnexpectedResponse(f"{fetched.key}: an empty answer", url=fetched.answer.url)
    return body


def _label(fetched: Fetched) -> str:
    return label_of(fetched.answer.header("content-type"))


def _data(fetched: Fetched) -> bytes:
    """Return a body that should be data. A web page in its place is a wall or a server failure."""
    body = _body(fetched)
    if _HTML.match(body[:200]):
        raise UnexpectedResponse(
            f"{fetched.key}: a web page was sent in place of {fetched.role.value}", url=fetched.answer.url
        )
    return body


def _raw_text(fetched: Fetched) -> bytes:
    """Return a body that should be raw text, which the Federal Register sends in the <pre> of a page. Another
    page in its place is a wall or a server failure.
    """
    body = _body(fetched)
    if _HTML.match(body[:200]) and b"<pre" not in body.lower():
        raise UnexpectedResponse(
            f"{fetched.key}: a web page was sent in place of raw text", url=fetched.answer.url
        )
    return body


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text[:10]) if text else None
    except ValueError:
        return None


def _ecfr(fetched: Fetched) -> Document:
    root = tree(_data(fetched), fetched.key, _label(fetched))
    if not is_ecfr(root):
        raise UnexpectedResponse(
            f"{fetched.key}: <{root.tag}> is not a division of the eCFR", url=fetched.answer.url
        )
    part = fetched.meta.get("part")
    if part and (root.tag, root.get("N")) != ("DIV5", part):
        raise UnexpectedResponse(
            f"{fetched.key}: <{root.tag}> {root.get('N') or ''} was sent in place of part {part}",
            url=fetched.answer.url,
        )
    units, heading, place = ecfr_units(root, fetched.meta.get("title", ""))
    return Document(
        key=fetched.key,
        kind=DocumentKind.CFR,
        title=heading or fetched.key,
        url=_ecfr_url(fetched, place),
        units=units,
        published=_day(fetched.meta.get("as_of")),
        cfr_references=(place,) if re.fullmatch(r"\d+ CFR \d+", place) else (),
    )


def _ecfr_url(fetched: Fetched, place: str) -> str:
    """Return the address of the page for readers, on the host that answered."""
    found = re.match(r"(\d+) CFR (\d+)", place)
    parts = urlsplit(fetched.answer.url)
    if found is None or not parts.netloc:
        return fetched.answer.url
    return f"{parts.scheme}://{parts.netloc}/current/title-{found[1]}/part-{found[2]}"


def _fr_record(fetched: Fetched) -> Document:
    record = load_object(_data(fetched), fetched.key)
    return _with_text(fr_document(record, fetched.key, fetched.answer.url), fetched)


def _pi_record(fetched: Fetched) -> Document:
    record = load_object(_data(fetched), fetched.key)
    return _with_text(pi_document(record, fetched.key, fetched.answer.url), fetched)


def _with_text(document: Document, fetched: Fetched) -> Document:
    """Return `document` with the units of its full text: the XML where there is one, else the raw text. Fields
    that the record leaves empty (action, dates) are filled from it. Raises AttachmentUnreadable where the
    text cannot be parsed or has no units: that says nothing about the content of the document.
    """
    order = {ResourceType.FR_XML: 0, ResourceType.FR_TEXT: 1}
    texts = sorted(
        (part for part in fetched.attachments if part.role in order), key=lambda part: order[part.role]
    )
    if not texts:
        return document
    attachment = texts[0]
    try:
        if attachment.role is ResourceType.FR_XML:
            whole = _with_xml(document, _data(attachment), _label(attachment))
        else:
            whole = _with_raw_text(document, _raw_text(attachment), _label(attachment))
    except (ParseError, FetchError) as error:
        raise AttachmentUnreadable(
            f"full text not read: {error.cause}", cure=error.cure, attachment=attachment.key
        ) from error
    if not whole.units:
        raise AttachmentUnreadable(
            f"full text not read: {attachment.key} has no text", attachment=attachment.key
        )
    return whole


def _with_xml(document: Document, data: bytes, label: str) -> Document:
    """Return `document` with the units of its full text XML, and empty fields of the record filled from it."""
    return merge_listing_facts(document, *fr_units(tree(data, document.key, label), document.key))


def merge_listing_facts(document: Document, units: tuple[Unit, ...], facts: FrFacts) -> Document:
    """Return `document` with `units`, its empty fields filled from the facts in the text."""
    return replace(
        document,
        units=units,
        title=document.title or facts.title,
        abstract=document.abstract or facts.summary,
        action=document.action or facts.action,
        dates_text=document.dates_text or facts.dates,
        agencies=document.agencies or facts.agencies,
        docket_ids=document.docket_ids or dockets(facts.dockets),
        rins=document.rins or facts.rins,
        cfr_references=document.cfr_references or facts.cfr_references,
        executive_order=document.executive_order or facts.executive_order or None,
        proclamation=document.proclamation or facts.proclamation or None,
    )


def _with_raw_text(document: Document, data: bytes, label: str) -> Document:
    """Return the same from its raw text."""
    text = read_fr_text(data, label)
    return replace(
        document,
        units=text.units,
        abstract=document.abstract or text.summary,
        action=document.action or text.action,
        dates_text=document.dates_text or text.dates,
    )


def _page(fetched: Fetched) -> Document:
    from tracker.parsing.page import read_page

    if rows := _table(fetched):
        title = fetched.meta.get("link_text", "") or fetched.key
        return Document(fetched.key, DocumentKind.PAGE, title, fetched.answer.url, rows)
    index = fetched.meta.get(INDEX, "")
    page = read_page(
        _body(fetched),
        fetched.answer.url,
        content=fetched.meta.get("content", ""),
        label=_label(fetched),
        followed=_followed(index, fetched.answer.url) if index else None,
    )
    document = Document(
        key=fetched.key,
        kind=DocumentKind.PAGE,
        title=fetched.meta.get(TITLE) or page.title or fetched.meta.get("link_text", "") or fetched.key,
        url=fetched.answer.url,
        units=page.units,
        published=page.published,
    )
    return with_annexes(document, fetched)


def _followed(index: str, url: str) -> Callable[[str], bool]:
    """Return the test for addresses that the source follows from an index, from the regular expression in its
    metadata.
    """
    pattern = re.compile(index)

    def follows(address: str) -> bool:
        return (
            address != url
            and not names_no_text(urlsplit(address).path)
            and pattern.search(address) is not None
        )

    return follows


def _table(fetched: Fetched) -> tuple[Unit, ...]:
    """Return the rows of an answer that is a table of data: CSV or JSON."""
    body = _body(fetched)
    content_type = fetched.answer.header("content-type") or ""
    if body.lstrip()[:1] == b"<":
        return ()
    if body.lstrip(b"\xef\xbb\xbf \r\n\t")[:1] in (b"[", b"{"):
        try:
            value = canonical_json(body)
            return json_table_units(value, fetched.key) or value_units(value, fetched.key)
        except (ValueError, RecursionError) as error:
            path = urlsplit(fetched.answer.url).path
            if "json" in content_type.lower() or path.endswith(".json") or begins_as_json(body):
                raise UnexpectedResponse(
                    f"{fetched.key}: invalid or truncated JSON: {error}", url=fetched.answer.url
                ) from None
    return table_units(fetched.answer.url, plain(body, _label(fetched)), content_type)


def _pdf(fetched: Fetched) -> Document:
    from tracker.parsing.pdf import read_pdf

    body = _data(fetched)
    pdf = read_pdf(body, fetched.key)
    title = fetched.meta.get("link_text", "") or pdf.title or fetched.key
    if pdf.register is not None:  # a followed page stays a page, whatever it contains
        document = register_print(pdf.register, pdf.units, fetched.key)
        return replace(
            document,
            key=fetched.key,
            kind=DocumentKind.PAGE,
            document_number=None,
            title=document.title or title,
            url=fetched.answer.url,
        )
    return Document(
        key=fetched.key, kind=DocumentKind.PAGE, title=title, url=fetched.answer.url, units=pdf.units
    )


def register_print(text: RawText, units: tuple[Unit, ...], name: str) -> Document:
    """Return a document of the Federal Register from its raw text or its print."""
    record = {
        "document_number": text.number,
        "title": text.title,
        "abstract": text.summary,
        "action": text.action,
        "dates": text.dates,
        "type": text.type or _type_of(text.action),
        "publication_date": text.published,
        "citation": text.citation,
    }
    return replace(fr_document(record, text.number or name), units=units)


def _type_of(action: str) -> str:
    """Return the document type in an ACTION line; raw text has no field for it."""
    if re.search(r"propos", action, re.IGNORECASE):
        return "Proposed Rule"
    return "Rule" if re.search(r"\brule|correct", action, re.IGNORECASE) else "Notice"


def _feed_entry(fetched: Fetched) -> Document:
    from tracker.parsing.feed import read_entry

    return read_entry(_data(fetched), fetched.key, fetched.answer.url)


def _screening_list(fetched: Fetched) -> Document:
    name = fetched.meta.get("list_name", "")
    if form := fetched.meta.get("form", ""):
        units, notes = record_units(_parties(fetched, form), fetched.key)
    else:
        units, notes = list_units(_data(fetched), fetched.key, name)
    return Document(
        key=fetched.key,
        kind=DocumentKind.LIST,
        title=name or "Consolidated Screening List",
        url=fetched.meta.get("url") or fetched.answer.url,
        units=with_absent_rows(units, fetched.meta.get(ABSENT, "")),
        notes=notes,
    )


def _parties(fetched: Fetched, form: str) -> list[dict[str, Any]]:
    """Return the parties of an agency's own file or page."""
    from tracker.parsing import ofac_lists, party_files, uflpa_list

    if form == "uflpa":
        return uflpa_list.listed_entities(_body(fetched), fetched.key, _label(fetched))
    if form == "denied-persons":
        return party_files.denied_persons(_data(fetched), fetched.key, _label(fetched))
    list_name = ofac_lists.SDN if form == "ofac-sdn" else ofac_lists.OTHERS
    full = ofac_lists.full_file(_data(fetched), fetched.key, list_name)
    deltas = [ofac_lists.delta_file(part.answer.body, part.key) for part in fetched.attachments]
    return ofac_lists.with_deltas(full, deltas, list_name)


def _tariff(fetched: Fetched) -> Document:
    value = load(_data(fetched), fetched.key)
    records = [row for row in value if isinstance(row, Mapping)] if isinstance(value, list) else []
    rows = rows_of_records(records)
    if not rows or len(records) != len(value):
        raise UnexpectedResponse(f"{fetched.key}: not a list of tariff rows", url=fetched.answer.url)
    return Document(
        key=fetched.key,
        kind=DocumentKind.LIST,
        title="Harmonized Tariff Schedule of the United States",
        url=fetched.answer.url,
        units=tariff_units(rows),
        citation=fetched.meta.get("release"),
    )


def _tariff_notes(fetched: Fetched) -> Document:
    from tracker.parsing.tariff_notes import note_units

    units, notes = note_units(_data(fetched), fetched.key)
    return Document(
        key=fetched.key,
        kind=DocumentKind.LIST,
        title="Harmonized Tariff Schedule of the United States, notes to chapter 99",
        url=fetched.answer.url,
        units=units,
        citation=fetched.meta.get("release"),
        notes=notes,
    )


def _japanese_law(fetched: Fetched) -> Document:
    from tracker.parsing.japanese_law import law_in, law_units

    text = law_in(load(_data(fetched), fetched.key), fetched.key)
    facts = law_revision_of(text.revision)
    title = facts.title or fetched.meta.get("name", "") or fetched.key
    return Document(
        key=fetched.key,
        kind=DocumentKind.LAW,
        title=title,
        url=fetched.meta.get("url") or fetched.answer.url,
        units=law_units(text, fetched.meta.get("name") or title, facts.source_line),
        citation=facts.amendment_number or None,
        published=facts.promulgated,
        effective_on=facts.enforced,
        action=facts.amendment_title,
        dates_text=facts.source_line,
    )


def _matrix(fetched: Fetched) -> Document:
    from tracker.parsing.meti_matrix import matrix_units

    units, notes = matrix_units(_data(fetched), fetched.key)
    return Document(
        key=fetched.key,
        kind=DocumentKind.LIST,
        title=f"METI matrix: {fetched.key}",
        url=fetched.answer.url,
        units=units,
        notes=notes,
    )


_READERS: Mapping[ResourceType, Callable[[Fetched], Document]] = {
    ResourceType.ECFR_PART: _ecfr,
    ResourceType.FR_RECORD: _fr_record,
    ResourceType.PI_RECORD: _pi_record,
    ResourceType.PAGE: _page,
    ResourceType.PDF: _pdf,
    ResourceType.FEED_ENTRY: _feed_entry,
    ResourceType.SCREENING_LIST: _screening_list,
    ResourceType.TARIFF: _tariff,
    ResourceType.JAPANESE_LAW: _japanese_law,
    ResourceType.MATRIX: _matrix,
    ResourceType.TARIFF_NOTES: _tariff_notes,
    ResourceType.DOCKET: read_docket,
    ResourceType.COMMENT: read_comment,
    ResourceType.JUDGMENT: read_judgment,
    ResourceType.BILL: read_bill,
    ResourceType.BILL_TEXT: read_bill_text,
}
