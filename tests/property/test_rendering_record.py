"""A record has every field of its change."""

from __future__ import annotations

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.property.rendering_changes import changes
from tracker.errors import ParseError
from tracker.model import Change
from tracker.serialization import change_from_json, change_to_json

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=6,
)


@given(changes)
def test_a_change_survives_its_record_and_json(change: Change) -> None:
    assert change_from_json(json.loads(json.dumps(change_to_json(change), ensure_ascii=False))) == change


@given(changes, st.data())
def test_a_damaged_record_is_refused_in_one_error_or_read(change: Change, data: st.DataObject) -> None:
    written = change_to_json(change)
    key = data.draw(st.sampled_from(sorted(written)))
    written[key] = data.draw(anything)
    with suppress(ParseError):
        change_from_json(written)


def test_a_missing_id_is_named() -> None:
    with pytest.raises(ParseError, match="'id'"):
        change_from_json({})
