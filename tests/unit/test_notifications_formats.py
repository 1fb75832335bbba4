"""Each place gets an alert in its own form, whole, and with nothing in it that acts."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

import pytest
from bs4 import BeautifulSoup

from tests.unit.notifications_sinks import parcel_of
from tests.unit.rendering_samples import affiliates_rule, hostile_page, long_change
from tracker.model import Change
from tracker.notifications.channels import email, slack, teams, webhook
from tracker.notifications.formats import batches, defuse_mentions, pieces, plain
from tracker.rendering.alert_message import ChangedPassage, Message


def texts(value: Any) -> str:
    """All words that a payload would show, in order."""
    if isinstance(value, dict):
        return "".join(texts(part) for key, part in value.items() if key not in {"type", "$schema"})
    if isinstance(value, list):
        return "".join(texts(part) for part in value)
    return value if isinstance(value, str) else ""


def alert(change: Change, **marks: bool) -> Message:
    return parcel_of(change, "ja", **marks).message


def test_mentions_are_defused() -> None:
    text = defuse_mentions(
        "<!channel> <@U1> <#C1> @everyone, @Here @channel @all a@all.example @alliance x<y"
    )
    assert text == "‹!channel> ‹@U1> ‹#C1> ＠everyone, ＠Here ＠channel ＠all a@all.example @alliance x<y"


@pytest.mark.parametrize("language", ["ja", "en"])
def test_plain_text_reads_from_the_level_down_to_the_notice(language: Any) -> None:
    text = plain(parcel_of(affiliates_rule(), language).message)
    order = [
        parcel_of(affiliates_rule(), language).message.what,
        "Expansion of End-User Controls",
        "a subsidiary located in Japan",
        "http://127.0.0.1:8000/changes/chg_0123456789abcdef",
        "https://www.federalregister.gov/d/2025-19001",
        "90 FR 47201",
        "法的助言" if language == "ja" else "legal advice",
    ]
    places = [text.index(words) for words in order]
    assert places == sorted(places)


def test_slack_blocks_stay_within_slacks_limits_and_lose_nothing() -> None:
    bodies = slack.payloads(alert(long_change()))
    assert len(bodies) > 1
    for body in bodies:
        assert len(body["blocks"]) <= 50
        for block in body["blocks"]:
            assert len(block.get("fields", ())) <= 10
            assert all(len(field["text"]) <= 2000 for field in block.get("fields", ()))
            for text in [block["text"]] if "text" in block else block.get("elements", ()):
                assert len(text["text"]) <= (150 if block["type"] == "header" else 3000)
                assert not re.search(r"&[a-z]{0,3}$", text["text"])
    shown = texts([body["blocks"] for body in bodies])
    for number in range(400):
        assert shown.count(f"第{number}項") == 2  # summary and reason


def test_a_usual_alert_is_one_slack_message_with_both_links() -> None:
    (body,) = slack.payloads(alert(affiliates_rule()))
    shown = texts(body["blocks"])
    assert "<http://127.0.0.1:8000/changes/chg_0123456789abcdef|変更内容を見る>" in shown
    assert "<https://www.federalregister.gov/d/2025-19001|公式文書を開く>" in shown
    assert "記録番号: chg_0123456789abcdef" in shown


def test_in_slack_short_facts_are_fields_and_long_ones_text() -> None:
    message = alert(affiliates_rule())
    (body,) = slack.payloads(message)
    fields = [field["text"] for block in body["blocks"] for field in block.get("fields", ())]
    assert fields
    assert all(field.count("\n") == 1 for field in fields)
    shown = texts(body["blocks"])
    for point in message.points:
        assert shown.count(slack.escape(point.value)) >= 1
        assert any(field.startswith(f"*{point.label}*\n") for field in fields) == (len(point.value) <= 160)


def test_in_slack_a_redline_strikes_what_goes_and_sets_what_comes_in_bold() -> None:
    passage = ChangedPassage(
        "15 CFR 744.21(b) <!channel>", (("equal", "a "), ("delete", "*old* "), ("insert", "<@U1> new"))
    )
    (body,) = slack.payloads(replace(alert(affiliates_rule()), passages=(passage,)))
    (rich,) = [block for block in body["blocks"] if block["type"] == "rich_text"]
    name, quoted = rich["elements"]
    assert name["elements"][0]["text"] == "15 CFR 744.21(b) ‹!channel>"
    assert [(run["text"], run.get("style")) for run in quoted["elements"]] == [
        ("a ", None),
        ("*old* ", {"strike": True}),
        ("‹@U1> new", {"bold": True}),
    ]
    assert {run["type"] for run in quoted["elements"]} == {"text"}


def test_in_teams_a_redline_is_marked_by_more_than_color() -> None:
    passage = ChangedPassage(
        "15 CFR 744.21(b)", (("equal", "a "), ("delete", "old "), ("insert", "<!here> new"))
    )
    (body,) = teams.payloads(replace(alert(affiliates_rule()), passages=(passage,)))
    runs = [run for one in body["attachments"][0]["content"]["body"] for run in one.get("inlines", ())]
    shown = {run["text"]: run for run in runs}
    assert shown["old "]["strikethrough"] is True
    assert shown["‹!here> new"]["underline"] is True
    assert "strikethrough" not in shown["a "]


def test_in_slack_source_words_make_no_mention_link_or_emphasis() -> None:
    (body,) = slack.payloads(alert(hostile_page()))
    shown = texts(body)
    assert not re.search(r"<[!@#]", shown)
    assert re.findall(r"<([^>]*)>", shown) == [
        "http://127.0.0.1:8000/changes/chg_00000000000000ff|変更内容を見る"
    ]
    assert "@everyone" not in shown
    assert "*bold*" not in shown
    assert "`code`" not in shown
    assert "\u202e" not in shown
    assert all(
        element.get("verbatim", True)
        for block in body["blocks"]
        for element in [block.get("text", {}), *block.get("elements", [])]
    )


def test_slack_links_cannot_be_widened() -> None:
    change = replace(affiliates_rule(), url="https://x.example/a|evil>b&c")
    (body,) = slack.payloads(alert(change))
    assert "<https://x.example/a%7Cevil%3Eb&amp;c|公式文書を開く>" in texts(body["blocks"])


def test_omitted_text_keeps_its_asterisks() -> None:
    assert slack.escape("(a) * * * (b) chg_01 2*3 R&D") == "(a) * * * (b) chg_01 2*3 R&amp;D"


def test_teams_cards_stay_within_the_limit_and_lose_nothing() -> None:
    bodies = teams.payloads(alert(long_change()))
    assert all(len(json.dumps(body, ensure_ascii=False).encode()) < 28_000 for body in bodies)
    shown = texts(bodies)
    for number in range(400):
        assert shown.count(f"第{number}項") == 2
    actions = [body["attachments"][0]["content"].get("actions") for body in bodies]
    assert actions[:-1] == [None] * (len(bodies) - 1)
    assert len(actions[-1]) == 2


def test_in_teams_source_words_are_runs_without_markdown() -> None:
    def walk(value: Any) -> None:
        if isinstance(value, dict):
            assert value.get("type") not in {"TextBlock", "FactSet"}
            for part in value.values():
                walk(part)
        elif isinstance(value, list):
            for part in value:
                walk(part)

    (body,) = teams.payloads(alert(hostile_page()))
    walk(body)
    content = body["attachments"][0]["content"]
    assert [action["url"] for action in content["actions"]] == [
        "http://127.0.0.1:8000/changes/chg_00000000000000ff"
    ]
    assert "@everyone" not in texts(body)


def test_mail_html_shows_source_words_and_runs_none() -> None:
    page = email.html_page(alert(hostile_page(), update=True, repeated=True))
    tree = BeautifulSoup(page, "lxml")
    assert not tree.find_all("script")
    links = [link["href"] for link in tree.find_all("a")]
    assert links == ["http://127.0.0.1:8000/changes/chg_00000000000000ff"]
    assert not [name for tag in tree.find_all() for name in tag.attrs if name.startswith("on")]
    text = tree.get_text()
    assert "<script>alert(1)</script>" in text
    assert "更新" in text
    assert "再送の可能性 / possibly repeated" in text


def test_mail_html_uses_only_what_mail_clients_keep() -> None:
    tree = BeautifulSoup(email.html_page(alert(affiliates_rule())), "lxml")
    tags = {tag.name for tag in tree.find_all()}
    assert tags <= {
        *("html", "head", "meta", "title", "body", "table", "tbody", "tr"),
        *("td", "th", "div", "span", "h1", "p", "a", "br"),
    }
    styles = " ".join(str(tag["style"]) for tag in tree.find_all(style=True))
    assert not re.search(r"position:|float:|flex|grid|url\(|@", styles)
    assert tree.find_all("html")[0]["lang"] == "ja"
    # A ground without an ink of its own is what dark modes make unreadable.
    grounds = [str(tag["style"]) for tag in tree.find_all(style=re.compile("background"))]
    assert all(re.search(r"(?<![-\w])color:", style) for style in grounds), grounds
    assert [tag["content"] for tag in tree.find_all("meta", attrs={"name": "color-scheme"})] == ["light"]


def test_a_webhook_body_is_the_record_with_the_readable_message() -> None:
    parcel = parcel_of(affiliates_rule(), "en", update=True)
    body = webhook.body(parcel)
    assert {key: body[key] for key in parcel.record} == parcel.record
    assert body["alert"]["marks"] == ["Update"]
    assert body["alert"]["links"][0].endswith("/changes/chg_0123456789abcdef")
    json.dumps(body)


def test_pieces_are_cut_at_spaces_and_make_the_whole() -> None:
    text = "word " * 50
    cut = list(pieces(text, 32))
    assert "".join(cut) == text
    assert all(len(piece) <= 32 and piece.endswith(" ") for piece in cut)


def test_batches_keep_order_and_bounds() -> None:
    runs = batches([5, 5, 5, 20, 1, 1, 1], lambda item: item, weight=10, count=2)
    assert runs == [[5, 5], [5], [20], [1, 1], [1]]
    assert batches([], lambda item: 1, weight=1, count=1) == []
