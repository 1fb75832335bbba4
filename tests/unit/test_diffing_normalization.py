"""What is typography, and what never is."""

from __future__ import annotations

import pytest

from tests.unit.diffing_samples import heading, operations, paragraph
from tracker.diffing import substantive
from tracker.diffing.normalization import differs_in_typography_only
from tracker.model import Unit, UnitKind


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("Rabat, Morocco", "Rabat, Morocco."),
        ("Hay Riad—Rabat", "Hay Riad, Rabat"),
        ("(See § 744.11 of the EAR.)", "(See § 744.11 of the EAR)"),
        ("obl. 141700 , Russia", "obl. 141700, Russia."),
        ("alias: China New Era", "alias: —China New Era"),
        ("Technology,40 South Road", "Technology, 40 South Road"),
        ("ships. (1) Exceptions", "ships—(1) Exceptions"),
        ("“knowledge” of", '"knowledge" of'),
        ("BIS’s list", "BIS's list"),
        ("pages 9776–9784", "pages 9776-9784"),
        ("an end-user’s", "an end user's"),
        ("non-proliferation", "nonproliferation"),
        ("R&amp;D", "R&D"),
        ("the <I>License</I> term", "the License term"),
        ("4,800 TPP", "4800 TPP"),
        ("U.S. persons", "US persons"),
        ("§744.21", "§ 744.21"),
        ("paragraph(b)", "paragraph (b)"),
        ("http://www.bis.gov/", "https://www.bis.gov"),
        ("輸出規制。", "輸出 規制"),
        ("ＥＡＲ９９", "EAR99"),
        ("5 km", "5km"),
        ("10<SU>2</SU> bits", "10² bits"),
        ("10\u00a0years", "10 years"),
        ("“5 years” or", '"5 years" or'),
        ("less than .5 nm", "less than 0.5 nm"),
        ("the Directorateʼs list", "the Directorate’s list"),
        ("at 12.01 a.m. on", "at 12:01 a.m. on"),
        ("License: N/A", "License: NA"),
        ("CO₂ lasers", "CO2 lasers"),
        ("paragraphs (a)–(c)", "paragraphs (a)-(c)"),
        ("paragraph (a)(1)", "paragraph (a) (1)"),
        ("§ 744.6(b)", "§ 744.6 (b)"),
    ],
)
def test_typography_only(before: str, after: str) -> None:
    assert differs_in_typography_only(before, after)
    assert differs_in_typography_only(after, before)
    padding = "of the items that are subject to the EAR and are destined to Japan "
    assert differs_in_typography_only(padding + before + " " + padding, padding + after + " " + padding)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("4,800 TPP", "4,900 TPP"),
        ("4.8 TOPS", "48 TOPS"),
        ("4,8 TOPS", "48 TOPS"),
        ("4.800 TPP", "4,800 TPP"),
        ("10² bits", "102 bits"),
        ("10<SU>2</SU> bits", "102 bits"),
        ("1½ years", "11/2 years"),
        ("is subject to", "is not subject to"),
        ("may", "may not"),
        ("January 1, 2026", "January 2, 2026"),
        ("5 km", "5 m"),
        ("5'", '5"'),
        ("at -5 °C", "at 5 °C"),
        ("< 5 nm", "> 5 nm"),
        ("5%", "5"),
        ("100,200", "100, 200"),
        ("10 5", "105"),
        ("1-2", "12"),
        ("3A090.a", "3A090a"),
        ("Hua Wei", "Huawei"),
        ("Huawei", "Huawai"),
        ("a State", "a state"),
        ("and", "or"),
        ("(A)", "(a)"),
        ("x<b and c>5", "x 5"),
        ("§ 744.21(b)", "§ 744.21(c)"),
        ("https://www.bis.gov/a", "https://www.bis.gov/b"),
        ("許可を要する", "許可を要しない"),
        ("$5 million", "€5 million"),
        ("±5 mm", "5 mm"),
        ("paragraphs (a)-(c)", "paragraphs (a), (c)"),
        ("paragraphs (a)–(c)", "paragraphs (a) (c)"),
        ("paragraph (a)(1)", "paragraphs (a), (1)"),
        ("§ 744.6(b)(2)(i)", "§ 744.6(b)(2), (i)"),
        ("§ 744.6(b)", "§ 744.6, (b)"),
        ("Country Groups A-C", "Country Groups A, C"),
        ("CO₂ lasers", "CO₃ lasers"),
        ("12.01 percent", "12:01 percent"),
        (".5 nm", "5 nm"),
        ("for ~~two years~~ four", "for two years four"),
    ],
)
def test_never_typography(before: str, after: str) -> None:
    assert not differs_in_typography_only(before, after)
    assert not differs_in_typography_only(after, before)
    padding = "of the items that are subject to the EAR and are destined to Japan "
    assert not differs_in_typography_only(padding + before + " " + padding, padding + after + " " + padding)


def note(kind: UnitKind, text: str) -> Unit:
    return Unit("15 CFR 744.21 › Note", kind, text, 1)


def test_an_editorial_note_is_data_about_the_text_and_a_stay_is_not() -> None:
    old, new = "Editorial Note: see the List of CFR Sections.", "Editorial Note: see the annual List."
    kinds = (UnitKind.EDITORIAL_NOTE, UnitKind.EFFECTIVE_NOTE)
    weighty = [
        bool(substantive(operations([heading(), note(kind, old)], [heading(), note(kind, new)])))
        for kind in kinds
    ]
    assert weighty == [False, True]
    assert [bool(substantive(operations([heading()], [heading(), note(kind, new)]))) for kind in kinds] == [
        False,
        True,
    ]


def test_a_unit_of_punctuation_alone_has_no_meaning() -> None:
    old = [heading(), paragraph("(a)", "Words of law.")]
    stars = Unit("15 CFR 744.21 ¶1", UnitKind.PARAGRAPH, "* * *", 1)
    assert not substantive(operations(old, [*old, stars]))
