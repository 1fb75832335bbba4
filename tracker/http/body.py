"""Reads the body of a response within limits on received bytes, decompressed bytes and time."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable
from itertools import chain

from tracker.errors import LimitExceeded, UnexpectedResponse

_STEP = (
    1 << 20
)  # bytes decompressed at a time, so that a decompression bomb cannot fill the memory in one call


class TruncatedBody(UnexpectedResponse):
    """The body ended before its stated length or its last block. A retry may succeed at once."""


def read_body(
    chunks: Iterable[bytes], encoding: str, max_bytes: int, check_time: Callable[[], None], url: str
) -> bytes:
    """Return the whole body, decompressed. `encoding` is the Content-Encoding. `check_time` is called once per
    chunk. Raises LimitExceeded, TruncatedBody, UnexpectedResponse, and whatever `check_time` raises.
    """
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
    raise UnexpectedResponse(f"the body has the encoding {encoding!r}, which was not requested", url=url)


def _head(chunks: Iterable[bytes]) -> tuple[bytes, Iterable[bytes]]:
    """Return the first two bytes, and all chunks."""
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
                    break  # padding after the last member
                unpacker = zlib.decompressobj(window)  # gzip members may be concatenated
            try:
                piece = unpacker.decompress(rest, _STEP)
            except zlib.error as error:
                raise UnexpectedResponse(
                    f"the compressed body cannot be decompressed: {error}", url=url
                ) from None
            started = True
            total += len(piece)
            if total > max_bytes:
                raise _too_much(max_bytes, url)
            parts.append(piece)
            rest = unpacker.unused_data if unpacker.eof else unpacker.unconsumed_tail
            full = len(piece) == _STEP and not unpacker.eof  # more data may remain inside
    if started and not unpacker.eof:
        raise TruncatedBody("the compressed body is truncated", url=url)
    return b"".join(parts)


def _too_much(max_bytes: int, url: str) -> LimitExceeded:
    return LimitExceeded(f"the body is larger than {max_bytes / 1e6:g} MB", url=url)
