"""Signing in: who is let in, how often one may try, how long it lasts, and that it is written down."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text

from tests.unit.web_samples import NOW, settings, viewer
from tracker.config.models import ViewerAccess
from tracker.errors import UsageError
from tracker.storage import accounts, audit_log
from tracker.storage.accounts import Scope, UserRole
from tracker.storage.audit_log import Event
from tracker.storage.database import Store
from tracker.web import passwords
from tracker.web.app import create_app
from tracker.web.passwords import Throttle, hash_password, verify_password

PASSWORD = "correct horse battery staple"
HASH = hash_password(PASSWORD)
ACCOUNTS = ViewerAccess("accounts")
PROXY = ViewerAccess("proxy", "X-Remote-User", ("10.0.0.0/24",))


@pytest.fixture
def client(tmp_path: Path) -> TestClient:
    made = viewer(tmp_path, access=ACCOUNTS)
    _add(tmp_path, "佐藤", UserRole.REVIEWER)
    return made


def _add(state: Path, name: str, role: UserRole, password: str = HASH) -> None:
    store = Store(state)
    with store.write() as connection:
        accounts.add(connection, name, role, password, NOW)
    store.close()


def _key(state: Path, name: str, *scopes: Scope) -> dict[str, str]:
    store = Store(state)
    with store.write() as connection:
        key = accounts.make_key(connection, name, scopes, NOW)
    store.close()
    return {"Authorization": f"Bearer {key}"}


def sign_in(client: TestClient, name: str = "佐藤", password: str = PASSWORD, back: str = "/") -> int:
    form = re.search(r'name="form" value="([^"]+)"', client.get("/sign-in").text)
    assert form is not None
    answer = client.post("/sign-in", data={"name": name, "password": password, "form": form[1], "back": back})
    return answer.status_code


def test_without_a_session_a_page_leads_to_the_sign_in_page_and_back(client: TestClient) -> None:
    answer = client.get("/changes/2025-19001?x=1")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/sign-in?back=%2Fchanges%2F2025-19001%3Fx%3D1"
    page = client.get(answer.headers["location"]).text
    assert 'name="back" value="/changes/2025-19001?x=1"' in page
    assert "2025-19001 " not in page
    assert client.get("/sign-in?back=https://evil.example/").text.count('value="https:') == 0


def test_with_the_password_one_is_in_under_ones_name_until_one_leaves(client: TestClient) -> None:
    assert sign_in(client, back="/changes/2025-19001") == 303
    page = client.get("/changes/2025-19001").text
    assert "佐藤" in page
    form = re.search(r'name="form" value="([^"]+)"', page)
    assert form is not None
    answer = client.post(
        "/changes/chg_0123456789abcdef/review", data={"action": "acknowledge", "form": form[1]}
    )
    assert answer.status_code == 303
    assert client.get("/api/changes/2025-19001").json()["reviews"][0]["who"] == "佐藤"
    token = client.cookies["tracker_session"]
    assert client.post("/sign-out", data={"form": form[1]}).status_code == 303
    client.cookies.set("tracker_session", token)
    assert client.get("/").status_code == 303, "the session is over, not only the cookie gone"


def test_a_name_given_in_a_cookie_is_not_believed_where_people_sign_in(client: TestClient) -> None:
    client.cookies.set("reviewer", "somebody")
    sign_in(client)
    assert "somebody" not in client.get("/changes/2025-19001").text


def test_the_session_cookie_is_out_of_reach_of_scripts_and_of_plain_http(tmp_path: Path) -> None:
    viewer(tmp_path, access=ACCOUNTS)
    _add(tmp_path, "Sato", UserRole.READER)
    shown = settings(access=ACCOUNTS)
    from dataclasses import replace

    outside = replace(shown, viewer_url="https://trade.example.test")
    app = create_app(outside, tmp_path, lambda: NOW)
    client = TestClient(app, base_url="http://trade.example.test", follow_redirects=False)
    page = client.get("/sign-in")
    form = re.search(r'name="form" value="([^"]+)"', page.text)
    cookie = page.headers["set-cookie"]
    assert form is not None
    assert "Secure" in cookie
    answer = client.post(
        "/sign-in",
        data={"name": "SATO", "password": PASSWORD, "form": form[1]},
        headers={"origin": "https://trade.example.test", "cookie": cookie.split(";")[0]},
    )
    assert answer.status_code == 303
    for word in ("tracker_session=", "HttpOnly", "Secure", "SameSite=lax", "Max-Age=43200"):
        assert word in answer.headers["set-cookie"]


@pytest.mark.parametrize(
    ("name", "password"),
    [("佐藤", "wrong"), ("nobody", PASSWORD), ("", ""), ("佐藤", ""), ("佐藤", "x" * 1001)],
)
def test_a_wrong_pair_is_refused_in_the_same_words(client: TestClient, name: str, password: str) -> None:
    assert sign_in(client, name, password) in {403, 422}
    assert "tracker_session" not in client.cookies


def test_a_session_ends_by_itself(tmp_path: Path) -> None:
    viewer(tmp_path)
    _add(tmp_path, "Sato", UserRole.READER)
    moment: list[datetime] = [NOW]
    app = create_app(settings(access=ACCOUNTS), tmp_path, lambda: moment[0])
    client = TestClient(app, base_url="http://127.0.0.1:8000", follow_redirects=False)
    sign_in(client, "Sato")
    moment[0] = NOW + timedelta(hours=11, minutes=59)
    assert client.get("/").status_code == 200
    moment[0] = NOW + timedelta(hours=12)
    assert client.get("/").status_code == 303


def test_another_password_ends_sessions_and_another_role_holds_at_once(
    client: TestClient, tmp_path: Path
) -> None:
    sign_in(client)
    store = Store(tmp_path)
    assert client.get("/settings").status_code == 403
    with store.write() as connection:
        accounts.alter(connection, "佐藤", role=UserRole.OPERATOR)
    assert client.get("/settings").status_code == 200
    with store.write() as connection:
        accounts.alter(connection, "佐藤", password=hash_password("another password"))
    store.close()
    assert client.get("/").status_code == 303


def test_the_wait_grows_and_ends_and_the_right_password_takes_it_away() -> None:
    at = [0.0]
    throttle = Throttle(lambda: at[0])
    waits = []
    for _ in range(14):
        wait = throttle.try_now("sato", "10.1.1.1")
        while wait:
            waits.append(wait)
            at[0] += wait
            wait = throttle.try_now("sato", "10.1.1.1")
    assert waits == [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0]
    throttle.passed("sato", "10.1.1.1")
    assert throttle.try_now("sato", "10.1.1.1") == 0
    assert throttle.try_now("sato", "10.9.9.9") == 0, "a stranger does not lock the owner out elsewhere"


def test_the_memory_of_failures_has_a_bound() -> None:
    throttle = Throttle(lambda: 0.0)
    for number in range(6_000):
        throttle.try_now(f"n{number}", f"10.0.{number >> 8}.{number & 255}")
    assert len(throttle._failed) <= passwords.REMEMBERED


def test_sign_ins_are_written_down_for_admins(client: TestClient, tmp_path: Path) -> None:
    _add(tmp_path, "Chief", UserRole.ADMIN)
    sign_in(client, "<b>x</b>", "wrong")
    sign_in(client, "Chief")
    page = client.get("/sign-ins").text
    assert "&lt;b&gt;x&lt;/b&gt;" in page
    assert "拒否" in page
    assert "127.0.0.1" in page
    assert "argon2" not in page


def test_a_key_opens_its_scope_and_nothing_else(client: TestClient, tmp_path: Path) -> None:
    records, health = _key(tmp_path, "佐藤", Scope.RECORDS), _key(tmp_path, "佐藤", Scope.STATUS)
    assert client.get("/api/changes").status_code == 401
    assert client.get("/api/changes").headers["www-authenticate"].startswith("Bearer")
    for path in ("/api/changes", "/api/deadlines", "/api/openapi.json", "/feed.atom", "/calendar.ics"):
        assert client.get(path, headers=records).status_code == 200, path
        assert client.get(path, headers=health).status_code == 403, path
    for path in ("/api/status", "/metrics"):
        assert client.get(path, headers=health).status_code == 200, path
        assert client.get(path, headers=records).status_code == 403, path
    assert client.get("/", headers=records).status_code == 403
    assert client.post("/changes/x/review", headers=records).status_code == 403
    for wrong in ("Bearer trk_1_2", "Bearer ", "Bearer é"):
        assert client.get("/api/changes", headers={b"Authorization": wrong.encode()}).status_code == 401
    store = Store(tmp_path)
    with store.write() as connection:
        accounts.revoke(connection, accounts.keys(connection)[0].id)
    store.close()
    assert {
        client.get("/api/changes", headers=records).status_code,
        client.get("/api/status", headers=health).status_code,
    } == {200, 401}


# --- a proxy ------------------------------------------------------------------------------------


@pytest.fixture
def behind(tmp_path: Path) -> TestClient:
    return viewer(tmp_path, access=PROXY, peer="10.0.0.7")


def test_forwarded_headers_of_the_proxy_are_trusted(behind: TestClient, tmp_path: Path) -> None:
    assert behind.get("/").status_code == 403
    named = {b"X-Remote-User": "山田 花子".encode(), b"X-Forwarded-For": b"1.2.3.4, 192.0.2.9"}
    assert "山田 花子" in behind.get("/", headers=named).text
    assert behind.post("/changes/chg_0123456789abcdef/review", headers=named).status_code == 403
    _add(tmp_path, "山田 花子", UserRole.ADMIN, "")
    page = behind.get("/sign-ins", headers=named).text
    assert page.count("192.0.2.9") == 1, "noted once, with the address that the proxy saw"


@pytest.mark.parametrize("peer", ["10.0.1.7", "192.0.2.1", "testclient", "::1"])
def test_forwarded_headers_of_other_peers_are_ignored(tmp_path: Path, peer: str) -> None:
    client = viewer(tmp_path, access=PROXY, peer=peer)
    assert client.get("/", headers={"X-Remote-User": "admin"}).status_code == 403
    assert client.get("/api/changes", headers={"X-Remote-User": "admin"}).status_code == 401


def test_an_address_inside_another_is_the_same_address(tmp_path: Path) -> None:
    client = viewer(tmp_path, access=PROXY, peer="::ffff:10.0.0.7")
    assert client.get("/", headers={"X-Remote-User": "a"}).status_code == 200


def test_two_names_are_none(behind: TestClient) -> None:
    twice = [("X-Remote-User", "a"), ("X-Remote-User", "b")]
    assert behind.get("/", headers=twice).status_code == 403
    for name in ("", " ", "x" * 81):
        assert behind.get("/", headers={"X-Remote-User": name}).status_code == 403


def test_sign_in_removed_from_the_settings_of_a_public_viewer_shows_nothing(tmp_path: Path) -> None:
    viewer(tmp_path)
    app = create_app(settings(), tmp_path, lambda: NOW, host="0.0.0.0")
    client = TestClient(app, base_url="http://127.0.0.1:8000")
    assert client.get("/").status_code == 503
    assert "widget" not in client.get("/").text.lower()


@pytest.mark.parametrize("left", [ViewerAccess(), ViewerAccess(anonymous=True)])
@pytest.mark.parametrize("asked_before", [True, False])
def test_sign_in_removed_by_a_reload_opens_nothing(
    tmp_path: Path, left: ViewerAccess, asked_before: bool
) -> None:
    viewer(tmp_path)
    current = [settings(access=ACCOUNTS)]
    client = TestClient(
        create_app(lambda: current[0], tmp_path, lambda: NOW), base_url="http://127.0.0.1:8000"
    )
    if asked_before:
        assert client.get("/", follow_redirects=False).status_code == 303
    current[0] = settings(access=left)
    for path in ("/", "/reviews", "/api/changes", "/metrics", "/static/viewer.css", "/sign-in"):
        answer = client.get(path, follow_redirects=False)
        assert answer.status_code == 503, path
        assert "removed from the settings" in answer.text
    assert client.post("/reviewer", data={"name": "x"}).status_code == 503
    assert client.get("/healthz").status_code == 200
    current[0] = settings(access=ACCOUNTS)
    assert client.get("/", follow_redirects=False).status_code == 303


def test_a_restart_without_the_used_sign_in_needs_an_explicit_option(tmp_path: Path) -> None:
    client = viewer(tmp_path, access=ACCOUNTS)
    assert sign_in(client, "nobody", "wrong") == 403
    with pytest.raises(UsageError, match="people have signed in"):
        create_app(settings(), tmp_path, lambda: NOW)
    opened = create_app(settings(access=ViewerAccess(anonymous=True)), tmp_path, lambda: NOW)
    assert TestClient(opened, base_url="http://127.0.0.1:8000").get("/").status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"host": "tracker.example.co.jp"},
        {"x-forwarded-for": "192.0.2.7"},
        {"x-real-ip": "192.0.2.7"},
        {"forwarded": "for=192.0.2.7"},
        {"x-forwarded-host": "tracker.example.co.jp"},
        {"x-forwarded-user": "admin"},
        {"x-forwarded-server": "proxy"},
        {"via": "1.1 proxy"},
    ],
)
def test_proxied_requests_are_refused_without_a_setting(tmp_path: Path, headers: dict[str, str]) -> None:
    viewer(tmp_path)

    def asked(access: ViewerAccess, path: str = "/") -> int:
        given = replace(settings(access=access), viewer_url="https://tracker.example.co.jp")
        app = create_app(given, tmp_path, lambda: NOW)
        return TestClient(app, base_url="http://127.0.0.1:8000").get(path, headers=headers).status_code

    assert asked(ViewerAccess()) == 503
    assert asked(ViewerAccess(), "/api/changes") == 503
    assert asked(ViewerAccess(), "/healthz") == 200
    assert asked(ViewerAccess(anonymous=True)) == 200


# --- passwords and names ------------------------------------------------------------------------


def test_passwords() -> None:
    assert HASH.startswith("$argon2id$")
    assert verify_password(PASSWORD, HASH)
    assert not verify_password("x", HASH)
    assert not verify_password(PASSWORD, "")
    assert not verify_password(PASSWORD, "no hash")
    for wrong in ("short", "x" * 1001):
        with pytest.raises(UsageError, match="12 to 1000"):
            hash_password(wrong)


def test_names_are_unique_regardless_of_case(tmp_path: Path) -> None:
    _add(tmp_path, "Sato", UserRole.READER)
    for name in ("SATO", " ｓａｔｏ ", "", "x" * 81, "a\x07b"):
        with pytest.raises(UsageError, match=r"name|already"):
            _add(tmp_path, name, UserRole.READER)


def test_the_user_of_a_requested_poll_and_the_key_are_logged(tmp_path: Path) -> None:
    client = viewer(tmp_path, access=ACCOUNTS)
    _add(tmp_path, "運用 太郎", UserRole.ADMIN)
    key = _key(tmp_path, "運用 太郎", Scope.RECORDS)
    assert sign_in(client, "運用 太郎") == 303
    form = re.search(r'name="form" value="([^"]+)"', client.get("/sources").text)
    assert form is not None
    assert client.post("/sources/ear/poll", data={"form": form[1]}).status_code == 303
    for _ in range(3):
        assert client.get("/api/changes", headers=key).status_code == 200
    shown = client.get("/sources").text
    cells = re.sub(r' data-label="[^"]*"', "", shown)
    assert "運用 太郎</td><td>eCFR: 15 CFR 730-774</td><td>127.0.0.1" in cells
    assert client.get("/sign-ins").text.count("鍵の使用:") == 1, "once an hour"
    store = Store(tmp_path)
    with store.write() as connection:
        assert [entry.action for entry in audit_log.entries(connection, *Event)] == ["key-used", "poll"]
        assert list(audit_log.verify(connection)) == []
        connection.execute(text("UPDATE audit_log SET who = 'x' WHERE action = 'poll'"))
        assert [line[:11] for line in audit_log.verify(connection)] == ["audit_log 1"]
    store.close()
