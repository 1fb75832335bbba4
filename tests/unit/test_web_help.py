"""Help in place: each screen leads to its own page, in both languages, with what a level and a status mean."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from tests.unit.test_i18n import STATES
from tests.unit.web_samples import viewer
from tracker.i18n import catalog
from tracker.model import Level
from tracker.web.help_text import meanings, screen_of, screens


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    state: Path = tmp_path_factory.mktemp("state")
    with viewer(state) as opened:
        yield opened


@pytest.mark.parametrize(
    ("path", "screen"),
    [
        ("/", "inbox"),
        ("/changes/2025-19001", "change"),
        ("/changes/chg_00000000000000cf/redline", "redline"),
        ("/law/text", "law"),
        ("/watch-list/profile", "watch-list"),
        ("/watched", "watched"),
        ("/digest/2025-W40", "digest"),
        ("/settings", "settings"),
        ("/nothing-here", "inbox"),
    ],
)
def test_each_screen_leads_to_its_help(client: TestClient, path: str, screen: str) -> None:
    assert screen_of(path) == screen
    html = client.get(path).text
    assert f'class="help" href="/help/{screen}"' in html


@pytest.mark.parametrize("screen", list(screens()))
def test_the_help_of_a_screen_is_there_in_both_languages(client: TestClient, screen: str) -> None:
    shown = screens()[screen]
    assert len(shown.ja) == len(shown.en) > 0
    for language, lines in (("ja", shown.ja), ("en", shown.en)):
        answer = client.get(f"/help/{screen}", headers={"cookie": f"lang={language}"})
        assert answer.status_code == 200
        text = answer.text.replace("&#34;", '"').replace("&#39;", "'")
        assert all(line in text for line in lines)
        assert catalog(language)[f"help.screen.{screen}"] in text
    assert client.get("/help/none").status_code == 404


def test_every_page_of_the_menu_has_help(client: TestClient) -> None:
    html = client.get("/").text
    nav = html.split("<nav", 1)[1].split("</nav>", 1)[0]
    for path in re.findall(r'href="(/[^"]*)"', nav):
        assert path == "/" or screen_of(path) != "inbox", path


def test_every_level_and_status_has_a_meaning() -> None:
    for language in ("ja", "en"):
        assert [name for name, words in meanings("level", language) if words] == [
            "critical", "high", "medium", "low", "none",
        ]  # fmt: skip
        assert {name for name, _ in meanings("status", language)} >= set(STATES)
        assert {name for name, _ in meanings("level", language)} == {level.value for level in Level}
