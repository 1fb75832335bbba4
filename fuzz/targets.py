"""What is fuzzed: every reader of what others wrote, each a function of bytes that raises nothing but our own errors."""

from __future__ import annotations

import base64
import json
import tempfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import httpx2 as httpx
from lxml import etree

from fuzz.outputs import OUTPUTS
from fuzz.trial import Target
from tests.unit.sources_fakes import START, Notes, client_for
from tracker import citations, sources
from tracker.amendments.reader import read_rule, read_rule_text
from tracker.archive.importer import import_archive
from tracker.classification import classify, match_profiles
from tracker.config.loader import load
from tracker.config.models import Source
from tracker.diffing import apply, compare
from tracker.documents.text_view import build_text_view
from tracker.errors import FetchError, TrackerError
from tracker.http.address import absolute, canonical
from tracker.http.body import read_body
from tracker.http.response_checks import check_page
from tracker.legal_status.effect_reader import read_effects
from tracker.model import Document, DocumentKind, Fetched, HttpResponse, Profile, ResourceType, Unit, UnitKind
from tracker.notifications.delivery_result import http_answer, redact
from tracker.parsing import sanity_checks, volatile_content
from tracker.parsing.dispatch import read
from tracker.parsing.entity_list import read_party
from tracker.parsing.files import read_file, read_records
from tracker.parsing.ofac_lists import SDN, FullFile, delta_file, with_deltas
from tracker.parsing.paragraph_labels import leading_labels, levels
from tracker.sandbox import pool
from tracker.sources.page.links import link_filter, links_of
from tracker.tariff.duty import Origin, duty_of
from tracker.tariff.headings import read_heading
from tracker.tariff.notes import enumerated, read_notes
from tracker.tariff.rows import Schedule, rows_of_records

NOW = datetime(2026, 1, 2, tzinfo=UTC)
TODAY = date(2026, 1, 2)
URL = "https://www.bis.gov/a/b"
FIRM = Profile(
    "p", eccns=("3B001",), hts=("8481",), products=("真空バルブ", "vacuum valve"), parties=("Sample Co., Ltd.",),
    countries=("Japan",), topics=("entity-list",),
)  # fmt: skip


def in_process() -> None:
    """Readers are called here from now on: it is this process that is watched, not their workers."""

    def here(function: Callable[..., Any], *arguments: Any) -> Any:
        return function(*arguments)

    pool.run = here


def _answer(data: bytes, kind: str = "text/html") -> HttpResponse:
    return HttpResponse(URL, 200, (("content-type", kind),), data, NOW)


def _document(role: ResourceType, data: bytes, kind: str = "text/html", **meta: str) -> Document:
    return _sound(read(Fetched("2025-19001", role, _answer(data, kind), meta)))


def _sound(document: Document) -> Document:
    """What every later stage relies on."""
    paths = [unit.path for unit in document.units]
    assert len(set(paths)) == len(paths), "two units of one path"
    assert all(paths), "a unit without a path"
    texts = [
        document.title,
        document.abstract,
        document.action,
        *paths,
        *(unit.text for unit in document.units),
    ]
    assert "".join(texts).encode() is not None  # the store writes UTF-8
    return document


def _attached(role: ResourceType) -> Target:
    """A full text with an empty record; unreadable text is a note there, so its parser is called for the error."""

    def run(data: bytes) -> None:
        part = Fetched("2025-19001/text", role, _answer(data))
        record = _answer(b'{"document_number":"2025-19001","title":"T"}')
        document = _sound(read(Fetched("2025-19001", ResourceType.FR_RECORD, record, {}, (part,))))
        classify(document, today=TODAY)

    return run


def ecfr(data: bytes) -> None:
    _document(ResourceType.ECFR_PART, data, "text/xml", title="15", part="744", as_of="2026-01-02")


def page(data: bytes) -> None:
    document = _document(ResourceType.PAGE, data)
    sanity_checks.suspicion(document, None, data)
    _document(ResourceType.PAGE, data, "text/html; charset=x-unknown", content="main, .content")


def table(data: bytes) -> None:
    _sound(_document(ResourceType.PAGE, data, "text/csv"))
    _sound(_document(ResourceType.PAGE, data, "application/json"))


