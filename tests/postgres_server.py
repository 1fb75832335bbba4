"""A PostgreSQL for tests: the one that `TRACKER_TEST_POSTGRES_URL` names, else one of our own in a temporary folder.

Every state folder of a test gets a database of its own, cloned from a template that has the schema.
"""

from __future__ import annotations

import atexit
import os
import pwd
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, ClassVar

import pytest

from tracker.storage import location

URL = "TRACKER_TEST_POSTGRES_URL"
_BINARIES = ("/usr/lib/postgresql", "/usr/local/pgsql", "/opt/homebrew/opt/postgresql")
# A crash of the machine may lose a test's database.
_FAST = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_connections=200"


class Databases:
    """Databases by state folder; `url_of` takes one at the first question. They are emptied and used again: a clone takes
    longer."""

    _free: ClassVar[list[str]] = []

    def __init__(self, server: str, template: str) -> None:
        self.server, self.template = server, template
        self.made: dict[Path, str] = {}
        self.bare: list[str] = []

    def url_of(self, state: Path) -> str:
        state = state.absolute()
        if state not in self.made:
            self.made[state] = self._free.pop() if self._free else self._clone()
        return _named(self.server, self.made[state])

    def _clone(self) -> str:
        name = f"t_{uuid.uuid4().hex[:12]}"
        _run(self.server, f"CREATE DATABASE {name} TEMPLATE {self.template}")
        return name

    def empty(self) -> str:
        """The URL of a database without tables."""
        name = f"e_{uuid.uuid4().hex[:12]}"
        _run(self.server, f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'")
        self.bare.append(name)
        return _named(self.server, name)

    def drop(self, name: str) -> None:
        """Lose a database that was empty."""
        _run(self.server, f"DROP DATABASE {name} WITH (FORCE)")
        self.bare.remove(name)

    @contextmanager
    def of_one_test(self) -> Iterator[None]:
        """Gives back at the end what a test took; what its module took stays."""
        states, bare = set(self.made), set(self.bare)
        try:
            yield
        finally:
            self._give_back(self.made.keys() - states, set(self.bare) - bare)

    def give_back(self) -> None:
        self._give_back(self.made.keys(), self.bare)

    def _give_back(self, states: Collection[Path], bare: Collection[str]) -> None:
        for name in tuple(bare):
            self.drop(name)
        for state in tuple(states):
            name = self.made.pop(state)
            _run(_named(self.server, name), _emptied(self.server, self.template))
            self._free.append(name)


@cache
def _emptied(server: str, template: str) -> str:
    """The statements that make a database like the template again."""
    import psycopg

    with psycopg.connect(_named(server, template)) as connection:
        found = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        names = [str(row[0]) for row in found]
        filled = [
            name
            for name in names
            if connection.execute(f"SELECT 1 FROM {name} LIMIT 1".encode()).fetchone() is not None
        ]
        rows = [
            str(row[0])
            for name in filled
            for row in connection.execute(
                f"SELECT format('INSERT INTO {name} SELECT * FROM json_populate_record(NULL::{name}, %L)', row_to_json(r))"
                f" FROM {name} AS r".encode()
            )
        ]
    # Without this, the next row would get the number of one of the rows above.
    numbers = [
        f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), (SELECT max(id) FROM {name}))"
        for name in filled
        if name in {"row_event", "data_version"}
    ]
    return "; ".join((f"TRUNCATE {', '.join(names)} RESTART IDENTITY", *rows, *numbers))


@contextmanager
def databases() -> Iterator[Databases]:
    """Skips the test where there is no server."""
    server = server_url()
    if not server:
        pytest.skip(f"no PostgreSQL: set {URL}, or install a server")
    found = Databases(server, _template(server))
    try:
        yield found
    finally:
        found.give_back()


@contextmanager
def every_state_on_postgres(monkeypatch: pytest.MonkeyPatch) -> Iterator[Databases]:
    """Keeps every state folder in PostgreSQL meanwhile."""
    with databases() as found:
        monkeypatch.setattr(location, "url_of", found.url_of)
        yield found


