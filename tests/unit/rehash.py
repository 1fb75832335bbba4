"""Hashes stored rows again, for tests that alter rows and then look at what else shows it."""

from __future__ import annotations

from sqlalchemy import Connection, text

from tracker.storage import integrity


def rehash(connection: Connection) -> None:
    """Writes the row hashes of all changes, and the chain of all delivery attempts, as the program would."""
    for row in connection.execute(text("SELECT * FROM change")).mappings().all():
        values = {"seq": row["seq"], "hash": integrity.change_hash(row)}
        connection.execute(text("UPDATE change SET row_hash = :hash WHERE seq = :seq"), values)
    chain = integrity.START
    for row in connection.execute(text("SELECT * FROM attempt ORDER BY id")).mappings().all():
        chain = integrity.attempt_hash(chain, row)
        connection.execute(
            text("UPDATE attempt SET chain = :chain WHERE id = :id"), {"id": row["id"], "chain": chain}
        )
