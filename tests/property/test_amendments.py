"""Properties of amendments: what no instruction touches is byte-equal, applying and comparing gives back the units of
the instructions, and a damaged rule computes nothing rather than something.
"""

from __future__ import annotations

import random
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tracker.amendments.amend import amend
from tracker.amendments.base import read_base
from tracker.amendments.files import read_rule_file
from tracker.amendments.records import Amended, State
from tracker.diffing import compare
from tracker.errors import ParseError
from tracker.parsing import read_file

LABELS = "abcdefg"
WORDS = ("lathes", "mills", "presses", "ovens", "pumps", "valves", "lasers")


def base_of(gaps: list[int]) -> str:
    """Return a section with seven paragraphs, each with two below it, and other white space between them."""
    lines = []
    for label, word, gap in zip(LABELS, WORDS, gaps, strict=True):
        space = "\n" * gap
        lines.append(f"<P>({label}) <I>About {word}.</I> All {word} are controlled.</P>{space}")
        lines.append(f"<P>(1) Small {word};  and</P>{space}<P>(2) Large {word}.</P>{space}")
    body = "".join(lines)
    return (
        '<DIV5 N="799" TYPE="PART" hierarchy_metadata="{&quot;citation&quot;:&quot;15 CFR Part 799&quot;}">\n<HEAD>PART 799</HEAD>\n'
        f'<DIV8 N="799.1" TYPE="SECTION">\n<HEAD>§ 799.1 Scope.</HEAD>\n{body}<CITA TYPE="N">[61 FR 1]</CITA>\n</DIV8>\n'
        '<DIV8 N="799.2" TYPE="SECTION">\n<HEAD>§ 799.2 End.</HEAD>\n<P>Other   words.</P>\n</DIV8>\n</DIV5>\n'
    )


def rule_of(orders: list[tuple[str, str]]) -> str:
    """Return a rule with an instruction for each order: (what, paragraph)."""
    parts = []
    for number, (what, label) in enumerate(orders, 1):
        word = WORDS[LABELS.index(label)]
        if what == "revise":
            parts.append(
                f"<AMDPAR>{number}. In § 799.1, revise paragraph ({label})(2) to read as follows:</AMDPAR><SECTION><SECTNO>"
                f"§ 799.1</SECTNO><SUBJECT>Scope.</SUBJECT><STARS/><P>({label}) * * *</P><STARS/><P>(2) Huge {word}.</P><STARS/></SECTION>"
            )
        elif what == "replace":
            parts.append(
                f"<AMDPAR>{number}. In § 799.1({label})(1), remove “Small” and add in its place “Tiny”.</AMDPAR>"
            )
        elif what == "reserve":
            parts.append(f"<AMDPAR>{number}. In § 799.1, remove and reserve paragraph ({label}).</AMDPAR>")
        else:
            parts.append(
                f"<AMDPAR>{number}. In § 799.1, add paragraph ({label})(3) to read as follows:</AMDPAR><SECTION><SECTNO>"
                f"§ 799.1</SECTNO><SUBJECT>Scope.</SUBJECT><STARS/><P>({label}) * * *</P><STARS/><P>(3) Other {word}.</P><STARS/></SECTION>"
            )
    return f'<RULE><REGTEXT TITLE="15" PART="799">{"".join(parts)}</REGTEXT><FRDOC>[FR Doc. 2026-99999 Filed]</FRDOC></RULE>'


def applied(base: str, rule: str) -> Amended:
    return amend(read_base(base.encode()), read_rule_file("rule.xml", rule.encode()))


orders = st.lists(
    st.tuples(st.sampled_from(["revise", "replace", "reserve", "add"]), st.sampled_from(LABELS)),
    min_size=1,
    max_size=5,
    unique_by=lambda one: one[1],
)
gaps = st.lists(st.integers(0, 3), min_size=7, max_size=7)


