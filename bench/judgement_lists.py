"""Lists of labeled full texts and of labeled changes, in two files, UTF-8.

`records.jsonl`: one JSON object a line:

    {"document_number": "LX-001", "kind": "presidential|rule|proposed-rule|notice|correction|page|cfr|list",
     "title": "...", "abstract": "" or "...", "published": "YYYY-MM-DD",
     "agencies": ["Commerce Department", "Industry and Security Bureau"] (as the API names them; [] for White House pages),
     "action": "Final rule." or "", "url": "...", "cfr_references": ["15 CFR 744"] or [],
     "paragraphs": ["...", ...] (the full text in reading order, with DATES, SUMMARY and amendatory instructions where a
                   real one has them; [] where only title and abstract exist),
     "before": ["..."] and "after": ["..."] (only for a change of a text: the paragraphs of the page, PDF or CFR section
                   before and after; then "paragraphs" is [])}

`labels.tsv` with the header `document_number published must accepted levels directions japan_nexus labellers act of
object rate date note`, separated by tabs:

- `must`: topics that have to be found; `accepted`: all topics that count as right, `must` among them.
- `levels`: the levels that count as right, separated by commas: one, or two adjacent ones.
- `directions`: those that count as right. `japan_nexus`: yes, no or either. `labellers`: 1.
- `act`: the main act, a verb of `tracker.model.acts.ActVerb`. `of`: countries hit, English names, "all" where general.
- `object`: goods or technology in the text's words. `rate`: "25 percent". `date`: the main day. `note`: one line.

A record becomes a document by the readers that the program has for its kind: a web page (also every presidential action
with an address at whitehouse.gov) is written as HTML and read as a page, a Federal Register document is read as its raw
text, a CFR section, a supplement or a piece of the Commerce Control List as the eCFR's XML, a list of parties as rows. `before` and `after` are compared by `tracker.diffing`. A record without `kind` has title and abstract alone.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from bench.judgement_cases import Case, document_of, facts_in, page_document, page_html, rows
from tracker import diffing
from tracker.documents.labeled_examples import Label, label_of
from tracker.model import Document, DocumentKind, Unit, UnitKind
from tracker.parsing.ecfr_xml import ecfr_units
from tracker.parsing.fr_record import fr_document
from tracker.parsing.fr_text import read_fr_paragraphs
from tracker.parsing.gpo_xml import tree
from tracker.parsing.plain_text import paragraph_units
from tracker.parsing.unit_builder import SEPARATOR

_TYPES = {
    "presidential": "Presidential Document",
    "rule": "Rule",
    "proposed-rule": "Proposed Rule",
    "notice": "Notice",
    "correction": "Correction",
}
_SECTION = re.compile(r"(?:§\s*|\d+ CFR )(\d+\.\d+)")
_SUPPLEMENT = re.compile(r"Supplement No\. (\d+) to Part (\d+)", re.IGNORECASE)
_CCL = re.compile(r"Commerce Control List|\bECCN \d[A-E]\d{3}|\A\d[A-E]\d{3}\b")
_COUNTRY_OF_TITLE = re.compile(r" — ([A-Z][A-Z ,'’]+)(?:\(|\Z)")
_ENTRY = re.compile(r"\d[A-E]\d{3}\b")
_LABELS = re.compile(r"(?:\([0-9A-Za-z]{1,5}\))+")
LONGEST_COUNTRY = 40


def list_cases(records: Path, wanted: Path) -> list[Case]:
    """The cases of a list, in the order of its labels. Raises ValueError where a label has no record."""
    by_number = {}
    for line in records.read_text("utf-8").splitlines():
        if line.strip():
            record = json.loads(line)
            by_number[record["document_number"]] = record
    table = rows(wanted)
    missing = [str(row["document_number"]) for row in table if row["document_number"] not in by_number]
    if missing:
        raise ValueError(f"{records}: no record of {', '.join(missing)}")
    return [
        replace(list_case(by_number[row["document_number"]], label_of(row)), facts=facts_in(row))
        for row in table
    ]


def list_case(record: Mapping[str, Any], label: Label) -> Case:
    if "kind" not in record:
        return Case(label, document_of(record))
    before, after = record.get("before") or [], record.get("after") or []
    if not before and not after:
        return Case(label, _document(record, record.get("paragraphs") or []))
    old, new = _document(record, before), _document(record, after)
    return Case(label, new, diffing.compare(old, new))


def _document(record: Mapping[str, Any], paragraphs: Sequence[str]) -> Document:
    kind = DocumentKind(record["kind"])
    if kind is DocumentKind.PAGE or _is_white_house(record):
        return _page(record, paragraphs)
    if kind in (DocumentKind.CFR, DocumentKind.LIST):
        return _codified(record, kind, paragraphs)
    return _register(record, paragraphs)


def _is_white_house(record: Mapping[str, Any]) -> bool:
    return (urlsplit(record.get("url") or "").hostname or "").endswith("whitehouse.gov")


def _page(record: Mapping[str, Any], paragraphs: Sequence[str]) -> Document:
    words = paragraphs or [record.get("abstract") or record["title"]]
    url = record.get("url") or f"https://www.example.gov/{record['document_number']}"
    document = page_document(page_html(record["title"], words), url)
    return replace(document, published=date.fromisoformat(record["published"]))


def _register(record: Mapping[str, Any], paragraphs: Sequence[str]) -> Document:
    """A Federal Register document: its API record, what the record leaves open filled from the text."""
    fields = {
        "document_number": record["document_number"],
        "title": record["title"],
        "abstract": record.get("abstract") or "",
        "publication_date": record["published"],
        "type": _TYPES[record["kind"]],
        "action": record.get("action") or "",
        "html_url": record.get("url") or "",
        "agencies": [{"name": name, "slug": _slug(name)} for name in record.get("agencies") or []],
    }
    document = fr_document(fields, record["document_number"])
    references = tuple(record.get("cfr_references") or ())
    if not paragraphs:
        return replace(document, cfr_references=references)
    text = read_fr_paragraphs(paragraphs)
    return replace(
        document,
        units=text.units,
        abstract=document.abstract or text.summary,
        action=document.action or text.action,
        dates_text=document.dates_text or text.dates,
        cfr_references=references,
    )


def _slug(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")


def _codified(record: Mapping[str, Any], kind: DocumentKind, paragraphs: Sequence[str]) -> Document:
    """A section, a supplement or the Commerce Control List as the eCFR's XML; a list of parties as its rows."""
    units: tuple[Unit, ...]
    title = record["title"]
    first = paragraphs[0] if paragraphs else ""
    supplement = _SUPPLEMENT.search(f"{first} {title}")
    section = _SECTION.match(first) or _SECTION.match(title)
    if kind is DocumentKind.LIST and not _CCL.search(f"{title} {first}"):
        units = _rows(
            paragraphs, f"Supp. No. {supplement[1]} to Part {supplement[2]}" if supplement else "", title
        )
    elif kind is DocumentKind.LIST or _CCL.match(first):
        kind = DocumentKind.CFR
        units = _xml_units("DIV9", "Supplement No. 1 to Part 774", "The Commerce Control List", paragraphs)
    elif section and not (supplement and _SUPPLEMENT.match(first)):
        rest = paragraphs[1:] if _SECTION.match(first) else paragraphs
        heading = first if _SECTION.match(first) else title
        units = _xml_units("DIV8", section[1], heading, rest)
    elif supplement:
        rest = paragraphs[1:] if _SUPPLEMENT.match(first) else paragraphs
        name = f"Supplement No. {supplement[1]} to Part {supplement[2]}"
        units = _xml_units("DIV9", name, first if _SUPPLEMENT.match(first) else title, rest)
    else:
        units = paragraph_units(paragraphs)
    return Document(
        key=record["document_number"],
        kind=kind,
        title=title,
        url=record.get("url") or "",
        units=units,
        published=date.fromisoformat(record["published"]),
        cfr_references=tuple(record.get("cfr_references") or ()),
    )


