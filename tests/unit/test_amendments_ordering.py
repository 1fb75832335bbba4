"""Where an added unit goes, and the sentences of a paragraph."""

from __future__ import annotations

import pytest

from tracker.amendments.ordering import alphabet_slot, slot
from tracker.amendments.sentences import sentence_spans


@pytest.mark.parametrize(
    ("siblings", "label", "place"),
    [
        ([], "a", 0),
        ([], "1", 0),
        ([], "d", None),
        (["a", "b"], "c", 2),
        (["a", "b"], "d", None),  # (c) is missing
        (["1", "2", "4"], "3", 2),
        (["i", "ii"], "iii", 2),
        (["h"], "i", 1),
        (["g"], "i", None),  # (h) is missing
        ([*"abcdefgh"], "i", 8),
        (["i", "ii", "iii", "iv"], "v", 4),
        (["a", "a"], "b", None),
        (["a", "1"], "b", None),
        ([*"abcdefghijklmnopqrstuvwxyz"], "aa", 26),
    ],
)
def test_a_designator_goes_where_its_neighbors_prove(
    siblings: list[str], label: str, place: int | None
) -> None:
    assert slot(siblings, label) == place


def test_a_name_goes_where_the_alphabet_proves() -> None:
    names = ["Alpha Ltd.", "Béta Co.", "Delta, Inc."]
    assert alphabet_slot(names, "Charlie") == 2
    assert alphabet_slot(names, "alpha ltd") is None  # it is there
    assert alphabet_slot(["B", "A", "D"], "C") is None or alphabet_slot(["B", "A", "D"], "C") == 2
    assert alphabet_slot(["C", "A", "D", "B", "F"], "CA") is None  # two places


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("One. Two? Three.", 3),
        ("No end", 1),
        ("See 12 CFR 1.1. It applies.", 2),
        ("A ruling (“Order.”) Next one.", None),
        ("By Acme Inc. The firm exports.", None),  # an abbreviation may end the sentence
        ("In the U.S. The rule applies.", None),
    ],
)
def test_sentences_are_counted_only_where_that_is_certain(text: str, number: int | None) -> None:
    spans = sentence_spans(text)
    assert (None if spans is None else len(spans)) == number
