"""Fixtures that tests of every kind use."""

import gc
import logging
import os
from collections.abc import Iterator

import pytest

from tests.e2e.world import world
from tests.empty_states import (
    copies_of_one_empty_state,
    one_compilation_for_all_stores,
    plain_tracebacks,
    rare_collections,
    temporary_folders_in_memory,
)
from tests.postgres_server import Databases, every_state_on_postgres
from tests.standin.fixtures import standin
from tracker import logs
from tracker.storage import location
from tracker.storage.location import url_of

__all__ = ["standin", "world"]

DATABASES = ("sqlite", "postgres")

temporary_folders_in_memory()
rare_collections()


@pytest.fixture(scope="session", autouse=True)
def quick_states() -> None:
    """Before any other fixture can replace what makes the first state."""
    plain_tracebacks()
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


def pytest_collection_finish() -> None:
    """What is there now stays until the end."""
    gc.freeze()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """The mark of a module holds for its module fixtures too, which take `database_of_module`."""
    marked = metafunc.definition.get_closest_marker("databases")
    if not marked:
        return
    module = metafunc.definition.getparent(pytest.Module)
    whole = module is not None and marked in module.own_markers
    if whole:
        metafunc.parametrize("database_of_module", marked.args or DATABASES, indirect=True, scope="module")
    else:
        metafunc.parametrize("database", marked.args or DATABASES, indirect=True)


@pytest.fixture(scope="module", autouse=True)
def database_of_module(request: pytest.FixtureRequest) -> Iterator[Databases | None]:
    """The PostgreSQL with the states of a module; None: SQLite. TRACKER_TEST_DATABASE names the database of all tests
    without the mark `databases`."""
    name = getattr(request, "param", os.environ.get("TRACKER_TEST_DATABASE", "sqlite"))
    if name == "sqlite":
        yield None
        return
    with pytest.MonkeyPatch.context() as patch, every_state_on_postgres(patch) as found:
        yield found


@pytest.fixture(autouse=True)
def database(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, database_of_module: Databases | None
) -> Iterator[str]:
    """The database of the states of a test: its own where the test is marked `databases`, else that of its module."""
    name = getattr(request, "param", "postgres" if database_of_module else "sqlite")
    if name == "sqlite":
        if database_of_module is not None:
            monkeypatch.setattr(location, "url_of", url_of)
        yield name
    elif database_of_module is not None:
        with database_of_module.of_one_test():
            yield name
    else:
        with every_state_on_postgres(monkeypatch):
            yield name
