"""The inbox as a queue: the review state of each change beside it, cards with their counts, and what readers have read."""

import sqlalchemy as sa
from alembic import op

from tracker.storage import review_states, sqlite_objects
from tracker.storage.table_base import where

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.add_column("change", sa.Column("queue_level", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("change", sa.Column("handled", sa.Boolean(), nullable=False, server_default="0"))
    op.add_column("change", sa.Column("decided", sa.Boolean(), nullable=False, server_default="0"))
    op.add_column("change", sa.Column("assignee", sa.String(), nullable=False, server_default=""))
    op.create_index("ix_change_assignee", "change", ["assignee"], **where("assignee <> ''"))
    op.create_table(
        "card",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("shown", sa.Integer(), nullable=True),
        sa.Column("open", sa.Integer(), nullable=True),
        sa.Column("handled", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_card")),
    )
    op.create_table(
        "read_mark",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reader", sa.String(), nullable=False),
        sa.Column("change_id", sa.String(length=20), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("at", sa.String(length=27), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_read_mark")),
        sa.UniqueConstraint(
            "reader", "change_id", "revision", name=op.f("uq_read_mark_reader_change_id_revision")
        ),
    )
    op.create_index(op.f("ix_read_mark_reader_id"), "read_mark", ["reader", "id"])
    connection = op.get_bind()
    review_states.fill(connection)
    sqlite_objects.create_cards(connection)
