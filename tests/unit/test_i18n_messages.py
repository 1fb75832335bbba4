"""Each message that a page can show has Japanese words."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tracker.i18n import in_words
from tracker.text.words import in_japanese

ROOT = Path(__file__).parents[2] / "tracker"
# The modules whose errors are shown by a page, and the calls that make them.
SHOWN = [
    "config/validators.py", "config/first_settings.py", "alerts/watch_list.py", "screening/partner_file.py", "storage/reviews.py",
    "storage/saved_searches.py", "answers/duty.py", "web/mutes.py", "web/watch_list.py", "web/review.py", "web/corrections.py",
    "web/inbox_actions.py", "web/screening.py", "web/overview.py", "web/help.py", "web/saved_searches.py", "web/security_headers.py",
]  # fmt: skip
MAKERS = ("ValueError", "UsageError", "WatchListError", "HTTPException", "problems.append", "self.problem")


def templates(path: Path) -> Iterator[str]:
    """The literal messages of a module, with `x` in place of each value."""
    for call in ast.walk(ast.parse(path.read_text("utf-8"))):
        if not isinstance(call, ast.Call) or ast.unparse(call.func) not in MAKERS:
            continue
        values = [*call.args, *(word.value for word in call.keywords if word.arg == "cure")]
        for value in [
            one for each in values for one in (each.elts if isinstance(each, ast.List) else [each])
        ]:
            if isinstance(value, ast.Constant) and isinstance(value.value, str):
                yield value.value
            elif isinstance(value, ast.JoinedStr):
                yield "".join(
                    str(part.value) if isinstance(part, ast.Constant) else "x" for part in value.values
                )


@pytest.mark.parametrize("module", [*SHOWN, "config/loader.py"])
def test_each_message_of_a_page_has_japanese_words(module: str) -> None:
    messages = [one for one in templates(ROOT / module) if " " in one]
    assert messages
    wrapped = {"x: x", "url: x", "secret: x", "key: x", "client_secret: x", 'x: no x has the id "x"'}
    left = [one for one in messages if one not in wrapped and not in_japanese(in_words(one, "ja"))]
    assert left == []


@pytest.mark.parametrize(
    ("message", "words"),
    [
        ("id: must not be empty", "名前(id): 入力が必要です"),
        ('to: no channel has the id "ops"', "通知先(to): 「ops」という通知先はありません"),
        ("until: '2020-01-01' has passed", "終了日(until): 「2020-01-01」は過ぎています。明日以降の日付にしてください"),
        (
            "GET /settings: not allowed for the role reader (ask an administrator for another role)",
            "権限「閲覧者」ではこの操作(GET /settings)はできません。必要な場合は管理者に権限の変更を依頼してください",
        ),
        (
            "a (b).csv: line 3: unexpected end of data (save the table as CSV)",
            "a (b).csv: 3行目を読めません: unexpected end of data。表計算ソフトからCSVとして保存してください",
        ),
        ("something new went wrong", "something new went wrong"),
        ("{id} is no level", "{id}という影響度はありません"),
    ],
)  # fmt: skip
def test_a_message_is_shown_in_the_readers_words(message: str, words: str) -> None:
    assert in_words(message, "ja") == words
    assert in_words(message, "en") == message
