"""Fixtures for tests that need a source: import them in `tests/conftest.py`."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from tests.recorded import recorded
from tests.standin import recorded_site
from tests.standin.samples import sample_archive
from tests.standin.server import StandIn

SAMPLE_NOW = datetime(2026, 6, 10, 13, 0, tzinfo=UTC)


@pytest.fixture
def standin() -> Iterator[StandIn]:
    """A stand-in on the small archive of `samples.py`, at 9:00 in New York on 2026-06-10."""
    with StandIn(sample_archive(), now=SAMPLE_NOW) as server:
        yield server
        assert not server.failures, server.failures


@pytest.fixture
def recorded_standin() -> Iterator[StandIn]:
    """A stand-in on recorded data: 30 documents with full text, part 744 as of 2026-03-25 (and as of
    2026-07-18 once `now` is `recorded_site.SECOND_STATE`). Skips where there is none."""
    recorded("labels/dev.tsv")
    archive = recorded_site.recorded_archive(lists=False)
    with StandIn(archive, now=recorded_site.FIRST_STATE) as server:
        yield server
        assert not server.failures, server.failures
