"""How long commands take to start: processor time and wall-clock time of whole processes.

`python -m bench.startup` prints the table; `--write` puts it into docs/benchmarks.md. `poll` of one source is measured
up to its first request: the page server reads the processor time of the process that connects (Linux).
"""

from __future__ import annotations

import argparse
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from bench import report
from bench.processes import environment, measure

RUNS = 9
NAME = "startup"
GOALS = {"tracker poll --help": 0.25, "tracker status": 0.25, "tracker poll, to its first request": 0.6}
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Start:
    """Seconds of one start."""

    wall: float
    cpu: float


def first_request(command: list[str | Path], listening: socket.socket) -> Start:
    """The cost of a command up to the first connection that it opens."""
    began = time.perf_counter()
    process = subprocess.Popen(
        [str(part) for part in command],
        env=environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        connection, _ = listening.accept()
        wall, cpu = time.perf_counter() - began, _cpu(process.pid)
        connection.close()
    finally:
        process.kill()
        process.wait()
    return Start(wall, cpu)


def _cpu(pid: int) -> float:
    """Processor time that a running process has used, in steps of a hundredth of a second."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def run() -> str:
    tracker = Path(sys.executable).with_name("tracker")
    with tempfile.TemporaryDirectory() as temporary, socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(60)
        folder = Path(temporary)
        config = folder / "sources.toml"
        port = listening.getsockname()[1]
        config.write_text(
            '[tracker]\ncontact = "bench@example.org"\n\n[[source]]\nid = "page"\nkind = "page"\n'
            f'url = "http://127.0.0.1:{port}/"\n',
            "utf-8",
        )
        given: list[str | Path] = ["--config", config, "--state", folder / "state"]
        starts: dict[str, list[Start]] = {what: [] for what in GOALS}
        first_request([tracker, "poll", *given], listening)  # makes the database, and writes byte code
        for _ in range(RUNS):
            for what, arguments in (("tracker poll --help", ["--help"]), ("tracker status", given)):
                cost = measure([tracker, what.split()[1], *arguments])
                if cost.code not in (0, 1):
                    raise RuntimeError(cost.output)
                starts[what].append(Start(cost.wall, cost.cpu))
            starts["tracker poll, to its first request"].append(
                first_request([tracker, "poll", *given], listening)
            )
    rows = [
        [
            name,
            f"{GOALS[name]:.2f}",
            f"{statistics.median(start.cpu for start in found):.2f}",
            f"{min(start.wall for start in found):.2f}",
            f"{statistics.median(start.wall for start in found):.2f}",
        ]
        for name, found in starts.items()
    ]
    head = ["start", "wanted: at most s", "CPU s, median", "wall s, least", "wall s, median"]
    return "\n\n".join(
        [
            "## Start",
            f"Whole processes, {RUNS} starts each, one after the other.",
            report.table(head, rows),
        ]
    )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--write", action="store_true", help="put the table into docs/benchmarks.md")
    options = parser.parse_args()
    found = run()
    print(found)
    if options.write:
        report.write(NAME, found, command="python -m bench.startup --write")


if __name__ == "__main__":
    main()
