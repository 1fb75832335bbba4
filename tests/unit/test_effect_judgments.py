"""What a judgment decides about orders and rules, and about the judgments that it reviews, in sentences as courts write them."""

from __future__ import annotations

from datetime import date

import pytest

from tracker.court_cases import case_of_docket, case_of_package, cases_in, court_of, lower_courts
from tracker.documents.text_view import build_text_view
from tracker.legal_status.effect_reader import read_effects
from tracker.model import Document, DocumentKind, Unit, UnitKind

CIT, OTHER = "Ct. Int’l Trade No. 25-00066", "Ct. Int’l Trade No. 25-00077"
CAFC = "Fed. Cir. No. 2025-1812"
SCOTUS = "U.S. No. 24-1287"
APPEAL = "Appeals from the United States Court of International Trade in No. 1:25-cv-00066-GSK-TMR-JAR, Judge Sample."
NAMED = "Exec. Order No. 14257, 90 Fed. Reg. 15041 (2025), imposed duties. See Exec. Order No. 14257."


def read(case: str, *texts: str) -> list[tuple[str, str, str]]:
    units = tuple(Unit(f"Text ¶{number}", UnitKind.PARAGRAPH, text) for number, text in enumerate(texts, 1))
    document = Document(
        "k",
        DocumentKind.JUDGMENT,
        "A v. B",
        "https://x.example",
        units,
        citation=case,
        published=date(2026, 5, 28),
    )
    found = read_effects(build_text_view(document))
    assert all(one.from_ == date(2026, 5, 28) and one.affecting.citation == case for one in found)
    return [
        (one.verb.value, one.affected.executive_order or one.affected.citation or "", one.certainty.value)
        for one in found
    ]


def test_what_a_court_orders_is_read_with_its_list() -> None:
    found = read(
        CIT,
        "ORDERED that the following Executive Orders, and all modifications and amendments thereto, be, and hereby are, declared to be invalid "
        "as contrary to law: Executive Order 14193, Imposing Duties; Executive Order 14257, Regulating Imports; and it is further",
        "ORDERED that the operation of Executive Order 14193 and Executive Order 14257 be, and hereby is, permanently enjoined;",
        "ORDERED that the motion to declare Executive Order 14195 invalid is denied.",
    )
    assert found == [("declares-unlawful", "14193", "stated"), ("declares-unlawful", "14257", "stated")]


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ("The judgments and the permanent injunctions entered by the Court of International Trade in these cases are hereby temporarily stayed "
         "until further notice while this court considers the motions papers.", [("stays", CIT, "stated")]),
        ("For these reasons, we affirm.", [("affirms", CIT, "stated")]),
        ("The judgment of the Court of International Trade is affirmed.", [("affirms", CIT, "stated")]),
        ("We reverse the judgment of the Court of International Trade.", [("reverses", CIT, "stated")]),
        ("REVERSED AND REMANDED", [("reverses", CIT, "stated")]),
        ("AFFIRMED IN PART, VACATED IN PART, AND REMANDED", [("affirms", CIT, "unclear")]),
        ("We affirm the judgment. We vacate the grant of injunctive relief.", [("affirms", CIT, "unclear"), ("reverses", CIT, "unclear")]),
        ("The decision in No. 1:25-cv-00077 is vacated.", [("reverses", OTHER, "stated")]),
        ("Appellants argue that the judgment is reversed by operation of law.", []),
        ("The motion to stay the judgment pending appeal is denied.", []),
        ("If the judgment is affirmed, refunds follow.", []),
        ("We would reverse the judgment.", []),
        ("The Executive Order is vacated.", []),
    ],
)  # fmt: skip
def test_what_an_appeal_does_to_the_judgment_below(words: str, wanted: list[tuple[str, str, str]]) -> None:
    assert read(CAFC, APPEAL, words) == wanted


def test_without_the_case_below_the_orders_that_are_named_are_unclear() -> None:
    found = read(
        SCOTUS,
        NAMED,
        "The judgment of the United States Court of Appeals for the Federal Circuit in case No. 25–250 is affirmed.",
        "JUSTICE SAMPLE, with whom JUSTICE OTHER and JUSTICE THIRD join, dissenting.",
        "Executive Order 14257 is unlawful.",
    )
    assert found == [("affirms", "14257", "unclear")]


def test_cases_have_one_name_in_each_spelling() -> None:
    assert case_of_docket("cit", "1:25-cv-00066") == case_of_docket("cit", "25-00066") == CIT
    assert case_of_docket("cafc", "25-1812") == case_of_docket("cafc", "2025-1812") == CAFC
    assert case_of_docket("scotus", "24-1287") == SCOTUS
    assert case_of_docket("cit", "none") == ""
    assert case_of_package("USCOURTS-cit-1_25-cv-00066") == ("cit", CIT)
    assert case_of_package("USCOURTS-cafc-25-01812") == ("cafc", CAFC)
    assert case_of_package("USCOURTS-ohnd-1_25-cv-00066") == ("", "")
    text = "Court No. 25-00066, 1:25-cv-00066, 25–cv–00077 and 2025-1812"
    assert list(cases_in(text, ("cit", "cafc"))) == [CIT, OTHER, CAFC]
    assert [court_of(name) for name in (CIT, CAFC, SCOTUS, "90 FR 1")] == ["cit", "cafc", "scotus", ""]
    assert lower_courts("scotus") == ("cit", "cafc")
