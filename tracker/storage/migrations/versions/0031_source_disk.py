"""What each source takes up on disk is kept as figures, so that no page counts it from all bytes"""
# ruff: noqa: S608 - the names are the ones above

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0021"

COLUMNS = ("answers", "packed", "unpacked", "dropped")

# The bytes of a blob count for the source of the first answer that brought them.
_FIRST = "SELECT source FROM snapshot WHERE sha256 = {} ORDER BY id LIMIT 1"
_SIZES = "length({0}data), iif(length({0}data) > 0, {0}size, 0), length({0}data) = 0"


def upgrade() -> None:
    op.create_index(op.f("ix_snapshot_sha256"), "snapshot", ["sha256"])
    op.create_table(
        "source_disk",
        sa.Column("source", sa.String(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in COLUMNS),
        sa.PrimaryKeyConstraint("source", name=op.f("pk_source_disk")),
    )
    for statement in (*_counted(), *_triggers()):
        op.execute(statement)


def _counted() -> tuple[str, ...]:
    return (
        "INSERT INTO source_disk SELECT source, count(*), 0, 0, 0 FROM snapshot GROUP BY source",
        "UPDATE source_disk SET packed = found.packed, unpacked = found.unpacked, dropped = found.dropped FROM ("
        " SELECT snapshot.source, sum(length(data)) AS packed, sum(iif(length(data) > 0, size, 0)) AS unpacked,"
        " sum(length(data) = 0) AS dropped FROM (SELECT sha256, min(id) AS first FROM snapshot GROUP BY sha256)"
        " JOIN snapshot ON snapshot.id = first JOIN blob ON blob.sha256 = snapshot.sha256 GROUP BY snapshot.source"
        ") AS found WHERE found.source = source_disk.source",
    )


def _triggers() -> tuple[str, ...]:
    sums = ", ".join(f"{name} = {name} + excluded.{name}" for name in COLUMNS[1:])
    sizes = _SIZES.format("blob.")
    return (
        "CREATE TRIGGER source_disk_answer AFTER INSERT ON snapshot BEGIN"
        " INSERT INTO source_disk VALUES (new.source, 1, 0, 0, 0)"
        " ON CONFLICT (source) DO UPDATE SET answers = answers + 1;"
        f" INSERT INTO source_disk SELECT new.source, 0, {sizes} FROM blob WHERE sha256 = new.sha256"
        " AND NOT EXISTS (SELECT 1 FROM snapshot WHERE sha256 = new.sha256 AND id < new.id)"
        f" ON CONFLICT (source) DO UPDATE SET {sums}; END",
        "CREATE TRIGGER source_disk_bytes AFTER UPDATE OF data, size ON blob BEGIN UPDATE source_disk SET"
        " packed = packed + length(new.data) - length(old.data),"
        " unpacked = unpacked + iif(length(new.data) > 0, new.size, 0) - iif(length(old.data) > 0, old.size, 0),"
        " dropped = dropped + (length(new.data) = 0) - (length(old.data) = 0)"
        f" WHERE source = ({_FIRST.format('new.sha256')}); END",
    )
