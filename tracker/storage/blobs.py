"""Bytes by SHA-256, never deleted, each compressed with zstd against an earlier version of the same resource.

The first version is a keyframe, compressed alone; later ones take it as their dictionary, so that a 2.5 MB part
with one changed word costs a few hundred bytes. When a version differs so much that the dictionary no longer helps,
it becomes the next keyframe. A blob is never more than one step from a keyframe.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import cast

import zstandard
from sqlalchemy import Connection, func, select
from sqlalchemy.exc import DBAPIError

from tracker.errors import StoreError
from tracker.storage.schema import BLOB
from tracker.storage.table_base import upsert

_LEVEL = 6
_BIG = 8_000_000  # above it, a fast level: time matters more than the last percent
_MANY = 500  # values in one IN list
_DRIFTED = 0.25  # of the size without a dictionary


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def put(connection: Connection, data: bytes, *, like: str | None = None) -> str:
    """Stores bytes and returns their SHA-256. `like` is an earlier blob of the same resource."""
    digest = sha256(data)
    there = connection.execute(
        select(func.length(BLOB.c.data)).where(BLOB.c.sha256 == digest)
    ).scalar_one_or_none()
    if there:
        return digest
    base, packed = None, _pack(data, None)
    keyframe = _keyframe(connection, like) if like and len(data) > 512 else None
    if keyframe is not None:
        name, content = keyframe
        small = _pack(data, content)
        if len(small) < _DRIFTED * len(packed):
            base, packed = name, small
    _keep(connection, [{"sha256": digest, "size": len(data), "dictionary_sha256": base, "data": packed}])
    return digest


def _keep(connection: Connection, rows: list[dict[str, object]]) -> None:
    """Stores one blob. A row without bytes is of a blob that retention dropped (`retention`): it gets them again."""
    made = upsert(connection, BLOB)
    changed = {"dictionary_sha256": made.excluded.dictionary_sha256, "data": made.excluded.data}
    connection.execute(made.on_conflict_do_update(index_elements=["sha256"], set_=changed), rows)


def put_many(connection: Connection, bodies: Sequence[bytes]) -> list[str]:
    """Stores many blobs, each compressed alone, and returns their SHA-256 in the same order."""
    digests = [sha256(body) for body in bodies]
    new = dict(zip(digests, bodies, strict=True))
    for start in range(0, len(digests), _MANY):
        chunk = digests[start : start + _MANY]
        there = BLOB.c.sha256.in_(chunk) & (func.length(BLOB.c.data) > 0)
        for (known,) in connection.execute(select(BLOB.c.sha256).where(there)):
            new.pop(known, None)
    if new:
        rows: list[dict[str, object]] = [
            {"sha256": digest, "size": len(body), "dictionary_sha256": None, "data": _pack(body, None)}
            for digest, body in new.items()
        ]
        _keep(connection, rows)
    return digests


def get(connection: Connection, digest: str) -> bytes:
    """The bytes of a blob. Raises StoreError where they are missing or altered."""
    try:
        row = connection.execute(
            select(BLOB.c.size, BLOB.c.dictionary_sha256, BLOB.c.data).where(BLOB.c.sha256 == digest)
        ).first()
    except DBAPIError as error:
        raise StoreError(
            f"blob {digest} cannot be read: {error.orig}", cure="restore from a backup"
        ) from error
    if row is None:
        raise StoreError(f"blob {digest} is missing", cure="restore the state folder from a backup")
    if not row.data:
        raise StoreError(
            f"blob {digest} was dropped by policy", cure="`tracker prune` says what can be dropped"
        )
    dictionary = get(connection, row.dictionary_sha256) if row.dictionary_sha256 else None
    try:
        data = _unpack(bytes(row.data), int(row.size), dictionary)
    except zstandard.ZstdError as error:
        raise StoreError(f"blob {digest} cannot be unpacked", cure="restore from a backup") from error
    if sha256(data) != digest:
        raise StoreError(f"blob {digest} has other bytes than it had", cure="restore from a backup")
    return data


def _keyframe(connection: Connection, digest: str) -> tuple[str, bytes] | None:
    row = connection.execute(select(BLOB.c.dictionary_sha256).where(BLOB.c.sha256 == digest)).first()
    if row is None:
        return None
    name = cast(str, row.dictionary_sha256 or digest)
    return name, get(connection, name)


def _window(size: int) -> int:
    """The zstd window, large enough for the dictionary and the data together: zstd sees a dictionary only within
    it."""
    return max(17, min(27, size.bit_length() + 1))


def _pack(data: bytes, dictionary: bytes | None) -> bytes:
    level = 3 if len(data) > _BIG else _LEVEL
    if dictionary is None:
        return zstandard.ZstdCompressor(level=level).compress(data)
    parameters = zstandard.ZstdCompressionParameters.from_level(
        level, window_log=_window(len(data) + len(dictionary)), enable_ldm=True
    )
    raw = zstandard.ZstdCompressionDict(dictionary, dict_type=zstandard.DICT_TYPE_RAWCONTENT)
    return zstandard.ZstdCompressor(dict_data=raw, compression_params=parameters).compress(data)


def _unpack(packed: bytes, size: int, dictionary: bytes | None) -> bytes:
    if dictionary is None:
        return zstandard.ZstdDecompressor(max_window_size=1 << 28).decompress(packed, max_output_size=size)
    raw = zstandard.ZstdCompressionDict(dictionary, dict_type=zstandard.DICT_TYPE_RAWCONTENT)
    return zstandard.ZstdDecompressor(dict_data=raw, max_window_size=1 << 28).decompress(
        packed, max_output_size=size
    )
