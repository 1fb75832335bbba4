"""One target for some seconds in this process: `python -m fuzz.run TARGET SECONDS SEED ENGINE FOLDER`.

The current input is always in FOLDER/current, so that anyone who waits for this process knows what ended it.
Findings go to FOLDER/found; the last line of standard output counts what was done.
"""

from __future__ import annotations

import hashlib
import json
import mmap
import shutil
import sys
import time
from contextlib import nullcontext
from dataclasses import asdict, dataclass
from pathlib import Path

from fuzz.mutator import LIMIT, Mutator
from fuzz.trial import Verdict, arm, trial

CURRENT = "current"
FOUND = "found"
TALLY = "tally.json"
_HEAD = 8


@dataclass(slots=True)
class Tally:
    """How many inputs there were; the most seconds and bytes that one took."""

    runs: int = 0
    slowest: float = 0.0
    growth: int = 0

    def write(self, folder: Path) -> None:
        (folder / TALLY).write_text(json.dumps(asdict(self)))


class Slot:
    """A file in memory that outlives the process."""

    def __init__(self, path: Path) -> None:
        path.write_bytes(bytes(_HEAD + LIMIT))
        with path.open("r+b") as file:
            self._map = mmap.mmap(file.fileno(), 0)

    def put(self, data: bytes) -> None:
        self._map[: _HEAD + len(data)] = len(data).to_bytes(_HEAD, "big") + data


def take_current(path: Path) -> bytes:
    """The input that was under way."""
    whole = path.read_bytes()
    return whole[_HEAD : _HEAD + int.from_bytes(whole[:_HEAD], "big")]


def main(name: str, seconds: float, seed: int, engine: str, folder: Path) -> int:
    guided = engine == "atheris"
    if guided:
        import atheris
    with atheris.instrument_imports(include=["tracker"]) if guided else nullcontext():
        from fuzz.targets import TARGETS, in_process
    from fuzz.corpus import corpus

    target = TARGETS[name]
    mutator = Mutator(corpus(name), seed)
    slot = Slot(folder / CURRENT)
    arm()
    in_process()
    end = time.monotonic() + seconds
    tally = Tally()

    def once(data: bytes) -> None:
        slot.put(data[:LIMIT])
        verdict = trial(target, data)
        tally.runs += 1
        tally.slowest = max(tally.slowest, round(verdict.seconds, 3))
        tally.growth = max(tally.growth, verdict.growth)
        if verdict.kind != "ok":
            _keep(folder / FOUND, name, data, verdict)
        if tally.runs % 50 == 0 or verdict.seconds > 0.2:
            tally.write(folder)

    if guided:

        def mutated(data: bytes, limit: int, _: int) -> bytes:
            return mutator.changed(data, limit)[:limit]

        begin = folder / "begin" / name
        shutil.rmtree(begin, ignore_errors=True)
        begin.mkdir(parents=True)
        for number, sample in enumerate(mutator.corpus):
            (begin / str(number)).write_bytes(sample[:LIMIT])
        atheris.Setup(
            [sys.argv[0], f"-max_total_time={int(seconds)}", f"-seed={seed + 1}", f"-max_len={LIMIT}", "-timeout=60",
             "-rss_limit_mb=0", "-print_final_stats=0", "-verbosity=0", str(begin)],
            once, custom_mutator=mutated,
        )  # fmt: skip
        tally.write(folder)
        atheris.Fuzz()  # ends the process
    for data in mutator.corpus[:]:
        once(data[:LIMIT])
    while time.monotonic() < end:
        once(mutator.next())
    tally.write(folder)
    return 0


def _keep(folder: Path, name: str, data: bytes, verdict: Verdict) -> None:
    """One file for each cause: of several inputs with one, the smallest."""
    cause = f"{name}-{verdict.kind}-{verdict.where}" if verdict.where else f"{name}-{verdict.kind}"
    cause = "".join(sign if sign.isalnum() or sign in "-_" else "." for sign in cause)
    path = folder / cause
    folder.mkdir(exist_ok=True)
    if not path.exists() or path.stat().st_size > len(data):
        path.write_bytes(data)
        digest = hashlib.sha256(data).hexdigest()[:12]
        (folder / f"{cause}.txt").write_text(
            f"{name}: {verdict.output} at {verdict.where} ({len(data)} bytes, {digest})\n"
        )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], float(sys.argv[2]), int(sys.argv[3]), sys.argv[4], Path(sys.argv[5])))
