"""The rows of the peers' fault table, done to the peers themselves: the same pages on the same misbehaving server, the same
target, what reached it counted. Nothing is expected here; what happened is written down."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from bench.drill_kit import AFTER, BEFORE, Dated, until
from bench.peers import KINDS, WATCHERS, PageMessage, Peer, install
from tests.standin.samples import sample_archive
from tests.standin.server import StandIn
from tests.unit.notifications_sinks import HttpSink, http_sink

PAGES = 60
RULE = "/news/rule"


@dataclass
class Trial:
    """One peer, one server, one target. `refused`: the messages (by number) that the target did not take."""

    peer: Peer
    site: StandIn
    sink: HttpSink
    refused: set[int] = field(default_factory=set)
    _from: int = 0

    def address(self, path: str) -> str:
        return f"{self.site.url}{path}"

    def round(self, times: int = 1) -> None:
        for _ in range(times):
            self.site.now = datetime.now(UTC)
            self.peer.round()

    def edit(self, path: str = RULE) -> None:
        self.site.now = datetime.now(UTC)
        self.site.edit_page(path, BEFORE, AFTER)

    def baseline(self, *paths: str) -> None:
        self.peer.watch([self.address(path) for path in paths], "main")
        self.round()
        self.forget()

    def forget(self) -> None:
        self._from = len(self.sink.bodies)

    def alerted(self, *, accepted: bool = True) -> list[PageMessage]:
        """What was reported since `forget`, page by page; only what the target took."""
        bodies = enumerate(self.sink.bodies[self._from :], self._from + 1)
        return [
            output
            for number, body in bodies
            if not (accepted and number in self.refused)
            for output in self.peer.messages(body)
        ]

    def many(self, number: int) -> list[str]:
        paths = [f"/many/{index}" for index in range(number)]
        for index, path in enumerate(paths):
            self.site.put_page(
                path, f"<html><body><main><h1>Page {index}</h1><p>{BEFORE}</p></main></body></html>"
            )
        return paths


def quiet(trial: Trial) -> str:
    trial.baseline(RULE)
    trial.edit()
    trial.round(3)
    return str(len(trial.alerted()))


def revert(trial: Trial) -> str:
    trial.baseline(RULE)
    for before, after in ((BEFORE, AFTER), (AFTER, BEFORE)):
        trial.site.now = datetime.now(UTC)
        trial.site.edit_page(RULE, before, after)
        trial.round(2)
    return str(len(trial.alerted()))


def sink_500(trial: Trial) -> str:
    trial.baseline(RULE)
    trial.refused.add(len(trial.sink.bodies) + 1)
    trial.sink.reply = lambda number: 500 if number in trial.refused else 200
    trial.edit()
    trial.round(3)
    return (
        "delivered later" if trial.alerted() else f"**lost**, of {len(trial.sink.bodies) - trial._from} tries"
    )


def sink_hangs(trial: Trial) -> str:
    trial.baseline(RULE)
    trial.refused.add(len(trial.sink.bodies) + 1)
    trial.sink.reply = lambda number: "hang" if number in trial.refused else 200
    trial.edit()
    trial.peer.begin()
    reached = until(lambda: len(trial.sink.bodies) > trial._from)
    trial.peer.kill()
    trial.sink.release.set()
    trial.round(3)
    return (
        ("delivered after the restart" if trial.alerted() else "**lost**") if reached else "nothing was sent"
    )


def killed_mid_cycle(trial: Trial) -> str:
    paths = trial.many(PAGES)
    trial.baseline(*paths)
    for path in paths[::6]:
        trial.edit(path)
    trial.site.forget()
    trial.peer.begin()
    until(lambda: len(trial.site.asked("/many/")) >= PAGES // 3)
    trial.peer.kill()
    trial.round(2)
    alerted = {address for _, address in trial.alerted()}
    never = len(paths[::6]) - len(alerted)
    return f"{len(alerted)}" + (f" (**{never} never**)" if never > 0 else "")


def old_last_modified(trial: Trial) -> str:
    trial.baseline(RULE)
    state = trial.site.archive.pages[RULE].latest()
    trial.site.now = datetime.now(UTC)
    trial.site.put_page(
        RULE, state.body.decode().replace(BEFORE, AFTER), last_modified=datetime(2020, 1, 1, tzinfo=UTC)
    )
    for number in range(1, 4):
        trial.round()
        if trial.alerted():
            return f"sent at poll {number}"
    return "**never**, in 3 polls"


def selector_gone(trial: Trial) -> str:
    trial.baseline(RULE)
    body = trial.site.archive.pages[RULE].latest().body.decode()
    first = 0
    for number in range(1, 9):
        text = body.replace(BEFORE, AFTER) if number >= 5 else body
        trial.site.now = datetime.now(UTC)
        trial.site.put_page(RULE, text.replace("<main>", "<div>").replace("</main>", "</div>"))
        trial.round()
        if trial.alerted() and not first:
            first = number
    down = len(trial.alerted())
    trial.forget()
    trial.site.now = datetime.now(UTC)
    trial.site.put_page(RULE, body.replace(BEFORE, AFTER))
    trial.round()
    output = f"first message at round {first}, {down} in 8 rounds" if first else "**0 messages** in 8 rounds"
    return f"{output}; {len(trial.alerted())} when it is back"


def _unavailable(trial: Trial, rounds: int) -> str:
    trial.baseline(RULE)
    trial.site.misbehave(RULE, "503")
    trial.round(rounds)
    trial.site.behave()
    trial.round(2)
    return str(len(trial.alerted()))


def one_503(trial: Trial) -> str:
    return _unavailable(trial, 1)


def eight_503(trial: Trial) -> str:
    return _unavailable(trial, 8)


def _five(trial: Trial, behavior: str) -> str:
    trial.baseline(*trial.many(5))
    trial.site.misbehave("/many/", behavior)
    trial.round()
    during = trial.alerted()
    trial.forget()
    trial.site.behave()
    trial.round(2)
    return f"{_kinds(during)}, then {_kinds(trial.alerted())}"


def _kinds(alerted: list[PageMessage]) -> str:
    false = sum(state == "CHANGED" for state, _ in alerted)
    errors = len(alerted) - false
    return f"{false} false" + (f" and {errors} errors" if errors else "")


def maintenance(trial: Trial) -> str:
    return _five(trial, "maintenance-200")


def empty(trial: Trial) -> str:
    return _five(trial, "empty-200")


def truncated(trial: Trial) -> str:
    return _five(trial, "truncated-body")


def filter_edited(trial: Trial) -> str:
    trial.baseline(RULE)
    trial.peer.watch([trial.address(RULE)], "#nowhere")
    trial.site.forget()
    trial.round(2)
    unmodified = sum(entry.status == 304 for entry in trial.site.asked(RULE))
    output = "re-evaluated" if trial.alerted() else "**never** said"
    return f"{output}; {unmodified} of {len(trial.site.asked(RULE))} answers were 304"


# By the names of bench.drill_cases.
TRIALS: dict[str, Callable[[Trial], str]] = {
    "quiet": quiet, "revert": revert, "sink_500": sink_500, "sink_hangs": sink_hangs, "killed_mid_cycle": killed_mid_cycle,
    "old_last_modified": old_last_modified, "selector_gone": selector_gone, "one_503": one_503, "eight_503": eight_503,
    "maintenance": maintenance, "empty": empty, "truncated": truncated, "filter_edited": filter_edited,
}  # fmt: skip


@contextmanager
def _trial(name: str, venv: Path, site: type[StandIn]) -> Iterator[Trial]:
    with (
        tempfile.TemporaryDirectory(prefix="tracker-peer-") as folder,
        site(sample_archive(), now=datetime.now(UTC)) as standin,
        http_sink() as sink,
    ):
        peer = KINDS[name](Path(folder), venv, f"http://127.0.0.1:{sink.port}/hook")
        try:
            yield Trial(peer, standin, sink)
        finally:
            peer.close()


def run_all() -> dict[str, tuple[dict[str, str], str]]:
    """Return for each peer its outcome in each drill, and why it could not be run (empty where it could). They run in parallel,
    because most of their time is waiting for the next second."""
    found = {name: install(name) for name in WATCHERS}
    with ThreadPoolExecutor(len(found)) as pool:
        done = {name: pool.submit(run, name, venv) for name, (venv, missing) in found.items() if not missing}
    return {
        name: (done[name].result() if name in done else {}, missing) for name, (_, missing) in found.items()
    }


def run(name: str, venv: Path) -> dict[str, str]:
    """One peer through all drills."""
    done: dict[str, str] = {}
    for drill, trial in TRIALS.items():
        began = time.monotonic()
        try:
            with _trial(name, venv, Dated if drill == "old_last_modified" else StandIn) as started:
                done[drill] = trial(started)
        except (OSError, ValueError, KeyError, subprocess.TimeoutExpired) as error:
            done[drill] = f"not run here: {type(error).__name__}"
            print(f"{name} {drill}: {error}", file=sys.stderr)
        print(
            f"     {name} {WATCHERS[name]}, {drill}: {done[drill]} ({time.monotonic() - began:.1f} s)",
            flush=True,
        )
    return done
