"""One rule, one timeline, through the whole tracker: delays, stays, extensions, and publication after inspection."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Any

from tests.e2e.world import World
from tracker.demo.model import FrDocument
from tracker.legal_status.current import current_status
from tracker.model import Language
from tracker.rendering.change_text import page
from tracker.rendering.deadlines import deadlines
from tracker.rendering.moved_dates import moved_dates
from tracker.serialization import change_from_json
from tracker.storage.read_queries import open_reader

BIS = ("commerce-department", "industry-and-security-bureau")


def moved(record: dict[str, Any], language: Language) -> str:
    """Return the sentence about moved dates that follows the summary of a record wherever it is shown."""
    return moved_dates(change_from_json(record), language)


def publish(
    world: World, number: str, day: date, title: str, abstract: str, kind: str = "RULE", **facts: Any
) -> None:
    """A document in the issue of a day, seen by a poll that morning."""
    world.later(seconds=(datetime.combine(day, time(13), UTC) - world.now).total_seconds())
    world.standin.add_document(FrDocument(number, day, title, kind, BIS, abstract, facts), [abstract])
    world.poll()


def alerted_about(world: World, number: str) -> dict[str, Any]:
    (found,) = [change for change in world.changes() if change["document_number"] == number]
    return found


def live(change: dict[str, Any], kind: str) -> list[str]:
    return [day["date"] for day in change["dates"] if day["type"] == kind and not day["superseded"]]


def states(change: dict[str, Any]) -> list[tuple[str, str | None, str | None, str | None]]:
    return [
        (one["state"], one["from"], one["until"], one["citation"] or one["by"]) for one in change["status"]
    ]


def chips(world: World) -> None:
    publish(
        world, "2026-50001", date(2026, 6, 15), "Data Center Validated End User Controls",
        "BIS amends the EAR to impose new license requirements on advanced computing chips.",
        action="Final rule.", dates="This rule is effective August 3, 2026.", effective_on="2026-08-03",
        start_page=40100,
    )  # fmt: skip


def test_a_delayed_rule_has_its_new_day_and_not_that_of_the_delay(world: World) -> None:
    world.use("fr-bis").poll()
    chips(world)
    publish(
        world, "2026-50011", date(2026, 7, 10), "Data Center Validated End User Controls; Delay of Effective Date",
        "BIS delays the effective date of the final rule published June 15, 2026 (91 FR 40100) from August 3, 2026 to December 1, 2026.",
        action="Final rule; delay of effective date.",
        dates="The effective date of the final rule published at 91 FR 40100, June 15, 2026, is delayed until December 1, 2026.",
        effective_on="2026-07-10", start_page=41100,
    )  # fmt: skip
    rule = alerted_about(world, "2026-50001")
    assert live(rule, "effective") == ["2026-12-01"]
    assert ("delayed", "2026-07-10", "2026-11-30", "91 FR 41100") in states(rule)
    assert ("in-force", "2026-12-01", None, "91 FR 41100") in states(rule)
    assert ("in-force", "2026-08-03", None, None) not in states(rule)
    assert "2026年12月1日(91 FR 41100)" in moved(rule, "ja")
    assert "December 1, 2026 (91 FR 41100)" in moved(rule, "en")


def test_a_deadline_extended_twice_is_listed_once(world: World) -> None:
    world.use("fr-bis").poll()
    title = "Request for Comments; Semiconductor Supply"
    publish(
        world, "2026-40002", date(2026, 6, 15), title, "BIS asks comments on the supply of semiconductors.", "NOTICE",
        action="Notice; request for comments.", dates="Comments are due July 15, 2026.",
        comments_close_on="2026-07-15", start_page=40200,
    )  # fmt: skip
    for number, day, words, closes, start in (
        ("2026-41000", date(2026, 7, 1), "August 14, 2026", "2026-08-14", 41200),
        ("2026-41001", date(2026, 8, 3), "September 30, 2026", "2026-09-30", 42200),
    ):
        publish(
            world, number, day, f"{title}; Extension of Comment Period",
            f"On June 15, 2026, BIS published a notice (91 FR 40200). BIS extends the comment period to {words}.",
            "NOTICE", action="Notice; extension of comment period.",
            dates=f"The comment period for the notice published June 15, 2026, at 91 FR 40200, is extended. Comments are due {words}.",
            comments_close_on=closes, start_page=start,
        )  # fmt: skip
    assert live(alerted_about(world, "2026-40002"), "comments-close") == ["2026-09-30"]
    first = alerted_about(world, "2026-41000")
    assert live(first, "comments-close") == [], "the day that the first extension gave stands no more"
    assert "2026年9月30日(91 FR 42200)" in moved(first, "ja")
    assert live(alerted_about(world, "2026-41001"), "comments-close") == ["2026-09-30"]
    notice = alerted_about(world, "2026-40002")
    assert "2026年9月30日(91 FR 42200)" in moved(notice, "ja")
    assert "2026年8月14日" not in moved(notice, "ja")


def test_a_temporary_licence_that_is_extended_expires_later(world: World) -> None:
    world.use("fr-bis").poll()
    publish(
        world, "2026-50003", date(2026, 6, 15), "Temporary General License: Example Chips",
        "BIS issues a temporary general license for semiconductor equipment parts to China.", action="Final rule.",
        dates="This rule is effective June 15, 2026, through September 14, 2026.", effective_on="2026-06-15", start_page=40300,
    )  # fmt: skip
    publish(
        world, "2026-50013", date(2026, 9, 8), "Temporary General License: Extension",
        "BIS extends the temporary general license (91 FR 40300) through December 15, 2026.", action="Final rule.",
        dates="This rule is effective September 8, 2026, through December 15, 2026.", effective_on="2026-09-08", start_page=43300,
    )  # fmt: skip
    license = alerted_about(world, "2026-50003")
    assert live(license, "expires") == ["2026-12-15"]
    assert ("in-force", "2026-06-15", "2026-12-15", "91 FR 43300") in states(license)
    assert "2026年12月15日(91 FR 43300)" in moved(license, "ja")


def test_a_stay_runs_from_the_day_that_it_takes_effect_and_leaves_its_own_dates(world: World) -> None:
    world.use("fr-bis").poll()
    publish(
        world, "2026-20100", date(2026, 6, 15), "Controls on Vacuum Valves", "BIS adds controls on vacuum valves.",
        action="Final rule.", dates="This rule is effective June 15, 2026.", effective_on="2026-06-15", start_page=40400,
    )  # fmt: skip
    publish(
        world, "2026-20400", date(2026, 7, 8), "Controls on Vacuum Valves; Stay",
        "BIS stays, until July 5, 2027, the amendments made by the final rule published June 15, 2026 (91 FR 40400).",
        action="Final rule; stay.", dates="Effective July 6, 2026, the final rule is stayed until July 5, 2027.",
        effective_on="2026-07-06", start_page=41400,
    )  # fmt: skip
    rule = alerted_about(world, "2026-20100")
    assert ("stayed", "2026-07-06", "2027-07-05", "91 FR 41400") in states(rule)
    assert live(rule, "stay-ends") == ["2027-07-05"]
    assert live(rule, "effective") == ["2026-06-15"]
    stay = alerted_about(world, "2026-20400")
    assert live(stay, "effective") == ["2026-07-06"]
    assert not [one for one in states(stay) if one[0] == "stayed"]


def test_a_publication_is_sent_in_the_thread_of_the_inspection_when_it_brings_the_days(world: World) -> None:
    world.use("fr-bis", "inspection").poll()
    world.later(days=1)
    document = FrDocument(
        "2026-20500", date(2026, 6, 15), "Revision of License Requirements for Vacuum Valves", "RULE", BIS,
        "BIS revises the EAR to impose license requirements on vacuum valves for semiconductor equipment.",
        {"action": "Final rule."},
        filed_at=datetime(2026, 6, 11, 12, 45, tzinfo=UTC),
    )  # fmt: skip
    world.standin.add_document(document)
    world.later(hours=2)
    world.poll()
    inspected = alerted_about(world, "2026-20500")
    assert (inspected["revision"], live(inspected, "effective"), world.alerted) == (1, [], 1)
    document.facts |= {
        "dates": "This rule is effective July 15, 2026.",
        "effective_on": "2026-07-15",
        "start_page": 40500,
    }
    world.later(days=4)
    world.poll()
    published = alerted_about(world, "2026-20500")
    assert live(published, "effective") == ["2026-07-15"]
    assert (published["id"], published["revision"], world.alerted) == (inspected["id"], 2, 2)
    world.later(hours=2)
    world.poll()
    assert world.alerted == 2


def test_the_page_of_a_change_marks_the_days_that_fell(world: World) -> None:
    world.use("fr-bis").poll()
    chips(world)
    publish(
        world, "2026-50011", date(2026, 7, 10), "Data Center Validated End User Controls; Delay of Effective Date",
        "BIS delays the effective date of the final rule (91 FR 40100) to December 1, 2026.",
        action="Final rule; delay of effective date.",
        dates="The effective date of the final rule published at 91 FR 40100 is delayed until December 1, 2026.",
        effective_on="2026-07-10", start_page=41100,
    )  # fmt: skip
    fallen: tuple[tuple[Language, str], ...] = (("ja", "延期等により失効"), ("en", "superseded"))
    for language, word in fallen:
        shown = page(
            alerted_about(world, "2026-50001"),
            [],
            language,
            "Asia/Tokyo",
            date(2026, 7, 11),
            "http://t.example",
        )
        (line,) = [line for line in shown.splitlines() if line.startswith("2026-08-03")]
        assert word in line


NOTE = (
    "<EFFDNOT><HED>Effective Date Note:</HED><PSPACE>At 91 FR 41400, July 8, 2026, in § 744.11, paragraph (a)(1) was "
    "stayed, effective until Aug. 31, 2026.</PSPACE></EFFDNOT>"
)


def until(world: World, day: date) -> None:
    """A poll at nine o'clock in New York on that day."""
    world.later(seconds=(datetime.combine(day, time(13), UTC) - world.now).total_seconds())
    world.poll()