def _xml_units(division: str, number: str, heading: str, paragraphs: Sequence[str]) -> tuple[Unit, ...]:
    """The units that the eCFR's reader makes of a division with these paragraphs."""
    head = heading if heading.startswith(("§", "Supplement")) else f"{number}—{heading}"
    body = "".join(
        f"<P><B>{escape(text)}</B></P>" if _ENTRY.match(text) else f"<P>{escape(text)}</P>"
        for text in _relative(paragraphs)
    )
    xml = f'<{division} N="{escape(number)}" TYPE="SECTION"><HEAD>{escape(head)}</HEAD>{body}</{division}>'
    return ecfr_units(tree(xml.encode(), "list"), "15" if division == "DIV9" else _title_number(heading))[0]


def _relative(paragraphs: Sequence[str]) -> Iterator[str]:
    """Paragraphs with the designators that the CFR prints: `(a)(14)` below (a) is `(14)`."""
    before: list[str] = []
    for text in paragraphs:
        lead = _LABELS.match(text)
        labels = re.findall(r"\([0-9A-Za-z]+\)", lead[0]) if lead else []
        same = 0
        while same < min(len(labels) - 1, len(before)) and labels[same] == before[same]:
            same += 1
        before = labels or before
        yield text.removeprefix("".join(labels[:same]))


def _title_number(heading: str) -> str:
    found = re.match(r"(\d+) CFR", heading)
    return found[1] if found else "15"


def _rows(paragraphs: Sequence[str], head: str, title: str) -> tuple[Unit, ...]:
    """One row to a party, with the path and country that the reader of the Entity List gives it: `COUNTRY — Name, ...`,
    or the country from the title, `... — COUNTRY (extract)`."""
    units = []
    counted: dict[str, int] = {}
    place = _COUNTRY_OF_TITLE.search(title)
    for text in paragraphs:
        country, dash, words = text.partition(" — ")
        if not dash or len(country) > LONGEST_COUNTRY:
            country, words = place[1].strip() if place else "", text
        name = re.split(r"(?<!\bCo\.), |[;|\t]| — |(?<=[a-z\)])\. (?=[A-Z])", words, maxsplit=1)[0].strip()
        path = SEPARATOR.join(filter(None, (head, country, name)))
        counted[path] = counted.get(path, 0) + 1
        if counted[path] > 1:
            path = f"{path} ({counted[path]})"
        meta = (("country", country),) if country else ()
        units.append(Unit(path=path, kind=UnitKind.ROW, text=text, key=name, meta=meta))
    return tuple(units)
