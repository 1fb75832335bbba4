"""1,000 pages that are sent whole each time, with another nonce and without validators: this program, a bare loop of
Beautiful Soup, urlwatch, webchanges and changedetection.io, in one run.

`python -m bench.watch_nonce` prints the table; `--write` puts it into docs/benchmarks.md. Each tool polls once to learn the
pages, then three times; the medians of those three are shown. changedetection.io is a server: its processor time is
that of its process between the request for a check of all pages and the end of the last one.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
import time
from pathlib import Path

from bench import report
from bench.peers import CDIO, ChangeDetection
from bench.peers import install as environment
from bench.processes import measure
from bench.watch_pages import ROUNDS, Figures, Server, ours, polled, serving
from bench.watch_peers import install, peers

NAME = "watch-nonce"
SHARE = 10


def floor(server: Server) -> Figures:
    """The bare loop: its own seconds alone, without the start of a process."""
    command = [sys.executable, "-m", "bench.watch_floor", str(server.port), str(server.pages), "--read"]
    runs = []
    for _ in range(ROUNDS):
        cost = measure(command)
        if cost.code != 0:
            raise RuntimeError(cost.output)
        runs.append(json.loads(cost.output))
    wall, cpu = (statistics.median(run[name] for run in runs) for name in ("wall", "cpu"))
    return Figures("bare loop, Beautiful Soup: select, text, hash", wall, cpu, None, 1, 0)


def changedetection(folder: Path, server: Server) -> tuple[Figures | None, str]:
    """Its figures, or why there are none. A tenth of the pages, times ten: a check of all takes it many minutes."""
    venv, missing = environment(CDIO)
    if missing:
        return None, missing
    peer = ChangeDetection(folder, venv, "http://127.0.0.1:9/")
    runs = []
    try:
        peer.watch(server.addresses()[::SHARE], "main")
        peer.round(patience=600)
        for _ in range(ROUNDS):
            cpu, wall = peer.cpu(), time.perf_counter()
            peer.round(patience=600)
            runs.append((SHARE * (time.perf_counter() - wall), SHARE * (peer.cpu() - cpu)))
    finally:
        peer.close()
    wall, cpu = (statistics.median(values) for values in zip(*runs, strict=True))
    return Figures(
        f"changedetection.io, a check of a {SHARE}th of the pages, times {SHARE}",
        wall,
        cpu,
        None,
        server.pages,
        0,
    ), ""


def text(rows: list[Figures], notes: list[str], pages: int) -> str:
    first = rows[0]
    body = [
        [row.name, f"{row.wall:.2f}", f"{row.cpu:.2f}", f"{row.cpu / first.cpu:.1f}", "" if row.peak_mb is None else f"{row.peak_mb:.0f}"]
        for row in rows
    ]  # fmt: skip
    head = ["nothing changed but the nonces", "wall s", "CPU s", "CPU, times the bare loop", "peak MB"]
    note = "".join(f" {line}." for line in notes)
    return "\n\n".join(
        [
            f"## {pages:,} full pages with a nonce",
            "Every page is sent whole, with another nonce in its scripts, form and comments, and without validators; its text is "
            "the same. Medians of three. The bare loop counts neither the start of a process nor anything kept on disk; the "
            f"other rows but the daemon's and changedetection.io's are whole processes.{note}",
            report.table(head, body),
        ]
    )


def run(pages: int, *, alone: bool) -> str:
    notes: list[str] = []
    with serving(pages, "--nonce") as server, tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        rows = [floor(server)]
        found, cycles = ours(folder / "tracker", server, follow=False)
        costs = [statistics.median(cycle[key] for cycle in cycles) for key in ("wall", "cpu")]
        peak = max(cycle["rss_mb"] for cycle in cycles)
        daemon = "**tracker**, cycle in the daemon, a source for each page"
        rows += [found, Figures(daemon, costs[0], costs[1], peak, found.connections, 0)]
        if alone:
            return text(rows, notes, pages)
        (folder / "peers").mkdir()
        failed = install()
        if failed:
            notes.append(failed)
        else:
            rows += [
                polled(peer.name, server, peer.poll) for peer in peers(folder / "peers", server.addresses())
            ]
        (folder / "server").mkdir()
        row, failed = changedetection(folder / "server", server)
        rows += [row] if row else []
        notes += [failed] if failed else []
    return text(rows, notes, pages)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--pages", type=int, default=1000)
    parser.add_argument("--alone", action="store_true", help="this program and the bare loop only")
    parser.add_argument("--write", action="store_true", help="put the table into docs/benchmarks.md")
    options = parser.parse_args()
    found = run(options.pages, alone=options.alone)
    print(found)
    if options.write:
        report.write(NAME, found, command="python -m bench.watch_nonce --write")


if __name__ == "__main__":
    main()
