"""The watch list that operators edit in the viewer."""

import sqlalchemy as sa
from alembic import op

from tracker.storage.table_base import JSON_TEXT

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "watch_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.String(length=27), nullable=False),
        sa.Column("who", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("value", JSON_TEXT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_watch_entry")),
    )
    op.create_index(op.f("ix_watch_entry_kind_key"), "watch_entry", ["kind", "key"])
