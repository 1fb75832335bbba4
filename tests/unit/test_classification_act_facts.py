"""The facts of an act from its own sentence: whom it hits and because of whom, how much, and Japan's standing."""

from __future__ import annotations

import pytest

from tracker.classification.act_facts import (
    amount_in,
    countries_hit,
    goods_in,
    japan_standing,
    number_of,
    terms_in,
)
from tracker.model import JapanStanding


@pytest.mark.parametrize(
    ("sentence", "title", "hit", "trigger"),
    [
        ("Articles of Norway are subject to an additional duty of 12 percent.", "", {"norway"}, set()),
        ("BIS requires a license for exports of furnaces to Laos and Cambodia.", "", {"laos", "cambodia"}, set()),
        (
            "An additional duty applies to articles of India for importing crude oil of the Russian Federation.",
            "", {"india"}, {"russia"},
        ),
        (
            "Articles of any country that directly or indirectly imports gas from Iran may be charged 25 percent.",
            "", {"all"}, {"iran"},
        ),
        ("Imports of copper from all countries are subject to the duty.", "", {"all"}, set()),
        ("All articles listed in the annex are subject to the duty.", "Adjusting Duties on Goods of Brazil", {"brazil"}, set()),
        ("The duty applies worldwide except for goods of Japan.", "", {"all"}, set()),
        ("The order charges goods of Chile, other than those of Peru, 5 percent.", "", {"chile"}, set()),
        ("The United States charges the goods of Kenya.", "", {"kenya"}, set()),
        ("The rule applies to lasers.", "", set(), set()),
    ],
)  # fmt: skip
def test_whom_an_act_hits_and_because_of_whom(
    sentence: str, title: str, hit: set[str], trigger: set[str]
) -> None:
    of, because = countries_hit(sentence, title)
    assert (set(of), set(because)) == (hit, trigger)


@pytest.mark.parametrize(
    ("sentence", "before", "after"),
    [
        ("The duty on tiles is raised from 5 percent to 15 percent ad valorem.", "5 percent", "15 percent"),
        ("The duty is lowered from 25% to 10%.", "25 percent", "10 percent"),
        ("Goods are dutiable at 15 percent rather than 25 percent.", "25 percent", "15 percent"),
        ("The duty of 20 percent is replaced by a duty of 30 percent.", "20 percent", "30 percent"),
        ("An additional ad valorem duty of 12 percent applies.", "", "12 percent"),
        ("A duty of twenty-five percent applies.", "", "25 percent"),
        ("In 12 of 30 cases the office answered within 40 days.", "", ""),
        ("The museum is visited by 40 percent of the guests.", "", ""),
    ],
)
def test_the_rate_before_and_after(sentence: str, before: str, after: str) -> None:
    start = max(0, sentence.lower().find("duty"))
    amount = amount_in(sentence, start, start + 4)
    assert (amount.before, amount.after) == (before, after)


def test_the_rate_nearest_to_its_duty_is_used() -> None:
    sentence = "Imports rose by 40 percent in value, and an additional duty of 7 percent applies."
    start = sentence.index("additional duty")
    assert amount_in(sentence, start, start + len("additional duty")).after == "7 percent"


@pytest.mark.parametrize(
    ("amount", "number"), [("25 percent", 25.0), ("$10,000", 10_000.0), ("3.5", 3.5), ("none", 0.0)]
)
def test_the_number_of_an_amount(amount: str, number: float) -> None:
    assert number_of(amount) == number


@pytest.mark.parametrize(
    ("sentence", "of", "listed", "restricts", "standing", "rate"),
    [
        ("The duty applies to goods of Norway.", ("norway",), False, True, JapanStanding.NOT_NAMED, ""),
        ("The duty on goods of Japan is 15 percent.", ("japan",), False, True, JapanStanding.RATE, "15 percent"),
        ("The duty applies to all countries except Japan.", ("all",), False, True, JapanStanding.OUT, ""),
        ("The exemption covers all countries other than Japan.", ("all",), False, False, JapanStanding.IN, ""),
        ("A license is required for exports to Japan.", ("japan",), False, True, JapanStanding.TARGET, ""),
        ("BIS adds three parties in Japan and Oman.", ("japan", "oman"), True, True, JapanStanding.TARGET, ""),
        ("The exception is open to Japan and Korea.", ("japan", "south-korea"), False, False, JapanStanding.IN, ""),
        (
            "The duty on goods of Japan is reduced from 25 percent to 15 percent.",
            ("japan",), False, False, JapanStanding.RATE, "15 percent",
        ),
    ],
)  # fmt: skip
def test_where_japan_is_in_an_act(
    sentence: str, of: tuple[str, ...], listed: bool, restricts: bool, standing: JapanStanding, rate: str
) -> None:
    assert japan_standing(sentence, of, listed=listed, restricts=restricts) == (standing, rate)


@pytest.mark.parametrize(
    ("sentence", "goods"),
    [
        ("The duty applies to imports of ceramic tiles into the United States.", "ceramic tiles"),
        ("BIS adds controls on certain vacuum pumps for exports.", "vacuum pumps"),
        ("The duty applies to imports of goods of Norway.", ""),
    ],
)
def test_the_goods_are_in_the_words_of_the_sentence(sentence: str, goods: str) -> None:
    found = goods_in(sentence)
    assert all(each in sentence for each in found)
    assert (goods in found) if goods else found == ()


def test_policies_exceptions_groups_and_laws_are_named_as_printed() -> None:
    sentence = (
        "Under section 232, License Exceptions STA and TMP are not available for Country Group D:5; applications are "
        "reviewed under a presumption of denial."
    )
    found = terms_in(sentence)
    assert {"License Exception STA", "License Exception TMP", "presumption of denial"} <= set(found)
    assert any(term.startswith("Country Group D") for term in found)
    assert any(term.lower() == "section 232" for term in found)
