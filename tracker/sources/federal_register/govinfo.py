"""Lists one issue of the Federal Register by two inventories: GovInfo, of the Government Publishing Office, and
the Federal Register's API.

GovInfo's MODS of an issue needs no key and names every document in it, each with its class, title and agencies
as printed. A missing issue (404) is reported as missing: weekends and holidays have none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from lxml import etree

from tracker.config.models import Source
from tracker.errors import UnexpectedResponse
from tracker.http.client import Client
from tracker.http.rate_limit import GOVINFO
from tracker.http.response_checks import xml_root
from tracker.model import Fetched, HttpResponse
from tracker.sources.federal_register.api import (
    LARGEST_PAGE,
    canonical,
    search_documents,
    to_fetched,
)
from tracker.sources.partial_response import part_of
from tracker.text import fold_space

_MODS = "{http://www.loc.gov/mods/v3}"
# Tables of contents and reader aids are granules too, but not documents.
_LABELS = {
    "RULE": "Rule",
    "PRORULE": "Proposed Rule",
    "NOTICE": "Notice",
    "SUNSHINE": "Notice",
    "PRESDOCU": "Presidential Document",
    "CORRECT": "Correction",
    "UNKNOWN": "Uncategorized Document",
}
_LISTED_FIELDS = ("agencies", "document_number", "publication_date", "title", "type")
# Words that differ between the printed name and the slug of the same agency.
_SMALL = frozenset({"of", "the", "and", "for", "on", "in", "to", "a"})


@dataclass(frozen=True, slots=True)
class IssueGranule:
    """A document in GovInfo. `agencies` are as printed, the department first; missing fields are empty."""

    number: str
    kind: str  # RULE, PRORULE, NOTICE, PRESDOCU, CORRECT, SUNSHINE, UNKNOWN
    title: str
    agencies: tuple[str, ...] = ()
    abstract: str = ""
    action: str = ""
    dates: str = ""
    citation: str = ""
    html_url: str = ""
    pdf_url: str = ""


@dataclass(frozen=True, slots=True)
class GovInfoIssue:
    """An issue in GovInfo: its documents by normalized number, and the response that lists them."""

    answer: HttpResponse
    documents: Mapping[str, IssueGranule]


@dataclass(frozen=True, slots=True)
class ApiIssue:
    """A document of a day in the API."""

    number: str
    kind: str  # the label: Rule, Proposed Rule, ...
    agencies: tuple[str, ...]  # slugs


def normalized_number(number: str) -> str:
    """Return a document number normalized for comparison: both services pad with zeros and use several kinds of
    dashes.
    """
    plain = number.strip().upper().replace("–", "-").replace("—", "-")
    head, dash, tail = plain.rpartition("-")
    return f"{head}{dash}{tail.lstrip('0') or tail}"


def same_agency(slug: str, printed: str) -> bool:
    """Return whether two agency names match: `industry-and-security-bureau` and "Bureau of Industry and
    Security" have the same words in another order.
    """
    return _words(slug.replace("-", " ")) == _words(printed)


def _words(name: str) -> frozenset[str]:
    return frozenset(re.findall(r"[a-z0-9]+", name.lower())) - _SMALL


def concerns(source: Source, granule: IssueGranule) -> bool:
    """Return whether a source covers this document. A document without an agency may belong to any source."""
    code = "NOTICE" if granule.kind == "SUNSHINE" else granule.kind
    if source.types and code in {"RULE", "PRORULE", "NOTICE", "PRESDOCU"} and code not in source.types:
        return False
    return (
        not source.agencies
        or not granule.agencies
        or any(same_agency(slug, name) for slug in source.agencies for name in granule.agencies)
    )


def is_listed(source: Source, listed: ApiIssue) -> bool:
    """Return whether the API's own data assign this document to the source."""
    wanted = {_LABELS[code] for code in source.types}
    return (not wanted or listed.kind in wanted) and (
        not source.agencies or not set(source.agencies).isdisjoint(listed.agencies)
    )


