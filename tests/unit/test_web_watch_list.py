"""The watch list in the viewer: who may edit it, what is refused and in which words, and that the next change uses it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import tomli
from click.testing import CliRunner
from fastapi.testclient import TestClient

from tests.unit.web_samples import NOW, settings, viewer
from tracker.alerts import mutes
from tracker.cli import effects, queries, settings_file
from tracker.cli.app import app
from tracker.config.loader import load
from tracker.config.models import ViewerAccess
from tracker.errors import SettingsError, UsageError
from tracker.model import Level
from tracker.scheduler.daemon import Daemon
from tracker.scheduler.schedule import load_checked
from tracker.storage import accounts, watch_entries
from tracker.storage.accounts import UserRole
from tracker.storage.database import Store
from tracker.storage.watch_entries import EntryKind
from tracker.web.passwords import hash_password

pytestmark = pytest.mark.databases

COMMANDS = (effects, queries, settings_file)  # importing them registers their commands
FILE = """
[tracker]
contact = "x@example.com"
[[source]]
id = "ear"
kind = "ecfr"
base_url = "https://www.ecfr.gov"
title = 15
parts = "730-774"
[[channel]]
id = "slack-trade"
url = "tofile:///tmp/none.txt"
[[profile]]
id = "vacuum-components"
eccns = ["3B001"]
"""


@pytest.fixture
def client(tmp_path: Path) -> Iterator[TestClient]:
    with viewer(tmp_path) as opened:
        opened.cookies.set("lang", "en")
        yield opened


def send(client: TestClient, path: str, page: str = "/watch-list", /, **fields: object) -> tuple[int, str]:
    token = re.search(r'name="form" value="([^"]+)"', client.get(page).text)
    assert token is not None
    answer = client.post(path, data={"form": token[1], **fields})
    return answer.status_code, answer.text


def entries(state: Path) -> list[watch_entries.WatchEntry]:
    store = Store(state)
    try:
        with store.read() as connection:
            return watch_entries.current(connection)
    finally:
        store.close()


def test_a_profile_is_added_edited_renamed_and_removed_and_each_edit_is_logged(
    client: TestClient, tmp_path: Path
) -> None:
    client.cookies.set("reviewer", "Hanako")
    profile = "/watch-list/profile"
    fields = {
        "id": "valves",
        "eccns": "3B001, 2B230\n2B999",
        "parties": "Some Co., Ltd.\nOther",
        "topics": ["fdpr"],
    }
    assert send(client, profile, profile, **fields)[0] == 303
    (entry,) = entries(tmp_path)
    assert entry.value == {
        "id": "valves", "eccns": ["3B001", "2B230", "2B999"], "parties": ["Some Co., Ltd.", "Other"], "topics": ["fdpr"],
    }  # fmt: skip
    html = client.get("/watch-list").text
    assert "Some Co., Ltd." in html
    assert "added here" in html
    assert '<option value="valves">valves</option>' in client.get("/").text
    edit = f"{profile}?key=valves"
    assert "2B230\n2B999</textarea>" in client.get(edit).text
    assert send(client, profile, edit, key="valves", seen=entry.id, id="gates", eccns="3B001")[0] == 303
    assert [one.key for one in entries(tmp_path)] == ["gates"]
    stale = send(client, profile, "/watch-list/profile?key=gates", key="gates", seen=entry.id, id="gates")
    assert stale[0] == 422
    assert "another operator has changed this entry" in stale[1]
    assert send(client, "/watch-list/remove", kind="profile", key="gates")[0] == 303
    assert entries(tmp_path) == []
    log = client.get("/watch-list/log").text
    assert log.count("Hanako") == 4
    assert log.count("<b>removed</b>") == 2


def test_mistakes_are_said_in_the_words_for_the_same_mistakes_in_the_file(
    client: TestClient, tmp_path: Path
) -> None:
    broken = '[[profile]]\nid = "a b"\ntopics = ["nothing"]\n[[route]]\nto = ["nowhere"]\nwhen = {profile = "none", level = "x"}\n'
    (tmp_path / "sources.toml").write_text(FILE + broken, "utf-8")
    with pytest.raises(SettingsError) as refused:
        load(tmp_path / "sources.toml")
    said = [line.split(": ", 1)[1] for line in refused.value.problems]
    assert len(said) == 5
    profile = send(client, "/watch-list/profile", id="a b", topics=["nothing"])
    route = send(client, "/watch-list/route", to=["nowhere"], profile="none", level="x")
    assert (profile[0], route[0]) == (422, 422)
    shown = (
        "\n".join(re.findall(r"<li>(.*?)</li>", profile[1] + route[1]))
        .replace("&#34;", '"')
        .replace("&#39;", "'")
    )
    for line in said:
        assert line in shown, line
    assert 'value="a b"' in profile[1], "what was typed is kept"
    assert entries(tmp_path) == []


def test_what_is_in_the_file_wins(client: TestClient, tmp_path: Path) -> None:
    status, html = send(client, "/watch-list/profile", id="vacuum-components", eccns="1A001")
    assert status == 422
    assert "duplicate profile id &#34;vacuum-components&#34;" in html
    assert "/watch-list/profile?key=vacuum-components" not in client.get("/watch-list").text
    assert client.get("/watch-list/profile?key=vacuum-components").status_code == 404
    # A profile that came into the file later shadows the entry, which says so.
    store = Store(tmp_path)
    with store.write() as connection:
        value = {"id": "vacuum-components", "eccns": ["9A001"]}
        watch_entries.add(connection, EntryKind.PROFILE, "vacuum-components", value, who="", at=NOW)
    store.close()
    fresh = TestClient(client.app, base_url="http://127.0.0.1:8000", cookies={"lang": "en"})
    html = fresh.get("/watch-list").text
    assert "Not in use, because:" in html
    assert "duplicate profile id" in html


def test_a_csv_adds_parties_and_eccns(client: TestClient, tmp_path: Path) -> None:
    assert send(client, "/watch-list/profile", id="valves", eccns="3B001")[0] == 303
    token = re.search(r'name="form" value="([^"]+)"', client.get("/watch-list/profile?key=valves").text)
    assert token is not None
    form = {"form": token[1], "key": "valves"}
    data = "会社名,ECCN\nSome Co.\\, Ltd.,3B001\n山田工業,2B230\n,\n".replace("\\,", "").encode("cp932")
    answer = client.post("/watch-list/import", data=form, files={"file": ("a.csv", data)})
    assert answer.status_code == 303
    (entry,) = entries(tmp_path)
    assert entry.value == {
        "id": "valves",
        "eccns": ["3B001", "2B230"],
        "parties": ["Some Co. Ltd.", "山田工業"],
    }
    wrong = client.post("/watch-list/import", data=form, files={"file": ("a.csv", b"x,y\n1,2\n")})
    assert wrong.status_code == 422
    assert "no column is called name or eccn" in wrong.text


def test_a_unit_is_watched_by_one_button_and_its_changes_reach_every_channel(
    client: TestClient, tmp_path: Path
) -> None:
    back = {"back": "/law/text?text=x"}
    assert send(client, "/watch-list/units", path="15 CFR 744.21(b)", **back)[0] == 303
    assert send(client, "/watch-list/units", path="3B001.c.1", **back)[0] == 303
    assert send(client, "/watch-list/units", path="3B001.c.1", **back)[0] == 303
    profile, route = entries(tmp_path)
    assert profile.value == {"id": "watched-units", "units": ["15 CFR 744.21(b)", "3B001.c.1"]}
    assert route.value == {"when": {"profile": "watched-units"}, "to": ["slack-trade"]}
    assert send(client, "/watch-list/units", path="3B001", profile="vacuum-components")[0] == 422
    answer = client.post("/watch-list/units", data={"form": "x", "path": "3B001"})
    assert answer.status_code == 403


def test_routes_of_the_viewer_are_added_to_those_of_the_file(client: TestClient, tmp_path: Path) -> None:
    send(client, "/watch-list/route", level="high", topic=["fdpr"], to=["slack-trade"])
    current = client.app.state.web_context.settings  # type: ignore[attr-defined]
    assert [(route.level, route.topics, route.to) for route in current.routes] == [
        (Level.MEDIUM, (), ("slack-trade",)),  # a file without routes has this one, and it stays
        (Level.HIGH, ("fdpr",), ("slack-trade",)),
    ]
    (entry,) = entries(tmp_path)
    html = client.get(f"/watch-list/route?key={entry.key}").text
    assert '<option value="high" selected>' in html
    assert 'value="fdpr" checked' in html
    send(client, "/watch-list/remove", kind="route", key=entry.key)
    assert client.app.state.web_context.settings.routes == ()  # type: ignore[attr-defined]


def test_a_profile_that_a_route_needs_stays(client: TestClient, tmp_path: Path) -> None:
    send(client, "/watch-list/profile", id="valves", eccns="3B001")
    send(client, "/watch-list/route", profile="valves", to=["slack-trade"])
    status, html = send(client, "/watch-list/remove", kind="profile", key="valves")
    assert status == 422
    assert "change the route first" in html
    assert len(entries(tmp_path)) == 2


def test_the_export_is_toml_that_the_file_takes_and_holds_no_secret(
    client: TestClient, tmp_path: Path
) -> None:
    send(
        client,
        "/watch-list/profile",
        id="valves",
        eccns="3B001",
        parties='A "quoted" \\ Co.\n株式会社山田',
        units="E.O. 14257",
    )
    send(
        client,
        "/watch-list/route",
        profile="valves",
        level="low",
        to=["slack-trade"],
        acknowledge_within="4h",
        escalate_to=["slack-trade"],
    )
    send(client, "/watch-list/instrument", name="E.O. 14999", title="Sample")
    answer = client.get("/watch-list/sources.toml")
    assert answer.headers["content-type"].startswith("application/toml")
    assert "very-secret" not in answer.text
    found = tomli.loads(answer.text)
    assert found["profile"][0]["parties"] == ['A "quoted" \\ Co.', "株式会社山田"]
    (tmp_path / "sources.toml").write_text(FILE + answer.text, "utf-8")
    loaded = load(tmp_path / "sources.toml")
    assert [profile.id for profile in loaded.profiles] == ["vacuum-components", "valves"]
    assert loaded.routes[0].profile == "valves"
    assert loaded.instruments[0].title == "Sample"


def test_mutes_are_set_and_ended_and_logged(client: TestClient) -> None:
    mute = "/watch-list/mute"
    assert send(client, mute, what="source=ear", until="2025-12-01")[0] == 303
    assert (
        send(client, mute, what="topic=fdpr", until="2025-12-02", channel="slack-trade", hold="1")[0] == 303
    )
    html = client.get("/watch-list").text
    assert "Foreign direct product rule" in html.split('id="mutes"')[1]
    for what, until in (
        ("source=none", "2025-12-01"),
        ("what", "2025-12-01"),
        ("source=ear", "2025-11-01"),
        ("source=ear", "soon"),
    ):
        assert send(client, mute, what=what, until=until)[0] == 422
    assert send(client, "/watch-list/mute/end", number=1)[0] == 303
    log = client.get("/watch-list/log").text
    assert (
        "no. 2, Topic: Foreign direct product rules and de minimis (slack-trade), snoozed until December 2, 2025"
        in log
    )
    assert "Mute ended:" in log


def test_a_story_is_muted_by_any_name_of_its_documents(client: TestClient, tmp_path: Path) -> None:
    mute = {"what": "story", "until": "2025-12-01"}
    status, html = send(client, "/watch-list/mute", story="2025-99999", **mute)
    assert status == 422
    assert "no change is called" in html
    assert 'value="2025-99999"' in html
    assert '<option value="story" selected>' in html
    assert send(client, "/watch-list/mute", **mute)[0] == 422
    assert send(client, "/watch-list/mute", story=" 2025-19001 ", **mute)[0] == 303
    store = Store(tmp_path)
    with store.read() as connection:
        (held,) = mutes.active(connection, NOW)
    store.close()
    assert held.scope == "story"
    page = client.get("/watch-list").text.split('id="mutes"')[1]
    assert "Expansion of End-User Controls" in page
    assert held.value not in page
    log = client.get("/watch-list/log").text
    assert "no. 1, Story: Expansion of End-User Controls" in log
    assert held.value not in log


def test_a_link_to_the_watch_list_fills_the_form_for_a_story(client: TestClient) -> None:
    html = client.get("/watch-list?story=2025-19001").text
    assert 'name="story" value="2025-19001"' in html
    assert '<option value="story" selected>' in html


def test_a_log_of_edits_has_no_ids(client: TestClient) -> None:
    send(client, "/watch-list/profile", "/watch-list/profile", id="valves", countries="CN", topics=["fdpr"])
    send(client, "/watch-list/route", "/watch-list/route", level="medium", source=["ear"], to=["slack-trade"])
    client.cookies.set("lang", "ja")
    log = client.get("/watch-list/log").text
    assert "国・地域: 中国" in log
    assert "影響度「中」以上、情報源: eCFR: 15 CFR 730-774" in log
    assert "medium" not in log


def test_only_operators_edit(tmp_path: Path) -> None:
    client = viewer(tmp_path, access=ViewerAccess("accounts"))
    store = Store(tmp_path)
    with store.write() as connection:
        for role in (UserRole.REVIEWER, UserRole.OPERATOR):
            accounts.add(connection, role.title(), role, hash_password("a long password"), NOW)
    store.close()
    for name, may in (("Reviewer", False), ("Operator", True)):
        client.cookies.clear()
        token = re.search(r'name="form" value="([^"]+)"', client.get("/sign-in").text)
        assert token is not None
        client.post("/sign-in", data={"name": name, "password": "a long password", "form": token[1]})
        html = client.get("/watch-list").text
        assert "vacuum-components" in html
        assert ("/watch-list/profile" in html) is may
        assert client.get("/watch-list/profile").status_code == (200 if may else 403)
        token = re.search(r'name="form" value="([^"]+)"', html)
        assert token is not None
        for path in ("profile", "route", "units", "mute", "mute/end", "remove", "import", "instrument"):
            answer = client.post(f"/watch-list/{path}", data={"form": token[1], "path": "3B001", "id": "x"})
            assert (answer.status_code != 403) is may, path


def test_the_running_daemon_routes_the_next_change_by_the_edited_profile(
    client: TestClient, tmp_path: Path
) -> None:
    config = tmp_path / "sources.toml"
    config.write_text(FILE, "utf-8")
    store = Store(tmp_path)
    daemon = Daemon(load_checked(config), store, lambda: NOW)
    assert [one.id for one in daemon.context.settings.profiles] == ["vacuum-components"]
    send(client, "/watch-list/profile", id="valves", eccns="3B001")
    send(client, "/watch-list/route", profile="valves", to=["slack-trade"])
    daemon._watch_list.look_again()  # within half a second of the edit
    daemon.apply_watch_list()
    assert [one.id for one in daemon.context.settings.profiles] == ["vacuum-components", "valves"]
    assert daemon.context.settings.routes[-1].profile == "valves"
    kept = daemon.context.settings
    daemon.apply_watch_list()
    assert daemon.context.settings is kept
    config.write_text(FILE + '[[profile]]\nid = "valves"\neccns = ["1A001"]\n', "utf-8")
    daemon.reload_if_changed()
    assert [(one.id, one.eccns) for one in daemon.context.settings.profiles][-1] == ("valves", ("1A001",))
    daemon.context.client.close()
    store.close()


def test_an_invalid_entry_is_left_out_and_the_rest_is_used() -> None:
    def entry(number: int, kind: EntryKind, value: dict[str, object]) -> watch_entries.WatchEntry:
        return watch_entries.WatchEntry(number, NOW, "", "", kind, str(number), value)

    from tracker.alerts.watch_list import with_entries

    made, held = with_entries(
        replace(settings(), routes=()),
        [
            entry(1, EntryKind.ROUTE, {"to": ["gone"], "when": {}}),
            entry(2, EntryKind.ROUTE, {"to": ["slack-trade"], "when": {"profile": "later"}}),
            entry(3, EntryKind.PROFILE, {"id": "later", "unknown": 1}),
            entry(4, EntryKind.PROFILE, {"id": "fine", "eccns": ["3B001"]}),
        ],
    )
    assert [bool(one.problems) for one in held] == [True, True, True, False]
    assert [profile.id for profile in made.profiles] == ["vacuum-components", "fine"]
    assert made.routes == ()


def test_the_command_exports_what_the_viewer_holds_and_commands_know_its_profiles(
    client: TestClient, tmp_path: Path
) -> None:
    (tmp_path / "sources.toml").write_text(FILE, "utf-8")
    send(client, "/watch-list/profile", id="valves", eccns="2B230")
    send(client, "/watch-list/instrument", name="E.O. 14999", title="Sample")
    words = ["--config", str(tmp_path / "sources.toml"), "--state", str(tmp_path)]

    def ran(*command: str) -> str:
        outcome = CliRunner().invoke(app, [*command, *words])
        assert outcome.exception is None or isinstance(outcome.exception, SystemExit), outcome.exception
        return outcome.stdout

    assert tomli.loads(ran("config", "export"))["profile"] == [{"id": "valves", "eccns": ["2B230"]}]
    assert "profile valves" in ran("config", "log")
    assert [row["key"] for row in json.loads(ran("config", "log", "--json"))] == ["E.O. 14999", "valves"]
    assert ran("changes", "--profile", "valves", "--json").startswith("[")
    assert "E.O. 14999" in ran("effects", "--watched", "--json")
    with pytest.raises(UsageError):
        CliRunner().invoke(app, ["changes", "--profile", "none", *words], catch_exceptions=False)
