"""Changes are sealed and tries chained, so that a row altered with other tools is found"""

import sqlalchemy as sa
from alembic import op

from tracker.storage import integrity

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.add_column("change", sa.Column("seal", sa.String(length=64), nullable=False, server_default=""))
    op.add_column("attempt", sa.Column("chain", sa.String(length=64), nullable=False, server_default=""))
    integrity.hash_all(op.get_bind())
