"""The text as amended: computed when a rule is filed or published, before the eCFR has it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Connection, event

from tests.e2e.story_play import BIS
from tests.e2e.world import World
from tracker.amendments.prediction import predicted_units
from tracker.cli.app import run
from tracker.demo.fr_text import full_text
from tracker.demo.model import FrDocument
from tracker.errors import ParserCrashed, StoreError
from tracker.ingest.predict_again import predict_again
from tracker.model import Fetched
from tracker.sandbox import pool
from tracker.scheduler.schedule import load_checked
from tracker.storage import snapshots
from tracker.storage.database import Store
from tracker.web.app import create_app

OLD = "The requirement reaches an entity that a listed entity owns."
NEW = "The requirement reaches an entity of which a listed entity owns half or more."
REVISED = f"""<REGTEXT TITLE="15" PART="744"><AMDPAR>1. The authority citation for part 744 continues to read as follows:</AMDPAR>
<AUTH><HD SOURCE="HED">Authority:</HD><P>50 U.S.C. 4801-4852.</P></AUTH>
<AMDPAR>2. Section 744.11 is amended by revising paragraph (a)(1) to read as follows:</AMDPAR>
<SECTION><SECTNO>§ 744.11</SECTNO><SUBJECT>License requirements that apply to entities.</SUBJECT>
<P>(a) * * *</P><P>(1) <I>Owned entities.</I> {NEW}</P><STARS/></SECTION>"""
DEFECTIVE = "<AMDPAR>3. In § 744.23, paragraph (a), remove the words “a smelting plant” and add in their place “a plant”.</AMDPAR>"
HOSTILE = "<AMDPAR>4. In § 744.23, remove paragraph (z) &lt;script&gt;alert(1)&lt;/script&gt;.</AMDPAR>"
END = "</REGTEXT>"


def rule(
    world: World,
    regtext: str = REVISED + END,
    day: date | None = None,
    filed_at: datetime | None = None,
    effective: date | None = None,
    number: str = "2026-71001",
) -> FrDocument:
    day = day or world.now.date()
    from_ = effective or day
    made = FrDocument(
        number, day, "Half-Owned Companies of Listed Entities", "RULE", BIS, "BIS extends license requirements to half-owned companies of entities on the Entity List.",
        {
            "action": "Final rule.", "effective_on": from_.isoformat(), "dates": f"This rule is effective {from_:%B} {from_.day}, {from_.year}.", "start_page": 37101, "volume": 91,
            "cfr_references": [{"title": 15, "part": 744}],
        },
        filed_at=filed_at,
    )  # fmt: skip
    world.standin.add_document(made)
    made.xml.put(world.now, full_text(made, ["BIS explains its reasons."], regtext=regtext))
    return made


def viewer(world: World) -> TestClient:
    settings = load_checked(world.config)
    return TestClient(create_app(settings, world.state, lambda: world.now), base_url="http://127.0.0.1")


def amended(world: World, reference: str = "2026-71001") -> list[dict[str, Any]]:
    with viewer(world) as client:
        found: list[dict[str, Any]] = client.get(f"/api/changes/{reference}").json()["as_amended"]
    return found


def test_a_published_rule_has_its_text_as_amended_before_the_ecfr_has_it(world: World) -> None:
    world.use("fr-bis", "ear").poll()
    world.later(days=1)
    rule(world, REVISED + DEFECTIVE + HOSTILE + END)
    world.poll()
    computed, *failed = amended(world)
    assert (computed["path"], computed["op"], computed["state"]) == (
        "15 CFR 744.11(a)(1)",
        "changed",
        "computed",
    )
    assert OLD in computed["before"]
    assert NEW in computed["after"]
    assert computed["effective"] == world.now.date().isoformat()
    assert computed["part"] == "15 CFR 744"
    assert [(one["state"], one["instruction"]) for one in failed] == [
        ("not-computed", "3"),
        ("not-computed", "4"),
    ]
    assert all(one["reason"] and one["words"] for one in failed)
    assert "could not be incorporated because the specified words do not exist" in failed[0]["note"]
    with viewer(world) as client:
        client.cookies.set("lang", "en")
        page = client.get("/changes/2026-71001").text
    assert "Text as amended (computed by tracker)" in page
    assert "computed by tracker from 2026-71001, not yet in the eCFR" in page
    assert "would not be incorporated" in page
    assert "a smelting plant" in page
    assert "<script>alert" not in page


def codify(world: World, words: str, days: int = 2) -> dict[str, Any]:
    """The eCFR has these words days later. Return its change."""
    world.later(days=days)
    world.standin.edit_part(15, "744", OLD, words)
    world.poll()
    (found,) = [change for change in world.changes(kind="cfr") if not change["baseline"]]
    return found


@pytest.mark.parametrize(
    ("words", "outcome", "found"),
    [
        (NEW, "agreed", None),
        (NEW.replace("an entity of which", "an&#x2009;entity—of which"), "agreed", None),
        ("The requirement reaches an affiliate.", "differs", "The requirement reaches an affiliate."),
    ],
)
def test_the_ecfr_agrees_with_what_was_computed_or_differs(
    world: World, words: str, outcome: str, found: str | None
) -> None:
    world.use("fr-bis", "ear").poll()
    world.later(days=1)
    rule(world)
    world.poll()
    assert [one["outcome"] for one in amended(world)] == [None]
    text = codify(world, words)
    (unit,) = amended(world)
    assert (unit["outcome"], unit["change_id"]) == (outcome, text["id"])
    assert (unit["found"] or "").endswith(found or "")
    assert (unit["found"] is None) == (found is None)
    with viewer(world) as client:
        client.cookies.set("lang", "en")
        (shown,) = client.get(f"/api/changes/{text['id']}").json()["predicted"]
        pages = [client.get(f"/changes/{reference}").text for reference in ("2026-71001", text["id"])]
    assert (shown["rule"], shown["outcome"], shown["path"]) == ("2026-71001", outcome, unit["path"])
    mark = {"agreed": "the eCFR has the same words", "differs": "the eCFR has other words: check"}[outcome]
    assert all(mark in page and "not yet in the eCFR" not in page for page in pages)


def test_an_ecfr_without_the_amendment_leaves_it_pending(world: World) -> None:
    world.use("fr-bis", "ear").poll()
    world.later(days=1)
    rule(world)
    world.poll()
    world.later(days=2)
    world.standin.edit_part(
        15, "744", "Entities may be listed for activities", "Entities are listed for activities"
    )
    world.poll()
    assert [one["outcome"] for one in amended(world)] == [None]


def test_an_ecfr_that_has_the_amendment_before_its_day_agrees(world: World) -> None:
    world.use("fr-bis", "ear").poll()
    world.later(days=1)
    rule(world, effective=world.now.date() + timedelta(days=90))
    world.poll()
    codify(world, NEW)
    assert [one["outcome"] for one in amended(world)] == ["agreed"]


def test_an_ecfr_with_other_words_before_the_day_leaves_it_pending(world: World) -> None:
    world.use("fr-bis", "ear").poll()
    world.later(days=1)
    rule(world, effective=world.now.date() + timedelta(days=90))
    world.poll()
    codify(world, "The requirement reaches an affiliate.")
    assert [one["outcome"] for one in amended(world)] == [None]


def test_a_rule_that_the_stored_text_has_already_is_not_computed_on_it(world: World) -> None:
    world.use("fr-bis", "ear").poll()
    world.later(days=3)
    world.standin.edit_part(15, "744", OLD, NEW)
    world.poll()
    today = world.now
    world.now -= timedelta(days=2)
    made = rule(world)
    world.now = today
    world.poll()
    assert made.publication_date < today.date()
    assert amended(world) == []


def test_a_failure_of_the_computation_is_shown_and_the_rule_is_stored(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.use("fr-bis", "ear").poll()
    world.later(days=1)
    honest = pool.run

    def failing(function: Any, *arguments: Any) -> Any:
        if function is predicted_units:
            raise ParserCrashed("this document crashed its parser: it takes too long")
        return honest(function, *arguments)

    monkeypatch.setattr(pool, "run", failing)
    rule(world)
    reports = world.poll()
    assert reports["fr-bis"].state == "healthy"
    (unit,) = amended(world)
    assert (unit["state"], unit["path"]) == ("not-computed", "15 CFR 744")
    assert unit["reason"] == "this document crashed its parser: it takes too long"
    with viewer(world) as client:
        assert "it takes too long" in client.get("/changes/2026-71001").text


def test_a_rule_on_inspection_is_computed_then_and_again_when_it_is_published(world: World) -> None:
    world.use("fr-bis", "inspection", "ear").poll()
    world.later(days=1)
    made = rule(world, day=world.now.date() + timedelta(days=2), filed_at=world.now - timedelta(minutes=15))
    world.poll()
    (unit,) = amended(world)
    assert (unit["path"], unit["state"], unit["outcome"]) == ("15 CFR 744.11(a)(1)", "computed", None)
    assert NEW in unit["after"]
    world.later(days=2)
    made.xml.put(world.now, (made.xml.at(world.now) or "").replace("half or more", "a half or more"))
    world.poll()
    (unit,) = amended(world)
    assert "a half or more" in unit["after"]
    codify(world, NEW.replace("half or more", "a half or more"), days=4)
    assert [one["outcome"] for one in amended(world)] == ["agreed"]


def test_a_part_that_the_published_rule_no_longer_amends_is_forgotten(world: World) -> None:
    world.use("fr-bis", "inspection", "ear").poll()
    world.later(days=1)
    made = rule(world, day=world.now.date() + timedelta(days=2), filed_at=world.now - timedelta(minutes=15))
    world.poll()
    assert len(amended(world)) == 1
    world.later(days=2)
    made.xml.put(world.now, full_text(made, ["BIS explains its reasons."]))
    world.poll()
    assert amended(world) == []


def test_damaged_bytes_of_the_part_are_a_reason_and_the_rule_is_stored(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.use("fr-bis", "ear").poll()
    world.later(days=1)
    load = snapshots.load

    def damaged(connection: Any, ids: Any) -> Any:
        found = load(connection, ids)
        if found.key == "15 CFR 744":
            raise StoreError("blob 1: its bytes were altered")
        return found

    monkeypatch.setattr("tracker.ingest.predict.snapshots.load", damaged)
    rule(world)
    world.poll()
    (unit,) = amended(world)
    assert (unit["state"], unit["reason"]) == ("not-computed", "blob 1: its bytes were altered")


OTHER = "The requirement reaches an affiliate."


@pytest.mark.parametrize("words", [NEW.replace("half", "one half"), OTHER])
def test_inspection_on_monday_publication_on_wednesday_and_the_ecfr_on_friday(
    world: World, words: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The published text has "one half" where the filed one has "half"."""
    world.head = 'languages = ["en"]\n'
    while world.now.weekday() != 0:
        world.later(days=1)
    world.use("fr-bis", "inspection", "ear").poll()
    made = rule(world, REVISED + END, world.now.date() + timedelta(days=2), world.now - timedelta(minutes=15))
    world.later(minutes=30)
    world.poll()
    (monday,) = [alert for alert in world.alerts if "2026-71001" in alert]
    assert "Text as amended (computed by tracker): 15 CFR 744.11(a)(1) (from " in monday
    assert "an entity [-that-]{+of which+} a listed entity owns{+ half or more+}." in monday
    assert "(computed by tracker from 2026-71001, not yet in the eCFR)" in monday
    world.later(days=2)
    made.xml.put(world.now, (made.xml.at(world.now) or "").replace("half or more", "one half or more"))
    world.poll()
    (unit,) = amended(world)
    assert "one half or more" in unit["after"]
    before = len(world.alerts)
    text = codify(world, words)
    agrees = words != OTHER
    friday = world.alerts[before:]
    (alert,) = [one for one in friday if text["id"] in one and "ntc_" not in one]
    assert f"{agrees:d} of 1 units have the computed words." in alert
    assert ("Check 15 CFR 744.11(a)(1)." in alert) is not agrees
    incidents = [one for one in friday if "ntc_" in one]
    assert len(incidents) == 1 - agrees
    for incident in incidents:
        assert "The eCFR has other words than tracker computed from 2026-71001" in incident
        assert "15 CFR 744.11(a)(1), computed from 2026-71001: " in incident
        assert "of which a listed entity owns one half or more." in incident
        assert f"15 CFR 744.11(a)(1), the eCFR: (1) Owned entities. {OTHER}" in incident
        assert f"/changes/{text['id']}" in incident
    world.later(days=1)
    world.poll()
    assert len(world.alerts) == before + len(friday)
    with viewer(world) as client:
        client.cookies.set("lang", "en")
        assert (
            f"{agrees:d} of 1 units that the eCFR has agree with it, 0 pending" in client.get("/sources").text
        )
        page = client.get(f"/changes/{text['id']}").text
        assert ("the eCFR has other words: check" in page) is not agrees
    arguments = ["audit", "ear", "--since", "2026-06-01", "--json"]
    monkeypatch.setattr(
        "sys.argv", ["tracker", *arguments, "--state", str(world.state), "--config", str(world.config)]
    )
    monkeypatch.setattr("tracker.clock.now", lambda: world.now)
    capsys.readouterr()
    run()
    (audited,) = json.loads(capsys.readouterr().out)["sources"]
    assert audited["predicted"] == {
        "agreed": int(agrees),
        "differs": int(not agrees),
        "pending": 0,
        "share": float(agrees),
    }


