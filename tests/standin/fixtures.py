"""Fixtures for tests that need a source: import them in `tests/conftest.py`."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from tests.standin.samples import sample_archive
from tests.standin.server import StandIn

SAMPLE_NOW = datetime(2026, 6, 10, 13, 0, tzinfo=UTC)


@pytest.fixture
def standin() -> Iterator[StandIn]:
    """A stand-in on the small archive of `samples.py`, at 9:00 in New York on 2026-06-10."""
    with StandIn(sample_archive(), now=SAMPLE_NOW) as server:
        yield server
        assert not server.failures, server.failures
