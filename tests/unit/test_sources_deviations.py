"""How an answer differs from the form that its adapter expects."""

from __future__ import annotations

import json

from tracker.sources.deviations import deviations
from tracker.sources.expectations import Shape, fields_of, shape_for

ROWS = Shape(
    "rows", r"/rows", "json",
    fields_of("""
count int
rows list
rows[].name str
rows[].rate number?
rows[].notes any
names object
names{} str
tree object?
tree.label str
tree.children list?
tree.children[] =tree
"""),
)  # fmt: skip


def found(value: object, shape: Shape = ROWS) -> list[tuple[str, str, int, int]]:
    body = value if isinstance(value, bytes) else json.dumps(value).encode()
    return [(one.kind, one.path, one.count, one.of) for one in deviations(shape, body)]


def whole(**more: object) -> dict[str, object]:
    return {
        "count": 1,
        "rows": [{"name": "a", "rate": 1, "notes": {"any": []}}],
        "names": {"free key": "x"},
        **more,
    }


def test_an_answer_as_expected_has_none() -> None:
    assert found(whole(tree={"label": "a", "children": [{"label": "b"}]})) == []


def test_missing_unknown_and_other_types_are_counted_with_their_place() -> None:
    rows = [{"name": "a", "rate": None, "notes": 1}, {"rate": "2 %", "notes": 1, "unit": "kg"}]
    assert found(whole(rows=rows)) == [
        ("missing", "rows[].name", 1, 2),
        ("type", "rows[].rate", 1, 2),
        ("unknown", "rows[].unit", 1, 2),
    ]


def test_a_tree_has_the_same_form_at_every_depth() -> None:
    tree = {"label": "a", "children": [{"label": "b", "children": [{"name": "c"}]}]}
    assert found(whole(tree=tree)) == [("missing", "tree.label", 1, 3), ("unknown", "tree.name", 1, 3)]


def test_what_is_no_json_is_another_form() -> None:
    assert found(b"<html></html>") == [("form", "", 1, 1)]


def test_json_inside_a_call() -> None:
    shape = Shape("list", "", "json", fields_of("[].subject str"), call=r"\.update\(\s*(\[.*\])\s*\)")
    assert found(b'W[0].update([{"subject": "x", "href": "y"}])', shape) == [("unknown", "[].href", 1, 1)]


def test_elements_of_xml() -> None:
    shape = Shape("text", "", "xml", elements=frozenset({"DIV5", "P"}), required=frozenset({"DIV5", "HEAD"}))
    assert found(b"<DIV5><P>a <XYZ>b</XYZ></P></DIV5>", shape) == [
        ("missing", "<HEAD>", 1, 1),
        ("unknown", "<XYZ>", 1, 3),
    ]


def test_the_first_shape_of_an_address_counts() -> None:
    assert shape_for((ROWS,), "/api/rows?x=1") is ROWS
    assert shape_for((ROWS,), "/api/columns") is None
