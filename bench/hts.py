"""`python -m bench.hts [--write]`: a release of a generated tariff schedule of 36,000 rows, with planted row changes.

The whole way is measured: the poll over HTTP from the stand-in, both parses, the comparison, and the stored record. What
was planted is known, so recall and precision are counted by row.
"""

from __future__ import annotations

import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bench.report import table, write
from tests.e2e.world import World
from tests.standin.samples import sample_archive
from tests.standin.server import StandIn
from tracker.demo.hts import row
from tracker.demo.pdf import pdf

ROWS = 36_000
SECONDS, MEGABYTES, IDLE_SECONDS = 10.0, 300, 1.0
_SEED = 20_260_721
_START = datetime(2026, 6, 10, 13, 0, tzinfo=UTC)
_NOTES = pdf(["SUBCHAPTER III", "U.S. Notes", "1. This subchapter contains temporary modifications."])


def schedule(rows: int) -> list[dict[str, Any]]:
    """Return rows in the shape of the export: headings, subheadings, lines with rates, statistical lines."""
    found: list[dict[str, Any]] = []
    rng = random.Random(_SEED)
    number = 0
    while len(found) < rows:
        chapter, heading = 1 + number // 90, number % 90
        code = f"{chapter:02d}{heading + 1:02d}"
        number += 1
        found.append(row(code, f"Goods of heading {code}, whether or not assembled:"))
        for sub in range(1, 5):
            found.append(row(f"{code}.{sub}0", f"Of kind {sub}:", indent=1))
            rate = f"{rng.randrange(1, 200) / 10:g}%"
            line = f"{code}.{sub}0.{rng.randrange(10, 90)}"
            found.append(
                row(
                    line,
                    f"Valued over {sub} dollars each",
                    indent=2,
                    general=rate,
                    special="Free (AU,KR)",
                    other="45%",
                )
            )
            found += [
                row(f"{line}.{stat}0", f"For use {stat} in machines", indent=3, units=("No.", "kg"))
                for stat in range(1, 4)
            ]
    return found[:rows]


def planted(rows: list[dict[str, Any]]) -> tuple[list[dict[str, Any]], set[tuple[str, str]]]:
    """Return the rows of the next release, and what differs in it: 120 rates, 60 words, 40 rows added, 40 removed. Each
    tenth rate is spelled in another way, which is no change.
    """
    rng = random.Random(_SEED + 1)
    after = [dict(one) for one in rows]
    rated = [at for at, one in enumerate(after) if one["general"]]
    leaves = [at for at, one in enumerate(after) if len(one["htsno"]) == 13]
    truth: set[tuple[str, str]] = set()
    for at in rng.sample(rated, 120):
        after[at]["general"] = f"{float(after[at]['general'][:-1]) + 1:g}%"
        truth.add((after[at]["htsno"], "changed"))
    chosen = rng.sample(leaves, 140)
    for at in chosen[:60]:
        after[at]["description"] += " or apparatus"
        truth.add((after[at]["htsno"], "changed"))
    new: dict[int, dict[str, Any]] = {}
    for at in chosen[60:100]:
        code = f"{after[at]['htsno'][:-2]}{after[at]['htsno'][-2]}9"
        new[at] = row(code, "Other, of a new kind", indent=3, units=("No.",))
        truth.add((code, "added"))
    gone = set(chosen[100:])
    truth |= {(after[at]["htsno"], "removed") for at in gone}
    for at in rated[::10]:
        if (after[at]["htsno"], "changed") not in truth and "." not in after[at]["general"]:
            after[at]["general"] = after[at]["general"].replace("%", ".0%")
    result: list[dict[str, Any]] = []
    for at, one in enumerate(after):
        if at not in gone:
            result.append(one)
        if at in new:
            result.append(new[at])
    return result, truth


@dataclass(frozen=True, slots=True)
class _Poll:
    """One `tracker poll`: seconds on the wall, of processor time in all processes, and the peak memory of the largest."""

    wall: float
    processor: float
    megabytes: int


def _poll(folder: Path, now: datetime) -> _Poll:
    """Run `tracker poll` in a process of its own."""
    started = time.perf_counter()
    run = subprocess.run(
        [sys.executable, "-m", "bench.hts", "--poll", str(folder), now.isoformat()],
        capture_output=True,
        text=True,
        check=False,
    )
    wall = time.perf_counter() - started
    if run.returncode not in (0, 1):
        raise SystemExit(run.stderr)
    answer = json.loads(run.stdout.splitlines()[-1])
    return _Poll(wall, answer["processor"], answer["megabytes"])


