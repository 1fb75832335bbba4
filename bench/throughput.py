"""`python -m bench.throughput [--write] [--pages N]`: pages and documents a second with 1, 2 and 4 workers on PostgreSQL, as
ratios to the one process on SQLite, and how often a poll asks the database.

Documents: first polls, each of a page that is parsed and stored. Pages: polls of the same pages, which have another nonce at
each request and no validators, and nothing new. All processes of an engine are up before the first poll.
"""

from __future__ import annotations

import argparse
import os
import sqlite3
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import psycopg

from bench import report
from bench.drill_kit import disable_logging
from bench.drill_machines import CONNECTION, free_port
from bench.drill_processes import URL, Machines, Process
from bench.drill_proxy import Proxy
from tests.postgres_server import OwnServer, find_binaries
from tests.standin.fixtures import SAMPLE_NOW
from tests.standin.samples import sample_archive
from tests.standin.server import StandIn
from tracker.demo.http_messages import Reply, Request

PAGES, PARAGRAPHS = 200, 40
WORKERS = (1, 2, 4)
LIMIT = 600.0  # seconds for one measurement
NAME = "throughput"
COMMAND = "make bench ARGS=throughput"


class Nonces(StandIn):
    """Pages with another nonce at each request, and no validators."""

    def __enter__(self) -> Nonces:
        return self

    def __init__(self, *arguments: Any, **named: Any) -> None:
        self.first: float | None = None
        super().__init__(*arguments, **named)

    def respond(self, request: Request) -> Reply:
        self.first = self.first or time.monotonic()
        return super().respond(request)

    def finished(self, request: Request, reply: Reply) -> Reply:
        body = reply.body.replace(b"<main>", b"<!-- %d --><main>" % time.monotonic_ns())
        made = super().finished(request, replace(reply, body=body))
        lasting = tuple(pair for pair in made.headers if pair[0] not in {"ETag", "Last-Modified"})
        return replace(made, headers=lasting)


@dataclass(frozen=True, slots=True)
class Figures:
    documents: float  # a second
    pages: float
    cpu: float  # milliseconds of the tracker's processes for one page
    trips: float | None  # to the database, for one page


@dataclass(frozen=True, slots=True)
class Engine:
    """`ask` returns the first column of the first row."""

    ask: Callable[[str], Any]
    settings: Path
    processes: list[Process]
    proxy: Proxy | None = None


def _page(number: int) -> str:
    body = "".join(
        f"<p>Paragraph {n} of page {number}: a license is required for the items of ECCN 3B001.</p>"
        for n in range(PARAGRAPHS)
    )
    return f"<html><head><title>Page {number}</title></head><body><main><h1>Page {number}</h1>{body}</main></body></html>"


def _settings(folder: Path, site: StandIn, pages: int, head: str) -> Path:
    text = f'[tracker]\ncontact = "test@example.co.jp"\n{head}'
    for number in range(pages):
        text += f'[[source]]\nid = "p{number}"\nkind = "page"\nurl = "{site.url}/pages/{number}"\ncontent = "main"\nevery = "7d"\n'
    path = folder / "sources.toml"
    path.write_text(text, "utf-8")
    return path


def _measured(engine: Engine, folder: Path, site: Nonces, pages: int) -> Figures:
    machines = Machines(folder, engine.settings, engine.processes)
    site.first = None
    for one in engine.processes:
        if one.role == "scheduler":
            _until(lambda: all(other.is_up for other in engine.processes if other.role != "scheduler"))
        machines.start(one)
    try:
        done = "SELECT count(*) FROM source WHERE last_success_at IS NOT NULL"
        _until(lambda: site.first is not None and engine.ask(done) == pages)
        assert site.first is not None
        documents = pages / (time.monotonic() - site.first)
        before, cpu = engine.ask("SELECT max(last_success_at) FROM source"), machines.cpu_seconds()
        trips = 0 if engine.proxy is None else engine.proxy.trips
        began = time.monotonic()
        engine.ask("UPDATE source SET next_poll_at = NULL RETURNING 1")
        again = f"SELECT count(*) FROM source WHERE last_success_at > '{before}'"
        _until(lambda: engine.ask(again) == pages)
        seconds = time.monotonic() - began
        asked = None if engine.proxy is None else (engine.proxy.trips - trips) / pages
        return Figures(documents, pages / seconds, (machines.cpu_seconds() - cpu) / pages * 1e3, asked)
    finally:
        machines.stop()


