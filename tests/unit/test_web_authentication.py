"""Every route, asked without sign-in, as each role, with a key, and with a form from another site: what it answers."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.unit.web_samples import NOW, viewer
from tracker.config.models import ViewerAccess
from tracker.storage import accounts
from tracker.storage.accounts import Scope, UserRole
from tracker.storage.database import Store
from tracker.web.authentication import QUESTIONS, is_public, key_scope, required_permission
from tracker.web.passwords import Throttle
from tracker.web.security_headers import COOKIE, form_token

CHANGE = "chg_00000000000000cf"
FILLED = {
    "{screen}": "law",
    "{reference}": CHANGE, "{change_id}": CHANGE, "{form}": "json", "{name}": "viewer.css", "{week}": "2025-W46", "{source}": "ear",
    "{identity}": "0123abcd", "{action}": "remove",
}  # fmt: skip
ASKED = {
    "/api/law": "?path=x",
    "/law/text": "?text=x",
    "/law/compare": "?text=x",
    "/law/history": "?text=x&path=y",
}
WHO = ("nobody", *UserRole, "key: records", "key: status", "foreign")
DOCUMENT = Path(__file__).parents[2] / "docs" / "access.md"
HEAD = """# Who is answered what

Every route of the viewer, asked with sign-in set: by nobody, by each role, with an API key of each scope, and by an admin's browser that
another site makes ask (`foreign`: for a form that is 403, and what GET shows no other site can read). Written by
`TRACKER_WRITE=1 python -m pytest tests/unit/test_web_authentication.py`, which fails when an answer is another or a route is missing here.

303: sent on (to the sign-in page, or after a form); 401: a key or sign-in is missing; 403: not allowed; 404, 422, 429: allowed, but what was
asked for is not there, lacks something, or comes too often.

"""


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("state")


@pytest.fixture(scope="module")
def client(state: Path) -> TestClient:
    return viewer(state, access=ViewerAccess("accounts"))


@pytest.fixture(scope="module")
def visitors(client: TestClient, state: Path) -> dict[str, dict[str, str]]:
    """The headers that each kind of visitor sends."""
    store = Store(state)
    sent: dict[str, dict[str, str]] = {"nobody": {}}
    with store.write() as connection:
        for role in UserRole:
            accounts.add(connection, role, role, "", NOW)
            sent[role] = {"cookie": f"tracker_session={accounts.start_session(connection, role, NOW)}"}
        for scope in Scope:
            key = accounts.make_key(connection, UserRole.ADMIN, [scope], NOW)
            sent[f"key: {scope}"] = {"authorization": f"Bearer {key}"}
    store.close()
    sent["foreign"] = {
        **sent[UserRole.ADMIN],
        "origin": "https://evil.example",
        "sec-fetch-site": "cross-site",
    }
    return sent


def routes(client: TestClient) -> list[tuple[str, str]]:
    """Method and path of every route, as written in the code."""
    app: Any = client.app
    found: list[Any] = []
    for route in app.routes:
        found += route.original_router.routes if hasattr(route, "original_router") else [route]
    asked = [
        (method, str(route.path)) for route in found for method in sorted(route.methods - {"HEAD", "OPTIONS"})
    ]
    assert len(asked) > 30
    return sorted(set(asked), key=lambda pair: (pair[1], pair[0]))


def filled(path: str) -> str:
    for name, value in FILLED.items():
        path = path.replace(name, value)
    assert "{" not in path, path
    return path


def ask(client: TestClient, method: str, path: str, headers: dict[str, str]) -> int:
    """With a form of our own pages, but for signing out, which would end the session that asks next."""
    client.cookies.clear()
    app: Any = client.app
    app.state.throttle = Throttle()
    address = filled(path) + (ASKED.get(path, "") if method == "GET" else "")
    if method == "GET":
        return client.get(address, headers=headers).status_code
    secret = "s" * 43
    form = "a.b" if path == "/sign-out" else form_token(secret)
    cookies = "; ".join(filter(None, [headers.get("cookie"), f"{COOKIE}={secret}"]))
    data = {
        "form": form,
        "action": "acknowledge",
        "conditions": "?level=high",
        "who": "x",
        "name": "x",
        "password": "y",
    }
    return client.request(method, address, headers={**headers, "cookie": cookies}, data=data).status_code


def test_every_route_answers_each_visitor_by_the_rules(
    client: TestClient, visitors: dict[str, dict[str, str]]
) -> None:
    table = []
    for method, path in routes(client):
        answers = {who: ask(client, method, path, visitors[who]) for who in WHO}
        table.append((method, path, answers))
    for method, path, answers in table:
        place = f"{method} {path}: {answers}"
        public = is_public(filled(path)) or path == "/language/{name}"
        assert 500 not in answers.values(), place
        if public:
            assert answers["nobody"] != 401, place
            continue
        assert answers["nobody"] in ({401} if method == "POST" or key_scope(path) else {303}), place
        for role in UserRole:
            allowed = role.rank >= required_permission(method, filled(path)).rank and path != "/sign-out"
            assert (answers[role] != 403) == allowed, place
        for scope in Scope:
            fits = (method == "GET" or path in QUESTIONS) and key_scope(path) == scope
            assert (answers[f"key: {scope}"] != 403) == fits, place
        if method == "POST":
            assert answers["foreign"] == 403, place
    rows = [
        f"| `{method} {path}` | {' | '.join(str(answers[who]) for who in WHO)} |"
        for method, path, answers in table
    ]
    text = "\n".join([f"{HEAD}| route | {' | '.join(WHO)} |", f"| --- |{' ---: |' * len(WHO)}", *rows, ""])
    if os.environ.get("TRACKER_WRITE"):
        DOCUMENT.write_text(text, "utf-8")
    assert DOCUMENT.read_text("utf-8") == text, "docs/access.md says something else: see its head"


def test_only_what_everybody_may_see_is_open(client: TestClient) -> None:
    opened = {path for _, path in routes(client) if is_public(filled(path))}
    signing_in = {"/sign-in", "/sign-in/oidc", "/sign-in/return"}
    by_key = {"/saved/{identity}/feed.atom", "/saved/{identity}/calendar.ics"}
    # By Slack, a workflow of Teams and the link of a mail, each with a secret of the settings.
    signed = {"/slack/actions", "/slack/commands", "/slack/events", "/teams/actions", "/mail/respond"}
    open_to_all = {"/healthz", "/readyz", "/static/{name}", "/static/digest.css"}
    assert opened == {*open_to_all, *signing_in, *by_key, *signed}


@pytest.mark.parametrize(
    "path",
    [
        "//",
        "/static/../settings",
        "/static/%2e%2e/settings",
        "/healthz/../",
        "/sign-in/x",
        "/SIGN-IN",
        "/%73ettings",
        "/language/ja/x",
    ],
)
def test_a_path_that_only_looks_open_is_closed(client: TestClient, path: str) -> None:
    client.cookies.clear()
    answer = client.get(f"http://127.0.0.1:8000{path}")
    assert answer.status_code in {303, 404}
    assert "very-secret" not in answer.text
    assert not re.search("vacuum-components", answer.text)


def test_a_method_without_a_rule_needs_an_admin() -> None:
    assert required_permission("DELETE", "/changes/x") is UserRole.ADMIN
    assert required_permission("GET", "/changes/\n") is UserRole.READER
