"""An archive made from the recorded public data, in the shapes of the live services.

What the recordings lack is filled in plausibly and never with words of law: agencies and types are
guessed from titles and abstracts, addresses are the stand-in's own, full texts are the recorded
paragraphs put into GPO XML.
"""

from __future__ import annotations

import json
import lzma
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from tests.recorded import ROOT
from tracker.demo.fr_text import full_text
from tracker.demo.http_messages import JSON
from tracker.demo.model import Archive, FrDocument, PageState, at_new_york
from tracker.demo.parties import LIST_PATH, screening_list

BEGINNING = datetime(2020, 1, 1, tzinfo=UTC)
PART_744_DATES = (date(2026, 3, 25), date(2026, 7, 18))
_NO_ABSTRACT = "No summary provided."
_BIS = ("commerce-department", "industry-and-security-bureau")
_DATES = re.compile(r"(This|Comments|Effective|The)\b.*\b(effective|must be received)")
_ACTION = re.compile(r"\b(rule|notice|order|publication)\b.*\.$", re.IGNORECASE)
_COMMERCE = "commerce-department"
_AGENCY_WORDS: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = (
    (("bureau of industry and security", "(ear)", "export administration regulations", "export privileges"), _BIS),
    (("foreign assets control", "ofac", "sanctions regulations"), ("treasury-department", "foreign-assets-control-office")),
    (("internal revenue",), ("treasury-department", "internal-revenue-service")),
    (("countervailing", "antidumping", "american ai exports"), (_COMMERCE, "international-trade-administration")),
    (("fisheries", "nmfs", "marine mammal"), (_COMMERCE, "national-oceanic-and-atmospheric-administration")),
    (("national institute of standards",), (_COMMERCE, "national-institute-of-standards-and-technology")),
    (("section 301", "trade representative"), ("executive-office-of-the-president", "trade-representative-office-of-united-states")),
    (("customs and border protection",), ("homeland-security-department", "u-s-customs-and-border-protection")),
    (("international trade commission",), ("international-trade-commission",)),
    (("airworthiness", "(faa)", "airspace"), ("transportation-department", "federal-aviation-administration")),
    (("(fda", "food and drug"), ("health-and-human-services-department", "food-and-drug-administration")),
    (("(epa)", "environmental protection agency", "air plan"), ("environmental-protection-agency",)),
    (("self-regulatory organizations",), ("securities-and-exchange-commission",)),
    (("combined notice of filings", "federal energy regulatory"), ("energy-department", "federal-energy-regulatory-commission")),
    (("(fcc)", "federal communications"), ("federal-communications-commission",)),
    (("endangered", "land management"), ("interior-department",)),
    (("usda", "agricultur", "marketing order"), ("agriculture-department",)),
    (("coast guard", "homeland security"), ("homeland-security-department",)),
    (("department of state", "arms regulations"), ("state-department",)),
)  # fmt: skip
_PRESIDENTIAL = re.compile(
    r"^(Continuation of the National Emergency|Proclamation|Adjusting Imports|Addressing )|^\w.* Day, 20\d\d$"
)


def _lines(name: str, only: re.Pattern[str] | None = None) -> Iterator[dict[str, Any]]:
    """The objects of a recorded file of lines; with `only`, of the lines in whose first 60 letters it is
    found. Raises FileNotFoundError where the recorded data is not there (see tests/recorded.py)."""
    with lzma.open(ROOT / name, "rt", encoding="utf-8") as lines:
        for line in lines:
            if only is None or only.search(line, 0, 60):
                yield json.loads(line)


def _load(name: str) -> Any:
    return json.loads(lzma.decompress(Path(ROOT / name).read_bytes()))


def titles() -> list[FrDocument]:
    """The 107,816 recorded titles and abstracts as documents without full text, in about 3 seconds."""
    return [
        document(row, page)
        for page, row in enumerate(_lines("federal-register/titles-abstracts-2020-2026.jsonl.xz"))
    ]


def document(row: dict[str, Any], page: int) -> FrDocument:
    """A recorded title and abstract as a document; `page` numbers it in its volume."""
    abstract = None if row["abstract"] == _NO_ABSTRACT else row["abstract"]
    title = row["title"]
    return FrDocument(
        row["document_number"],
        date.fromisoformat(row["published"]),
        title,
        _type(title, abstract or ""),
        _agencies(title, abstract or ""),
        abstract,
        {"start_page": 1 + page % 90_000, "end_page": 2 + page % 90_000},
    )


def _type(title: str, abstract: str) -> str:
    start = abstract[:400].lower()
    if not abstract and _PRESIDENTIAL.search(title):
        return "PRESDOCU"
    if "proposed rule" in start or "propos" in start[:120]:
        return "PRORULE"
    if any(
        words in start for words in ("final rule", "this rule", "is amending", "amends the", "is adopting")
    ):
        return "RULE"
    return "NOTICE"


def _agencies(title: str, abstract: str) -> tuple[str, ...]:
    """Parent first; empty where no word names an agency."""
    text = f"{title} {abstract[:300]}".lower()
    return next((slugs for words, slugs in _AGENCY_WORDS if any(word in text for word in words)), ())


