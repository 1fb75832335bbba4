"""The same act has the same level and direction wherever it is read first."""

from __future__ import annotations

from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from tracker.classification import classify
from tracker.model import Classification, Document, DocumentKind, Unit, UnitKind

TODAY = date(2026, 6, 1)
COUNTRIES = ("Norway", "Chile", "Kenya", "Japan", "China", "the United Kingdom")
GOODS = ("ceramic tiles", "machine tools", "semiconductors", "passenger vehicles", "copper wire")
VERBS = (
    ("imposes", "is imposed on", "an additional ad valorem duty of {rate} percent"),
    ("raises", "is raised for", "the additional ad valorem rate of duty to {rate} percent"),
    ("suspends", "is suspended for", "the additional ad valorem duty of {rate} percent"),
    ("ends", "is terminated for", "the additional ad valorem duty of {rate} percent"),
)
RECITAL = "I find that such imports threaten to impair the national security of the United States."
ENACTED = "NOW, THEREFORE, by the authority vested in me as President by the laws of the United States, I hereby proclaim:"

ACTS = st.builds(
    lambda verb, country, goods, rate: (
        f"Sample Measures on Imports of {goods.title()} of {country.removeprefix('the ').title()}",
        f"{verb[2].format(rate=rate).capitalize()} {verb[1]} imports of {goods} that are products of {country}.",
    ),
    st.sampled_from(VERBS), st.sampled_from(COUNTRIES), st.sampled_from(GOODS), st.integers(2, 95),
)  # fmt: skip


def page(title: str, *texts: str) -> Document:
    address = "https://www.whitehouse.gov/presidential-actions/2026/05/sample-measures/"
    head = Unit(title, UnitKind.HEADING, title)
    body = (Unit(f"{title} › ¶{n}", UnitKind.PARAGRAPH, text) for n, text in enumerate(texts, 1))
    return Document(address, DocumentKind.PAGE, f"{title} – The White House", address, (head, *body))


def record(title: str, *texts: str, abstract: str = "") -> Document:
    units = tuple(Unit(f"Text › ¶{n}", UnitKind.PARAGRAPH, text) for n, text in enumerate(texts, 1))
    return Document(
        "2026-11111", DocumentKind.PRESIDENTIAL, title, "", units, document_number="2026-11111", published=TODAY,
        type="Presidential Document", agencies=("Executive Office of the President",), abstract=abstract,
    )  # fmt: skip


def judged(document: Document) -> tuple[object, ...]:
    found: Classification = classify(document, today=TODAY)
    assert found.acts, document.title
    act = found.acts[0]
    return found.level, found.direction, act.verb, act.operand, act.of, act.amount_after


@settings(max_examples=60, deadline=None)
@given(ACTS)
def test_a_page_a_record_and_an_abstract_of_one_act_are_judged_alike(act: tuple[str, str]) -> None:
    title, clause = act
    text = (RECITAL, ENACTED, clause)
    assert (
        judged(page(title, *text)) == judged(record(title, *text)) == judged(record(title, abstract=clause))
    )


@settings(max_examples=40, deadline=None)
@given(
    ACTS,
    st.permutations(
        (RECITAL, "The Secretary of Commerce has informed me of the results of his investigation.")
    ),
)
def test_the_order_and_number_of_recitals_change_nothing(act: tuple[str, str], recitals: list[str]) -> None:
    title, clause = act
    assert judged(record(title, *recitals, ENACTED, clause)) == judged(record(title, ENACTED, clause))


LISTED = st.builds(
    lambda count, country, verb: (count, country, verb),
    st.integers(2, 60), st.sampled_from(("China", "Japan", "Oman", "Serbia")), st.sampled_from(("adding", "removing")),
)  # fmt: skip


@settings(max_examples=30, deadline=None)
@given(LISTED)
def test_a_listing_in_a_rule_is_judged_like_the_same_words_as_its_first_paragraph(
    listed: tuple[int, str, str],
) -> None:
    count, country, verb = listed
    where = "to" if verb == "adding" else "from"
    words = (
        "In this rule, the Bureau of Industry and Security (BIS) amends the Export Administration Regulations (EAR) by "
        f"{verb} {count} entities {where} the Entity List under the destination of {country}."
    )
    rule = Document(
        "2026-2", DocumentKind.RULE, "Revisions to the Entity List", "", type="Rule", document_number="2026-2",
        published=TODAY, agencies=("Industry and Security Bureau",), abstract=words,
    )  # fmt: skip
    bare = Document(
        "2026-2", DocumentKind.RULE, "Revisions to the Entity List", "", (Unit("¶1", UnitKind.PARAGRAPH, words),),
        type="Rule", document_number="2026-2", published=TODAY, agencies=("Industry and Security Bureau",),
    )  # fmt: skip
    first, second = (classify(each, today=TODAY) for each in (rule, bare))
    assert (first.level, first.direction) == (second.level, second.direction)
    assert first.acts[0].verb == second.acts[0].verb