def store_section(folder: Path, state: Path) -> str:
    """`[store]` for the settings in a folder, for a process of its own; empty where the state is in SQLite."""
    url = location.url_of(state)
    if url is None:
        return ""
    (folder / "database-url").write_text(url, "utf-8")
    return '[store]\nurl = "file:database-url"\n'


@cache
def server_url() -> str:
    """The URL of a server, without its database; empty where there is none."""
    given = os.environ.get(URL, "")
    if given:
        return given
    try:
        import psycopg  # noqa: F401
    except ImportError:
        return ""
    binaries = find_binaries()
    return _started(binaries) if binaries else ""


def find_binaries() -> Path | None:
    """The folder with the programs of a server on this machine."""
    found = shutil.which("pg_ctl")
    if found and (Path(found).resolve().parent / "initdb").exists():
        return Path(found).resolve().parent
    for folder in _BINARIES:
        for initdb in sorted(Path(folder).glob("**/bin/initdb"), reverse=True):
            return initdb.parent
    return None


class OwnServer:
    """A server in a temporary folder, reached by a socket in it, and with a `port` also by TCP on this machine."""

    def __init__(self, binaries: Path, options: str, port: int | None = None) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="tracker-postgres-"))
        listen = "-c listen_addresses=" if port is None else f"-c listen_addresses=127.0.0.1 -c port={port}"
        self.port = port
        self._binaries, self._options = binaries, f"{options} {listen} -k {self.folder}"
        self._data, self._as_user = self.folder / "data", dict[str, Any]()
        if os.geteuid() == 0:  # PostgreSQL refuses to run as root
            try:
                user = pwd.getpwnam("postgres")
            except KeyError:
                user = pwd.getpwnam("nobody")
            os.chown(self.folder, user.pw_uid, user.pw_gid)
            self._as_user = {"user": user.pw_uid, "group": user.pw_gid, "cwd": self.folder}
        self._run("initdb", "-U", "tracker", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
        self.start()

    @property
    def url(self) -> str:
        if self.port is not None:
            return f"postgresql://tracker@127.0.0.1:{self.port}/postgres"
        return f"postgresql://tracker@/postgres?host={self.folder}"

    def start(self) -> None:
        log = self.folder / "log"
        try:
            self._run("pg_ctl", "-w", "-t", "280", "-l", str(log), "-o", self._options, "start")
        except subprocess.CalledProcessError as error:
            raise OSError(f"PostgreSQL does not start: {log.read_text('utf-8')[-2_000:]}") from error

    def stop(self, mode: str) -> None:
        """`fast`: connections are closed and everything is written; `immediate`: as in a crash."""
        self._run("pg_ctl", "-w", "-t", "280", "-m", mode, "stop")

    def remove(self) -> None:
        if (self._data / "postmaster.pid").exists():
            self.stop("immediate")
        shutil.rmtree(self.folder, ignore_errors=True)

    def _run(self, command: str, *arguments: str) -> None:
        subprocess.run(
            [str(self._binaries / command), "-D", str(self._data), *arguments],
            check=True,
            stdout=subprocess.DEVNULL,
            timeout=300,  # a server with `fsync` writes everything before it ends
            **self._as_user,
        )


def _started(binaries: Path) -> str:
    server = OwnServer(binaries, _FAST)
    atexit.register(server.remove)
    return server.url


@cache
def _template(server: str) -> str:
    """A database with the schema and nothing else, made once in a process."""
    from tracker.storage.database import Store

    name = f"template_{uuid.uuid4().hex[:12]}"
    _run(server, f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'")
    if server == os.environ.get(URL):
        atexit.register(_run, server, f"DROP DATABASE {name}")
    with tempfile.TemporaryDirectory() as folder:
        location.bind(Path(folder), _named(server, name))
        Store(Path(folder)).close()
        location.release(Path(folder))
    return name


def _named(server: str, name: str) -> str:
    from sqlalchemy import make_url

    return make_url(server).set(database=name).render_as_string(hide_password=False)


def _run(server: str, statement: str) -> None:
    import psycopg

    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(statement.encode())
