"""Parses bytes into documents: `read` for the answers of a source, `read_file` and `read_records` for files.

No network, no store, no clock. What is markup or a PDF is read in a process of its own (`tracker.sandbox`): its readers
are large programs in C, and its bytes are anybody's. Records of JSON are read here: theirs is Python's own reader, and
the way to another process and back would cost more than they do.
"""

from __future__ import annotations

from tracker.model import Document, Fetched, ResourceType
from tracker.parsing import dispatch
from tracker.sandbox import pool

__all__ = ["read", "read_file", "read_records"]

_RECORDS = frozenset({ResourceType.FR_RECORD, ResourceType.PI_RECORD, ResourceType.FEED_ENTRY})
_SMALL = 1_000_000  # bytes


def read(fetched: Fetched) -> Document:
    """The document in an answer and its attachments: see `dispatch.read`. Raises its errors; Poison when parsing ends the
    process, or overruns its bounds of memory and time."""
    if _is_plain(fetched):
        return dispatch.read(fetched)
    return pool.run(dispatch.read, fetched)


def _is_plain(fetched: Fetched) -> bool:
    body = fetched.answer.body
    if fetched.role not in _RECORDS or fetched.attachments or len(body) > _SMALL:
        return False
    return fetched.role is not ResourceType.FEED_ENTRY or not (
        b"<" in body or b"&" in body
    )  # a feed's summary may be HTML


def read_file(name: str, data: bytes) -> Document:
    """One document from a file that a person names: see `files.read_file`. Raises as `read` does."""
    from tracker.parsing.files import read_file as read

    return pool.run(read, name, data)


def read_records(data: bytes, name: str = "input") -> list[Document]:
    """The documents of an API answer in JSON: see `files.read_records`. Raises as `read` does."""
    from tracker.parsing.files import read_records as read

    return read(data, name) if len(data) <= _SMALL else pool.run(read, data, name)