def fetch_govinfo_issue(source: Source, client: Client, day: date) -> GovInfoIssue:
    """Request the issue of a day from GovInfo. Raises FetchError; NotFound where there is no such issue."""
    name = f"FR-{day.isoformat()}"
    answer = client.fetch(
        f"{source.issues_url.rstrip('/')}/metadata/pkg/{name}/mods.xml",
        rate=GOVINFO,
        deadline=client.deadline(source.time_limit),
        accept="application/xml",
    )
    root = xml_root(answer)
    access_id = root.findtext(f"{_MODS}extension/{_MODS}accessId")
    if root.tag != f"{_MODS}mods" or access_id != name:
        raise UnexpectedResponse(
            f"no MODS of {name}: {root.tag!r} of {access_id!r}", url=answer.url, status=answer.status
        )
    found = {normalized_number(granule.number): granule for granule in _granules(root)}
    if not found:
        raise UnexpectedResponse(f"an issue without documents: {name}", url=answer.url, status=answer.status)
    return GovInfoIssue(answer, found)


def _granules(root: etree._Element) -> Iterator[IssueGranule]:
    for item in root.iterfind(f"{_MODS}relatedItem[@type='constituent']"):
        inner = item.find(f"{_MODS}extension")
        if inner is None:
            continue
        kind = fold_space(inner.findtext(f"{_MODS}granuleClass") or "")
        number = fold_space(inner.findtext(f"{_MODS}frDocNumber") or inner.findtext(f"{_MODS}accessId") or "")
        if kind not in _LABELS or not number:
            continue
        places = {
            str(place.get("displayLabel")): place.text or ""
            for place in item.iterfind(f"{_MODS}location/{_MODS}url")
        }

        def field_of(name: str, where: etree._Element = inner) -> str:
            return fold_space(where.findtext(f"{_MODS}{name}") or "")

        yield IssueGranule(
            number=number,
            kind=kind,
            title=fold_space(item.findtext(f"{_MODS}titleInfo/{_MODS}title") or ""),
            agencies=tuple(fold_space(name.text or "") for name in inner.iterfind(f"{_MODS}agency")),
            abstract=fold_space(item.findtext(f"{_MODS}abstract") or "") or field_of("summary"),
            action=field_of("action"),
            dates=field_of("dates"),
            citation=fold_space(item.findtext(f"{_MODS}identifier[@type='preferred citation']") or ""),
            html_url=places.get("HTML rendition", ""),
            pdf_url=places.get("PDF rendition", ""),
        )


def fetch_api_issue(source: Source, client: Client, day: date) -> dict[str, ApiIssue]:
    """Request all documents of a day from the API, for all agencies, by normalized number. Raises FetchError;
    UnexpectedResponse also where it counts more than it returns.
    """
    found = search_documents(
        source,
        client,
        [
            ("conditions[publication_date][is]", day.isoformat()),
            ("per_page", str(LARGEST_PAGE)),
            ("page", "1"),
        ],
        client.deadline(source.time_limit),
        fields=_LISTED_FIELDS,
    )
    assert found is not None  # nothing was known that a 304 could confirm
    if found.count != len(found.records):
        raise UnexpectedResponse(
            f"{found.count} documents of {day} are counted and {len(found.records)} listed",
            url=found.answer.url,
        )
    documents = {}
    for record in found.records:
        number = str(record.get("document_number") or "")
        documents[normalized_number(number)] = ApiIssue(number, str(record.get("type") or ""), _slugs(record))
    return documents


def _slugs(record: Mapping[str, Any]) -> tuple[str, ...]:
    agencies = record.get("agencies")
    entries = agencies if isinstance(agencies, list) else []
    return tuple(str(entry.get("slug") or "") for entry in entries if isinstance(entry, dict))


def as_record(source: Source, granule: IssueGranule, day: date, issue: GovInfoIssue) -> Fetched:
    """Return a document that the API lacks, in the API's format, with GovInfo's facts only. Once the API has
    it, its own record replaces this one, under the same number.
    """
    record = {
        "abstract": granule.abstract or None,
        "action": granule.action or None,
        "agencies": [_agency(source, name) for name in granule.agencies],
        "citation": granule.citation or None,
        "dates": granule.dates or None,
        "document_number": granule.number,
        "html_url": granule.html_url or granule.pdf_url,
        "pdf_url": granule.pdf_url or None,
        "publication_date": day.isoformat(),
        "title": granule.title,
        "type": _LABELS[granule.kind],
    }
    body = canonical(record)
    return to_fetched(record, granule.number, body, part_of(issue.answer, body, issue.answer.url))


def _agency(source: Source, name: str) -> dict[str, str]:
    slug = next((slug for slug in source.agencies if same_agency(slug, name)), "")
    return {"name": name, "raw_name": name, **({"slug": slug} if slug else {})}
