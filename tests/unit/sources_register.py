"""A Federal Register out of a list of records, with the real one's habits: clamps, caps, the missing `results`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import httpx2 as httpx

from tests.unit.sources_fakes import Site, conditional, json_answer
from tracker.config.models import Source

BASE = "https://www.federalregister.gov/api/v1"
BIS = Source("fr", "federal-register", base_url=BASE, agencies=("industry-and-security-bureau",))


def record(number: str, published: str, title: str = "Entity List", **more: Any) -> dict[str, Any]:
    day = published.replace("-", "/")
    return {
        "document_number": number,
        "publication_date": published,
        "title": title,
        "type": "Rule",
        "abstract": None,
        "html_url": f"https://www.federalregister.gov/d/{number}",
        "full_text_xml_url": f"https://www.federalregister.gov/documents/full_text/xml/{day}/{number}.xml",
        "raw_text_url": f"https://www.federalregister.gov/documents/full_text/text/{day}/{number}.txt",
        "page_views": {"count": 5},
        **more,
    }


def xml_path(one: dict[str, Any]) -> str:
    return str(one["full_text_xml_url"]).removeprefix("https://www.federalregister.gov")


def txt_path(one: dict[str, Any]) -> str:
    return str(one["raw_text_url"]).removeprefix("https://www.federalregister.gov")


@dataclass
class Register:
    """`largest`: the page size that larger wishes are clamped to; `bad_fields` answer 400."""

    records: list[dict[str, Any]]
    largest: int = 1000
    bad_fields: frozenset[str] = frozenset()
    requests: list[httpx.Request] = field(default_factory=list)

    def search(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        asked = request.url.params
        for name in asked.get_list("fields[]"):
            if name in self.bad_fields:
                return json_answer({"status": 400, "message": f"field '{name}' not valid"}, 400)
        low = asked.get("conditions[publication_date][gte]", "0000")
        high = asked.get("conditions[publication_date][lte]", "9999")
        found = [one for one in self.records if low <= one.get("publication_date", "1999") <= high]
        newest = asked.get("order") == "newest"
        found.sort(
            key=lambda one: (one.get("publication_date", ""), one.get("document_number", "")), reverse=newest
        )
        if not found:
            return json_answer({"count": 0, "description": "nothing"})
        size = int(asked["per_page"])
        size = size if size <= self.largest else min(20, self.largest)
        page = int(asked["page"])
        page = page if page <= 50 else 1
        results = found[(page - 1) * size : page * size]
        body = {
            "count": min(len(found), 10_000),
            "total_pages": min(50, -(-len(found) // size)),
            "results": results,
        }
        return json_answer(body)

    def site(self, texts: Iterable[dict[str, Any]] | None = None) -> Site:
        """The API, and the XML of these documents (of all, when not given)."""
        table: dict[str, Any] = {"/api/v1/documents.json": self.search}
        for one in self.records:
            if "document_number" in one:
                table[f"/api/v1/documents/{one['document_number']}.json"] = json_answer(one)
        for one in self.records if texts is None else texts:
            if one.get("full_text_xml_url"):
                body = f"<RULE><P>text of {one['document_number']}</P></RULE>".encode()
                table[xml_path(one)] = conditional(body, f'"{one["document_number"]}"', "application/xml")
        return Site(table)