def shown(world: World, number: str, on: date) -> str:
    """Return the legal status that `tracker show` prints."""
    found = page(alerted_about(world, number), [], "en", "Asia/Tokyo", on, "http://t.example")
    return next(row for row in found.splitlines() if row.startswith("Legal status")).removeprefix(
        "Legal status  "
    )


def test_the_end_of_a_stay_is_sent_once_ahead_and_once_on_the_day_for_all_its_records(world: World) -> None:
    world.use("fr-bis", "ear").poll()
    publish(
        world, "2026-20100", date(2026, 6, 15), "Controls on Owned Entities",
        "BIS amends the EAR to reach affiliates that parties on the Entity List own.",
        action="Final rule.", dates="This rule is effective June 15, 2026.", effective_on="2026-06-15", start_page=40400,
    )  # fmt: skip
    publish(
        world, "2026-20400", date(2026, 7, 8), "Controls on Owned Entities; Stay",
        "BIS stays, until August 31, 2026, the amendments made by the final rule published June 15, 2026 (91 FR 40400).",
        action="Final rule; stay.", dates="Effective July 8, 2026, the amendments made by the rule are stayed until August 31, 2026.",
        effective_on="2026-07-08", start_page=41400,
    )  # fmt: skip
    world.standin.edit_part(
        15, "744", '<CITA TYPE="N">[73 FR 49321', f'{NOTE}<CITA TYPE="N">[73 FR 49321', day=date(2026, 7, 8)
    )
    until(world, date(2026, 7, 10))
    (code,) = [change for change in world.changes(source="ear") if not change["baseline"]]
    assert [(one["state"], one["units"], one["citation"]) for one in code["status"]] == [
        ("stayed", ["15 CFR 744.11(a)(1)"], "91 FR 41400")
    ]
    with open_reader(world.state) as store:
        records = [change_from_json(record) for record in store.planned(date(2026, 7, 10))]
    (entry,) = [one for one in deadlines(records, date(2026, 7, 10)) if one.date == date(2026, 8, 31)]
    assert (len(entry.changes), entry.units) == (3, ("15 CFR 744.11(a)(1)",))
    alerted = {}
    for day in (17, 24, 30, 31):
        before = world.alerted
        until(world, date(2026, 8, day))
        world.later(hours=3)
        world.poll()
        alerted[day] = world.alerts[before:]
    assert [len(alerts) for alerts in alerted.values()] == [1, 1, 1, 1]
    assert "本日" in alerted[31][0]
    assert "15 CFR 744.11(a)(1)" in alerted[31][0]
    assert "41400" in alerted[31][0]
    before = world.alerted
    until(world, date(2026, 9, 1))
    assert world.alerted == before
    assert shown(world, "2026-20100", date(2026, 8, 31)).startswith(
        "Stayed until August 31, 2026 by 91 FR 41400 (as of August 31, 2026, still printed in the CFR, from July 8,"
    )
    assert shown(world, "2026-20100", date(2026, 9, 1)) == (
        "In force again since September 1, 2026 (as of September 1, 2026, stayed until August 31, 2026 by 91 FR"
    )


