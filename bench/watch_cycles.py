"""Polls in one process, as the daemon does: what a cycle costs without a start, and whether memory grows.

`python -m bench.watch_cycles SETTINGS STATE CYCLES` prints a list of `{"cpu", "wall", "rss_mb", "errors"}` as JSON.
"""

from __future__ import annotations

import gc
import json
import sys
import time
from pathlib import Path

from tracker import clock
from tracker.config.loader import load
from tracker.scheduler import poll_cycle
from tracker.storage.database import Store


def resident_mb() -> float:
    """Memory that this process holds now, in 10^6 bytes (Linux)."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096 / 1e6


def main(settings_file: Path, state: Path, cycles: int) -> None:
    settings = load(settings_file)
    context = poll_cycle.make_context(settings, Store(state), clock.now)
    figures = []
    for _ in range(cycles):
        cpu, wall = time.process_time(), time.perf_counter()
        errors = sum(not report.ok for report in poll_cycle.run(settings.sources, context))
        cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
        gc.collect()
        figures.append({"cpu": cpu, "wall": wall, "rss_mb": resident_mb(), "errors": errors})
    print(json.dumps(figures))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))
