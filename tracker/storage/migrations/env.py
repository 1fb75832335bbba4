"""Alembic's entry point; `run.upgrade` hands in the connection."""

from alembic import context

from tracker.storage.schema import metadata
from tracker.storage.sqlite_objects import is_shadow


def include(name: str | None, kind: str, _parents: object) -> bool:
    return not (kind == "table" and name is not None and is_shadow(name))


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    include_name=include,
    transaction_per_migration=False,
)
context.run_migrations()
