"""Parses files that the user names; the kind of a file is detected from its content."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import PurePath
from typing import Any

from tracker.errors import ParseError
from tracker.model import Document, DocumentKind, Unit
from tracker.parsing.annual_cfr import annual_units, is_annual
from tracker.parsing.data_table import table_units
from tracker.parsing.dispatch import merge_listing_facts, register_print
from tracker.parsing.ecfr_xml import ecfr_units, is_ecfr
from tracker.parsing.fr_record import fr_document, pi_document
from tracker.parsing.fr_text import plain, read_fr_text
from tracker.parsing.fr_xml import DOCUMENTS, fr_units, is_fr
from tracker.parsing.gpo_xml import Element, tree
from tracker.parsing.json_fields import begins_as_json, load
from tracker.parsing.json_tables import table_units as json_table_units
from tracker.parsing.json_tables import value_units
from tracker.parsing.page import read_page
from tracker.parsing.plain_text import plain_text_units
from tracker.parsing.screening_list import is_list, list_units
from tracker.text import canonical_json
from tracker.text.encodings import encoding_of, xml_as_utf_8

_XML = re.compile(
    rb"\s*(?:\xef\xbb\xbf)?\s*(?:<\?xml|<(?:DIV\d|ECFR|RULE|PRORULE|NOTICE|PRESDOCU|FEDREG|CFR(?:GRANULE|DOC))\b)"
)
_HTML = re.compile(rb"<(?:!doctype\s+html|html|head|body|div|p|main|article|h[1-6]|table)\b", re.IGNORECASE)
_BRACKET = re.compile(rb"\s*(?:\xef\xbb\xbf)?\s*[\[{]")
_FR_TEXT = re.compile(r"\[Federal Register|^(?:AGENCY|SUMMARY|ACTION): ", re.MULTILINE)
_PRE_ONLY = re.compile(rb"\s*<html>\s*<head>.{0,400}</head>\s*<body>\s*<pre", re.DOTALL | re.IGNORECASE)
_RECORD_FIELDS = ("document_number", "title", "abstract")  # a record of a document has at least one of these


def read_file(name: str, data: bytes) -> Document:
    """Return the document in a file, whose kind is detected from its content: eCFR or annual CFR XML, Federal
    Register XML (a document or a whole issue), HTML, PDF, text, an API record, a list of parties or a table
    in JSON, a table in CSV. Raises ParseError with a one-line cause.
    """
    if not data.strip():
        raise ParseError(f"{name}: the file is empty")
    if b"%PDF-" in data[:1024]:
        return _pdf(name, data)
    data = _ascii_compatible(data)
    if _XML.match(data[:400]):
        return _xml(name, tree(data, name), data)
    if _BRACKET.match(data[:100]) and _is_json(name, data):
        return _json(name, data)
    if not _is_table(name) and _HTML.search(data[:4000]) and not _PRE_ONLY.match(data[:1000]):
        page = read_page(data, name)
        return _worded(
            Document(
                name, DocumentKind.PAGE, page.title or _stem(name), "", page.units, published=page.published
            )
        )
    if b"\x00" in data[:4000]:
        raise ParseError(f"{name}: neither text, XML, HTML, JSON nor PDF")
    if rows := table_units(name, plain(data)):
        return Document(name, DocumentKind.PAGE, _stem(name), "", rows)
    return _worded(_text(name, data))


def _is_table(name: str) -> bool:
    """Return whether a file's name marks it as a table, whose cells may contain markup."""
    return PurePath(name).suffix.lower() in (".csv", ".tsv")


def _is_json(name: str, data: bytes) -> bool:
    """Return whether a file that begins with a bracket is JSON: all of it is valid JSON, or its name or its
    beginning marks it as JSON.
    """
    if PurePath(name).suffix.lower() in (".json", ".jsonl", ".ndjson") or begins_as_json(data):
        return True
    try:
        load(data, name)
    except ParseError:
        return False
    return True


def _ascii_compatible(data: bytes) -> bytes:
    """Return UTF-16 text as UTF-8, so that its kind can be detected; anything else unchanged."""
    return xml_as_utf_8(data) if encoding_of(data).startswith("utf-16") else data


def _worded(document: Document) -> Document:
    """Return `document`. Raises ParseError where it has no text: it must not look like a document outside the
    field.
    """
    if not document.units and not document.abstract:
        raise ParseError(
            f"{document.key}: no text was found in it",
            cure="save the page with its text, not only its scripts and images",
        )
    return document


