from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tracker.citations import to_roman
from tracker.parsing.paragraph_labels import leading_labels, levels


def _name(depth: int, number: int) -> str:
    letter = chr(96 + (number - 1) % 26 + 1) * ((number - 1) // 26 + 1)
    return (
        letter,
        str(number),
        to_roman(number),
        letter.upper(),
        f"\x01{number}\x02",
        f"\x01{to_roman(number)}\x02",
    )[depth]


@st.composite
def outlines(draw: st.DrawFn) -> list[tuple[str, ...]]:
    """A section as a drafter writes it: every level in its order, each with two members or more."""
    paths: list[tuple[str, ...]] = []

    def grow(above: tuple[str, ...], depth: int) -> None:
        for number in range(1, draw(st.integers(2, 12 if depth == 0 else 4)) + 1):
            path = (*above, f"({_name(depth, number)})")
            paths.append(path)
            if depth < 5 and len(paths) < 60 and draw(st.integers(0, 3)) == 0:
                grow(path, depth + 1)

    grow((), 0)
    return paths


@given(outlines())
def test_a_well_formed_section_is_read_back_as_it_was_written(paths: list[tuple[str, ...]]) -> None:
    found = levels([leading_labels(f"{path[-1]} Text") for path in paths])
    plain = [tuple(level.replace("\x01", "").replace("\x02", "") for level in path) for path in paths]
    assert found == plain


@given(st.lists(st.text(alphabet="()abhijxvi12AI \x01\x02-", max_size=12), max_size=20))
def test_any_leads_give_one_stack_each(leads: list[str]) -> None:
    heads = [leading_labels(lead) for lead in leads]
    found = levels(heads)
    assert len(found) == len(leads)
    for head, stack in zip(heads, found, strict=True):
        assert bool(stack) == bool(head)
        assert len(stack) >= len(head)
