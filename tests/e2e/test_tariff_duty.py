"""`tracker duty` and `/api/duty` over stored releases."""

from __future__ import annotations

import json
from datetime import date

import pytest
from click.testing import CliRunner
from fastapi.testclient import TestClient

from tests.e2e.world import World
from tests.tariff_samples import NOTES, THE_DUTY, added, chapters, notes_pdf
from tracker.answers.duty import duty_on, duty_to_json, origin_of
from tracker.cli import duty as _registers  # noqa: F401
from tracker.cli.app import app
from tracker.config.loader import load
from tracker.demo.model import FrDocument
from tracker.errors import UsageError
from tracker.mcp import duty_tools
from tracker.mcp.answering import Answers
from tracker.storage.database import Store
from tracker.web.app import create_app
from tracker.web.context import WebContext

ANY = added("9903.03.01", "Articles the product of any country", f"{THE_DUTY} + 10%")


@pytest.fixture
def tariff(world: World) -> World:
    """Two releases: one of June 10, and one of June 20 with a duty on all goods."""
    world.standin.archive.tariff.publish("2026HTSRev13", world.now, chapters(), notes_pdf())
    world.use("hts").one()
    world.later(days=10)
    world.standin.archive.tariff.publish("2026HTSRev14", world.now, [*chapters(), ANY], notes_pdf())
    assert world.one().state == "healthy"
    return world


def test_the_release_of_the_day_decides(tariff: World) -> None:
    store = Store(tariff.state)
    with store.read() as connection:
        before = duty_to_json(duty_on(connection, "8708401150", origin_of("JP"), date(2026, 6, 19)))
        after = duty_to_json(duty_on(connection, "8708401150", origin_of("jp"), date(2026, 6, 20)))
        early = duty_to_json(duty_on(connection, "8708401150", origin_of("JP"), date(2026, 6, 1)))
        for wrong in ("car", ""):
            with pytest.raises(UsageError, match="no HTS number"):
                duty_on(connection, wrong, origin_of("JP"), date(2026, 6, 20))
    store.close()
    assert (before["release"], before["state"], before["additional"]) == ("2026HTSRev13", "determined", [])
    assert before["base"]["rate"] == "2.5%"
    assert before["base"]["source"] == "HTS 2026HTSRev13, 8708.40.11"
    assert (after["release"], after["state"]) == ("2026HTSRev14", "determined")
    (one,) = after["additional"]
    assert (one["heading"], one["rate"]) == ("9903.03.01", f"{THE_DUTY} + 10%")
    assert one["source"] == "HTS 2026HTSRev14, 9903.03.01"
    assert (early["state"], early["release"], early["base"]) == ("not-determined", None, None)
    assert early["open"] == ["No release of that day is stored; the oldest one is of 2026-06-10."]
    assert origin_of("Brazil").place == origin_of("br").place == "brazil"
    with pytest.raises(UsageError, match="no code of a country"):
        origin_of("ZZ")


def test_the_command_prints_the_same_answer(tariff: World) -> None:
    base = ["--config", str(tariff.config), "--state", str(tariff.state)]
    run = CliRunner().invoke(app, ["duty", "8708.40.11", "--on", "2026-06-20", "--json", *base])
    answer = json.loads(run.output)
    assert (run.exit_code, answer["state"], answer["hts"], answer["origin"]) == (
        0,
        "determined",
        "8708.40.11",
        "JP",
    )
    shown = CliRunner().invoke(app, ["duty", "8708.40", "--on", "2026-06-20", "--lang", "ja", *base])
    assert shown.exit_code == 1
    assert "どの細分かの確認が必要: 8708.40.11" in shown.output


def test_a_release_that_changes_notes_only_is_the_one_that_is_named(tariff: World) -> None:
    tariff.later(days=5)
    more = (*NOTES, "21. (a) For the purposes of heading 9903.19.23, the term is defined.")
    rows = tariff.standin.archive.tariff.rows.latest()
    tariff.standin.archive.tariff.publish("2026HTSRev15", tariff.now, rows, notes_pdf(more))
    assert tariff.one().state == "failing"
    tariff.later(days=2)
    assert tariff.one().state == "healthy"
    store = Store(tariff.state)
    with store.read() as connection:
        before = duty_to_json(duty_on(connection, "8708.40.11", origin_of("JP"), date(2026, 6, 24)))
        after = duty_to_json(duty_on(connection, "8708.40.11", origin_of("JP"), date(2026, 6, 25)))
    store.close()
    assert (before["release"], after["release"]) == ("2026HTSRev14", "2026HTSRev15")


PROFILE = """
[[profile]]
id = "gear"
hts = ["8708.40.11", "8481.80.90", "car"]
"""


