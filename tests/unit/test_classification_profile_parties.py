"""Parties of a profile in rows and texts: each text is read once, however many parties there are."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tracker.classification.profile_parties import Row, name_form, named_parties
from tracker.documents.text_view import Section
from tracker.model import Evidence

MANY = tuple(f"Sample Works {number} Trading Co., Ltd." for number in range(3_000))


def found(parties: tuple[str, ...], *texts: str, rows: tuple[Row, ...] = ()) -> list[Evidence]:
    sections = [Section(f"¶{number}", text, text.lower()) for number, text in enumerate(texts)]
    return list(named_parties(parties, rows, lambda: sections, sections))


@pytest.mark.parametrize(
    ("party", "text"),
    [
        ("Hinode Sample Seimitsu Co., Ltd.", "BIS adds Hinode-Sample  Seimitsu to the list."),
        ("HINODE SAMPLE SEIMITSU", "hinode sample seimitsu"),
        ("Hinode Sample Seimitsu", "BIS adds Hinode Sample Seimitu, of Tokyo."),
        ("Hinode Sample Seimitsu", "Hinode Sampel Seimitsu"),
        ("日の出サンプル精密", "追加: 日の出サンプル精密。"),
        ("Acme", "Acme and others"),
    ],
)
def test_a_name_is_found_in_words_with_its_place(party: str, text: str) -> None:
    (evidence,) = found((*MANY, party), "Nothing here", text)
    assert evidence.where == "¶1"


@pytest.mark.parametrize(
    ("party", "text"),
    [
        ("China Sample Electronics Technology", "China"),
        ("China Sample Electronics Technology", "Electronics technology of China"),
        ("Acme", "Acmer"),
        ("Sample Seimitsu Hinode Tokyo", "XSample Seimitsu Hinode Tokyoo"),
        ("Hinode Sample Seimitsu", "Hinode Sambel Seymitu"),
        ("Co., Ltd.", "Co., Ltd."),
    ],
)
def test_other_words_are_not_the_party(party: str, text: str) -> None:
    assert found((party,), text) == []


def test_a_row_leads_and_the_order_is_the_profiles() -> None:
    rows = tuple(
        (name_form(name), Evidence(name, f"row {name}"), ids)
        for name, ids in (
            ("Foundry Wafer Sample", ()),
            ("Other Name", ("USCC9131",)),
            ("Sample Wafer Foundry Co., Ltd.", ()),
        )
    )
    parties = ("USCC9131", "Sample Wafer Foundry", "Nobody Ever")
    places = [one.where for one in found(parties, "Sample Wafer Foundry", rows=rows)]
    assert places == ["row Other Name", "row Foundry Wafer Sample"]


def test_each_text_is_read_once_for_all_parties() -> None:
    reads = 0

    def sections() -> Iterator[Section]:
        nonlocal reads
        reads += 1
        yield Section("¶0", "Sample Works 2999 Trading", "")

    (evidence,) = named_parties(MANY, (), sections, ())
    assert (reads, evidence.where) == (1, "¶0")
