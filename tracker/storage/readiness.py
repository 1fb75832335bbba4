"""Whether a process can work with its database: it answers, and has the schema that this program knows."""

from __future__ import annotations

from sqlalchemy import text

from tracker.errors import StoreError
from tracker.storage import schema_version
from tracker.storage.database import Store


def problem(store: Store) -> str:
    """Why it cannot, in one line; empty where it can. A newer schema is that of a newer program: this process is to be
    replaced."""
    try:
        with store.read() as connection:
            found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    except StoreError as error:
        return error.line()
    if found != schema_version.HEAD:
        return (
            f"{store.name} has schema {found!s:.20}; this program knows schemas up to {schema_version.HEAD}"
        )
    return ""
