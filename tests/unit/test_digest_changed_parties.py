"""Which rows of a list are parties for the digest."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.unit.digest_samples import change
from tracker.digest.changed_parties import last_reported, party_of
from tracker.model import DocumentKind, Op, Operation, UnitKind


@pytest.mark.parametrize("path", ["9903.05.01", "8481.80 › Hand operated:", "8542.31.00.45", "Total"])
def test_a_row_of_the_tariff_schedule_is_no_party(path: str) -> None:
    release = replace(change(1), kind=DocumentKind.LIST)
    operation = Operation(path, Op.ADDED, after="words", kind=UnitKind.ROW)
    assert party_of(operation, release) is None
    assert last_reported([(release, [operation])]) == {}
