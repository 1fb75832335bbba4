"""Drills of the source `egov-law`, and a made-up order of Japan with a revision to come: redline by 条・項・号, its day, its status."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from tests import japan_law_samples as samples
from tests.e2e.world import World
from tracker.clock import legal_day
from tracker.legal_status.current import current_status, status_line
from tracker.rendering.deadlines import deadlines
from tracker.search.index import SearchIndex
from tracker.search.query import terms
from tracker.serialization import change_from_json
from tracker.storage import changes as stored
from tracker.storage.database import Store
from tracker.stories.law import law_on

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
STARTS = date(2027, 4, 1)
HEAD = f"{samples.NAME} › "


@pytest.fixture
def law(world: World) -> World:
    world.later(seconds=(NOW - world.now).total_seconds())
    samples.put(
        world.standin.archive, NOW - timedelta(days=90), samples.first_text(), date(2026, 4, 1),
        promulgated=date(2026, 3, 1), amendment_number="令和八年政令第二十号", amendment_id="508CO0000000020",
    )  # fmt: skip
    assert world.use("law").one().state == "healthy"
    assert world.alerted == 0
    return world


def news(world: World) -> list[dict[str, Any]]:
    return [change for change in world.changes() if not change["baseline"]]


def future(world: World) -> dict[str, Any]:
    """List the second text, which is to come, and return its change."""
    world.later(hours=1)
    samples.put(world.standin.archive, world.now, samples.second_text(), STARTS)
    assert world.one().state == "healthy"
    (change,) = news(world)
    return change


def operations(world: World, change: str) -> dict[str, tuple[str, str, str]]:
    with Store(world.state).read() as connection:
        found = stored.operations(connection, change)
    return {
        one.path.removeprefix(HEAD): (one.op.value, one.before, one.after)
        for one in found
        if not one.editorial
    }


def test_a_revision_to_come_is_reported_once_by_its_provisions(law: World) -> None:
    change = future(law)
    assert change["kind"] == "law"
    assert change["citation"] == "令和八年政令第三百号"
    found = operations(law, change["id"])
    assert found["第一条第二項第一号"] == (
        "changed", "一　総価額が百万円以下の貨物を輸出しようとするとき。", "一　総価額が五百万円以下の貨物を輸出しようとするとき。",
    )  # fmt: skip
    assert found["別表第一 › 二の項（三）"][0] == "added"
    assert found["別表第一 › 二の項（二）"][0] == "changed"
    assert set(found) == {
        "改正", "第一条第二項第一号", "附則（令和八年政令第三百号）", "附則（令和八年政令第三百号） › 第一項", "別表第一 › 二の項（二）",
        "別表第一 › 二の項（三）",
    }  # fmt: skip
    assert change["level"] == "high"
    assert "二の項（三）" in change["summary"]["ja"]
    assert samples.FIRST in change["summary"]["en"]
    assert law.alerted == 1
    law.later(hours=1)
    assert law.one().state == "healthy"
    assert len(news(law)) == law.alerted == 1


def test_its_day_is_a_deadline_and_its_status_changes_at_midnight_in_tokyo(law: World) -> None:
    change = change_from_json(future(law))
    (entry,) = [one for one in deadlines([change], legal_day(law.now)) if one.type == "effective"]
    assert entry.date == STARTS
    status = change.tagging.status
    before = current_status(status, legal_day(datetime(2027, 3, 31, 14, 59, tzinfo=UTC))).now
    after = current_status(status, legal_day(datetime(2027, 3, 31, 15, 0, tzinfo=UTC))).now
    assert before is not None
    assert before.state == "published"
    assert after is not None
    assert after.state == "in-force"
    assert after.by == "令和八年政令第三百号"
    assert samples.FIRST in after.quote
    assert "未施行" in status_line(status, legal_day(law.now), "ja")


def test_the_law_on_a_day_is_the_text_of_that_day(law: World) -> None:
    future(law)
    item = f"{HEAD}第一条第二項第一号"
    with Store(law.state).read() as connection:
        today = law_on(connection, item, legal_day(law.now))
        later = law_on(connection, item, STARTS)
        midnight = law_on(connection, item, legal_day(datetime(2027, 3, 31, 15, 0, tzinfo=UTC)))
        whole = law_on(connection, f"{samples.NAME}第一条第二項", STARTS)
    assert today.text is not None
    assert "総価額が百万円" in today.text
    assert later.text is not None
    assert "総価額が五百万円" in later.text
    assert midnight.text == later.text
    assert [one.state for one in today.status] == ["in-force"]
    assert [(one.state, one.since) for one in today.ahead] == [("in-force", STARTS)]
    assert [step.citation for step in later.history] == ["令和八年政令第三百号"]
    assert today.history == ()
    assert whole.text is not None
    assert "国際機関が送付する貨物" in whole.text


def test_a_revision_of_an_earlier_day_is_compared_with_the_text_that_it_amends(law: World) -> None:
    future(law)
    law.later(hours=1)
    samples.put(
        law.standin.archive, law.now, samples.between_text(), date(2027, 1, 1), amendment_number="令和八年政令第三百十号",
        amendment_id="508CO0000000310",
    )  # fmt: skip
    law.standin.archive.laws[samples.LAW][1].text.put(
        law.now, samples.second_text().replace("必要な事項を定める", "必要な事項を告示で定める")
    )
    assert law.one().state == "healthy"
    by_number = {
        change["citation"]: change
        for change in news(law)
        if change["detected_at"].startswith("2026-11-24T05")
    }
    between = operations(law, by_number["令和八年政令第三百十号"]["id"])
    assert set(between) == {"改正", "第二条第一項"}
    corrected = operations(law, by_number["令和八年政令第三百号"]["id"])
    assert set(corrected) == {"第二条第一項"}


def test_taking_effect_is_no_change_of_the_text(law: World) -> None:
    future(law)
    law.later(days=130)
    assert law.now.date() > STARTS
    assert law.one().state == "healthy"
    assert len(news(law)) == 1


def test_a_day_that_is_not_set_is_no_deadline(law: World) -> None:
    law.later(hours=1)
    samples.put(
        law.standin.archive, law.now, samples.second_text(), date(2027, 11, 19), enforced=False,
        comment="公布の日から起算して一年を超えない範囲内において政令で定める日",
    )  # fmt: skip
    law.one()
    (change,) = map(change_from_json, news(law))
    assert [one.type for one in change.tagging.dates] == ["published"]
    assert [one.state for one in change.tagging.status] == ["published"]
    assert "政令で定める日" in change.tagging.status[0].quote
    assert "未定" in change.tagging.summary.ja


@pytest.mark.parametrize("behavior", ["html", "truncated", "captcha-200", "empty-200", "503"])
@pytest.mark.parametrize("address", ["/api/2/law_revisions/", "/api/2/law_data/"])
def test_bad_days_are_held_and_the_gap_is_filled(law: World, behavior: str, address: str) -> None:
    law.later(hours=1)
    samples.put(law.standin.archive, law.now, samples.second_text(), STARTS)
    law.standin.misbehave(address, behavior)
    assert law.one().state != "healthy"
    assert news(law) == []
    law.standin.behave()
    law.later(hours=1)
    assert law.one().state == "healthy"
    assert len(news(law)) == law.alerted == 1


def test_a_stale_list_and_another_law_are_held(law: World) -> None:
    revision = law.standin.archive.laws[samples.LAW][0]
    law.later(hours=1)
    law.standin.archive.laws[samples.LAW] = [replace(revision, day=date(2025, 4, 1))]
    assert law.one().state == "failing"
    law.standin.archive.laws[samples.LAW] = [revision]
    law.later(hours=1)
    assert law.one().state == "healthy"
    assert news(law) == []


def test_a_revision_that_lacks_much_of_the_law_is_held_until_it_is_read_again(law: World) -> None:
    law.later(hours=1)
    whole = samples.second_text()
    half = re.sub(
        r'<AppdxTable.*</AppdxTable>|<Paragraph Num="2">.*?</Paragraph>', "", whole, flags=re.DOTALL
    )
    revision = samples.put(law.standin.archive, law.now, half, STARTS)
    held = law.one()
    assert (held.state, len(held.held)) == ("changed-shape", 1)
    assert "units where there were" in held.held[0]["reason"]
    assert news(law) == []
    # The service has sent half a law: the whole one arrives, and only that is reported.
    law.later(hours=1)
    revision.text.put(law.now, whole)
    assert law.one().state == "healthy"
    (change,) = news(law)
    assert {one[0] for one in operations(law, change["id"]).values()} == {"added", "changed"}
    # The same loss twice is believed: it is a law that was cut down.
    law.later(hours=1)
    samples.put(
        law.standin.archive, law.now, half, date(2027, 10, 1), amendment_number="令和八年政令第四百号",
        amendment_id="508CO0000000400",
    )  # fmt: skip
    assert law.one().state == "changed-shape"
    law.later(hours=1)
    assert law.one().state == "healthy"
    assert len(news(law)) == 2
    assert "removed" in {one[0] for one in operations(law, news(law)[-1]["id"]).values()} | {
        one[0] for one in operations(law, news(law)[0]["id"]).values()
    }


def test_a_withdrawn_revision_is_recorded_once_it_is_sure(law: World) -> None:
    future(law)
    del law.standin.archive.laws[samples.LAW][1]
    for _ in range(4):
        law.later(hours=10)
        law.one()
    gone = news(law)[0]
    assert "law_revisions" not in gone["title"]
    with Store(law.state).read() as connection:
        later = law_on(connection, f"{HEAD}第一条第二項第一号", STARTS)
    assert len(news(law)) == 2
    assert later.text is not None
    assert "総価額が百万円" in later.text


def test_a_profile_that_watches_a_provision_is_named(law: World) -> None:
    extra = '[[profile]]\nid = "item"\nunits = ["輸出貿易見本令別表第1の2の項"]\n[[profile]]\nid = "other"\nunits = ["輸出貿易見本令第2条"]\n'
    law.use(
        "law",
        extra=f'{extra}[[channel]]\nid = "file"\nurl = "tofile://{law.folder}/alerts.txt"\n[[route]]\nwhen = {{ level = "low" }}\nto = ["file"]\n',
    )
    change = change_from_json(future(law))
    assert [match.profile for match in change.profiles] == ["item"]


def test_search_for_current_words_finds_the_text_in_force(law: World) -> None:
    future(law)
    store = Store(law.state)
    finder = SearchIndex(store)
    finder.refresh(["law"])

    def found(words: str, **options: Any) -> list[tuple[str, int | None]]:
        hits = finder.find(terms(words), in_force={f"law:{samples.LAW}": 1}, **options)[1]
        return [(hit.text, hit.last) for hit in hits if "真空ポンプ" in hit.text]

    ((current, last),) = found("真空ポンプ", today_only=True)
    assert "三十八センチメートル" in current
    assert last is None
    assert [("三十八" in text) for text, _ in found("真空ポンプ")] == [True, False]
    store.close()
