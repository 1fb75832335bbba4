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
- `act`: the main act, a verb of `tracker.acts.ActVerb`. `of`: countries hit, English names, "all" where general.
- `object`: goods or technology in the text's words. `rate`: "25 percent". `date`: the main day. `note`: one line.

A record becomes a document by the readers that the program has for its kind: a web page (also every presidential action
with an address at whitehouse.gov) is written as HTML and read as a page, a Federal Register document is read as its raw
text, a CFR section or list as paragraphs with citations. `before` and `after` are compared by `tracker.diffing`. A record without `kind` has title and abstract alone.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from bench.judgement_cases import Case, document_of, facts_in, page_document, page_html, rows
from tracker import diffing
from tracker.labeled_examples import Label, label_of
from tracker.model import Document, DocumentKind, Unit, UnitKind
from tracker.parsing.fr_record import fr_document
from tracker.parsing.fr_text import read_fr_paragraphs
from tracker.parsing.plain_text import paragraph_units

_TYPES = {
    "presidential": "Presidential Document",
    "rule": "Rule",
    "proposed-rule": "Proposed Rule",
    "notice": "Notice",
    "correction": "Correction",
}
_PLACE = re.compile(r"^(?:§|Supplement No\.|\d+ CFR \d+\.)")


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
    return Document(
        key=record["document_number"],
        kind=kind,
        title=record["title"],
        url=record.get("url") or "",
        units=_rows(paragraphs) if kind is DocumentKind.LIST else _sections(record["title"], paragraphs),
        published=date.fromisoformat(record["published"]),
        cfr_references=tuple(record.get("cfr_references") or ()),
    )


def _sections(title: str, paragraphs: Sequence[str]) -> tuple[Unit, ...]:
    """Paragraphs below the section that the first of them, or else the title, names."""
    headed = paragraphs if paragraphs and _PLACE.match(paragraphs[0]) else [title, *paragraphs]
    return paragraph_units(headed if _PLACE.match(headed[0]) else paragraphs)


def _rows(paragraphs: Sequence[str]) -> tuple[Unit, ...]:
    """One row to a paragraph, matched by the name that it begins with."""
    names = [re.split(r"[,;|\t]", text, maxsplit=1)[0].strip() for text in paragraphs]
    keys = [
        f"{name} ({names[:n].count(name) + 1})" if name in names[:n] else name for n, name in enumerate(names)
    ]
    return tuple(
        Unit(path=key, kind=UnitKind.ROW, text=text, key=key)
        for key, text in zip(keys, paragraphs, strict=True)
    )
