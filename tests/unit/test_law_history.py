"""Who made each line of the first stored state of a text: proved by what the text prints, or not said."""

from __future__ import annotations

from datetime import date

import pytest

from tracker.archive.law_history import LawCommit, TextState, commits
from tracker.model import Op, Operation, Unit, UnitKind
from tracker.stories.printed_citations import printed_citations
from tracker.stories.rule_join import JoinState, Rule, Window, join_operations
from tracker.text import CELL_GAP

PART = "15 CFR 744"
LIST = "Supp. No. 4 to Part 744"
SOURCE = Unit(f"{PART} › source", UnitKind.CITATION, "61 FR 12802, Mar. 25, 1996, unless otherwise noted.")
RULE = Rule(
    "chg_1", "2018-24747", "84 FR 61540", "Sample Controls", "https://example.gov/r", date(2019, 11, 13),
    (date(2019, 11, 13),), (PART,), (), 61546,
)  # fmt: skip


def row(cited: str, party: str = "Sample Co.") -> Unit:
    text = CELL_GAP.join((f"{party}, 1 Sample Street, Osaka.", "All items", "Presumption of denial", cited))
    return Unit(f"{LIST} › JAPAN › {party}", UnitKind.ROW, text)


def history(*units: Unit, rules: tuple[Rule, ...] = ()) -> list[LawCommit]:
    return list(commits([[TextState(PART, date(2030, 1, 1), units)]], rules))


def authors(made: list[LawCommit], file: str) -> list[str]:
    return [one.author[0] for one in made if file in one.files]


def test_nothing_proves_who_reserved_a_section() -> None:
    made = history(
        SOURCE,
        Unit("15 CFR 744.5", UnitKind.HEADING, "§ 744.5 Restrictions."),
        Unit("15 CFR 744.10", UnitKind.HEADING, "§ 744.10 [Reserved]"),
        Unit("15 CFR 744.12-744.14", UnitKind.HEADING, "§§ 744.12–744.14 [Reserved]"),
    )
    assert authors(made, "15-cfr/744/744.5.txt") == ["61 FR 12802"]
    assert authors(made, "15-cfr/744/744.10.txt") == ["first stored state"]
    assert authors(made, "15-cfr/744/744.12-744.14.txt") == ["first stored state"]


@pytest.mark.parametrize(
    ("cited", "rules", "author"),
    [
        ("84 FR 61540, 11/13/19.", (RULE,), "84 FR 61540"),
        ("84 FR 61543, 11/13/19.", (RULE,), "84 FR 61540"),  # an inner page
        ("84 FR 61999, 11/13/19.", (RULE,), "84 FR 61999"),  # a page that no stored document has
        ("83 FR 61541, 11/13/19.", (RULE,), "84 FR 61540"),  # the volume of 2018, on the day of the rule
        ("83 FR 61541, 11/13/19.", (), "first stored state"),
        ("84 FR 61540, 11/13/18.", (RULE,), "84 FR 61540"),  # the year is misprinted
        ("88 FR FR 12158, 2/27/23.", (), "88 FR 12158"),
    ],
)
def test_the_author_of_a_row(cited: str, rules: tuple[Rule, ...], author: str) -> None:
    made = history(row(cited), rules=rules)
    assert authors(made, "15-cfr/744/supplement-4.txt") == [author]
    assert ("not resolved" in made[0].message) is (author == "first stored state")


def test_a_row_begins_with_its_country_and_marks_its_cells() -> None:
    (made,) = history(row("84 FR 61999, 11/13/19."))
    assert made.files["15-cfr/744/supplement-4.txt"] == (
        "JAPAN | Sample Co., 1 Sample Street, Osaka. | All items | Presumption of denial | 84 FR 61999, 11/13/19.\n"
    )


def test_a_misprinted_citation_makes_no_document_the_author_of_a_change() -> None:
    before, after = row("84 FR 22963, 5/21/19."), row("84 FR 22963, 5/21/19. 83 FR 61541, 11/13/19.")
    op = Operation(after.path, Op.CHANGED, before.text, after.text, kind=UnitKind.ROW)
    window = Window(date(2019, 11, 1), date(2019, 12, 1))
    (join,) = join_operations([op], [], window)
    assert (join.state, join.quote) == (JoinState.UNKNOWN, "83 FR 61541, 11/13/19")
    (proved,) = join_operations([op], [RULE], window)
    assert (proved.state, proved.rule) == (JoinState.JOINED, RULE)


def test_a_volume_is_that_of_its_year() -> None:
    found = printed_citations(
        "61 FR 12802, Mar. 25, 1996; 90 FR 47212, Sept. 30, 2025; 83 FR 61541, Nov. 13, 2019"
    )
    assert [entry.volume_of_day for entry in found] == [None, None, "84 FR 61541"]
