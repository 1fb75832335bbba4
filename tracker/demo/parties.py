"""Builds the Consolidated Screening List as trade.gov serves it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

LIST_PATH = "/downloadable_consolidated_screening_list/v1/consolidated.json"


def party(
    name: str,
    number: int,
    country: str,
    *,
    source: str = "Entity List (EL)",
    alt_names: Sequence[str] = (),
) -> dict[str, Any]:
    """Return one party of the Bureau's lists with the fields of the real file; missing ones are null."""
    return {
        "_id": f"{number:064x}",
        "source": f"{source} - Bureau of Industry and Security",
        "entity_number": str(number),
        "type": "Entity",
        "programs": [],
        "name": name,
        "title": None,
        "addresses": [
            {"address": "1 Sample Road", "city": None, "state": None, "postal_code": None, "country": country}
        ],
        "federal_register_notice": "89 FR 96836",
        "start_date": "2024-12-05",
        "end_date": None,
        "standard_order": None,
        "license_requirement": "For all items subject to the EAR. (See §744.11 of the EAR)",
        "license_policy": "Presumption of denial",
        "call_sign": None,
        "vessel_type": None,
        "gross_tonnage": None,
        "gross_registered_tonnage": None,
        "vessel_flag": None,
        "vessel_owner": None,
        "remarks": None,
        "source_list_url": "https://www.bis.gov/regulations/ear/744#supplement-4-744",
        "alt_names": list(alt_names),
        "citizenships": [],
        "dates_of_birth": [],
        "nationalities": [],
        "places_of_birth": [],
        "source_information_url": "https://www.bis.gov/entity-list",
        "ids": [],
    }


def screening_list(parties: Iterable[dict[str, Any]]) -> bytes:
    """Return consolidated.json: one object with the parties under `results`."""
    results = list(parties)
    body = {"total": len(results), "sources": [], "results": results}
    return json.dumps(body, ensure_ascii=False).encode()
