"""Stories of law through the whole tracker, each asked on several days and in every place that shows a status."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from fastapi.testclient import TestClient

from tests.e2e.world import World
from tracker.archive.exporter import export_archive
from tracker.archive.importer import import_archive
from tracker.clock import legal_instant
from tracker.demo.fr_text import full_text
from tracker.demo.model import FrDocument
from tracker.effects import RecordedEffect
from tracker.ingest import backfill
from tracker.ingest.poll import PollContext
from tracker.scheduler.schedule import load_checked
from tracker.storage import effects, row_log
from tracker.storage.database import Store
from tracker.stories.law import Law, law_on, law_to_json
from tracker.web.app import create_app

BIS = ("commerce-department", "industry-and-security-bureau")
PRESIDENT = ("executive-office-of-the-president",)


def on(world: World, day: date) -> None:
    """The clocks go on to the morning of a day."""
    world.later(seconds=(datetime.combine(day, time(13), UTC) - world.now).total_seconds())


def publish(
    world: World, number: str, day: date, title: str, paragraphs: Sequence[str], kind: str = "RULE", regtext: str = "", **facts: Any
) -> None:  # fmt: skip
    """A document in the issue of a day with its full text, seen by a poll that morning."""
    on(world, day)
    document = FrDocument(number, day, title, kind, BIS, facts.pop("abstract", None), facts)
    world.standin.add_document(document)
    document.xml.put(world.now, full_text(document, paragraphs, regtext=regtext))
    world.poll()
    world.later(minutes=5)
    world.poll()


def order(world: World, number: str, eo: str, day: date, title: str, *paragraphs: str) -> None:
    publish(
        world, number, day, title, paragraphs, "PRESDOCU", executive_order_number=eo,
        signing_date=(day - timedelta(days=3)).isoformat(), start_page=40000 + int(eo),
    )  # fmt: skip


def law(world: World, path: str, day: date, known: date | None = None) -> Law:
    store = Store(world.state)
    try:
        with store.read() as connection:
            moment = legal_instant(known + timedelta(days=1)) - timedelta(seconds=1) if known else None
            return law_on(connection, path, day, moment)
    finally:
        store.close()


def states(world: World, path: str, day: date, known: date | None = None) -> list[tuple[str, str]]:
    return [(one.state, one.by) for one in law(world, path, day, known).status]


def register(world: World) -> list[RecordedEffect]:
    store = Store(world.state)
    try:
        with store.read() as connection:
            return effects.all_effects(connection)
    finally:
        store.close()


def record(world: World, number: str) -> dict[str, Any]:
    (found,) = [one for one in world.changes() if one["document_number"] == number]
    return found


def page(world: World, address: str, day: date) -> str:
    """A page of the viewer on a day, in English."""
    moment = datetime.combine(day, time(16), UTC)
    app = create_app(load_checked(world.config), world.state, now=lambda: moment)
    client = TestClient(app, base_url="http://127.0.0.1:8000")
    client.cookies.set("lang", "en")
    answer = client.get(address)
    assert answer.status_code == 200, address
    return answer.text


def test_duties_that_a_later_order_ends(world: World) -> None:
    world.use("fr-all").poll()
    order(
        world, "2026-50301", "14901", date(2026, 6, 15), "Regulating Imports With a Sample Tariff",
        "By the authority vested in me as President, it is hereby ordered:",
        "Section 1. All articles imported from Japan shall be subject to an additional ad valorem rate of duty of 10 percent.",
        "Sec. 2. This duty shall be effective on June 20, 2026.",
    )  # fmt: skip
    order(
        world, "2026-50305", "14902", date(2026, 6, 25), "Another Matter",
        "By the authority vested in me as President, it is hereby ordered:",
        "Section 1. Agencies shall report on semiconductor exports to Japan each year.",
    )  # fmt: skip
    had = [alert for alert in world.alerts if "2026-50301" in alert]
    assert len(had) == 1
    before = world.alerted
    order(
        world, "2026-50311", "14950", date(2026, 7, 20), "Ending Certain Tariff Actions",
        "By the authority vested in me as President, it is hereby ordered:",
        "Section 1. The additional ad valorem duties imposed pursuant to Executive Order 14901 shall no longer be in effect as of "
        "August 1, 2026. Executive Order 14902 is unaffected by this order.",
    )  # fmt: skip
    in_force, ended = [("in-force", "")], [("rescinded", "E.O. 14950")]
    days = {
        date(2026, 6, 22): in_force,
        date(2026, 7, 19): in_force,
        date(2026, 7, 31): in_force,
        date(2026, 8, 1): ended,
        date(2027, 1, 1): ended,
    }
    assert {day: states(world, "E.O. 14901", day) for day in days} == days
    assert states(world, "E.O. 14901", date(2026, 8, 1), known=date(2026, 7, 1)) == in_force
    ahead = law(world, "E.O. 14901", date(2026, 7, 25)).ahead
    assert [(one.state, one.since) for one in ahead] == [("rescinded", date(2026, 8, 1))]
    assert all(one[0] != "rescinded" for one in states(world, "E.O. 14902", date(2026, 9, 1)))
    (status,) = [one for one in record(world, "2026-50301")["status"] if one["state"] == "rescinded"]
    assert (status["from"], status["by"]) == ("2026-08-01", "E.O. 14950")
    again = [alert for alert in world.alerts[before:] if "2026-50301" in alert]
    assert len(again) == 1, "one alert to those who had it"
    assert "更新" in again[0]
    assert record(world, "2026-50301")["revision"] == 2
    address = f"/changes/{record(world, '2026-50301')['id']}"
    assert "Rescinded" in page(world, address, date(2026, 8, 2))
    assert "E.O. 14950 ends E.O. 14901" in page(world, address, date(2026, 8, 2))
    assert "Ended by" in page(world, "/", date(2026, 8, 2))
    assert "Ended by" not in page(world, "/", date(2026, 7, 25))


REGTEXT = "<REGTEXT TITLE='15' PART='744'><AMDPAR>{number}. In § 744.11, paragraph (a)(1) is {words}.</AMDPAR></REGTEXT>"


def test_a_rule_that_is_stayed_and_the_day_after_the_stay_with_no_document_yet(world: World) -> None:
    world.use("fr-bis", "ear").poll()
    publish(
        world, "2026-20100", date(2026, 6, 15), "Controls on Sample Affiliates", ["BIS revises the requirements."],
        regtext=REGTEXT.format(number=1, words="revised to read as follows"),
        abstract="BIS amends the EAR to reach affiliates that parties on the Entity List own.",
        action="Final rule.", dates="This rule is effective June 15, 2026.", effective_on="2026-06-15", start_page=40400,
        cfr_references=[{"title": 15, "part": 744}],
    )  # fmt: skip
    world.standin.edit_part(
        15, "744", '<CITA TYPE="N">[73 FR 49321', '<P>Sample words of affiliates.</P><CITA TYPE="N">[73 FR 49321', day=date(2026, 6, 16)
    )  # fmt: skip
    on(world, date(2026, 6, 20))
    world.poll()
    publish(
        world, "2026-20400", date(2026, 7, 8), "Controls on Sample Affiliates; Stay", ["BIS stays the amendments."],
        regtext=REGTEXT.format(number=1, words="stayed until August 31, 2026"),
        abstract="BIS stays, until August 31, 2026, the final rule published June 15, 2026 (91 FR 40400).",
        action="Final rule; stay.", dates="Effective July 8, 2026, the rule is stayed until August 31, 2026.",
        effective_on="2026-07-08", start_page=41400, cfr_references=[{"title": 15, "part": 744}],
    )  # fmt: skip
    days = {
        date(2026, 6, 20): ["in-force"],
        date(2026, 7, 7): ["in-force"],
        date(2026, 7, 8): ["stayed"],
        date(2026, 8, 31): ["stayed"],
        date(2026, 9, 1): ["in-force"],
    }
    unit = "15 CFR 744.11(a)(1)"
    for path in (unit, "2026-20100"):
        assert {day: [state for state, _ in states(world, path, day)] for day in days} == days, path
    assert states(world, unit, date(2026, 8, 1)) == [("stayed", "2026-20400")]
    assert states(world, unit, date(2026, 8, 1), known=date(2026, 7, 1)) == [("in-force", "")]
    (status,) = [one for one in record(world, "2026-20100")["status"] if one["state"] == "stayed"]
    assert (status["from"], status["until"], status["by"]) == ("2026-07-08", "2026-08-31", "2026-20400")
    ribbon = "Stayed until August 31, 2026 by 2026-20400"
    history = f"/law/history?text=ear:15 CFR 744&path={unit}"
    shown = {day: ribbon in page(world, history, day) for day in days}
    assert [
        found == (states_ == ["stayed"]) for found, states_ in zip(shown.values(), days.values(), strict=True)
    ] == [True] * 5
    text = "/law/text?text=ear:15 CFR 744&place=15 CFR 744.11"
    assert ribbon in page(world, text, date(2026, 8, 31))
    assert ribbon not in page(world, text, date(2026, 9, 1))


def test_a_rule_that_is_codified_then_not_enforced_then_rescinded(world: World) -> None:
    world.use("fr-bis", "news").poll()
    publish(
        world, "2026-20100", date(2026, 6, 15), "Framework for Sample Accelerator Exports", ["BIS adds requirements."],
        abstract="BIS adds license requirements for advanced computing chips and model weights under the EAR (Sample Accelerator Rule).",
        action="Final rule.", dates="This rule is effective June 15, 2026.", effective_on="2026-06-15", start_page=40400,
    )  # fmt: skip
    on(world, date(2026, 7, 6))
    world.standin.put_page(
        "/news/pause",
        "<html><head><title>Statement on Chips</title></head><body><main><h1>Statement on Chips</h1>"
        "<p>Bureau of Industry and Security, July 6, 2026.</p><p>BIS will not enforce the Sample Accelerator Rule.</p></main></body></html>",
    )
    world.standin.edit_page("/news", "</main>", '<p><a href="/news/pause">Statement on Chips</a></p></main>')
    world.poll()
    world.later(hours=1)
    world.poll()
    publish(
        world, "2026-20900", date(2026, 9, 8), "Rescission of the Framework for Sample Accelerator Exports", ["BIS rescinds it."],
        abstract="BIS rescinds the final rule published June 15, 2026 (91 FR 40400).",
        action="Final rule; rescission.", dates="This rule is effective September 15, 2026.", effective_on="2026-09-15", start_page=43400,
    )  # fmt: skip
    days = {
        date(2026, 6, 15): "in-force",
        date(2026, 7, 5): "in-force",
        date(2026, 7, 6): "not-enforced",
        date(2026, 9, 14): "not-enforced",
        date(2026, 9, 15): "rescinded",
        date(2027, 3, 1): "rescinded",
    }
    assert {day: states(world, "2026-20100", day)[0][0] for day in days} == days
    address = f"/changes/{record(world, '2026-20100')['id']}"
    assert "Not enforced until September 14, 2026 by Statement on Chips" in page(
        world, address, date(2026, 8, 1)
    )
    assert "Rescinded" in page(world, address, date(2026, 9, 20))


NOTE = (
    "<EDNOTE><HED>Editorial Note:</HED><PSPACE>At 91 FR 42000, July 15, 2026, § 744.11 was amended by revising paragraph "
    "(a)(1); however, the amendment could not be incorporated because of an inaccurate amendatory instruction.</PSPACE></EDNOTE>"
)


def test_an_amendment_that_could_not_be_incorporated_and_is_corrected_later(world: World) -> None:
    world.use("fr-bis", "ear").poll()
    world.standin.edit_part(
        15, "744", '<CITA TYPE="N">[73 FR 49321', f'{NOTE}<CITA TYPE="N">[73 FR 49321', day=date(2026, 7, 15)
    )
    on(world, date(2026, 7, 17))
    world.poll()
    (change,) = [one for one in world.changes(source="ear") if not one["baseline"]]
    assert len([alert for alert in world.alerts if change["id"] in alert]) == 1, "the note is an alert"
    assert change["level"] in ("medium", "high", "critical")
    unit = "15 CFR 744.11(a)(1)"
    marked = [("in-force", ""), ("not-incorporated", "91 FR 42000")]
    assert states(world, unit, date(2026, 7, 20)) == marked
    words = "Could not be incorporated into the CFR text by 91 FR 42000"
    text = "/law/text?text=ear:15 CFR 744&place=15 CFR 744.11"
    assert words in page(world, text, date(2026, 7, 20))
    assert words in page(world, f"/changes/{change['id']}", date(2026, 7, 20))
    assert words in page(world, "/", date(2026, 7, 20))
    world.standin.edit_part(15, "744", NOTE, "", day=date(2026, 9, 1))
    on(world, date(2026, 9, 3))
    world.poll()
    days = {
        date(2026, 7, 14): False,
        date(2026, 7, 15): True,
        date(2026, 8, 1): True,
        date(2026, 9, 2): True,
        date(2026, 9, 3): False,
        date(2026, 12, 1): False,
    }
    found = {day: any(state == "not-incorporated" for state, _ in states(world, unit, day)) for day in days}
    assert found == days
    assert words not in page(world, text, date(2026, 9, 4))
    assert [
        one.retracted_at is not None for one in register(world) if one.effect.applied == "not-incorporated"
    ] == [True]


def test_an_order_that_another_mentions_in_a_way_that_is_not_known_has_to_be_checked(world: World) -> None:
    world.use("fr-all").poll()
    order(
        world, "2026-50301", "14901", date(2026, 6, 15), "Regulating Imports With a Sample Tariff",
        "By the authority vested in me as President, it is hereby ordered:",
        "Section 1. All articles imported from Japan shall be subject to an additional duty of 10 percent, effective June 20, 2026.",
    )  # fmt: skip
    order(
        world, "2026-50311", "14950", date(2026, 7, 20), "Adjusting Certain Actions",
        "By the authority vested in me as President, it is hereby ordered:",
        "Section 1. If the Secretary of Commerce finds that Japan has carried out its commitments, the duties imposed by Executive "
        "Order 14901 are suspended.",
    )  # fmt: skip
    days = [date(2026, 6, 22), date(2026, 7, 16), date(2026, 7, 21), date(2026, 9, 1), date(2027, 1, 1)]
    found = {day: states(world, "E.O. 14901", day) for day in days}
    assert all(one[0] == ("in-force", "") for one in found.values()), found
    checked = {day: ("unclear", "E.O. 14950") in one for day, one in found.items()}
    assert list(checked.values()) == [False, False, True, True, True]
    words = "Affected by E.O. 14950: check"
    one, other = (f"/changes/{record(world, number)['id']}" for number in ("2026-50301", "2026-50311"))
    shown = page(world, one, date(2026, 9, 1))
    assert words in shown
    assert f'href="{other}"' in shown
    assert "E.O. 14950 suspends E.O. 14901" in page(world, other, date(2026, 9, 1))


def test_history_that_is_loaded_and_an_archive_give_the_same_law(world: World) -> None:
    world.use("fr-all").poll()
    order(
        world, "2026-50311", "14950", date(2026, 7, 20), "Ending Certain Tariff Actions",
        "By the authority vested in me as President, it is hereby ordered:",
        "Section 1. The additional ad valorem duties imposed pursuant to Executive Order 14901 shall no longer be in effect as of "
        "August 1, 2026.",
    )  # fmt: skip
    on(world, date(2026, 7, 21))
    facts = {
        "executive_order_number": "14901",
        "signing_date": "2026-06-12",
        "effective_on": "2026-06-20",
        "start_page": 39000,
    }
    world.standin.add_document(
        FrDocument(
            "2026-50301",
            date(2026, 6, 15),
            "Regulating Imports With a Sample Tariff",
            "PRESDOCU",
            BIS,
            None,
            facts,
        )
    )
    settings = load_checked(world.config)
    store = Store(world.state)
    context = PollContext(settings, store, world.client(settings), lambda: world.now, lambda _: None)
    try:
        list(backfill.run(settings.sources[0], context, date(2026, 6, 1)))
    finally:
        context.client.close()
        store.close()
    assert states(world, "E.O. 14901", date(2026, 8, 1)) == [("rescinded", "E.O. 14950")]
    (status,) = [one for one in record(world, "2026-50301")["status"] if one["state"] == "rescinded"]
    assert (status["from"], status["by"]) == ("2026-08-01", "E.O. 14950")
    before = law_to_json(law(world, "E.O. 14901", date(2026, 8, 1)))
    archive = export_archive(world.state, world.folder / "all.zip").path
    there = world.folder / "there"
    assert import_archive(archive, there).rows["effect"] == len(register(world)) > 0
    moved = Store(there)
    try:
        with moved.read() as connection:
            assert law_to_json(law_on(connection, "E.O. 14901", date(2026, 8, 1))) == before
            assert list(row_log.verify(connection)) == []
    finally:
        moved.close()
