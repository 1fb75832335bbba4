from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tracker.citations import find_citations, parse_cfr, sort_key

SORTS = (
    st.sampled_from("abcdefgh"),
    st.integers(1, 30).map(str),
    st.sampled_from(["i", "ii", "iii", "iv", "v"]),
)


@st.composite
def paths(draw: st.DrawFn) -> str:
    depth = draw(st.integers(0, 3))
    levels = "".join(f"({draw(SORTS[index])})" for index in range(depth))
    return f"15 CFR {draw(st.integers(730, 774))}.{draw(st.integers(1, 40))}{levels}"


@given(paths(), st.text(alphabet="abcdefg hijk,;:", max_size=20))
def test_a_citation_is_found_in_any_surrounding(path: str, around: str) -> None:
    text = f"{around} {path} {around}"
    assert path in [hit.value for hit in find_citations(text)]


@given(st.text(max_size=300))
def test_any_text_gives_places_in_order_that_lie_within_it(text: str) -> None:
    last = 0
    for hit in find_citations(text):
        assert hit.start < hit.end <= len(text)
        assert hit.start >= last or hit.kind == "supplement"
        last = hit.start


@given(paths(), paths())
def test_the_order_is_total_and_the_place_is_read_back(first: str, second: str) -> None:
    assert (sort_key(first) == sort_key(second)) == (first == second)
    place = parse_cfr(first)
    assert place is not None
    assert first == f"15 CFR {place.section}" + "".join(f"({level})" for level in place.levels)


@given(st.text(max_size=60))
def test_any_path_has_a_key(path: str) -> None:
    assert isinstance(sort_key(path), tuple)
