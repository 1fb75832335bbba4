"""The viewer in a real browser, as a reader uses it. Skipped where there is no Chromium or no Playwright."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.unit.test_web_law_list import listed_parties
from tests.unit.test_web_regulations import law
from tests.unit.web_samples import NOW, fill, settings
from tests.unit.web_samples import viewer as client_of
from tracker.config.models import ViewerAccess
from tracker.storage import accounts, audit_log, saved_searches, watch_entries
from tracker.storage.accounts import UserRole
from tracker.storage.audit_log import Event
from tracker.storage.database import Store
from tracker.storage.watch_entries import EntryKind
from tracker.web.passwords import hash_password
from tracker.web.server import Viewer

PASSWORD = "correct horse battery staple"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
playwright = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
if CHROMIUM is None:
    pytest.skip("no Chromium is installed", allow_module_level=True)

# As root in a container, without requests to other hosts.
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]  # fmt: skip
LAW = "text=ear:15+CFR+744"
PAGES = ["/", "/?topic=fdpr", "/?q=nothing-of-that-kind", "/changes/2025-19001", "/changes/chg_00000000000000d1", "/changes/chg_00000000000000d2",
         "/?profile=vacuum-components", "/changes/2025-19001?profile=vacuum-components", "/changes/chg_00000000000000cf/redline",
         "/changes/chg_00000000000000cf/redline?view=side", "/changes/2025-19001/tariff-rows", "/calendar", "/law", f"/law/text?{LAW}",
         f"/law/text?{LAW}&day=2025-11-10&place=15+CFR+744.21", f"/law/compare?{LAW}&since=1&on=2", f"/law/compare?{LAW}&since_day=2025-10-01&day=2025-11-19", "/law/text?text=ear:list&place=Supp.+No.+4+to+Part+744", "/changes/chg_00000000000000ce/redline", f"/law/history?{LAW}&path=15+CFR+744.21(f)", "/law/search?q=license", "/search?q=license", "/search?q=lisense+valvs", "/lists", "/parties", "/parties?q=Some+Company", "/watched", "/digest",
         "/digest/2025-W46", "/sources", "/reviews", "/deliveries", "/deliveries/log", "/settings", "/saved",
         "/watch-list", "/watch-list/log", "/watch-list/profile", "/watch-list/profile?key=valves", "/watch-list/route", "/help", "/help/law", "/duties", "/nothing-here"]  # fmt: skip
# Pages of the entrance, looked at in tests of their own; answers that are no pages.
ENTRANCE = {"/sign-in", "/sign-ins", "/sign-in/oidc", "/sign-in/return", "/mail/respond"}
FILES = re.compile(
    r"/(api/.*|static/.*|healthz|readyz|metrics|(language|profile)/.*|.*\.(atom|ics|toml|\{form\}))"
)


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    state = tmp_path_factory.mktemp("state")
    store = Store(state)
    fill(store, proposals=3, with_hostile=True, with_acts=True)
    law(store)
    listed_parties(store)
    with store.write() as connection:
        saved_searches.add(
            connection, "", "Foreign direct product rule", {"topic": "fdpr", "level": "high"}, NOW
        )
        audit_log.add(connection, NOW, "Hanako", Event.POLL, "ear", "127.0.0.1")
        entry = {"id": "valves", "eccns": ["3B001"], "topics": ["fdpr"], "units": ["15 CFR 744.21(b)"]}
        watch_entries.add(connection, EntryKind.PROFILE, "valves", entry, who="Hanako", at=NOW)
    store.close()
    viewer = Viewer(settings(), state, "127.0.0.1:0", lambda: NOW)
    viewer.start()
    yield viewer.url
    viewer.stop()


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The same with sign-in: `Reader`, `Reviewer` and `Admin`."""
    state = tmp_path_factory.mktemp("guarded")
    store = Store(state)
    fill(store)
    with store.write() as connection:
        for role in (UserRole.READER, UserRole.REVIEWER, UserRole.ADMIN):
            accounts.add(connection, role.title(), role, hash_password(PASSWORD), NOW)
    store.close()
    viewer = Viewer(settings(access=ViewerAccess("accounts")), state, "127.0.0.1:0", lambda: NOW)
    viewer.start()
    yield viewer.url
    viewer.stop()


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with playwright.sync_playwright() as running:
        opened = running.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield opened
        opened.close()


