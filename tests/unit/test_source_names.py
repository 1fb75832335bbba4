"""Alerts, notices and digests name a source as readers call it, not by the id of the settings."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from tests.unit.digest_samples import PERIOD
from tests.unit.rendering_samples import affiliates_rule
from tests.unit.web_samples import settings
from tracker.config.models import Source
from tracker.digest import build_view, markdown
from tracker.digest.week import DigestMaterial, SourceHealth, build_week
from tracker.model import Language, Level, Notice
from tracker.rendering.alert_message import build_message
from tracker.rendering.notice_message import notice_message
from tracker.rendering.source_text import source_name, source_names

NOW = datetime(2025, 10, 20, 22, 0, tzinfo=UTC)
VIEWER = "http://127.0.0.1:8000"
EAR = "eCFR: 15 CFR 730-774"


def test_an_alert_names_its_source() -> None:
    change = replace(affiliates_rule(), source="ear")
    built = build_message(
        change, "ja", now=NOW, timezone="Asia/Tokyo", viewer_url=VIEWER, names=source_names(settings())
    )
    assert [fact.value for fact in built.facts if fact.label == "情報源"] == [EAR]


@pytest.mark.parametrize("kind", ["source-down", "host-down"])
def test_a_notice_names_its_sources(kind: str) -> None:
    data = {"subject": "source:ear", "sources": ["ear"], "reason": "503", "failures": 2}
    notice = Notice("ntc_0123456789abcdef", kind, Level.HIGH, "story", data, NOW)
    found = notice_message(
        notice, "en", now=NOW, timezone="Asia/Tokyo", viewer_url=VIEWER, names=source_names(settings())
    )
    assert EAR in " ".join((found.what, *(point.value for point in found.points)))


@pytest.mark.parametrize("language", ["ja", "en"])
def test_a_digest_names_failing_sources(language: Language) -> None:
    ill = SourceHealth("ear", "failing", PERIOD.start, "503")
    week = build_week(
        PERIOD, DigestMaterial(changes=(), sources=(ill,)), now=PERIOD.end, names=source_names(settings())
    )
    view = build_view(week, language)
    assert EAR in view.warning
    assert EAR in markdown(view).replace("\\", "")
    assert [row.head for found in view.sections if found.id == "sources" for group in found.groups for row in group.rows] == [EAR]  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "url", "wanted"),
    [
        ("screening-list", "https://data.trade.gov/v1/consolidated.json", "Consolidated Screening List: data.trade.gov"),
        ("page", "https://www.bis.gov/news-updates/", "Web page: www.bis.gov/news-updates"),
    ],
)  # fmt: skip
def test_the_name_of_a_list_has_no_path_of_a_file(kind: str, url: str, wanted: str) -> None:
    assert source_name(Source("x", kind, url=url), "en") == wanted
