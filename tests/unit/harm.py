"""Readers that go wrong on purpose, run by workers: they are found there by their names."""

from __future__ import annotations

import ctypes
import mmap
import os
import signal
import time
from pathlib import Path

from tracker.errors import UnexpectedResponse
from tracker.model import Document, Fetched, HttpResponse
from tracker.parsing import dispatch

HONEST = dispatch.read


def add(one: int, other: int) -> int:
    return one + other


def segfault() -> None:
    ctypes.string_at(0)


def allocate() -> int:
    return len(bytearray(10_000_000_000))


def endless() -> None:
    while True:
        pass


def asleep() -> None:
    signal.pause()


def killed() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def terminated() -> None:
    """As a service manager ends the whole group, for a worker that does not ignore it yet."""
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    os.kill(os.getpid(), signal.SIGTERM)


def squeezed() -> str:
    """A reader that is refused memory and takes it for an empty page."""
    parts = []
    try:
        while True:
            parts.append(mmap.mmap(-1, 20_000_000))
    except OSError:
        parts.clear()
    return "an empty page"


def killed_once(marker: str) -> str:
    """Die the first time, as when the process is killed; succeed the second time."""
    path = Path(marker)
    if path.exists():
        path.unlink()
        killed()
    return "well"


def until(path: str) -> str:
    """Ends when there is such a file."""
    while not Path(path).exists():
        time.sleep(0.01)
    return "ended"


def wrong_shape() -> None:
    raise UnexpectedResponse("no feed", cure="ask again", url="https://x.gov", status=200)


def defect() -> None:
    raise AttributeError("no such thing")


def own_number() -> int:
    return os.getpid()


def own_surroundings() -> dict[str, str]:
    return dict(os.environ)


def forged() -> object:
    return _Forged()


class _Forged:
    """What a worker that is no longer its own master would send: a call in place of a record."""

    def __reduce__(self) -> tuple[object, ...]:
        return os.system, ("true",)


def writing(path: str) -> None:
    Path(path).write_bytes(b"x" * 100)


def poisoned(fetched: Fetched) -> Document:
    """The honest reader, to which documents can do harm."""
    bodies = [fetched.answer.body, *(part.answer.body for part in fetched.attachments)]
    for word, harm in (
        (b"SEGFAULT", segfault),
        (b"ENDLESS", endless),
        (b"ALLOCATE", allocate),
        (b"KILLED", killed),
    ):
        if any(b"harm: " + word in body for body in bodies):
            harm()
    return HONEST(fetched)


def killing_entries(answer: HttpResponse) -> list[dict[str, str]]:
    segfault()
    return []
