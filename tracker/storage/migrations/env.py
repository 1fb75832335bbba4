"""Alembic's entry point; the connection is handed in by `run.upgrade`."""

from alembic import context

from tracker.storage.schema import metadata


def include(name: str | None, kind: str, _parents: object) -> bool:
    # FTS5 keeps shadow tables of its own, which no metadata describes.
    return not (kind == "table" and name is not None and name.startswith("change_fts"))


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    include_name=include,
    transaction_per_migration=False,
)
context.run_migrations()
