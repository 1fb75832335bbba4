"""A recording: the exchanges of `tracker check --save`, one WARC file per source, and what is needed to replay them.

    DIR/recording.json      format, when and with which version it was made, the sources and the settings of each
    DIR/SOURCE.warc.gz      the exchanges of its poll in order, each record compressed by itself (ISO 28500, annex A)
    DIR/SOURCE.again.warc.gz   those after the poll: robots.txt, and some answers requested once more
    DIR/report.md, .json    what the answers look like, beside what the adapters expect

Bodies are as received, so `Content-Encoding` still describes them. Each exchange is on disk when it is over: a recording that
was interrupted can be read.
"""

from __future__ import annotations

import gzip
import json
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from pathlib import Path
from typing import IO, Any

from tracker import __version__
from tracker.archive.warc import one_line, record_id, request_block, warc_record
from tracker.errors import UsageError
from tracker.http.recording import Exchange
from tracker.serialization import format_instant

FORMAT = 1
MANIFEST = "recording.json"
_REMOVED = frozenset({"transfer-encoding"})  # of the transfer between two machines; the body is without it


@dataclass(frozen=True, slots=True)
class Recording:
    """A recording as read. `sources` are the tables of the settings, as written there but without secrets."""

    folder: Path
    made_at: datetime
    version: str
    timezone: str
    sources: tuple[Mapping[str, Any], ...]

    def exchanges(self, source: str) -> list[Exchange]:
        """Return the exchanges of a source in their order; none for a source that requested nothing."""
        return list(read_exchanges(warc_path(self.folder, source)))


def warc_path(folder: Path, source: str) -> Path:
    return folder / f"{source}.warc.gz"


def again(source: str) -> str:
    """Return the name under which the requests after the poll are kept: robots.txt, and answers requested once more."""
    return f"{source}.again"


