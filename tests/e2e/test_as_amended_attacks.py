"""The text as amended when rules are corrected, withdrawn, delayed, split, or stored before their part."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from tests.e2e.story_play import document
from tests.e2e.test_as_amended import (
    END,
    NEW,
    OLD,
    OTHER,
    REVISED,
    THIRD,
    amended,
    codify,
    law,
    regtext,
    rule,
    viewer,
)
from tests.e2e.world import World

PATH = "15 CFR 744.11(a)(1)"
WORDS = "Entities may be listed for activities"
SECOND = f"<AMDPAR>3. In § 744.11, in paragraph (b), remove the words “{WORDS}” and add in their place “Persons may be listed for activities”.</AMDPAR>"
PARTS = [{"title": 15, "part": 744}]


def pages(world: World, *references: str) -> str:
    with viewer(world) as client:
        client.cookies.set("lang", "en")
        return "".join(client.get(f"/changes/{reference}").text for reference in references)


def incidents(world: World) -> list[str]:
    return [alert for alert in world.alerts if "ntc_" in alert and "computed from" in alert]


def acts(world: World, number: str, title: str, dates: str, body: str, page: int, **facts: Any) -> None:
    document(number, title, [body], start_page=page, volume=91, cfr_references=PARTS, dates=dates, **facts)(
        world
    )


def test_a_rule_that_is_stored_before_its_part_is_computed_once_the_part_is_there(world: World) -> None:
    world.use("fr-bis").poll()
    world.later(days=1)
    rule(world, effective=world.now.date() + timedelta(days=60))
    world.poll()
    assert amended(world) == []
    world.use("fr-bis", "ear").poll()
    (unit,) = amended(world)
    assert (unit["path"], unit["state"], unit["outcome"]) == (PATH, "computed", None)
    world.later(days=1)
    world.poll()
    assert amended(world) == [unit], "the same is not computed again"


def test_a_rule_that_the_part_has_when_it_arrives_is_not_computed(world: World) -> None:
    world.use("fr-bis").poll()
    world.later(days=1)
    rule(world)
    world.poll()
    world.later(days=3)
    world.standin.edit_part(15, "744", OLD, NEW)
    world.use("fr-bis", "ear").poll()
    assert amended(world) == []
    assert law(world, PATH, world.now.date())["as_amended"] == []


def test_a_part_that_is_not_watched_is_not_computed_and_said_nowhere(world: World) -> None:
    world.use("fr-bis", "ear").poll()
    world.later(days=1)
    rule(world, REVISED.replace("744", "746") + END)
    world.poll()
    assert amended(world) == []
    assert "Text as amended" not in pages(world, "2026-71001")
    assert "Text as amended" not in "".join(world.alerts)


def test_a_rule_withdrawn_from_inspection_amends_nothing_and_is_no_incident(world: World) -> None:
    world.use("fr-bis", "inspection", "ear").poll()
    world.later(days=1)
    made = rule(world, day=world.now.date() + timedelta(days=6), filed_at=world.now - timedelta(minutes=15))
    other = regtext("<AMDPAR>2. In § 744.11, remove paragraph (z).</AMDPAR>")
    rule(world, other, made.publication_date, made.filed_at, number="2026-71009")  # else the list is empty
    world.poll()
    assert len(amended(world)) == 1
    made.withdrawn_at = world.now + timedelta(hours=1)
    made.visible_from = world.now + timedelta(days=900)
    for _ in range(3):
        world.later(hours=2)
        world.poll()
    assert amended(world) == []
    assert "Text as amended" not in pages(world, "2026-71001")
    assert law(world, PATH, world.now.date() + timedelta(days=30))["as_amended"] == []
    codify(world, OTHER)
    assert incidents(world) == []


def test_a_delay_moves_the_day_of_the_text(world: World) -> None:
    world.use("fr-bis", "ear").poll()
    world.later(days=1)
    first = world.now.date() + timedelta(days=30)
    later = first + timedelta(days=90)
    rule(world, effective=first)
    world.poll()
    assert NEW in law(world, PATH, first)["text"]
    world.later(days=2)
    acts(
        world, "2026-71002", "Half-Owned Companies of Listed Entities; Delay of Effective Date",
        f"As of {world.now:%B} {world.now.day}, {world.now.year}, the effective date of the final rule published at 91 FR 37101 is delayed until {later:%B} {later.day}, {later.year}.",
        "BIS delays the rule.", 37201, action="Final rule; delay of effective date.",
    )  # fmt: skip
    world.poll()
    (unit,) = amended(world)
    assert unit["effective"] == later.isoformat()
    assert f"from {later:%B} {later.day}, {later.year}" in pages(world, "2026-71001")
    assert OLD in law(world, PATH, first)["text"]
    assert OLD in law(world, PATH, later - timedelta(days=1))["text"]
    assert NEW in law(world, PATH, later)["text"]
    world.later(days=30)
    world.standin.edit_part(15, "744", WORDS, WORDS.replace("may be", "are"))
    world.poll()
    assert [one["outcome"] for one in amended(world)] == [None], "the eCFR of its old day lacks it rightly"
    assert incidents(world) == []


def test_a_correction_between_inspection_and_publication_is_in_the_text(world: World) -> None:
    """The filed text is corrected by a document of its own before it takes effect."""
    world.use("fr-bis", "inspection", "ear").poll()
    world.later(days=1)
    rule(world, day=world.now.date() + timedelta(days=4), filed_at=world.now - timedelta(minutes=15))
    world.poll()
    (before,) = amended(world)
    assert NEW in before["after"]
    world.later(days=1)
    document(
        "2026-71002", "Half-Owned Companies of Listed Entities; Correction", ["BIS corrects an error in the rule FR Doc. 2026-71001."], regtext=regtext(
            "<AMDPAR>2. In § 744.11, in paragraph (a)(1), remove the words “half or more” and add in their place “a quarter or more”.</AMDPAR>"),
        start_page=37202, volume=91, cfr_references=PARTS, action="Final rule; correction.",
        dates=f"Effective {before['effective']}.", effective_on=before["effective"],
    )(world)  # fmt: skip
    world.poll()
    quarter = NEW.replace("half or more", "a quarter or more")
    found = law(world, PATH, date.fromisoformat(before["effective"]))
    assert quarter in found["text"]
    assert [one["rule"] for one in found["as_amended"]] == ["2026-71001", "2026-71002"]
    (corrected,) = amended(world, "2026-71002")
    assert (corrected["state"], corrected["base_rules"]) == ("computed", ["2026-71001"])
    assert quarter in corrected["after"]


def test_two_rules_on_one_paragraph_apply_in_the_order_of_their_days(world: World) -> None:
    """The rule that is published second takes effect first: the other is computed again on what it makes."""
    world.use("fr-bis", "ear").poll()
    world.later(days=1)
    today = world.now.date()
    rule(world, regtext(THIRD), number="2026-71001", effective=today + timedelta(days=90))
    world.poll()
    (alone,) = amended(world)
    assert alone["state"] == "not-computed", "its words are not there yet"
    world.later(days=1)
    rule(world, number="2026-71002", effective=today + timedelta(days=30))
    world.poll()
    (together,) = amended(world)
    assert (together["state"], together["base_rules"]) == ("computed", ["2026-71002"])
    third = NEW.replace("half", "a third")
    assert third in together["after"]
    assert NEW in law(world, PATH, today + timedelta(days=30))["text"]
    assert third in law(world, PATH, today + timedelta(days=90))["text"]
    world.later(days=30)
    codify(world, NEW)
    (first,) = amended(world, "2026-71002")
    (second,) = amended(world)
    assert (first["outcome"], second["outcome"], second["base_rules"]) == ("agreed", None, [])
    assert third in second["after"]
    assert incidents(world) == []


def test_an_ecfr_with_a_part_of_a_rule_is_an_incident_for_the_rest(world: World) -> None:
    world.head = 'languages = ["en"]\n'
    world.use("fr-bis", "ear").poll()
    world.later(days=1)
    rule(world, REVISED + SECOND + END)
    world.poll()
    assert [one["state"] for one in amended(world)] == ["computed", "computed"]
    text = codify(world, NEW)
    outcomes = {one["path"]: one["outcome"] for one in amended(world)}
    assert sorted(outcomes.values()) == ["agreed", "differs"]
    (missing,) = [path for path, outcome in outcomes.items() if outcome == "differs"]
    (incident,) = incidents(world)
    assert missing in incident
    assert "1 of 2 units have the computed words" in "".join(world.alerts)
    assert "the eCFR has other words: check" in pages(world, "2026-71001", text["id"])


def test_a_stay_leaves_the_text_and_marks_it(world: World) -> None:
    world.use("fr-bis", "ear").poll()
    world.later(days=1)
    day = world.now.date() + timedelta(days=30)
    rule(
        world,
        regtext("<AMDPAR>2. In § 744.11, paragraph (a)(1) is stayed indefinitely.</AMDPAR>"),
        effective=day,
    )
    world.poll()
    before, after = law(world, PATH, day - timedelta(days=1)), law(world, PATH, day)
    assert OLD in before["text"]
    assert OLD in after["text"]
    assert before["as_amended"] == []
    assert [one["op"] for one in after["as_amended"]] == ["stayed"]
    assert "stayed" in [one["state"] for one in after["status"]]
    assert "stayed" not in [one["state"] for one in before["status"]]


def test_an_instruction_of_a_later_day_applies_on_it(world: World) -> None:
    world.use("fr-bis", "ear").poll()
    world.later(days=1)
    day = world.now.date()
    later = day + timedelta(days=120)
    made = rule(world, REVISED + SECOND + END)
    dates = f"This rule is effective {day:%B} {day.day}, {day.year}, except for amendatory instruction 3, which is effective {later:%B} {later.day}, {later.year}."
    made.facts["dates"] = dates
    made.xml.put(world.now, (made.xml.at(world.now) or "").replace(f"This rule is effective {day:%B} {day.day}, {day.year}.", dates))  # fmt: skip
    world.poll()
    assert {one["effective"] for one in amended(world)} == {day.isoformat(), later.isoformat()}
    text = law(world, "15 CFR 744.11", later - timedelta(days=1))["text"]
    assert (NEW in text, WORDS in text) == (True, True)
    text = law(world, "15 CFR 744.11", later)["text"]
    assert (NEW in text, WORDS in text) == (True, False)
    codify(world, NEW)
    assert sorted(str(one["outcome"]) for one in amended(world)) == ["None", "agreed"]
    assert incidents(world) == []


@pytest.mark.parametrize("quoted", ["", ", “2. Section 744.12 is removed”,"])
def test_an_instruction_that_another_rule_changes_is_carried_out_so_or_not_at_all(
    world: World, quoted: str
) -> None:
    """The quoted words are not those of the instruction: what is ordered is not certain."""
    world.use("fr-bis", "ear").poll()
    world.later(days=1)
    day = world.now.date() + timedelta(days=40)
    rule(world, REVISED + SECOND + END, effective=day)
    world.poll()
    assert [one["state"] for one in amended(world)] == ["computed", "computed"]
    world.later(days=1)
    changing = f"<AMDPAR>2. In rule document 2026-71001, published on June 11, 2026 (91 FR 37101), amendatory instruction 2{quoted} is revised to read as follows:</AMDPAR><AMDPAR>“2. In § 744.11, remove paragraph (a)(1).”</AMDPAR>"
    document(
        "2026-71002", "Half-Owned Companies; Correction", ["BIS corrects."], regtext=regtext(changing),
        start_page=37400, volume=91, cfr_references=PARTS, action="Final rule; correction.",
        dates=f"Effective {day:%B} {day.day}, {day.year}.", effective_on=day.isoformat(),
    )(world)  # fmt: skip
    world.poll()
    units = {one["instruction"]: one for one in amended(world)}
    found = law(world, "15 CFR 744.11", day)
    assert (units["2"]["state"], units["3"]["state"]) == (
        "not-computed" if quoted else "computed",
        "computed",
    )
    assert NEW not in found["text"]
    assert (OLD in found["text"]) is bool(quoted)
    if quoted:
        assert "2026-71002 changes this instruction" in pages(world, "2026-71001")
        assert "2026-71001" in [one["rule"] for one in found["not_computed"]]
    else:
        assert units["2"]["op"] == "removed"
