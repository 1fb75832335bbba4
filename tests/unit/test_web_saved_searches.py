"""Saved filters: each person's own, with a feed and a calendar whose address can be closed."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from fastapi.testclient import TestClient

from tests.unit.web_samples import NOW, viewer
from tracker.config.models import ViewerAccess
from tracker.storage import accounts
from tracker.storage.accounts import UserRole
from tracker.storage.database import Store

pytestmark = pytest.mark.databases


def form_of(client: TestClient, path: str = "/?level=high") -> str:
    found = re.search(r'name="form" value="([^"]+)"', client.get(path).text)
    assert found is not None
    return found[1]


def save(client: TestClient, name: str, conditions: str) -> Any:
    return client.post("/saved", data={"form": form_of(client), "name": name, "conditions": conditions})


def ids(client: TestClient) -> list[str]:
    return re.findall(r'action="/saved/([0-9a-f]{8})/remove"', client.get("/saved").text)


def opened(client: TestClient, identity: str) -> list[str]:
    """The paths of feed and calendar."""
    answer = client.post(f"/saved/{identity}/open", data={"form": form_of(client, "/saved")})
    found = re.findall(r"<code>([^<]+)</code>", answer.text)
    assert len(found) == 2
    parts = [urlsplit(address.replace("&amp;", "&")) for address in found]
    return [f"{part.path}?{part.query}" for part in parts]


@pytest.fixture
def client(tmp_path: Path) -> TestClient:
    return viewer(tmp_path, proposals=2)


def test_a_filter_is_saved_from_the_inbox_and_listed_there(client: TestClient) -> None:
    answer = save(client, "重要な規則 <b>", "?level=high&kind=rule&nonsense=x&q=744.21")
    assert answer.headers["location"] == "/?q=744.21&level=high&kind=rule"
    page = client.get(answer.headers["location"]).text
    assert (
        'href="/?q=744.21&amp;level=high&amp;kind=rule" aria-current="true">重要な規則 &lt;b&gt;</a>' in page
    )
    save(client, "重要な規則 <b>", "?level=critical")
    assert len(ids(client)) == 1, "the same name: other conditions"
    assert 'href="/?level=critical"' in client.get("/saved").text
    assert save(client, "", "?level=high").status_code == 422


def test_its_feed_and_calendar_open_with_the_key_alone_until_it_is_closed(client: TestClient) -> None:
    save(client, "意見募集", "?kind=proposed-rule")
    save(client, "規則", "?kind=rule&level=high")
    by_name = dict(zip(["意見募集", "規則"], ids(client), strict=True))
    feed, calendar = opened(client, by_name["規則"])
    shown = client.get(feed)
    assert shown.headers["content-type"].startswith("application/atom+xml")
    assert "規則" in shown.text
    assert "Widget" not in shown.text
    dates = client.get(opened(client, by_name["意見募集"])[1])
    assert dates.headers["content-type"].startswith("text/calendar")
    assert "BEGIN:VEVENT" in dates.text
    again = opened(client, by_name["規則"])[0]
    assert client.get(feed).status_code == 404, "a new address ends the one before"
    assert client.get(again).status_code == 200
    assert client.get(again.replace("feed.atom", "calendar.ics")).status_code == 200
    client.post(f"/saved/{by_name['規則']}/close", data={"form": form_of(client, "/saved")})
    assert client.get(again).status_code == client.get(calendar).status_code == 404
    assert client.get(f"/saved/{by_name['規則']}/feed.atom").status_code == 404
    assert client.get(f"/saved/{by_name['規則']}/feed.atom?key=").status_code == 404


def test_a_filter_is_renamed_and_removed(client: TestClient) -> None:
    save(client, "a", "?level=high")
    save(client, "b", "?level=low")
    first, second = ids(client)
    form = form_of(client, "/saved")
    assert client.post(f"/saved/{first}/rename", data={"form": form, "name": "b"}).status_code == 422
    assert client.post(f"/saved/{first}/rename", data={"form": form, "name": "c"}).status_code == 303
    assert ">c</a>" in client.get("/saved").text
    feed = opened(client, second)[0]
    assert client.post(f"/saved/{second}/remove", data={"form": form}).status_code == 303
    assert client.get(feed).status_code == 404
    assert ids(client) == [first]
    assert client.post(f"/saved/{first}/else", data={"form": form}).status_code == 404
    assert client.post(f"/saved/{first}/remove", data={"form": "x.y"}).status_code == 403


def test_each_person_has_saved_searches_of_their_own(tmp_path: Path) -> None:
    client = viewer(tmp_path, access=ViewerAccess("accounts"))
    store = Store(tmp_path)
    people = {}
    with store.write() as connection:
        for name in ("Sato", "Suzuki"):
            accounts.add(connection, name, UserRole.READER, "", NOW)
            people[name] = TestClient(
                client.app, base_url="http://127.0.0.1:8000", follow_redirects=False,
                cookies={"tracker_session": accounts.start_session(connection, name, NOW)},
            )  # fmt: skip
    save(people["Sato"], "Sato only", "?level=high")
    (identity,) = ids(people["Sato"])
    assert ids(people["Suzuki"]) == []
    assert "Sato only" not in people["Suzuki"].get("/").text
    form = form_of(people["Suzuki"])
    for action in ("open", "close", "remove", "rename"):
        answer = people["Suzuki"].post(f"/saved/{identity}/{action}", data={"form": form, "name": "x"})
        assert answer.status_code == 422
    feed = opened(people["Sato"], identity)[0]
    client.cookies.clear()
    assert client.get(feed).status_code == 200, "without a session: feed readers have none"
    assert client.get(feed.split("?")[0]).status_code == 404
    assert client.get("/saved").status_code == 303
    with store.write() as connection:
        accounts.remove(connection, "Sato")
    store.close()
    assert client.get(feed).status_code == 404, "it goes with the account"
