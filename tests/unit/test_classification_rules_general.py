"""No entry of the rules is there for one document: measured on the recorded documents, where they are at hand."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterator
from importlib.resources import files

import pytest

from bench.judgement_cases import DEFAULT_DAY, WHITE_HOUSE, document_of, white_house_cases
from tests.recorded import recorded
from tracker.classification import classify, judgement
from tracker.classification.features import Features
from tracker.classification.rules import LevelRule, Rules, rules
from tracker.model import Act, Document

MOST = 0.15  # of the entries of the level table; 0.10 is wanted
FIELD = re.compile(
    r"Industry and Security|Export Administration Regulations|Entity List|[Ss]ection (?:301|232|122)\b|Tariff|Duties|"
    r"Reciprocal|Foreign Investment in the United States|Artificial Intelligence|Uyghur|CHIPS|Outbound|ICTS|"
    r"[Nn]ucleic [Aa]cid|Adjusting Imports|Export Control|General License|Sanctions|Debarment"
)
NUMBERS = re.compile(r"\b20\d\d-\d{4,5}\b|\b\d{2,3} FR \d+|\bchg_|[Pp]roclamation \d{4,5}|\d{4}/\d\d/\d\d")


@pytest.mark.parametrize("name", ["rules.toml", "vocabulary.toml"])
def test_no_entry_names_the_number_or_the_place_of_a_document(name: str) -> None:
    text = (files("tracker.classification") / name).read_text("utf-8")
    assert NUMBERS.findall(text) == []


def documents() -> Iterator[Document]:
    """Return the recorded documents of the field, and the orders of the White House."""
    lines = recorded("federal-register/titles-abstracts-2020-2026.jsonl.xz").decode("utf-8").splitlines()
    rows = (document_of(json.loads(line)) for line in lines if FIELD.search(line))
    yield from rows
    if WHITE_HOUSE.exists():
        yield from (case.document for case in white_house_cases())


def test_few_entries_of_the_level_table_fire_for_one_document_only(monkeypatch: pytest.MonkeyPatch) -> None:
    fired: dict[str, set[str]] = defaultdict(set)
    look_up = judgement._rule_for
    current = ""

    def noting(book: Rules, features: Features, act: Act) -> LevelRule:
        entry = look_up(book, features, act)
        fired[entry.name].add(current)
        return entry

    monkeypatch.setattr(judgement, "_rule_for", noting)
    for document in documents():
        current = document.key
        classify(document, today=document.published or DEFAULT_DAY)
    alone = sorted(name for name, keys in fired.items() if len(keys) == 1)
    assert len(fired) > 50
    assert len(alone) < MOST * len(rules().levels), alone
