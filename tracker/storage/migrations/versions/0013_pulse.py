"""What people see counts its changes, and changes are listed newest first without sorting them"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"

SEEN = ("change", "review", "delivery", "attempt", "version")


def upgrade() -> None:
    op.create_table(
        "pulse",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pulse")),
    )
    op.execute("INSERT INTO pulse (id, number) VALUES (1, 0)")
    for table in SEEN:
        for verb in ("INSERT", "UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER pulse_{table}_{verb.lower()} AFTER {verb} ON {table}"  # noqa: S608 - names are ours
                " BEGIN UPDATE pulse SET number = number + 1; END"
            )
    op.create_index(
        "ix_change_newest",
        "change",
        [
            sa.text("coalesce(published, substr(detected_at, 1, 10))"),
            *("seq", "level", "editorial", "baseline", "source", "kind"),
        ],
    )
