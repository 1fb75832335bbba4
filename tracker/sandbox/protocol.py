"""The messages between the tracker and its parser workers: a length, then a pickle. A result is as untrusted as the
document behind it: unpickling it creates only tracker's own records, dates and numbers, and calls nothing."""

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
MORE, LAST = b"+", b"."  # the first byte of a result: whether the worker takes another job
READY = b"ready"  # a worker's first message: it has started, and only a document can end it from now on
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
    """The other process closed the connection."""


class UntrustedPickle(Exception):
    """A result that contains anything but the allowed types."""


def send(end: socket, data: bytes) -> None:
    """Sends one message. Raises PeerClosed, TimeoutError."""
    try:
        head = _LENGTH.pack(len(data))
        if len(data) < _CHUNK:  # one call, so that the other process wakes once
            end.sendall(head + data)
        else:
            end.sendall(head)
            end.sendall(data)
    except (BrokenPipeError, ConnectionError) as error:
        raise PeerClosed from error


def receive(end: socket) -> bytes:
    """Receives one message. Raises PeerClosed, also for one longer than MOST, and TimeoutError."""
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
        raise pickle.UnpicklingError(f"{module}.{name} is not allowed in a result")


def handle_request(data: bytes) -> tuple[Any, bool]:
    """Return the value that a worker sent, and whether it accepts another job. Raises UntrustedPickle for other
    types.
    """
    try:
        return _Reader(io.BytesIO(data[1:])).load(), data[:1] == MORE
    except Exception as error:  # errors that a forged pickle may cause
        raise UntrustedPickle from error
