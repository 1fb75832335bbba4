"""Names of court cases: `Ct. Int'l Trade No. 25-00066`, from docket numbers as each court writes them."""

from __future__ import annotations

import re
from collections.abc import Iterator

CIT, CAFC, SCOTUS = "cit", "cafc", "scotus"
COURTS = (CIT, CAFC, SCOTUS)
NAMES = {
    CIT: "United States Court of International Trade",
    CAFC: "United States Court of Appeals for the Federal Circuit",
    SCOTUS: "Supreme Court of the United States",
}
_SHORT = {CIT: "Ct. Int’l Trade", CAFC: "Fed. Cir.", SCOTUS: "U.S."}
_DASH = r"[-‐‑–—]"
_FORMS = {
    # 1:25-cv-00066-GSK, 25-cv-00066, Court No. 25-00066; Consol. Court No. 25-00066
    CIT: re.compile(
        rf"\b(?:1:)?(?P<year>\d\d){_DASH}cv{_DASH}(?P<number>\d{{5}})\b|\bCourt Nos?\. (?P<y>\d\d){_DASH}(?P<n>\d{{5}})\b",
        re.IGNORECASE,
    ),
    # 2025-1812; 25-1812 with the name of the court before it
    CAFC: re.compile(
        rf"\b20(?P<year>\d\d){_DASH}(?P<number>\d{{4}})\b|\bFed\. Cir\. No\. 20(?P<y>\d\d){_DASH}(?P<n>\d{{4}})\b"
    ),
    # No. 24-1287
    SCOTUS: re.compile(
        rf"\bNos?\. (?P<year>\d\d){_DASH}(?P<number>\d{{1,4}})\b|\bU\.S\. No\. (?P<y>\d\d){_DASH}(?P<n>\d{{1,4}})\b"
    ),
}
_GRANULE = re.compile(r"USCOURTS-(?P<court>[a-z]+\d*)-(?:\d_)?(?P<year>\d\d)-(?:cv-)?(?P<number>\d+)")


def case_name(court: str, year: str, number: str) -> str:
    """Return the name of a case by the last two digits of its year and its number."""
    if court == CIT:
        return f"{_SHORT[CIT]} No. {year}-{int(number):05}"
    if court == CAFC:
        return f"{_SHORT[CAFC]} No. 20{year}-{int(number):04}"
    return f"{_SHORT[SCOTUS]} No. {year}-{int(number)}"


def case_of_docket(court: str, docket: str) -> str:
    """Return the name of a case by its docket number, as a list of opinions writes it; empty for any other text."""
    found = re.search(rf"(?:20)?(\d\d){_DASH}(?:cv{_DASH})?(\d{{1,5}})(?!\d)", docket.removeprefix("1:"))
    return case_name(court, found[1], found[2]) if found else ""


def case_of_package(package: str) -> tuple[str, str]:
    """Return the court and the name of the case of a package of GovInfo; empty for any other name."""
    found = _GRANULE.match(package)
    if found is None or found["court"] not in _SHORT:
        return "", ""
    return found["court"], case_name(found["court"], found["year"], found["number"])


def cases_in(text: str, courts: tuple[str, ...]) -> Iterator[str]:
    """Yield the names of the cases of these courts that a text names, each once."""
    seen: set[str] = set()
    for court in courts:
        for found in _FORMS[court].finditer(text):
            name = case_name(court, found["year"] or found["y"], found["number"] or found["n"])
            if name not in seen:
                seen.add(name)
                yield name


def lower_courts(court: str) -> tuple[str, ...]:
    """Return the courts whose judgments a court reviews."""
    return COURTS[: COURTS.index(court)] if court in COURTS else ()


def court_of(name: str) -> str:
    """Return the court of a case by the name of the case; empty for any other name."""
    return next((court for court, short in _SHORT.items() if name.startswith(f"{short} No.")), "")