STATEMENT = (
    "<html><head><title>{title}</title></head><body><main><h1>{title}</h1><p>Bureau of Industry and Security, {on}.</p>"
    "<p>{words}</p></main></body></html>"
)


def test_guidance_pauses_the_enforcement_of_a_rule_and_later_guidance_resumes_it(world: World) -> None:
    world.use("fr-bis", "news").poll()
    publish(
        world, "2026-20100", date(2026, 6, 15), "Framework for Artificial Intelligence Diffusion",
        "BIS adds license requirements for advanced computing chips and model weights under the EAR.",
        action="Final rule.", dates="This rule is effective June 15, 2026.", effective_on="2026-06-15", start_page=40400,
    )  # fmt: skip
    for day, path, title, words in (
        (
            date(2026, 7, 6),
            "/news/pause",
            "Statement on Chips",
            "BIS will not enforce the AI Diffusion Rule.",
        ),
        (
            date(2026, 8, 3),
            "/news/resume",
            "Statement on Enforcement",
            "BIS will again enforce the AI Diffusion Rule.",
        ),
    ):
        world.later(seconds=(datetime.combine(day, time(13), UTC) - world.now).total_seconds())
        world.standin.put_page(
            path, STATEMENT.format(title=title, words=words, on=f"{day:%B} {day.day}, {day.year}")
        )
        world.standin.edit_page("/news", "</main>", f'<p><a href="{path}">{title}</a></p></main>')
        world.poll()
        world.later(hours=1)
        world.poll()
        if path == "/news/pause":
            assert shown(world, "2026-20100", day).startswith("Not enforced by Statement on Chips (")
            (held,) = [
                one for one in alerted_about(world, "2026-20100")["status"] if one["state"] == "not-enforced"
            ]
            assert held["quote"] == words
            assert held["where"].startswith("Statement on Chips")
    assert ("not-enforced", "2026-07-06", "2026-08-02", "Statement on Chips") in states(
        alerted_about(world, "2026-20100")
    )
    assert shown(world, "2026-20100", date(2026, 8, 4)).startswith("In force again since August 3, 2026 (")


