"""What a reader sees: pages in both languages, found by what was asked for, inert whatever they hold."""

from __future__ import annotations

import io
import json
import re
import tomllib
import zipfile
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from lxml import etree

from tests import other_tool
from tests.unit.web_samples import SECRET, viewer

pytestmark = pytest.mark.databases

PAGES = ["/", "/changes/2025-19001", "/changes/chg_00000000000000cf", "/changes/chg_00000000000000cf/redline",
         "/changes/chg_00000000000000cf/redline?view=side&editorial=1", "/calendar", "/sources", "/deliveries",
         "/reviews", "/settings", "/digest/2025-W40", "/nothing-here"]  # fmt: skip


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory, database_of_module: object) -> TestClient:
    return viewer(tmp_path_factory.mktemp("state"), proposals=60, with_hostile=True)


def titles(html: str) -> list[str]:
    return re.findall(r'<h2><a href="/changes/([^"]+)">', html)


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("language", ["ja", "en"])
def test_every_page_speaks_the_readers_language(client: TestClient, path: str, language: str) -> None:
    answer = client.get(path, headers={"cookie": f"lang={language}"})
    assert answer.status_code == (404 if path == "/nothing-here" else 200)
    assert answer.headers["content-language"] == language
    assert f'<html lang="{language}">' in answer.text
    assert ("受信箱" in answer.text) == (language == "ja")


@pytest.mark.parametrize("path", PAGES)
def test_no_page_requests_another_host(client: TestClient, path: str) -> None:
    html = client.get(path).text
    loaded = re.findall(r'<(?:script|img|iframe|source|video|object|embed)[^>]*?(?:src|data)="([^"]+)"', html)
    loaded += re.findall(r'<link[^>]*?rel="(?:stylesheet|icon)"[^>]*?href="([^"]+)"', html)
    loaded += re.findall(r'<link[^>]*?href="([^"]+)"[^>]*?rel="(?:stylesheet|icon)"', html)
    assert loaded
    assert all(address.startswith("/static/") for address in loaded)
    assert "style=" not in html
    assert not re.search(r"<script>|<style|\son\w+=\"", html)


def test_hostile_words_are_inert_on_every_page(client: TestClient) -> None:
    for path in (
        "/",
        "/changes/chg_00000000000000ee",
        "/changes/chg_00000000000000ee/redline",
        "/calendar",
        "/deliveries",
        "/lists",
        "/watched",
        "/law/search?q=script",
        "/?q=script",
        "/digest/2025-W47",
        "/feed.atom",
    ):
        html = client.get(path).text
        assert "<script>alert" not in html
        assert "<img src=x" not in html
        assert "<i>old" not in html
        assert '="javascript:' not in html
        assert "\u202e" not in html
        assert "\x07" not in html


@pytest.mark.parametrize("form", ["docx", "html", "json"])
def test_hostile_words_are_inert_in_every_export(client: TestClient, form: str) -> None:
    answer = client.get(f"/changes/chg_00000000000000ee/redline.{form}")
    assert answer.status_code == 200
    assert "attachment" in answer.headers["content-disposition"]
    parts = [answer.content]
    if form == "docx":
        with zipfile.ZipFile(io.BytesIO(answer.content)) as packed:
            names = [name for name in packed.namelist() if name.endswith((".xml", ".rels"))]
            parts = [packed.read(name) for name in names]
            for part in parts:
                if part.startswith(b"<?xml"):
                    etree.fromstring(part, etree.XMLParser(resolve_entities=False, no_network=True))
    if form == "json":
        json.loads(answer.content)
        return
    for part in parts:
        for wrong in (b"<script>alert", b"<img src=x", b"<i>old", b'="javascript:', b"\x07"):
            assert wrong not in part


