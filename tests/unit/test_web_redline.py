"""The redline page and its files."""

from __future__ import annotations

import io
import json
from pathlib import Path

import docx
import pytest
from fastapi.testclient import TestClient

from tests.unit.web_samples import cfr_change, viewer
from tracker.rendering.redlines.layout import FOLD, RedlineItem, anchor_of, folded, places

ADDRESS = "/changes/chg_00000000000000cf/redline"


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> TestClient:
    return viewer(tmp_path_factory.mktemp("state"))


def test_deleted_and_inserted_words_are_marked(client: TestClient) -> None:
    html = client.get(ADDRESS, headers={"cookie": "lang=en"}).text
    assert "<del>(d)</del><ins>(e)</ins>" in html
    assert "Renumbered" in html
    assert "was (b)" in html


def test_side_by_side_shows_each_text_on_its_side(client: TestClient) -> None:
    html = client.get(f"{ADDRESS}?view=side").text
    old, new = html.split('<div class="old">')[1].split('<div class="new">')[:2]
    assert "<del>" in old
    assert "<ins>" not in old
    assert "<ins>" in new.split("</article>")[0]
    assert "<del>" not in new.split("</article>")[0]


def test_every_unit_has_a_permanent_address(client: TestClient) -> None:
    assert anchor_of("15 CFR 744.21(b)(2)") == "u-15-CFR-744.21(b)(2)"
    html = client.get(ADDRESS).text
    assert 'id="u-15-CFR-744.21(b)"' in html
    assert 'href="#u-15-CFR-744.21(b)"' in html


def test_anchors_are_unique_even_where_paths_are_not() -> None:
    _, operations = cfr_change()
    drawn = places([*operations, *operations])
    anchors = [item.anchor for place in drawn for item in place.drawn() if isinstance(item, RedlineItem)]
    assert len(set(anchors)) == len(anchors)


@pytest.mark.parametrize("length", [10, FOLD, FOLD + 1, 5_000])
def test_folding_loses_nothing(length: int) -> None:
    text = ("word " * length)[:length]
    spans = [("equal", text), ("delete", "a"), ("equal", text), ("insert", "b"), ("equal", text)]
    runs = folded(spans)
    assert "".join(words for kind, words in runs if kind != "delete") == text + text + "b" + text
    assert any(kind == "fold" for kind, _ in runs) == (length > FOLD)


def test_a_unit_without_differences_is_never_folded_away() -> None:
    assert folded([("insert", "x" * 2_000)]) == (("insert", "x" * 2_000),)
    assert folded([("equal", "x" * 2_000)]) == (("equal", "x" * 2_000),)


def test_files_have_the_type_of_their_name(client: TestClient) -> None:
    word = client.get(f"{ADDRESS}.docx")
    assert "attachment" in word.headers["content-disposition"]
    assert docx.Document(io.BytesIO(word.content)).paragraphs
    operations = json.loads(client.get(f"{ADDRESS}.json").content)
    assert {operation["op"] for operation in operations} == {"changed", "added", "renumbered"}
    page = client.get(f"{ADDRESS}.html")
    assert "sandbox" in page.headers["content-security-policy"]
    assert client.get(f"{ADDRESS}.exe").status_code == 404


def test_a_new_document_has_nothing_to_compare(client: TestClient) -> None:
    assert (
        "a new document"
        in client.get("/changes/2025-19001/redline", headers={"cookie": "lang=en"}).text.lower()
    )


def test_long_redlines_are_paginated(tmp_path: Path) -> None:
    from tracker.model import Op, Operation
    from tracker.storage import changes
    from tracker.storage.database import Store

    client = viewer(tmp_path)
    change, _ = cfr_change()
    many = [
        Operation(
            f"Supp. No. 4 to Part 744 › CHINA › Party {number}",
            Op.ADDED,
            after="New",
            spans=(("insert", "New"),),
        )
        for number in range(450)
    ]
    store = Store(tmp_path)
    with store.write() as connection:
        changes.save(connection, changes.ChangeEntry(change, "ear:15 CFR 744", 2), many)
    store.close()
    first, last = client.get(ADDRESS).text, client.get(f"{ADDRESS}?part=3").text
    assert first.count('class="op ') == 200
    assert last.count('class="op ') == 50
    assert "part=2" in first