def on(change: dict[str, Any], *days: date) -> list[str]:
    """The state of the whole document on these days."""
    known = change_from_json(change).tagging.status
    return [now.state if (now := current_status(known, day).now) else "" for day in days]


def test_an_order_that_another_ends_and_a_rule_that_is_withdrawn_before_its_day(world: World) -> None:
    world.use("fr-all").poll()
    publish(
        world, "2026-50301", date(2026, 6, 15), "Regulating Imports With a Reciprocal Tariff", "", "PRESDOCU",
        executive_order_number="14257", signing_date="2026-06-12", start_page=40600,
        action="Executive order.", dates="The additional duties are effective June 20, 2026.",
    )  # fmt: skip
    publish(
        world, "2026-50302", date(2026, 6, 16), "Reporting Requirements for Semiconductor Exports",
        "BIS amends the EAR and requires reports on exports of semiconductor equipment.", action="Final rule.",
        dates="This rule is effective September 1, 2026.", effective_on="2026-09-01", start_page=40700,
    )  # fmt: skip
    publish(
        world, "2026-50311", date(2026, 7, 20), "Ending Certain Tariff Actions",
        "The additional duties imposed by Executive Order 14257 are terminated and Executive Order 14257 is revoked.", "PRESDOCU",
        executive_order_number="14389", signing_date="2026-07-17", start_page=41600,
    )  # fmt: skip
    publish(
        world, "2026-50312", date(2026, 8, 3), "Reporting Requirements for Semiconductor Exports; Withdrawal",
        "BIS withdraws the final rule published June 16, 2026 (91 FR 40700), which was to take effect on September 1, 2026.",
        action="Final rule; withdrawal.", dates="The final rule published at 91 FR 40700 is withdrawn as of August 3, 2026.",
        start_page=42600,
    )  # fmt: skip
    order = alerted_about(world, "2026-50301")
    assert order["order"] == "E.O. 14257"
    ended = date.fromisoformat(next(one["from"] for one in order["status"] if one["state"] == "rescinded"))
    assert on(order, date(2026, 6, 25), date(2026, 7, 15), ended, date(2026, 9, 1)) == [
        "in-force", "in-force", "rescinded", "rescinded",
    ]  # fmt: skip
    (ends,) = [one for one in order["status"] if one["state"] == "rescinded"]
    assert (ends["by"], ends["citation"]) == ("E.O. 14389", "91 FR 41600")
    assert date(2026, 7, 17) <= ended <= date(2026, 7, 20)
    rule = alerted_about(world, "2026-50302")
    assert on(rule, date(2026, 6, 16), date(2026, 8, 2), date(2026, 8, 3), date(2026, 9, 1)) == [
        "published", "published", "withdrawn", "withdrawn",
    ]  # fmt: skip
    assert live(rule, "effective") == [], "nobody is warned of a day that will not come"
