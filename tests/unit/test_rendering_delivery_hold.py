"""The reason of a delivery: stored as data, rendered in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.unit.rendering_samples import affiliates_rule
from tracker.alerts.routing import route
from tracker.config.models import Channel, Route, Settings
from tracker.config.validators import duration, weekday_span
from tracker.rendering.delivery_hold import deliveries_to_json, reason_line

SLACK = Channel("slack", "slack://")
EVERYTHING = Route(
    to=("slack",), topics=("fdpr", "biosecurity"), directions=("restriction",), sources=("fr-bis",), kinds=("rule",),
    profile="vacuum-components",
)  # fmt: skip


def reason(*routes: Route) -> Mapping[str, Any]:
    (found,) = route(affiliates_rule(), Settings(Path("sources.toml"), channels=(SLACK,), routes=routes))
    return found.reason


def test_every_condition_of_a_route_is_reported_in_japanese() -> None:
    output = reason_line(reason(EVERYTHING), "ja")
    assert output.startswith("配信ルート1(影響度「")
    for words in ("以上", "外国直接製品ルール(FDPR)・デミニミス", "バイオセキュリティ", "規制強化", "情報源: fr-bis", "規則",
                  "プロファイル: vacuum-components"):  # fmt: skip
        assert words in output
    assert " is " not in output
    assert " in " not in output
    assert "影響度「緊急」は「中」以上" in reason_line(reason(), "ja")


def test_every_condition_of_a_route_is_rendered_in_english() -> None:
    assert reason_line(reason(EVERYTHING), "en") == (
        "route 1: level Critical (at least Low); "
        "topic: Foreign direct product rules and de minimis, Biosecurity; direction: Restriction; "
        "source: fr-bis; kind: Rule; profile: vacuum-components"
    )
    assert reason_line(reason(), "en") == "no route, every channel: level Critical (at least Medium)"


def test_the_reason_is_data_and_holds_only_the_conditions_of_the_route() -> None:
    assert reason(Route(to=("slack",), topics=("fdpr",))) == {
        "code": "route", "route": 1, "level": "critical", "at_least": "low", "topics": ["fdpr"],
    }  # fmt: skip


def test_names_that_contain_separators_are_rendered_whole() -> None:
    line = reason_line(reason(replace(EVERYTHING, sources=("fr-bis", "a; profile b, c"))), "ja")
    assert "情報源: fr-bis、a; profile b, c、" in line


def test_notices_have_a_reason_too() -> None:
    unacknowledged = {"code": "unacknowledged", "seconds": 4 * 3600}
    assert reason_line(unacknowledged, "ja") == "4時間以内に誰も確認しなかったため"
    assert reason_line(unacknowledged, "en") == "not acknowledged within 4 hours"
    assert reason_line({"code": "outage"}, "ja") == "障害の連絡先"
    assert reason_line({"code": "outage"}, "en") == "receives outage notices"
    assert reason_line({}, "en") == ""


def test_json_has_the_reason_as_text_and_as_data() -> None:
    (row,) = deliveries_to_json([{"id": 1, "reason": {"code": "outage"}}])
    assert row == {"id": 1, "reason": "receives outage notices", "reason_data": {"code": "outage"}}


@pytest.mark.parametrize("text", ["5s", "30m", "6h", "1d", "90m", "36h"])
def test_a_span_is_reported_as_it_is_written(text: str) -> None:
    assert weekday_span(duration(text)) == text
    assert weekday_span(timedelta(0)) == "0s"
