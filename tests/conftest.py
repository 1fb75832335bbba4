"""Fixtures that tests of every kind use."""

import logging
import os
from collections.abc import Iterator

import pytest

from tests.e2e.world import world
from tests.empty_states import (
    copies_of_one_empty_state,
    one_compilation_for_all_stores,
    temporary_folders_in_memory,
)
from tests.postgres_server import every_state_on_postgres
from tests.standin.fixtures import standin
from tracker import logs

__all__ = ["standin", "world"]

temporary_folders_in_memory()


@pytest.fixture(scope="session", autouse=True)
def quick_states() -> None:
    """Before any other fixture can replace what makes the first state."""
    one_compilation_for_all_stores()
    copies_of_one_empty_state()


@pytest.fixture(autouse=True)
def default_logging() -> None:
    """Undo what an earlier test of the same process set up: a command configures structlog, a drill silences all logging."""
    logs.forget_configuration()
    logging.disable(logging.NOTSET)
    apprise = logging.getLogger("apprise")
    apprise.disabled = False
    apprise.setLevel(logging.WARNING)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    marked = metafunc.definition.get_closest_marker("databases")
    if marked:
        metafunc.parametrize("database", marked.args or ["sqlite", "postgres"], indirect=True)


@pytest.fixture(autouse=True)
def database(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The database of the states of a test: SQLite; of a test marked `databases` also PostgreSQL. TRACKER_TEST_DATABASE
    names that of all other tests."""
    name = getattr(request, "param", os.environ.get("TRACKER_TEST_DATABASE", "sqlite"))
    if name == "sqlite":
        yield name
        return
    with every_state_on_postgres(monkeypatch):
        yield name
