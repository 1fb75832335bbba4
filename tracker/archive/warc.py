"""Writes the HTTP exchanges behind a change as a WARC file (ISO 28500, WARC/1.1), which web archives and courts
can read.

https://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/
"""

from __future__ import annotations

import base64
import hashlib
import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime
from http import HTTPStatus
from urllib.parse import urlsplit

from tracker.model import Fetched, HttpResponse, ResourceType
from tracker.serialization import format_instant

# Bodies are stored decoded, so headers that describe the transfer get the prefix that web archives use for them.
_OF_THE_WIRE = frozenset({"content-encoding", "transfer-encoding", "content-length"})
# A piece of a longer answer is not what the server sent as a whole, so it gets no response record.
PIECES = frozenset(
    {ResourceType.FR_RECORD, ResourceType.PI_RECORD, ResourceType.FEED_ENTRY, ResourceType.LISTING}
)
_END = b"\r\n\r\n"


def warc(exchanges: Iterable[Fetched], software: str, made_at: datetime) -> bytes:
    """Return one file: warcinfo; then for each exchange its response and request, or for a piece of an answer a
    conversion record; then a metadata record with the server's certificate, where there was one. Digests are
    SHA-256 in base32, as the format requires.
    """
    info = f"software: {software}\r\nformat: WARC File Format 1.1\r\n".encode()
    parts = [warc_record("warcinfo", made_at, "application/warc-fields", info)]
    for fetched in exchanges:
        answer = fetched.answer
        identity = record_id(answer.url, answer.fetched_at, answer.body)
        if fetched.role in PIECES:
            parts.append(
                warc_record(
                    "conversion", answer.fetched_at, "application/json", answer.body, url=answer.url, identity=identity
                )
            )  # fmt: skip
            parts += _peer_records(answer, identity)
            continue
        parts.append(
            warc_record(
                "response", answer.fetched_at, "application/http;msgtype=response",
                _response(answer.status, answer.headers, answer.body), url=answer.url, identity=identity,
                payload=answer.body,
            )
        )  # fmt: skip
        parts.append(
            warc_record(
                "request", answer.fetched_at, "application/http;msgtype=request",
                request_block(answer.url, answer.request_headers), url=answer.url, concurrent=identity,
            )
        )  # fmt: skip
        parts += _peer_records(answer, identity)
    return b"".join(parts)


def _peer_records(answer: HttpResponse, identity: str) -> list[bytes]:
    if not answer.tls:
        return []
    fields = "".join(
        f"tls-{name.replace('_', '-')}: {one_line(value)}\r\n" for name, value in answer.tls.items()
    )
    return [
        warc_record("metadata", answer.fetched_at, "application/warc-fields", fields.encode(), url=answer.url, refers=identity)
    ]  # fmt: skip


def record_id(*of: object) -> str:
    return f"<urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, '|'.join(map(str, of)))}>"


def warc_record(
    kind: str,
    at: datetime,
    content_type: str,
    block: bytes,
    *,
    url: str = "",
    identity: str = "",
    concurrent: str = "",
    refers: str = "",
    payload: bytes | None = None,
) -> bytes:
    fields = [
        ("WARC-Type", kind),
        ("WARC-Record-ID", identity or record_id(kind, url, at, block)),
        ("WARC-Date", format_instant(at)),
    ]
    if url:
        fields.append(("WARC-Target-URI", one_line(url)))
    if concurrent:
        fields.append(("WARC-Concurrent-To", concurrent))
    if refers:
        fields.append(("WARC-Refers-To", refers))
    if payload is not None:
        fields.append(("WARC-Payload-Digest", _digest(payload)))
    fields += [
        ("WARC-Block-Digest", _digest(block)),
        ("Content-Type", content_type),
        ("Content-Length", str(len(block))),
    ]
    head = "WARC/1.1\r\n" + "".join(f"{name}: {value}\r\n" for name, value in fields)
    return head.encode() + b"\r\n" + block + _END


def _digest(data: bytes) -> str:
    return "sha256:" + base64.b32encode(hashlib.sha256(data).digest()).decode()


def _response(status: int, headers: Sequence[tuple[str, str]], body: bytes) -> bytes:
    try:
        phrase = HTTPStatus(status).phrase
    except ValueError:
        phrase = ""
    lines = [f"HTTP/1.1 {status} {phrase}".rstrip()]
    for name, value in headers:
        shown = f"X-Archive-Orig-{name}" if name.lower() in _OF_THE_WIRE else name
        lines.append(f"{one_line(shown)}: {one_line(value)}")
    lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join(lines).encode("latin-1", "replace") + _END + body


def request_block(url: str, headers: Sequence[tuple[str, str]], method: str = "GET") -> bytes:
    parts = urlsplit(url)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    lines = [f"{method} {one_line(target)} HTTP/1.1"]
    if not any(name.lower() == "host" for name, _ in headers):
        lines.append(f"Host: {one_line(parts.netloc)}")
    lines += [f"{one_line(name)}: {one_line(value)}" for name, value in headers]
    return "\r\n".join(lines).encode("latin-1", "replace") + _END


def one_line(text: str) -> str:
    return " ".join(text.split())
