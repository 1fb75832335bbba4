"""Reviewing: who may write, what is written, and that it stays as it was written."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import delete, update

from tests.unit.web_samples import NOW, viewer
from tracker.errors import UsageError
from tracker.storage import reviews
from tracker.storage.database import Store
from tracker.storage.reviews import ReviewAction
from tracker.storage.schema import REVIEW

pytestmark = pytest.mark.databases

CHANGE = "chg_0123456789abcdef"
PAGE = f"/changes/{CHANGE}"


@pytest.fixture
def client(tmp_path: Path) -> TestClient:
    return viewer(tmp_path)


def token(client: TestClient, path: str = PAGE) -> str:
    found = re.search(r'name="form" value="([^"]+)"', client.get(path).text)
    assert found is not None
    return found[1]


def named(client: TestClient, who: str = "山田 花子") -> TestClient:
    answer = client.post("/reviewer", data={"who": who, "form": token(client), "back": f"{PAGE}#review"})
    assert answer.status_code == 303
    return client


def act(client: TestClient, action: str, **fields: str) -> int:
    return client.post(f"{PAGE}/review", data={"action": action, "form": token(client), **fields}).status_code


def test_a_review_from_first_look_to_decision(client: TestClient) -> None:
    assert "氏名を入力" in client.get(PAGE).text
    named(client)
    assert act(client, "acknowledge") == 303
    assert act(client, "assign", value="佐藤", due="2025-12-01") == 303
    assert act(client, "decide", value="applies", note="取引先の資本関係を確認する") == 303
    assert act(client, "comment", note="<b>済</b>") == 303
    html = client.get(PAGE).text
    for words in (
        "対応要",
        "担当 佐藤",
        "2025年12月1日",
        "取引先の資本関係を確認する",
        "&lt;b&gt;済&lt;/b&gt;",
        "山田 花子",
    ):
        assert words in html
    assert "判断済み" in client.get("/?review=decided").text
    assert CHANGE in client.get("/?review=decided").text
    assert CHANGE in client.get("/?assignee=佐藤").text
    assert CHANGE not in client.get("/?review=open").text
    assert [entry["action"] for entry in client.get(f"/api/changes/{CHANGE}").json()["reviews"]] == [
        "acknowledge", "assign", "due", "decide", "comment",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("action", "fields"),
    [
        ("decide", {"value": "applies"}),
        ("decide", {"value": "perhaps", "note": "because"}),
        ("comment", {"note": "  "}),
        ("assign", {"value": "x" * 81}),
        ("assign", {"value": "a", "due": "soon"}),
        ("shred", {}),
        ("undo", {"value": "1"}),
        ("correct", {"value": "{}"}),
        ("comment", {"note": "x" * 4_050}),
    ],
)
def test_an_empty_review_is_refused(client: TestClient, action: str, fields: dict[str, str]) -> None:
    named(client)
    assert act(client, action, **fields) == 422
    assert client.get(f"/api/changes/{CHANGE}").json()["reviews"] == []


def test_writing_needs_a_name(client: TestClient) -> None:
    assert act(client, "acknowledge") == 422


def test_only_our_own_forms_write(client: TestClient) -> None:
    named(client)
    good = token(client)
    send = {"action": "acknowledge", "form": good}
    address = f"{PAGE}/review"
    assert client.post(address, data={"action": "acknowledge", "form": "made.up"}).status_code == 403
    assert client.post(address, data={"action": "acknowledge", "form": "a.é"}).status_code == 403
    assert client.post(address, data={"action": "acknowledge"}).status_code == 422
    assert client.post(address, data=send, headers={"origin": "https://evil.example"}).status_code == 403
    assert client.post(address, data=send, headers={"origin": "null"}).status_code == 403
    assert client.post(address, data=send, headers={"sec-fetch-site": "cross-site"}).status_code == 403
    client.cookies.delete("tracker_form")
    assert client.post(address, data=send).status_code == 403
    assert client.get(address).status_code == 405


def test_the_log_is_exported_as_csv_that_no_spreadsheet_computes(client: TestClient) -> None:
    named(client, "=cmd()")
    act(client, "comment", note="+1")
    data = client.get("/reviews.csv").content
    assert data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))
    assert rows[0]["who"] == "'=cmd()"
    assert rows[0]["note"] == "'+1"
    assert rows[0]["at"].endswith("+09:00"), "a table that leaves the firm says its zone"
    assert rows[0]["document_number"] == "2025-19001"
    assert rows[0]["title"].startswith("Expansion")


def test_an_altered_or_removed_entry_is_found(client: TestClient, tmp_path: Path) -> None:
    named(client)
    act(client, "acknowledge")
    act(client, "comment", note="one")
    act(client, "comment", note="two")
    assert "改変なし" in client.get("/reviews").text
    store = Store(tmp_path)
    with store.write() as connection:
        connection.execute(update(REVIEW).where(REVIEW.c.id == 2).values(note="other"))
    assert "改変されています" in client.get("/reviews").text
    with store.write() as connection:
        connection.execute(update(REVIEW).where(REVIEW.c.id == 2).values(note="one"))
        assert list(reviews.verify(connection)) == []
        connection.execute(delete(REVIEW).where(REVIEW.c.id == 2))
        assert len(list(reviews.verify(connection))) == 1
    store.close()


def test_a_new_revision_is_open_again() -> None:
    entries = [
        {"action": "assign", "value": "A", "note": "", "who": "B", "revision": 1},
        {"action": "due", "value": "2025-12-01", "note": "", "who": "B", "revision": 1},
        {"action": "decide", "value": "watch", "note": "why", "who": "B", "revision": 1},
    ]
    assert reviews.review_state(entries, 1).state == "decided"
    later = reviews.review_state(entries, 2)
    assert later.state == "open"
    assert later.assignee == "A"
    assert later.due is not None
    assert reviews.review_state([*entries, {**entries[1], "value": ""}], 2).due is None


def test_a_review_of_nothing_is_refused(tmp_path: Path) -> None:
    store = Store(tmp_path)
    with pytest.raises(UsageError, match="no change"), store.write() as connection:
        reviews.add(connection, "chg_none", at=NOW, who="A", action=ReviewAction.ACKNOWLEDGE)
    store.close()


def test_an_entry_is_undone_on_the_page_of_the_change_by_who_made_it(client: TestClient) -> None:
    named(client)
    act(client, "acknowledge")
    act(client, "comment", note="誤り")
    found = re.findall(r'name="entries" value="([^"]+)"', client.get(PAGE).text)
    assert len(found) == 2
    undo = {"form": token(client), "entries": found[0], "back": f"{PAGE}#review"}
    answer = client.post("/inbox/undo", data=undo)
    assert (answer.status_code, answer.headers["location"].endswith("#review")) == (303, True)
    html = client.get(PAGE).text
    assert re.findall(r'name="entries" value="([^"]+)"', html) == found[1:]
    assert "取消" in html
    named(client, "鈴木 一郎")
    assert 'name="entries"' not in client.get(PAGE).text


def test_an_undo_on_the_page_of_a_change_reverts_what_was_recorded_for_its_story(tmp_path: Path) -> None:
    client = named(viewer(tmp_path))
    store = Store(tmp_path)
    with store.write() as connection:
        for change, note in ((CHANGE, ""), ("chg_00000000000000cf", reviews.recorded_with(CHANGE))):
            reviews.add(
                connection, change, at=NOW, who="山田 花子", action=ReviewAction.ACKNOWLEDGE, note=note
            )
        last = reviews.last_id(connection)
    assert f'name="entries" value="{last - 1}-{last}"' in client.get(PAGE).text
    with store.write() as connection:
        reviews.undo(connection, [last], at=NOW, who="山田 花子")
    assert f'name="entries" value="{last - 1}-{last - 1}"' in client.get(PAGE).text
    store.close()
