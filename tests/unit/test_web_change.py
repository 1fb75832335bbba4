"""The page of a change: the redline first, each quote once, hashes and deliveries folded."""

from __future__ import annotations

from dataclasses import replace

import pytest
from fastapi.testclient import TestClient

from tests.unit.rendering_samples import affiliates_rule
from tests.unit.web_samples import viewer
from tracker.model import Evidence, Topic
from tracker.web.change_quotes import ShownQuotes, reason_groups

pytestmark = pytest.mark.databases

TEXT, RULE, ORDER = "chg_00000000000000cf", "chg_0123456789abcdef", "chg_00000000000000d1"


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory, database_of_module: object) -> TestClient:
    made = viewer(tmp_path_factory.mktemp("state"), with_acts=True)
    made.cookies.set("lang", "en")
    return made


def test_the_redline_is_first_and_the_facts_beside_it(client: TestClient) -> None:
    html = client.get(f"/changes/{TEXT}").text
    places = [
        html.index(words) for words in ('id="redline"', "Who it concerns and why", 'id="review"', "<aside>")
    ]
    assert places == sorted(places)
    assert "<ins>" in html
    assert 'href="https://www.ecfr.gov/current/title-15/part-744"' in html
    assert f'href="/changes/{TEXT}/redline.docx"' in html


@pytest.mark.parametrize("reference", [RULE, ORDER, TEXT])
def test_no_official_words_are_quoted_twice(client: TestClient, reference: str) -> None:
    record = client.get(f"/api/changes/{reference}").json()
    html = client.get(f"/changes/{reference}").text
    quotes = {
        evidence["quote"]
        for entry in (*record["topics"], *record["profile_matches"])
        for evidence in entry["evidence"]
    }
    quotes |= {evidence["quote"] for evidence in record["japan_nexus"]}
    quotes |= {status["quote"] for status in record["status"] if status["quote"]}
    for quote in quotes:
        assert html.count(f'<p lang="en">{quote}</p>') <= 1, quote


def test_hashes_and_deliveries_are_folded(client: TestClient) -> None:
    html = client.get(f"/changes/{TEXT}").text
    for words in ("b" * 64, "c" * 64, TEXT + "</dd>"):
        before = html[: html.index(words)]
        assert before.rfind("<details") > before.rfind("</details>"), words
    rule = client.get(f"/changes/{RULE}").text
    before = rule[: rule.index("slack-trade")]
    assert before.rfind("<details") > before.rfind("</details>")


def test_a_quote_that_the_page_has_already_is_named_by_its_place() -> None:
    first, again = (
        Evidence("subject to the license requirements", "15 CFR 744.11(a)"),
        Evidence("the  license requirements", "15 CFR 744.16"),
    )
    change = affiliates_rule()
    change = replace(
        change,
        profiles=(),
        tagging=replace(
            change.tagging,
            japan_nexus=(first,),
            topics=(Topic("entity-list", 0.9, (again, Evidence("owned 50 percent", "abstract"))),),
        ),
    )
    shown = ShownQuotes()
    japan, topic = reason_groups(change, shown)
    assert japan.quotes == (first,)
    assert topic.quotes == ()
    assert [entry.where for entry in topic.elsewhere] == ["15 CFR 744.16", "abstract"]
