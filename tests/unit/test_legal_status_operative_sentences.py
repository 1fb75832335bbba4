"""In running text a day counts where its sentence sets it, not where it reports history or acts of others."""

from __future__ import annotations

from datetime import date

import pytest

from tracker.documents.text_view import build_text_view
from tracker.legal_status.legal_dates import legal_dates
from tracker.model import Document, DocumentKind, LegalDate, Op, Operation, Unit, UnitKind

SIGNED = date(2026, 3, 2)


def order(*texts: str, kind: DocumentKind = DocumentKind.PAGE) -> tuple[LegalDate, ...]:
    filler = ["The duties of this order concern imports of widgets." for _ in range(40)]
    units = tuple(Unit(f"¶{n}", UnitKind.PARAGRAPH, text) for n, text in enumerate((*filler, *texts), 1))
    document = Document(
        key="o", kind=kind, title="Adjusting imports of widgets", url="", units=units, published=SIGNED
    )
    return tuple(
        entry for entry in legal_dates(build_text_view(document), SIGNED) if entry.type != "published"
    )


def live(*texts: str) -> list[tuple[str, date]]:
    return [(entry.type, entry.date) for entry in order(*texts) if not entry.superseded]


@pytest.mark.parametrize(
    "text",
    [
        "Such duty shall apply to goods entered for consumption, or withdrawn from warehouse for consumption, on or after 12:01 a.m. eastern time on April 6, 2026, except as stated.",
        "Effective with respect to goods entered for consumption on or after April 6, 2026, heading 9903.99.01 is modified as set out in the annex.",
        "This order is effective at 12:01 a.m. eastern daylight time on April 6, 2026.",
        "Effective April 6, 2026, the rate in clause 2 shall increase to 30 percent.",
        "The first tranche of 10,000 tons will open on April 6, 2026.",
        "The arrangements with Sampleland shall be ineffective as of 12:01 a.m. eastern time on April 6, 2026.",
        "As of 12:01 a.m. on April 6, 2026, the tariff of Proclamation 10000 shall apply to widgets of all countries.",
        "The exemption of widgets from Canada, Mexico, and the United Kingdom shall be ineffective as of April 6, 2026.",
        "Furthermore, except as stated, at 12:01 a.m. eastern time on April 6, 2026, all articles of Annex I shall be subject to its rates.",
        "(4) On April 6, 2026, the rate of duty on widgets shall increase to 30 percent.",
        "The increase that was scheduled to take effect on January 1, 2026, is delayed until April 6, 2026.",
        "Parts are subject to it on the date specified in the Federal Register, but no later than April 6, 2026.",
        "On or after April 6, 2026, a tariff of 25 percent may be imposed on all goods of Sampleland.",
        "(ii) Specific duty. 25 dollars per item for merchandise entered on or after April 6, 2026.",
        "The duty is suspended for a period of 90 days beginning on April 6, 2026.",
        "I have determined that it is necessary and appropriate to reduce the rate to 10 percent, effective April 6, 2026.",
    ],
)
def test_a_day_that_an_order_sets_is_its_own(text: str) -> None:
    assert live(text) == [("effective", date(2026, 4, 6))]


@pytest.mark.parametrize(
    "text",
    [
        "In Executive Order 14000 of April 6, 2026 (Sample Order), I imposed duties on widgets.",
        "Proclamation 10000 imposed a duty on goods entered for consumption on or after April 6, 2026.",
        "The duty of 10 percent has been in effect since April 6, 2026.",
        "The increase contemplated effective April 6, 2026, under that order is not needed.",
        "China will suspend its own tariffs on goods of the United States, effective April 6, 2026.",
        "The Government of Canada announced that it shall apply a surtax on and after April 6, 2026.",
        "China, Canada, and Mexico have agreed to reduce their tariffs, effective April 6, 2026.",
        "China's suspension of its retaliatory tariffs runs until April 6, 2027.",
        "The note is amended by deleting “April 5, 2026” and inserting “effective April 6, 2026” in lieu thereof.",
        "On April 6, 2026, I will meet with the President of Sampleland at a summit.",
        "During my meeting with the President of Sampleland on April 6, 2026, we spoke of widgets.",
        "The Secretary shall begin the consultations on April 6, 2026.",
        "Jane Roe, of Ohio, to be a Member of the Board for a term expiring April 6, 2031.",
        "The Court held the orders invalid, and its judgment is stayed until April 6, 2026.",
        "The safeguard of the statute is scheduled to expire on April 6, 2026.",
        "Beginning on April 6, 2026, the Secretary shall submit an annual report on the tariffs.",
        "On April 6, 2026, the Secretary shall report on imports of widgets.",
        "The duty that took effect on April 6, 2026, has had its effect.",
        "Sampleland tariffs rose; Mexico will impose tariffs on goods of Asia beginning April 6, 2026.",
        "Contractors may keep to the rules in effect on April 6, 2026.",
    ],
)
def test_a_recounted_day_is_no_day_of_an_order(text: str) -> None:
    assert live(text) == []