def read_records(data: bytes, name: str = "input") -> list[Document]:
    """Return the documents of an API answer: one object, a list, `{"results": [...]}` or one object per line.
    Raises ParseError naming the line or record that cannot be parsed.
    """
    records: list[Any]
    data = _ascii_compatible(data)
    value = _value(name, data)
    records = value if isinstance(value, list) else _results(value)
    documents = []
    for number, record in enumerate(records, 1):
        if not isinstance(record, dict):
            raise ParseError(f"{name}: record {number} is not a JSON object")
        if record.keys().isdisjoint(_RECORD_FIELDS):
            raise ParseError(
                f"{name}: record {number} is not a Federal Register record",
                cure=f"it has neither {', '.join(_RECORD_FIELDS[:-1])} nor {_RECORD_FIELDS[-1]}",
            )
        documents.append(_record(record, f"{name}#{number}"))
    return documents


def _value(name: str, data: bytes) -> Any:
    """Return the value of a JSON file, or the list of its values where each line has one."""
    if _is_lines(data):
        try:
            return [canonical_json(line) for line in data.decode("utf-8-sig").splitlines() if line.strip()]
        except (ValueError, RecursionError):
            pass  # one object over several lines, or an error with a line number, which `load` reports
    return load(data, name)


def _results(value: object) -> list[Any]:
    if isinstance(value, dict) and isinstance(value.get("results"), list):
        return list(value["results"])
    if isinstance(value, dict) and "count" in value and "document_number" not in value:
        return []  # the Federal Register leaves `results` out where nothing was found
    return [value]


def _record(record: dict[str, Any], key: str) -> Document:
    number = record.get("document_number")
    key = number if isinstance(number, str) and number else key
    if "filed_at" in record or "filing_type" in record:
        return pi_document(record, key)
    return fr_document(record, key)


def _json(name: str, data: bytes) -> Document:
    value = _value(name, data)
    if is_list(value) and not _is_lines(data):
        units, notes = list_units(data, name)
        return Document(name, DocumentKind.LIST, _stem(name), "", units, notes=notes)
    if rows := json_table_units(value, name):
        return Document(name, DocumentKind.PAGE, _stem(name), "", rows)
    if not _has_record(value) and (units := value_units(value, name)):
        return Document(name, DocumentKind.PAGE, _stem(name), "", units)
    documents = read_records(data, name)
    if len(documents) != 1:
        raise ParseError(
            f"{name}: {len(documents)} records where one document is expected", cure="give one record"
        )
    return documents[0]


def _has_record(value: object) -> bool:
    """Return whether a JSON value is an API answer: a Federal Register record, or a list that contains one."""
    records = value if isinstance(value, list) else _results(value)
    return any(
        isinstance(record, dict) and not record.keys().isdisjoint(_RECORD_FIELDS) for record in records
    )


def _is_lines(data: bytes) -> bool:
    return data.lstrip()[:1] == b"{" and b"\n{" in data


def _xml(name: str, root: Element, data: bytes) -> Document:
    if is_ecfr(root):
        units, heading, place = ecfr_units(root)
        return _cfr(name, units, heading, place)
    if is_annual(root):
        units, heading, place = annual_units(root, name)
        return _cfr(name, units, heading, place)
    if root.tag in DOCUMENTS:
        units, facts = fr_units(root, name)
        record = {"document_number": facts.number, "type": facts.type, "action": facts.action}
        document = merge_listing_facts(fr_document(record, facts.number or name), units, facts)
        return replace(document, title=document.title or _stem(name))
    if is_fr(root):
        units, _ = fr_units(root, name)
        return Document(name, DocumentKind.NOTICE, _stem(name), "", units)
    if str(root.tag).lower().endswith("html"):
        page = read_page(data, name)
        return Document(name, DocumentKind.PAGE, page.title or _stem(name), "", page.units)
    raise ParseError(f"{name}: XML of an unknown kind, <{root.tag}>")


def _cfr(name: str, units: tuple[Unit, ...], heading: str, place: str) -> Document:
    references = (place,) if re.fullmatch(r"\d+ CFR \d+", place) else ()
    return Document(
        place or name, DocumentKind.CFR, heading or _stem(name), "", units, cfr_references=references
    )


def _pdf(name: str, data: bytes) -> Document:
    from tracker.parsing.pdf import read_pdf  # loads a shared library

    pdf = read_pdf(data, name)
    if pdf.register is not None:
        return register_print(pdf.register, pdf.units, name)
    return Document(name, DocumentKind.PAGE, pdf.title or _stem(name), "", pdf.units)


def _text(name: str, data: bytes) -> Document:
    text = plain(data)
    if _FR_TEXT.search(text[:20_000]):
        raw = read_fr_text(data)
        return replace(register_print(raw, raw.units, name), title=raw.title or _stem(name))
    return Document(name, DocumentKind.PAGE, _stem(name), "", plain_text_units(text.split("\n")))


def _stem(name: str) -> str:
    return PurePath(name).stem
