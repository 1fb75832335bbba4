"""One scheduler and four workers on a PostgreSQL that keeps what it says (`fsync`): processes are killed every few seconds,
the database is restarted twice, one worker is cut off from it. What is planted meanwhile has to be sent once.

`python -m bench.drills --only machines --minutes 10` is the long form.
"""

from __future__ import annotations

import json
import random
import re
import socket
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import psycopg

from bench.drill_processes import URL, Life, Machines, Process
from bench.drill_proxy import Proxy
from tests.e2e.world import SOURCES
from tests.postgres_server import OwnServer, find_binaries
from tests.standin.fixtures import SAMPLE_NOW
from tests.standin.samples import sample_archive
from tests.standin.server import StandIn
from tests.unit.notifications_sinks import HttpSink, http_sink
from tracker.archive.verification import verify
from tracker.demo.http_messages import Reply, Request
from tracker.demo.model import FrDocument
from tracker.i18n import t
from tracker.storage import location

WORKERS = 4
HOSTS, PAGES = 3, 8  # of pages, and pages on each
RATE = 2.0  # requests a second that each of these hosts allows
OTHER_RATE = 5.0  # of the host of the Federal Register and the eCFR
WINDOW = 10.0  # seconds, in which the requests to a host are counted
LATE = 1.0  # seconds by which a request may follow its turn: the machine is busy
KILLS_EVERY = (2.0, 5.0)
PLANTS_EVERY = (1.5, 4.0)
ALL_KILLED_EVERY = 60.0  # all workers at once, while a message is sent
SHORT, LONGEST_WAIT = 75.0, 180.0  # seconds: of the short form, and until the next alert arrives
DOWN = 3.0  # seconds without a database at a restart
BIS = ("commerce-department", "industry-and-security-bureau")
SEED = 20261130
_NAME = re.compile(r"PLANT(\d+)E")
CONNECTION = "-c fsync=on -c synchronous_commit=on -c full_page_writes=on -c max_connections=100"


class Counting(StandIn):
    """Knows when it was asked."""

    def __enter__(self) -> Counting:
        return self

    def __init__(self, *arguments: Any, **named: Any) -> None:
        self.moments: list[float] = []
        super().__init__(*arguments, **named)

    def respond(self, request: Request) -> Reply:
        self.moments.append(time.monotonic())
        return super().respond(request)

    def most(self, seconds: float) -> int:
        """The most requests within so many seconds."""
        times, first, most = sorted(self.moments), 0, 0
        for last, at in enumerate(times):
            while at - times[first] > seconds:
                first += 1
            most = max(most, last - first + 1)
        return most


