"""Whose certificate stood behind an answer is kept with it"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.add_column("snapshot", sa.Column("tls", sa.JSON(), nullable=True))
