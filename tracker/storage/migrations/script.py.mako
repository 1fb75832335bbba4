"""${message}"""

import sqlalchemy as sa
from alembic import op

import tracker.storage.table_base  # JSON_TEXT, DAY_TEXT: columns that are the same in both databases
${imports if imports else ""}

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}


def upgrade() -> None:
    ${upgrades if upgrades else "pass"}
