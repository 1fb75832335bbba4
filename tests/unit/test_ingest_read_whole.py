"""Of which records the full text is fetched."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from tracker.ingest.poll import in_field

NOW = datetime(2026, 6, 1, tzinfo=UTC)
BUREAU = [{"slug": "commerce-department"}, {"slug": "industry-and-security-bureau"}]
PARKS = [{"slug": "interior-department"}, {"slug": "national-park-service"}]


@pytest.mark.parametrize(
    ("title", "type_name", "agencies", "fetched"),
    [
        ("Conditions for Advanced Models", "Presidential Document", [{"slug": "executive-office-of-the-president"}], True),
        ("Implementing an Agreement", "PRESDOCU", [], True),
        ("Clarifications", "Rule", BUREAU, True),
        ("Additions to the Entity List", "Rule", [], True),
        ("Opening Hours of the Museum", "Notice", PARKS, False),
        ("Opening Hours of the Museum", "Notice", "no list", False),
    ],
)  # fmt: skip
def test_texts_of_the_president_and_the_bureau_are_read_whole(
    title: str, type_name: str, agencies: Any, fetched: bool
) -> None:
    record = {"document_number": "2026-11111", "title": title, "type": type_name, "agencies": agencies}
    assert in_field(record, NOW) is fetched
