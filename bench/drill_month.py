"""A month of simulated time: many sources, a fault on every fifth request, a crash a day, and changes that are planted
and have to be sent exactly once."""

from __future__ import annotations

import random
import re
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import select

from bench.drill_kit import clean
from tests.e2e.world import SOURCES, World
from tests.standin.fixtures import SAMPLE_NOW
from tests.standin.misbehaviors import BEHAVIORS
from tests.standin.samples import sample_archive
from tests.standin.server import StandIn
from tracker.demo.http_messages import Reply, Request
from tracker.demo.model import FrDocument
from tracker.scheduler import poll_cycle
from tracker.scheduler.daemon import Daemon
from tracker.scheduler.schedule import load_checked
from tracker.storage import changes, source_state
from tracker.storage.database import Store
from tracker.storage.schema import DELIVERY, INCIDENT

PAGES = 60
SHARE = 0.2  # of requests that meet a fault
EVERY = timedelta(hours=3)  # between polls
FAULTS = (
    "500", "502", "503", "504-slow", "429", "reset", "truncated-body", "broken-gzip", "request-access-200", "request-access-403",
    "captcha-200", "maintenance-200", "empty-200", "html", "js-only", "redirect-metadata", "new-etag", "404",
)  # fmt: skip
BIS = ("commerce-department", "industry-and-security-bureau")
SEED = 20261122
_NAME = re.compile(r"PLANT(\d+)E")


class Crash(BaseException):
    """Simulates kill -9: no handler of the program catches it, and uncommitted work is lost."""


class Faulty(StandIn):
    """Meets every fifth request with a fault, by its own dice."""

    def __enter__(self) -> Faulty:
        return self

    def __init__(self, *arguments: Any, **named: Any) -> None:
        self.dice = random.Random(SEED)
        self.share = 0.0
        self.met: Counter[str] = Counter()
        self.all = 0
        super().__init__(*arguments, **named)

    def respond(self, request: Request) -> Reply:
        self.all += 1
        if request.path.startswith(("/pages/", "/api/", "/metadata/")) and self.dice.random() < self.share:
            fault = self.dice.choice(FAULTS)
            self.met[fault] += 1
            return BEHAVIORS[fault](self._case(request, {"seconds": 0.01}))
        return super().respond(request)


@dataclass
class Month:
    sources: int
    days: int
    planted: dict[int, datetime] = field(default_factory=dict)
    alerted: Counter[int] = field(default_factory=Counter)
    delays: list[float] = field(default_factory=list)
    false: int = 0
    notices: int = 0
    crashes: int = 0
    polls: int = 0
    gaps: int = 0
    requests: int = 0
    faults: int = 0
    clean: bool = False

    @property
    def missed(self) -> int:
        return sum(self.alerted[number] == 0 for number in self.planted)

    @property
    def twice(self) -> int:
        return sum(self.alerted[number] > 1 for number in self.planted)

    @property
    def ok(self) -> bool:
        whole = self.clean and not (self.missed or self.twice or self.false or self.gaps)
        return whole and bool(self.planted) and self.in_time

    @property
    def bound(self) -> float:
        """In hours: one interval and a minute."""
        return (EVERY + timedelta(minutes=1)).total_seconds() / 3600

    @property
    def in_time(self) -> bool:
        return self.quantile(0.95) < self.bound

    def quantile(self, share: float) -> float:
        ordered = sorted(self.delays)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0

    def line(self) -> str:
        return (
            f"{'ok  ' if self.ok else 'FAIL'} {self.days} days, {len(self.planted)} planted: {self.missed} missed, {self.twice} sent twice, "
            f"{self.false} false, {self.gaps} gaps, p95 {_hours(self.quantile(0.95))} of {_hours(self.bound)}; {self.crashes} crashes, {self.faults} faults in {self.requests} requests"
        )

    def rows(self) -> list[list[str]]:
        interval = EVERY.total_seconds() / 3600
        return [
            ["sources, days, polls in all", f"{self.sources}, {self.days}, {self.polls:,}"],
            ["requests, of which met a fault", f"{self.requests:,}, {self.faults:,}"],
            ["crashes in the middle of a cycle", str(self.crashes)],
            ["changes planted", str(len(self.planted))],
            ["sent exactly once", str(sum(self.alerted[number] == 1 for number in self.planted))],
            ["missed", str(self.missed)],
            ["sent twice", str(self.twice)],
            ["false alarms", str(self.false)],
            ["notices of outages and recoveries", str(self.notices)],
            [f"from publication to alert (polls every {interval:.0f} h, ± 5 %): median, longest",
             f"{_hours(self.quantile(0.5))}, {_hours(max(self.delays, default=0.0))}"],
            [f"the same, p95; it should be under {_hours(self.bound)}",
             f"{_hours(self.quantile(0.95))}{'' if self.in_time else ' **TOO LATE**'}"],
            ["daily reconciliations that found a gap", str(self.gaps)],
            ["`tracker verify` afterwards", "clean" if self.clean else "NOT CLEAN"],
        ]  # fmt: skip


