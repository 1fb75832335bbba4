"""Tables that are polled, and superscripts, from the source to the record."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.case_player import Answer, CasePlayer
from tracker.storage import changes as stored
from tracker.storage.database import Store

PAGE = '[[source]]\nid = "page"\nkind = "page"\nurl = "{site}/page"\nevery = "1h"\n'
HEAD = "HTS Number,Description,General Rate of Duty,Special Rate of Duty\n"
ROWS = "".join(f'8541.10.{number:02},"Diodes, sort {number}",2.5%,"Free (A,CA)"\n' for number in range(40))


def csv(body: str) -> Answer:
    return Answer(body, type="text/csv; charset=utf-8")


@pytest.mark.parametrize("kind", ["csv", "json"])
def test_a_polled_table_is_sent_by_row(tmp_path: Path, kind: str) -> None:
    def answer(rows: str) -> Answer:
        if kind == "csv":
            return csv(HEAD + rows)
        records = [
            {
                "htsno": f"8541.10.{number:02}",
                "description": "Diodes",
                "general": rows.splitlines()[number].split(",")[3],
            }
            for number in range(40)
        ]
        return Answer(json.dumps(records), type="application/json")

    changed = ROWS.replace('sort 7",2.5%', 'sort 7",25%')
    with CasePlayer(PAGE, tmp_path) as player:
        player.step({"/page": answer(ROWS)})
        player.step({"/page": answer(ROWS.replace("2.5%", "2.50%"))})
        player.step({"/page": answer(changed)})
        player.step()
        substance = [change for change in player.changes() if not change["editorial"]]
        assert len(substance) == 1
        store = Store(player.state)
        with store.read() as connection:
            operations = [op for op in stored.operations(connection, substance[0]["id"]) if not op.editorial]
        assert [(op.path, op.op) for op in operations] == [("8541.10.07", "changed")]
        assert "25%" in operations[0].after


def test_a_changed_exponent_is_sent(tmp_path: Path) -> None:
    page = (
        "<html><head><title>Limits</title></head><body><main><h1>Limits</h1><p>The Export Administration Regulations decide which "
        "exports need a license.</p><p>A license is required for valves of ECCN 2B999 with a leak rate below 10<sup>{}</sup> Pa.</p>"
        "</main></body></html>"
    )
    with CasePlayer(PAGE, tmp_path) as player:
        player.step({"/page": page.format("−10")})
        player.step({"/page": page.format("−12")})
        (change,) = player.changes()
        assert not change["editorial"]
        assert "10⁻¹²" in json.dumps(player.alerts, ensure_ascii=False)