def tab(browser: Any, address: str, language: str = "en", **options: Any) -> Any:
    """A new visitor's tab, which fails on console errors and on requests to another host."""
    context = browser.new_context(base_url=address, **options)
    context.add_cookies([{"name": "lang", "value": language, "url": address}])
    page = context.new_page()
    page.trouble = []
    page.on(
        "console",
        lambda output: page.trouble.append(output.text) if output.type in {"error", "warning"} else None,
    )
    page.on("pageerror", lambda error: page.trouble.append(str(error)))
    page.on(
        "request", lambda asked: None if asked.url.startswith(address) else page.trouble.append(asked.url)
    )
    return page


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ("Open the redline", "Acknowledge", "Assign", "Decide", "Action needed", "Record", "Remember", "Name", "Review log")),
        ("ja", ("新旧対照を開く", "確認済みにする", "担当者を決める", "判断を記録する", "対応要", "記録する", "名前を記憶", "氏名", "確認記録")),
    ],
)  # fmt: skip
def test_from_the_inbox_to_a_decision_and_a_word_file(
    browser: Any, address: str, tmp_path: Path, language: str, words: tuple[str, ...]
) -> None:
    redline, acknowledge, assign, decide, applies, record, remember, name, log = words
    page = tab(browser, address, language, accept_downloads=True)
    page.goto("/")
    page.fill(".find input", "744.21")
    page.press(".find input", "Enter")
    page.click(".changes h3 a")
    page.click(f"text={redline}")
    assert page.locator("ins").first.is_visible()
    with page.expect_download() as download:
        page.click("text=Word")
    download.value.save_as(tmp_path / "redline.docx")
    assert (tmp_path / "redline.docx").read_bytes()[:2] == b"PK"
    page.go_back()
    page.get_by_label(name).fill("山田 Hanako")
    page.click(f"button:has-text('{remember}')")
    if page.locator(f"button:has-text('{acknowledge}')").count():
        page.click(f"button:has-text('{acknowledge}')")
    page.click(f"summary:has-text('{assign}')")
    page.fill(".forms details[open] input[name=value][maxlength]", "Sato")
    page.fill(".forms details[open] input[name=due]", "2025-12-01")
    page.locator(".forms details:has(input[name=due])").get_by_role("button", name=record).click()
    decision = page.locator(".forms details:has(input[type=radio])")
    if not decision.evaluate("element => element.open"):
        page.click(f"summary:has-text('{decide}')")
    decision.get_by_label(applies, exact=True).check()
    decision.locator("textarea").fill("Checked with the business unit")
    decision.get_by_role("button", name=record).click()
    assert applies in page.locator("#review").inner_text()
    page.click(f"nav >> text={log}")
    assert "Checked with the business unit" in page.inner_text("main")
    assert page.trouble == []


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ("Correct level", "Record the correction", "Back to the result of the rules", "By the rules", "Corrected", "Name", "Remember")),
        ("ja", ("訂正する", "訂正を記録する", "判定ルールの結果に戻す", "判定ルールの結果", "訂正済み", "氏名", "名前を記憶")),
    ],
)  # fmt: skip
def test_a_correction_leads_in_the_inbox_until_it_is_withdrawn(
    browser: Any, address: str, language: str, words: tuple[str, ...]
) -> None:
    form, record, back, by_rules, mark, name, remember = words
    page = tab(browser, address, language)
    page.goto("/changes/chg_00000000000000d2")
    assert page.locator(".reading").is_visible()
    page.get_by_label(name, exact=True).fill("Hanako")
    page.click(f"button:has-text('{remember}')")
    page.click(f"summary:has-text('{form}')")
    fields = page.locator("details.correct")
    fields.locator("select[name=level]").select_option("critical")
    fields.locator("select[name=direction]").select_option("restriction")
    fields.locator("input[value=ai-model-weights]").check()
    fields.locator("textarea[name=gist]").fill("先端AIモデルの輸出に許可要件を新設")
    fields.get_by_role("button", name=record).click()  # without a reason the browser does not send it
    assert page.locator(".corrected").count() == 0
    fields.locator("textarea[name=note]").fill("Read the whole order")
    fields.get_by_role("button", name=record).click()
    assert by_rules in page.locator(".corrected").inner_text()
    assert "Read the whole order" in page.locator(".corrected").inner_text()
    assert page.locator(".reading").count() == 0
    assert page.locator(".badges .level.critical").count() == 1
    page.goto("/?level=critical")
    row = page.locator(".changes li:has(a[href^='/changes/chg_00000000000000d2'])")
    assert mark in row.inner_text()
    assert ("先端AIモデルの輸出に許可要件を新設" in row.inner_text()) is (language == "ja")
    row.locator("h2 a").click()
    page.click(f"summary:has-text('{form}')")
    fields.locator("textarea[name=note]").fill("Back again")
    fields.get_by_role("button", name=back).click()
    assert page.locator(".corrected").count() == 0
    assert page.locator(".badges .level.medium").count() == 1
    assert "Back again" in page.locator(".log").inner_text()
    assert page.trouble == []


