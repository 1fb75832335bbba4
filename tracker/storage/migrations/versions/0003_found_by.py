"""Changes are found by profile and legal status, and counted without reading their records"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

FACE = ["level", "editorial", "baseline", "source", "kind", "published", "detected_at", "id", "revision"]


def upgrade() -> None:
    op.create_table(
        "change_profile",
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("profile", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["seq"], ["change.seq"], name=op.f("fk_change_profile_seq_change")),
        sa.PrimaryKeyConstraint("seq", "profile", name=op.f("pk_change_profile")),
    )
    op.create_index(op.f("ix_change_profile_profile_seq"), "change_profile", ["profile", "seq"])
    op.create_table(
        "change_status",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("since", sa.Date(), nullable=True),
        sa.Column("until", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["seq"], ["change.seq"], name=op.f("fk_change_status_seq_change")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_change_status")),
    )
    op.create_index(op.f("ix_change_status_seq"), "change_status", ["seq"])
    op.create_index(op.f("ix_change_status_state_seq"), "change_status", ["state", "seq"])
    op.create_index("ix_change_face", "change", FACE)
    op.execute(
        "INSERT INTO change_profile (seq, profile)"
        " SELECT DISTINCT seq, p.value FROM change, json_each(record, '$.profiles') AS p"
    )
    op.execute(
        "INSERT INTO change_status (seq, state, since, until) SELECT seq, s.value ->> 'state', s.value ->> 'from',"
        " s.value ->> 'until' FROM change, json_each(record, '$.status') AS s"
    )
