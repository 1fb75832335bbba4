"""What holds for any two texts: operations can be applied, nothing differs from itself, and the two
directions mirror each other."""

from __future__ import annotations

import itertools

from hypothesis import given, settings
from hypothesis import strategies as st

from tracker.diffing import apply, compare, substantive, summarize
from tracker.diffing.normalization import differs_in_typography_only, legal_text
from tracker.diffing.word_diff import likeness, tokens, word_spans
from tracker.model import Document, DocumentKind, Op, Operation, Unit, UnitKind

WORDS = st.sampled_from(
    [
        "the",
        "export",
        "of",
        "3A090.a",
        "items",
        "to",
        "§",
        "744.21(b)",
        "is",
        "not",
        "shall",
        "license",
        "4,800",
        "4,900",
        "Co.,",
        "Ltd.",
        "輸出規制",
        "[Reserved]",
        "—",
        "“known”",
        "2026",
        "percent",
        "under",
        "paragraph",
        "(b)(2)",
        "15",
        "CFR",
        "744.11",
        "reexport",
    ]
)
TEXT = st.lists(WORDS, max_size=9).map(" ".join)
SENTENCE = st.lists(WORDS, min_size=9, max_size=30).map(" ".join)
LETTERS = "abcdefghijklmnop"


def document(units: list[Unit]) -> Document:
    return Document("15 CFR 744", DocumentKind.CFR, "Part 744", "https://example.gov/744", tuple(units))


@st.composite
def paragraphs(draw: st.DrawFn) -> list[Unit]:
    """Sections of designated paragraphs with children, some undesignated, often of the same words."""
    units: list[Unit] = []
    for number in range(draw(st.integers(0, 3))):
        section = f"15 CFR 744.{number + 1}"
        units.append(Unit(section, UnitKind.HEADING, f"§ 744.{number + 1} {draw(TEXT)}".strip()))
        for letter in LETTERS[: draw(st.integers(0, 6))]:
            path, marker = f"{section}({letter})", f"({letter})"
            units.append(
                Unit(
                    path, UnitKind.PARAGRAPH, f"{marker} {draw(st.one_of(TEXT, SENTENCE))}".strip(), 1, marker
                )
            )
            for child in range(draw(st.integers(0, 2))):
                mark = f"({child + 1})"
                text = f"{mark} {draw(TEXT)}".strip()
                units.append(Unit(path + mark, UnitKind.PARAGRAPH, text, 2, mark))
        for ordinal in range(draw(st.integers(0, 2))):
            units.append(Unit(f"{section} ¶{ordinal + 1}", UnitKind.PARAGRAPH, draw(SENTENCE), 1))
    return units


@st.composite
def tables(draw: st.DrawFn) -> list[Unit]:
    name = "Supp. No. 4 to Part 744"
    units = [Unit(name, UnitKind.HEADING, name)]
    for country in draw(st.lists(st.sampled_from(["CHINA", "IRAN", "JAPAN"]), unique=True)):
        units.append(Unit(f"{name} › {country}", UnitKind.HEADING, country, 1))
        parties = draw(
            st.lists(st.sampled_from(["A Co., Ltd.", "A Co. Ltd", "B Inc.", "C GmbH", "D"]), unique=True)
        )
        for party in parties:
            text = f"{party}, {draw(TEXT)}"
            units.append(Unit(f"{name} › {country} › {party}", UnitKind.ROW, text, 2, "", party))
    return units


TEXTS = st.one_of(
    paragraphs(), tables(), st.tuples(paragraphs(), tables()).map(lambda both: both[0] + both[1])
)


def contents(units: tuple[Unit, ...] | list[Unit]) -> list[tuple[str, str, UnitKind]]:
    return [(unit.path, unit.text, unit.kind) for unit in units]


@settings(max_examples=120, deadline=None)
@given(TEXTS, TEXTS)
def test_applying_the_operations_to_the_old_text_gives_the_new(old: list[Unit], new: list[Unit]) -> None:
    operations = compare(document(old), document(new))
    assert contents(apply(old, operations)) == contents(new)