def _child(folder: str, now: str) -> None:
    polled = subprocess.run(
        [sys.executable, "-m", "tracker", "poll", "--json", "--config", f"{folder}/sources.toml", "--state", f"{folder}/state"],
        capture_output=True, text=True, check=False, env={**os.environ, "TRACKER_NOW": now},
    )  # fmt: skip
    if polled.returncode not in (0, 1):
        raise SystemExit(polled.stderr)
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(
        json.dumps(
            {
                "processor": used.ru_utime + used.ru_stime,
                "megabytes": used.ru_maxrss // 1024,
            }
        )
    )


def _idle(folder: Path, standin: StandIn) -> list[float]:
    """The seconds of three polls without a new release in one process, as the daemon polls."""
    world = World(folder, standin, _START, ["hts"])
    seconds = []
    for _ in range(3):
        world.later(minutes=10)
        seconds.append(world.one().seconds)
    return seconds


def _changes(folder: Path) -> list[dict[str, Any]]:
    from tracker.storage.change_query import ChangeQuery
    from tracker.storage.read_queries import open_reader

    with open_reader(folder / "state") as opened:
        return [one for one in opened.changes(ChangeQuery(limit=50)) if not one["baseline"]]


def measure() -> list[tuple[str, str, str]]:
    rows = schedule(ROWS)
    after, truth = planted(rows)
    with tempfile.TemporaryDirectory() as name, StandIn(sample_archive(), now=_START) as standin:
        folder = Path(name)
        (folder / "sources.toml").write_text(
            f'[tracker]\ncontact = "bench@example.co.jp"\n[[host]]\nname = "{standin.url.partition("//")[2]}"\nrate = 500\n'
            f'[[source]]\nid = "hts"\nkind = "hts"\nbase_url = "{standin.url}"\n',
            "utf-8",
        )
        standin.archive.tariff.publish("2026HTSRev13", _START, rows, _NOTES)
        baseline = _poll(folder, _START)
        idle = _idle(folder, standin)
        standin.now = _START + timedelta(hours=2)
        standin.archive.tariff.publish("2026HTSRev14", standin.now, after, _NOTES)
        moved = _poll(folder, standin.now)
        (change,) = _changes(folder)
        found = _found(folder, change["id"])
    for path, op in sorted(found ^ truth):
        print(f"{'missed' if (path, op) in truth else 'false'}: {path} {op}", file=sys.stderr)
    right = len(found & truth)
    return [
        ("rows", f"{ROWS:,}", ""),
        ("recall, by row", f"{right / len(truth):.3f}", "1.000"),
        ("precision, by row", f"{right / max(1, len(found)):.3f}", "1.000"),
        ("first poll, s of processor time", f"{baseline.processor:.1f}", ""),
        ("a new release, s of processor time", f"{moved.processor:.1f}", f"≤ {SECONDS:g}"),
        ("a new release, s on the wall", f"{moved.wall:.1f}", ""),
        ("peak memory of its largest process, MB", f"{moved.megabytes}", f"≤ {MEGABYTES}"),
        ("a poll without a new release, in the daemon, s", f"{min(idle):.2f}", f"≤ {IDLE_SECONDS:g}"),
    ]


def _found(folder: Path, change: str) -> set[tuple[str, str]]:
    run = subprocess.run(
        [sys.executable, "-m", "tracker", "diff", change, "--format", "json", "--config", f"{folder}/sources.toml", "--state", f"{folder}/state"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if run.returncode not in (0, 1):  # 1 where they differ
        raise SystemExit(run.stderr)
    return {(one["path"], one["op"]) for one in json.loads(run.stdout) if not one["editorial"]}


def main(arguments: list[str]) -> int:
    if arguments[:1] == ["--poll"]:
        _child(*arguments[1:3])
        return 0
    figures = measure()
    text = table(["figure", "measured", "bound"], [list(row) for row in figures])
    print(text)
    if "--write" in arguments:
        write("hts", f"## A release of the tariff schedule\n\n{text}", command="python -m bench.hts --write")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
