"""Notices and gathered alerts, as people read them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from functools import partial

import pytest

from tests.unit.rendering_samples import affiliates_rule, hostile_page
from tracker.model import Language, Level, Notice, Op, Operation, SpanKind, UnitKind
from tracker.notifications.channels import email, slack, teams
from tracker.notifications.formats import plain
from tracker.rendering.alert_message import Message, build_message
from tracker.rendering.excerpt import changed_passages
from tracker.rendering.notice_message import combine_notices, notice_message

NOW = datetime(2025, 9, 30, 1, 0, tzinfo=UTC)
VIEWER = "http://127.0.0.1:8000"


def alerted(notice: Notice, language: Language = "ja", *, repeated: bool = False) -> Message:
    about = affiliates_rule() if "change" in notice.data else None
    return notice_message(
        notice, language, now=NOW, timezone="Asia/Tokyo", viewer_url=VIEWER, repeated=repeated, about=about
    )


def notice(kind: str, level: Level = Level.HIGH, **data: object) -> Notice:
    return Notice("ntc_0123456789abcdef", kind, level, "story", data, NOW)


DEADLINE = notice(
    "deadline", Level.CRITICAL, change="chg_0123456789abcdef", type="stay-ends", date="2025-10-07", days=7, note="",
    quote="The stay ends on October 7, 2025.", title="Expansion of End-User Controls", what={"ja": "", "en": ""},
    document_number="2025-19001", url="https://www.federalregister.gov/d/2025-19001",
)  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "page"),
    [
        ("source-down", "sources"), ("source-back", "sources"), ("source-quiet", "sources"),
        ("source-resumed", "sources"), ("source-gap", "sources"), ("source-whole", "sources"), ("channel-down", "deliveries"), ("channel-back", "deliveries"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("language", ["ja", "en"])
def test_an_outage_names_who_why_and_since_when(kind: str, page: str, language: Language) -> None:
    found = alerted(notice(kind, subject="source:fr-bis", reason="503\r\n<!channel>", failures=2, since="2025-09-30T00:00:00Z"), language)  # fmt: skip
    text = plain(found)
    assert "fr-bis" in found.what
    assert "503 ‹!channel>" in text
    assert "09:00 JST" in text
    assert found.links[0].value == f"{VIEWER}/{page}"


@pytest.mark.parametrize(
    ("language", "quiet", "gap"),
    [
        ("ja", "最終公表日は2025年8月1日", "2025-1: 補完済み(アラート1件); 2025-2: 未補完 (404); ほか3件"),
        ("en", "the last day of publication was August 1, 2025", "2025-1: filled, 1 alerts; 2025-2: still missing (404); "),
    ],
)  # fmt: skip
def test_the_cause_of_an_incident_is_rendered_in_the_readers_language(
    language: Language, quiet: str, gap: str
) -> None:
    cause: dict[str, object] = {"code": "quiet", "last_published": "2025-08-01"}
    assert quiet in plain(
        alerted(notice("source-quiet", subject="quiet:fr-bis", reason="", cause=cause), language)
    )
    gaps = [{"key": "2025-1", "filled": "told", "alerts": 1, "error": ""}, {"key": "2025-2", "filled": "", "alerts": 0, "error": "404"}]  # fmt: skip
    cause = {"code": "gap", "gaps": gaps, "count": 5}
    assert gap in plain(alerted(notice("source-gap", subject="gap:fr-bis", reason="", cause=cause), language))


def test_an_upcoming_date_shows_day_remaining_time_force_and_quote() -> None:
    found = alerted(DEADLINE, repeated=True)
    assert found.what.startswith("効力停止の終了: 2025年10月7日(あと8日)")
    assert [point.label for point in found.points] == ["文書", "効力", "日本への影響"]
    assert found.quotes[0].text == "The stay ends on October 7, 2025."
    assert found.links[0].value.endswith("/changes/chg_0123456789abcdef")
    assert "possibly repeated" in found.subject


@pytest.mark.parametrize("language", ["ja", "en"])
def test_gathered_alerts_keep_their_ids_links_and_what_must_not_be_missed(language: Language) -> None:
    several = [
        alerted(notice("source-back", Level.LOW, subject="source:fr"), language),
        *(build_message(change, language, now=NOW, timezone="Asia/Tokyo", viewer_url=VIEWER) for change in (hostile_page(), affiliates_rule())),
    ]  # fmt: skip
    found = combine_notices(several, language, key="batch/1", viewer_url=VIEWER, repeated=False)
    assert [entry.level for entry in found.entries] == [Level.CRITICAL, Level.HIGH, Level.LOW]
    letter = email.html_page(found)
    chats = (plain(found), str(slack.payloads(found)), str(teams.payloads(found)))
    for form in (letter, *chats):
        assert all(message.id in form for message in several)
        assert "<!channel>" not in form
    assert all("@everyone" not in form for form in chats)
    assert "<script>" not in letter


def test_a_hundred_gathered_alerts_arrive_whole_within_the_limits_of_slack_and_teams() -> None:
    several = [
        build_message(affiliates_rule(), "ja", now=NOW, timezone="Asia/Tokyo", viewer_url=VIEWER)
        for _ in range(100)
    ]
    found = combine_notices(several, "ja", key="batch/1", viewer_url=VIEWER, repeated=False)
    blocks = [payload["blocks"] for payload in slack.payloads(found)]
    assert all(len(run) <= slack.BLOCKS for run in blocks)
    assert str(blocks).count("chg_0123456789abcdef>") + str(blocks).count("|chg_0123456789abcdef") >= 100
    assert str(teams.payloads(found)).count("(chg_0123456789abcdef)") == 100


def test_an_added_party_comes_before_other_changes_of_a_list() -> None:
    row = partial(Operation, kind=UnitKind.ROW)
    changed = [
        Operation("15 CFR 744.11(a)", Op.ADDED, spans=(("insert", "a paragraph"),)),
        row("Supp. No. 4 to Part 744 › CHINA › Old Co.", Op.REMOVED, spans=(("delete", "Old Co."),)),
        row("Supp. No. 4 to Part 744 › CHINA › Same Co.", Op.CHANGED, spans=(("insert", "alias"),)),
        row("Supp. No. 4 to Part 744 › CHINA › First Co.", Op.ADDED, spans=(("insert", "First Co."),)),
        row("Supp. No. 4 to Part 744 › JAPAN › New Co.", Op.ADDED, spans=(("insert", "New Co."),)),
    ]
    shown = [passage.path.rpartition(" › ")[2] for passage in changed_passages(changed)]
    assert shown == ["First Co.", "New Co.", "15 CFR 744.11(a)"]


def test_the_words_that_changed_are_few_escaped_and_marked_by_more_than_color() -> None:
    long = "unchanged words of the section " * 40
    spans: tuple[tuple[SpanKind, str], ...] = (
        ("equal", long), ("delete", "may <b>export</b>"), ("insert", "may not export"), ("equal", f" {long}"),
        ("delete", "x" * 2000), ("equal", long),
    )  # fmt: skip
    operations = [Operation(f"15 CFR 744.{n}", Op.CHANGED, spans=spans) for n in range(1, 9)]
    operations.insert(0, Operation("15 CFR 744.0", Op.CHANGED, editorial=True, spans=spans))
    found = changed_passages(operations)
    assert [passage.path for passage in found] == ["15 CFR 744.1", "15 CFR 744.2", "15 CFR 744.3"]
    assert sum(len(words) for _, words in found[0].runs) < 900
    alerted_change = build_message(affiliates_rule(), "en", now=NOW, timezone="Asia/Tokyo", viewer_url=VIEWER)
    shown = email.html_page(replace(alerted_change, passages=found))
    assert 'line-through">may &lt;b&gt;export&lt;/b&gt;</del>' in shown
    assert 'underline">may not export</ins>' in shown
    assert "of the section [-may <b>export</b>-]{+may not export+} unchanged words" in plain(
        replace(alerted_change, passages=found)
    )