def _hours(value: float) -> str:
    return f"{int(value)} h {round(value % 1 * 60):02} min"


def _page(number: int, words: list[str]) -> str:
    text = "".join(f"<p>{word}</p>" for word in words)
    body = "".join(
        f"<p>Paragraph {n} of page {number} on licenses for equipment, as it always stood.</p>"
        for n in range(12)
    )
    return f"<html><head><title>Page {number}</title></head><body><main><h1>Page {number}</h1>{body}{text}</main></body></html>"


def run(days: int = 30) -> Month:
    archive = sample_archive()
    with TemporaryDirectory(prefix="tracker-month-") as folder, Faulty(archive, now=SAMPLE_NOW) as site:
        world = World(Path(folder), site, site.now)
        every = f'every = "{int(EVERY.total_seconds())}s"'
        extra = f'[[channel]]\nid = "file"\nurl = "tofile://{folder}/alerts.txt"\n[[route]]\nwhen = {{ level = "low" }}\nto = ["file"]\n'
        for number in range(PAGES - 3):
            site.put_page(f"/pages/{number}", _page(number, []))
            extra += f'[[source]]\nid = "p{number}"\nkind = "page"\nurl = "{site.url}/pages/{number}"\ncontent = "main"\n{every}\n'
        for name in ("fr-bis", "ear", "list"):
            extra += f'[[source]]\nid = "{name}"\n{SOURCES[name].format(base=site.url)}\n{every}\n'
        return Life(world.use(extra=extra), site, days).lived()


