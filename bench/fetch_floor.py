"""The fetch stage alone over unchanged pages with ETags, compared with a bare loop with one shared client.

`python -m bench.fetch_floor [PAGES]` prints, as JSON: CPU milliseconds a page of the bare loop, of `Client.get`, and of
a whole poll of one source that follows all pages; their ratios; connections; memory after the first and the last cycle.
"""

from __future__ import annotations

import gc
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime

from bench.watch_cycles import resident_mb
from bench.watch_floor import one_by_one
from tracker import sources
from tracker.config.models import Source
from tracker.http.client import Client
from tracker.http.rate_limit import PAGES
from tracker.model import Fetched, NotModified, Validators

CYCLES = 10


class Remembered:
    """A `fetch.Memory` in memory."""

    def __init__(self) -> None:
        self.known: dict[str, Validators] = {}
        self.cursor: dict[str, str] = {}

    def is_held(self, key: str) -> bool:
        return False

    def validators(self, key: str) -> Validators | None:
        return self.known.get(key)

    def keys(self, prefix: str = "") -> Iterable[str]:
        return [key for key in self.known if key.startswith(prefix)]


def spent(work: Callable[[], object]) -> float:
    """CPU seconds of this process."""
    before = time.process_time()
    work()
    return time.process_time() - before


def measure(base: str, count: int) -> dict[str, float]:
    source = Source("pages", "page", url=f"{base}/", follow="same-site", depth=1, max_pages=count + 1)
    memory = Remembered()
    with Client(literal_hosts={base.partition("//")[2]}, clock=lambda: datetime.now(UTC)) as client:

        def cycle() -> int:
            unchanged = 0
            for item in sources.poll(source, memory, client, datetime.now(UTC)):
                if isinstance(item, Fetched):
                    answer = item.answer
                    memory.known[item.key] = Validators(
                        answer.header("etag"), None, None, source.extraction_config(), answer.fetched_at
                    )
                elif isinstance(item, sources.CursorUpdate):
                    memory.cursor = dict(item.values)
                else:
                    unchanged += isinstance(item, NotModified)
            return unchanged

        cycle()
        pages = {key: known for key, known in memory.known.items() if "/page/" in key}
        tags = {key.removeprefix(base): known.etag or "" for key, known in pages.items()}
        client.fetch(f"{base}/count", rate=PAGES, deadline=client.monotonic() + 10)

        def gets() -> None:
            for key, known in pages.items():
                answer = client.get(
                    key, rate=PAGES, deadline=client.monotonic() + 60, validators=known, robots=True
                )
                assert answer is None

        bare, get, poll, memories = [], [], [], []
        for _ in range(CYCLES):
            bare.append(one_by_one(base, tags)["cpu"])
            get.append(spent(gets))
            poll.append(spent(cycle))
            gc.collect()
            memories.append(resident_mb())
        assert cycle() == count + 1
        counts = json.loads(client.fetch(f"{base}/count", rate=PAGES, deadline=client.monotonic() + 10).body)
    floor = statistics.median(bare)
    return {
        "pages": count,
        "bare_ms": floor * 1000 / count,
        "get_ms": statistics.median(get) * 1000 / count,
        "poll_ms": statistics.median(poll) * 1000 / count,
        "get_ratio": statistics.median(get) / floor,
        "poll_ratio": statistics.median(poll) / floor,
        # The bare loop opens one of its own each time.
        "connections_since_count": counts["connections"],
        "rss_mb_first": memories[0],
        "rss_mb_last": memories[-1],
    }


def main(count: int) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "bench.watch_server", "--pages", str(count)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as server:
        assert server.stdout is not None
        port = int(server.stdout.readline())
        print(json.dumps(measure(f"http://127.0.0.1:{port}", count), indent=1))
        assert server.stdin is not None
        server.stdin.close()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1000)
