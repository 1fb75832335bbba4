"""Serves the public inspection routes of the Federal Register API: documents that are filed and not yet
published.

Only the child agency is listed, without `parent_id`; there is no abstract and no XML, only a PDF and raw text;
a withdrawn document vanishes.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from tracker.clock import NEW_YORK, legal_day
from tracker.demo import agencies
from tracker.demo.federal_register import CACHED, not_found
from tracker.demo.fr_records import TYPE_LABELS, title_slug
from tracker.demo.fr_search import clamped
from tracker.demo.fr_text import plain_text, text_from_facts
from tracker.demo.http_messages import PDF, TEXT, Reply, Request, json_reply
from tracker.demo.model import Archive, FrDocument
from tracker.demo.pdf import pdf

_ROOT = r"/api/v1/public[-_]inspection[-_]documents"
_CONDITIONS = {"agencies", "agency_ids", "type", "term", "docket_id", "special_filing", "available_on"}


def answer(archive: Archive, request: Request) -> Reply | None:
    """Return the reply to a request for public inspection documents; None for any other path."""
    path = request.path
    if re.fullmatch(rf"{_ROOT}/current(?:\.json)?", path):
        return json_reply(_current(archive, request), headers=CACHED)
    if re.fullmatch(rf"{_ROOT}(?:\.json)?", path):
        return _search(archive, request)
    if found := re.fullmatch(rf"{_ROOT}/([\w-]+?)(?:\.json)?", path):
        document = archive.documents.get(found[1])
        if not document or not _filed(document, request.now):
            return not_found()
        return json_reply(record(document, request), headers=CACHED)
    if found := re.fullmatch(r"/public-inspection/raw_text/(\d{3})/(\d{3})/(\d{3})\.txt", path):
        number = "".join(found.groups())
        return _text(archive, request, f"{number[:4]}-{number[4:]}", as_pdf=False)
    if found := re.fullmatch(r"/public-inspection/([\w-]+)\.pdf", path):
        return _text(archive, request, found[1], as_pdf=True)
    return None


def record(document: FrDocument, request: Request) -> dict[str, Any]:
    """Return every field of one public inspection object."""
    if document.filed_at is None:
        raise ValueError(f"{document.number} was never filed for inspection")
    base, number = request.base, document.number
    filed = document.filed_at.astimezone(NEW_YORK).isoformat(timespec="milliseconds")
    printed = []
    for name in agencies.children_only(document.agencies):
        agency = agencies.printed(name, base)
        del agency["parent_id"]
        printed.append(agency)
    day = document.publication_date.isoformat()
    digits = number.replace("-", "").zfill(9)[-9:]
    return {
        "agencies": printed,
        "agency_letters": [],
        "agency_names": [agency["name"] for agency in printed],
        "docket_numbers": document.facts.get("docket_ids", []),
        "document_number": number,
        "editorial_note": None,
        "excerpts": None,
        "filed_at": filed,
        "filing_type": document.filing_type,
        "html_url": f"{base}/documents/{day.replace('-', '/')}/{number}/{title_slug(document.title)}",
        "json_url": f"{base}/api/v1/public_inspection_documents/{number}",
        "last_public_inspection_issue": day,
        "num_pages": 3,
        "page_views": {"count": 12, "last_updated": filed},
        "pdf_file_name": f"{number}_PI.pdf",
        "pdf_file_size": 60435,
        "pdf_updated_at": filed,
        "pdf_url": f"{base}/public-inspection/{number}.pdf",
        "publication_date": day,
        "raw_text_url": f"{base}/public-inspection/raw_text/{digits[:3]}/{digits[3:6]}/{digits[6:]}.txt",
        "subject_1": document.title,
        "subject_2": None,
        "subject_3": None,
        "title": document.title,
        "toc_doc": document.title,
        "toc_subject": "",
        "type": TYPE_LABELS[document.type],
    }


def _filed(document: FrDocument, now: datetime) -> bool:
    return document.filed_at is not None and document.filed_at <= now and not _withdrawn(document, now)


def _withdrawn(document: FrDocument, now: datetime) -> bool:
    return document.withdrawn_at is not None and document.withdrawn_at <= now


def _on_inspection(archive: Archive, request: Request) -> list[FrDocument]:
    today = legal_day(request.now)
    return [
        document
        for document in archive.documents
        if (document.publication_date > today or not document.listed(request.now))
        and _filed(document, request.now)
    ]


def _current(archive: Archive, request: Request) -> dict[str, Any]:
    documents = _on_inspection(archive, request)

    def updated(kind: str) -> str | None:
        instants = [d.filed_at for d in documents if d.filing_type == kind and d.filed_at]
        return max(instants).astimezone(NEW_YORK).isoformat(timespec="milliseconds") if instants else None

    return {
        "count": len(documents),
        "results": [record(document, request) for document in documents],
        "special_filings_updated_at": updated("special"),
        "regular_filings_updated_at": updated("regular"),
    }


def _search(archive: Archive, request: Request) -> Reply:
    names = {found[1] for key, _ in request.query if (found := re.match(r"conditions\[(\w+)\]", key))}
    unknown = sorted(names - _CONDITIONS)
    if unknown:
        errors = {"errors": {unknown[0]: "is not a valid field"}}
        return json_reply(errors, status=400, headers=CACHED)
    if "available_on" in names:  # bypasses every other condition
        return json_reply(_current(archive, request), headers=CACHED)
    wanted = set(request.all("conditions[agencies][]"))
    unknown = sorted(wanted - agencies.AGENCIES.keys())
    if unknown:
        errors = {"errors": {"agencies": f"{unknown[0]} is not a valid agency"}}
        return json_reply(errors, status=400, headers=CACHED)
    types = set(request.all("conditions[type][]"))
    hits = [
        document
        for document in _on_inspection(archive, request)
        if (not wanted or not wanted.isdisjoint(agencies.children_only(document.agencies)))
        and (not types or document.type in types)
    ]
    per_page = clamped(request.one("per_page"), 2, 2000, 20)
    page = clamped(request.one("page"), 1, 50, 1)
    window = hits[(page - 1) * per_page : page * per_page]
    results = [record(document, request) for document in window]
    return json_reply({"count": len(hits), "results": results}, headers=CACHED)


def _text(archive: Archive, request: Request, number: str, *, as_pdf: bool) -> Reply:
    document = archive.documents.get(number)
    if not document or not _filed(document, request.now):
        return not_found()
    # The filed text is the first printed version; corrections in place follow later.
    xml = document.xml.earliest() if document.xml.instants() else None
    text = plain_text(xml) if xml else text_from_facts(document)
    heading = "[Billing Code and publication date subject to change]\n"
    if as_pdf:
        body = pdf([document.title, *text.split("\n\n")])
        return Reply(200, body, PDF, last_modified=document.filed_at)
    return Reply(200, (heading + text).encode(), TEXT, last_modified=document.filed_at)