def test_the_page_shows_the_numbers_of_the_profiles_with_their_history(tariff: World) -> None:
    rows = chapters()
    rows[6]["general"] = "2.5%"
    tariff.later(days=1)
    tariff.standin.archive.tariff.publish("2026HTSRev15", tariff.now, [*rows, ANY], notes_pdf())
    tariff.one()
    tariff.use("hts", extra=PROFILE)
    settings = load(tariff.config)
    app_ = create_app(lambda: settings, tariff.state, now=lambda: tariff.now)
    with TestClient(app_, base_url="http://127.0.0.1:8000") as client:
        shown = client.get("/duties")
        assert shown.status_code == 200
        assert "<h1>関税</h1>" in shown.text
        assert "8708.40.11" in shown.text
        assert "2026HTSRev15" in shown.text
        assert "<del>" in shown.text
        one = client.get("/duties?hts=8481.80.90&on=2026-06-10")
        assert "上記の文言により確定。" in one.text
        assert "&lt;b&gt;" in client.get("/duties?hts=<b>").text
        assert "どの細分かの確認が必要" in client.get("/duties?hts=8708.40").text
        answer = client.get("/api/duty?hts=8708401150&on=2026-06-20").json()
        assert (answer["state"], answer["additional"][0]["heading"]) == ("determined", "9903.03.01")
        assert client.get("/api/duty?hts=car").status_code == 404


def order(number: str, day: date, title: str) -> FrDocument:
    return FrDocument(
        number, day, title, "PRESDOCU", ("executive-office-of-the-president",),
        facts={"subtype": "Executive Order", "executive_order_number": number[-5:], "signing_date": day.isoformat()},
    )  # fmt: skip


def test_a_duty_along_its_life(world: World) -> None:
    """An order adds a heading, the schedule prints it days later, another order ends it."""
    heading = added("9903.05.01", "Articles the product of Japan", f"{THE_DUTY} + 25%")
    world.standin.archive.tariff.publish("2026HTSRev13", world.now, chapters(), notes_pdf())
    world.use("hts", "fr-all").poll()
    world.later(days=2)
    begins = order("2026-14901", date(2026, 6, 12), "Imposing Duties To Address Trade")
    world.standin.add_document(
        begins, ["Sec. 2. The HTSUS is modified by adding heading 9903.05.01, effective June 18, 2026."]
    )
    world.poll()
    world.later(days=10)
    world.standin.archive.tariff.publish("2026HTSRev14", world.now, [*chapters(), heading], notes_pdf())
    world.poll()
    world.later(days=3)
    ends = order("2026-14902", date(2026, 6, 25), "Ending Certain Duties")
    world.standin.add_document(ends, ["Sec. 2. Heading 9903.05.01 is terminated, effective June 30, 2026."])
    world.poll()
    store = Store(world.state)
    with store.read() as connection:
        answers = {
            day: duty_to_json(duty_on(connection, "8708.40.11.50", origin_of("JP"), date(2026, *day)))
            for day in ((6, 11), (6, 17), (6, 18), (6, 21), (6, 22), (6, 29), (6, 30), (7, 15))
        }
    store.close()
    applies = {day: [one["heading"] for one in found["additional"]] for day, found in answers.items()}
    assert applies == {
        (6, 11): [], (6, 17): [], (6, 18): ["9903.05.01"], (6, 21): ["9903.05.01"], (6, 22): ["9903.05.01"],
        (6, 29): ["9903.05.01"], (6, 30): [], (7, 15): [],
    }  # fmt: skip
    assert {found["state"] for found in answers.values()} == {"determined"}
    (one,) = answers[6, 18]["additional"]
    assert (answers[6, 18]["release"], one["source"]) == (
        "2026HTSRev13",
        "HTS 2026HTSRev14, 9903.05.01; E.O. 14901",
    )
    assert (one["from"], one["until"], one["document_number"]) == ("2026-06-18", "2026-06-29", "2026-14901")


def test_a_heading_that_no_release_has_yet_is_a_question(world: World) -> None:
    world.standin.archive.tariff.publish("2026HTSRev13", world.now, chapters(), notes_pdf())
    world.use("hts", "fr-all").poll()
    world.later(days=2)
    begins = order("2026-14901", date(2026, 6, 12), "Imposing Duties To Address Trade")
    world.standin.add_document(
        begins, ["Sec. 2. The HTSUS is modified by adding heading 9903.05.01, effective June 18, 2026."]
    )
    world.poll()
    store = Store(world.state)
    with store.read() as connection:
        found = duty_to_json(duty_on(connection, "8708.40.11", origin_of("JP"), date(2026, 6, 18)))
    store.close()
    assert found["state"] == "not-determined"
    assert found["open"] == [
        "E.O. 14901 adds heading 9903.05.01 by that day, and this release does not have it yet: “The HTSUS is modified by adding "
        "heading 9903.05.01, effective June 18, 2026.”"
    ]


def test_assistants_get_the_duty_with_its_release_and_what_is_open(tariff: World) -> None:
    settings = load(tariff.config)
    store = Store(tariff.state)
    answers = Answers(WebContext(lambda: settings, tariff.state, store, lambda: tariff.now))
    found = duty_tools.duty(answers, "8708.40.11.50", "", "2026-06-20")
    assert found["duty"]["state"] == "determined"
    assert found["duty"]["additional"][0]["heading"] == "9903.03.01"
    assert [one["release"] for one in found["citations"]] == ["2026HTSRev14"]
    assert found["undetermined"] == []
    above = duty_tools.duty(answers, "8708.40", "JP", "2026-06-20")
    assert [one["code"] for one in above["undetermined"]] == ["duty-not-determined"]
    for wrong in ("car", "", "8" * 30):
        with pytest.raises(UsageError):
            duty_tools.duty(answers, wrong, "JP", "")
    store.close()
