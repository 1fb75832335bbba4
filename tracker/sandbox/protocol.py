"""What passes between the tracker and its readers: a length, then a pickle. What comes back is believed no more than
the document that it was made from: only records of ours, days and numbers are made of it, and nothing is called."""

from __future__ import annotations

import io
import pickle
import struct
from dataclasses import dataclass
from socket import socket
from typing import Any

_LENGTH = struct.Struct("!Q")
_CHUNK = 1 << 20
MOST = 500_000_000  # bytes of one answer
MORE, LAST = b"+", b"."  # before an answer: whether the worker takes another job
READY = b"ready"  # a worker's first word: it has started, and what ends it from now on is a document
_PLAIN = frozenset(
    {("datetime", "date"), ("datetime", "datetime"), ("datetime", "timezone"), ("datetime", "timedelta")}
)
_RECORDS = frozenset({"Document", "DocumentKind", "Op", "Operation", "Unit", "UnitKind"})  # of tracker.model


@dataclass(frozen=True, slots=True)
class Failure:
    """An exception as text. `name` is its class. `url` and `status` belong to a FetchError, `attachment` to an
    AttachmentUnreadable; they are empty for others."""

    name: str
    cause: str
    cure: str = ""
    url: str = ""
    status: int | None = None
    trace: str = ""
    attachment: str = ""


class PeerClosed(Exception):
    """The other side is gone."""


class UntrustedPickle(Exception):
    """An answer that no reader of ours gives."""


def send(end: socket, data: bytes) -> None:
    """Raises Ended, TimeoutError."""
    try:
        end.sendall(_LENGTH.pack(len(data)))
        end.sendall(data)
    except (BrokenPipeError, ConnectionError) as error:
        raise PeerClosed from error


def receive(end: socket) -> bytes:
    """Raises Ended, also for an answer beyond measure; TimeoutError."""
    (length,) = _LENGTH.unpack(_exactly(end, _LENGTH.size))
    if length > MOST:
        raise PeerClosed
    return _exactly(end, length)


def _exactly(end: socket, size: int) -> bytes:
    parts = bytearray()
    while len(parts) < size:
        try:
            part = end.recv(min(_CHUNK, size - len(parts)))
        except ConnectionError as error:
            raise PeerClosed from error
        if not part:
            raise PeerClosed
        parts += part
    return bytes(parts)


class _Reader(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        if (
            (module, name) in _PLAIN
            or (module == "tracker.model" and name in _RECORDS)
            or (module, name) == (__name__, Failure.__name__)
        ):
            return super().find_class(module, name)
        raise pickle.UnpicklingError(f"{module}.{name} has no place in an answer")


def handle_request(data: bytes) -> tuple[Any, bool]:
    """The value that a reader sent back, and whether it takes another job. Raises Forged where it is none of ours."""
    try:
        return _Reader(io.BytesIO(data[1:])).load(), data[:1] == MORE
    except Exception as error:  # whatever a forged pickle runs into
        raise UntrustedPickle from error
