"""Checks of a model's answer: sentences whose quotes are not in the official text are dropped; plain text only."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.assistants.answer_check import MOST, NO_QUOTE_FOUND, NOT_IN_FORM, check_answer

OFFICIAL = (
    "§ 744.11 License requirements. A license is required to export, reexport, or transfer (in-country) any item subject "
    "to the EAR when an entity listed on the “Entity List” is a party—including as purchaser—to the transaction. "
    "The rule is effective September 29, 2025."
)
QUOTE = "A license is required to export, reexport, or transfer (in-country) any item"


def answer(*sentences: dict[str, object]) -> str:
    return json.dumps({"sentences": list(sentences)}, ensure_ascii=False)


def sentence(
    quote: str = QUOTE, en: str = "A licence is needed.", ja: str = "許可が必要となる。"
) -> dict[str, object]:
    return {"en": en, "ja": ja, "quote": quote}


def quote_is_in(quote: str, official: str) -> bool:
    return len(check_answer(answer(sentence(quote)), official).sentences) == 1


def test_sentences_with_verified_quotes_are_kept_and_the_others_counted() -> None:
    found = check_answer(answer(sentence(), sentence("No license is required to export any item")), OFFICIAL)
    assert [(one.en, one.ja, one.quote) for one in found.sentences] == [
        ("A licence is needed.", "許可が必要となる。", QUOTE)
    ]
    assert (found.reason, found.left_out) == ("", 1)


@pytest.mark.parametrize(
    "quote",
    [
        'an entity listed on the "Entity List" is a party—including as purchaser',  # other quotation marks
        "any  item subject\n to the EAR",  # white space
        "transfer (in‑country) any item",  # a hyphen that does not break
        "effec\u00adtive September 29, 2025",  # a soft hyphen
        "§ 744.11 License requirements",
    ],
)
def test_typography_does_not_matter(quote: str) -> None:
    assert quote_is_in(quote, OFFICIAL)


@pytest.mark.parametrize(
    "quote",
    [
        "A license is not required to export",
        "a license is required to export",  # another letter: not verbatim
        "A license is required ... any item",  # words left out
        "cense is required to exp",  # parts of words
        "effective September 29, 2026",
        "",
    ],
)
def test_other_words_are_rejected(quote: str) -> None:
    assert not quote_is_in(quote, OFFICIAL)


@given(st.data())
def test_any_run_of_words_occurs_and_none_with_a_changed_word(data: st.DataObject) -> None:
    words = OFFICIAL.split()
    first = data.draw(st.integers(0, len(words) - 4))
    run = words[first : data.draw(st.integers(first + 3, len(words)))]
    gap = data.draw(st.sampled_from([" ", "\n", "\u00a0", " \t "]))
    assert quote_is_in(gap.join(run), OFFICIAL)
    place = data.draw(st.integers(0, len(run) - 1))
    assert not quote_is_in(gap.join([*run[:place], "Ruritania", *run[place + 1 :]]), OFFICIAL)


@pytest.mark.parametrize("quote", ["to the", "license is", "item", " ", "EAR"])
def test_a_quote_of_a_word_or_two_proves_nothing(quote: str) -> None:
    assert check_answer(answer(sentence(quote)), OFFICIAL).reason == NO_QUOTE_FOUND


def test_inner_quotes_of_a_sentence_are_verified_too() -> None:
    lying = sentence(en='It says "no license is ever needed again".')
    also = sentence(ja="規則は「no license is ever needed」と定める。")
    right = sentence(
        en='It speaks of the "Entity List" and says “is a party—including as purchaser”.',
        ja="「許可」が必要。",
    )
    found = check_answer(answer(lying, also, right), OFFICIAL)
    assert [one.en for one in found.sentences] == [right["en"]]
    assert found.left_out == 2


def test_markup_links_and_invisible_characters_are_removed() -> None:
    found = check_answer(
        answer(
            sentence(
                en="See [the <b>rule</b>](https://evil.example/x) ![p](http://evil.example/p.png) or www.evil.example/y now\u202e.",
                ja="詳細は<script>alert(1)</script>https://evil.example/あ を参照\u200b。javascript:alert(1)",
            )
        ),
        OFFICIAL,
    ).sentences[0]
    assert found.en == "See the rule p or now."
    assert "evil" not in found.ja
    assert "javascript" not in found.ja
    assert not set("<>\u200b\u202e") & set(found.en + found.ja)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "I am sorry.",
        "{",
        "[]",
        "{}",
        '{"sentences": null}',
        '{"sentences": []}',
        '{"sentences": ["A license is required to export"]}',
        '{"sentences": [{"en": 1, "ja": "x", "quote": "y"}]}',
        '{"sentences": [{"en": "", "ja": "x", "quote": "A license is required"}]}',
        '{"sentences": ' + "[" * 50_000,
        '{"a": ' + "[" * 50_000 + "]" * 50_000 + "}",
        answer(sentence(en="x" * 601)),
        answer(sentence(quote="x " * 600)),
    ],
)
def test_an_answer_in_another_form_is_none(text: str) -> None:
    found = check_answer(text, OFFICIAL)
    assert (found.sentences, found.reason) == ((), NOT_IN_FORM)


def test_only_so_many_sentences_and_words_around_the_object_do_not_matter() -> None:
    alerted = f"Sure!\n```json\n{answer(*[sentence()] * 9)}\n```"
    assert len(check_answer(alerted, OFFICIAL).sentences) == MOST


@given(st.text(), st.text())
def test_no_answer_of_a_model_ends_in_an_error(output: str, official: str) -> None:
    assert check_answer(output, official).sentences == ()
    check_answer(answer(sentence(output, output, output)), official)