@dataclass
class Figures:
    seconds: float
    cut: float
    life: Life = field(default_factory=Life)
    restarts: list[str] = field(default_factory=list)
    planted: dict[int, float] = field(default_factory=dict)
    first: Counter[int] = field(default_factory=Counter)  # alerts without the label of a repetition
    labeled: Counter[int] = field(default_factory=Counter)
    delays: list[float] = field(default_factory=list)
    stored: set[int] = field(default_factory=set)
    notices: Counter[str] = field(default_factory=Counter)
    false: int = 0
    rates: list[tuple[float, int, int]] = field(default_factory=list)  # allowed a second, most, requests
    problems: list[str] = field(default_factory=list)

    @property
    def missed(self) -> list[int]:
        return [number for number in self.planted if not self.first[number] + self.labeled[number]]

    @property
    def twice(self) -> list[int]:
        return [number for number in self.planted if self.first[number] > 1]

    @property
    def repeats(self) -> int:
        return sum(
            self.first[number] + self.labeled[number] - 1 for number in self.planted if number in self.alerted
        )

    @property
    def alerted(self) -> set[int]:
        return {number for number in self.planted if self.first[number] + self.labeled[number]}

    @property
    def polite(self) -> bool:
        return all(most <= _bound(rate) for rate, most, _ in self.rates)

    @property
    def ok(self) -> bool:
        lost = (
            self.missed or self.twice or self.false or self.problems or self.life.left or any(self.life.codes)
        )
        return bool(self.planted) and self.stored == set(self.planted) and not lost and self.polite

    def line(self) -> str:
        return (
            f"{'ok  ' if self.ok else 'FAIL'} machines: {self.seconds:.0f} s, {sum(self.life.kills.values())} kills, {len(self.planted)} planted: "
            f"{len(self.planted) - len(self.stored)} not stored, {len(self.missed)} missed, {len(self.twice)} sent twice, {self.repeats} labeled repetitions, "
            f"{self.false} false, {len(self.problems)} problems of verify, {self.life.left} processes left"
        )

    def rows(self) -> list[list[str]]:
        ordered = sorted(self.delays) or [0.0]
        rates = ", ".join(f"{most} of {_bound(rate):.0f}" for rate, most, _ in self.rates)
        return [
            ["seconds; a worker cut off from the database, seconds", f"{self.seconds:.0f}; {self.cut:.0f}"],
            ["`kill -9`: of the scheduler, of workers", f"{self.life.kills['scheduler']}, {sum(self.life.kills.values()) - self.life.kills['scheduler']}"],
            ["restarts of PostgreSQL", ", ".join(self.restarts)],
            ["processes that ended by themselves, and were started again", str(sum(self.life.ended.values()))],
            ["changes planted", str(len(self.planted))],
            ["stored", str(len(self.stored))],
            ["sent without a label more than once", str(len(self.twice))],
            ["missed", str(len(self.missed))],
            ["further copies, labeled as possible repetitions", str(self.repeats)],
            ["false alarms", str(self.false)],
            ["notices of outages and recoveries", str(sum(self.notices.values()))],
            ["from publication to alert: median, p95, longest",
             ", ".join(f"{ordered[min(len(ordered) - 1, int(share * len(ordered)))]:.0f} s" for share in (0.5, 0.95, 1))],
            [f"requests, all hosts; most to one host in {WINDOW:.0f} s, of those that its rate allows",
             f"{sum(number for *_, number in self.rates):,}; {rates}"],
            ["`tracker verify` afterwards", "clean" if not self.problems else "NOT CLEAN"],
            ["processes left after the last one was stopped", str(self.life.left)],
        ]  # fmt: skip


def _bound(rate: float) -> float:
    return rate * (WINDOW + LATE) + 1


def unavailable() -> str:
    """Why the drill cannot run here; empty where it can."""
    return "" if find_binaries() else "no PostgreSQL on this machine"


def _page(number: str, words: list[str]) -> str:
    body = "".join(f"<p>Paragraph {n} of page {number} on licenses for equipment.</p>" for n in range(12))
    text = "".join(f"<p>{word}</p>" for word in words)
    return f"<html><head><title>Page {number}</title></head><body><main><h1>Page {number}</h1>{body}{text}</main></body></html>"


def free_port() -> int:
    """A port below those that the system gives to outgoing connections: while the server is down, a client that tries to
    reach it could get the port itself."""
    for port in random.sample(range(20_000, 30_000), 100):
        try:
            socket.create_server(("127.0.0.1", port)).close()
        except OSError:
            continue
        return port
    raise OSError("no free port")