def test_no_page_is_left_out(tmp_path: Path) -> None:
    """Each route that answers a page is one of PAGES."""
    app: Any = client_of(tmp_path).app
    routes = [
        each
        for route in app.routes
        for each in getattr(getattr(route, "original_router", None), "routes", [route])
    ]
    paths = {str(route.path) for route in routes if "GET" in route.methods}
    pages = {path for path in paths if not FILES.fullmatch(path)} - ENTRANCE
    assert len(pages) > 15
    seen = [urlsplit(path).path for path in PAGES]
    for path in pages:
        pattern = re.sub(r"\\{\w+\\}", "[^/]+", re.escape(path))
        assert any(re.fullmatch(pattern, one) for one in seen), path


@pytest.mark.parametrize(("language", "scheme", "width"), [("ja", "light", 1280), ("en", "dark", 390)])
def test_every_page_is_accessible_quiet_and_its_own(
    browser: Any, address: str, language: str, scheme: str, width: int
) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed")
    # Each language, scheme and width once: contrast does not depend on the width, nor roles and names on the scheme.
    screen = {"width": width, "height": 800}
    page = tab(browser, address, language, color_scheme=scheme, bypass_csp=True, viewport=screen)
    for path in PAGES:
        assert page.goto(path).status == (404 if path == "/nothing-here" else 200), path
        assert page.locator("h1").count() == 1, path
        violations = axe.Axe().run(page).response["violations"]
        assert [(path, found["id"], found["nodes"][0]["html"]) for found in violations] == []
    assert [line for line in page.trouble if "404" not in line] == []


def test_nothing_breaks_the_policy(browser: Any, address: str) -> None:
    page = tab(browser, address)
    for path in [*PAGES[:-1], "/changes/chg_00000000000000ee", "/changes/chg_00000000000000ee/redline"]:
        page.goto(path)
        page.emulate_media(media="print")
        assert not page.locator(".top").is_visible(), path
        page.emulate_media(media="screen")
    assert page.trouble == []


def test_a_phone_needs_no_sideways_scrolling(browser: Any, address: str) -> None:
    page = tab(browser, address, "ja", viewport={"width": 360, "height": 740})
    for path in [*PAGES, "/changes/chg_00000000000000ee"]:
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, path


def test_the_keyboard_is_enough(browser: Any, address: str) -> None:
    page = tab(browser, address)
    page.goto("/")
    page.keyboard.press("j")
    page.keyboard.press("j")
    assert page.evaluate(
        "document.activeElement.closest('li') === document.querySelectorAll('.changes > li')[1]"
    )
    page.keyboard.press("Enter")
    page.wait_for_url("**/changes/*")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.name") == "q"


