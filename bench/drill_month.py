"""A month of simulated time: many sources, a fault on every fifth request, a crash a day, and changes that are planted
and have to be told exactly once."""

from __future__ import annotations

import random
import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bench.drill_kit import clean
from tests.e2e.world import World
from tests.standin.fixtures import SAMPLE_NOW
from tests.standin.misbehaviour import BEHAVIOURS
from tests.standin.samples import sample_archive
from tests.standin.server import StandIn
from tracker.demo.exchange import Reply, Request
from tracker.demo.holdings import FrDocument
from tracker.engine import cycle
from tracker.store import changes

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
    """Stands for kill -9: no handler of the program sees it, and what was not committed is gone."""


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
        if request.path.startswith(("/pages/", "/api/")) and self.dice.random() < self.share:
            fault = self.dice.choice(FAULTS)
            self.met[fault] += 1
            return BEHAVIOURS[fault](self._case(request, {"seconds": 0.01}))
        return super().respond(request)


@dataclass
class Month:
    sources: int
    days: int
    planted: dict[int, datetime] = field(default_factory=dict)
    told: Counter[int] = field(default_factory=Counter)
    delays: list[float] = field(default_factory=list)
    false: int = 0
    notices: int = 0
    crashes: int = 0
    polls: int = 0
    requests: int = 0
    faults: int = 0
    clean: bool = False

    @property
    def missed(self) -> int:
        return sum(self.told[number] == 0 for number in self.planted)

    @property
    def twice(self) -> int:
        return sum(self.told[number] > 1 for number in self.planted)

    @property
    def ok(self) -> bool:
        return self.clean and not (self.missed or self.twice or self.false) and bool(self.planted)

    def quantile(self, share: float) -> float:
        ordered = sorted(self.delays)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0

    def line(self) -> str:
        return (
            f"{'ok  ' if self.ok else 'FAIL'} {self.days} days, {len(self.planted)} planted: {self.missed} missed, {self.twice} told twice, "
            f"{self.false} false; {self.crashes} crashes, {self.faults} faults in {self.requests} requests"
        )

    def rows(self) -> list[list[str]]:
        interval = EVERY.total_seconds() / 3600
        return [
            ["sources, days, polls of each", f"{self.sources}, {self.days}, {self.polls}"],
            ["requests, of which met a fault", f"{self.requests:,}, {self.faults:,}"],
            ["crashes in the middle of a cycle", str(self.crashes)],
            ["changes planted", str(len(self.planted))],
            ["told exactly once", str(sum(self.told[number] == 1 for number in self.planted))],
            ["missed", str(self.missed)],
            ["told twice", str(self.twice)],
            ["false alarms", str(self.false)],
            ["notices of outages and recoveries", str(self.notices)],
            [f"from publication to alert, median and p95, in hours (polls every {interval:.0f} h)",
             f"{self.quantile(0.5):.1f}, {self.quantile(0.95):.1f}"],
            ["`tracker verify` afterwards", "clean" if self.clean else "NOT CLEAN"],
        ]  # fmt: skip


def run(days: int = 30) -> Month:
    archive = sample_archive()
    with TemporaryDirectory(prefix="tracker-month-") as folder, Faulty(archive, now=SAMPLE_NOW) as site:
        world = World(Path(folder), site, site.now)
        extra = f'[[channel]]\nid = "file"\nurl = "tofile://{folder}/alerts.txt"\n[[route]]\nwhen = {{ level = "low" }}\nto = ["file"]\n'
        for number in range(PAGES - 3):
            site.put_page(f"/pages/{number}", _page(number, []))
            extra += f'[[source]]\nid = "p{number}"\nkind = "page"\nurl = "{site.url}/pages/{number}"\ncontent = "main"\n'
        world.use("fr-bis", "ear", "list", extra=extra).poll()
        return _live(world, site, days)


def _page(number: int, words: list[str]) -> str:
    text = "".join(f"<p>{word}</p>" for word in words)
    body = "".join(
        f"<p>Paragraph {n} of page {number} on licences for equipment, as it always stood.</p>"
        for n in range(12)
    )
    return f"<html><head><title>Page {number}</title></head><body><main><h1>Page {number}</h1>{body}{text}</main></body></html>"


def _live(world: World, site: Faulty, days: int) -> Month:
    dice = random.Random(SEED + 1)
    month = Month(PAGES, days)
    pages: dict[int, list[str]] = {}
    site.share = SHARE
    per_day = int(timedelta(days=1) / EVERY)
    for _ in range(days):
        crash_at = dice.randrange(per_day)
        for round_ in range(per_day):
            world.later(hours=EVERY.total_seconds() / 3600 - 0.5)
            for _ in range(dice.randrange(3)):
                _plant(world, site, dice, month, pages)
            world.later(hours=0.5)
            if round_ == crash_at:
                _crash(world, dice, month)
            _poll(world, month)
    site.share = 0.0
    for _ in range(10):  # the weather clears, so that what is owed can come
        world.later(hours=25)
        _poll(world, month)
    month.requests, month.faults = site.all, sum(site.met.values())
    month.clean = clean(world)
    return month


def _plant(
    world: World, site: Faulty, dice: random.Random, month: Month, pages: dict[int, list[str]]
) -> None:
    number = len(month.planted) + 1
    word = f"PLANT{number}E: BIS adds {number} entities in China to the Entity List for ECCN 3B001."
    kind = dice.random()
    if kind < 0.15:
        site.add_document(
            FrDocument(f"2026-2{number:04}", world.now.date(), f"Entity List Additions, PLANT{number}E", "RULE", BIS, word)
        )  # fmt: skip
    else:
        page = dice.randrange(PAGES - 3)
        if any(world.now - month.planted[_number(old)] < timedelta(days=4) for old in pages.get(page, [])):
            return  # two changes between two looks would rightly be told as one
        pages.setdefault(page, []).append(word)
        site.put_page(f"/pages/{page}", _page(page, pages[page]))
    month.planted[number] = world.now


def _number(word: str) -> int:
    found = _NAME.search(word)
    assert found is not None
    return int(found[1])


def _crash(world: World, dice: random.Random, month: Month) -> None:
    """The process dies within a transaction that writes a change, or between polling and telling."""
    left = dice.randrange(4)
    honest_save, honest_deliver = changes.save, cycle.deliver_due

    def save(*arguments: Any, **named: Any) -> None:
        nonlocal left
        honest_save(*arguments, **named)
        left -= 1
        if left < 0:
            raise Crash

    def deliver(*_: Any, **__: Any) -> Any:
        raise Crash

    changes.save, cycle.deliver_due = save, deliver
    try:
        world.poll()
    except Crash:
        month.crashes += 1
    finally:
        changes.save, cycle.deliver_due = honest_save, honest_deliver


def _poll(world: World, month: Month) -> None:
    before = world.told
    world.poll()
    month.polls += 1
    for alert in world.alerts[before:]:
        if "chg_" not in alert:
            month.notices += 1
            continue
        found = sorted(set(map(int, _NAME.findall(alert))))
        new = [number for number in found if not month.told[number]]
        if not found and "2026-11003" not in alert:
            month.false += 1
        # An alert may quote its neighbours; it tells the newest of them.
        told = new[-1:] if new else found[-1:]
        for number in told:
            month.told[number] += 1
            month.delays.append((world.now - month.planted[number]).total_seconds() / 3600)
