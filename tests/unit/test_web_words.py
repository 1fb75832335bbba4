"""The words of the pages: a Japanese page has no English left-overs and no raw ids, an English one no Japanese."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from lxml import html

from tests.unit.rendering_samples import affiliates_rule, oil_order, unread_order
from tests.unit.test_web_regulations import law
from tests.unit.web_samples import NOW, fill, proposal, settings, stay
from tracker.config.models import Source
from tracker.storage import audit_log, saved_searches, watch_entries
from tracker.storage.audit_log import Event
from tracker.storage.database import Store
from tracker.storage.watch_entries import EntryKind
from tracker.web.app import create_app

LAW = "text=ear:15+CFR+744"
CHANGE = "/changes/chg_00000000000000cf"
PAGES = [
    "/", "/?topic=fdpr&source=ear&status=stayed", "/?q=9A012", "/changes/2025-19001", CHANGE,
    "/changes/chg_00000000000000d1", "/changes/chg_00000000000000d2", f"{CHANGE}/redline", f"{CHANGE}/redline?view=side",
    "/calendar", "/law", f"/law/text?{LAW}", f"/law/compare?{LAW}&since=1&on=2", f"/law/history?{LAW}&path=15+CFR+744.21(f)",
    "/law/search?q=license", "/search?q=license", "/search?q=lisense+valvs", "/lists", "/parties", "/parties?q=Some+Company",
    "/watched", "/watch-list", "/watch-list/log", "/watch-list/profile", "/watch-list/profile?key=valves", "/watch-list/route",
    "/digest", "/sources", "/reviews", "/deliveries", "/deliveries/log", "/settings", "/saved", "/sign-ins", "/help", "/help/law", "/help/watch-list", "/nothing-here",
]  # fmt: skip
# Names that readers of Japanese write in Latin letters: of this program, services, formats, laws, agencies.
NAMES = {
    "Enter", "Esc",
    "tracker", "run", "poll", "check", "redeliver", "digest", "backfill", "Word", "Slack", "English", "eCFR", "CFR",
    "name", "country", "address", "eccn",  # the heads of a CSV
    "Federal", "Register", "Public", "Inspection", "Atom", "Regulations.gov", "GovInfo", "Supp", "No", "Part", "v",
}  # fmt: skip
NAMED = re.compile(
    r"""[A-Z0-9][A-Z0-9&/+.:-]*[A-Z0-9]+s?\b   # acronyms and numbers: CSV, SHA-256, 3B001, E.O.
      | \bE\.O\. | \b\w+://\S+ | \b[\w.-]+\.(?:toml|ics|gov|md)\b | \b[\w-]+(?:/[\w.*-]+)+ | \bchg_[0-9a-f]+
      | \bProclamation\s\d+ | \[\[\w+\]\] | \(\.ics\) | \([a-z0-9]+\) | \b\d+(?:,\d+)*\s?(?:MB|kB|B|s)\b | \b[a-f0-9]{12,64}\b | \bUTC | \bJST | \b\d+[smhd]\b
    """,
    re.VERBOSE | re.ASCII,
)
OWN = {"vacuum-components", "valves", "watched-units", "slack-trade", "Hanako", "Asia/Tokyo", "testclient"}
TITLES = (
    affiliates_rule().title, stay().title, proposal(1).title, proposal(2).title, proposal(3).title, oil_order().title,
    unread_order().title,
)  # fmt: skip
SKIPPED = {"script", "style", "code", "pre", "blockquote", "cite", "q", "del", "ins", "title"}


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> TestClient:
    state: Path = tmp_path_factory.mktemp("state")
    store = Store(state)
    fill(store, proposals=3, with_acts=True)
    law(store)
    with store.write() as connection:
        saved_searches.add(connection, "", "FDPR", {"topic": "fdpr", "source": "ear"}, NOW)
        audit_log.add(connection, NOW, "Hanako", Event.POLL, "ear", "127.0.0.1")
        values = {"id": "valves", "eccns": ["3B001"], "topics": ["fdpr"], "units": ["15 CFR 744.21(b)"]}
        watch_entries.add(connection, EntryKind.PROFILE, "valves", values, who="Hanako", at=NOW)
    store.close()
    presidential = Source("fr-presidential", "federal-register", types=("PRESDOCU",))
    own = replace(settings(), sources=(*settings().sources, presidential))
    app = create_app(own, state, lambda: NOW)
    return TestClient(app, base_url="http://127.0.0.1:8000", follow_redirects=True)


def words(element: html.HtmlElement, language: str) -> list[str]:
    """The texts of a page in its own language, attributes that are read aloud included."""
    found: list[str] = []

    def walk(node: html.HtmlElement, spoken: str) -> None:
        if not isinstance(node.tag, str) or node.tag in SKIPPED:
            return
        spoken = node.get("lang", spoken)
        if spoken == language:
            found.extend(
                filter(None, (node.text, *(node.get(name) for name in ("aria-label", "title", "alt"))))
            )
        for child in node:
            walk(child, spoken)
            if child.tail and spoken == language:
                found.append(child.tail)

    walk(element, language)
    return [one.strip() for one in found if one.strip()]


def left_over(text: str) -> list[str]:
    """The Latin words of a Japanese text that are neither names nor citations."""
    for own in OWN:
        text = text.replace(own, " ")
    text = re.sub(r"「[^」]*」|“[^”]*”", " ", text)  # quoted words
    if re.search(r"[\u3040-\u9fff]", text):
        for title in TITLES:  # the official title of a document, within a sentence
            text = text.replace(title, " ")
    bare = NAMED.sub(" ", text)
    return [word for word in re.findall(r"[A-Za-z][A-Za-z'’-]{1,}", bare) if word not in NAMES]


@pytest.mark.parametrize("path", PAGES)
def test_a_japanese_page_has_no_english_left_overs(client: TestClient, path: str) -> None:
    client.cookies.set("lang", "ja")
    answer = client.get(path)
    page = html.fromstring(answer.text)
    found = {text: left for text in words(page.find("body"), "ja") if (left := left_over(text))}
    assert not found, "\n".join(f"{left}: {text[:160]}" for text, left in found.items())


@pytest.mark.parametrize("path", PAGES)
def test_an_english_page_has_no_japanese(client: TestClient, path: str) -> None:
    client.cookies.set("lang", "en")
    answer = client.get(path)
    page = html.fromstring(answer.text)
    found = [
        text for text in words(page.find("body"), "en") if re.search(r"[\u3040-\u30ff\u4e00-\u9fff]", text)
    ]
    assert [text for text in found if "バルブ" not in text] == []  # a word that was asked for


def test_the_walk_finds_what_it_is_for() -> None:
    assert left_over("情報源 fr-bis の approved") == ["fr-bis", "approved"]
    assert left_over("effective-note") == ["effective-note"]
    assert left_over("15 CFR 744.21(b)、SHA-256、tracker status、sources.tomlの[[channel]]") == ["status"]
    page = html.fromstring(
        '<body lang="ja"><p>日本語 <b lang="en">quoted words</b> tail</p><code>raw</code></body>'
    )
    assert words(page, "ja") == ["日本語", "tail"]