class Life:
    """The daemon, on a clock that jumps from one due job to the next: its own jobs decide what is polled, retried,
    sent and reconciled."""

    def __init__(self, world: World, site: Faulty, days: int) -> None:
        self.world, self.site, self.days = world, site, days
        self.month = Month(PAGES, days)
        self.dice = random.Random(SEED + 1)
        self.pages: dict[int, list[str]] = {}
        self.read = 0  # bytes of the channel's file
        self.settings = load_checked(world.config)
        self.daemon = self._started()

    def _started(self) -> Daemon:
        """Return a new process, which knows only what is stored."""
        daemon = Daemon(self.settings, Store(self.world.state), lambda: self.world.now)
        daemon.context.client.close()
        daemon.context = replace(
            daemon.context, client=self.world.client(self.settings), pause=lambda _: None
        )  # as it makes its own, but it does not wait between tries of one poll
        return daemon

    def _stopped(self) -> None:
        self.daemon.context.client.close()
        self.daemon.store.close()

    def lived(self) -> Month:
        begun = self.world.now
        self._work()
        self.site.share = SHARE
        planting, crashing = self._later(begun, 3), self._later(begun, 24)
        end = begun + timedelta(days=self.days)
        while self.world.now < end:
            moment = min(self._due(), planting, crashing, end)
            self._wait(moment)
            if moment == planting:
                self._plant()
                planting = self._later(planting, 6)
            elif moment == crashing:
                self._crash()
                crashing = self._later(begun + timedelta(days=self.month.crashes), 24)
            else:
                self._work()
        self.site.share = 0.0  # the faults end, so that what is queued can be sent
        while self.world.now < end + timedelta(days=1):
            self._wait(self._due())
            self._work()
        with self.daemon.store.read() as connection:
            subjects = connection.execute(select(INCIDENT.c.subject)).scalars()
            self.month.gaps = sum(str(subject).startswith("gap:") for subject in subjects)
        self._stopped()
        self.month.requests, self.month.faults = self.site.all, sum(self.site.met.values())
        self.month.clean = clean(self.world)
        return self.month

    def _later(self, since: datetime, hours: float) -> datetime:
        return since + timedelta(seconds=self.dice.uniform(60, hours * 3600))

    def _due(self) -> datetime:
        """When the next source is due. Whole minutes, so that a few are polled side by side as in real life."""
        states = source_state.source_states(self.daemon.store).values()
        first = min(state.next_poll_at or self.world.now for state in states)
        return max(self.world.now, first.replace(second=0, microsecond=0) + timedelta(minutes=1))

    def _work(self) -> None:
        """What the daemon's jobs do within their seconds and minutes."""
        states = source_state.source_states(self.daemon.store).values()
        self.month.polls += sum((state.next_poll_at or self.world.now) <= self.world.now for state in states)
        self.daemon.tick()
        self.daemon.reconcile()
        self.daemon.watch()
        self.daemon.deliver()
        self._listen()

    def _crash(self) -> None:
        """Kill the process within the next transaction that writes a change, or between polling and sending; and
        start it again at once."""
        honest_save, honest_deliver = changes.save, poll_cycle.deliver_due
        in_transaction = self.dice.random() < 0.5

        def save(*arguments: Any, **named: Any) -> None:
            honest_save(*arguments, **named)
            if in_transaction:
                raise Crash

        def deliver(*arguments: Any, **named: Any) -> Any:
            if not in_transaction and self._has_pending():
                raise Crash
            return honest_deliver(*arguments, **named)

        changes.save, poll_cycle.deliver_due = save, deliver
        self._plant()  # so that there is something to die of
        try:
            while True:
                self._wait(self._due())
                self._work()
        except Crash:
            self.month.crashes += 1
        finally:
            changes.save, poll_cycle.deliver_due = honest_save, honest_deliver
        self._stopped()
        self.daemon = self._started()
        self._work()

    def _wait(self, until: datetime) -> None:
        self.world.later(seconds=max(0.0, (until - self.world.now).total_seconds()))

    def _has_pending(self) -> bool:
        with self.daemon.store.read() as connection:
            return (
                connection.execute(select(DELIVERY.c.id).where(DELIVERY.c.state == "pending")).first()
                is not None
            )

    def _plant(self) -> None:
        world, month = self.world, self.month
        number = len(month.planted) + 1
        word = f"PLANT{number}E: BIS adds {number} entities in China to the Entity List for ECCN 3B001."
        # Two changes of a page between two looks would rightly be sent as one.
        free = [
            page
            for page in range(PAGES - 3)
            if all(
                world.now - month.planted[_number(old)] > timedelta(days=3)
                for old in self.pages.get(page, [])
            )
        ]
        if not free or self.dice.random() < 0.15:
            self.site.add_document(
                FrDocument(f"2026-2{number:04}", world.now.date(), f"Entity List Additions, PLANT{number}E", "RULE", BIS, word)
            )  # fmt: skip
        else:
            page = self.dice.choice(free)
            self.pages.setdefault(page, []).append(word)
            self.site.put_page(f"/pages/{page}", _page(page, self.pages[page]))
        month.planted[number] = world.now

    def _listen(self) -> None:
        """What the channel got since."""
        path, month = self.world.folder / "alerts.txt", self.month
        if not path.exists() or path.stat().st_size == self.read:
            return
        with path.open("rb") as file:
            file.seek(self.read)
            new = file.read()
        self.read += len(new)
        for alert in new.decode().split("-" * 72 + "\n")[1:]:
            if "chg_" not in alert:
                month.notices += 1
                continue
            found = sorted(set(map(int, _NAME.findall(alert))))
            not_alerted = [number for number in found if not month.alerted[number]]
            if not found and "2026-11003" not in alert:
                month.false += 1
            # An alert may quote its neighbors; it reports the newest of them.
            for number in not_alerted[-1:] if not_alerted else found[-1:]:
                month.alerted[number] += 1
                month.delays.append((self.world.now - month.planted[number]).total_seconds() / 3600)


def _number(word: str) -> int:
    found = _NAME.search(word)
    assert found is not None
    return int(found[1])