THIRD = "<AMDPAR>5. In § 744.11, in paragraph (a)(1), remove the words “half or more” and add in their place “a third or more”.</AMDPAR>"


def regtext(*instructions: str) -> str:
    return "".join(("<REGTEXT TITLE='15' PART='744'>", *instructions, END))


def test_a_second_rule_is_computed_on_the_text_as_the_first_amends_it(world: World) -> None:
    world.use("fr-bis", "ear").poll()
    world.later(days=1)
    rule(world)
    world.poll()
    rule(world, regtext(THIRD), number="2026-71002", effective=world.now.date() + timedelta(days=90))
    world.poll()
    (unit,) = amended(world, "2026-71002")
    assert NEW in unit["before"]
    assert NEW.replace("half", "a third") in unit["after"]
    assert (unit["state"], unit["reason"], unit["base_rules"]) == ("computed", "", ["2026-71001"])


def test_a_unit_that_is_computed_without_a_part_of_another_rule_says_so(world: World) -> None:
    world.use("fr-bis", "ear").poll()
    world.later(days=1)
    rule(world, REVISED + DEFECTIVE + END)
    world.poll()
    rule(world, regtext(THIRD, DEFECTIVE), number="2026-71002")
    world.poll()
    lacking = "the text that it is computed on does not have all of 2026-71001"
    computed, failed = amended(world, "2026-71002")
    assert (computed["state"], computed["reason"], computed["base_rules"]) == (
        "computed",
        lacking,
        ["2026-71001"],
    )
    # The words that it names may be those that the other rule adds.
    assert (failed["state"], failed["note"]) == ("not-computed", "")
    assert failed["reason"].endswith(f"; {lacking}")
    with viewer(world) as client:
        client.cookies.set("lang", "en")
        page = client.get("/changes/2026-71002").text
    assert lacking in page
    assert "as 2026-71001 amends it" in page


