"""Statements of another tool on a state: without the tracker's triggers, and without checks of references."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from tracker.storage import location
from tracker.storage.database import FILE


def execute(state: Path, statement: str) -> None:
    url = location.url_of(state)
    if url is None:
        with closing(sqlite3.connect(state / FILE)) as connection:
            connection.execute(statement)
            connection.commit()
        return
    import psycopg

    with psycopg.connect(url) as opened:
        opened.execute("SET LOCAL session_replication_role = replica")
        opened.execute(statement.encode())