def pdf(data: bytes) -> None:
    _document(ResourceType.PDF, data, "application/pdf")


def file(data: bytes) -> None:
    _sound(read_file("x", data))


def records(data: bytes) -> None:
    for document in map(_sound, read_records(data)):
        classify(document, today=TODAY)


def _role(role: ResourceType) -> Target:
    def run(data: bytes) -> None:
        classify(_document(role, data, "application/json"), today=TODAY)

    return run


def screening_list(data: bytes) -> None:
    _document(ResourceType.SCREENING_LIST, data, "application/json", list_name="Consolidated Screening List")


def japanese_law(data: bytes) -> None:
    text = json.dumps(
        {"law_full_text": base64.b64encode(data).decode(), "revision_info": {"law_title": "見本令"}}
    )
    document = _document(ResourceType.JAPANESE_LAW, text.encode(), "application/json", name="見本令")
    classify(document, compare(replace(document, units=document.units[1:]), document), today=TODAY)


def party_file(data: bytes) -> None:
    form, _, body = data.partition(b"\n")
    forms = {b"uflpa": "uflpa", b"denied": "denied-persons", b"ofac": "ofac-sdn"}
    _document(ResourceType.SCREENING_LIST, body, "text/plain", form=forms.get(form.strip(), "uflpa"))


def ofac_delta(data: bytes) -> None:
    delta = delta_file(data, "delta")
    with_deltas(FullFile("", ()), [delta], SDN)


def matrix(data: bytes) -> None:
    _sound(_document(ResourceType.MATRIX, data, "application/octet-stream"))


def tariff(data: bytes) -> None:
    document = _document(ResourceType.TARIFF, data, "application/json", release="2026HTSRev1")
    classify(document, compare(document, replace(document, units=document.units[1:])), today=TODAY)
    rows = rows_of_records([row for row in json.loads(data) if isinstance(row, dict)])
    schedule = Schedule(rows)
    for row in rows[:5]:
        duty_of(schedule, None, row.number, Origin("japan", "JP"), TODAY, lambda _: None)


def judgment(data: bytes) -> None:
    text = json.dumps({"plain_text": _text(data)}).encode()
    document = _document(
        ResourceType.JUDGMENT, text, "application/json", court="cafc", case="Fed. Cir. No. 2026-1812"
    )
    read_effects(build_text_view(document))
    classify(document, today=TODAY)


def bill(data: bytes) -> None:
    document = _sound(read(Fetched("119/hr/8170", ResourceType.BILL, _answer(data, "application/json"), {})))
    for changed in (document, replace(document, units=document.units[1:])):
        classify(document, compare(changed, document), today=TODAY)


def bill_text(data: bytes) -> None:
    answer = _answer(data, "text/xml")
    meta = {"version": "Engrossed in House"}
    document = _sound(read(Fetched("119/hr/8170/text", ResourceType.BILL_TEXT, answer, meta)))
    classify(document, compare(replace(document, units=document.units[1:]), document), today=TODAY)


def docket(data: bytes) -> None:
    document = _document(ResourceType.DOCKET, data, "application/json")
    for changed in (document, replace(document, units=document.units[1:])):
        classify(document, compare(changed, document), today=TODAY)
    _sound(_document(ResourceType.COMMENT, data, "application/json", words="valve, 3B001"))


def tariff_notes(data: bytes) -> None:
    for notes in read_notes(page.split("\n") for page in _text(data).split("\f")).values():
        for part in notes.parts.values():
            enumerated(part)
            read_heading(part.text)


def _text(data: bytes) -> str:
    return data.decode("utf-8", "replace")


def citation_target(data: bytes) -> None:
    text = _text(data)
    for found in citations.find_citations(text):
        assert text[found.start : found.end]
    for line in text.split("\n")[:50]:
        citations.parse_cfr(line)
        citations.sort_key(line)
        citations.format_japanese(line)
        citations.find_docket(line)


def designator(data: bytes) -> None:
    lines = _text(data).split("\n")
    heads = [leading_labels(line, plain=len(line) % 2 == 0) for line in lines]
    assert len(levels(heads, elided=len(lines) % 2 == 0)) == len(lines)


