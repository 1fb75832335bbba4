"""Hostile, shuffled and truncated rules are not read rather than read wrongly."""

from __future__ import annotations

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.amendment_samples import amdpars, brief, rule
from tracker.amendments.actions import AmendatoryRule
from tracker.amendments.reader import read_rule_text

# Each with the only actions that may be read from it.
SECTIONS = {
    "744.11": (
        ["Section 744.11 is amended by:", "Revising paragraphs (a)(1) and (b);", "Removing paragraph (c); and", "Adding paragraph (e)."],
        ["revise 15 CFR 744.11(a)(1)", "revise 15 CFR 744.11(b)", "remove 15 CFR 744.11(c)", "add 15 CFR 744.11(e)"],
    ),
    "744.12": (
        ["Section 744.12 is amended by:", "Removing and reserving paragraph (f);", "Redesignating paragraph (h) as paragraph (i)."],
        ["remove-and-reserve 15 CFR 744.12(f)", "redesignate 15 CFR 744.12(h) as 15 CFR 744.12(i)"],
    ),
    "744.13": (
        ["Section 744.13 is amended by removing “six” and adding in its place “seven” in paragraph (k)."],
        ["replace 15 CFR 744.13(k): six → seven"],
    ),
}  # fmt: skip
WORDS = ["Section", "744.11", "is", "are", "amended", "by", "revising", "adding", "removing", "paragraph", "paragraphs", "(a)", "(b)(1)", "(i)", "through", "and", ",", ";", ".", "“six”", "in", "its", "place", "the", "introductory", "text", "of", "heading", "supplement", "no.", "4", "to", "part", "744", "under", "CHINA", "entry", "for", "3A090", "as", "redesignating", "wherever", "it", "appears", "§", "note", "1", ":"]  # fmt: skip


def numbered() -> list[str]:
    lines = []
    for number, (texts, _) in enumerate(SECTIONS.values(), 2):
        lines.append(f"{number}. {texts[0]}")
        lines += [f"{chr(97 + place)}. {text}" for place, text in enumerate(texts[1:])]
    return lines


def read_actions(found: AmendatoryRule) -> list[str]:
    return [line for one in found.instructions for line in brief(list(one.actions))]


def test_the_whole_rule_is_read() -> None:
    assert read_actions(rule(amdpars(*numbered()))) == [
        line for _, lines in SECTIONS.values() for line in lines
    ]


@settings(deadline=None)
@given(st.lists(st.sampled_from(WORDS), max_size=40))
def test_words_in_any_order_raise_nothing(words: list[str]) -> None:
    (found,) = rule(amdpars("2. " + " ".join(words))).instructions
    assert not (found.problem and found.actions)


@settings(deadline=None)
@given(st.text(max_size=400))
def test_any_text_is_read_or_has_a_problem(text: str) -> None:
    for one in read_rule_text(
        ["This part is amended as follows:", f"2. In § 744.1, {text}", "[FR Doc. 1]"]
    ).instructions:
        assert not (one.problem and one.actions)


@settings(deadline=None)
@given(st.integers(0, 400))
def test_a_truncated_rule_gives_no_other_actions(length: int) -> None:
    lines = numbered()
    text = "\n".join(["Part 744 of 15 CFR part 744 is amended as follows:", *lines])
    whole = {line for _, expected in SECTIONS.values() for line in expected}
    assert set(read_actions(read_rule_text(text[:length].split("\n")))) <= whole


@settings(deadline=None)
@given(st.integers(0, 400))
def test_a_rule_without_one_line_gives_no_other_actions(seed: int) -> None:
    """A lost lead takes those below it with it; a lost letter shows in the sequence of the others or harms nothing."""
    lines = numbered()
    del lines[seed % len(lines)]
    whole = {line for _, expected in SECTIONS.values() for line in expected}
    assert set(read_actions(rule(amdpars(*lines)))) <= whole


@settings(max_examples=40, deadline=None)
@given(st.sampled_from(WORDS), st.sampled_from(WORDS), st.integers(500, 6_000))
def test_repetition_is_bounded(one: str, other: str, count: int) -> None:
    (found,) = rule(
        amdpars("2. Section 744.11 is amended by revising " + f"{one} {other} " * count)
    ).instructions
    assert found.problem or len(found.actions) <= count * 2


@settings(deadline=None)
@given(st.randoms(use_true_random=False))
def test_lettered_instructions_in_another_order_are_not_all_read(generator: random.Random) -> None:
    lines = [
        "2. Section 744.11 is amended by:",
        *(f"{letter}. Removing paragraph ({letter});" for letter in "abcdef"),
    ]
    shuffled = [lines[0], *generator.sample(lines[1:], 6)]
    found = rule(amdpars(*shuffled)).instructions
    if shuffled != lines:
        assert any(one.problem for one in found)
    assert {line for one in found for line in brief(list(one.actions))} <= {
        f"remove 15 CFR 744.11({x})" for x in "abcdef"
    }
