"""Which sentences state what a document does, and which only report earlier acts."""

from __future__ import annotations

import pytest

from tracker.classification.passages import Weight, is_background, is_presidential, passages
from tracker.documents.text_view import build_text_view
from tracker.model import Document, DocumentKind, Unit, UnitKind


def read(*texts: str, kind: DocumentKind = DocumentKind.PRESIDENTIAL, **facts: str) -> dict[str, Weight]:
    """The weight of each sentence of a document of these paragraphs."""
    units = tuple(Unit(f"Text › ¶{n}", UnitKind.PARAGRAPH, text) for n, text in enumerate(texts, 1))
    document = Document(key="k", kind=kind, title="Sample Measures on Tiles", url="", units=units, **facts)  # type: ignore[arg-type]
    return {passage.text: passage.weight for passage in passages(build_text_view(document, ()))}


@pytest.mark.parametrize(
    ("sentence", "background"),
    [
        ("In 2021 BIS added eleven entities to the Entity List.", True),
        ("On May 4, 2024, the President imposed an additional duty on tiles.", True),
        ("The interim rule established a license requirement for pumps.", True),
        ("The duties were suspended in March.", True),
        ("Previously, a license was required for exports to Laos.", True),
        ("By Proclamation 9704, the President imposed a duty on aluminum.", True),
        ("This rule adds eleven entities to the Entity List.", False),
        ("An additional duty is imposed on tiles.", False),
        ("BIS is removing the entry that it added in 2021.", False),
        ("I hereby determine that the duty was too low and raise it.", False),
        ("Exports of pumps to Laos shall require a license.", False),
        ("The Secretary has determined to extend the exclusions.", False),
        ("Today the Bureau published a rule that adds nine firms.", False),
    ],
)
def test_a_sentence_in_the_past_is_background(sentence: str, background: bool) -> None:
    assert is_background(sentence) is background


def test_recitals_are_background_and_what_follows_the_words_of_enactment_is_operative() -> None:
    found = read(
        "Imports of tiles threaten the kilns of this country, and duties are needed.",
        "NOW, THEREFORE, I, the President, do hereby proclaim as follows:",
        "(1) An additional duty of 12 percent is imposed on imports of tiles.",
    )
    assert (
        found["Imports of tiles threaten the kilns of this country, and duties are needed."]
        is Weight.BACKGROUND
    )
    (operative,) = [weight for text, weight in found.items() if "12 percent" in text]
    assert operative is Weight.OPERATIVE


@pytest.mark.parametrize(
    "heading", ["Background", "Purpose", "Findings", "Definitions", "General Provisions"]
)
def test_a_section_that_orders_nothing_is_background(heading: str) -> None:
    found = read(
        "By the authority vested in me as President, it is hereby ordered:",
        f"Section 1. {heading}. Tiles of many countries are sold here below their cost.",
        "Sec. 2. Duties. An additional duty of 12 percent shall be imposed on imports of tiles.",
    )
    (silent,) = [weight for text, weight in found.items() if "below their cost" in text]
    (ordered,) = [weight for text, weight in found.items() if "12 percent" in text]
    assert (silent, ordered) == (Weight.BACKGROUND, Weight.OPERATIVE)


def test_a_permission_by_statute_is_no_act() -> None:
    found = read(
        "By the authority vested in me as President, it is hereby ordered:",
        "Section 232 authorizes the President to adjust imports of an article and its derivatives.",
    )
    (weight,) = [weight for text, weight in found.items() if "adjust imports" in text]
    assert weight is Weight.BACKGROUND


def test_the_running_text_of_a_rule_counts_where_the_agency_states_its_act() -> None:
    found = read(
        "A kiln is a furnace for ceramics.",
        "Trade in kilns has a long history.",
        "Many plants use kilns.",
        "Some kilns are large.",
        "This rule adds a license requirement for exports of kilns to Laos.",
        "Kilns of this sort are used in many countries of the region.",
        kind=DocumentKind.RULE,
        abstract="BIS amends the Export Administration Regulations (EAR).",
    )
    assert found["This rule adds a license requirement for exports of kilns to Laos."] is Weight.SUMMARY
    assert found["Kilns of this sort are used in many countries of the region."] is Weight.BACKGROUND


def test_the_abstract_leads_and_boilerplate_is_left_out() -> None:
    document = Document(
        key="k", kind=DocumentKind.RULE, title="Kilns; Extension of Controls", url="", action="Final rule.",
        abstract="BIS controls kilns. All comments must name the docket. It also controls their parts.",
    )  # fmt: skip
    found = passages(build_text_view(document, ()))
    assert [(passage.where, passage.text) for passage in found] == [
        ("title", "Kilns"),
        ("title", "Extension of Controls"),
        ("action", "Final rule."),
        ("abstract", "BIS controls kilns."),
        ("abstract", "It also controls their parts."),
    ]
    assert [passage.lead for passage in found] == [False, False, False, True, True]


@pytest.mark.parametrize("kind", [DocumentKind.PAGE, DocumentKind.RULE])
def test_the_first_paragraphs_lead_where_there_is_no_abstract(kind: DocumentKind) -> None:
    texts = [f"The EAR is described in part {number}." for number in range(730, 737)]
    units = tuple(Unit(f"¶{n}", UnitKind.PARAGRAPH, text) for n, text in enumerate(texts, 1))
    document = Document(key="k", kind=kind, title="Guides", url="https://example.gov/p", units=units)
    found = {passage.text: passage.lead for passage in passages(build_text_view(document, ()))}
    assert [found[text] for text in texts] == [True] * 4 + [False] * 3


@pytest.mark.parametrize(
    ("kind", "url", "text", "presidential"),
    [
        (DocumentKind.PRESIDENTIAL, "", "", True),
        (DocumentKind.PAGE, "https://www.whitehouse.gov/presidential-actions/2026/05/tiles/", "", True),
        (DocumentKind.PAGE, "https://example.gov/p", "By the authority vested in me as President by the laws", True),
        (DocumentKind.PAGE, "https://www.bis.gov/p", "The President signed an order.", False),
        (DocumentKind.RULE, "", "By the authority vested in me as President by the laws", False),
    ],
)  # fmt: skip
def test_whose_document_it_is(kind: DocumentKind, url: str, text: str, presidential: bool) -> None:
    units = (Unit("¶1", UnitKind.PARAGRAPH, text),) if text else ()
    document = Document(key="k", kind=kind, title="Tiles", url=url, units=units)
    assert is_presidential(build_text_view(document, ())) is presidential


@pytest.mark.parametrize(
    "sentence",
    [
        "Duties that were paid shall not be refunded.",
        "Pending applications are unaffected by this rule.",
        "The threshold remains unchanged.",
        "The Secretary may issue regulations that are necessary to carry out this proclamation.",
        "The Secretary is authorized to take all such actions.",
        "The Bureau did not propose new duties on steel.",
        "BIS is not amending the license requirement.",
        "No license exceptions for these items are available.",
        "THIS RULE does not require a license.",
        "The duties on steel have been not removed.",
        "The Secretary shall inform the President of any circumstances.",
        "The Secretary shall continue to monitor imports of steel.",
    ],
)
def test_a_sentence_that_leaves_what_is_has_no_passage(sentence: str) -> None:
    document = Document("k", DocumentKind.PAGE, "", "", (Unit("p", UnitKind.PARAGRAPH, sentence),))
    assert passages(build_text_view(document)) == ()
