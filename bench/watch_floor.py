"""The floor: a bare loop with one shared client that replays ETags and keeps nothing.

`python -m bench.watch_floor PORT PAGES` fetches every page once to learn its ETag, then all again with
it: one after the other, and five at a time with the asynchronous client. Prints the CPU and wall seconds
of these second loops alone as JSON: no process start, no imports, no disk. With `--read` each page is fetched whole and
read by Beautiful Soup: the main text selected, turned into text and hashed.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx2
from bs4 import BeautifulSoup

AT_ONCE = 5


@contextmanager
def clocked(into: dict[str, float]) -> Iterator[None]:
    cpu, wall = time.process_time(), time.perf_counter()
    yield
    into["cpu"], into["wall"] = time.process_time() - cpu, time.perf_counter() - wall


def one_by_one(base: str, tags: dict[str, str]) -> dict[str, float]:
    cost: dict[str, float] = {}
    with httpx2.Client(base_url=base, trust_env=False) as client:
        client.get("/count")
        with clocked(cost):
            for path, tag in tags.items():
                answer = client.get(path, headers={"If-None-Match": tag})
                assert answer.status_code == 304, answer
    return cost


async def some_at_once(base: str, tags: dict[str, str]) -> dict[str, float]:
    cost: dict[str, float] = {}
    left = iter(tags.items())

    async def work(client: httpx2.AsyncClient) -> None:
        for path, tag in left:
            answer = await client.get(path, headers={"If-None-Match": tag})
            assert answer.status_code == 304, answer

    async with httpx2.AsyncClient(base_url=base, trust_env=False) as client:
        await client.get("/count")
        with clocked(cost):
            await asyncio.gather(*(work(client) for _ in range(AT_ONCE)))
    return cost


def read(port: int, pages: int) -> None:
    """Two rounds; the second one counts, in which every text must be the same."""
    cost: dict[str, float] = {}
    hashes: list[list[str]] = []
    with httpx2.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client:
        for _ in range(2):
            client.get("/count")
            found = []
            with clocked(cost):
                for number in range(pages):
                    soup = BeautifulSoup(client.get(f"/page/{number}").content, "lxml")
                    text = soup.select("main")[0].get_text(" ", strip=True)
                    found.append(hashlib.sha256(text.encode()).hexdigest())
            hashes.append(found)
    assert hashes[0] == hashes[1]
    print(json.dumps(cost))


def main(port: int, pages: int) -> None:
    base = f"http://127.0.0.1:{port}"
    with httpx2.Client(base_url=base, trust_env=False) as client:
        tags = {path: client.get(path).headers["ETag"] for path in (f"/page/{n}" for n in range(pages))}
    figures = {"one_by_one": one_by_one(base, tags), "some_at_once": asyncio.run(some_at_once(base, tags))}
    print(json.dumps(figures))


if __name__ == "__main__":
    given = [argument for argument in sys.argv[1:] if argument != "--read"]
    (read if "--read" in sys.argv else main)(int(given[0]), int(given[1]))
