"""The vocabulary file: its words, how they are found, and the messages for its mistakes."""

from __future__ import annotations

import re
import tomllib
from importlib.resources import files
from typing import Any

import pytest

from tracker.classification.judgement import _FIELD_CONTEXTS
from tracker.classification.vocabulary import (
    FIELDS,
    Words,
    beginnings,
    pattern_of,
    read_vocabulary,
    union,
    vocabulary,
)
from tracker.errors import SettingsError

TEXT = (files("tracker.classification") / "vocabulary.toml").read_text("utf-8")
DATA: dict[str, Any] = tomllib.loads(TEXT)
SENTENCES = (
    "BIS is ending the suspension of the reciprocal tariffs and removes License Exception STA for 3B001 items.",
    "A license is no longer required; the 25 percent ad valorem duty shall not apply to products of Japan.",
    "The 1260H list and the Entity List were extended, phased out, or put on hold by Executive Order 14257 (Regulating Imports).",
    "Requests for comments on tariff-rate quotas (TRQs), de minimis treatment, and re-exports are invited.",
    "The controls set out in part 744 fall under the sale of an item that is controlled; exports go up and cut off, step up or put in place.",
    "End-User Review Committee; non-enforcement; Customs and Border Protection shall collect the surcharges.",
)


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("duty", "dut"),
        ("Entity List", "ent"),
        ("(shall|will) not bite", "sha wil"),
        ("(foreign )?covered list", "for cov"),
        ("(in(ner|ter)|outer) part", "inn int out"),
        ("a?board", "abo boa"),
        ("(a|b)?(c|d)e", "ace ade bce bde ce de"),
        ("\\d+ percent", "0 1 2 3 4 5 6 7 8 9"),
        ("1260H list", "126"),
        ("be listed", "be"),
        ("set(s|ting)? out", "set"),
        ("up(s)? to", "ups up upt"),
        ("in", "in"),
    ],
)
def test_the_letters_that_words_begin_with(words: str, found: str) -> None:
    assert beginnings(words) == set(found.split(" "))


def test_an_expression_can_begin_with_anything() -> None:
    assert beginnings("re:[A-Z]x") == {""}


@pytest.mark.parametrize("kind", ["verbs", "operands", "masks"])
def test_words_found_by_their_first_letters_are_those_found_by_trying_all(kind: str) -> None:
    tables = DATA[kind] if kind != "masks" else {"mask": DATA["masks"]}
    every, owners = union((words, name) for name, table in tables.items() for words in table["words"])
    by_letters = Words(tables)
    total = 0
    for sentence in SENTENCES:
        wanted = [(m.start(), m.end(), owners[m.lastgroup or ""]) for m in every.finditer(sentence)]
        assert list(by_letters.found_in(sentence)) == wanted
        total += len(wanted)
    assert total, "the sentences have words of this kind"


@pytest.mark.parametrize(
    ("words", "text", "found"),
    [
        ("impos*", "imposition", True),
        ("impos*", "superimposes", False),
        ("phase out", "phase-out", True),
        ("(product |tariff )?exclusions?", "product exclusion", True),
        ("put(s|ting)? .. off", "put the new duty off", True),
        ("put(s|ting)? .. off", "put it here; the duty is off", False),
        ("VEU", "veu", False),
        ("lift(s|ed|ing)? .. to \\d", "lifts the rate to 5", True),
    ],
)
def test_words_have_the_shape_that_the_file_describes(words: str, text: str, found: bool) -> None:
    assert (re.match(rf"(?:{pattern_of(words)})(?!\w)", text) is not None) is found


def test_every_word_is_found_nowhere_in_empty_text() -> None:
    for tables in (DATA["verbs"], DATA["operands"]):
        for table in tables.values():
            for words in table["words"]:
                assert re.match(pattern_of(words), "") is None, words


def test_no_words_belong_to_two_entries() -> None:
    for kind in ("verbs", "operands"):
        owners: dict[str, str] = {}
        for name, table in DATA[kind].items():
            for words in set(table["words"]):
                assert owners.setdefault(words, name) == name, (
                    f"{kind}: {words} in {owners[words]} and {name}"
                )


def test_names_that_only_look_like_words_are_passed_over() -> None:
    words = vocabulary()
    sentence = (
        "Under the Export Control Reform Act of 2018, the Office of Foreign Assets Control publishes this."
    )
    masked = words.masked(sentence)
    assert len(masked) == len(sentence)
    assert "Export Control" not in masked
    assert "Foreign Assets" not in masked
    assert masked.endswith("publishes this.")


VERB = '[verbs.sample]\nas = "impose"\n'
OPERAND = '[operands.sample]\nas = "duty"\n'


@pytest.mark.parametrize(
    ("added", "said"),
    [
        ('[verbs.sample]\neffect = 1\nwords = ["zz"]', 'verbs.sample: no verb "sample"'),
        (f'{VERB}effect = 3\nwords = ["zz"]', "verbs.sample: effect is -2 to 2"),
        (f'{VERB}effect = "up"\nwords = ["zz"]', "verbs.sample: effect is -2 to 2"),
        (f'{VERB}words = ["zz"]', "verbs.sample: effect is -2 to 2"),
        (f"{VERB}effect = 1", "verbs.sample: words is a list of words"),
        (f'{VERB}effect = 1\nwords = "zz"', "verbs.sample: words is a list of words"),
        (f"{VERB}effect = 1\nwords = []", "verbs.sample: words is a list of words"),
        (f'{VERB}effect = 1\nwords = ["zz("]', 'verbs.sample: "zz(" cannot be read'),
        (f'{VERB}effect = 1\nwrods = ["zz"]\nwords = ["zz"]', 'verbs.sample: unknown key "wrods"'),
        ('[operands.sample]\nsign = 1\nwords = ["zz"]', 'operands.sample: no operand "sample"'),
        (f'{OPERAND}sign = 2\nwords = ["zz"]', "operands.sample: sign is -1, 0 or 1"),
        (f'{OPERAND}sign = 1\nfield = "tarif"\nwords = ["zz"]', 'operands.sample: no field "tarif"'),
        (f'{OPERAND}sign = 1\neffect = 1\nwords = ["zz"]', 'operands.sample: unknown key "effect"'),
        ('[[places]]\ncites = ["15 CFR 740"]\nsign = 0\noperand = "duty"', "places, entry "),
    ],
)  # fmt: skip
def test_a_mistake_in_the_file_is_named_with_its_table(added: str, said: str) -> None:
    with pytest.raises(SettingsError) as error:
        read_vocabulary(f"{TEXT}\n{added}\n")
    assert [line for line in error.value.problems if said in line and line.startswith("vocabulary.toml: ")]


def test_a_file_that_is_no_toml_or_lacks_a_table_is_a_settings_error() -> None:
    with pytest.raises(SettingsError, match=r"vocabulary\.toml"):
        read_vocabulary("[verbs\n")
    with pytest.raises(SettingsError, match="no table"):
        read_vocabulary('[masks]\nwords = ["zz"]\n')


def test_every_field_of_the_file_is_one_that_the_judgement_knows() -> None:
    assert {*_FIELD_CONTEXTS, "any", "ai"} == FIELDS
