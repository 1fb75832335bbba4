"""How each recipient of an alert or a digest stands"""

import sqlalchemy as sa
from alembic import op

import tracker.storage.table_base

revision = "0021"
down_revision = "0015"


def upgrade() -> None:
    op.create_table(
        "delivery_recipient",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("recipient", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("repeated", sa.Boolean(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("answer", sa.String(), nullable=False),
        sa.Column("at", tracker.storage.table_base.InstantType(length=27), nullable=False),
        sa.PrimaryKeyConstraint("key", "recipient", name=op.f("pk_delivery_recipient")),
    )
    op.create_index(op.f("ix_delivery_recipient_state"), "delivery_recipient", ["state"])