class Drill:
    def __init__(self, seconds: float, folder: Path) -> None:
        self.seconds, self.folder = seconds, folder
        self.figures = Figures(seconds, min(60.0, seconds / 5))
        self.dice = random.Random(SEED)
        self.pages: dict[tuple[int, int], list[int]] = {}
        self.read = 0
        self.struck, self.strike = threading.Event(), threading.Event()  # wanted at the next message; now

    def run(self) -> Figures:
        binaries = find_binaries()
        assert binaries is not None
        with ExitStack() as stack:
            self.sites = [
                stack.enter_context(Counting(sample_archive(), now=SAMPLE_NOW)) for _ in range(HOSTS + 1)
            ]
            self.sink = stack.enter_context(http_sink(self._answer))
            self.server = OwnServer(binaries, CONNECTION, free_port())
            stack.callback(self.server.remove)
            proxy = Proxy(_port(self.server))
            stack.callback(proxy.close)
            settings = self._settings(self.sink)
            with psycopg.connect(self.server.url, autocommit=True) as connection:
                connection.execute("CREATE DATABASE drill TEMPLATE template0 ENCODING 'UTF8'")
            direct = f"postgresql://tracker@127.0.0.1:{self.server.port}/drill"
            by_proxy = f"postgresql://tracker@127.0.0.1:{proxy.port}/drill"
            self.machines = Machines(
                self.folder, settings,
                [self._process("scheduler", "scheduler", direct),
                 *(self._process(f"worker-{number}", "worker", direct if number < WORKERS else by_proxy) for number in range(1, WORKERS + 1))],
            )  # fmt: skip
            self.figures.life = self.machines.life
            try:
                self._baseline(direct)
                self._play(proxy)
                self._drain()
            finally:
                self.machines.stop()
            self._count(direct)
        return self.figures

    def _process(self, name: str, role: str, url: str) -> Process:
        return Process(name, role, url, self.folder / f"{name}.log")

    def _answer(self, number: int) -> Any:
        """The receiver takes its time. Now and then all workers die while it does: the message may have arrived or not."""
        if self.struck.is_set():
            self.struck.clear()
            self.strike.set()
            time.sleep(1.0)
        time.sleep(0.3 if number % 3 == 0 else 0.02)
        return 200

    def _settings(self, sink: HttpSink) -> Path:
        text = f'[tracker]\ncontact = "test@example.co.jp"\n[store]\nurl = "env:{URL}"\n'
        for number, site in enumerate(self.sites):
            rate = RATE if number < HOSTS else OTHER_RATE
            text += f'[[host]]\nname = "{site.url.partition("//")[2]}"\nrate = {rate}\n'
        common = 'every = "4s"\ntime_limit = "30s"\n'
        for number, site in enumerate(self.sites[:HOSTS]):
            for page in range(PAGES):
                site.put_page(f"/pages/{page}", _page(f"{number}-{page}", []))
                text += f'[[source]]\nid = "p{number}-{page}"\nkind = "page"\nurl = "{site.url}/pages/{page}"\ncontent = "main"\n{common}'
        for name in ("fr-bis", "ear"):
            text += f'[[source]]\nid = "{name}"\n{SOURCES[name].format(base=self.sites[-1].url)}\n{common}'
        text += f'[[channel]]\nid = "hook"\nurl = "json://127.0.0.1:{sink.port}/hook"\n[[route]]\nwhen = {{ level = "low" }}\nto = ["hook"]\n'
        path = self.folder / "sources.toml"
        path.write_text(text, "utf-8")
        return path

    def _baseline(self, url: str) -> None:
        sources, end = HOSTS * PAGES + 2, time.monotonic() + 600
        while True:
            self.machines.look()
            time.sleep(0.5)
            with psycopg.connect(url) as connection:
                made = connection.execute("SELECT to_regclass('source')").fetchone()
                if made and made[0]:
                    row = connection.execute(
                        "SELECT count(*) FROM source WHERE baseline_at IS NOT NULL"
                    ).fetchone()
                    if row == (sources,):
                        return
            if time.monotonic() > end:
                raise TimeoutError(f"no baseline: see the logs in {self.folder}")

    def _play(self, proxy: Proxy) -> None:
        begun = time.monotonic()
        end = begun + self.seconds
        killing, planting, striking = begun + 1.0, begun, begun + ALL_KILLED_EVERY / 3
        restarts = [(begun + self.seconds * 0.25, "fast"), (begun + self.seconds * 0.5, "immediate")]
        cutting = begun + self.seconds * 0.65
        while (now := time.monotonic()) < end:
            self._step()
            if now >= planting:
                self._plant()
                planting = now + self.dice.uniform(*PLANTS_EVERY)
            if now >= killing:
                one = self.dice.choice(self.machines.processes)
                if one.works:
                    self.machines.kill(one)
                killing = now + self.dice.uniform(*KILLS_EVERY)
            if now >= striking:
                self.struck.set()
                striking = now + ALL_KILLED_EVERY
            if self.strike.is_set():
                self.strike.clear()
                for one in self.machines.processes:
                    if one.role == "worker":
                        self.machines.kill(one)
            if restarts and now >= restarts[0][0]:
                self._restart(restarts.pop(0)[1])
            if cutting <= now < cutting + self.figures.cut:
                proxy.cut()
            else:
                proxy.mend()
            time.sleep(0.1)
        proxy.mend()

    def _restart(self, mode: str) -> None:
        self.server.stop(mode)
        time.sleep(DOWN)
        self.server.start()
        self.figures.restarts.append(mode)

    def _drain(self) -> None:
        """Nothing fails any more: what is queued is sent."""
        left, end = len(self.figures.missed), time.monotonic() + LONGEST_WAIT
        while self.figures.missed and time.monotonic() < end:
            self._step()
            if len(self.figures.missed) < left:
                left, end = len(self.figures.missed), time.monotonic() + LONGEST_WAIT
            time.sleep(0.2)
        quiet = time.monotonic() + 10.0
        while time.monotonic() < quiet:  # a second copy would arrive now
            self._step()
            time.sleep(0.2)

    def _step(self) -> None:
        self.machines.look()
        now = SAMPLE_NOW + timedelta(seconds=time.monotonic() - self.machines.began)
        for site in self.sites:
            site.now = now
        self._listen()

    def _plant(self) -> None:
        figures, number = self.figures, len(self.figures.planted) + 1
        word = f"PLANT{number}E: BIS adds {number} entities in China to the Entity List for ECCN 3B001."
        # Two changes of a page between two looks would rightly be sent as one.
        free = [
            (host, page)
            for host in range(HOSTS)
            for page in range(PAGES)
            if figures.alerted.issuperset(self.pages.get((host, page), []))
        ]
        if free and self.dice.random() > 0.15:
            host, page = self.dice.choice(free)
            planted = self.pages.setdefault((host, page), [])
            planted.append(number)
            words = [
                f"PLANT{one}E: BIS adds {one} entities in China to the Entity List for ECCN 3B001."
                for one in planted
            ]
            self.sites[host].put_page(f"/pages/{page}", _page(f"{host}-{page}", words))
        else:
            site = self.sites[-1]
            site.add_document(
                FrDocument(f"2026-2{number:04}", site.now.date(), f"Entity List Additions, PLANT{number}E", "RULE", BIS, word)
            )  # fmt: skip
        figures.planted[number] = time.monotonic()

    def _listen(self) -> None:
        figures = self.figures
        bodies = self.sink.bodies[self.read :]
        self.read += len(bodies)
        for body in bodies:
            if not str(body.get("id", "")).startswith("chg_"):
                figures.notices[str(body.get("kind"))] += 1
                continue
            numbers = [int(number) for number in _NAME.findall(json.dumps(body))]
            if not numbers:
                figures.false += 1
                continue
            number = max(numbers)  # an alert may quote its older neighbors
            if number not in figures.alerted:
                figures.delays.append(time.monotonic() - figures.planted[number])
            repeated = t("message.repeated", body["alert"]["language"]) in body["alert"]["marks"]
            (figures.labeled if repeated else figures.first)[number] += 1

    def _count(self, url: str) -> None:
        figures = self.figures
        with psycopg.connect(url) as connection:
            rows = connection.execute("SELECT record FROM change WHERE NOT baseline::boolean").fetchall()
        figures.stored = {
            max(numbers)
            for (record,) in rows
            if (numbers := [int(found) for found in _NAME.findall(str(record))])
        }
        for number, site in enumerate(self.sites):
            figures.rates.append(
                (RATE if number < HOSTS else OTHER_RATE, site.most(WINDOW), len(site.moments))
            )
        state = self.folder / "verified"
        location.bind(state, url)
        try:
            figures.problems = verify(state, {}, lambda _: None).problems
        finally:
            location.release(state)


def _port(server: OwnServer) -> int:
    assert server.port is not None
    return server.port


@contextmanager
def _kept(folder: Path | None) -> Iterator[Path]:
    """A folder that is removed afterwards, or the one that was asked for."""
    if folder is not None:
        folder.mkdir(parents=True)
        yield folder
        return
    with TemporaryDirectory(prefix="tracker-machines-") as name:
        yield Path(name)


def run(minutes: float | None = None, keep: Path | None = None) -> Figures:
    """`minutes`: None for the short form. `keep`: a new folder for the logs of the processes."""
    with _kept(keep) as folder:
        return Drill(SHORT if minutes is None else minutes * 60, folder).run()
