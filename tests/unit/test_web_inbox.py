"""The inbox as a queue: what is acknowledged, assigned, decided, undone and read, one story or several at once."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import insert

from tests.unit.rendering_samples import affiliates_rule
from tests.unit.web_samples import NOW, proposal, viewer
from tracker.config.models import ViewerAccess
from tracker.model import Level, ProfileMatch
from tracker.storage import accounts, changes, review_states, reviews
from tracker.storage.accounts import UserRole
from tracker.storage.database import Store
from tracker.storage.schema import DOCUMENT_GROUP

pytestmark = pytest.mark.databases

RULE, TEXT, STAY = affiliates_rule().id, "chg_00000000000000cf", "chg_00000000000000aa"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """Three open stories: a rule, its stay, and a text of the CFR with a recent proposal."""
    opened = Store(tmp_path)
    yield opened
    opened.close()


@pytest.fixture
def client(store: Store, tmp_path: Path) -> TestClient:
    client = viewer(tmp_path)
    recent = replace(proposal(7), baseline=False, published=NOW.date(), detected_at=NOW)
    with store.write() as connection:
        changes.save(connection, changes.ChangeEntry(recent, "fr:7", 1))
        connection.execute(
            insert(DOCUMENT_GROUP), [{"name": recent.id, "story": "sty_1"}, {"name": TEXT, "story": "sty_1"}]
        )
    client.cookies.set("lang", "en")
    client.cookies.set("reviewer", "Sato")
    return client


def send(client: TestClient, path: str, **fields: object) -> str:
    """Send a form of the inbox; return the address that follows."""
    found = re.search(r'name="form" value="([^"]+)"', client.get("/?view=all").text)
    assert found
    answer = client.post(f"/inbox/{path}", data={"form": found[1], **fields})
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def counts(client: TestClient) -> dict[str, int]:
    found = re.findall(r"(Unread|Mine|Not reviewed|Done|All) <b>(\d+)</b>", client.get("/").text)
    return {name: int(number) for name, number in found}


def shown(client: TestClient, query: str = "") -> list[str]:
    return re.findall(r'<h2><a href="/changes/([^"]+)">', client.get(f"/{query}").text)


def test_a_row_is_one_story_and_what_is_acknowledged_leaves_the_queue(client: TestClient) -> None:
    assert counts(client) == {"Unread": 2, "Mine": 0, "Not reviewed": 3, "Done": 0, "All": 3}
    where = send(client, "review", action="acknowledge", id=[TEXT, STAY], back="/?level=low")
    assert where.startswith("/?level=low&done=")
    assert "Acknowledged: 2." in client.get(where).text
    assert counts(client) == {"Unread": 0, "Mine": 0, "Not reviewed": 1, "Done": 2, "All": 3}
    assert shown(client) == [RULE]
    assert TEXT in shown(client, "?view=done")
    assert "Acknowledged: Sato" in client.get("/?view=done").text


def test_an_undo_reverts_and_is_logged(client: TestClient, store: Store) -> None:
    where = send(client, "review", action="decide", id=[TEXT, RULE], decision="watch", note="Not ours yet")
    assert counts(client)["Done"] == 2
    entries = where.partition("done=")[2]
    html = client.get(where).text
    assert f'name="entries" value="{entries}"' in html
    assert "Keep monitoring: 2." in html
    back = send(client, "undo", entries=entries, back="/?view=all")
    assert "Undone: 2." in client.get(back).text
    assert counts(client) == {"Unread": 1, "Mine": 0, "Not reviewed": 3, "Done": 0, "All": 3}
    log = client.get("/reviews").text
    assert log.count("Keep monitoring") == 3
    assert log.count("Undone") == 3
    with store.read() as connection:
        assert [*reviews.verify(connection), *review_states.verify(connection)] == []
    found = re.search(r'name="form" value="([^"]+)"', client.get("/?view=all").text)
    assert found
    for wrong in (entries, "1-9999999", "9-1", "x", "900-901"):
        answer = client.post("/inbox/undo", data={"form": found[1], "entries": wrong})
        assert answer.status_code == 422, "undone already, or no such entries"


def test_only_who_made_an_entry_undoes_it(client: TestClient) -> None:
    entries = send(client, "review", action="acknowledge", id=[RULE]).partition("done=")[2]
    client.cookies.set("reviewer", "Suzuki")
    assert f'value="{entries}"' not in client.get(f"/?done={entries}").text
    found = re.search(r'name="form" value="([^"]+)"', client.get("/?view=all").text)
    assert found
    answer = client.post("/inbox/undo", data={"form": found[1], "entries": entries})
    assert answer.status_code == 422
    assert counts(client)["Done"] == 1


@pytest.mark.parametrize("written", ["sato", "SATO", "Ｓａｔｏ", " Sato "])
def test_a_name_is_mine_whatever_its_case_and_width(client: TestClient, written: str) -> None:
    client.cookies.set("reviewer", "Suzuki")
    send(client, "review", action="assign", id=RULE, assignee=written)
    assert shown(client, "?view=mine") == []
    client.cookies.set("reviewer", "Sato")
    assert RULE in shown(client, "?view=mine")
    assert counts(client)["Mine"] == 1
    assert RULE in shown(client, "?assignee=SaTo")


def test_what_was_read_can_be_unread_again_and_again(client: TestClient) -> None:
    assert counts(client)["Unread"] == 2
    for _ in range(2):
        send(client, "read", id=[STAY, TEXT])
        assert counts(client)["Unread"] == 0
        send(client, "unread", id=TEXT)
        assert counts(client)["Unread"] == 1
        send(client, "unread", id=STAY)
        assert counts(client)["Unread"] == 2
    send(client, "unread", id=STAY)
    assert counts(client)["Unread"] == 2


def test_what_is_assigned_is_mine_until_it_is_decided(client: TestClient) -> None:
    send(client, "review", action="assign", id=[RULE, STAY], assignee="Sato", due="2025-12-01")
    send(client, "review", action="assign", id=[STAY], assignee="Suzuki")
    assert counts(client)["Mine"] == 1
    assert shown(client, "?view=mine") == [RULE]
    assert "due December 1, 2025" in client.get("/?view=mine").text
    send(client, "review", action="decide", id=[RULE], decision="applies", note="We export to them")
    assert counts(client)["Mine"] == 0
    assert shown(client, "?assignee=Suzuki") == [STAY]


@pytest.mark.parametrize(
    "fields",
    [
        {"action": "acknowledge"},
        {"action": "acknowledge", "id": ["chg_none"]},
        {"action": "decide", "id": [RULE], "decision": "applies"},
        {"action": "decide", "id": [RULE], "decision": "perhaps", "note": "x"},
        {"action": "assign", "id": [RULE], "due": "soon"},
        {"action": "correct", "id": [RULE]},
        {"action": "acknowledge", "id": [RULE, "chg_none"]},
    ],
)
def test_a_wrong_form_writes_nothing(client: TestClient, fields: dict[str, object]) -> None:
    found = re.search(r'name="form" value="([^"]+)"', client.get("/?view=all").text)
    assert found
    assert client.post("/inbox/review", data={"form": found[1], **fields}).status_code == 422
    assert counts(client)["Not reviewed"] == 3


def test_a_page_that_is_opened_is_read_with_its_story_and_a_revision_is_unread(
    client: TestClient, store: Store
) -> None:
    assert counts(client)["Unread"] == 2
    assert client.get(f"/changes/{TEXT}").status_code == 200
    assert counts(client)["Unread"] == 1
    assert shown(client, "?view=unread") == [STAY]
    send(client, "read", id=[STAY])
    assert counts(client)["Unread"] == 0
    later = replace(proposal(7), baseline=False, published=NOW.date(), detected_at=NOW, revision=2)
    with store.write() as connection:
        changes.save(connection, changes.ChangeEntry(later, "fr:7", 1))
    assert counts(client)["Unread"] == 1


def test_a_new_revision_is_open_again(client: TestClient, store: Store) -> None:
    send(client, "review", action="acknowledge", id=[RULE])
    assert counts(client)["Not reviewed"] == 2
    with store.write() as connection:
        changes.save(
            connection, changes.ChangeEntry(replace(affiliates_rule(), revision=9), "fr:2025-19001", 1)
        )
    assert counts(client)["Not reviewed"] == 3


def test_a_change_outside_the_field_that_hits_a_profile_is_in_the_queue(
    client: TestClient, store: Store
) -> None:
    outside = replace(proposal(8), baseline=False, published=NOW.date(), detected_at=NOW + timedelta(hours=1))
    outside = replace(
        outside,
        tagging=replace(outside.tagging, level=Level.NONE),
        profiles=(ProfileMatch("vacuum-components", Level.HIGH, ()),),
    )
    with store.write() as connection:
        changes.save(connection, changes.ChangeEntry(outside, "fr:8", 1))
    assert shown(client)[0] == outside.id
    assert shown(client, "?level=high")[0] == outside.id
    assert counts(client)["Not reviewed"] == 4


def test_the_readers_profile_leads(client: TestClient) -> None:
    assert (
        "vacuum-components: Critical" in client.get("/").text or "vacuum-components" in client.get("/").text
    )
    assert client.get("/profile/nobody").status_code == 404
    answer = client.get("/profile/vacuum-components", params={"back": "/?view=all"})
    assert answer.headers["location"] == "/?view=all"


def test_readers_have_marks_of_their_own_and_only_read(tmp_path: Path) -> None:
    client = viewer(tmp_path, access=ViewerAccess("accounts"))
    store = Store(tmp_path)
    people = {}
    with store.write() as connection:
        for name in ("Sato", "Suzuki"):
            accounts.add(connection, name, UserRole.READER, "", NOW)
            people[name] = TestClient(
                client.app, base_url="http://127.0.0.1:8000", follow_redirects=False,
                cookies={"tracker_session": accounts.start_session(connection, name, NOW), "lang": "en"},
            )  # fmt: skip
    store.close()
    people["Sato"].get(f"/changes/{TEXT}")
    assert counts(people["Sato"])["Unread"] == 1
    assert counts(people["Suzuki"])["Unread"] == 2
    html = people["Suzuki"].get("/").text
    assert 'value="acknowledge"' not in html
    assert "Mark as read" in html
