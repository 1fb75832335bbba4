"""Alerts: notices beside changes, outages as incidents, stories, threads, mutes"""

import sqlalchemy as sa
from alembic import op

import tracker.storage.table_base

revision = "0004"
down_revision = "0003"

INSTANT = tracker.storage.table_base.InstantType(length=27)


def upgrade() -> None:
    op.add_column("delivery", sa.Column("story", sa.String(), nullable=True))
    op.add_column("delivery", sa.Column("batch", sa.String(), nullable=True))
    op.create_index(op.f("ix_delivery_channel_story"), "delivery", ["channel", "story"])
    op.create_index(op.f("ix_delivery_channel_batch"), "delivery", ["channel", "batch"])
    op.create_table(
        "notice",
        sa.Column("id", sa.String(length=20), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("story", sa.String(), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
    )
    op.create_table(
        "incident",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("opened_at", INSTANT, nullable=False),
        sa.Column("closed_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incident")),
    )
    op.create_index(op.f("ix_incident_subject_closed_at"), "incident", ["subject", "closed_at"])
    op.create_table(
        "story_name",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("story", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_story_name")),
    )
    op.create_index(op.f("ix_story_name_story"), "story_name", ["story"])
    op.create_table(
        "thread",
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("story", sa.String(), nullable=False),
        sa.Column("handle", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("channel", "story", name=op.f("pk_thread")),
    )
    op.create_table(
        "mute",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("scope", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=True),
        sa.Column("hold", sa.Boolean(), nullable=False),
        sa.Column("until", INSTANT, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("ended", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mute")),
    )
