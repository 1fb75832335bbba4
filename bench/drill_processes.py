"""The processes of the drill of machines, as a supervisor keeps them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from tests.standin.fixtures import SAMPLE_NOW

MARK = "TRACKER_DRILL"
URL = "TRACKER_DATABASE_URL"


@dataclass
class Process:
    name: str
    role: str
    url: str
    log: Path
    more: tuple[str, ...] = ()  # arguments of the command
    running: subprocess.Popen[bytes] | None = None
    again: float = 0.0
    logged: int = 0  # bytes, before it was started

    @property
    def is_up(self) -> bool:
        """Whether it runs: it has written a line."""
        ended = self.running is None or self.running.poll() is not None
        return not ended and self.log.stat().st_size > self.logged

    @property
    def works(self) -> bool:
        """Whether it has done something since it started. Killed before that, on a busy machine, it would never do anything."""
        if not self.is_up:
            return False
        with self.log.open("rb") as log:
            log.seek(self.logged)
            return (b'"polled"' if self.role == "worker" else b'"elected') in log.read()


@dataclass
class Life:
    """How the processes lived and ended."""

    kills: Counter[str] = field(default_factory=Counter)
    ended: Counter[str] = field(default_factory=Counter)  # by themselves, with their codes
    codes: list[int] = field(default_factory=list)  # when they were stopped
    left: int = 0  # processes after that
    logged: Counter[str] = field(default_factory=Counter)  # warnings and errors


class Machines:
    """The processes, as a supervisor keeps them: what ended is started again after a second."""

    def __init__(self, folder: Path, settings: Path, processes: list[Process]) -> None:
        self.folder, self.settings, self.processes, self.life = folder, settings, processes, Life()
        self.mark = uuid.uuid4().hex
        self.began = time.monotonic()

    def look(self) -> None:
        """Start what does not run."""
        for one in self.processes:
            code = None if one.running is None else one.running.poll()
            if one.running is not None and code is not None:
                if code != -signal.SIGKILL:
                    self.life.ended[f"{one.role} with {code}"] += 1
                one.running, one.again = None, time.monotonic() + 1.0
            if one.running is None and time.monotonic() >= one.again:
                self.start(one)

    def start(self, one: Process) -> None:
        now = SAMPLE_NOW + timedelta(seconds=time.monotonic() - self.began)
        with one.log.open("ab") as log:
            one.logged = log.tell()
            one.running = subprocess.Popen(
                [sys.executable, "-m", "tracker", "run", "--role", one.role, "--config", str(self.settings),
                 "--state", str(self.folder / one.name), "--log-json", *one.more],
                stdout=subprocess.DEVNULL,
                stderr=log,
                env={**os.environ, "TRACKER_NOW": now.isoformat(), URL: one.url, MARK: self.mark},
            )  # fmt: skip

    def cpu_seconds(self) -> float:
        """Processor time of the processes that run now, and of what they have started and seen end."""
        ticks = 0
        for pid in self._marked():
            with suppress(OSError):
                fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
                ticks += sum(map(int, fields[11:15]))
        return ticks / os.sysconf("SC_CLK_TCK")

    def kill(self, one: Process) -> None:
        if one.running is not None and one.running.poll() is None:
            one.running.kill()
            one.running.wait()
            self.life.kills[one.role] += 1

    def stop(self) -> None:
        for one in self.processes:
            if one.running is not None:
                one.running.terminate()
        for one in self.processes:
            if one.running is None:
                continue
            try:
                self.life.codes.append(one.running.wait(90))
            except subprocess.TimeoutExpired:
                one.running.kill()
                self.life.codes.append(-signal.SIGKILL)
        time.sleep(2)  # readers of documents end when their process has gone
        self.life.left = sum(1 for _ in self._marked())
        for one in self.processes:
            for line in one.log.read_text("utf-8").splitlines():
                if line.startswith("{") and json.loads(line).get("level") not in {"info", "debug"}:
                    self.life.logged[str(json.loads(line)["event"])] += 1

    def _marked(self) -> Iterator[int]:
        """The processes that this drill started, and theirs."""
        for path in Path("/proc").glob("[0-9]*/environ"):
            try:
                found = f"{MARK}={self.mark}".encode() in path.read_bytes()
            except OSError:  # it has ended, or is another user's
                continue
            if found:
                yield int(path.parent.name)
