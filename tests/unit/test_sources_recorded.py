"""The adapters on answers that the live services gave."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import httpx2 as httpx

from tests.recorded import recorded
from tests.unit.sources_fakes import START, Notes, Site, client_for, fetched_keys, json_answer
from tests.unit.sources_register import BIS
from tracker import sources
from tracker.config.models import Source
from tracker.model import Fetched
from tracker.sources import ResourceError
from tracker.sources.federal_register.api import FIELDS

API = "/api/versioner/v1"
DAY = "2025-04-29"


def loaded(name: str) -> Any:
    """JSON, with the comments in lines of their own that one of the recordings has."""
    lines = recorded(name).decode().splitlines()
    return json.loads("\n".join(line for line in lines if not line.lstrip().startswith("//")))


def test_the_real_structure_of_title_15_names_the_parts_of_the_ear() -> None:
    part = recorded("ecfr/15-cfr-744/2026-03-25.xml.xz")
    at = Site(
        {
            f"{API}/titles.json": httpx.Response(200, content=recorded("ecfr/api/titles.json.xz")),
            f"{API}/structure/{DAY}/title-15.json": httpx.Response(
                200, content=recorded("ecfr/api/structure-title-15-2025-04-29.json.xz")
            ),
            f"{API}/full/{DAY}/title-15.xml?part=744": httpx.Response(200, content=part),
        }
    )
    source = Source("ear", "ecfr", base_url="https://www.ecfr.gov", title=15, parts=((730, 774),))
    items = list(sources.poll(source, Notes(), client_for(at), START))
    assert fetched_keys(items) == ["15 CFR 744"]
    others = {item.key for item in items if isinstance(item, ResourceError)}
    assert {"15 CFR 730", "15 CFR 734", "15 CFR 742", "15 CFR 774"} <= others
    assert "15 CFR 741" not in others  # reserved
    assert all(730 <= int(key.rpartition(" ")[2]) <= 774 for key in others)


def test_the_recorded_versions_replace_a_missing_structure() -> None:
    at = Site(
        {
            f"{API}/titles.json": httpx.Response(200, content=recorded("ecfr/api/titles.json.xz")),
            f"{API}/versions/title-15.json": httpx.Response(
                200, content=recorded("ecfr/api/versions-title-15.json.xz")
            ),
            f"{API}/full/{DAY}/title-15.xml?part=744": httpx.Response(
                200, content=recorded("ecfr/15-cfr-744/2026-03-25.xml.xz")
            ),
        }
    )
    source = Source("ear", "ecfr", base_url="https://www.ecfr.gov", title=15, parts=((744, 746),))
    assert fetched_keys(list(sources.poll(source, Notes(), client_for(at), START))) == ["15 CFR 744"]
    asked = [request.url.params["part"] for request in at.requests if "/full/" in request.url.path]
    assert asked == ["744", "745", "746"]


def test_real_documents_are_accepted_and_have_every_requested_field() -> None:
    answer = loaded("federal-register/api/documents.jsonc.xz")
    at = Site({"/api/v1/documents.json": json_answer(answer)})
    items = list(sources.poll(replace(BIS, full_text=False), Notes(), client_for(at), START))
    assert fetched_keys(items) == ["2020-17469", "2020-17393"], "the oldest first"
    assert set(FIELDS) - set(answer["results"][0]) <= {"correction_of", "body_html_url"}
    first = next(item for item in items if isinstance(item, Fetched))
    kept = json.loads(first.answer.body)
    assert not {"page_views", "excerpts", "images", "regulations_dot_gov_info"} & set(kept)


def test_the_real_inspection_list_is_sorted_by_agency() -> None:
    answer = loaded("federal-register/api/public_documents_current.jsonc.xz")
    slugs = [agency.get("slug") for one in answer["results"] for agency in one["agencies"]]
    slug = next(name for name in slugs if name)
    wanted = [one["document_number"] for one in answer["results"] if slug in str(one["agencies"])]
    source = Source("pi", "public-inspection", base_url=BIS.base_url, agencies=(slug,), full_text=False)
    at = Site({"/api/v1/public-inspection-documents/current.json": json_answer(answer)})
    keys = fetched_keys(list(sources.poll(source, Notes(), client_for(at), START)))
    assert keys
    assert set(keys) <= set(wanted)
