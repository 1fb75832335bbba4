"""The rules file: its ids, its labels, its words, and what is reported when it has a mistake."""

from __future__ import annotations

import re
from datetime import date

import pytest

from tracker.classification import RULES_VERSION
from tracker.classification import rules as rules_module
from tracker.classification.rules import rules
from tracker.documents.term_matching import compile_term
from tracker.errors import SettingsError
from tracker.model import TOPIC_IDS, Document, DocumentKind, Level

PLACES = {"parties", "countries", "quote", "goods", "deadline", "threshold"}


def test_the_topics_are_those_that_routes_and_digests_know() -> None:
    assert {rule.id for rule in rules().topics} == set(TOPIC_IDS)


def test_every_verdict_gives_a_reason_in_both_languages_with_known_places() -> None:
    for verdict in rules().verdicts:
        for text in (verdict.reason.ja, verdict.reason.en):
            assert set(re.findall(r"\{(\w+)\}", text)) <= PLACES, verdict.name
            assert text.endswith(("。", ".")), verdict.name
        assert re.search(r"[ぁ-んァ-ヶ一-龠]", verdict.reason.ja), verdict.name
        assert verdict.level is Level.NONE or verdict.direction is not None, verdict.name


def test_the_last_verdict_always_holds() -> None:
    assert rules().verdicts[-1].level is Level.NONE


def test_the_version_follows_the_file() -> None:
    assert re.fullmatch(r"[0-9a-f]{12}", RULES_VERSION)


def test_a_mistake_in_the_file_is_named_with_its_table(monkeypatch: pytest.MonkeyPatch) -> None:
    good = rules_module.load_packaged_rules("rules.toml").decode()
    bad = good.replace("[facts.uflpa]\ntext", "[facts.uflpa]\ntexxt", 1).replace(
        'any_facts = ["withdrawal"', 'any_facts = ["no-such-fact"', 1
    )
    monkeypatch.setattr(rules_module, "load_packaged_rules", lambda name: bad.encode())
    rules.cache_clear()
    try:
        with pytest.raises(SettingsError) as error:
            rules()
    finally:
        monkeypatch.undo()
        rules.cache_clear()
    assert any('facts.uflpa: unknown key "texxt"' in line for line in error.value.problems)
    assert any('no fact "no-such-fact"' in line for line in error.value.problems)


@pytest.mark.parametrize(
    ("term", "text", "found"),
    [
        ("entity list", "the Entity  List", True),
        ("EAR", "an ear infection", False),
        ("end-use", "end- use controls", True),
        ("semiconductor*", "semiconductors", True),
        ("tariff", "tariffs", False),
        ("extend* .. comment period", "extends, by thirty days, the comment period", True),
        ("extend* .. comment period", "extends the rule. The comment period is over", False),
        ("; correction$", "Additions; Correction", True),
        ("; correction$", "Additions; Correction of Entries", False),
        ("people's republic", "People’s Republic of China", True),
    ],
)
def test_terms_read_as_the_head_of_the_file_says(term: str, text: str, found: bool) -> None:
    assert (compile_term(term).find(text, text.lower()) is not None) is found


def test_a_document_of_nothing_is_outside_the_field() -> None:
    from tracker.classification import classify

    empty = Document(key="", kind=DocumentKind.NOTICE, title="", url="")
    assert classify(empty, today=date(2026, 1, 1)).level is Level.NONE