@settings(max_examples=40, deadline=None)
@given(gaps, orders)
def test_comparing_gives_back_the_units_of_the_instructions(
    spaces: list[int], wanted: list[tuple[str, str]]
) -> None:
    base = base_of(spaces)
    result = applied(base, rule_of(wanted))
    assert all(outcome.state is State.COMPUTED for outcome in result.outcomes)
    paths = set()
    for what, label in wanted:
        below = {"revise": "(2)", "replace": "(1)", "add": "(3)", "reserve": ""}[what]
        paths.add(f"15 CFR 799.1({label}){below}")
    found = compare(read_file("base.xml", base.encode()), read_file("after.xml", result.xml))
    touched = {operation.path for operation in found if not operation.editorial}
    assert all(any(path.startswith(one) for one in paths) for path in touched)
    assert all(any(path.startswith(one) for path in touched) for one in paths)
    assert {unit.path for unit in result.units} >= paths


@settings(max_examples=40, deadline=None)
@given(gaps, orders)
def test_what_no_instruction_touches_is_byte_equal(spaces: list[int], wanted: list[tuple[str, str]]) -> None:
    base = base_of(spaces)
    after = applied(base, rule_of(wanted)).xml.decode()
    for label, word in zip(LABELS, WORDS, strict=True):
        if label not in {one for _, one in wanted}:
            piece = re.search(rf"<P>\({label}\).*?Large {word}\.</P>", base, re.DOTALL)
            assert piece is not None
            assert piece.group() in after
    assert after.endswith(base[base.index('<DIV8 N="799.2"') :])
    assert after.startswith(base[: base.index("<P>(a)")])


@pytest.mark.parametrize("seed", range(30))
def test_a_damaged_rule_computes_only_what_the_whole_one_does(seed: int) -> None:
    dice = random.Random(seed)
    base = base_of([1] * 7)
    rule = rule_of([("revise", "a"), ("replace", "b"), ("reserve", "c"), ("add", "d")])
    whole = {(unit.path, unit.op, unit.after) for unit in applied(base, rule).units}
    inner = rule[rule.index("<AMDPAR>") : rule.index("</REGTEXT>")]
    if seed % 3 == 0:  # cut
        inner = inner[: dice.randrange(len(inner))]
    elif seed % 3 == 1:  # shuffled elements
        elements = re.findall(r"<AMDPAR>.*?</AMDPAR>|<SECTION>.*?</SECTION>", inner)
        dice.shuffle(elements)
        inner = "".join(elements)
    else:  # words of the instructions are dropped
        words = inner.split(" ")
        del words[dice.randrange(len(words))]
        inner = " ".join(words)
    damaged = rule[: rule.index("<AMDPAR>")] + inner + rule[rule.index("</REGTEXT>") :]
    try:
        result = applied(base, damaged)
    except ParseError:
        return
    computed = {(unit.path, unit.op, unit.after) for unit in result.units if unit.state is State.COMPUTED}
    if seed % 3 == 2:
        assert {path for path, _, _ in computed} <= {path for path, _, _ in whole} | {
            f"15 CFR 799.1({label}){below}" for label in LABELS for below in ("", "(1)", "(2)")
        }
    else:
        assert computed <= whole


@pytest.mark.parametrize(
    "rule",
    [
        "<RULE>" + "<P>" * 99 + "x" + "</P>" * 99 + "</RULE>",
        rule_of([("revise", "a")]).replace("(a)", "(" + "a" * 5000 + ")"),
        rule_of([("revise", "a")]).replace("paragraph (a)(2)", "paragraph " + "(a)" * 3000),
        rule_of([("replace", "a")]).replace("Small", "*" * 20000),
        rule_of([("replace", "a")]).replace("Tiny", "&lt;/P&gt;&lt;P&gt;(b) Injected."),
        rule_of([("add", "a")]).replace("Other lathes.", "&lt;DIV8 N='799.9'&gt;"),
    ],
)
def test_a_hostile_rule_leaves_a_base_that_is_read_again(rule: str) -> None:
    base = base_of([1] * 7)
    try:
        result = applied(base, rule)
    except ParseError:
        return
    again = read_base(result.xml)
    assert [d.number for d in again.divisions()] == [d.number for d in read_base(base.encode()).divisions()]
