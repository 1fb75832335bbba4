"""Days: one function for the legal day and one for the reader's day, and no other way from an instant to a day."""

from __future__ import annotations

import ast
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest

from tracker.clock import end_of_legal_day, legal_day, legal_instant, reader_day, reader_instant

TRACKER = Path(__file__).parents[1] / "tracker"
CLOCK = TRACKER / "clock.py"
_NOWS = {"now", "today", "utcnow", "fromtimestamp", "utcfromtimestamp"}
_SYSTEM = {"time.time", "time.localtime", "time.gmtime", "time.strftime", "date.fromtimestamp"}


def _parsed(func: ast.expr) -> bool:
    """Whether a day is parsed from text that has no hour: `datetime.strptime(text, form).date()`."""
    return isinstance(func, ast.Attribute) and ast.unparse(func.value).startswith("datetime.strptime(")


def other_ways(source: str) -> list[str]:
    """Calls that turn an instant into a day, or read a clock, outside `tracker.clock`."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            called = ast.unparse(node.func)
            name = called.rpartition(".")[2]
            if (
                (called.endswith((".date", ".combine")) and not _parsed(node.func))
                or (called.endswith(".strftime") and "%Y-%m-%d'" in ast.unparse(node))
                or called in _SYSTEM
                or (called.startswith(("datetime.", "date.")) and name in _NOWS)
            ):
                found.append(f"{node.lineno}: {called}()")
        elif (
            isinstance(node, ast.FormattedValue)
            and "%Y-%m-%d'" in repr(node.format_spec and ast.unparse(node.format_spec))
        ) or (
            isinstance(node, ast.Subscript)
            and ast.unparse(node).endswith(("_at'][:10]", "'at'][:10]", "_at[:10]"))
        ):
            found.append(f"{node.lineno}: {ast.unparse(node)}")
    return found


@pytest.mark.parametrize(
    "source",
    [
        "end = change.detected_at.date()",
        "today = date.today()",
        "now = datetime.now(UTC)",
        "day = row['at'][:10]",
        "day = datetime.combine(on, time(), zone)",
        "stamp = time.time()",
        "f'{moment:%Y-%m-%d}'",
        "moment.strftime('%Y-%m-%d')",
    ],
)
def test_the_search_finds_each_other_way(source: str) -> None:
    assert other_ways(source)


# Instants of machines, which are no days: certificates use seconds since 1970.
_INSTANTS = {"http/tls_peer.py": "datetime.fromtimestamp()"}
# The day as written in the text, before any zone: "2026-12-01" is parsed as a midnight without one.
_NAIVE = {"cli/alerts.py": "found.date()", "parsing/feed.py": "instant.date()"}


def test_nothing_but_the_clock_makes_days_of_instants() -> None:
    allowed = {**_INSTANTS, **_NAIVE}
    found = {}
    for path in sorted(TRACKER.rglob("*.py")):
        name = path.relative_to(TRACKER).as_posix()
        ways = [
            way for way in other_ways(path.read_text("utf-8")) if way.partition(": ")[2] != allowed.get(name)
        ]
        if ways and path != CLOCK:
            found[name] = ways
    assert found == {}


def test_an_evening_in_new_york_is_the_next_morning_in_tokyo() -> None:
    evening = datetime(2026, 11, 21, 1, 30, tzinfo=UTC)
    assert legal_day(evening) == date(2026, 11, 20)
    assert reader_day(evening, "Asia/Tokyo") == date(2026, 11, 21)


def test_a_time_of_day_is_an_instant_on_its_own_clock() -> None:
    assert legal_instant(date(2026, 7, 1)) == datetime(2026, 7, 1, 4, tzinfo=UTC)
    assert legal_instant(date(2026, 12, 1), time(0, 1)) == datetime(2026, 12, 1, 5, 1, tzinfo=UTC)
    assert reader_instant(date(2026, 12, 1), "Asia/Tokyo") == datetime(2026, 11, 30, 15, tzinfo=UTC)


@pytest.mark.parametrize("day", [date(2026, 3, 8), date(2026, 11, 1), date(2026, 7, 1)])
def test_a_day_of_new_york_ends_before_the_next_begins_also_where_the_clock_changes(day: date) -> None:
    end = end_of_legal_day(day)
    assert legal_day(end) == day
    assert legal_day(end + timedelta(microseconds=1)) == day + timedelta(days=1)
