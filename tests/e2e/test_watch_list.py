"""An operator edits a profile in the browser, and the next change is routed by it, without a restart."""

from __future__ import annotations

from typing import Any

import pytest

from tests.e2e.test_process import NEWS, RULE
from tests.e2e.test_viewer import browser, tab  # noqa: F401 - a fixture
from tests.e2e.world import World
from tracker.scheduler.daemon import Daemon
from tracker.scheduler.schedule import load_checked
from tracker.storage.database import Store
from tracker.web.server import Viewer

# Without the edit nothing is sent: the only route of the file takes critical changes.
QUIET = '[[channel]]\nid = "file"\nurl = "tofile://{folder}/alerts.txt"\n[[route]]\nwhen = {{ level = "critical" }}\nto = ["file"]\n'
WORDS = {
    "ja": (
        "プロファイルを追加",
        "名前",
        "製品",
        "保存",
        "配信ルートを追加",
        "file",
        "監視リスト",
        "半角の英数字",
    ),
    "en": (
        "Add a profile",
        "Name",
        "Products",
        "Save",
        "Add a route",
        "file",
        "Watch list",
        "must be letters",
    ),
}


@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_next_change_is_routed_by_the_edited_profile(
    world: World,
    browser: Any,  # noqa: F811
    language: str,
) -> None:
    add, name, products, save, add_route, channel, title, mistake = WORDS[language]
    world.use("page", extra=QUIET.format(folder=world.folder))
    world.poll()
    store = Store(world.state)
    daemon = Daemon(load_checked(world.config), store, lambda: world.now)
    viewer = Viewer(lambda: daemon.context.settings, world.state, "127.0.0.1:0", lambda: world.now)
    viewer.start()
    try:
        page = tab(browser, viewer.url, language)
        page.goto("/watch-list")
        page.click(f"text={add}")
        page.get_by_label(name, exact=True).fill("our valves")
        page.get_by_label(products, exact=True).fill("vacuum valve")
        page.get_by_role("button", name=save).click()
        assert mistake in page.locator(".mistakes").inner_text()
        page.get_by_label(name, exact=True).fill("our-valves")
        page.get_by_role("button", name=save).click()
        assert page.locator("h1").inner_text() == title
        assert "vacuum valve" in page.locator("section:has(#profiles)").inner_text()
        page.click(f"text={add_route}")
        page.locator("select[name=profile]").select_option("our-valves")
        page.get_by_label(channel, exact=True).first.check()
        page.get_by_role("button", name=save).click()
        assert "our-valves" in page.locator("section:has(#routes)").inner_text()
        assert [line for line in page.trouble if "422" not in line] == []
    finally:
        viewer.stop()
    daemon._watch_list.look_again()  # it looks within half a second
    daemon.apply_watch_list()
    assert [one.id for one in daemon.context.settings.profiles] == ["our-valves"]
    daemon.context.client.close()
    store.close()
    world.standin.edit_page("/news/rule", RULE, RULE + NEWS)
    world.later(days=1, hours=1)
    world.poll()
    assert world.alerted == 1
    assert "our-valves" in world.alerts[0]