def test_the_inbox_counts_each_level_and_above(client: TestClient) -> None:
    tabs = r"(Critical|High or above|Medium or above|All in the field) <b>(\d+)"
    html = client.get("/", headers={"cookie": "lang=en"}).text
    assert re.findall(tabs, html) == [
        ("Critical", "2"), ("High or above", "4"), ("Medium or above", "4"), ("All in the field", "4"),
    ]  # fmt: skip
    html = client.get("/?view=all&baseline=1", headers={"cookie": "lang=en"}).text
    assert re.findall(tabs, html)[-1] == ("All in the field", "64")


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("level=critical", 2),
        ("topic=end-use-end-user", 1),
        ("source=ear", 1),
        ("profile=vacuum-components", 2),
        ("status=stayed", 2),
        ("status=rescinded", 0),
        ("kind=cfr", 1),
        ("since=2025-11-19", 1),
        ("until=2025-10-31", 2),
        ("new=1", 4),
        ("q=affiliates&kind=rule", 2),
        ("q=子会社", 1),
        ("q=744.21", 1),
        ("q=%22expansion+of+end-user%22", 1),
        ("q=*", 4),
        ("q=*&baseline=1", 50),
        ("", 4),
        ("view=unreviewed&baseline=1", 4),
        ("view=mine", 0),
        ("view=done", 0),
        ("view=all", 4),
        ("view=all&baseline=1&level=nonsense&since=nonsense&page=nonsense", 50),
        ("view=all&baseline=1&page=2", 14),
        ("view=all&baseline=1&page=99", 14),
    ],
)
def test_the_inbox_is_filtered_by_the_query(client: TestClient, query: str, found: int) -> None:
    assert len(titles(client.get(f"/?{query}").text)) == found


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("level=hgh", "“hgh” is no value of “Impact”; the filter was ignored."),
        ("view=old", "“old” is no value of “View”; the filter was ignored."),
        ("since=soon", "“soon” is no value of “From”; the filter was ignored."),
        ("topik=fdpr", "There is no filter “topik”; it was ignored."),
        ("source=nowhere", "Nothing has “nowhere” as its “Source”."),
        ("topic=fpdr", "Nothing has “fpdr” as its “Topic”."),
        ("since=2026-01-02&until=2026-01-01", "The period ends before it begins."),
        ("level=high&topic=fdpr&source=ear&kind=rule&status=stayed&since=2025-01-01&page=2", None),
        ("review=decided&new=1&assignee=Sato&done=1-2", None),
    ],
)
def test_a_wrong_filter_is_named_in_one_line(client: TestClient, query: str, words: str | None) -> None:
    html = client.get(f"/?{query}", headers={"cookie": "lang=en"}).text
    found = re.findall(r'role="alert">([^<]+)<', html)
    assert found == ([] if words is None else [words])


def test_an_empty_inbox_shows_what_to_do(tmp_path: Path) -> None:
    client = viewer(tmp_path, empty=True)
    assert "tracker poll" in client.get("/").text
    assert "条件をすべて解除" in viewer(tmp_path / "b").get("/?q=nothingfits").text


def test_a_change_is_sent_whole(client: TestClient) -> None:
    html = client.get("/changes/2025-19001", headers={"cookie": "lang=en"}).text
    assert '<span class="state stayed">Stayed</span>' in html
    assert "50 percent or more by listed parties" in html
    assert 'href="https://www.ecfr.gov/current/title-15/section-744.11#p-744.11(a)(1)"' in html
    assert "Stayed by" in html
    assert "/changes/chg_00000000000000aa" in html
    assert "slack-trade" in html


def test_a_change_is_found_by_the_beginning_of_its_id(client: TestClient) -> None:
    assert client.get("/changes/chg_0123").status_code == 200
    missing = client.get("/changes/chg_ffffffff")
    assert missing.status_code == 404
    assert "chg_ffffffff" in missing.text


def test_quoted_words_are_marked_in_the_abstract(client: TestClient) -> None:
    html = client.get("/changes/2025-19001").text
    assert "<mark>owned 50 percent or more by listed parties</mark>" in html


def test_the_calendar_holds_the_dates_ahead_and_takes_the_same_conditions(client: TestClient) -> None:
    assert client.get("/calendar").text.count("<time") == 62
    assert client.get("/calendar?topic=fdpr").text.count("<time") == 2
    file = client.get("/calendar.ics?topic=fdpr&lang=en")
    assert file.headers["content-type"].startswith("text/calendar")
    assert file.text.count("BEGIN:VEVENT") == 2
    assert "20261109" in file.text


