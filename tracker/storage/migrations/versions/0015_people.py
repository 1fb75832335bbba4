"""Who a sign-in service says somebody is, what people and programs asked for, and the filters that they keep"""

import sqlalchemy as sa
from alembic import op

import tracker.storage.table_base

revision = "0015"
down_revision = "0014"

INSTANT = tracker.storage.table_base.InstantType(length=27)


def upgrade() -> None:
    op.add_column("account", sa.Column("subject", sa.String(), nullable=True))
    op.create_index(op.f("ix_account_subject"), "account", ["subject"], unique=True)
    op.create_table(
        "deed",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("who", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.Column("chain", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deed")),
    )
    op.create_index(op.f("ix_deed_action_value"), "deed", ["action", "value"])
    op.create_table(
        "saved_filter",
        sa.Column("id", sa.String(length=8), nullable=False),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("conditions", sa.JSON(), nullable=False),
        sa.Column("secret", sa.String(length=64), nullable=True),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_filter")),
        sa.UniqueConstraint("owner", "name", name=op.f("uq_saved_filter_owner_name")),
        sa.UniqueConstraint("secret", name=op.f("uq_saved_filter_secret")),
    )
    for verb in ("INSERT", "UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER pulse_saved_filter_{verb.lower()} AFTER {verb} ON saved_filter"  # noqa: S608 - names are ours
            " BEGIN UPDATE pulse SET number = number + 1; END"
        )
