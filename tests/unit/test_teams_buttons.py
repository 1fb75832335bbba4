"""A fake Teams: a workflow posts the card, people press its buttons twice, late, forged and unmapped, and it gets the card back."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.unit.notifications_sinks import parcel_of
from tests.unit.rendering_samples import affiliates_rule
from tests.unit.web_samples import NOW, fill, review_log, settings
from tracker.config.models import Channel, Settings, TeamsCards, ViewerAccess
from tracker.interactions import signed_links
from tracker.interactions.presses import Button
from tracker.interactions.signed_links import Claim, Purpose
from tracker.notifications.alert_messages import AlertMessages
from tracker.notifications.channels.teams import payloads
from tracker.storage import accounts
from tracker.storage.accounts import UserRole
from tracker.storage.database import Store
from tracker.storage.deliveries import Delivery
from tracker.web.app import create_app

SECRET = "a-secret-of-the-workflow"
CHANGE = affiliates_rule()
HANAKO, TARO = "hanako@example.co.jp", "taro@example.co.jp"
APP = TeamsCards(users={HANAKO: "Hanako", TARO: "Taro"}, secret=SECRET)


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("filled")
    store = Store(folder)
    fill(store)
    store.close()
    return folder


@dataclass
class Teams:
    """The workflow: shows the card that it was given last, and puts the card of an answer in its place."""

    state: Path
    settings: Settings
    now: datetime = NOW
    card: Any = None

    def __post_init__(self) -> None:
        app = create_app(lambda: self.settings, self.state, lambda: self.now)
        self.client = TestClient(app, base_url="http://127.0.0.1:8000")
        compose = AlertMessages(lambda *_: CHANGE, self.settings, NOW, lambda _: (), None, lambda *_: ())
        row = Delivery(1, CHANGE.id, 1, "teams", "key", 0, False, queued_at=NOW)
        parcel = compose(Channel("teams", "workflows://x"), [row], repeated=False)
        (sent,) = payloads(parcel.message, parcel.card_actions)
        self.card = sent["attachments"][0]["content"]

    def buttons(self) -> list[dict[str, Any]]:
        return [one for one in self.card.get("actions", ()) if one["type"] == "Action.Submit"]

    def data(self, title: str) -> dict[str, Any]:
        return next(dict(one["data"]) for one in self.buttons() if one["title"] == title)

    def send(self, data: Any, user: str = HANAKO, *, secret: str = SECRET) -> Any:
        """The body of the trigger, as "When someone responds to an adaptive card" has it."""
        body = {
            "responseTime": "2025-11-20T03:00:00.0000000Z",
            "responder": {
                "objectId": "5b4a",
                "tenantId": "t1",
                "email": user,
                "userPrincipalName": user,
                "displayName": "Somebody",
            },
            "submitActionId": "",
            "messageId": "1700000000000",
            "data": data,
        }
        answer = self.client.post("/teams/actions", json=body, headers={"Authorization": f"Bearer {secret}"})
        if answer.status_code == 200 and answer.json()["card"] is not None:
            self.card = answer.json()["card"]
        return answer

    def press(self, title: str, user: str = HANAKO, **how: Any) -> Any:
        return self.send(self.data(title), user, **how)

    def log(self) -> list[tuple[str, str, str]]:
        return review_log(self.state, CHANGE.id)


@pytest.fixture
def fake(filled: Path, tmp_path: Path) -> Teams:
    state = tmp_path / "state"
    shutil.copytree(filled, state)
    return Teams(state, replace(settings(), teams=APP))


PRESSES = [
    ("確認", ("Hanako", "acknowledge", ""), True),
    ("担当する", ("Hanako", "assign", "Hanako"), True),
    ("対応不要", ("Hanako", "decide", "does-not-apply"), False),
    ("あとで", ("Hanako", "due", "2025-11-21"), True),
]


def test_a_card_has_the_four_buttons_before_its_links(fake: Teams) -> None:
    assert [one["title"] for one in fake.buttons()] == [title for title, _, _ in PRESSES]
    assert [one["type"] for one in fake.card["actions"]][:4] == ["Action.Submit"] * 4
    assert len(fake.card["actions"]) <= 6  # Teams hides what is more
    assert SECRET not in json.dumps(fake.card)


@pytest.mark.parametrize(("title", "entry", "stays"), PRESSES)
def test_a_press_is_an_entry_and_the_card_shows_the_new_state(
    fake: Teams, title: str, entry: tuple[str, str, str], stays: bool
) -> None:
    answer = fake.press(title)
    assert (answer.status_code, answer.json()["result"]) == (200, "recorded")
    assert fake.log() == [entry]
    assert bool(fake.buttons()) == stays
    shown = json.dumps(fake.card, ensure_ascii=False)
    assert ("2025年11月21日" if title == "あとで" else "Hanako") in shown
    assert fake.card["type"] == "AdaptiveCard"


@pytest.mark.parametrize("title", [title for title, _, _ in PRESSES])
def test_a_second_press_writes_nothing_and_says_who_was_first(fake: Teams, title: str) -> None:
    data = fake.data(title)
    fake.send(data)
    before = fake.log()
    for user in (HANAKO, TARO):
        answer = fake.send(data, user).json()
        assert answer["result"] == "already"
        assert "変更していません" in answer["text"]
        assert answer["card"] is not None
    assert fake.log() == before


@pytest.mark.parametrize("title", [title for title, _, _ in PRESSES])
def test_a_late_press_writes_nothing_and_says_until_when_the_button_worked(fake: Teams, title: str) -> None:
    fake.now = NOW + timedelta(days=14, seconds=1)
    answer = fake.press(title)
    assert (answer.status_code, answer.json()["result"]) == (200, "late")
    assert "2025年12月4日" in answer.json()["text"]
    assert fake.log() == []


def test_a_press_on_the_card_of_an_earlier_revision_writes_nothing(fake: Teams) -> None:
    old = Claim(Purpose.TEAMS, Button.ACKNOWLEDGE, CHANGE.id, 0, "", NOW + timedelta(days=1))
    assert fake.send({"claim": signed_links.sign(SECRET, old)}).json()["result"] == "outdated"
    unknown = replace(old, change_id="chg_ffffffffffffffff")
    assert fake.send({"claim": signed_links.sign(SECRET, unknown)}).json() == {
        "result": "unknown",
        "text": "変更していません。この記録は保存されていません",
        "card": None,
    }
    assert fake.log() == []


@pytest.mark.parametrize("title", [title for title, _, _ in PRESSES])
def test_a_forged_button_is_refused(fake: Teams, title: str) -> None:
    claim = fake.data(title)["claim"]
    mail = Claim(Purpose.MAIL, Button.ACKNOWLEDGE, CHANGE.id, 1, "", NOW + timedelta(days=1))
    for data in (
        {"claim": claim[:-1]},
        {"claim": signed_links.sign("another-secret-of-a-workflow", replace(mail, purpose=Purpose.TEAMS))},
        {"claim": signed_links.sign(SECRET, mail)},
        {},
        None,
        [claim],
    ):
        answer = fake.send(data)
        assert (answer.status_code, answer.json()["result"]) == (403, "forged")
    assert fake.log() == []


@pytest.mark.parametrize("secret", ["", "another", f"{SECRET}x", "秘密"])
def test_a_request_without_the_secret_is_refused(fake: Teams, secret: str) -> None:
    headers = {b"Authorization": f"Bearer {secret}".encode()}
    body = {"data": fake.data("確認"), "responder": {"userPrincipalName": HANAKO}}
    assert fake.client.post("/teams/actions", json=body, headers=headers).status_code == 401
    assert fake.client.post("/teams/actions", json=body).status_code == 401
    assert fake.log() == []


@pytest.mark.parametrize("user", ["stranger@example.co.jp", ""])
def test_a_user_whom_nobody_mapped_writes_nothing_and_gets_no_card(fake: Teams, user: str) -> None:
    answer = fake.press("確認", user).json()
    assert (answer["result"], answer["card"]) == ("not-mapped", None)
    assert "[teams.users]" in answer["text"]
    assert fake.log() == []


def test_a_user_is_found_in_any_case(fake: Teams) -> None:
    assert fake.press("確認", HANAKO.upper()).json()["result"] == "recorded"


def test_what_is_no_press_is_refused(fake: Teams) -> None:
    headers = {"Authorization": f"Bearer {SECRET}"}
    for body in (b"", b"[]", b"{"):
        assert fake.client.post("/teams/actions", content=body, headers=headers).status_code == 422


def test_where_the_viewer_has_accounts_a_reader_may_not_review(filled: Path, tmp_path: Path) -> None:
    state = tmp_path / "state"
    shutil.copytree(filled, state)
    store = Store(state)
    with store.write() as connection:
        accounts.add(connection, "Hanako", UserRole.REVIEWER, "", NOW)
        accounts.add(connection, "Taro", UserRole.READER, "", NOW)
    store.close()
    fake = Teams(state, replace(settings(access=ViewerAccess("accounts")), teams=APP))
    assert fake.press("確認", TARO).json()["result"] == "not-allowed"
    assert fake.log() == []
    assert fake.press("確認").json()["result"] == "recorded"
    assert fake.log() == [("Hanako", "acknowledge", "")]


@pytest.mark.parametrize("app", [None, replace(APP, secret="")])
def test_without_a_secret_there_are_no_buttons_and_no_address(
    filled: Path, tmp_path: Path, app: TeamsCards | None
) -> None:
    state = tmp_path / "state"
    shutil.copytree(filled, state)
    fake = Teams(state, replace(settings(), teams=app))
    assert fake.buttons() == []
    assert fake.send({"claim": "x"}, secret="").status_code == 404
    assert payloads(parcel_of(CHANGE).message)[0]["attachments"][0]["content"]["actions"]


def test_an_english_card_is_answered_in_english(fake: Teams) -> None:
    data = {**fake.data("確認"), "language": "en"}
    fake.send(data)
    assert next(one["title"] for one in fake.buttons()) == "Acknowledge"
    assert fake.send(data).json()["text"].startswith("Nothing changed")
