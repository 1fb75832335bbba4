"""Any sequence of answers of a page: edits, servers that lag behind, clocks, counters and random tokens.

Each example is one source of a shared store, polled by the real pipeline over a client without a network. No change of
words of the field is lost, each is sent once and at the latest at the second poll in a row that gets it, nothing is sent
as changed back, and no clock, counter or token is ever sent.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import httpx2 as httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tracker.config.models import Settings, Source
from tracker.http.client import Client
from tracker.ingest import poll
from tracker.ingest.poll import PollContext
from tracker.storage import changes, source_state
from tracker.storage.database import Store
from tracker.storage.schema import CHANGE

START = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
LAW = (
    "A license is required for items of ECCN 3A001.",
    "A license is required for items of ECCN 3A090.",
    "The license review policy is a presumption of denial.",
    "License Exception NAC is revoked as of November 24, 2026.",
    "Heading 9903.01.63 applies a rate of 34 percent.",
    "See Supplement No. 6 to part 744 and 15 CFR 744.21(b)(2).",
    "The fee is $140 for 60 days.",
    "3B001",
)
NOISE = (
    lambda n: f"As of {START + timedelta(seconds=n):%B %d, %Y at %H:%M:%S}",
    lambda n: f"This page was read {1200 + n:,} times",
    lambda n: f"Request token {n * 2654435761 % 2**32:08x}a1 was given",
    lambda n: f"Answered in {1 + (n * 2654435761 >> 7) % 9000} ms by web-{(n * 2654435761 >> 9) % 97:02}",
)
NUMBERS = count()


@dataclass(frozen=True)
class Step:
    """One poll: whether the page is edited before it, and which of the two fetches a server that lags behind answers."""

    edit: bool
    first_lags: bool
    second_lags: bool


@dataclass
class Site:
    """`text` is the words of the law now, `old` those that a server that lags behind still has."""

    text: str = LAW[0]
    old: str = LAW[0]
    noise: tuple[int, ...] = ()
    lags: list[bool] = field(default_factory=list)
    seconds: int = 0  # since START; each fetch takes one
    cached: bool = False  # a cache gives the second fetch of a poll what it gave the first

    def answer(self, _: httpx.Request) -> httpx.Response:
        lags = self.lags.pop(0) if self.lags else False
        self.seconds += not self.cached
        lines = ["The Export Administration Regulations decide which exports and reexports need a license."]
        lines += [self.old if lags else self.text]
        lines += [NOISE[number](self.seconds) for number in self.noise]
        body = "".join(f"<p>{line}</p>" for line in lines)
        html = f"<html><head><title>Guidance</title></head><body><main><h1>Guidance</h1>{body}</main></body></html>"
        return httpx.Response(200, headers={"content-type": "text/html; charset=utf-8"}, text=html)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    made = Store(tmp_path_factory.mktemp("pages"))
    yield made
    made.close()


class Play:
    """One page, watched by a source of its own."""

    def __init__(self, store: Store, noise: tuple[int, ...]) -> None:
        self.site = Site(noise=noise)
        self.store = store
        self.now = START
        self.source = Source(f"page-{next(NUMBERS)}", "page", url="https://rules.example.gov/guidance")
        self.client = Client(
            clock=lambda: self.now, sleep=lambda _: None, monotonic=lambda: 0.0,
            transport=httpx.MockTransport(self._robots_or_page),
        )  # fmt: skip
        self.context = PollContext(Settings(path=Path("sources.toml"), sources=(self.source,)), store, self.client,
                               lambda: self.now, lambda _: None)  # fmt: skip
        source_state.ensure(store, [self.source.id])

    def _robots_or_page(self, request: httpx.Request) -> httpx.Response:
        return httpx.Response(404) if request.url.path == "/robots.txt" else self.site.answer(request)

    def poll(self, first_lags: bool = False, second_lags: bool = False) -> None:
        self.site.lags = [first_lags, second_lags]
        self.now += timedelta(minutes=30)
        self.site.seconds = int((self.now - START).total_seconds())
        report = poll.poll(self.source, self.context)
        assert report.ok, report

    def alerted(self) -> list[tuple[str, ...]]:
        """The words before and after of each change, oldest first."""
        with self.store.read() as connection:
            rows = connection.execute(
                CHANGE.select()
                .where(CHANGE.c.source == self.source.id, ~CHANGE.c.baseline)
                .order_by(CHANGE.c.seq)
            )
            return [
                tuple(
                    words
                    for each in changes.operations(connection, row.id)
                    for words in (each.before, each.after)
                )
                for row in rows.all()
            ]

    def alerted_last(self, texts: list[str]) -> int:
        """Which of the texts was sent last; 0, the first one, where nothing was sent."""
        alerted = self.alerted()
        return texts.index(next(words for words in alerted[-1][1::2] if words)) if alerted else 0


STEPS = st.lists(st.builds(Step, st.booleans(), st.booleans(), st.booleans()), min_size=1, max_size=7)


@given(STEPS, st.sets(st.integers(0, len(NOISE) - 1)), st.permutations(range(len(LAW))), st.booleans())
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_change_is_lost_and_no_noise_is_sent(
    store: Store, steps: list[Step], noise: set[int], order: list[int], cached: bool
) -> None:
    play = Play(store, tuple(sorted(noise)))
    texts = [LAW[number] for number in order]
    play.site.text = play.site.old = texts[0]
    play.poll()
    if cached:
        play.site.cached = True
        play.poll()
        play.poll()  # what a cache gives twice is known over three polls
    edits, in_a_row, lagged = 0, 0, False
    for step in steps:
        if step.edit and edits + 1 < len(texts):
            # A server repeats older answers: a text that was never served cannot be derived from a newer one.
            if play.alerted_last(texts) == edits:
                play.site.old = play.site.text
            edits += 1
            play.site.text = texts[edits]
            in_a_row, lagged = 0, False
        # A server that gives the old text to both fetches of two polls in a row cannot be learned from a page put back.
        both = step.first_lags and step.second_lags and not lagged
        lagged = both
        play.poll(step.first_lags, both if step.first_lags else step.second_lags)
        in_a_row = 0 if step.first_lags else in_a_row + 1
        if in_a_row >= 2:
            check(play, texts, edits)
    play.poll()
    play.poll()
    check(play, texts, edits)


def check(play: Play, texts: list[str], edits: int) -> None:
    """The words now are what was sent last, each text was sent at most once, in order, and nothing else was."""
    alerted = play.alerted()
    places = [texts.index(next(words for words in change[1::2] if words)) for change in alerted]
    assert places == sorted(set(places))
    assert play.alerted_last(texts) == edits
    assert all(words in texts or not words for change in alerted for words in change), alerted
