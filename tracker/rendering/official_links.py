"""Finds the government's page for a citation path."""

from __future__ import annotations

import re
from urllib.parse import quote

_SECTION = re.compile(r"^(?P<title>\d+) CFR (?P<section>\d+\.\d+[a-z]?)(?P<local>(?:\([^()\s]+\))*)")
_PART = re.compile(r"^(?P<title>\d+) CFR (?:part )?(?P<part>\d+)$", re.IGNORECASE)
_SUPPLEMENT = re.compile(r"^Supp\. No\. (?P<number>\d+) to Part (?P<part>\d+)")


def official_url(path: str) -> str:
    """Return the eCFR page of a citation path (https://www.ecfr.gov). Empty where it has none."""
    section = _SECTION.match(path)
    if section:
        name = f"{section['section']}{section['local']}"
        anchor = f"#p-{name}" if section["local"] else ""
        return f"https://www.ecfr.gov/current/title-{section['title']}/section-{section['section']}{anchor}"
    supplement = _SUPPLEMENT.match(path)
    if supplement:
        name = quote(f"Supplement No. {supplement['number']} to Part {supplement['part']}")
        return f"https://www.ecfr.gov/current/title-15/part-{supplement['part']}/appendix-{name}"
    part = _PART.match(path)
    return f"https://www.ecfr.gov/current/title-{part['title']}/part-{part['part']}" if part else ""
