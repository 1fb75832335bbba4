"""Serves the Federal Register API v1 and the full texts from the archive's documents.

One number gives the bare object and several give a list with `errors.not_found`; every answer, even an error,
may be cached for a day.
"""

from __future__ import annotations

import re

from tracker.demo import agencies
from tracker.demo.fr_records import record
from tracker.demo.fr_search import BadQuery, asked_fields, search
from tracker.demo.fr_text import html_text, plain_text, text_from_facts
from tracker.demo.http_messages import PDF, TEXT, XML, Reply, Request, json_reply
from tracker.demo.model import Archive, FrDocument
from tracker.demo.pdf import pdf

CACHED = (("Cache-Control", "public, max-age=86400"), ("Access-Control-Allow-Origin", "*"))
MAX_NUMBERS = 250
_CITATION = re.compile(r"(\d+) FR (\d+)$")


def answer(archive: Archive, request: Request) -> Reply | None:
    """Return the reply to a request for documents, their texts or agencies; None for any other path."""
    path = request.path
    try:
        if path in {"/api/v1/documents", "/api/v1/documents.json"}:
            return json_reply(search(archive, request), headers=CACHED)
        if found := re.fullmatch(r"/api/v1/documents/(.+?)(?:\.json)?", path):
            return _by_number(archive, request, found[1])
    except BadQuery as bad:
        return json_reply(bad.body, status=400, headers=CACHED)
    if found := re.fullmatch(r"/api/v1/agencies(?:/([\w-]+?))?(?:\.json)?", path):
        return _agencies(request, found[1])
    dated = r"\d{4}/\d\d/\d\d"
    if found := re.fullmatch(
        rf"/documents/full_text/(xml|text|html)/{dated}/([\w-]+)\.(?:xml|txt|html)", path
    ):
        return _full_text(archive, request, found[1], found[2])
    if found := re.fullmatch(rf"/documents/{dated}/([\w-]+)(?:/.*)?", path):
        return _full_text(archive, request, "html", found[1])
    if found := re.fullmatch(r"/content/pkg/FR-[\d-]+/pdf/([\w-]+)\.pdf", path):
        return _full_text(archive, request, "pdf", found[1])
    return None


def not_found() -> Reply:
    return json_reply({"status": 404, "message": "Record Not Found"}, status=404, headers=CACHED)


def _by_number(archive: Archive, request: Request, wanted: str) -> Reply:
    wanted = wanted.replace("–", "-").replace("—", "-")
    fields = asked_fields(request) or None
    if "," not in wanted:
        found = _find(archive, request, wanted)
        return json_reply(record(archive, found, request, fields), headers=CACHED) if found else not_found()
    numbers = [number.strip() for number in wanted.split(",") if number.strip()]
    if not numbers:  # ",," gives everything
        return json_reply(search(archive, request), headers=CACHED)
    if len(numbers) > MAX_NUMBERS:
        raise BadQuery({"errors": {"document_numbers": f"limited to {MAX_NUMBERS}"}})
    documents = {number: _find(archive, request, number) for number in numbers}
    results = [record(archive, found, request, fields) for found in documents.values() if found]
    reply: dict[str, object] = {"count": len(results), "results": results}
    missing = [number for number, found in documents.items() if not found]
    if missing:
        reply["errors"] = {"not_found": missing}
    return json_reply(reply, headers=CACHED)


def _find(archive: Archive, request: Request, wanted: str) -> FrDocument | None:
    """Return a document by number, also zero-padded or not, or by citation."""
    citation = _CITATION.match(wanted)
    if citation:
        year, page = int(citation[1]) + 1935, int(citation[2])
        documents = archive.documents.within(None, None, request.now)
        return next(
            (d for d in documents if d.publication_date.year == year and d.facts.get("start_page") == page),
            None,
        )
    head, _, tail = wanted.rpartition("-")
    spellings = [wanted, f"{head}-{tail.zfill(5)}", f"{head}-{tail.lstrip('0')}"] if head else [wanted]
    candidates = (archive.documents.get(number) for number in spellings)
    return next((found for found in candidates if found and found.listed(request.now)), None)


def _full_text(archive: Archive, request: Request, kind: str, number: str) -> Reply:
    document = archive.documents.get(number)
    if not document or not document.listed(request.now):
        return not_found()
    state = document.xml.state(request.now)
    since = state[0] if state else document.visible_from
    if kind == "xml":
        return Reply(200, state[1].encode(), XML, CACHED, last_modified=since) if state else not_found()
    text = plain_text(state[1]) if state else text_from_facts(document)
    if kind == "text":
        return Reply(200, text.encode(), TEXT, CACHED, last_modified=since)
    if kind == "pdf":
        return Reply(200, pdf(text.split("\n\n")), PDF, last_modified=since)
    return Reply(200, html_text(document.title, text).encode(), headers=CACHED, last_modified=since)


def _agencies(request: Request, name: str | None) -> Reply:
    if name is None:
        everything = [agencies.printed(slug, request.base) for slug in sorted(agencies.AGENCIES)]
        return json_reply(everything, headers=CACHED)
    for slug, agency in agencies.AGENCIES.items():
        if name in {slug, str(agency.id)}:
            return json_reply(agencies.printed(slug, request.base), headers=CACHED)
    return not_found()
