"""Parses bytes into documents: `read` for the answers of a source, `read_file` and `read_records` for files.

No network, no storage, no clock. Markup and PDF are parsed in a worker process (`tracker.sandbox`): their
parsers are large C programs, and the bytes are untrusted. JSON records are parsed here by Python's own parser,
because a round trip to another process costs more than the parsing.
"""

from __future__ import annotations

from tracker.model import Document, Fetched, ResourceType
from tracker.sandbox import pool

__all__ = ["read", "read_file", "read_records"]

_RECORDS = frozenset({ResourceType.FR_RECORD, ResourceType.PI_RECORD, ResourceType.FEED_ENTRY})
_SMALL = 1_000_000  # bytes


def read(fetched: Fetched) -> Document:
    """Return the document in an answer and its attachments (see `dispatch.read`). Raises its errors;
    ParserCrashed when parsing ends the worker or exceeds its limits of memory and time.
    """
    from tracker.parsing import dispatch  # the parsers are imported when the first document is parsed

    if _is_plain(fetched):
        return dispatch.read(fetched)
    return pool.run(dispatch.read, fetched)


def _is_plain(fetched: Fetched) -> bool:
    body = fetched.answer.body
    if fetched.role not in _RECORDS or fetched.attachments or len(body) > _SMALL:
        return False
    return fetched.role is not ResourceType.FEED_ENTRY or not (
        b"<" in body or b"&" in body
    )  # the summary of a feed entry may be HTML


def read_file(name: str, data: bytes) -> Document:
    """Return the document in a file that the user names (see `files.read_file`). Raises like `read`."""
    from tracker.parsing.files import read_file as read

    return pool.run(read, name, data)


def read_records(data: bytes, name: str = "input") -> list[Document]:
    """Return the documents of an API answer in JSON (see `files.read_records`). Raises like `read`."""
    from tracker.parsing.files import read_records as read

    return read(data, name) if len(data) <= _SMALL else pool.run(read, data, name)