def law(world: World, path: str, day: date, known: date | None = None) -> dict[str, Any]:
    asked = {"path": path, "as_of": day.isoformat(), **({"known_at": known.isoformat()} if known else {})}
    with viewer(world) as client:
        found: dict[str, Any] = client.get("/api/law", params=asked).json()
    return found


def test_the_law_on_a_day_is_as_amended_by_then(world: World) -> None:
    world.use("fr-bis", "ear").poll()
    world.later(days=1)
    today = world.now.date()
    rule(world, effective=today + timedelta(days=30))
    world.poll()
    world.later(hours=1)
    rule(world, regtext(THIRD), number="2026-71002", effective=today + timedelta(days=90))
    world.poll()
    path, third = "15 CFR 744.11(a)(1)", NEW.replace("half", "a third")
    for days, words, applied, ahead in (
        (29, OLD, [], ["2026-71001", "2026-71002"]),
        (30, NEW, ["2026-71001"], ["2026-71002"]),
        (89, NEW, ["2026-71001"], ["2026-71002"]),
        (90, third, ["2026-71001", "2026-71002"], []),
    ):
        found = law(world, path, today + timedelta(days=days))
        assert words in found["text"], days
        assert (found["official_text"] is None) == (words == OLD)
        assert OLD in (found["official_text"] or found["text"])
        assert [one["rule"] for one in found["as_amended"]] == applied
        assert [one["rule"] for one in found["as_amended_ahead"]] == ahead
        assert found["not_computed"] == []
    assert OLD in law(world, path, today + timedelta(days=90), known=today - timedelta(days=1))["text"]
    assert law(world, "15 CFR 744.23", today + timedelta(days=90))["as_amended"] == []


