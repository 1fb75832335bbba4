"""Both catalogs are complete, and the code uses no missing key."""

from __future__ import annotations

import ast
import string
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

import tracker
from tracker.i18n import catalog, format_day, format_instant, format_timestamp, label, t
from tracker.model import ActVerb, Direction, DocumentKind, Force, JapanStanding, Level, Op, Operand
from tracker.rendering.act_table import COLUMNS

PACKAGE = Path(tracker.__file__).parent
TOPICS = [
    "semiconductor-subsystems",
    "fdpr",
    "secondary-tariffs",
    "allied-alignment",
    "advanced-computing",
    "ai-compute-enforcement",
    "ai-model-weights",
    "entity-list",
    "end-use-end-user",
    "license-exceptions",
    "deemed-exports-research",
    "ai-exports-program",
    "ai-infrastructure",
    "federal-ai-procurement",
    "ai-governance",
    "investment-screening",
    "biosecurity",
    "enforcement",
    "comment-opportunity",
    "ict-supply-chain",
    "ear-other",
]
STATES = [
    "proposed",
    "published",
    "in-force",
    "delayed",
    "stayed",
    "not-enforced",
    "expired",
    "withdrawn",
    "rescinded",
]
DATES = [
    "filed-for-inspection",
    "published",
    "effective",
    "compliance",
    "comments-close",
    "stay-ends",
    "expires",
    "hearing",
]


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def asked_for() -> dict[str, set[str]]:
    """Keys that `t("...")` is called with anywhere, and the values given with them."""
    found: dict[str, set[str]] = {}
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id == "t"
                and node.args
                and isinstance(node.args[0], ast.Constant)
            ):
                key = str(node.args[0].value)
                found.setdefault(key, set()).update(word.arg for word in node.keywords if word.arg)
    return found


def test_both_languages_have_the_same_keys() -> None:
    assert catalog("ja").keys() == catalog("en").keys()


@pytest.mark.parametrize("key", sorted(catalog("ja")))
def test_both_languages_have_the_same_placeholders(key: str) -> None:
    assert placeholders(catalog("ja")[key]) == placeholders(catalog("en")[key])


def test_every_catalog_key_in_the_code_exists_with_its_placeholders() -> None:
    for key, given in asked_for().items():
        assert key in catalog("en"), key
        assert placeholders(catalog("en")[key]) == given, key


@pytest.mark.parametrize(
    ("group", "names"),
    [
        ("level", list(Level)),
        ("direction", list(Direction)),
        ("kind", list(DocumentKind)),
        ("op", list(Op)),
        ("topic", TOPICS),
        ("status", STATES),
        ("date", DATES),
        ("act-verb", list(ActVerb)),
        ("operand", list(Operand)),
        ("japan-standing", list(JapanStanding)),
        ("force", list(Force)),
        ("act", [*COLUMNS, "judgement"]),
    ],
)
def test_every_id_has_a_label(group: str, names: list[str]) -> None:
    for name in names:
        assert f"{group}.{name}" in catalog("ja"), name


def test_an_id_of_the_firms_own_rules_is_shown_as_it_is() -> None:
    assert label("topic", "fdpr", "ja") == "外国直接製品ルール(FDPR)・デミニミス"
    assert label("topic", "our-own-topic", "ja") == "our-own-topic"


def test_a_count_of_one_has_an_entry_of_its_own() -> None:
    assert [t("web.found", "en", count=count) for count in (0, 1, 2)] == [
        "0 changes",
        "1 change",
        "2 changes",
    ]
    assert t("web.found", "ja", count=1) == "1件"


def test_values_are_never_read_as_patterns() -> None:
    assert t("message.what-new", "en", kind="Rule", title="{kind} {0}") == "New Rule: {kind} {0}"


def test_dates_are_written_as_each_language_writes_them() -> None:
    assert format_day(date(2026, 11, 9), "ja") == "2026年11月9日"
    assert format_day(date(2026, 11, 9), "en") == "November 9, 2026"
    instant = datetime(2025, 9, 29, 15, 45, tzinfo=UTC)
    assert format_instant(instant, "ja", "Asia/Tokyo") == "2025年9月30日 00:45 JST"
    assert format_instant(instant, "en", "America/New_York") == "September 29, 2025, 11:45 EDT"
    assert format_timestamp(instant, "Asia/Tokyo") == "2025-09-30 00:45"
