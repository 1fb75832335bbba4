"""Signing in through a real provider on loopback, which also answers badly."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.unit.oidc_provider import CLIENT, SECRET, Behavior, OpenIdProvider
from tests.unit.web_samples import NOW, fill, settings
from tracker.config.models import OidcSettings, ViewerAccess
from tracker.storage import accounts
from tracker.storage.accounts import UserRole
from tracker.storage.database import Store
from tracker.web.app import create_app

AT = int(NOW.timestamp())
HOME = "http://127.0.0.1:8000"


@pytest.fixture(scope="module")
def running() -> Iterator[OpenIdProvider]:
    with OpenIdProvider(AT) as found:
        yield found


@pytest.fixture
def provider(running: OpenIdProvider) -> OpenIdProvider:
    running.behavior = Behavior()
    return running


def viewer(state: Path, provider: OpenIdProvider, **more: Any) -> TestClient:
    values: dict[str, Any] = {"reviewers": ("legal",), "admins": ("it",), **more}
    oidc = OidcSettings(provider.issuer, CLIENT, SECRET, **values)
    store = Store(state)
    fill(store)
    store.close()
    app = create_app(settings(access=ViewerAccess("oidc", oidc=oidc)), state, lambda: NOW)
    return TestClient(app, base_url=HOME, follow_redirects=False)


@pytest.fixture
def client(tmp_path: Path, provider: OpenIdProvider) -> TestClient:
    return viewer(tmp_path, provider)


def there_and_back(client: TestClient, provider: OpenIdProvider, back: str = "/") -> Any:
    begun = client.get(f"/sign-in/oidc?back={back}")
    assert begun.status_code == 303, begun.text
    code, state = provider.authorize(begun.headers["location"])
    return client.get(f"/sign-in/return?code={code}&state={state}")


def noted(state: Path) -> list[tuple[str, str]]:
    store = Store(state)
    with store.read() as connection:
        found = [(entry.name, entry.outcome) for entry in accounts.list_logins(connection)]
    store.close()
    return found


def test_a_link_leads_through_the_provider_to_its_page(
    client: TestClient, provider: OpenIdProvider, tmp_path: Path
) -> None:
    assert client.get("/changes/2025-19001").headers["location"].startswith("/sign-in?back=")
    page = client.get("/sign-in?back=/changes/2025-19001").text
    assert 'href="/sign-in/oidc?back=%2Fchanges%2F2025-19001"' in page
    answer = there_and_back(client, provider, "/changes/2025-19001")
    assert answer.headers["location"] == "/changes/2025-19001"
    assert "山田 花子" in client.get("/changes/2025-19001").text
    assert client.get("/settings").status_code == 403, "legal reviews"
    assert noted(tmp_path) == [("山田 花子", "in")]
    form = re.search(r'name="form" value="([^"]+)"', client.get("/").text)
    assert form is not None
    left = client.post("/sign-out", data={"form": form[1]})
    assert left.headers["location"] == "/sign-in?out=1"
    assert f"{provider.issuer}/leave?client_id={CLIENT}" in client.get("/sign-in?out=1").text
    assert client.get("/changes/2025-19001").status_code == 303


BAD = {
    "wrong nonce": (Behavior({"nonce": "x"}), 403, "別のサインイン"),
    "no nonce": (Behavior({"nonce": None}), 403, "別のサインイン"),
    "wrong audience": (Behavior({"aud": "another"}), 403, "別のプログラム宛て"),
    "for two, by the other": (Behavior({"aud": [CLIENT, "b"], "azp": "b"}), 403, "別のプログラム宛て"),
    "wrong issuer": (Behavior({"iss": "https://evil.example"}), 403, "設定と異なる"),
    "no subject": (Behavior({"sub": None}), 403, "必要な項目"),
    "an empty subject": (Behavior({"sub": ""}), 403, "必要な項目"),
    "a subject of white space": (Behavior({"sub": " \t"}), 403, "必要な項目"),
    "run out": (Behavior({"iat": AT - 4000, "exp": AT - 3700}), 403, "差は4000秒"),
    "from the future": (Behavior({"iat": AT + 500, "exp": AT + 800}), 403, "差は500秒"),
    "another access token's": (Behavior({"at_hash": "x"}), 403, "必要な項目"),
    "alg none": (Behavior(signed="none"), 403, "署名を確認できません"),
    "signed with the public key": (Behavior(signed="hs"), 403, "署名を確認できません"),
    "signed with another key": (Behavior(signed="other"), 403, "署名を確認できません"),
    "no group that is known": (Behavior({"groups": ["sales"]}), 403, "所属グループ"),
    "no groups": (Behavior({"groups": None}), 403, "所属グループ"),
}


@pytest.mark.parametrize("what", BAD)
def test_invalid_tokens_are_refused(
    client: TestClient, provider: OpenIdProvider, tmp_path: Path, what: str
) -> None:
    provider.behavior, status, output = BAD[what]
    answer = there_and_back(client, provider)
    assert answer.status_code == status
    assert output in answer.text
    assert "tracker_session" not in client.cookies
    assert [outcome for _, outcome in noted(tmp_path)] == ["refused"]
    assert client.get("/").status_code == 303


def test_a_clock_a_little_off_is_forgiven(client: TestClient, provider: OpenIdProvider) -> None:
    provider.behavior = Behavior({"iat": AT + 50, "exp": AT - 50})
    assert there_and_back(client, provider).status_code == 303


def test_a_state_and_a_code_count_once_and_for_one_browser(
    client: TestClient, provider: OpenIdProvider, tmp_path: Path
) -> None:
    begun = client.get("/sign-in/oidc")
    code, state = provider.authorize(begun.headers["location"])
    thief = TestClient(client.app, base_url=HOME, follow_redirects=False)
    stolen = thief.get(f"/sign-in/return?code={code}&state={state}")
    assert stolen.status_code == 400
    assert "別のブラウザー" in stolen.text
    assert client.get(f"/sign-in/return?code={code}&state={state}").status_code == 303
    cookie = client.cookies["tracker_session"]
    replayed = client.get(f"/sign-in/return?code={code}&state={state}")
    assert replayed.status_code == 400
    assert client.cookies["tracker_session"] == cookie
    # The same code with a fresh state: the provider knows that it was used.
    _, fresh = provider.authorize(client.get("/sign-in/oidc").headers["location"])
    again = client.get(f"/sign-in/return?code={code}&state={fresh}")
    assert again.status_code == 403
    assert "使用済み" in again.text
    assert client.get("/sign-in/return?code=x&state=y").status_code == 400
    assert client.get("/sign-in/return").status_code == 400


def test_a_refusal_of_the_provider_is_sent(client: TestClient, provider: OpenIdProvider) -> None:
    _, state = provider.authorize(client.get("/sign-in/oidc").headers["location"])
    answer = client.get(f"/sign-in/return?error=access_denied<script>&state={state}")
    assert answer.status_code == 403
    assert "access_denied&lt;script&gt;" in answer.text


@pytest.mark.parametrize(
    ("behavior", "status", "output"),
    [
        (Behavior(down=True), 503, "接続できません"),
        (Behavior(issuer="https://evil.example"), 502, "(issuer)"),
    ],
)
def test_a_provider_that_is_down_or_is_another_is_sent(
    client: TestClient, provider: OpenIdProvider, behavior: Behavior, status: int, output: str
) -> None:
    provider.behavior = behavior
    answer = client.get("/sign-in/oidc")
    assert answer.status_code == status
    assert output in answer.text


def test_new_keys_are_fetched_when_one_is_not_known(tmp_path: Path, provider: OpenIdProvider) -> None:
    client = viewer(tmp_path, provider)
    assert there_and_back(client, provider).status_code == 303
    app: Any = client.app
    kept = app.state.provider
    kept._keys = (kept._keys[0].replace(year=2024), kept._keys[1])  # a while ago
    provider.behavior = Behavior(kid="two")
    assert there_and_back(client, provider).status_code == 303
    asked = len(provider.asked)
    provider.behavior = Behavior(signed="other", kid="two")
    assert there_and_back(client, provider).status_code == 403
    assert len(provider.asked) == asked, "not at once again: anybody could make us ask"


def test_a_name_of_another_account_cannot_be_claimed(tmp_path: Path, provider: OpenIdProvider) -> None:
    client = viewer(tmp_path, provider)
    store = Store(tmp_path)
    with store.write() as connection:
        accounts.add(connection, "山田 花子", UserRole.ADMIN, "hash", NOW)
    store.close()
    answer = there_and_back(client, provider)
    assert answer.status_code == 403
    assert "別のアカウント" in answer.text
    assert there_and_back(client, provider).status_code == 403
    provider.behavior = Behavior({"name": "鈴木"})
    assert there_and_back(client, provider).status_code == 303
    provider.behavior = Behavior({"name": "鈴木", "sub": "u-2"})
    assert there_and_back(client, provider).status_code == 403, "another person of that name"


@pytest.mark.parametrize(
    ("claims", "bound"),
    [
        ({"name": "Chief", "email": "chief@example.co.jp", "email_verified": True}, True),
        ({"name": "chief@example.co.jp", "email": "x@example.co.jp", "email_verified": True}, None),
        ({"name": "Chief", "email": "chief@example.co.jp", "email_verified": False}, False),
        ({"name": "Chief", "email": "chief@example.co.jp", "email_verified": None}, False),
        ({"name": "Chief", "email": "chief@example.co.jp", "email_verified": "true"}, False),
    ],
)
def test_an_account_made_beforehand_belongs_to_a_verified_address_and_to_no_display_name(
    tmp_path: Path, provider: OpenIdProvider, claims: dict[str, Any], bound: bool | None
) -> None:
    client = viewer(tmp_path, provider, admins=(), reviewers=())
    store = Store(tmp_path)
    with store.write() as connection:
        accounts.add(connection, "chief@example.co.jp", UserRole.ADMIN, "", NOW)
    provider.behavior = Behavior(claims)
    answer = there_and_back(client, provider)
    assert answer.status_code == (403 if bound is None else 303)
    assert (client.get("/settings").status_code == 200) is bool(bound)
    store.close()


def test_an_account_with_a_display_name_is_bound_by_its_subject_only(
    tmp_path: Path, provider: OpenIdProvider
) -> None:
    client = viewer(tmp_path, provider, admins=(), reviewers=())
    store = Store(tmp_path)
    with store.write() as connection:
        accounts.add(connection, "山田 花子", UserRole.ADMIN, "", NOW)
    assert there_and_back(client, provider).status_code == 403, "a name that anybody can choose"
    with store.write() as connection:
        accounts.remove(connection, "山田 花子")
        subject = f"{provider.about()['issuer']} u-1"
        accounts.add(connection, "Hanako", UserRole.ADMIN, "", NOW, subject=subject)
    assert there_and_back(client, provider).status_code == 303
    assert client.get("/settings").status_code == 200
    store.close()


def test_groups_give_the_role_again_each_time_and_accounts_keep_theirs_without(
    tmp_path: Path, provider: OpenIdProvider
) -> None:
    client = viewer(tmp_path, provider)
    provider.behavior = Behavior({"groups": ["legal", "it"]})
    assert there_and_back(client, provider).status_code == 303
    assert client.get("/sign-ins").status_code == 200
    provider.behavior = Behavior()
    there_and_back(client, provider)
    assert client.get("/sign-ins").status_code == 403
    plain = viewer(tmp_path / "plain", provider, reviewers=(), admins=())
    there_and_back(plain, provider)
    assert plain.get("/settings").status_code == 403
    store = Store(tmp_path / "plain")
    with store.write() as connection:
        accounts.alter(connection, "山田 花子", role=UserRole.OPERATOR)
    store.close()
    there_and_back(plain, provider)
    assert plain.get("/settings").status_code == 200


@pytest.mark.parametrize(
    ("claims", "status"),
    [({"email_verified": True}, 303), ({"email": "x@example.co.jp.evil.example", "email_verified": True}, 403), ({}, 403), ({"email_verified": False}, 403), ({"email": None}, 403),
     ({"email_verified": None}, 403), ({"email_verified": "true"}, 403)],
)  # fmt: skip
def test_only_mail_domains_that_are_named_get_in(
    tmp_path: Path, provider: OpenIdProvider, claims: dict[str, Any], status: int
) -> None:
    client = viewer(tmp_path, provider, allowed_domains=("example.co.jp",))
    provider.behavior = Behavior(claims)
    assert there_and_back(client, provider).status_code == status


def test_a_role_may_be_nested_in_the_claims(tmp_path: Path, provider: OpenIdProvider) -> None:
    client = viewer(tmp_path, provider, role_claim="realm_access.roles")
    assert there_and_back(client, provider).status_code == 403
    provider.behavior = Behavior({"realm_access": {"roles": ["it"]}})
    assert there_and_back(client, provider).status_code == 303


def test_a_wrong_secret_is_sent_and_the_secret_is_not(
    tmp_path: Path, provider: OpenIdProvider, capsys: pytest.CaptureFixture[str]
) -> None:
    store = Store(tmp_path)
    fill(store)
    store.close()
    oidc = OidcSettings(provider.issuer, CLIENT, "very-wrong-secret")
    app = create_app(settings(access=ViewerAccess("oidc", oidc=oidc)), tmp_path, lambda: NOW)
    client = TestClient(app, base_url=HOME, follow_redirects=False)
    answer = there_and_back(client, provider)
    assert answer.status_code == 403
    assert "client_secret" in answer.text
    output = capsys.readouterr()
    assert "very-wrong-secret" not in answer.text + output.out + output.err + repr(oidc)


def test_a_private_address_from_discovery_is_not_requested(tmp_path: Path, provider: OpenIdProvider) -> None:
    client = viewer(tmp_path, provider)
    provider.about = lambda: {**OpenIdProvider.about(provider), "jwks_uri": "http://10.0.0.1/keys"}  # type: ignore[method-assign]
    try:
        assert there_and_back(client, provider).status_code == 503
    finally:
        del provider.about


def test_where_another_way_is_set_the_service_is_not_there(tmp_path: Path) -> None:
    store = Store(tmp_path)
    fill(store)
    store.close()
    app = create_app(replace(settings(), access=ViewerAccess("accounts")), tmp_path, lambda: NOW)
    client = TestClient(app, base_url=HOME, follow_redirects=False)
    assert client.get("/sign-in/oidc").status_code == 404
    assert client.get("/sign-in/return?code=x&state=y").status_code == 404