def _until(what: Callable[[], bool]) -> None:
    end = time.monotonic() + LIMIT
    while not what():
        if time.monotonic() > end:
            raise TimeoutError("it took too long")
        time.sleep(0.05)


def _embedded(folder: Path, site: Nonces, pages: int) -> Figures:
    folder.mkdir()
    settings = _settings(folder, site, pages, "")
    process = Process("all", "all", "", folder / "all.log", ("--listen", "127.0.0.1:0"))
    path = folder / "all" / "tracker.db"

    def ask(statement: str) -> Any:
        if not path.exists():
            return None
        with closing(sqlite3.connect(path, timeout=30)) as connection, connection:
            try:
                row = connection.execute(statement).fetchone()
            except sqlite3.OperationalError:  # the schema is in the making
                return None
            return row[0] if row else None

    return _measured(Engine(ask, settings, [process]), folder, site, pages)


def _workers(number: int, server: OwnServer, folder: Path, site: Nonces, pages: int) -> Figures:
    folder.mkdir()
    name = f"bench_{number}"
    with psycopg.connect(server.url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'".encode())
    direct = f"postgresql://tracker@127.0.0.1:{server.port}/{name}"
    settings = _settings(folder, site, pages, f'[store]\nurl = "env:{URL}"\n')
    assert server.port is not None
    with closing(Proxy(server.port)) as proxy:
        counted = f"postgresql://tracker@127.0.0.1:{proxy.port}/{name}"
        processes = [
            Process(f"worker-{place}", "worker", counted if number == 1 else direct, folder / f"{place}.log")
            for place in range(number)
        ]
        processes.append(Process("scheduler", "scheduler", direct, folder / "scheduler.log"))

        def ask(statement: str) -> Any:
            with psycopg.connect(direct) as connection:
                made = connection.execute("SELECT to_regclass('source')").fetchone()
                if made is None or made[0] is None:
                    return None
                row = connection.execute(statement.encode()).fetchone()
                return row[0] if row else None

        engine = Engine(ask, settings, processes, proxy if number == 1 else None)
        return _measured(engine, folder, site, pages)


def run(pages: int) -> str:
    binaries = find_binaries()
    if binaries is None:
        raise SystemExit("no PostgreSQL on this machine")
    disable_logging()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="tracker-throughput-")))
        site = stack.enter_context(Nonces(sample_archive(), now=SAMPLE_NOW))
        for number in range(pages):
            site.put_page(f"/pages/{number}", _page(number))
        server = OwnServer(binaries, CONNECTION, free_port())
        stack.callback(server.remove)
        found = {"one process on SQLite": _embedded(folder / "sqlite", site, pages)}
        for number in WORKERS:
            name = f"{number} worker{'s' if number > 1 else ''} on PostgreSQL"
            found[name] = _workers(number, server, folder / str(number), site, pages)
            print(f"{name}: {found[name]}", file=sys.stderr)
    first = next(iter(found.values()))
    rows = [
        [name, f"{one.documents / first.documents:.2f}", f"{one.pages / first.pages:.2f}", f"{one.cpu / first.cpu:.2f}",
         "" if one.trips is None else f"{one.trips:.1f}"]
        for name, one in found.items()
    ]  # fmt: skip
    cores = os.cpu_count()
    return "\n\n".join(
        [
            "## Throughput of many processes",
            f"{pages} pages of one host without a rate, on {cores} cores that the processes, PostgreSQL with `fsync` and the server of the pages share. "
            f"Ratios to one process on SQLite ({first.documents:.0f} documents and {first.pages:.0f} pages a second, {first.cpu:.0f} ms of CPU for a page). Documents: pages "
            "parsed and stored for the first time. Pages: polls of the same pages, with another nonce, no validators and nothing new. CPU: of the "
            "tracker's processes, for one such page. Round trips to the database for one such page: counted by a proxy between one worker and PostgreSQL, "
            "with those of its queue and of its other jobs.",
            report.table(["engine", "documents / s", "pages / s", "CPU", "round trips for a page"], rows),
        ]
    )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--pages", type=int, default=PAGES)
    parser.add_argument("--write", action="store_true", help="put the table into docs/benchmarks.md")
    options = parser.parse_args()
    found = run(options.pages)
    print(found)
    if options.write:
        report.write(NAME, found, command=COMMAND)


if __name__ == "__main__":
    main()