def create(folder: Path, sources: Sequence[Mapping[str, Any]], timezone: str, made_at: datetime) -> None:
    """Make the folder and write its manifest. Raises UsageError for a folder that has files already."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise UsageError(f"{folder} is not empty", cure="name a new folder: a recording is not added to")
        (folder / MANIFEST).write_text(
            json.dumps(
                {
                    "format": FORMAT,
                    "version": __version__,
                    "made_at": format_instant(made_at),
                    "timezone": timezone,
                    "sources": list(sources),
                },
                ensure_ascii=False,
                indent=1,
            )
            + "\n",
            encoding="utf-8",
        )
    except OSError as error:
        raise UsageError(f"{folder} cannot be written: {error.strerror}") from error


def load(folder: Path) -> Recording:
    """Return the recording in a folder. Raises UsageError where there is none."""
    path = folder / MANIFEST
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
        found = Recording(
            folder,
            datetime.fromisoformat(value["made_at"]),
            str(value["version"]),
            str(value["timezone"]),
            tuple(dict(source) for source in value["sources"]),
        )
    except OSError as error:
        raise UsageError(
            f"{path} cannot be read: {error.strerror}", cure="name a folder of `tracker check --save`"
        ) from error
    except (ValueError, KeyError, TypeError) as error:
        raise UsageError(f"{path} was not written by `tracker check --save`") from error
    if value.get("format") != FORMAT:
        raise UsageError(f"{path}: format {value.get('format')!r}, and this version reads {FORMAT}")
    return found


class Writer:
    """Appends the exchanges of one source to its file; a context manager, for threads."""

    def __init__(self, folder: Path, source: str) -> None:
        self._path = warc_path(folder, source)
        self._lock = threading.Lock()
        self._number = 0
        self.bytes = 0

    def write(self, exchange: Exchange) -> None:
        """Append an exchange. Raises OSError."""
        with self._lock:
            self._number += 1
            records = _records(exchange, self._number)
            with self._path.open("ab") as file:
                for record in records:
                    file.write(gzip.compress(record, 6, mtime=0))
            self.bytes += len(exchange.body)

    @property
    def answers(self) -> int:
        return self._number


def _records(exchange: Exchange, number: int) -> Iterator[bytes]:
    """The exchange as a response, its request, and a metadata record for what has no place in them."""
    identity = record_id(number, exchange.url, exchange.at, exchange.body)
    if exchange.status:
        yield warc_record(
            "response", exchange.at, "application/http;msgtype=response", _response(exchange),
            url=exchange.url, identity=identity, payload=exchange.body,
        )  # fmt: skip
    yield warc_record(
        "request", exchange.at, "application/http;msgtype=request",
        request_block(exchange.url, exchange.request_headers, exchange.method), url=exchange.url,
        identity=record_id("request", identity), concurrent=identity if exchange.status else "",
    )  # fmt: skip
    notes = {"seconds": f"{exchange.seconds:g}", "complete": "yes" if exchange.complete else "no"}
    if exchange.failure:
        notes["failure"] = one_line(exchange.failure)
    notes |= {f"tls-{name.replace('_', '-')}": one_line(value) for name, value in exchange.tls.items()}
    fields = "".join(f"{name}: {value}\r\n" for name, value in notes.items())
    yield warc_record(
        "metadata", exchange.at, "application/warc-fields", fields.encode(), url=exchange.url,
        identity=record_id("metadata", identity), refers=identity if exchange.status else record_id("request", identity),
    )  # fmt: skip


def _response(exchange: Exchange) -> bytes:
    try:
        phrase = HTTPStatus(exchange.status).phrase
    except ValueError:
        phrase = ""
    lines = [f"HTTP/1.1 {exchange.status} {phrase}".rstrip()]
    lines += [
        f"{one_line(name)}: {one_line(value)}"
        for name, value in exchange.headers
        if name.lower() not in _REMOVED
    ]
    return "\r\n".join(lines).encode("latin-1", "replace") + b"\r\n\r\n" + exchange.body


def read_exchanges(path: Path) -> Iterator[Exchange]:
    """Yield the exchanges of a file that `Writer` wrote. A last record that an interruption cut off is left out. Raises
    UsageError for anything else.
    """
    if not path.exists():
        return
    response: tuple[dict[str, str], bytes] | None = None
    request: tuple[dict[str, str], bytes] | None = None
    try:
        with gzip.open(path, "rb") as file:
            for fields, block in _blocks(file):
                kind = fields.get("WARC-Type", "")
                if kind == "response":
                    response = fields, block
                elif kind == "request":
                    request = fields, block
                elif kind == "metadata" and request is not None:
                    yield _exchange(response, request, block)
                    response = request = None
    except EOFError:
        return
    except (OSError, ValueError, KeyError, IndexError) as error:
        raise UsageError(f"{path} cannot be read as a recording: {error}") from error


def _blocks(file: IO[bytes] | gzip.GzipFile) -> Iterator[tuple[dict[str, str], bytes]]:
    while line := file.readline():
        if not line.strip():
            continue
        if not line.startswith(b"WARC/1."):
            raise ValueError("no WARC record")
        fields = {}
        while (line := file.readline().strip()) != b"":
            name, _, value = line.decode("utf-8").partition(":")
            fields[name] = value.strip()
        block = file.read(int(fields["Content-Length"]))
        if len(block) < int(fields["Content-Length"]):
            raise EOFError
        yield fields, block


def _exchange(
    response: tuple[dict[str, str], bytes] | None, request: tuple[dict[str, str], bytes], notes: bytes
) -> Exchange:
    fields, sent = request
    method = sent.split(b" ", 1)[0].decode("ascii")
    noted = dict(_headers(notes))
    head, _, body = response[1].partition(b"\r\n\r\n") if response else (b"", b"", b"")
    status = int(head.split(b" ", 2)[1]) if response else 0
    return Exchange(
        method=method,
        url=fields["WARC-Target-URI"],
        at=datetime.fromisoformat(fields["WARC-Date"]),
        request_headers=tuple(_headers(sent.partition(b"\r\n")[2])),
        status=status,
        headers=tuple(_headers(head.partition(b"\r\n")[2])),
        body=body,
        complete=noted.get("complete") == "yes",
        failure=noted.get("failure", ""),
        seconds=float(noted.get("seconds") or 0),
        tls={name[4:].replace("-", "_"): value for name, value in noted.items() if name.startswith("tls-")},
    )


def _headers(block: bytes) -> Iterator[tuple[str, str]]:
    for line in block.decode("latin-1").split("\r\n"):
        name, mark, value = line.partition(":")
        if mark:
            yield name, value.strip()
