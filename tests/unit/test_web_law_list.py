"""A list of parties in the law view and in a redline: five columns, the country once, countries in the table of contents."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from tests.unit.web_samples import NOW, cfr_change, settings
from tracker import diffing, parsing
from tracker.model import Fetched, HttpResponse, ResourceType
from tracker.storage import changes, snapshots, versions
from tracker.storage.database import Store
from tracker.web.app import create_app

TEXT = {"text": "ear:list", "place": "Supp. No. 4 to Part 744"}
HEADS = ("Country", "Entity", "License requirement", "License review policy", "Federal Register citation")
REDLINE = "/changes/chg_00000000000000ce/redline"


def row(*cells: str) -> str:
    return "<TR>" + "".join(f"<TD>{cell}</TD>" for cell in cells) + "</TR>"


def listed(policy: str) -> bytes:
    rows = (
        row("JAPAN", "Some Co., Ltd., 1 Street, Tokyo, Japan.", "For all items.", policy, "90 FR 1, 1/2/25."),
        row("", "Other K.K., 2 Street, Osaka, Japan.", "For all items.", "Presumption of denial.", "90 FR 1, 1/2/25."),
        row("MALTA", "Third Ltd., 3 Street, Malta.", "For all items.", "Presumption of denial.", "90 FR 1, 1/2/25."),
    )  # fmt: skip
    head = "<TR>" + "".join(f"<TH>{name}</TH>" for name in HEADS) + "</TR>"
    return (
        '<DIV5 N="744" TYPE="PART"><HEAD>PART 744—CONTROL POLICY</HEAD>'
        '<DIV9 N="Supplement No. 4 to Part 744" TYPE="APPENDIX"><HEAD>Supplement No. 4 to Part 744—Entity List</HEAD>'
        f"<TABLE><THEAD>{head}</THEAD><TBODY>{''.join(rows)}</TBODY></TABLE></DIV9></DIV5>"
    ).encode()


def listed_parties(store: Store) -> None:
    """Two states of a list of parties and the change between them."""
    texts = []
    with store.write() as connection:
        for ordinal, (policy, day) in enumerate((("Presumption of denial.", "2025-10-01"), ("Case-by-case review.", "2025-11-19")), 1):  # fmt: skip
            answer = HttpResponse("https://www.ecfr.gov/part-744", 200, (), listed(policy), NOW)
            item = Fetched("15 CFR 744", ResourceType.ECFR_PART, answer, {"as_of": day, "title": "15", "part": "744"})  # fmt: skip
            identity = snapshots.save(connection, "ear", item)
            texts.append(parsing.read(item))
            version = versions.Version(TEXT["text"], ordinal, "ear", item.key, f"{ordinal}" * 64, (identity,), (), NOW)  # fmt: skip
            versions.add(connection, [version])
        change = replace(cfr_change()[0], id="chg_00000000000000ce")
        changes.save(connection, changes.ChangeEntry(change, TEXT["text"], 2), diffing.compare(*texts))


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> TestClient:
    state: Path = tmp_path_factory.mktemp("state")
    store = Store(state)
    listed_parties(store)
    store.close()
    return TestClient(create_app(settings(), state, lambda: NOW), base_url="http://127.0.0.1")


def test_the_list_is_a_table_of_five_columns_with_the_country_once(client: TestClient) -> None:
    heads = {"en": HEADS, "ja": ("国", "エンティティー", "許可要件", "許可審査方針", "連邦官報の引用")}
    for language, wanted in heads.items():
        html = client.get("/law/text", params=TEXT, headers={"cookie": f"lang={language}"}).text
        table = html.split('<table class="law-table w5"')[1].split("</table>")[0]
        assert tuple(re.findall(r'<th scope="col">([^<]+)</th>', table)) == wanted
    rows = table.split("<tr ")[1:]
    assert len(rows) == 3
    assert [row.count("<td") for row in rows] == [5, 5, 5]
    assert [">JAPAN<" in row for row in rows] == [True, False, False]
    assert 'id="u-Supp.-No.-4-to-Part-744-JAPAN"' in table


def test_the_countries_of_the_list_are_in_its_table_of_contents(client: TestClient) -> None:
    contents = client.get("/law/text", params=TEXT).text.split('<nav class="outline"')[1].split("</nav>")[0]
    assert [name for name in ("JAPAN", "MALTA") if f">{name}</a>" in contents] == ["JAPAN", "MALTA"]
    elsewhere = client.get("/law/text", params={"text": TEXT["text"]}).text
    assert ">MALTA</a>" not in elsewhere


def test_a_changed_row_is_one_row_of_the_redline(client: TestClient) -> None:
    html = client.get(REDLINE, headers={"cookie": "lang=en"}).text
    table = html.split('<table class="redlined w5"')[1].split("</table>")[0]
    assert all(f">{name}</th>" in table for name in HEADS)
    assert table.count("<tr ") == 1
    assert "<del>Presumption of denial</del><ins>Case-by-case review</ins>." in table
    assert "15 C.F.R. pt. 744, supp. no. 4 (Japan: Some Co., Ltd.) (as of Nov. 19, 2025; SHA-256" in table
    side = client.get(f"{REDLINE}?view=side").text.split('<table class="redlined w5"')[1].split("</table>")[0]
    old, new = side.split('<tr class="new">')
    assert "<ins>" not in old
    assert "<del>" not in new
