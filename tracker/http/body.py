"""Reads the body of a response within limits: bytes on the wire, bytes once unpacked, and time."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable
from itertools import chain

from tracker.errors import LimitExceeded, UnexpectedResponse

_STEP = 1 << 20  # unpacked at a time, so that a small bomb cannot fill the memory in one call


class TruncatedBody(UnexpectedResponse):
    """The body ended before its own length or its own last block. A retry may succeed at once."""


def read_body(
    chunks: Iterable[bytes], encoding: str, max_bytes: int, check_time: Callable[[], None], url: str
) -> bytes:
    """All of a body, unpacked. `encoding` is the Content-Encoding. Raises LimitExceeded, TruncatedBody, UnexpectedResponse, and
    whatever `check_time` raises (it is called once for each chunk)."""
    encoding = encoding.strip().lower()
    if encoding in ("", "identity"):
        return _plain(chunks, max_bytes, check_time, url)
    if encoding in ("gzip", "x-gzip"):
        return _unpacked(chunks, zlib.MAX_WBITS | 16, max_bytes, check_time, url)
    if encoding == "deflate":
        head, chunks = _head(chunks)
        # RFC 1950 requires a zlib header of two bytes; some servers send the bare stream.
        zlib_header = len(head) == 2 and head[0] & 15 == 8 and int.from_bytes(head, "big") % 31 == 0
        window = zlib.MAX_WBITS if zlib_header else -zlib.MAX_WBITS
        return _unpacked(chunks, window, max_bytes, check_time, url)
    raise UnexpectedResponse(f"the body is packed as {encoding!r}, which was not asked for", url=url)


def _head(chunks: Iterable[bytes]) -> tuple[bytes, Iterable[bytes]]:
    """The first two bytes, and the chunks with nothing taken away."""
    stream = iter(chunks)
    first = b""
    for chunk in stream:
        first += chunk
        if len(first) >= 2:
            break
    return first[:2], chain([first], stream)


def _plain(chunks: Iterable[bytes], max_bytes: int, check_time: Callable[[], None], url: str) -> bytes:
    parts: list[bytes] = []
    total = 0
    for chunk in chunks:
        total += len(chunk)
        if total > max_bytes:
            raise _too_much(max_bytes, url)
        parts.append(chunk)
        check_time()
    return b"".join(parts)


def _unpacked(
    chunks: Iterable[bytes], window: int, max_bytes: int, check_time: Callable[[], None], url: str
) -> bytes:
    parts: list[bytes] = []
    total = 0
    unpacker = zlib.decompressobj(window)
    started = False
    for chunk in chunks:
        check_time()
        rest, full = chunk, False
        while rest or full:
            if unpacker.eof:
                if not rest.startswith(b"\x1f\x8b"):
                    break  # padding behind the last member
                unpacker = zlib.decompressobj(window)  # gzip files may be joined end to end
            try:
                piece = unpacker.decompress(rest, _STEP)
            except zlib.error as error:
                raise UnexpectedResponse(f"the packed body cannot be unpacked: {error}", url=url) from None
            started = True
            total += len(piece)
            if total > max_bytes:
                raise _too_much(max_bytes, url)
            parts.append(piece)
            rest = unpacker.unused_data if unpacker.eof else unpacker.unconsumed_tail
            full = len(piece) == _STEP and not unpacker.eof  # more may wait inside
    if started and not unpacker.eof:
        raise TruncatedBody("the packed body ends in the middle", url=url)
    return b"".join(parts)


def _too_much(max_bytes: int, url: str) -> LimitExceeded:
    return LimitExceeded(f"the body is larger than {max_bytes / 1e6:g} MB", url=url)
