"""The units of the CFR as stored rules amend them."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "predicted_unit",
        sa.Column("document_id", sa.String(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("part", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("change_id", sa.String(), nullable=True),
        sa.Column("record", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("document_id", "place", name=op.f("pk_predicted_unit")),
    )
    op.create_index(
        op.f("ix_predicted_unit_part_state_outcome"), "predicted_unit", ["part", "state", "outcome"]
    )
    op.create_index(op.f("ix_predicted_unit_change_id"), "predicted_unit", ["change_id"])
