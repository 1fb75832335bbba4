"""The viewer under load: weight and time of its pages with 100,000 changes and the recorded part 744, ten readers at once.

    python -m bench.viewer_load --write

Ten connections of wrk (Debian: apt install wrk), each asking again as soon as it was answered, so that ten answers are always
being made. The server is a process of its own, `tracker serve`. Each page is asked twice over: of a store at rest, and while
another process writes as the daemon does on a busy day, a change and its alert four times a second.
"""

from __future__ import annotations

import argparse
import gzip
import json
import multiprocessing
import random
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from bench import report
from tests.recorded import ROOT, recorded
from tests.unit.web_samples import cfr_change, proposal
from tracker.diffing import compare
from tracker.model import Change, Classification, Level, Topic, Unit, UnitKind
from tracker.parsing import read_file
from tracker.storage import changes, outbox, source_state
from tracker.storage.database import Store

NUMBER = 100_000
READERS = 10
WRITES = 4  # a second
START = datetime(2016, 1, 4, 12, tzinfo=UTC)
PART = "chg_0000000000000744"
LEVELS = [Level.NONE] * 80 + [Level.LOW] * 14 + [Level.MEDIUM] * 4 + [Level.HIGH, Level.CRITICAL]
TOPICS = ("ear-other", "fdpr", "entity-list", "semiconductor-subsystems", "enforcement")
TITLES = "federal-register/titles-abstracts-2020-2026.jsonl.xz"
PAGES = {
    "inbox": "/",
    "inbox, high and above": "/?level=high",
    "inbox, topic": "/?topic=fdpr",
    "search, a word": "/?q=semiconductor",
    "search, 744.23": "/?q=744.23",
    "search, 真空バルブ": "/?q=%E7%9C%9F%E7%A9%BA%E3%83%90%E3%83%AB%E3%83%96",
    "change": f"/changes/{PART}",
    "change, no redline": "/changes/chg_0000000000000100",
    "redline of part 744": f"/changes/{PART}/redline",
    "api, 50 changes": "/api/changes",
}
SCRIPT = """done = function(summary, latency, requests)
  io.write(string.format("p50 %.1f p95 %.1f rate %.1f wrong %d\\n", latency:percentile(50) / 1000, latency:percentile(95) / 1000,
    summary.requests / summary.duration * 1e6, summary.errors.status + summary.errors.timeout + summary.errors.read))
end
"""


def fill(state: Path) -> None:
    """100,000 recorded documents, and a change of every third listed party of the recorded part 744."""
    random.seed(744)
    store = Store(state)
    source_state.ensure(store, ["fr-bis", "ear"])
    rows = islice(recorded(TITLES).splitlines(), NUMBER)
    entries = [
        changes.ChangeEntry(change, f"fr:{change.document_number}", 1)
        for change in (_document(number, json.loads(row)) for number, row in enumerate(rows, 1))
    ]
    after = read_file("744.xml", recorded("ecfr/15-cfr-744/2026-07-18.xml.xz"))
    before = replace(after, units=tuple(_older(index, unit) for index, unit in enumerate(after.units)))
    with store.write() as connection:
        for start in range(0, len(entries), 5_000):
            changes.add_many(connection, entries[start : start + 5_000])
        change = replace(cfr_change()[0], id=PART)
        changes.save(connection, changes.ChangeEntry(change, "ear:15 CFR 744", 2), compare(before, after))
    store.close()


def _older(index: int, unit: Unit) -> Unit:
    """Every third row of the recorded text as it might have read before."""
    if unit.kind is not UnitKind.ROW or index % 3:
        return unit
    return replace(
        unit, text=unit.text.replace("all items", "items listed in Category 3").replace(" FR ", " Fed. Reg. ")
    )


def _document(number: int, row: dict[str, str]) -> Change:
    """Title, abstract and number as recorded; a level and a topic as the rules give them about as often."""
    seen = START + timedelta(minutes=52 * number)
    level = random.choice(LEVELS)
    return replace(
        proposal(number),
        id=f"chg_{number:016x}",
        document_number=row["document_number"],
        title=row["title"],
        abstract=row.get("abstract") or "",
        detected_at=seen,
        published=seen.date(),
        baseline=number % 3 == 0,
        tagging=Classification(
            level, topics=(Topic(random.choice(TOPICS), 0.8, ()),) if level is not Level.NONE else ()
        ),
    )


def settings(folder: Path) -> Path:
    path = folder / "sources.toml"
    path.write_text(
        '[[source]]\nid = "fr-bis"\nkind = "federal-register"\nbase_url = "http://127.0.0.1:9"\n'
        '[[source]]\nid = "ear"\nkind = "ecfr"\nbase_url = "http://127.0.0.1:9"\ntitle = 15\nparts = "730-774"\n',
        "utf-8",
    )
    return path


