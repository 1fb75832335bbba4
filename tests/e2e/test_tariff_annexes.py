"""The annex of an order: its headings are rows with rate, first day and place, and effects in the register; a replaced annex
takes back what it no longer says."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from fastapi.testclient import TestClient

from tests.case_player import Answer, CasePlayer
from tests.e2e.test_ingest_page_annexes import FILE, INDEX, LINK
from tests.unit.pdf_samples import pdf
from tracker.answers.annex_rows import annex_rows_of, rows_csv
from tracker.config.loader import load
from tracker.legal_status.register import first_day
from tracker.storage import effects
from tracker.storage.database import Store
from tracker.web.app import create_app

ORDER = (
    "<html><body><main><h1>Imposing Duties To Address Trade (Executive Order 14901)</h1><p>By the authority vested in me as President by the "
    "Constitution, it is hereby ordered: Section 1. The Harmonized Tariff Schedule of the United States is modified as set forth in the Annex to "
    "this order.</p>{}</main></body></html>"
)
PAGE = "/actions/2026/7"


def annex(day: str, rate: str, *more: str) -> Answer:
    lines = [
        "Effective with respect to goods entered for consumption, or withdrawn from warehouse for consumption, on or after",
        f"12:01 a.m. eastern daylight time on {day}, subchapter III of chapter 99 of the HTSUS is modified as follows:",
        "",
        "1. The following new headings are inserted in numerical sequence:",
        "",
        f"9903.08.01 ..... Articles the product of Japan. The duty provided in the applicable subheading + {rate}",
        "",
        *more,
    ]
    return Answer(pdf(lines), type="application/pdf")


def adds(player: CasePlayer) -> list[tuple[str, date | None, bool]]:
    store = Store(player.state)
    with store.read() as connection:
        found = [
            (str(one.effect.affected.hts), first_day(one.effect.from_), one.retracted_at is None)
            for one in effects.all_effects(connection)
            if one.effect.affected.hts
        ]
    store.close()
    return found


LISTED = f"<html><body><main><h1>Actions</h1><ul><li><h2><a href='{PAGE}'>Imposing Duties</a></h2></li></ul></main></body></html>"
BEFORE = "<html><body><main><h1>Actions</h1><ul><li><h2><a href='/actions/2026/1'>Other</a></h2></li></ul></main></body></html>"
OTHER = "<html><body><main><h1>Other</h1><p>The order of the day is about museums and nothing else.</p></main></body></html>"


def publish(player: CasePlayer, file: Answer) -> str:
    """An order with this annex after the first poll; return its record."""
    player.step({"/actions": BEFORE, "/actions/2026/1": OTHER})
    player.step({"/actions": LISTED, PAGE: ORDER.format(LINK), FILE: file})
    (change,) = player.changes()
    return str(change["id"])


def test_the_headings_of_an_annex_are_rows_and_a_replaced_annex_takes_them_back(tmp_path: Path) -> None:
    with CasePlayer(INDEX, tmp_path) as player:
        publish(
            player, annex("July 1, 2026", "15%", "9903.08.02 ..... Articles of Japan in transit. No change")
        )
        assert adds(player) == [
            ("9903.08.01", date(2026, 7, 1), True), ("9903.08.02", date(2026, 7, 1), True),
        ]  # fmt: skip
        player.step({FILE: annex("July 8, 2026", "20%")})
        assert adds(player) == [
            ("9903.08.01", date(2026, 7, 1), False), ("9903.08.02", date(2026, 7, 1), False), ("9903.08.01", date(2026, 7, 8), True),
        ]  # fmt: skip
        change = player.changes()[-1]
        assert any(unit.startswith("Annexes › ANNEX") for unit in change["units"])
        store = Store(player.state)
        with store.read() as connection:
            (row,) = annex_rows_of(connection, change["id"])
            (one,) = [one for one in effects.all_effects(connection) if one.retracted_at is None]
        store.close()
        assert (row["hts"], row["act"], row["rate"], row["from"], row["time"]) == (
            "9903.08.01", "inserted", "The duty provided in the applicable subheading + 20%", "2026-07-08",
            "12:01 a.m. eastern daylight time",
        )  # fmt: skip
        assert row["where"].startswith("Annexes › ANNEX")
        assert one.effect.affecting.executive_order == "14901"
        assert rows_csv([row]).splitlines()[1].startswith("9903.08.01,inserted,The duty provided")


def test_an_annex_that_cannot_be_fetched_takes_nothing_back(tmp_path: Path) -> None:
    with CasePlayer(INDEX, tmp_path) as player:
        publish(player, annex("July 1, 2026", "15%"))
        player.step(
            {
                FILE: Answer("busy", status=503),
                PAGE: ORDER.format(LINK).replace("Section 1.", "Section 1. As follows."),
            }
        )
        player.step({FILE: Answer(b"%PDF-1.4 damaged", type="application/pdf")})
        assert adds(player) == [("9903.08.01", date(2026, 7, 1), True)]


def test_an_annex_without_text_is_not_read_and_says_so(tmp_path: Path) -> None:
    with CasePlayer(INDEX, tmp_path) as player:
        change = publish(player, Answer(pdf([]), type="application/pdf"))
        settings = load(player.config)
        app = create_app(lambda: settings, player.state, now=lambda: player.now)
        with TestClient(app, base_url="http://127.0.0.1:8000") as client:
            (row,) = client.get(f"/api/changes/{change}/tariff-rows").json()
            assert (row["act"], row["hts"]) == ("not-read", None)
            assert "読み取れない" in client.get(f"/changes/{change}/tariff-rows").text


def test_the_page_of_a_change_leads_to_its_rows(tmp_path: Path) -> None:
    with CasePlayer(INDEX, tmp_path) as player:
        change = publish(player, annex("July 1, 2026", "15%", "8481.80.30 8481.80.90"))
        settings = load(player.config)
        app = create_app(lambda: settings, player.state, now=lambda: player.now)
        with TestClient(app, base_url="http://127.0.0.1:8000") as client:
            assert f"/changes/{change}/tariff-rows" in client.get(f"/changes/{change}").text
            shown = client.get(f"/changes/{change}/tariff-rows").text
            assert "9903.08.01" in shown
            assert "2026年7月1日" in shown
            assert "8481.80.90" in shown
            table = client.get(f"/api/changes/{change}/tariff-rows?format=csv")
            assert table.text.splitlines()[0] == "hts,act,rate,from,time,where,words"
            assert client.get("/api/changes/nothing/tariff-rows").status_code == 404