def test_secrets_are_nowhere(client: TestClient) -> None:
    for path in (*PAGES, "/api/status", "/metrics"):
        assert "very-secret" not in client.get(path).text
    assert SECRET not in client.get("/settings").text
    assert "30分" in client.get("/settings").text
    assert "0:30:00" not in client.get("/settings").text
    assert "slack-trade" in client.get("/settings").text


def test_the_language_is_remembered_and_leads_back(client: TestClient) -> None:
    answer = client.get("/language/en?back=%2Fcalendar%3Ftopic%3Dfdpr")
    assert answer.headers["location"] == "/calendar?topic=fdpr"
    assert "lang=en" in answer.headers["set-cookie"]
    for elsewhere in ("https://evil.example", "//evil.example", "/\\evil.example", "/a\nb"):
        assert client.get("/language/en", params={"back": elsewhere}).headers["location"] == "/"
    assert client.get("/language/xx").status_code == 404


def test_static_files_are_kept_and_revalidated(client: TestClient) -> None:
    first = client.get("/static/viewer.css")
    assert "immutable" in first.headers["cache-control"]
    assert (
        client.get("/static/viewer.css", headers={"if-none-match": first.headers["etag"]}).status_code == 304
    )
    assert client.get("/static/../app.py").status_code == 404


def test_a_question_without_its_object_is_sent_so_on_a_page(client: TestClient) -> None:
    answer = client.get("/law/text")
    assert answer.status_code == 422
    assert "text: " in answer.text
    assert "<html" in answer.text


def test_a_store_that_cannot_be_read_is_sent_so_without_its_innards(tmp_path: Path) -> None:
    client = viewer(tmp_path)
    other_tool.execute(tmp_path, "ALTER TABLE change RENAME TO elsewhere")
    answer = client.get("/", headers={"cookie": "lang=en"})
    assert answer.status_code == 503
    assert "cannot be read at the moment" in answer.text
    assert not re.search(r"no such table|does not exist|postgresql:|SELECT", answer.text)
    assert client.get("/api/changes").status_code == 503
    assert client.get("/healthz").status_code == 200
    other_tool.execute(tmp_path, "ALTER TABLE elsewhere RENAME TO change")
    assert client.get("/").status_code == 200


def test_every_file_of_the_pages_is_packaged() -> None:
    import tracker.web

    root = Path(tracker.web.__file__).parents[2]
    packed = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["tool"]["setuptools"][
        "package-data"
    ]["tracker"]
    for folder in ("static", "templates"):
        for path in (root / "tracker" / "web" / folder).iterdir():
            assert f"**/*{path.suffix}" in packed, path.name


@pytest.mark.parametrize(
    ("asked", "shown"),
    [
        ("en-US,en;q=0.9,ja;q=0.8", "en"),
        ("ja,en-US;q=0.7", "ja"),
        ("en;q=0.5,ja-JP;q=0.6", "ja"),
        ("fr,en;q=0.2", "en"),
        ("fr-FR,de;q=0.5", "ja"),  # neither: the first language of the settings
        ("ja;q=0,en;q=0.1", "en"),
        ("english, jaundice, *", "ja"),
        ("en;q=x," * 400, "ja"),
        ("", "ja"),
    ],
)
def test_a_page_speaks_the_language_that_the_browser_asks_for_until_the_reader_chooses(
    client: TestClient, asked: str, shown: str
) -> None:
    client.cookies.clear()  # of the tests before
    client.get("/", headers={"accept-language": "en"})  # cached for another language
    answer = client.get("/", headers={"accept-language": asked})
    assert answer.headers["content-language"] == shown
    assert "Accept-Language" in answer.headers["vary"]
    assert f'<html lang="{shown}">' in answer.text
    chosen = client.get("/", headers={"accept-language": asked, "cookie": "lang=en"})
    assert chosen.headers["content-language"] == "en"
