"""Serves GovInfo's MODS of an issue from the archive's documents, in the real format.

An issue appears at 6:00 in New York on its day; weekends and days without documents have none (404). As on the
real service, it also lists a table of contents and reader aids, which are not documents.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime

from lxml import etree

from tracker.demo import agencies
from tracker.demo.http_messages import HTML, XML, Reply, Request
from tracker.demo.model import Archive, FrDocument, at_new_york

_SECTIONS = {
    "RULE": "Rules and Regulations",
    "PRORULE": "Proposed Rules",
    "NOTICE": "Notices",
    "PRESDOCU": "Presidential Documents",
}
_EVER = datetime.max.replace(tzinfo=UTC)
_MODS = "{http://www.loc.gov/mods/v3}"
_LINK = "http://www.w3.org/1999/xlink"


def answer(archive: Archive, request: Request) -> Reply | None:
    """Return the reply to a request for an issue's MODS; None for any other path."""
    found = re.fullmatch(r"/metadata/pkg/FR-(\d{4}-\d\d-\d\d)/mods\.xml", request.path)
    if found is None:
        return None
    day = date.fromisoformat(found[1])
    # Whether the API lists a document does not matter for GovInfo.
    documents = [one for one in archive.documents.within(day, day, _EVER) if one.printed]
    if not documents or request.now < at_new_york(day):
        return Reply(404, b"<html><head><title>Page Not Found</title></head></html>", HTML)
    return Reply(200, etree.tostring(_mods(request.base, day, documents), encoding="UTF-8"), XML)


def _mods(base: str, day: date, documents: list[FrDocument]) -> etree._Element:
    name = f"FR-{day}"
    # lxml writes the default namespace as None, which lxml-stubs do not know.
    names: dict[str | None, str] = {None: _MODS[1:-1], "xlink": _LINK}
    root = etree.Element(f"{_MODS}mods", {"version": "3.3"}, nsmap=names)  # type: ignore[arg-type]
    _add(root, "titleInfo", ("title", f"Federal Register, {day}"))
    _add(root, "originInfo", ("publisher", "Office of the Federal Register"), ("dateIssued", str(day)))
    _add(root, "extension", ("docClass", "FR"), ("accessId", name), ("volume", str(day.year - 1935)))
    for number, kind, title in (
        ("FrontMatter", "CONTENTS", "Contents"),
        ("ReaderAids", "AIDS", "Reader Aids"),
    ):
        item = etree.SubElement(
            root, f"{_MODS}relatedItem", {"type": "constituent", "ID": f"id-{name}-{number}"}
        )
        _add(item, "titleInfo", ("title", title))
        _add(item, "extension", ("granuleClass", kind), ("accessId", f"{name}-{number}"))
    for document in documents:
        _constituent(root, base, name, document)
    return root


def _constituent(root: etree._Element, base: str, issue: str, document: FrDocument) -> None:
    number, facts = document.number, document.facts
    item = etree.SubElement(
        root, f"{_MODS}relatedItem",
        {"type": "constituent", "ID": f"id-{number}", f"{{{_LINK}}}href": f"{base}/metadata/granule/{issue}/{number}/mods.xml"},
    )  # fmt: skip
    _add(item, "titleInfo", ("title", document.title), ("partName", _SECTIONS.get(document.type, "Notices")))
    if document.abstract:
        etree.SubElement(item, f"{_MODS}abstract").text = document.abstract
    _identifier(item, "FR Doc No.", number)
    if facts.get("start_page"):
        _identifier(
            item, "preferred citation", f"{document.publication_date.year - 1935} FR {facts['start_page']}"
        )
    places = etree.SubElement(item, f"{_MODS}location")
    for label, form, ending in (("HTML rendition", "html", "htm"), ("PDF rendition", "pdf", "pdf")):
        place = etree.SubElement(places, f"{_MODS}url", {"displayLabel": label})
        place.text = f"{base}/content/pkg/{issue}/{form}/{number}.{ending}"
    _add(
        item, "extension", ("granuleClass", document.type), ("accessId", number), *_optional_fields(document)
    )


def _optional_fields(document: FrDocument) -> Iterator[tuple[str, str]]:
    for slug in document.agencies:
        yield "agency", agencies.AGENCIES[slug].raw_name
    for name in ("action", "dates"):
        if document.facts.get(name):
            yield name, document.facts[name]
    yield "frDocNumber", document.number


def _identifier(item: etree._Element, kind: str, value: str) -> None:
    etree.SubElement(item, f"{_MODS}identifier", {"type": kind}).text = value


def _add(parent: etree._Element, name: str, *children: tuple[str, str]) -> None:
    element = etree.SubElement(parent, f"{_MODS}{name}")
    for child, value in children:
        etree.SubElement(element, f"{_MODS}{child}").text = value