def test_it_works_without_script(browser: Any, address: str) -> None:
    page = tab(browser, address, java_script_enabled=False)
    page.goto("/changes/chg_0000000000000001")
    page.get_by_label("Name").fill("Suzuki")
    page.click("button:has-text('Remember')")
    page.click("button:has-text('Acknowledge')")
    assert "Acknowledged" in page.inner_text("#review")
    assert page.locator("button.copy:visible").count() == 0


def test_a_citation_is_copied_with_its_address_and_can_be_selected_without_script(
    browser: Any, address: str
) -> None:
    path = f"/law/text?{LAW}&place=15+CFR+744.21&day=2025-11-19"
    cited = "15 C.F.R. § 744.21(f) (as of Nov. 19, 2025; SHA-256 "
    unit = '[id="u-15-CFR-744.21(f)"]'
    page = tab(browser, address, permissions=["clipboard-read", "clipboard-write"])
    page.goto(path)
    page.hover(unit)
    page.click(f"{unit} .cite summary")
    page.click(f"{unit} button.copy")
    words, link = page.evaluate("navigator.clipboard.readText()").splitlines()
    assert words.startswith(cited)
    assert link == f"{address}{path}#u-15-CFR-744.21(f)"
    assert page.trouble == []
    plain = tab(browser, address, java_script_enabled=False)
    plain.goto(path)
    plain.hover(unit)
    plain.click(f"{unit} .cite summary")
    assert plain.inner_text(f"{unit} .citation").startswith(cited)
    assert plain.locator(f"{unit} button.copy").is_hidden()


def enter(page: Any, name: str, back: str = "/") -> None:
    page.goto(back)
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.click("main button:has-text('Sign in')")


def test_a_link_from_an_alert_leads_through_the_sign_in_to_its_change(browser: Any, guarded: str) -> None:
    page = tab(browser, guarded)
    enter(page, "Reviewer", "/changes/2025-19001")
    assert page.url.endswith("/changes/2025-19001")
    page.click("button:has-text('Acknowledge')")
    assert "Reviewer" in page.inner_text("#review .log")
    page.click("button:has-text('Sign out')")
    page.goto("/changes/2025-19001")
    assert "/sign-in" in page.url
    assert page.trouble == []


def test_a_reader_lacks_the_rights_of_a_reviewer(browser: Any, guarded: str) -> None:
    page = tab(browser, guarded)
    enter(page, "Reader", "/changes/2025-19846")
    assert page.locator("#review form").count() == 0
    assert "reads only" in page.inner_text("#review")
    assert page.locator("nav >> text=Settings").count() == 0
    page.goto("/sources")
    assert page.locator("button:has-text('Poll now')").count() == 0
    # Nor by asking past the page, with everything that the browser holds.
    answer = page.context.request.post(
        "/changes/chg_00000000000000aa/review", form={"action": "acknowledge", "form": "x.y"}
    )
    assert answer.status == 403
    assert "not allowed for the role reader" in answer.text()
    assert page.trouble == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_entrance_is_accessible(browser: Any, guarded: str, scheme: str) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed")
    page = tab(browser, guarded, color_scheme=scheme, bypass_csp=True)
    page.goto("/sign-in")
    violations = axe.Axe().run(page).response["violations"]
    enter(page, "Admin", "/sign-ins")
    violations += axe.Axe().run(page).response["violations"]
    assert [(found["id"], found["nodes"][0]["html"]) for found in violations] == []


def test_a_wrong_password_is_reported(browser: Any, guarded: str) -> None:
    page = tab(browser, guarded)
    page.goto("/sign-in")
    page.get_by_label("Name").fill("Reader")
    page.get_by_label("Password").fill("wrong")
    page.click("main button:has-text('Sign in')")
    assert page.get_by_role("alert").is_visible()
