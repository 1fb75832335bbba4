"""A chained log of the rows that change in the course of work"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0017"


def upgrade() -> None:
    op.create_table(
        "row_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("after", sa.String(length=64), nullable=False),
        sa.Column("sound", sa.Boolean(), nullable=False),
        sa.Column("chain", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_row_event")),
    )
    op.create_index(op.f("ix_row_event_name_key"), "row_event", ["name", "key"])
