"""For any bytes: no word is lost, no path is shared, and only our own errors are raised."""

from __future__ import annotations

from contextlib import suppress
from xml.sax.saxutils import escape

from hypothesis import given, settings
from hypothesis import strategies as st

from tracker.errors import TrackerError
from tracker.model import Document, DocumentKind, Unit, UnitKind
from tracker.parsing import read_file, read_records
from tracker.parsing.ecfr_xml import ecfr_units
from tracker.parsing.fr_xml import fr_units
from tracker.parsing.gpo_xml import raw_text, tree
from tracker.parsing.line_unwrap import unwrap_lines
from tracker.parsing.tables import EMPTY
from tracker.parsing.volatile_content import learn_volatile, mask_document, mask_text

WORDS = st.sampled_from(
    ["(a) Text", "(1) More", "(i)", "(A)", "Note", "3B001 Valves", "a.1. Item", "text & more", "Items:", "", " ", "* * *", "JAPAN", "«語»"]
)  # fmt: skip
TAGS = st.sampled_from(
    [
        "P",
        "FP",
        "FP-1",
        "FP-2",
        "HD1",
        "HD2",
        "NOTE",
        "HED",
        "I",
        "B",
        "E",
        "SU",
        "EXTRACT",
        "DIV",
        "TABLE",
        "TR",
        "TD",
        "THEAD",
        "CITA",
        "EDNOTE",
        "EFFDNOT",
        "PSPACE",
        "FTNT",
        "SCOL2",
        "LI",
        "STARS",
        "GPOTABLE",
        "ROW",
        "ENT",
        "TTITLE",
        "UNKNOWN",
        "AUTH",
        "br",
    ]
)


@st.composite
def markup(draw: st.DrawFn, depth: int = 0) -> str:
    parts = [escape(draw(WORDS))]
    for _ in range(draw(st.integers(0, 3 if depth < 3 else 0))):
        tag = draw(TAGS)
        parts.append(f"<{tag}>{draw(markup(depth + 1))}</{tag}>{escape(draw(WORDS))}")
    return "".join(parts)


def squeezed(text: str) -> str:
    return "".join(text.replace(EMPTY, "").split())


@given(
    markup(),
    st.sampled_from(["744.5", "Supplement No. 4 to Part 744", "Supplement No. 1 to Part 774", "Appendix A"]),
)
@settings(max_examples=120, deadline=None)
def test_no_word_of_the_cfr_is_lost(body: str, number: str) -> None:
    tag = "DIV8" if "." in number and number[0].isdigit() else "DIV9"
    root = tree(f'<{tag} N="{number}"><HEAD>Head</HEAD>{body}</{tag}>'.encode(), "x")
    units = ecfr_units(root)[0]
    assert squeezed("".join(unit.text for unit in units)) == squeezed(raw_text(root))
    assert len({unit.path for unit in units}) == len(units)
    assert all(unit.path and unit.text for unit in units)


@given(markup())
@settings(max_examples=100, deadline=None)
def test_no_word_of_a_rule_is_lost(body: str) -> None:
    xml = f'<RULE><PREAMB><SUM>{body}</SUM></PREAMB><REGTEXT TITLE="15" PART="744"><AMDPAR>1. Amend</AMDPAR>{body}</REGTEXT></RULE>'
    root = tree(xml.encode(), "x")
    units, _ = fr_units(root, "x")
    assert squeezed("".join(unit.text for unit in units)) == squeezed(raw_text(root))
    assert len({unit.path for unit in units}) == len(units)


@given(st.binary(max_size=300) | markup().map(str.encode) | st.text(max_size=200).map(str.encode))
@settings(deadline=None)
def test_any_file_is_read_or_refused(data: bytes) -> None:
    with suppress(TrackerError):
        document = read_file("x", data)
        assert len({unit.path for unit in document.units}) == len(document.units)
    with suppress(TrackerError):
        read_records(data)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
FIELDS = st.sampled_from(
    ["document_number", "title", "type", "action", "agencies", "docket_ids", "cfr_references", "effective_on",
     "corrections", "correction_of", "abstract", "filed_at", "num_pages", "executive_order_number"]
)  # fmt: skip


@given(st.dictionaries(FIELDS, JSON))
def test_a_record_of_wrong_types_is_read_with_notes(record: dict[str, object]) -> None:
    import json

    found = read_records(json.dumps({"title": None, **record}).encode())
    assert all(isinstance(note, str) for document in found for note in document.notes)


@given(st.lists(st.text(alphabet="ab .()1-*\t", max_size=40), max_size=15))
def test_joining_lines_loses_no_word(lines: list[str]) -> None:
    # The hyphen of a broken word is none of its letters.
    assert squeezed("".join(unwrap_lines(lines))).replace("-", "") == squeezed("".join(lines)).replace(
        "-", ""
    )


LINES = st.lists(st.text(alphabet="abc 12:,$%", max_size=25), min_size=1, max_size=4)


def page(lines: list[str]) -> Document:
    units = tuple(Unit(f"¶{n}", UnitKind.PARAGRAPH, " ".join(line.split())) for n, line in enumerate(lines))
    return Document("k", DocumentKind.PAGE, "T", "u", units)


@given(LINES, LINES, LINES)
@settings(deadline=None)
def test_masking_is_settled_after_once(first: list[str], second: list[str], stored: list[str]) -> None:
    templates = learn_volatile(page(first), page(second), page(stored))
    once = mask_document(page(first), templates)
    assert mask_document(once, templates) == once


@given(LINES, LINES)
@settings(deadline=None)
def test_nothing_is_learned_from_two_states_of_a_page(lines: list[str], others: list[str]) -> None:
    assert learn_volatile(page(lines), page(lines), page(others)) == frozenset()
    assert learn_volatile(page(lines), page(others), page(lines)) == frozenset()
    assert learn_volatile(page(lines), page(others), page(others)) == frozenset()


@given(st.text(max_size=80))
def test_masking_any_text_is_safe(text: str) -> None:
    assert isinstance(mask_text(text, ["nonce: a ◌ b", "counter: a ◌ b", "?x="]), str)
