"""The agencies of the Federal Register API that the demo and the stand-in server know, as the API prints them.

Ids and parents are those of recorded answers; those marked below are our own numbers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Agency:
    slug: str
    id: int
    name: str
    raw_name: str
    parent: str | None = None


_OWN = 9000  # ids from here on are not the API's

AGENCIES = {
    agency.slug: agency
    for agency in (
        Agency("commerce-department", 54, "Commerce Department", "DEPARTMENT OF COMMERCE"),
        Agency(
            "industry-and-security-bureau",
            241,
            "Industry and Security Bureau",
            "Bureau of Industry and Security",
            "commerce-department",
        ),
        Agency(
            "international-trade-administration",
            261,
            "International Trade Administration",
            "International Trade Administration",
            "commerce-department",
        ),
        Agency("census-bureau", _OWN + 3, "Census Bureau", "Bureau of the Census", "commerce-department"),
        Agency(
            "national-oceanic-and-atmospheric-administration",
            361,
            "National Oceanic and Atmospheric Administration",
            "National Oceanic and Atmospheric Administration",
            "commerce-department",
        ),
        Agency(
            "national-institute-of-standards-and-technology",
            352,
            "National Institute of Standards and Technology",
            "National Institute of Standards and Technology",
            "commerce-department",
        ),
        Agency("treasury-department", 497, "Treasury Department", "DEPARTMENT OF THE TREASURY"),
        Agency(
            "foreign-assets-control-office",
            203,
            "Foreign Assets Control Office",
            "Office of Foreign Assets Control",
            "treasury-department",
        ),
        Agency(
            "investment-security-office",
            _OWN + 1,
            "Investment Security Office",
            "Office of Investment Security",
            "treasury-department",
        ),
        Agency(
            "internal-revenue-service",
            254,
            "Internal Revenue Service",
            "Internal Revenue Service",
            "treasury-department",
        ),
        Agency("state-department", 476, "State Department", "DEPARTMENT OF STATE"),
        Agency(
            "executive-office-of-the-president",
            538,
            "Executive Office of the President",
            "EXECUTIVE OFFICE OF THE PRESIDENT",
        ),
        Agency(
            "trade-representative-office-of-united-states",
            491,
            "Trade Representative, Office of United States",
            "OFFICE OF THE UNITED STATES TRADE REPRESENTATIVE",
            "executive-office-of-the-president",
        ),
        Agency(
            "management-and-budget-office",
            280,
            "Management and Budget Office",
            "OFFICE OF MANAGEMENT AND BUDGET",
            "executive-office-of-the-president",
        ),
        Agency(
            "science-and-technology-policy-office",
            _OWN + 2,
            "Science and Technology Policy Office",
            "OFFICE OF SCIENCE AND TECHNOLOGY POLICY",
            "executive-office-of-the-president",
        ),
        Agency(
            "homeland-security-department",
            227,
            "Homeland Security Department",
            "DEPARTMENT OF HOMELAND SECURITY",
        ),
        Agency(
            "u-s-customs-and-border-protection",
            501,
            "U.S. Customs and Border Protection",
            "U.S. Customs and Border Protection",
            "homeland-security-department",
        ),
        Agency("defense-department", 103, "Defense Department", "DEPARTMENT OF DEFENSE"),
        Agency("energy-department", 136, "Energy Department", "DEPARTMENT OF ENERGY"),
        Agency(
            "federal-energy-regulatory-commission",
            167,
            "Federal Energy Regulatory Commission",
            "Federal Energy Regulatory Commission",
            "energy-department",
        ),
        Agency(
            "environmental-protection-agency",
            145,
            "Environmental Protection Agency",
            "ENVIRONMENTAL PROTECTION AGENCY",
        ),
        Agency("transportation-department", 492, "Transportation Department", "DEPARTMENT OF TRANSPORTATION"),
        Agency(
            "federal-aviation-administration",
            159,
            "Federal Aviation Administration",
            "Federal Aviation Administration",
            "transportation-department",
        ),
        Agency(
            "health-and-human-services-department",
            221,
            "Health and Human Services Department",
            "DEPARTMENT OF HEALTH AND HUMAN SERVICES",
        ),
        Agency(
            "food-and-drug-administration",
            199,
            "Food and Drug Administration",
            "Food and Drug Administration",
            "health-and-human-services-department",
        ),
        Agency(
            "securities-and-exchange-commission",
            466,
            "Securities and Exchange Commission",
            "SECURITIES AND EXCHANGE COMMISSION",
        ),
        Agency(
            "federal-communications-commission",
            161,
            "Federal Communications Commission",
            "FEDERAL COMMUNICATIONS COMMISSION",
        ),
        Agency("interior-department", 253, "Interior Department", "DEPARTMENT OF THE INTERIOR"),
        Agency("agriculture-department", 12, "Agriculture Department", "DEPARTMENT OF AGRICULTURE"),
        Agency(
            "general-services-administration",
            210,
            "General Services Administration",
            "GENERAL SERVICES ADMINISTRATION",
        ),
        Agency(
            "international-trade-commission",
            262,
            "International Trade Commission",
            "INTERNATIONAL TRADE COMMISSION",
        ),
    )
}


def printed(slug: str, base: str) -> dict[str, Any]:
    """Return the agency object of a published document. Raises KeyError for an unknown slug."""
    agency = AGENCIES[slug]
    return {
        "raw_name": agency.raw_name,
        "name": agency.name,
        "id": agency.id,
        "url": f"{base}/agencies/{slug}",
        "json_url": f"{base}/api/v1/agencies/{agency.id}",
        "parent_id": AGENCIES[agency.parent].id if agency.parent else None,
        "slug": slug,
    }


def children_only(slugs: tuple[str, ...]) -> tuple[str, ...]:
    """Return the slugs without those that are the parent of another: public inspection lists only the child."""
    parents = {AGENCIES[slug].parent for slug in slugs}
    return tuple(slug for slug in slugs if slug not in parents)
