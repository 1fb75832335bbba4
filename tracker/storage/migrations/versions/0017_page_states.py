"""Pages that give two texts in turn and pages that are gone; pages whose noise was learned by weaker rules are read again"""

import sqlalchemy as sa
from alembic import op

import tracker.storage.table_base

revision = "0017"
down_revision = "0031"

INSTANT = tracker.storage.table_base.InstantType(length=27)


def upgrade() -> None:
    op.create_table(
        "flapping",
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("polls", sa.Integer(), nullable=False),
        sa.Column("seen", sa.Integer(), nullable=False),
        sa.Column("since", INSTANT, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("snapshots", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("source", "key", name=op.f("pk_flapping")),
    )
    op.create_table(
        "absence",
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("polls", sa.Integer(), nullable=False),
        sa.Column("since", INSTANT, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("change", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("source", "key", name=op.f("pk_absence")),
    )
    # Words of the law may have been masked as noise. Without a recipe a page is asked for whole and compared again.
    op.execute(
        "UPDATE resource SET recipe = 'noise' WHERE sha256 IS NOT NULL AND EXISTS (SELECT 1 FROM version"
        " WHERE version.source = resource.source AND version.key = resource.key AND version.noise <> '[]')"
    )
