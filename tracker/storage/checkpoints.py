"""The newest entries of the hash chains, for a note outside the state. A chain shows alterations in its middle;
that its newest entries were cut off shows only by comparison with such a note."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import Connection, func, select

from tracker.storage.account_tables import AUDIT_LOG
from tracker.storage.schema import ATTEMPT, CHANGE, REVIEW, ROW_EVENT, SNAPSHOT, TOMBSTONE, VERSION

_CHAINS = {table.name: table for table in (SNAPSHOT, ATTEMPT, REVIEW, AUDIT_LOG, TOMBSTONE, ROW_EVENT)}
_COUNTED = {table.name: table for table in (CHANGE, VERSION)}  # rows are only added to these as well


def checkpoint(connection: Connection) -> dict[str, dict[str, Any]]:
    """The newest entry of each chain that has one, and how many rows there are: `{"snapshot": {"rows": 12, "id": 12,
    "chain": "ab..."}, "change": {"rows": 4}}`."""
    found: dict[str, dict[str, Any]] = {}
    for name, table in (_CHAINS | _COUNTED).items():
        found[name] = {"rows": connection.execute(select(func.count()).select_from(table)).scalar_one()}
    for name, table in _CHAINS.items():
        newest = select(table.c.id, table.c.chain).order_by(table.c.id.desc()).limit(1)
        for row in connection.execute(newest):
            found[name] |= {"id": row.id, "chain": row.chain}
    return found


def is_checkpoint(value: Any) -> bool:
    """Whether a value has the form of `checkpoint`'s result."""
    return isinstance(value, Mapping) and all(
        isinstance(head, Mapping)
        and isinstance(head.get("rows"), int)
        and ("chain" not in head or isinstance(head.get("id"), int))
        for head in value.values()
    )


def missing_since_checkpoint(connection: Connection, kept: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """Yields a line for each entry of a note that is missing."""
    now = checkpoint(connection)
    for name, head in kept.items():
        if name not in now:
            continue
        if now[name]["rows"] < head["rows"]:
            yield f"{name}: {head['rows']} rows were noted, {now[name]['rows']} are there"
        if "chain" in head and name in _CHAINS:
            table = _CHAINS[name]
            found = connection.execute(select(table.c.chain).where(table.c.id == head["id"])).scalar()
            if found != head["chain"]:
                yield f"{name} {head['id']}: the entry that was noted as the newest is gone or another"
