"""Why a delivery is owed, in the reader's language."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from tests.unit.rendering_samples import affiliates_rule
from tracker.alerts.incidents import WHY
from tracker.alerts.routing import route
from tracker.config.models import Channel, Route, Settings
from tracker.config.validators import duration, weekday_span
from tracker.rendering.delivery_hold import reason_line

SLACK = Channel("slack", "slack://")
EVERYTHING = Route(
    to=("slack",), topics=("fdpr", "biosecurity"), directions=("restriction",), sources=("fr-bis",), kinds=("rule",),
    profile="vacuum-components",
)  # fmt: skip


def reason(*routes: Route) -> str:
    (found,) = route(affiliates_rule(), Settings(Path("sources.toml"), channels=(SLACK,), routes=routes))
    return found.reason


def test_every_condition_of_a_route_is_said_in_japanese() -> None:
    said = reason_line(reason(EVERYTHING), "ja")
    assert said.startswith("配信ルート1(影響度「")
    for words in ("以上", "外国直接製品ルール(FDPR)・デミニミス", "バイオセキュリティ", "規制強化", "情報源: fr-bis", "規則",
                  "プロファイル: vacuum-components"):  # fmt: skip
        assert words in said
    assert " is " not in said
    assert " in " not in said
    assert "影響度「緊急」は「中」以上" in reason_line(reason(), "ja")


def test_what_is_no_change_has_its_reason_too() -> None:
    assert reason_line("nobody acknowledged it within 4h", "ja") == "4h以内に誰も確認しなかったため"
    assert reason_line(WHY, "ja") == "障害の連絡先"
    assert reason_line("route 1: something else", "ja") == "配信ルート1(something else)"
    assert reason_line("as it came", "ja") == "as it came"
    assert reason_line(reason(replace(EVERYTHING, topics=())), "en").startswith("route 1: level")


@pytest.mark.parametrize("text", ["5s", "30m", "6h", "1d", "90m", "36h"])
def test_a_span_is_said_as_it_is_written(text: str) -> None:
    assert weekday_span(duration(text)) == text
    assert weekday_span(timedelta(0)) == "0s"
