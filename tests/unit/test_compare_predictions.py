"""What was computed is compared with the eCFR by the words of a unit and of its path, and not by their typography."""

from __future__ import annotations

from datetime import date

import pytest

from tracker.ingest.compare_predictions import outcomes
from tracker.model import Document, DocumentKind, Unit, UnitKind
from tracker.storage.predictions import AGREED, DIFFERS, PredictedUnit, Stored

DAY = date(2026, 12, 4)


def settled(path: str, after: str, *, ecfr_path: str, ecfr: str) -> list[PredictedUnit]:
    unit = PredictedUnit(
        "15 CFR 742",
        path,
        "changed",
        None,
        "Old words.",
        after,
        DAY,
        "2",
        "",
        "computed",
        "",
        "",
        "cfr",
        1,
        None,
    )
    text = Document("742", DocumentKind.CFR, "742", "", (Unit(ecfr_path, UnitKind.PARAGRAPH, ecfr),))
    return [one.unit for one in outcomes([Stored("fr", 1, unit)], text, DAY, "chg")]


@pytest.mark.parametrize(
    "ecfr_path",
    [
        "Supp. No. 3 to Part 742 › Part II—Forms ¶1",
        "Supp. No. 3 to Part 742 › Part II-Forms ¶3",
        "Supp. No. 3 to Part 742 › Part II – Forms ¶1",
    ],
)
def test_dashes_of_headings_are_typography(ecfr_path: str) -> None:
    path = "Supp. No. 3 to Part 742 › Part II - Forms ¶1"
    (unit,) = settled(path, "New words.", ecfr_path=ecfr_path, ecfr="New words.")
    assert unit.outcome == AGREED


def test_what_differs_shows_the_words_of_its_own_path() -> None:
    (unit,) = settled("742.1 › Part II - Forms", "New.", ecfr_path="742.1 › Part II—Forms", ecfr="Other.")
    assert (unit.outcome, unit.found) == (DIFFERS, "Other.")


def test_other_designators_are_another_place() -> None:
    (unit,) = settled("15 CFR 742.1(a)(1)", "New.", ecfr_path="15 CFR 742.1(a)(11)", ecfr="New.")
    assert (unit.outcome, unit.found) == (DIFFERS, None)