def test_the_law_on_a_day_names_what_was_not_computed(world: World) -> None:
    world.use("fr-bis", "ear").poll()
    world.later(days=1)
    rule(world, REVISED + DEFECTIVE + END)
    world.poll()
    found = law(world, "15 CFR 744.23(a)", world.now.date())
    assert [(one["instruction"], one["rule"]) for one in found["not_computed"]] == [("3", "2026-71001")]
    assert law(world, "15 CFR 744.11(a)", world.now.date())["not_computed"] == []
    assert NEW in law(world, "15 CFR 744.11(a)", world.now.date())["text"]


def test_the_page_of_a_text_shows_a_day_ahead_with_its_marks(world: World) -> None:
    world.use("fr-bis", "ear").poll()
    world.later(days=1)
    day = world.now.date() + timedelta(days=30)
    rule(world, REVISED + DEFECTIVE + END, effective=day)
    world.poll()
    with viewer(world) as client:
        client.cookies.set("lang", "en")
        text = next(link for link in client.get("/law").text.split('"') if link.startswith("/law/text"))
        today = client.get(text).text
        ahead = client.get(f"{text}&place=15+CFR+744.11&day={day}").text
        before = client.get(f"{text}&place=15+CFR+744.11&day={day - timedelta(days=1)}").text
    assert f"day={day}" in today
    assert NEW in ahead
    assert NEW not in today + before
    assert "computed by tracker from 2026-71001, not yet in the eCFR" in ahead
    assert "Amended by this day, but not computed" in ahead
    assert "the words “a smelting plant” do not occur there" in ahead
    assert "no computed amendment applies by then" in before


def test_a_poll_without_changes_computes_and_reads_nothing_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.use("fr-bis", "ear").poll()
    world.later(days=1)
    rule(world, effective=world.now.date() + timedelta(days=30))
    world.poll()
    loaded, asked, load = list[Any](), list[str](), snapshots.load

    def counted(connection: Connection, ids: Sequence[int]) -> Fetched:
        loaded.append(ids)
        return load(connection, ids)

    monkeypatch.setattr(snapshots, "load", counted)
    store, settings = Store(world.state), load_checked(world.config)
    event.listen(store.engine, "before_cursor_execute", lambda *found: asked.append(found[2]))
    assert predict_again(store, settings) == 0
    assert (loaded, len(asked) > 5) == ([], True)
    asked.clear()
    assert predict_again(store, settings) == 0
    assert [one.split()[0] for one in asked if one != "BEGIN"] == ["SELECT"]
    world.later(days=1)
    rule(world, REVISED.replace("half", "a third") + END, number="2026-71002")
    world.poll()
    asked.clear()
    assert predict_again(store, settings) == 0
    assert len(asked) > 5
    store.close()