def party(data: bytes) -> None:
    for line in _text(data).split("\n"):
        found = read_party(line)
        assert isinstance(found.name, str)


def _units(text: str) -> tuple[Unit, ...]:
    kinds = (
        UnitKind.PARAGRAPH,
        UnitKind.INSTRUCTION,
        UnitKind.HEADING,
        UnitKind.ROW,
        UnitKind.EFFECTIVE_NOTE,
    )
    lines = [" ".join(line.split()) for line in text.split("\n")]
    return tuple(
        Unit(f"15 CFR 744.{number}", kinds[number % 7 if number % 7 < 5 else 0], line, number % 3)
        for number, line in enumerate(lines, 1)
        if line
    )


def tagging(data: bytes) -> None:
    title, _, rest = _text(data).partition("\n")
    for kind in (DocumentKind.RULE, DocumentKind.PAGE):
        document = Document(
            "k",
            kind,
            title,
            URL,
            _units(rest),
            abstract=rest[:3000],
            dates_text=rest[:3000],
            action=title[:200],
        )
        found = classify(document, today=TODAY)
        match_profiles([FIRM], document, (), found)


def _two(data: bytes) -> tuple[Document, Document]:
    first, _, second = _text(data).partition("\x00" if b"\x00" in data else "\n\n")
    return (
        Document("k", DocumentKind.CFR, "PART 744", URL, _units(first)),
        Document("k", DocumentKind.CFR, "PART 744", URL, _units(second)),
    )


def diff(data: bytes) -> None:
    before, after = _two(data)
    operations = compare(before, after)
    assert [unit.text for unit in apply(before.units, operations)] == [unit.text for unit in after.units]
    classify(after, operations, today=TODAY)


def quiet(data: bytes) -> None:
    before, after = _two(data)
    stored = replace(before, units=tuple(replace(unit, text=f"{unit.text} 1") for unit in before.units))
    templates = volatile_content.learn_volatile(before, after, stored)
    _sound(volatile_content.mask_document(before, templates))


# --- the adapters: a server's answers to each of their requests -----------------------------------------------------


def _poll(kind: str, **fields: object) -> Target:
    source = Source("s", kind, base_url="https://www.federalregister.gov/api/v1", url=URL, **fields)  # type: ignore[arg-type]

    def run(data: bytes) -> None:
        # The same to all questions, but the second and later ones after a line feed alone, if there are such parts.
        parts = data.split(b"\n\n\n") or [b""]
        turn = iter([*parts, *parts[-1:] * 50])

        def handle(request: httpx.Request) -> httpx.Response:
            if request.url.path == "/robots.txt":
                return httpx.Response(404)
            return httpx.Response(200, headers={"content-type": "application/json"}, content=next(turn, b""))

        client = client_for(handle)
        try:
            for item in sources.poll(source, Notes(), client, START):
                if isinstance(item, Fetched) and item.role is not ResourceType.LISTING:
                    _read(item)
        finally:
            client.close()

    return run


def _read(item: Fetched) -> None:
    with suppress(TrackerError):  # an unreadable item does not affect the others
        _sound(read(item))


def links(data: bytes) -> None:
    answer = _answer(data)
    check_page(answer)
    for link in links_of(answer, link_filter("same-site", URL)):
        assert canonical(link.url) == link.url


def addresses(data: bytes) -> None:
    for line in _text(data).split("\n"):
        once = canonical(line)
        assert canonical(once) == once
        absolute(URL, line)


def robots(data: bytes) -> None:
    def handle(request: httpx.Request) -> httpx.Response:
        return httpx.Response(
            200, content=data if request.url.path == "/robots.txt" else b"<html><body><p>x</p></body></html>"
        )

    client = client_for(handle)
    try:
        list(sources.poll(Source("s", "page", url=URL), Notes(), client, START))
    finally:
        client.close()


