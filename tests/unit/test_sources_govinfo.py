"""Issues of the Federal Register as GovInfo prints them and as the API lists them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import httpx2 as httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.sources_fakes import Site, Time
from tracker.config.models import Source
from tracker.errors import AccessDenied, FetchError, NotFound, UnexpectedResponse
from tracker.http.client import Client
from tracker.model import HttpResponse
from tracker.reconciliation.govinfo_crosscheck import compare
from tracker.sources.federal_register import govinfo
from tracker.sources.federal_register.govinfo import ApiIssue, GovInfoIssue, IssueGranule

DAY = date(2026, 6, 8)
SOURCE = Source(
    "fr", "federal-register", base_url="https://fr.gov/api/v1", issues_url="https://gov.gov",
    agencies=("industry-and-security-bureau",),
)  # fmt: skip
PATH = "/metadata/pkg/FR-2026-06-08/mods.xml"
MODS = """<?xml version="1.0" encoding="UTF-8"?>
<mods xmlns="http://www.loc.gov/mods/v3" xmlns:xlink="http://www.w3.org/1999/xlink" version="3.3">
<extension><docClass>FR</docClass><accessId>FR-2026-06-08</accessId></extension>
<relatedItem type="constituent" ID="id-FR-2026-06-08-ReaderAids"><extension><granuleClass>AIDS</granuleClass>
<accessId>FR-2026-06-08-ReaderAids</accessId></extension></relatedItem>
<relatedItem type="constituent" ID="id-2026-11001" xlink:href="https://gov.gov/metadata/granule/x/mods.xml">
<titleInfo><title>Revisions to
 Controls</title><partName>Rules and Regulations</partName></titleInfo>
<abstract>BIS amends the EAR.</abstract>
<identifier type="FR Doc No.">2026-11001</identifier><identifier type="preferred citation">91 FR 30001</identifier>
<relatedItem type="otherFormat"><extension><frDocNumber>1999-1</frDocNumber></extension></relatedItem>
<location><url displayLabel="HTML rendition">https://gov.gov/a.htm</url><url displayLabel="PDF rendition">https://gov.gov/a.pdf</url></location>
<extension><granuleClass>RULE</granuleClass><accessId>2026-11001</accessId><agency order="1">DEPARTMENT OF COMMERCE</agency>
<agency order="2">Bureau of Industry and Security</agency><action>Final rule.</action><frDocNumber>2026-11001</frDocNumber></extension>
</relatedItem>
<relatedItem type="constituent"><titleInfo><title>No number</title></titleInfo>
<extension><granuleClass>NOTICE</granuleClass><accessId>2026-00099-Filed</accessId></extension></relatedItem>
</mods>"""


def asked(reply: httpx.Response, path: str = PATH) -> GovInfoIssue:
    time = Time()
    with Client(
        clock=time.now, monotonic=time.monotonic, sleep=time.sleep,
        transport=httpx.MockTransport(Site({path: reply}).handle),
    ) as client:  # fmt: skip
        return govinfo.fetch_govinfo_issue(SOURCE, client, DAY)


def test_an_issue_lists_its_documents_only() -> None:
    found = asked(httpx.Response(200, content=MODS.encode()))
    assert set(found.documents) == {"2026-11001", "2026-00099-FILED"}
    assert found.documents["2026-11001"] == IssueGranule(
        "2026-11001", "RULE", "Revisions to Controls", ("DEPARTMENT OF COMMERCE", "Bureau of Industry and Security"),
        "BIS amends the EAR.", "Final rule.", "", "91 FR 30001", "https://gov.gov/a.htm", "https://gov.gov/a.pdf",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (httpx.Response(404), NotFound),
        (httpx.Response(503), FetchError),
        (
            httpx.Response(200, content=MODS.replace("FR-2026-06-08<", "FR-2026-06-09<").encode()),
            UnexpectedResponse,
        ),
        (httpx.Response(200, content=MODS[:1200].encode()), UnexpectedResponse),
        (httpx.Response(200, content=MODS.replace("constituent", "host").encode()), UnexpectedResponse),
        (httpx.Response(200, content=b"<html><title>Request Access</title></html>"), AccessDenied),
        (httpx.Response(200, content=b""), UnexpectedResponse),
    ],
)
def test_an_answer_that_is_no_issue_is_an_error(reply: httpx.Response, error: type[FetchError]) -> None:
    with pytest.raises(error):
        asked(reply)


@pytest.mark.parametrize(
    ("slug", "printed", "same"),
    [
        ("industry-and-security-bureau", "Bureau of Industry and Security", True),
        ("commerce-department", "DEPARTMENT OF COMMERCE", True),
        ("foreign-assets-control-office", "Office of Foreign Assets Control", True),
        ("u-s-customs-and-border-protection", "U.S. Customs and Border Protection", True),
        ("trade-representative-office-of-united-states", "OFFICE OF THE UNITED STATES TRADE REPRESENTATIVE", True),
        ("international-trade-administration", "INTERNATIONAL TRADE COMMISSION", False),
        ("census-bureau", "DEPARTMENT OF COMMERCE", False),
    ],
)  # fmt: skip
def test_an_agency_is_the_same_words_in_another_order(slug: str, printed: str, same: bool) -> None:
    assert govinfo.same_agency(slug, printed) is same


@given(st.from_regex(r"(C1-|[A-Z]\d-)?20\d\d-0{0,3}[1-9]\d{0,5}", fullmatch=True))
def test_numbers_are_compared_without_padding_and_dashes_of_their_own(number: str) -> None:
    head, _, tail = number.rpartition("-")
    assert govinfo.normalized_number(f" {head.lower()}–{tail.zfill(6)} ") == govinfo.normalized_number(number)
    assert govinfo.normalized_number(govinfo.normalized_number(number)) == govinfo.normalized_number(number)


ANSWER = HttpResponse("https://gov.gov/", 200, (), b"", Time().now())
numbers = st.sets(st.integers(1, 40))


@given(numbers, numbers)
def test_both_houses_named_is_neither_and_one_alone_is_named(printed: set[int], listed: set[int]) -> None:
    there = {
        f"2026-{n}": IssueGranule(f"2026-{n:05}", "RULE", "", ("Bureau of Industry and Security",))
        for n in printed
    }
    here = {f"2026-{n}": ApiIssue(f"2026-{n:05}", "Rule", ("industry-and-security-bureau",)) for n in listed}
    found = compare(SOURCE, DAY, GovInfoIssue(ANSWER, there), here)
    assert set(found.only_printed) == {f"2026-{n:05}" for n in printed - listed}
    assert set(found.only_listed) == {f"2026-{n:05}" for n in listed - printed}
    assert (found.printed, found.listed) == (len(printed), len(listed))


def test_documents_of_other_agencies_or_types_are_skipped() -> None:
    there = {
        "1": IssueGranule("1", "NOTICE", "", ("Bureau of the Census",)), "2": IssueGranule("2", "NOTICE", "", ()),
        "3": IssueGranule("3", "RULE", "", ("Bureau of Industry and Security",)),
    }  # fmt: skip
    rules = replace(SOURCE, types=("NOTICE", "PRESDOCU"))
    assert compare(rules, DAY, GovInfoIssue(ANSWER, there), {}).only_printed == ("2",), (
        "who names nobody may be anybody's"
    )
