"""One input given to one target, and what it must not do: fail with anything but our own errors, use more than a
second of the processor, or take more than 200 MB."""

from __future__ import annotations

import re
import signal
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from tracker.errors import TrackerError

SECONDS = 1.0  # of the processor: other work on the machine does not count
GROWTH = 200_000_000  # bytes
STUCK = 10.0  # seconds of the processor after which an input is given up
_STATUS = Path("/proc/self/status")
_CLEAR = Path("/proc/self/clear_refs")
_SLACK = 40_000_000  # bytes by which the peak may exceed the present use

Target = Callable[[bytes], None]


class Stuck(BaseException):
    """Not an Exception, so that no reader takes it for one of its own."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """`kind` is one of ok, crash, slow, big; `said` names the failure in one line; `where` is the innermost place in
    our own code, by which failures of one cause are distinguished from others."""

    kind: str
    output: str = ""
    where: str = ""
    seconds: float = 0.0
    growth: int = 0


def trial(target: Target, data: bytes) -> Verdict:
    """Runs `target` on `data`. Errors of ours are what a reader is for; all else is a finding."""
    before = _resident()
    began = time.process_time()
    kind, output, where = "ok", "", ""
    signal.setitimer(signal.ITIMER_VIRTUAL, STUCK)
    try:
        target(data)
    except TrackerError:
        pass
    except Stuck as error:
        kind, output, where = "slow", f"gave up after {STUCK:.0f} s", _place(error)
    except (Exception, RecursionError) as error:  # noqa: BLE001 - any exception is a finding
        kind, output, where = "crash", f"{type(error).__name__}: {error}"[:300], _place(error)
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    seconds = time.process_time() - began
    growth = _highest() - before
    if kind == "ok" and seconds > SECONDS:
        kind, output = "slow", f"{seconds:.1f} s for {len(data):,} bytes"
    if kind == "ok" and growth > GROWTH:
        kind, output = "big", f"{growth / 1e6:.0f} MB for {len(data):,} bytes"
    return Verdict(kind, output, where, seconds, growth)


def arm() -> None:
    """Call once in a process that runs trials."""
    signal.signal(signal.SIGVTALRM, _give_up)


def _give_up(_: int, frame: FrameType | None) -> None:
    raise Stuck


def _place(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if "/tracker/" in frame.filename]
    frame = (ours or list(frames))[-1]
    return f"{Path(frame.filename).stem}:{frame.name}:{frame.lineno}"


def _resident() -> int:
    """Return the bytes in use now. Reset the peak where it is far above: it is of earlier inputs."""
    used, highest = _field("VmRSS"), _field("VmHWM")
    if highest - used > _SLACK:
        with suppress(OSError):
            _CLEAR.write_text("5")
    return used


def _highest() -> int:
    return _field("VmHWM")


def _field(name: str) -> int:
    try:
        found = re.search(rf"{name}:\s+(\d+) kB", _STATUS.read_text())
    except OSError:
        return 0  # no Linux: memory is not measured
    return int(found[1]) * 1000 if found else 0