def test_a_quotation_over_several_sentences_is_another_text() -> None:
    assert live("The section is amended to read: “(a) Widgets. For goods entered on or after April 6, 2026, the rate is 9 percent. Effective May 6, 2026, the rate shall be 8 percent.”") == []  # fmt: skip


def test_an_order_may_reach_back_in_words_that_modify() -> None:
    found = live(
        "Effective with respect to goods entered on or after January 5, 2026, the note is modified as follows:",
        "These goods are of those that are imported on or after January 9, 2026.",
        "Effective January 1, 2011, the note is modified as the annex says.",
    )
    assert found == [("effective", date(2026, 1, 5))]


def test_the_end_of_a_measure_that_the_order_continues_is_superseded() -> None:
    found = order(
        "This 90-day suspension expires at 12:01 a.m. eastern time on April 6, 2026.",
        "The heading shall continue to be suspended until 12:01 a.m. eastern time on July 6, 2026.",
    )
    assert [(entry.type in {"expires", "stay-ends"}, entry.date, entry.superseded) for entry in found] == [
        (True, date(2026, 4, 6), True),
        (True, date(2026, 7, 6), False),
    ]


def test_the_whole_of_a_text_is_read_with_time_zone_quote_and_count() -> None:
    (found,) = order(
        "These changes shall be effective for goods entered on or after 12:01 a.m. eastern daylight time 7 days after the date of this order."
    )
    assert (found.type, found.date, found.where) == ("effective", date(2026, 3, 9), "¶41")
    assert (found.time, found.zone, found.counted) == (
        "12:01 a.m.",
        "eastern daylight time",
        "7 days after 2026-03-02",
    )
    assert found.quote.startswith("These changes shall be effective")


def test_the_day_under_an_order_is_its_own() -> None:
    filler = Unit("¶1", UnitKind.PARAGRAPH, "This order is effective 7 days after the date of this order.")
    under = Unit("¶2", UnitKind.PARAGRAPH, "DONALD ROE THE WHITE HOUSE, March 3, 2026.")
    document = Document(
        key="o", kind=DocumentKind.PAGE, title="t", url="", units=(filler, under), published=date(2026, 3, 5)
    )
    assert [
        entry.date for entry in legal_dates(build_text_view(document), SIGNED) if entry.type == "effective"
    ] == [date(2026, 3, 10)]


PREAMBLE = (
    "The statute reduced the threshold, effective April 6, 2026.",
    "The other rules will take effect on April 6, 2026, unless they are withdrawn.",
    "Under this example, the rate applies beginning on April 6, 2026.",
    "The comment period for the earlier proposal ended on April 6, 2026.",
    "Compliance will be mandatory much earlier than the April 6, 2026 date of the other rule.",
    "The proposal was published for comment in the Federal Register on April 6, 2026.",
)


@pytest.mark.parametrize("text", PREAMBLE)
def test_an_agencys_preamble_sets_only_days_of_the_rule_itself(text: str) -> None:
    assert order(text, kind=DocumentKind.RULE) == ()


@pytest.mark.parametrize(
    "text",
    [
        "The amendments in this final rule are effective April 6, 2026.",
        "Effective with respect to goods entered for consumption on or after April 6, 2026, the HTSUS is modified.",
    ],
)
def test_an_agencys_text_is_read_to_its_end_for_its_own_dates(text: str) -> None:
    (found,) = order(text, kind=DocumentKind.RULE)
    assert (found.type, found.date, found.where) == ("effective", date(2026, 4, 6), "¶41")


def test_a_changed_page_may_report_a_completed_act() -> None:
    output = "The comment period has been extended until April 6, 2026."
    document = Document(
        key="o", kind=DocumentKind.PAGE, title="t", url="", units=(Unit("t ¶9", UnitKind.PARAGRAPH, output),)
    )
    found = legal_dates(build_text_view(document, [Operation("t ¶9", Op.ADDED, after=output)]), SIGNED)
    assert [(entry.type, entry.date) for entry in found] == [("comments-close", date(2026, 4, 6))]
