"""Listed parties by country; and polling at an operator's word."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from fastapi.testclient import TestClient

from tests.unit.digest_samples import part, week
from tests.unit.web_samples import NOW, cfr_change, viewer
from tracker.diffing import compare
from tracker.digest import build_view
from tracker.effects import Affected, Affecting, Applied, Effect, EffectVerb
from tracker.model import Document, DocumentKind, Op, Operation, Status, Unit, UnitKind
from tracker.storage import changes, effects, source_state
from tracker.storage.database import Store
from tracker.storage.effects import Origin

LIST = "Supp. No. 4 to Part 744"


def rows(*names: str) -> Document:
    units = [Unit(f"{LIST} › {name}", UnitKind.ROW, name.split(" › ")[-1], key=name) for name in names]
    return Document("15 CFR 744", DocumentKind.CFR, "15 CFR Part 744", "", tuple(units))


@pytest.fixture
def client(tmp_path: Path) -> TestClient:
    made = viewer(tmp_path)
    store = Store(tmp_path)
    operations = compare(
        rows("CHINA, PEOPLE'S REPUBLIC OF › Old Works", "JAPAN › Kept K.K."),
        rows("JAPAN › Kept K.K.", "JAPAN › Shinsei K.K.", "TÜRKİYE › <b>Bold</b> A.S."),
    )
    with store.write() as connection:
        change = replace(cfr_change()[0], id="chg_00000000000000dd", baseline=False)
        changes.save(connection, changes.ChangeEntry(change, "ear:15 CFR 744", 3), operations)
    store.close()
    return made


def test_parties_are_sorted_by_country_japan_first(client: TestClient) -> None:
    page = client.get("/lists").text
    places = [page.index(name) for name in ("Shinsei K.K.", "Old Works", "&lt;b&gt;Bold&lt;/b&gt; A.S.")]
    assert places == sorted(places)
    assert "Kept K.K." not in page
    assert "/changes/chg_00000000000000dd/redline" in page


def test_a_row_that_could_not_be_incorporated_says_so_on_the_page_and_in_the_digest(
    client: TestClient, tmp_path: Path
) -> None:
    path, words = (
        f"{LIST} › JAPAN › Shinsei K.K.",
        "Could not be incorporated into the CFR text by 89 FR 96836",
    )
    note = Effect(
        EffectVerb.ADDS, Affecting(citation="89 FR 96836", quote="could not be incorporated"), Affected(path=path),
        date(2024, 12, 5), applied=Applied.NOT_INCORPORATED,
    )  # fmt: skip
    store = Store(tmp_path)
    with store.write() as connection:
        found = effects.write(connection, Origin("ear:x", "chg_0000000000000004", "x", NOW), [note], NOW)
        assert found
    store.close()
    client.cookies.set("lang", "en")
    rows_of = BeautifulSoup(client.get("/lists").text, "lxml").select("tr:has(.ribbon)")
    assert [[one.text for one in row.select(".ribbon")] for row in rows_of] == [[words]]
    assert "Shinsei K.K." in rows_of[0].text
    status = (Status("not-incorporated", date(2024, 12, 5), by="89 FR 96836", units=(path,)),)
    changed = part(3, status=status)
    added = Operation(path, Op.ADDED, after="Shinsei K.K.", kind=UnitKind.ROW)
    other = Operation(f"{LIST} › JAPAN › Other K.K.", Op.ADDED, after="Other K.K.", kind=UnitKind.ROW)
    view = build_view(week(changed, operations={changed.id: (added, other)}), "en")
    (section,) = [one for one in view.sections if one.id == "parties"]
    notes = {row.head: row.notes for group in section.groups for row in group.rows}
    assert notes["Shinsei K.K."][1:] == (words,)
    assert notes["Other K.K."][1:] == ()


def test_they_are_narrowed_down(client: TestClient) -> None:
    assert "Old Works" not in client.get("/lists?country=japan").text
    removed = client.get("/lists?op=removed").text
    assert "Old Works" in removed
    assert "Shinsei" not in removed
    assert "Shinsei" in client.get("/lists?q=ｓｈｉｎｓｅｉ").text
    assert "Shinsei" not in client.get("/lists?since=2025-11-20").text
    assert client.get("/lists?op=%00&country=<x>&page=-1&since=x").status_code == 200


def test_a_wrong_filter_is_named(client: TestClient) -> None:
    def said(query: str) -> list[str]:
        page = BeautifulSoup(client.get(f"/lists{query}").text, "lxml")
        return [one.text for one in page.select("[role=alert]")]

    client.cookies.set("lang", "en")
    assert said("?op=added&country=japan&since=2025-01-01&page=1") == []
    (alert,) = said("?op=moved&country=Atlantis&since=soon&colour=red")
    for words in (
        "no filter “colour”",
        "“moved” is no value",
        "Nothing has “Atlantis”",
        "“soon” is no value",
    ):
        assert words in alert
    assert said("?since=2025-02-01&until=2025-01-01") == ["The period ends before it begins."]
    client.cookies.set("lang", "ja")
    assert "「moved」" in said("?op=moved")[0]


def poll(client: TestClient, source: str) -> int:
    form = re.search(r'name="form" value="([^"]+)"', client.get("/sources").text)
    assert form is not None
    return client.post(f"/sources/{source}/poll", data={"form": form[1]}).status_code


def test_a_source_is_made_due_at_once(client: TestClient, tmp_path: Path) -> None:
    store = Store(tmp_path)
    source_state.reschedule(store, "ear", NOW + timedelta(days=1))
    assert poll(client, "ear") == 303
    assert source_state.source_states(store, ["ear"])["ear"].next_poll_at == NOW
    assert source_state.claim_sources(
        store, ["ear"], owner="d", now=NOW, lease=timedelta(minutes=1), due_only=True
    ) == ["ear"]
    store.close()
    assert poll(client, "ear") == 429, "it was asked just now"
    assert poll(client, "nothing") == 404
    assert client.post("/sources/ear/poll", data={"form": "x.y"}).status_code == 403