@settings(max_examples=100, deadline=None)
@given(TEXTS)
def test_nothing_differs_from_itself(units: list[Unit]) -> None:
    assert compare(document(units), document(list(units))) == ()


def kept(op: Operation) -> bool:
    return op.op not in (Op.ADDED, Op.REMOVED) and op.before != op.after


@settings(max_examples=100, deadline=None)
@given(TEXTS, TEXTS)
def test_swapping_the_sides_swaps_added_and_removed(old: list[Unit], new: list[Unit]) -> None:
    forward = compare(document(old), document(new))
    backward = compare(document(new), document(old))
    for there, back in ((Op.ADDED, Op.REMOVED), (Op.REMOVED, Op.ADDED)):
        gone = sorted((op.path, op.before or op.after, op.editorial) for op in forward if op.op is there)
        come = sorted((op.path, op.before or op.after, op.editorial) for op in backward if op.op is back)
        assert gone == come
    worded = sorted((op.from_path or op.path, op.path, op.before, op.after) for op in forward if kept(op))
    mirrored = sorted((op.path, op.from_path or op.path, op.after, op.before) for op in backward if kept(op))
    assert worded == mirrored


@settings(max_examples=100, deadline=None)
@given(TEXTS, TEXTS)
def test_spans_give_both_texts_back_with_deletion_before_insertion(old: list[Unit], new: list[Unit]) -> None:
    for op in compare(document(old), document(new)):
        assert "".join(text for kind, text in op.spans if kind != "insert") == op.before
        assert "".join(text for kind, text in op.spans if kind != "delete") == op.after
        kinds = [kind for kind, _ in op.spans]
        assert all(
            pair not in (("insert", "delete"), ("equal", "equal")) for pair in itertools.pairwise(kinds)
        )


@settings(max_examples=100, deadline=None)
@given(TEXTS, TEXTS)
def test_every_pair_of_texts_can_be_summarized(old: list[Unit], new: list[Unit]) -> None:
    operations = compare(document(old), document(new))
    output = summarize(operations)
    assert output.ja
    assert output.en
    assert set(substantive(operations)) <= set(operations)


ANY = st.text(max_size=80)


@settings(deadline=None)
@given(ANY, ANY)
def test_spans_of_any_strings_give_them_back(old: str, new: str) -> None:
    spans = word_spans(old, new)
    assert "".join(text for kind, text in spans if kind != "insert") == old
    assert "".join(text for kind, text in spans if kind != "delete") == new


@given(ANY)
def test_tokens_lose_nothing_but_white_space(text: str) -> None:
    assert "".join("".join(tokens(text)).split()) == "".join(text.split())


@given(ANY)
def test_the_legal_form_is_stable_and_like_itself(text: str) -> None:
    assert differs_in_typography_only(text, text)
    assert likeness(tokens(text), tokens(text)) in (0.0, 1.0)
    assert isinstance(legal_text(text), str)


@given(ANY, ANY)
def test_typography_is_symmetric(old: str, new: str) -> None:
    assert differs_in_typography_only(old, new) == differs_in_typography_only(new, old)


@given(st.lists(WORDS, min_size=1, max_size=20), st.data())
def test_a_digit_that_changes_is_never_typography(words: list[str], data: st.DataObject) -> None:
    text = " ".join([*words, "7"])
    places = [index for index, character in enumerate(text) if character.isdigit()]
    at = data.draw(st.sampled_from(places))
    other = data.draw(st.sampled_from([digit for digit in "0123456789" if digit != text[at]]))
    assert not differs_in_typography_only(text, text[:at] + other + text[at + 1 :])


@given(st.lists(WORDS, min_size=1, max_size=20), st.data())
def test_an_added_not_is_never_typography(words: list[str], data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(words)))
    assert not differs_in_typography_only(" ".join(words), " ".join([*words[:at], "not", *words[at:]]))
