"""A text is read to its end: an order acts in its last sections, a rule may act on itself anywhere."""

from __future__ import annotations

import time
from datetime import date

from tracker.classification import classify
from tracker.model import Classification, Document, DocumentKind, Unit, UnitKind

TODAY = date(2026, 3, 2)
FILLER = "Imports of widgets threaten the national security of the United States, and tariffs are needed."


def tagged(*texts: str, kind: DocumentKind = DocumentKind.PAGE, abstract: str = "") -> Classification:
    units = tuple(
        Unit(f"¶{n}", UnitKind.PARAGRAPH, text) for n, text in enumerate((*[FILLER] * 100, *texts), 1)
    )
    document = Document(
        key="o", kind=kind, title="Adjusting imports of widgets: export controls", url="", units=units,
        published=TODAY, abstract=abstract, document_number="2026-1",
    )  # fmt: skip
    return classify(document, today=TODAY)


def test_a_revocation_at_the_end_of_an_order_is_found() -> None:
    found = tagged("Executive Order 14059 of December 15, 2021, is revoked.")
    assert [(link.relation, link.where) for link in found.links] == [("rescinds", "¶101")]


def test_as_amended_amends_nothing() -> None:
    assert (
        tagged("The duty under section 232, as amended, and Executive Order 14059 is not changed.").links
        == ()
    )
    found = tagged("Executive Order 14059 is amended, and this order further amends Executive Order 14060.")
    assert {link.relation for link in found.links} == {"amends"}


def test_a_long_paragraph_is_read_as_well() -> None:
    found = tagged(f"{FILLER} " * 40 + "Executive Order 14059 is hereby revoked.")
    assert [link.relation for link in found.links] == ["rescinds"]


def test_an_agency_s_preamble_acts_far_down_only_where_it_names_itself() -> None:
    history = "An earlier notice corrected the errors of the rule at 89 FR 12345."
    itself = "This rule corrects the errors of the rule at 89 FR 12345."
    kind = DocumentKind.RULE
    assert tagged(history, kind=kind, abstract="A rule on export controls.").links == ()
    assert [
        link.relation for link in tagged(itself, kind=kind, abstract="A rule on export controls.").links
    ] == ["corrects"]


def test_a_promise_not_to_enforce_is_found_at_the_end() -> None:
    found = tagged("BIS will not enforce the sample rule until further notice.", kind=DocumentKind.RULE)
    assert [status.where for status in found.status if status.state == "not-enforced"] == ["¶101"]
    history = tagged("In 2010 the agency described its enforcement discretion.", kind=DocumentKind.RULE)
    assert not any(status.state == "not-enforced" for status in history.status)


def test_the_time_to_read_grows_with_the_length_of_a_text_and_not_faster() -> None:
    sentence = (
        "Effective April 6, 2026, this rule amends the entry of Sample Works, Ltd., as published at 89 FR 12345, "
        "of which the comment period ended on March 4, 2025, and Executive Order 14059 is not affected by it. "
    )

    def seconds(paragraphs: int) -> float:
        began = time.process_time()
        tagged(*[sentence * 4] * paragraphs, kind=DocumentKind.RULE)
        return time.process_time() - began

    seconds(20)
    short, long = seconds(150), seconds(1_500)  # 20,000 and 200,000 words
    assert long < 25 * short
