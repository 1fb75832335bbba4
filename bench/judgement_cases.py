"""The labeled documents that the judgement is measured on, each read the way the program reads one of its kind.

Three sources: `labels/dev.tsv` (title and abstract of Federal Register documents), `white-house/labels.tsv` (whole pages
of whitehouse.gov, with facts), and lists in the format of `bench.judgement_lists`. None of the labels is used for
anything but scoring.
"""

from __future__ import annotations

import json
import lzma
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from hashlib import sha256
from html import escape
from pathlib import Path
from typing import Any

from tracker.documents.labeled_examples import Label, label_of, parts, rows_of
from tracker.model import Document, DocumentKind, Fetched, HttpResponse, Operation, ResourceType
from tracker.parsing.dispatch import read

ROOT = Path(__file__).resolve().parent.parent
DATA = Path(os.environ.get("TRACKER_RECORDED") or ROOT.parent / "shared" / "data")
RECORDS = DATA / "federal-register" / "titles-abstracts-2020-2026.jsonl.xz"
DEV = DATA / "labels" / "dev.tsv"
WHITE_HOUSE = DATA / "white-house"
PRESIDENT = "Executive Office of the President"
DEFAULT_DAY = date(2026, 1, 1)
_FETCHED = datetime(2026, 11, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Facts:
    """Return a fact of a text that is not one of its labels; empty where it has none."""

    countries: tuple[str, ...] = ()
    goods: tuple[str, ...] = ()
    rates: tuple[str, ...] = ()
    dates: tuple[date, ...] = ()


@dataclass(frozen=True)
class Case:
    """A labeled document as the program would have it. `operations` is not empty for a change of a text."""

    label: Label
    document: Document
    operations: tuple[Operation, ...] = ()
    facts: Facts = field(default_factory=Facts)

    @property
    def day(self) -> date:
        return self.document.published or self.label.published


def half(key: str) -> int:
    """Which half a document belongs to: by the SHA-256 of its key, so that it is not chosen by hand."""
    return sha256(key.encode()).digest()[-1] % 2


def labels(path: Path) -> list[Label]:
    """The rows of a list of labels, in the columns of `dev.tsv`."""
    return [label_of(row) for row in rows(path)]


def rows(path: Path) -> list[dict[str, str | None]]:
    with path.open(encoding="utf-8", newline="") as lines:
        return [row for _, row in rows_of(lines)]


def facts_in(row: Mapping[str, str | None]) -> Facts:
    """The facts in the columns `of`, `object`, `rate` and `date` of a list."""
    return Facts(
        countries=parts(row.get("of") or ""),
        goods=parts(row.get("object") or ""),
        rates=parts(row.get("rate") or ""),
        dates=(date.fromisoformat(str(row["date"])),) if row.get("date") else (),
    )


# --- title and abstract ---------------------------------------------------------------------------------------------


def documents(path: Path = RECORDS) -> Iterator[Document]:
    """The recorded documents, as an API record without agency and type would read."""
    with lzma.open(path, "rt") if path.suffix == ".xz" else path.open(encoding="utf-8") as lines:
        for line in lines:
            yield document_of(json.loads(line))


def document_of(row: Mapping[str, str]) -> Document:
    return Document(
        key=row["document_number"],
        kind=DocumentKind.NOTICE,
        title=row["title"],
        url=row.get("url", ""),
        abstract=row.get("abstract") or "",
        document_number=row["document_number"],
        published=date.fromisoformat(row["published"]),
    )


def dev_cases(records: Iterable[Document] | None = None, path: Path = DEV) -> list[Case]:
    wanted = {(label.number, label.published): label for label in labels(path)}
    return [
        Case(wanted[document.key, document.published], document)
        for document in (documents() if records is None else records)
        if document.published is not None and (document.key, document.published) in wanted
    ]


# --- pages of whitehouse.gov ----------------------------------------------------------------------------------------


def page_document(html: bytes, url: str) -> Document:
    """A web page as the page source makes a document of it."""
    answer = HttpResponse(url, 200, (("Content-Type", "text/html; charset=utf-8"),), html, _FETCHED)
    return read(Fetched(url, ResourceType.PAGE, answer))


def page_html(title: str, paragraphs: Iterable[str]) -> bytes:
    """A plain page with this title and these paragraphs."""
    body = "".join(f"<p>{escape(paragraph)}</p>\n" for paragraph in paragraphs)
    head = f"<head><meta charset='utf-8'><title>{escape(title)}</title></head>"
    page = f"<!doctype html><html lang='en'>{head}<body><main><h1>{escape(title)}</h1>\n{body}</main></body></html>"
    return page.encode()


def as_presidential(document: Document, published: date) -> Document:
    """The same words as a presidential document of the Federal Register."""
    title = document.title.removesuffix(" – The White House")
    return replace(
        document,
        kind=DocumentKind.PRESIDENTIAL,
        title=title,
        type="Presidential Document",
        agencies=(PRESIDENT, "executive-office-of-the-president"),
        published=published,
        signing_date=published,
    )


def white_house_facts(folder: Path = WHITE_HOUSE) -> dict[str, dict[str, Any]]:
    return dict(json.loads(lzma.decompress((folder / "facts.json.xz").read_bytes())))


def white_house_cases(folder: Path = WHITE_HOUSE) -> list[Case]:
    """The labeled pages as documents of the kind PAGE, with the address that each was published at."""
    facts = white_house_facts(folder)
    found = []
    for row in rows(folder / "labels.tsv"):
        label = label_of(row)
        html = lzma.decompress((folder / "actions" / f"{label.number}.html.xz").read_bytes())
        document = page_document(html, str(row["url"]))
        dated = replace(document, published=document.published or label.published)
        found.append(Case(label, dated, facts=facts_of(facts[label.number])))
    return found


def presidential(cases: Iterable[Case]) -> list[Case]:
    return [replace(case, document=as_presidential(case.document, case.label.published)) for case in cases]


def facts_of(known: Mapping[str, Any]) -> Facts:
    """The facts of a recorded order. "all" names no country, and "all goods" no goods."""
    rates = [*(known["rates"] or []), *([known["japan_rate"]] if known["japan_rate"] else [])]
    return Facts(
        countries=tuple(known["of"] or ()),
        goods=tuple(known["on"] or ()),
        rates=tuple(dict.fromkeys(rates)),
        dates=tuple(dict.fromkeys(date.fromisoformat(entry["date"]) for entry in known["effective"])),
    )
