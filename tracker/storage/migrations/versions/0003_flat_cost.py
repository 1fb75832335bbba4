"""What keeps the cost of a statement from growing with the history: indexes of the few rows that are open, held or masked,
counts of the inbox kept by triggers, and the outline of pages."""

import sqlalchemy as sa
from alembic import op

from tracker.storage import sqlite_objects
from tracker.storage.table_base import where

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.add_column("resource", sa.Column("outline", sa.String(length=64), nullable=True))
    op.create_index("ix_resource_held", "resource", ["source", "key"], **where("held_sha256 IS NOT NULL"))
    op.create_index("ix_incident_open", "incident", ["subject"], **where("closed_at IS NULL"))
    op.create_index("ix_version_masked", "version", ["source", "key"], **where("volatile_patterns <> '[]'"))
    op.create_index("ix_blob_dictionary_sha256", "blob", ["dictionary_sha256"])
    op.create_index("ix_incident_closed_at", "incident", ["closed_at"])
    op.create_index("ix_change_status_since", "change_status", ["since"])
    op.create_index("ix_change_status_until", "change_status", ["until"])
    op.create_index("ix_version_at", "version", ["at"])
    op.create_index("ix_mute_until", "mute", ["until"])
    op.create_index("ix_attempt_at", "attempt", ["at"])
    op.create_index("ix_review_action_value", "review", ["action", "value"])
    op.drop_index("ix_change_source", "change")
    op.create_index("ix_change_source_published", "change", ["source", "published"])
    op.create_table(
        "kept_count",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_kept_count")),
    )
    sqlite_objects.create_kept_count(op.get_bind())