def weigh(address: str) -> tuple[int, int, float]:
    """Bytes on the wire and unpacked of the first answer, and its milliseconds: nothing of it is kept yet."""
    began = time.perf_counter()
    request = urllib.request.Request(address, headers={"Accept-Encoding": "gzip"})
    with urllib.request.urlopen(request, timeout=60) as answer:
        body = answer.read()
        packed = answer.headers.get("content-encoding") == "gzip"
    milliseconds = (time.perf_counter() - began) * 1e3
    return len(body), len(gzip.decompress(body)) if packed else len(body), milliseconds


def load(address: str, script: Path, seconds: int) -> dict[str, float]:
    output = subprocess.run(
        ["wrk", "-t1", f"-c{READERS}", f"-d{seconds}s", "--timeout", "20s", "-H", "Accept-Encoding: gzip", "-s", str(script), address],
        check=True, capture_output=True, text=True,
    ).stdout  # fmt: skip
    found = re.search(r"p50 (\S+) p95 (\S+) rate (\S+) wrong (\S+)", output)
    assert found is not None, output
    return dict(zip(("p50", "p95", "rate", "wrong"), map(float, found.groups()), strict=True))


def write(state: Path, ended: Any, written: Any) -> None:
    """The daemon's part: write changes with their alerts continuously."""
    store = Store(state)
    row = {"title": "Licensing Requirements Amended", "abstract": "vacuum valves", "document_number": ""}
    while not ended.wait(1 / WRITES):
        written.value += 1
        number = NUMBER + written.value
        change = _document(number, {**row, "document_number": f"2026-{number}"})
        with store.write() as connection:
            changes.save(connection, changes.ChangeEntry(change, f"fr:{change.document_number}", 1))
            outbox.enqueue(
                connection, subject_id=change.id, revision=1, channel="mail", reason={}, now=change.detected_at
            )  # fmt: skip
    store.close()


@contextmanager
def writing(state: Path) -> Iterator[Any]:
    """Yields how often it has written."""
    ended, written = multiprocessing.Event(), multiprocessing.Value("i", 0)
    process = multiprocessing.Process(target=write, args=(state, ended, written))
    process.start()
    try:
        yield written
    finally:
        ended.set()
        process.join(20)


def serve(folder: Path) -> tuple[subprocess.Popen[bytes], str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [
        sys.executable,
        "-m",
        "tracker",
        "serve",
        "--config",
        settings(folder),
        "--state",
        folder,
        "--listen",
        f"127.0.0.1:{port}",
    ]
    process = subprocess.Popen([str(part) for part in command], stderr=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}"
    for _ in range(200):
        try:
            urllib.request.urlopen(f"{address}/readyz", timeout=5).read()
            break
        except OSError:
            time.sleep(0.1)
    return process, address


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="into docs/benchmarks.md")
    parser.add_argument("--seconds", type=int, default=5, help="for each page")
    asked = parser.parse_args()
    if shutil.which("wrk") is None:
        print("no load tool: install wrk (Debian: apt install wrk)", file=sys.stderr)
        return 0
    if not (ROOT / "ecfr" / "15-cfr-744").exists():
        print(f"no recorded part 744 at {ROOT} (set TRACKER_RECORDED)", file=sys.stderr)
        return 0
    rows = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        script = folder / "percentiles.lua"
        script.write_text(SCRIPT, "utf-8")
        fill(folder)
        process, address = serve(folder)
        try:
            for page, path in PAGES.items():
                wire, whole, first = weigh(address + path)
                found = load(address + path, script, asked.seconds)
                with writing(folder) as written:
                    before = written.value
                    busy = load(address + path, script, asked.seconds)
                    assert written.value > before, "nothing was written"
                if found["wrong"] or busy["wrong"]:
                    print(f"{page}: {found['wrong'] + busy['wrong']:.0f} wrong answers", file=sys.stderr)
                    return 1
                rows.append(
                    [
                        page,
                        f"{wire / 1e3:.1f}",
                        f"{whole / 1e3:.0f}",
                        f"{first:.0f}",
                        f"{found['p50']:.0f}",
                        f"{found['p95']:.0f}",
                        f"{found['rate']:.0f}",
                        f"{busy['p95']:.0f}",
                    ]
                )
                print(" | ".join(rows[-1]), file=sys.stderr)
        finally:
            process.terminate()
            process.wait(20)
    head = [
        "page",
        "kB on the wire",
        "kB unpacked",
        "first ms",
        "p50 ms",
        "p95 ms",
        "answers a second",
        "p95 ms while written",
    ]
    text = (
        f"## The viewer with {NUMBER:,} changes\n\n{READERS} connections, each asking again as soon as it is answered, for"
        f" {asked.seconds} s a page, wrk on the same machine; the redline is that of the recorded part 744 with every third row of its lists amended. `first`: rendered again, as after every change; then pages are cached until their data changes."
        f" `while written`: another process stores a change and its alert {WRITES} times a second."
        f"\n\n{report.table(head, rows)}"
    )
    print(text)
    if asked.write:
        report.write("viewer-load", text, command="python -m bench.viewer_load --write")
    return 0


if __name__ == "__main__":
    sys.exit(main())
