"""Fixtures that tests of every kind use."""

import logging

import pytest

from tests.e2e.world import world
from tests.standin.fixtures import standin
from tracker import logs

__all__ = ["standin", "world"]


@pytest.fixture(autouse=True)
def default_logging() -> None:
    """Undo what an earlier test of the same process set up: a command configures structlog, a drill silences all logging."""
    logs.forget_configuration()
    logging.disable(logging.NOTSET)
    apprise = logging.getLogger("apprise")
    apprise.disabled = False
    apprise.setLevel(logging.WARNING)