def full_documents(count: int = 30) -> list[FrDocument]:
    """Documents with title, abstract, action, dates and full text: those of the recorded paragraphs whose
    titles are recorded too, in the order of the recording."""
    wanted = {
        row["document_number"]: row["paragraphs"]
        for row in _lines("federal-register/full-text-paragraphs.jsonl.xz")
    }
    found = {
        row["document_number"]: row
        for row in _lines(
            "federal-register/titles-abstracts-2020-2026.jsonl.xz",
            only=re.compile("|".join(re.escape(f'"document_number": "{number}"') for number in wanted)),
        )
    }
    documents = []
    for page, number in enumerate([number for number in wanted if number in found][:count]):
        made = document(found[number], page)
        made.agencies = made.agencies or _BIS
        paragraphs = wanted[number]
        dates = next((text for text in paragraphs[:6] if _DATES.match(text)), None)
        action = next((text for text in paragraphs[:2] if len(text) < 90 and _ACTION.search(text)), None)
        if action and re.search(r"rule", action, re.IGNORECASE):
            made.type = "PRORULE" if action.lower().startswith("proposed") else "RULE"
        made.facts.update(action=action, dates=dates)
        made.xml.put(made.visible_from or BEGINNING, full_text(made, paragraphs))
        documents.append(made)
    return documents


def part_744(day: date) -> str:
    """The eCFR's own XML of 15 CFR part 744 at one of `PART_744_DATES`."""
    return lzma.decompress((ROOT / f"ecfr/15-cfr-744/{day}.xml.xz").read_bytes()).decode()


def parties() -> bytes:
    """consolidated.json with the 25,921 parties of the recorded digest, every field of the live file."""
    digest = _load("lists/consolidated-screening-list-digest-2026-07-31.json.xz")
    tables = digest["tables"]

    def looked_up(row: dict[str, Any], key: str, table: str) -> Any:
        return tables[table][row[key]] if key in row else None

    rows = []
    for number, row in enumerate(digest["entries"]):
        program = looked_up(row, "pg", "programmes")
        rows.append(
            {
                "_id": f"{number:064x}",
                "source": looked_up(row, "s", "sources"),
                "entity_number": row.get("e"),
                "type": row.get("t"),
                "programs": [program] if program else [],
                "name": row["n"],
                "title": None,
                "addresses": [
                    {"address": None, "city": None, "state": None, "postal_code": None, "country": country}
                    for country in row.get("c", [])
                ],
                "federal_register_notice": row.get("fr"),
                "start_date": None,
                "end_date": None,
                "standard_order": None,
                "license_requirement": looked_up(row, "lr", "licenceRequirements"),
                "license_policy": looked_up(row, "lp", "licencePolicies"),
                "call_sign": None,
                "remarks": None,
                "alt_names": row.get("a", []),
                "ids": [],
                "source_list_url": looked_up(row, "u", "urls"),
                "source_information_url": looked_up(row, "u", "urls"),
            }
        )
    return screening_list(rows)


# --- pages --------------------------------------------------------------------------------------

_SUBJECTS = (
    "vacuum valves",
    "ion sources",
    "mass flow controllers",
    "photoresists",
    "wafer chucks",
    "test sockets",
)
_CLAUSES = (
    "A license is required for {subject} that are destined for a facility of the kind that section {number} describes.",
    "Exporters of {subject} keep their records for five years from the date of the transaction numbered {number}.",
    "The Bureau reviews applications for {subject} under a presumption of denial, subject to paragraph {number}.",
    "Nothing on this page changes the requirements for {subject} elsewhere in the regulations, part {number} included.",
)


def generated_page(number: int) -> bytes:
    """A legal-like page of about 8 kB, the same for the same number."""
    subject = _SUBJECTS[number % len(_SUBJECTS)]
    sections = []
    for section in range(8):
        clauses = "".join(
            f"<p>({letter}) {_CLAUSES[(section + index) % len(_CLAUSES)].format(subject=subject, number=number + 31 * section)}</p>\n"
            for index, letter in enumerate("abcdef")
        )
        sections.append(f"<h2>§ {number}.{section + 1} Requirements for {subject}</h2>\n{clauses}")
    return (
        f'<!DOCTYPE html>\n<html lang="en"><head><title>Guidance {number} on {subject}</title></head><body>\n'
        '<header><nav><a href="/pages">All pages</a></nav></header>\n'
        f"<main><h1>Guidance {number} on {subject}</h1>\n{''.join(sections)}</main>\n<footer>Sample</footer></body></html>\n"
    ).encode()


def put_generated_pages(archive: Archive, count: int) -> list[str]:
    """Adds `count` pages under `/pages/`, with a list of links at `/pages`; gives their paths."""
    paths = [f"/pages/{number}" for number in range(count)]
    for number, path in enumerate(paths):
        archive.put_page(path, BEGINNING, PageState(generated_page(number)))
    links = "".join(f'<li><a href="{path}">Guidance {number}</a></li>\n' for number, path in enumerate(paths))
    index = f"<!DOCTYPE html><html><head><title>Pages</title></head><body><main><h1>Pages</h1><ul>{links}</ul></main></body></html>"
    archive.put_page("/pages", BEGINNING, PageState(index.encode()))
    return paths


# --- whole sites --------------------------------------------------------------------------------


def recorded_archive(
    *, documents: int = 30, every_title: bool = False, pages: int = 0, lists: bool = True
) -> Archive:
    """`documents` with full text, part 744 in its two states, the screening list, generated pages; with
    `every_title` the whole recorded Federal Register as well."""
    archive = Archive()
    if every_title:
        archive.documents.extend(titles())
    archive.documents.extend(full_documents(documents))
    for day in PART_744_DATES:
        archive.put_part(15, "744", day, part_744(day))
    if lists:
        archive.put_page(LIST_PATH, BEGINNING, PageState(parties(), JSON))
    if pages:
        put_generated_pages(archive, pages)
    return archive


FIRST_STATE = at_new_york(date(2026, 6, 10), 9)  # part 744 as of 2026-03-25
SECOND_STATE = at_new_york(date(2026, 7, 22), 9)  # part 744 as of 2026-07-18