def headers(data: bytes) -> None:
    """An answer without its body: a line is a header, the first byte decides the status."""
    lines = [line.partition(b":") for line in data.split(b"\n")[1:]]
    output = [(name.strip() or b"x", value.strip()) for name, _, value in lines]
    status = (200, 200, 301, 304, 404, 429, 503)[((data or b"0")[0] - 48) % 7]

    def handle(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/robots.txt":
            return httpx.Response(404)
        return httpx.Response(
            status,
            headers=output,
            stream=httpx.ByteStream(b"<html><body><main><p>Text of the law.</p></main></body></html>"),
        )

    client = client_for(handle)
    try:
        for item in sources.poll(Source("s", "page", url=URL, follow="same-site"), Notes(), client, START):
            if isinstance(item, Fetched):
                _read(item)
    finally:
        client.close()


def unpacking(data: bytes) -> None:
    for encoding in ("gzip", "deflate"):
        with suppress(FetchError):
            read_body([data[:7], data[7:]], encoding, 20_000_000, lambda: None, URL)


# --- files ----------------------------------------------------------------------------------------------------------


def instructions(data: bytes) -> None:
    """The same words as instructions in XML, and as paragraphs of a text."""
    lines = [line for line in _text(data).split("\n") if line.strip()]
    root = etree.Element("RULE")
    part = etree.SubElement(root, "REGTEXT", TITLE="15", PART="744")
    for line in lines:
        etree.SubElement(part, "AMDPAR").text = "".join(letter for letter in line if letter.isprintable())
    opening = "Part 744 of title 15 (15 CFR part 744) is amended as follows:"
    found = (read_rule(root), read_rule_text([opening, *lines, "[FR Doc. 2026-1 Filed 1-2-26]"]))
    for one in (one for rule in found for one in rule.instructions):
        assert not (one.problem and one.actions), one


def settings(data: bytes) -> None:
    with tempfile.TemporaryDirectory(prefix="fuzz-") as folder:
        path = Path(folder, "sources.toml")
        path.write_bytes(data)
        load(path, {"HOME": "/x", "SLACK": "slack://a/b/c"})


def archive(data: bytes) -> None:
    with tempfile.TemporaryDirectory(prefix="fuzz-") as name:
        folder = Path(name)
        path = folder / "x.zip"
        path.write_bytes(data)
        try:
            import_archive(path, folder / "state")
        finally:
            outside = [entry.name for entry in folder.iterdir() if entry.name not in ("x.zip", "state")]
            assert not outside, f"written outside: {outside}"


def channel(data: bytes) -> None:
    header, _, body = _text(data).partition("\n")
    for status in (200, 429, 503):
        output = http_answer(status, body, header, NOW)
        assert "\n" not in output.text
    redact(body, header)


TARGETS: Mapping[str, Target] = {
    "ecfr": ecfr,
    "ccl": ecfr,
    "annual-cfr": file,
    "fr-xml": _attached(ResourceType.FR_XML),
    "fr-text": _attached(ResourceType.FR_TEXT),
    "fr-record": _role(ResourceType.FR_RECORD),
    "pi-record": _role(ResourceType.PI_RECORD),
    "feed-entry": _role(ResourceType.FEED_ENTRY),
    "screening-list": screening_list,
    "japanese-law": japanese_law,
    "party-file": party_file,
    "ofac-delta": ofac_delta,
    "matrix": matrix,
    "tariff": tariff,
    "tariff-notes": tariff_notes,
    "docket": docket,
    "bill": bill,
    "bill-text": bill_text,
    "judgment": judgment,
    "opinions": _poll("courts"),
    "bulletins": _poll("csms"),
    "page": page,
    "table": table,
    "pdf": pdf,
    "file": file,
    "records": records,
    "citation": citation_target,
    "designator": designator,
    "instructions": instructions,
    "party": party,
    "tag": tagging,
    "diff": diff,
    "noise": quiet,
    "fr-list": _poll("federal-register"),
    "inspection-list": _poll("public-inspection"),
    "ecfr-index": _poll("ecfr", title=15, parts=((744, 744), (774, 774))),
    "feed": _poll("feed"),
    "list": _poll("screening-list"),
    "links": links,
    "address": addresses,
    "robots": robots,
    "headers": headers,
    "unpacking": unpacking,
    "settings": settings,
    "archive": archive,
    "channel": channel,
    **OUTPUTS,
}
