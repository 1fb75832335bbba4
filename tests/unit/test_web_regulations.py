"""Past versions of texts, compared, and around a change."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from tests.unit.web_samples import NOW, cfr_change, settings
from tracker import diffing, parsing
from tracker.model import Fetched, HttpResponse, Op, Operation, ResourceType
from tracker.rendering.redlines.layout import RedlineItem, SkippedUnits, UnchangedUnit, places
from tracker.rendering.redlines.model import Redline, RedlineSide
from tracker.storage import changes, snapshots, versions
from tracker.storage.database import Store
from tracker.stories.paragraph_history import paragraph_history
from tracker.web.app import create_app
from tracker.web.redline import with_context

TEXT = {"text": "ear:15 CFR 744"}
BEFORE = ["(a) One.", "(b) Two.", "(c) Three.", "(d) Four.", "(e) Five.", "(f) A license is required."]
AFTER = [*BEFORE[:5], "(f) No license is required."]


def part(paragraphs: list[str]) -> bytes:
    body = "".join(f"<P>{text}</P>" for text in paragraphs)
    return (
        '<DIV5 N="744" TYPE="PART"><HEAD>PART 744—CONTROL POLICY</HEAD>'
        f'<DIV8 N="§ 744.21" TYPE="SECTION"><HEAD>§ 744.21 Restrictions.</HEAD>{body}</DIV8>'
        '<DIV8 N="§ 744.22" TYPE="SECTION"><HEAD>§ 744.22 Others.</HEAD><P>(a) Unmoved words.</P></DIV8></DIV5>'
    ).encode()


def fetched(body: bytes, day: str) -> Fetched:
    answer = HttpResponse("https://www.ecfr.gov/part-744", 200, (), body, NOW)
    return Fetched("15 CFR 744", ResourceType.ECFR_PART, answer, {"as_of": day, "title": "15", "part": "744"})


def law(store: Store) -> None:
    """Two states of part 744 and the change between them."""
    old, new = fetched(part(BEFORE), "2025-10-01"), fetched(part(AFTER), "2025-11-19")
    change, _ = cfr_change()
    with store.write() as connection:
        for ordinal, item in enumerate((old, new), 1):
            at = NOW - timedelta(days=3 - ordinal)
            identity = snapshots.save(connection, "ear", item)
            digest = f"{ordinal}" * 64
            versions.add(
                connection,
                [versions.Version(TEXT["text"], ordinal, "ear", item.key, digest, (identity,), (), at)],
            )
        operations = diffing.compare(parsing.read(old), parsing.read(new))
        changes.save(connection, changes.ChangeEntry(change, TEXT["text"], 2), operations)
        other = replace(change, id="chg_00000000000000cd")
        changes.save(connection, changes.ChangeEntry(other, "ear:unread", 1), operations)


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> TestClient:
    state: Path = tmp_path_factory.mktemp("state")
    store = Store(state)
    law(store)
    store.close()
    return TestClient(create_app(settings(), state, lambda: NOW), base_url="http://127.0.0.1")


def test_every_text_and_its_states_are_listed(client: TestClient) -> None:
    html = client.get("/law").text
    assert "15 CFR 744" in html
    assert 'href="/law/text?text=ear%3A15+CFR+744"' in html


def test_a_text_is_shown_as_of_a_day(client: TestClient) -> None:
    place = {"place": "15 CFR 744.21"}
    today = client.get("/law/text", params={**TEXT, **place}).text
    assert "No license is required." in today
    assert "2025年11月19日現在" in today
    earlier = client.get("/law/text", params={**TEXT, **place, "on": 1}).text
    assert "No license" not in earlier
    assert 'id="u-15-CFR-744.21(f)"' in earlier


def test_any_day_shows_the_version_that_was_in_force(client: TestClient) -> None:
    place = {"place": "15 CFR 744.21"}
    between = client.get("/law/text", params={**TEXT, **place, "day": "2025-11-18"}).text
    assert "(f) A license is required." in between
    assert "No license" not in between
    later = client.get("/law/text", params={**TEXT, **place, "day": "2025-11-19"}).text
    assert "No license is required." in later
    before = client.get(
        "/law/text", params={**TEXT, **place, "day": "2024-01-01"}, headers={"cookie": "lang=en"}
    ).text
    assert "No version of this day or earlier is stored" in before
    assert "(f) A license is required." in before


def test_the_table_of_contents_has_the_headings_of_the_text(client: TestClient) -> None:
    html = client.get("/law/text", params=TEXT).text
    contents = html.split('<nav class="outline"')[1].split("</nav>")[0]
    assert "§ 744.21 Restrictions." in contents
    assert "PART 744—CONTROL POLICY" in contents
    assert "軍事最終用途" in contents


def test_each_unit_has_its_citation_with_day_and_hash(client: TestClient) -> None:
    html = client.get("/law/text", params={**TEXT, "place": "15 CFR 744.21"}).text
    digest = sha256(part(AFTER)).hexdigest()
    assert f"15 C.F.R. § 744.21(f) (as of Nov. 19, 2025; SHA-256 {digest})" in html
    old = client.get("/law/text", params={**TEXT, "place": "15 CFR 744.21", "on": 1}).text
    assert "15 C.F.R. § 744.21(f) (as of Oct. 1, 2025; SHA-256" in old


def test_each_unit_can_be_watched(client: TestClient) -> None:
    html = client.get("/law/text", params={**TEXT, "place": "15 CFR 744.21"}).text
    assert html.count('action="/watch-list/units"') == 1
    assert 'form="watch" name="path" value="15 CFR 744.21(f)"' in html


def test_a_unit_is_shown_in_its_section_whatever_section_was_asked_for(client: TestClient) -> None:
    html = client.get("/law/text", params={**TEXT, "place": "15 CFR 744.21", "at": "15 CFR 744.22(a)"}).text
    assert "Unmoved words." in html


def test_words_are_found_in_the_whole_text(client: TestClient) -> None:
    html = client.get("/law/text", params={**TEXT, "q": "UNMOVED"}).text
    assert "Unmoved words." in html
    assert "744.21(f)" not in html
    assert "744.22(a)" in client.get("/law/text", params={**TEXT, "q": "744.22(a)"}).text


def test_two_days_are_compared(client: TestClient) -> None:
    asked: dict[str, str | int] = {**TEXT, "since": 1, "on": 2}
    html = client.get("/law/compare", params=asked).text
    assert "<ins>No" in html
    assert "<del>A" in html
    assert client.get("/law/compare.docx", params=asked).content[:2] == b"PK"
    days = {**TEXT, "since_day": "2025-10-05", "day": "2026-01-01"}
    html = client.get("/law/compare", params=days, headers={"cookie": "lang=en"}).text
    assert "<ins>No" in html
    assert "as of October 1, 2025 → as of November 19, 2025" in html
    assert client.get("/law/compare.docx", params=days).content[:2] == b"PK"
    backwards = client.get("/law/compare", params={**TEXT, "since": 2, "on": 1}).text
    assert "<ins>A" in backwards
    assert "相違なし" in client.get("/law/compare", params={**TEXT, "since": 2, "on": 2}).text


@pytest.mark.parametrize(
    "path",
    [
        "/law/text?text=none",
        "/law/text?text=ear:15+CFR+744&on=9",
        "/law/compare?text=ear:15+CFR+744&since=1&on=9",
    ],
)
def test_an_unstored_text_is_not_found(client: TestClient, path: str) -> None:
    assert client.get(path).status_code == 404


def test_a_paragraph_has_its_history(client: TestClient) -> None:
    asked = {**TEXT, "path": "15 CFR 744.21(f)"}
    html = client.get("/law/history", params=asked).text
    assert "<ins>No" in html
    assert "/changes/chg_00000000000000cf" in html
    none = client.get(
        "/law/history", params={**TEXT, "path": "15 CFR 744.21(a)"}, headers={"cookie": "lang=en"}
    ).text
    assert "This unit has not changed" in none
    assert client.get("/law/history", params={"text": "none", "path": "x"}).status_code == 404


def test_a_history_follows_renumbering_back_to_the_beginning() -> None:
    change, _ = cfr_change()
    changes = [
        (change, (Operation("§(c)", Op.CHANGED), Operation("§(b)", Op.ADDED))),
        (change, (Operation("§(b)", Op.ADDED), Operation("§(c)", Op.RENUMBERED, from_path="§(b)"))),
        (change, (Operation("§(d)", Op.CHANGED),)),
        (change, (Operation("§(b)", Op.ADDED),)),
        (change, (Operation("§(b)", Op.REMOVED),)),
    ]
    alerted = [(operation.op, operation.path) for _, operation in paragraph_history("§(c)", changes)]
    assert alerted == [(Op.CHANGED, "§(c)"), (Op.RENUMBERED, "§(c)"), (Op.ADDED, "§(b)")]


def test_a_change_is_shown_with_the_text_around_it(client: TestClient) -> None:
    html = client.get("/changes/chg_00000000000000cf/redline?context=1", headers={"cookie": "lang=en"}).text
    assert "(e) Five." in html
    assert "(d) Four." in html
    assert "(a) One." not in html
    assert "Unmoved words." not in html


def test_missing_context_is_reported_on_the_page(client: TestClient) -> None:
    html = client.get("/changes/chg_00000000000000cd/redline?context=1", headers={"cookie": "lang=en"}).text
    assert "cannot be shown" in html
    assert "<ins>No" in html


def test_omitted_units_are_counted() -> None:
    first, second = (
        parsing.read(fetched(part(text), "2025-10-01")) for text in (BEFORE, ["(a) Won.", *AFTER[1:]])
    )
    redline = Redline(
        "",
        "",
        "",
        RedlineSide("", units=first.units),
        RedlineSide("", units=second.units),
        diffing.compare(first, second),
        NOW,
    )
    drawn = places(with_context(redline, False))
    assert [place.name for place in drawn] == ["15 CFR 744.21"]
    items = [item for _, item in drawn[0].items]
    assert [type(item) for item in items if not isinstance(item, UnchangedUnit)] == [RedlineItem, RedlineItem]
    assert len(items) + sum(item.count for item in items if isinstance(item, SkippedUnits)) == 7
