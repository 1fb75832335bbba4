"""Builds the API's JSON object of one Federal Register document, with the fields that can be requested."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from tracker.demo import agencies
from tracker.demo.http_messages import Request
from tracker.demo.model import Archive, FrDocument

TYPE_LABELS = {
    "RULE": "Rule",
    "PRORULE": "Proposed Rule",
    "NOTICE": "Notice",
    "PRESDOCU": "Presidential Document",
    "CORRECT": "Correction",
    "UNKNOWN": "Uncategorized Document",
}
_NULL = tuple(
    re.findall(
        r"\w+",
        """action comment_url comments_close_on correction_of dates disposition_notes docket_id effective_on
        end_page excerpts executive_order_notes executive_order_number explanation
        not_received_for_publication president presidential_document_number proclamation_number
        regulation_id_number_info regulations_dot_gov_info regulations_dot_gov_url signing_date start_page
        subtype toc_doc toc_subject""",
    )
)
_LISTS = ("cfr_references", "docket_ids", "dockets", "regulation_id_numbers", "topics", "images_metadata")
_COMPUTED = tuple(
    re.findall(
        r"\w+",
        """abstract agencies agency_names body_html_url citation corrections document_number
        full_text_xml_url html_url images json_url mods_url page_length page_views pdf_url
        public_inspection_pdf_url publication_date raw_text_url significant title type volume""",
    )
)
FIELDS = frozenset((*_NULL, *_LISTS, *_COMPUTED))
INDEX_FIELDS = tuple(
    re.findall(
        r"\w+",
        """title type abstract document_number html_url pdf_url public_inspection_pdf_url publication_date
        agencies excerpts""",
    )
)
_UNASKED = FIELDS - {"excerpts", "agency_names", "docket_id", "president"}


def record(
    archive: Archive, document: FrDocument, request: Request, fields: Iterable[str] | None = None
) -> dict[str, Any]:
    """Return the document at the request's time: the requested fields, or the API's default ones."""
    everything = _everything(archive, document, request)
    names = sorted(_UNASKED) if fields is None else fields
    return {name: everything[name] for name in names}


def _everything(archive: Archive, document: FrDocument, request: Request) -> dict[str, Any]:
    base = request.base
    day = document.publication_date.isoformat()
    dated = day.replace("-", "/")
    number = document.number
    facts: dict[str, Any] = dict.fromkeys(_NULL)
    facts.update({name: [] for name in _LISTS})
    facts.update(document.facts)
    start, end = facts["start_page"], facts["end_page"]
    volume = document.publication_date.year - 1935  # volume 1 is 1936
    if facts["correction_of"]:
        facts["correction_of"] = f"{base}/api/v1/documents/{facts['correction_of']}"
    facts.update(
        abstract=document.abstract,
        agencies=[agencies.printed(slug, base) for slug in document.agencies],
        agency_names=[agencies.AGENCIES[slug].name for slug in document.agencies],
        body_html_url=f"{base}/documents/full_text/html/{dated}/{number}.html",
        citation=f"{volume} FR {start}" if start else None,
        corrections=[
            f"{base}/api/v1/documents/{other.number}"
            for other in archive.documents.correcting(number)
            if other.listed(request.now)
        ],
        document_number=number,
        full_text_xml_url=(
            f"{base}/documents/full_text/xml/{dated}/{number}.xml"
            if document.xml.state(request.now)
            else None
        ),
        html_url=f"{base}/documents/{dated}/{number}/{title_slug(document.title)}",
        images={},
        json_url=f"{base}/api/v1/documents/{number}?publication_date={day}",
        mods_url=f"{base}/metadata/granule/FR-{day}/{number}/mods.xml",
        page_length=end - start + 1 if start and end else None,
        page_views={"count": 100 + len(document.title), "last_updated": f"{day} 20:15:09 -0400"},
        pdf_url=f"{base}/content/pkg/FR-{day}/pdf/{number}.pdf",
        public_inspection_pdf_url=f"{base}/public-inspection/{number}.pdf" if document.filed_at else None,
        publication_date=day,
        raw_text_url=f"{base}/documents/full_text/text/{dated}/{number}.txt",
        significant=bool(facts.get("significant")),
        title=document.title,
        type=TYPE_LABELS[document.type],
        volume=volume,
    )
    if facts["excerpts"] is None and document.abstract:
        facts["excerpts"] = document.abstract[:280]
    if facts["docket_id"] is None and facts["docket_ids"]:
        facts["docket_id"] = facts["docket_ids"][0]
    return facts


def title_slug(title: str) -> str:
    """Return the last part of a document's address on federalregister.gov."""
    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")[:100].strip("-") or "document"
