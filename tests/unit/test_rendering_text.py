"""Changes and health in the terminal."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tests.unit.rendering_samples import affiliates_rule, hostile_page
from tracker.rendering.change_text import deadline_table, listing, page, tag_page
from tracker.rendering.deadlines import deadline_text, deadlines
from tracker.rendering.status_text import table
from tracker.rendering.terminal import aligned, cells, fitted
from tracker.serialization import change_to_json

RULE = change_to_json(affiliates_rule())
DELIVERIES: list[dict[str, Any]] = [
    {
        "channel": "slack-trade",
        "state": "pending",
        "attempts": 1,
        "held": None,
        "tries": [{"at": "2025-09-29T12:45:07.000000Z", "ok": False, "answer": "503 Service Unavailable"}],
    },
    {"channel": "mail-legal", "state": "dead", "attempts": 0, "tries": [], "held": None},
]
STATUS: dict[str, Any] = {
    "sources": [
        {
            "id": "fr-bis",
            "state": "failing",
            "healthy": False,
            "since": "2026-11-21T23:00:00Z",
            "reason": "504 Gateway\nTimeout [bold]",
            "last_success": "2026-11-21T22:30:00Z",
            "next_run": None,
            "consecutive_failures": 3,
            "cause": {
                "code": "wrong-shape",
                "host": "x.example",
                "status": 504,
                "detail": "504 Gateway Timeout [bold]",
            },
            "reconciliation": None,
            "flapping": [],
            "gone": [],
            "left_out": 0,
            "left_out_links": [],
            "passed_over": [],
            "masked": [],
        }
    ],
    "channels": [
        {
            "id": "slack-trade",
            "healthy": True,
            "pending": 1,
            "sent": 2,
            "dead": 0,
            "last_try": "2026-11-21T22:30:00Z",
            "last_answer": "200 OK",
            "removed": False,
            "recipients": [
                {"recipient": "a@x.example", "state": "dead", "number": 2, "answer": "550 [bold]no", "at": ""}
            ],
        }
    ],
    "alerts": {"pending": 1, "sent": 2, "dead": 0},
    "digests": {"pending": 0, "sent": 3, "dead": 0, "given_up": []},
    "incidents": [],
}


def test_japanese_letters_take_two_cells() -> None:
    assert cells("規則A") == 5
    assert cells("か\u3099A") == 3, "a combining mark takes no cell"
    assert fitted("規則", 6) == "規則  "
    assert fitted("規則です", 6) == "規則… "
    assert cells(fitted("規則です", 6)) == 6


def test_columns_are_aligned_in_every_language() -> None:
    first, second = aligned([["緊急", "x"], ["Medium", "y"]])
    assert cells(first[: first.index("x")]) == cells(second[: second.index("y")])
    assert aligned([]) == []


def test_a_list_has_one_line_for_each_change() -> None:
    lines = listing([RULE, change_to_json(hostile_page())], "ja", "Asia/Tokyo").split("\n")
    assert len(lines) == 2
    assert lines[0].split()[:4] == ["緊急", "2025-09-30", "規則", "chg_0123456789abcdef"]
    assert "エンティティー・リスト等" in lines[0]
    assert "\x1b" not in lines[1]
    assert "\u202e" not in lines[1]
    assert lines[1].split()[1] == "2025-09-29"  # the day that it was seen, in the reader's zone
    assert listing([], "ja", "Asia/Tokyo") == ""


def test_a_page_has_everything() -> None:
    text = page(RULE, DELIVERIES, "ja", "Asia/Tokyo", date(2025, 12, 1), "http://127.0.0.1:8000")
    for words in (
        "緊急・規制強化",
        "50%ルール(関連会社規則)の導入",
        "効力停止(2025年12月1日現在",
        "“no later than October 29, 2025”",
        "エンティティー・リスト等 (0.97)",
        "“owned 50 percent or more by listed parties” — 要旨",
        "vacuum-components: 緊急",
        "a subsidiary located in Japan",
        "Subsidiaries owned 50 percent",
        "エンティティー・リスト掲載者",
        "15 CFR 744.11(a)(1), 15 CFR 744.16(a)",
        "2025-19001, 90 FR 47201",
        "http://127.0.0.1:8000/changes/chg_0123456789abcdef",
        "503 Service Unavailable",
        "2025-09-29 21:45",
        "送信断念",
    ):
        assert words in text, words


def test_a_page_without_deliveries_shows_a_message() -> None:
    assert "not sent to anyone" in page(RULE, [], "en", "Asia/Tokyo", date(2025, 12, 1), "http://x")


@pytest.mark.parametrize("language", ["ja", "en"])
def test_source_words_are_no_markup_and_move_no_cursor(language: Any) -> None:
    text = page(change_to_json(hostile_page()), [], language, "Asia/Tokyo", date(2025, 12, 1), "http://x")
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert "[x](javascript:alert(1))" in text.replace("\n", " ")


def test_a_tagged_file_is_shown_without_what_only_the_store_knows() -> None:
    known = {key: value for key, value in RULE.items() if key not in {"id", "source", "detected_at"}}
    text = tag_page(known, "en")
    assert "Critical, restriction" in text
    assert "Detected" not in text


def test_deadlines_are_a_table() -> None:
    today = date(2025, 10, 1)
    text = deadline_table(deadline_text(deadlines([affiliates_rule()], today), "ja", today), "ja")
    assert text.split("\n")[1].startswith("2025-10-29  あと28日")
    assert deadline_table([], "en") == "No dates ahead"


def test_health_shows_what_needs_attention_with_its_reason() -> None:
    text = table(STATUS, "ja", "Asia/Tokyo")
    assert "要対応" in text
    assert "想定と異なる応答です: 504 Gateway Timeout [bold]" in " ".join(text.split())
    assert "a@x.example" in text
    assert "550 [bold]no" in "".join(text.split("\n"))
    assert "2026-11-22 08:00" in text
    assert "送信待ち 1, 送信断念 0" in text
