"""Rewordings of labeled documents: their English, their expectations, and what counts as followed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from bench import eval_rewordings
from bench.eval_rewordings import Tally
from bench.judgement_cases import Case
from bench.rewording_text import (
    Frame,
    fill,
    frames,
    gerund,
    phrases,
    sentence,
    third,
    title_case,
    turned_rates,
    words,
)
from bench.rewordings import (
    Rewording,
    expected_country,
    expected_opposite,
    expected_wrap,
    frame_rewordings,
    outside_rewordings,
    span,
)
from tracker.documents.labeled_examples import Label
from tracker.model import Classification, Direction, Document, DocumentKind, Level, LocalizedText

FRAME = Frame(
    key="2026-00001", way="duty.impose", plural=True, actor="USTR", object="additional duties of 25 percent",
    complement="on robots of China", of="China", why="unfair practices", when="May 1, 2026", basis="section 301; More follows.",
)  # fmt: skip
LABEL = Label(
    "2026-00001",
    date(2026, 4, 1),
    frozenset(),
    frozenset(),
    ("high", "critical"),
    frozenset({"restriction"}),
    "no",
)


def test_verbs_are_inflected() -> None:
    assert [third(verb) for verb in ("levy {o}", "push {o}", "do away with {o}", "no longer grant {o}", "keep {o}")] == [
        "levies {o}", "pushes {o}", "does away with {o}", "no longer grants {o}", "keeps {o}",
    ]  # fmt: skip
    assert [gerund(verb) for verb in ("impose {o}", "put {o} on", "permit {o}", "plan {o}", "free {o}")] == [
        "imposing {o}", "putting {o} on", "permitting {o}", "planning {o}", "freeing {o}",
    ]  # fmt: skip


def test_parts_are_filled_in_with_one_article_and_the_right_number() -> None:
    assert (
        fill("the {o} {c} {be} lifted", {"o": "a tariff", "c": "on steel"}) == "the tariff on steel is lifted"
    )
    assert (
        fill("{o} {be} lifted {c}", {"o": "duties", "c": ""}, plural=True, order=True)
        == "duties shall be lifted"
    )
    assert title_case("lifting of the duties from China") == "Lifting of the Duties from China"


def test_a_reason_and_a_day_may_precede_or_follow() -> None:
    assert (
        sentence("it acts", FRAME)
        == "It acts, with effect from May 1, 2026, in response to unfair practices."
    )
    first = sentence("it acts", FRAME, first=True)
    assert first == "With effect from May 1, 2026, in response to unfair practices, it acts."


def test_rates_are_turned_with_the_verb() -> None:
    assert turned_rates("from 20 percent to 10 percent") == "from 10 percent to 20 percent"
    assert turned_rates("from zero to 2.5 percent") == "from 2.5 percent to zero"


def test_each_frame_names_ways_that_exist() -> None:
    for frame in frames():
        entry = words()[frame.way]
        assert len(phrases(frame.way)) > 1
        assert frame.actor in words()["actors"]
        assert not entry["opposite"] or phrases(entry["opposite"])
        assert all(phrases(f"wrap.{wrap}") for wrap in entry["wraps"])
        assert not frame.of or frame.of in frame.object + frame.complement
    assert len({frame.key for frame in frames()}) == len(frames())


def test_expectations_follow_the_table() -> None:
    relief = replace(LABEL, levels=("medium",), directions=frozenset({"relief"}))
    assert span(0, 2) == {"low", "medium"}
    assert expected_opposite(FRAME, LABEL).levels == {"high", "critical"}
    assert expected_opposite(FRAME, LABEL).directions == {"relief"}
    assert expected_opposite(FRAME, relief).levels == {"medium", "high"}
    assert expected_opposite(replace(FRAME, way="list.add"), LABEL).levels == {"low", "medium"}
    assert expected_country(FRAME, replace(LABEL, levels=("medium",)), "Japan").levels == {"high", "critical"}
    assert expected_country(FRAME, LABEL, "Brazil").levels == {"medium", "high", "critical"}
    assert expected_wrap("delay", FRAME, LABEL).directions == {"relief"}
    assert expected_wrap("end-suspension", FRAME, LABEL).directions == {"restriction"}
    assert expected_wrap("extend-exclusions", FRAME, LABEL).levels == {"medium", "high"}
    none = replace(relief, levels=("none", "low"))
    assert "none" in expected_wrap("end-relief", FRAME, none).levels


def test_an_act_is_reported_again_in_many_ways() -> None:
    found = {one.kind: one for one in frame_rewordings(FRAME, LABEL)}
    assert found["restated"].document.title == "Imposing Additional Duties of 25 Percent on Robots of China"
    assert found["restated"].document.abstract == (
        "The United States Trade Representative imposes additional duties of 25 percent on robots of China, with effect from "
        "May 1, 2026, in response to unfair practices. This action is taken under section 301. More follows."
    )
    japan = found["Japan in place of the country"]
    assert "robots of Japan" in japan.document.abstract
    assert japan.levels == {"high", "critical"}
    assert japan.nexus is True
    assert "China" not in found["another country"].document.abstract
    assert found["wrapped: end-suspension"].directions == {"restriction"}
    assert found["opposite verb"].directions == {"relief"}
    assert "section 301" not in found["plain title"].document.abstract


def test_the_president_speaks_in_an_order() -> None:
    order = replace(FRAME, actor="P", key="2026-05-01-robots")
    document = next(frame_rewordings(order, replace(LABEL, number=order.key))).document
    assert document.kind is DocumentKind.PAGE
    assert document.units[2].text.startswith(
        "Section 1. Action. I hereby impose additional duties of 25 percent"
    )
    register = next(frame_rewordings(replace(order, key="2026-00001"), LABEL)).document
    assert register.kind is DocumentKind.PRESIDENTIAL


def test_a_document_outside_the_field_stays_outside() -> None:
    document = Document(
        "2026-00002",
        DocumentKind.NOTICE,
        "Cod Fisheries",
        "",
        abstract="NMFS announces a quota for cod. The season opens in May.",
    )
    case = Case(replace(LABEL, number="2026-00002", levels=("none",), directions=frozenset()), document)
    found = list(outside_rewordings(case))
    assert [one.document.abstract for one in found[:2]] == [
        "NMFS makes known a quota for cod. The season opens in May.",
        "The season opens in May. NMFS announces a quota for cod.",
    ]
    assert {level for one in found for level in one.levels} == {"none"}


def test_verbs_that_the_rules_have_too_are_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(eval_rewordings, "RULES", tmp_path)
    (tmp_path / "rules.toml").write_text('words = ["levied", "to levy", "abeyances"]', "utf-8")
    shared, verbs = eval_rewordings.shared_words()
    assert shared == 1
    assert verbs > 50


@pytest.mark.parametrize(
    ("output", "japanese", "wrong"),
    [
        (Level.HIGH, "日本の産品に追加関税", []),
        (Level.LOW, "追加関税", ["level low, wanted high", "Japan is not named in Japanese"]),
    ],
)
def test_mistakes_are_reported(output: Level, japanese: str, wrong: list[str]) -> None:
    document = Document("1", DocumentKind.NOTICE, "Duties", "", abstract="Duties on Japan.")
    one = Rewording("1 Japan", "kind", "duty", document, frozenset({"high"}), frozenset({"relief"}), "Japan")
    tally = Tally()
    tally.take(one, Classification(output, direction=Direction.RELIEF, headline=LocalizedText(japanese, "")))
    assert tally.figures()["direction"] == 1.0
    assert tally.figures()["level"] == (0.0 if wrong else 1.0)
    assert [line.split("\n")[0] for line in tally.failures] == (
        [f"1 Japan: {'; '.join(wrong)}"] if wrong else []
    )
