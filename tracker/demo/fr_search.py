"""Implements the search of the Federal Register API: its conditions, its order and its silent clamps.

`per_page` and `page` out of range get the default silently, `count` ends at 10,000 and `total_pages` at 50, an
answer without hits has no `results`, `next_page_url` has no `.json` and repeats every parameter, an unknown
agency or condition fails the whole query.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any
from urllib.parse import urlencode

from tracker.demo import agencies
from tracker.demo.fr_records import FIELDS, INDEX_FIELDS, TYPE_LABELS, record
from tracker.demo.http_messages import Request
from tracker.demo.model import Archive, FrDocument

MAX_COUNT = 10_000
MAX_PAGES = 50
_DATES = {
    "effective_date": "effective_on",
    "signing_date": "signing_date",
    "comment_date": "comments_close_on",
}
_WORDS = {
    "docket_id": "docket_ids",
    "regulation_id_number": "regulation_id_numbers",
    "presidential_document_type": "subtype",
}
_FLAGS = {"significant": "significant", "correction": "correction_of"}
_CONDITIONS = {
    *("publication_date", "term", "agencies", "agency_ids", "type", "cfr", "document_numbers"),
    *(*_DATES, *_WORDS, *_FLAGS),
}
_CONDITION = re.compile(r"conditions\[(\w+)\](?:\[(\w*)\])?(?:\[\])?$")

Conditions = dict[tuple[str, str], list[str]]
Test = Callable[[FrDocument], bool]


class BadQuery(Exception):
    """An invalid query: the API answers 400 with `body`, which names the field."""

    def __init__(self, body: dict[str, Any]) -> None:
        super().__init__(str(body))
        self.body = body


def search(archive: Archive, request: Request) -> dict[str, Any]:
    """Return the answer to a search. Raises BadQuery."""
    fields = asked_fields(request) or INDEX_FIELDS
    hits = _hits(archive, request)
    if (
        request.one("order") != "oldest"
    ):  # relevance, the default, has no meaning without a term: newest first
        hits.reverse()
    count = min(len(hits), MAX_COUNT)
    answer: dict[str, Any] = {"count": count, "description": _description(request)}
    if not count or request.one("metadata_only") == "1":
        return answer
    per_page = clamped(request.one("per_page"), 2, 2000, 20)
    page = clamped(request.one("page"), 1, MAX_PAGES, 1)
    total_pages = min(-(-count // per_page), MAX_PAGES)
    answer["total_pages"] = total_pages
    if page < total_pages:
        answer["next_page_url"] = _page_url(request, page + 1)
    if page > 1:
        answer["previous_page_url"] = _page_url(request, page - 1)
    window = hits[:count][(page - 1) * per_page : page * per_page]
    answer["results"] = [record(archive, document, request, fields) for document in window]
    return answer


def clamped(value: str | None, low: int, high: int, default: int) -> int:
    """Return the number, or silently the default when it is invalid or out of range."""
    if value is None or not value.isdigit():
        return default
    number = int(value)
    return number if low <= number <= high else default


def asked_fields(request: Request) -> tuple[str, ...]:
    """Return the names in `fields[]`. Raises BadQuery for a field that does not exist."""
    asked = tuple(request.all("fields[]"))
    for name in asked:
        if name not in FIELDS:
            raise BadQuery({"status": 400, "message": f"field '{name}' not valid"})
    return asked


def _page_url(request: Request, page: int) -> str:
    kept = [(key, value) for key, value in request.query if key not in {"page", "format"}]
    return f"{request.base}/api/v1/documents?{urlencode([*kept, ('format', 'json'), ('page', str(page))])}"


def _description(request: Request) -> str:
    known = agencies.AGENCIES
    names = [known[slug].name for slug in request.all("conditions[agencies][]") if slug in known]
    return f"Documents from {' and '.join(names)}" if names else "All Documents"


# --- conditions


def _hits(archive: Archive, request: Request) -> list[FrDocument]:
    """Return the documents that match every condition, oldest first. The window of days is found by bisection."""
    conditions = _conditions(request)
    first, last = _window(conditions, "publication_date")
    hits = archive.documents.within(first, last, request.now)
    for test in _tests(conditions):
        hits = [document for document in hits if test(document)]
    return hits


def _conditions(request: Request) -> Conditions:
    found: Conditions = {}
    for key, value in request.query:
        match = _CONDITION.match(key)
        if not match:
            continue
        if match[1] not in _CONDITIONS:
            raise BadQuery({"errors": {match[1]: "is not a valid field"}})
        found.setdefault((match[1], match[2] or ""), []).append(value)
    return found


def _window(conditions: Conditions, name: str) -> tuple[date | None, date | None]:
    """Return first and last day of a date condition: `is` has priority, then `year`, then the range."""

    def day(kind: str) -> date | None:
        value = conditions.get((name, kind), [""])[-1]
        if not value:
            return None
        try:
            return date.fromisoformat(value)
        except ValueError:
            raise BadQuery({"errors": {name: "is not a valid date"}}) from None

    only = day("is")
    if only:
        return only, only
    year = conditions.get((name, "year"), [""])[-1]
    if year:
        if not re.fullmatch(r"\d{4}", year):
            raise BadQuery({"errors": {name: "is not a valid year"}})
        return date(int(year), 1, 1), date(int(year), 12, 31)
    return day("gte"), day("lte")


def _tests(conditions: Conditions) -> Iterator[Test]:
    """Return one test for each condition except the publication date."""

    def values(name: str) -> list[str]:
        return [value for value in conditions.get((name, ""), []) if value]

    by_id = {str(agency.id): agency.slug for agency in agencies.AGENCIES.values()}
    slugs = {*values("agencies"), *(by_id.get(number, number) for number in values("agency_ids"))}
    for unknown in sorted(slugs - agencies.AGENCIES.keys()):
        raise BadQuery({"errors": {"agencies": f"{unknown} is not a valid agency"}})
    if slugs:
        yield lambda document: not slugs.isdisjoint(document.agencies)
    types = set(values("type"))
    if types - TYPE_LABELS.keys():
        raise BadQuery({"errors": {"type": "is not included in the list"}})
    if types:
        yield lambda document: document.type in types
    numbers = set(values("document_numbers"))
    if numbers:
        yield lambda document: document.number in numbers
    for term in values("term"):
        yield _has_words(term)
    for name, fact in _DATES.items():
        first, last = _window(conditions, name)
        if first or last:
            yield _dated(fact, first, last)
    for name, fact in _WORDS.items():
        if asked := values(name):
            yield _fact_test(fact, asked)
    for name, fact in _FLAGS.items():
        if asked := values(name):
            yield _flagged(fact, asked[-1] == "1")
    if title := conditions.get(("cfr", "title")):
        yield _cites(title[-1], conditions.get(("cfr", "part"), [""])[-1])


def _has_words(term: str) -> Test:
    words = re.findall(r"\w+", term.casefold())

    def test(document: FrDocument) -> bool:
        text = f"{document.title} {document.abstract or ''}".casefold()
        return all(word in text for word in words)

    return test


def _dated(fact: str, first: date | None, last: date | None) -> Test:
    def test(document: FrDocument) -> bool:
        value = str(document.facts.get(fact) or "")
        return bool(value) and (not first or value >= str(first)) and (not last or value <= str(last))

    return test


def _fact_test(fact: str, asked: list[str]) -> Test:
    return lambda document: any(value in str(document.facts.get(fact) or "") for value in asked)


def _flagged(fact: str, wanted: bool) -> Test:
    return lambda document: bool(document.facts.get(fact)) == wanted


def _cites(title: str, parts: str) -> Test:
    """Return whether a document cites `parts`, a number, a range such as 730-774, or empty."""
    first, _, last = parts.partition("-")

    def takes(reference: dict[str, Any]) -> bool:
        part = str(reference.get("part") or "")
        if str(reference["title"]) != title:
            return False
        if last:
            return part.isdigit() and int(first) <= int(part) <= int(last)
        return not first or part == first

    return lambda document: any(takes(reference) for reference in document.facts.get("cfr_references", ()))
