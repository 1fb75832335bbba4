"""One opinion of a list, and the lists that name opinions: the feed of GovInfo for a court with the record of each case, the
table of the Supreme Court, and the search of CourtListener.

What a worker parses leaves it as plain tuples.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urljoin, urlsplit

from lxml import etree, html

from tracker.court_cases import SCOTUS, case_of_docket, case_of_package
from tracker.errors import UnexpectedResponse
from tracker.http.response_checks import check_page, json_object, xml_root
from tracker.model import HttpResponse
from tracker.sources.feed.formats import entries
from tracker.text import fold_space
from tracker.text.encodings import decoded, label_of

_PACKAGE = re.compile(r"USCOURTS-[a-z]+\d*-[\w-]+")
_MODS = "{http://www.loc.gov/mods/v3}"
_CAPTION = re.compile(r"^\s*[\d:]+[\w-]*\s+[-–—]\s+")
_DATES = ("%m/%d/%y", "%m/%d/%Y")


@dataclass(frozen=True, slots=True)
class Opinion:
    """An opinion as a list names it. `mark` differs when it was replaced. `url` is its PDF or record, `page` its page for readers."""

    key: str
    court: str
    case: str
    title: str
    url: str
    mark: str
    decided: str = ""
    page: str = ""


@dataclass(frozen=True, slots=True)
class Package:
    """A case in GovInfo. `mark` differs when something was added to it."""

    name: str
    court: str
    case: str
    title: str
    mark: str


def package_rows(answer: HttpResponse) -> list[tuple[str, ...]]:
    """Return the cases of the feed of a court, each with the fields of `Package`. Raises AccessDenied for a wall, UnexpectedResponse for anything but a feed."""
    found: dict[str, tuple[str, ...]] = {}
    for entry in entries(answer):
        name = _PACKAGE.search(entry.get("link", "") or entry.get("id", ""))
        if name is None:
            continue
        court, case = case_of_package(name[0])
        title = _CAPTION.sub("", entry.get("title", "")) or name[0]
        mark = entry.get("updated") or entry.get("published", "")
        if court:
            found.setdefault(name[0], (name[0], court, case, title, f"{title}|{mark}"))
    return list(found.values())


def granule_rows(answer: HttpResponse, package: str) -> list[tuple[str, str]]:
    """Return the names and days of the opinions of a case from its record at GovInfo, the oldest first. Raises FetchError."""
    root = xml_root(answer)
    found: dict[str, str] = {}
    for item in root.iter(f"{_MODS}relatedItem"):
        name = _granule(item, package) if item.get("type") == "constituent" else ""
        if name:
            found.setdefault(name, _words(item, "dateIssued"))
    # A case with one opinion has it on the record itself.
    return list(found.items()) or [(f"{package}-0", _words(root, "dateIssued"))]


def granule_opinion(name: str, decided: str, package: Package, base: str) -> Opinion:
    """Return an opinion of a case."""
    url = f"{base}/content/pkg/{package.name}/pdf/{name}.pdf"
    page = f"{base}/app/details/{package.name}/{name}"
    return Opinion(name, package.court, package.case, package.title, url, decided, decided, page)


def _granule(item: etree._Element, package: str) -> str:
    text = " ".join(
        [
            item.get("ID") or "",
            *(fold_space(one.text or "") for one in item.iter(f"{_MODS}identifier", f"{_MODS}url")),
        ]
    )
    names = [one for one in _PACKAGE.findall(text) if one.startswith(f"{package}-")]
    return names[0] if names else ""


def _words(item: etree._Element, name: str) -> str:
    return next((fold_space(one.text or "") for one in item.iter(f"{_MODS}{name}") if one.text), "")


def slip_rows(answer: HttpResponse) -> list[tuple[str, ...]]:
    """Return the opinions in the table of a term of the Supreme Court, each with the fields of `Opinion`. Raises FetchError; UnexpectedResponse for a page without
    the table.
    """
    check_page(answer)
    try:
        root = html.fromstring(decoded(answer.body, label_of(answer.header("content-type"))))
    except (etree.LxmlError, ValueError) as error:
        raise UnexpectedResponse(
            f"a page that cannot be parsed: {error}", url=answer.url, status=answer.status
        ) from None
    found: dict[str, tuple[str, ...]] = {}
    tables = 0
    for table in root.iter("table"):
        heads = [_words_of(cell).lower() for cell in table.iter("th")]
        if "docket" not in heads or "date" not in heads:
            continue
        tables += 1
        for row in table.iter("tr"):
            opinion = _slip(list(row.iter("td")), heads, answer.url)
            if opinion is not None:
                found.setdefault(opinion[0], opinion)
    if not tables:
        raise UnexpectedResponse("no table of opinions", url=answer.url, status=answer.status)
    return list(found.values())


def _words_of(element: etree._Element) -> str:
    return fold_space("".join(map(str, element.itertext())))


def _slip(cells: list[etree._Element], heads: list[str], base: str) -> tuple[str, ...] | None:
    texts = dict(zip(heads, map(_words_of, cells), strict=False))
    links = [
        link
        for cell in cells
        for link in cell.iter("a")
        if str(link.get("href", "")).lower().endswith(".pdf")
    ]
    case = case_of_docket(SCOTUS, texts.get("docket", ""))
    if not links or not case:
        return None
    url = urljoin(base, str(links[0].get("href")))
    title = texts.get("name") or _words_of(links[0])
    # A revised opinion has a further link in its row.
    mark = "|".join([url, texts.get("revised", ""), *(str(link.get("href")) for link in links[1:])])
    return case, SCOTUS, case, title, url, mark, _day(texts.get("date", "")), url


def _day(text: str) -> str:
    for form in _DATES:
        try:
            return datetime.strptime(text, form).date().isoformat()  # noqa: DTZ007 - a day
        except ValueError:
            continue
    return ""


def found_opinions(answer: HttpResponse, court: str) -> tuple[list[Opinion], str]:
    """Return the opinions of a page of CourtListener's search, and the address of the next page. Raises FetchError."""
    value = json_object(answer)
    results = value.get("results")
    if not isinstance(results, list):
        raise UnexpectedResponse("no list of results", url=answer.url, status=answer.status)
    following = value.get("next")
    opinions = [
        one
        for result in results
        if isinstance(result, Mapping)
        for one in _clustered(result, court, answer.url)
    ]
    return opinions, following if isinstance(following, str) else ""


def _clustered(result: Mapping[str, Any], court: str, base: str) -> Iterator[Opinion]:
    title = fold_space(str(result.get("caseName") or ""))
    case = case_of_docket(court, str(result.get("docketNumber") or ""))
    opinions = result.get("opinions")
    parts = urlsplit(base)
    root = f"{parts.scheme}://{parts.netloc}"
    for opinion in opinions if isinstance(opinions, list) else ():
        number = opinion.get("id") if isinstance(opinion, Mapping) else None
        if isinstance(number, int) and title:
            yield Opinion(
                f"opinion/{number}", court, case, title, f"{root}/api/rest/v4/opinions/{number}/",
                str(opinion.get("sha1") or ""), str(result.get("dateFiled") or ""), urljoin(root, str(result.get("absolute_url") or "/")),
            )  # fmt: skip
