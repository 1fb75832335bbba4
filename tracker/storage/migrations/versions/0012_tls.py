"""Whose certificate stood behind an answer is kept with it"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.add_column("snapshot", sa.Column("tls", sa.JSON(), nullable=True))
