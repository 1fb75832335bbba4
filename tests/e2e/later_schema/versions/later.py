"""Test only: adds a column, rebuilds a table that has triggers, and fills a new table from stored records"""

import sqlalchemy as sa
from alembic import op

from tracker.storage import sqlite_objects

revision = "later"
down_revision = "0006"


def upgrade() -> None:
    op.add_column("change", sa.Column("later", sa.String(), nullable=False, server_default=""))
    with op.batch_alter_table("version", recreate="always") as batch:
        batch.add_column(sa.Column("later", sa.String(), nullable=True))
    sqlite_objects.create_triggers(op.get_bind())  # SQLite dropped those of `version` with the old table
    op.create_table(
        "later", sa.Column("seq", sa.Integer(), primary_key=True), sa.Column("title", sa.String())
    )
    op.execute("INSERT INTO later SELECT seq, json_extract(record, '$.title') FROM change")
