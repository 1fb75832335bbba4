"""Pages are made anew when what stands beside a change is written"""

from alembic import op

revision = "0014"
down_revision = "0013"

_SHOWN = (
    ("resemblance", "insert", "new.topic <> ''"),  # that something is like nothing is not shown
    ("resemblance", "delete", "old.topic <> ''"),
    ("model_summary", "insert", "1"),
)


def upgrade() -> None:
    for table, verb, when in _SHOWN:
        op.execute(
            f"CREATE TRIGGER pulse_{table}_{verb} AFTER {verb.upper()} ON {table} WHEN {when}"  # noqa: S608 - names are ours
            " BEGIN UPDATE pulse SET number = number + 1; END"
        )
