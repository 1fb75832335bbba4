"""Alembic's entry point; `run.upgrade` hands in the connection."""

from alembic import context

from tracker.storage.comparison import is_described
from tracker.storage.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    include_name=is_described,
    transaction_per_migration=False,
)
context.run_migrations()
