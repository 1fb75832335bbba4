"""1,000 unchanged pages with ETags: this program, a bare loop, urlwatch and webchanges, in one run.

`python -m bench.watch_pages` prints the table; `--write` puts it into docs/benchmarks.md. Everything is on loopback:
a page server in a process of its own, then one tool after the other, each polled once to learn the pages and
then three times with nothing changed; the medians of those three are sent. About two and a half minutes.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench import report
from bench.processes import Cost, measure
from bench.watch_peers import install, peers

ROUNDS = 3
CYCLES = 10
NAME = "watch-pages"


@dataclass(frozen=True, slots=True)
class Figures:
    """Medians of one tool's unchanged cycles."""

    name: str
    wall: float
    cpu: float
    peak_mb: float | None
    connections: int
    not_modified: int


@dataclass(frozen=True, slots=True)
class Server:
    port: int
    pages: int

    def addresses(self) -> list[str]:
        return [f"http://127.0.0.1:{self.port}/page/{number}" for number in range(self.pages)]

    def count(self) -> dict[str, int]:
        """The counters since the last call."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/count", timeout=30) as answer:
            counts: dict[str, int] = json.load(answer)
        return counts


@contextmanager
def serving(pages: int, *options: str) -> Iterator[Server]:
    command = [sys.executable, "-m", "bench.watch_server", "--pages", str(pages), *options]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        yield Server(int(process.stdout.readline()), pages)
    finally:
        process.stdin.close()
        process.wait(30)


def polled(name: str, server: Server, poll: Callable[[], Cost]) -> Figures:
    """Polls once to learn, then `ROUNDS` times. Raises RuntimeError when the tool did not do its work."""
    costs, connections = [], []
    for turn in range(ROUNDS + 1):
        server.count()
        cost = poll()
        counts = server.count()
        if cost.code != 0 or counts["requests"] < server.pages:
            raise RuntimeError(f"{name} ended with {cost.code} after {counts}: {cost.output.strip()[-2000:]}")
        if turn:
            costs.append(cost)
            connections.append(counts["connections"])
    return Figures(
        name,
        wall=statistics.median(cost.wall for cost in costs),
        cpu=statistics.median(cost.cpu for cost in costs),
        peak_mb=statistics.median(cost.peak_mb for cost in costs),
        connections=max(connections),
        not_modified=counts["not_modified"],
    )


def floors(server: Server) -> list[Figures]:
    """The bare loops: their own seconds alone, without the start of a process."""
    runs = []
    for _ in range(ROUNDS):
        cost = measure([sys.executable, "-m", "bench.watch_floor", str(server.port), str(server.pages)])
        if cost.code != 0:
            raise RuntimeError(cost.output)
        runs.append(json.loads(cost.output))
    server.count()
    return [
        Figures(
            name,
            wall=statistics.median(run[key]["wall"] for run in runs),
            cpu=statistics.median(run[key]["cpu"] for run in runs),
            peak_mb=None,
            connections=connections,
            not_modified=server.pages,
        )
        for key, name, connections in (
            ("one_by_one", "bare loop, one shared client", 1),
            ("some_at_once", "bare loop, shared asynchronous client, 5 at a time", 5),
        )
    ]


def settings(folder: Path, server: Server, *, follow: bool) -> Path:
    """`follow`: one source that follows its links; else a source for each page."""
    lines = ["[tracker]", 'contact = "bench@example.org"', ""]
    if follow:
        addresses = [f"http://127.0.0.1:{server.port}/"]
        extra = f'follow = "same-site"\nmax_pages = {server.pages + 10}\n'
    else:
        addresses, extra = server.addresses(), ""
    for number, address in enumerate(addresses):
        lines.append(f'[[source]]\nid = "page-{number}"\nkind = "page"\nurl = "{address}"\n{extra}')
    path = folder / "sources.toml"
    path.write_text("\n".join(lines), "utf-8")
    return path


def ours(folder: Path, server: Server, *, follow: bool) -> tuple[Figures, list[dict[str, float]]]:
    """A cycle as a command, and ten in one process."""
    folder.mkdir()
    config, state = settings(folder, server, follow=follow), folder / "state"
    tracker = Path(sys.executable).with_name("tracker")
    command: list[str | Path] = [tracker, "poll", "--config", config, "--state", state, "--json"]
    name = "one source that follows its links" if follow else "a source for each page"
    figures = polled(f"**tracker poll**, {name}", server, lambda: measure(command))
    cycles = measure([sys.executable, "-m", "bench.watch_cycles", config, state, str(CYCLES)])
    if cycles.code != 0:
        raise RuntimeError(cycles.output)
    return figures, json.loads(cycles.output.strip().splitlines()[-1])


def in_daemon(shape: str, cycles: list[dict[str, float]], connections: int, pages: int) -> Figures:
    if any(cycle["errors"] for cycle in cycles):
        raise RuntimeError(f"{shape}: {cycles}")
    return Figures(
        f"**tracker**, cycle in the daemon, {shape}",
        wall=statistics.median(cycle["wall"] for cycle in cycles),
        cpu=statistics.median(cycle["cpu"] for cycle in cycles),
        peak_mb=max(cycle["rss_mb"] for cycle in cycles),
        connections=connections,
        not_modified=pages,
    )


def text(rows: list[Figures], memory: dict[str, list[float]], note: str, pages: int) -> str:
    """Return the table, with its findings in words."""
    floor = rows[1]
    body = [
        [
            row.name,
            f"{row.wall:.2f}",
            f"{row.cpu:.2f}",
            f"{row.cpu / floor.cpu:.1f}",
            "" if row.peak_mb is None else f"{row.peak_mb:.0f}",
            str(row.connections),
            str(row.not_modified),
        ]
        for row in rows
    ]
    head = [
        "nothing changed",
        "wall s",
        "CPU s",
        "CPU, times the asynchronous loop",
        "peak MB",
        "connections",
        "304",
    ]
    parts = [
        f"## {pages:,} unchanged pages with ETags",
        "One cycle in which every page answers 304; medians of three. The bare loops count neither the start of a "
        "process nor anything kept on disk; every other row but the daemon's is a whole process. "
        f"Pages of 5 to 50 kB on loopback, the server in a process of its own.{note}",
        report.table(head, body),
    ]
    for shape, series in memory.items():
        parts.append(
            f"Memory after each of {len(series)} cycles in one process, {shape}: "
            + ", ".join(f"{value:.1f}" for value in series)
            + " MB."
        )
    return "\n\n".join(parts)


def run(pages: int) -> str:
    rows: list[Figures] = []
    memory: dict[str, list[float]] = {}
    with serving(pages) as server, tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        rows += floors(server)
        for follow, shape in ((False, "a source for each page"), (True, "one source that follows its links")):
            figures, cycles = ours(folder / f"tracker-{follow}", server, follow=follow)
            rows += [figures, in_daemon(shape, cycles, figures.connections, figures.not_modified)]
            memory[shape] = [cycle["rss_mb"] for cycle in cycles]
        peer_folder = folder / "peers"
        peer_folder.mkdir()
        failed = install()
        if not failed:
            rows += [polled(peer.name, server, peer.poll) for peer in peers(peer_folder, server.addresses())]
    return text(rows, memory, f" {failed}." if failed else "", pages)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--pages", type=int, default=1000)
    parser.add_argument("--write", action="store_true", help="put the table into docs/benchmarks.md")
    options = parser.parse_args()
    found = run(options.pages)
    print(found)
    if options.write:
        report.write(NAME, found, command="python -m bench.watch_pages --write")


if __name__ == "__main__":
    main()
