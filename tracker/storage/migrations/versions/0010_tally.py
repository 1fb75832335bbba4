"""How much each channel was sent is kept as a tally, and why something waits or is withheld as a fact of its own"""
# ruff: noqa: S608 - the names are the ones above

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

STATES = ("pending", "claimed", "sent", "dead", "withheld")


def upgrade() -> None:
    op.add_column("delivery", sa.Column("held", sa.JSON(), nullable=True))
    # With the state in it, what a story still owes is found without reading all that it ever sent.
    op.drop_index(op.f("ix_delivery_channel_story"), table_name="delivery")
    op.create_index(op.f("ix_delivery_channel_story_state"), "delivery", ["channel", "story", "state"])
    op.create_table(
        "tally",
        sa.Column("channel", sa.String(), nullable=False),
        *(sa.Column(state, sa.Integer(), nullable=False) for state in STATES),
        sa.Column("last_attempt", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("channel", name=op.f("pk_tally")),
    )
    for statement in (*_counted(), *_triggers()):
        op.execute(statement)


def _counted() -> tuple[str, ...]:
    sums = ", ".join(f"sum(state = '{state}')" for state in STATES)
    return (
        f"INSERT INTO tally SELECT channel, {sums}, NULL FROM delivery GROUP BY channel",
        "UPDATE tally SET last_attempt = found.last FROM (SELECT channel, max(attempt.id) AS last FROM attempt"
        " JOIN delivery ON delivery.id = delivery_id GROUP BY channel) AS found WHERE found.channel = tally.channel",
    )


def _triggers() -> tuple[str, ...]:
    columns = ", ".join(STATES)
    first = ", ".join(f"new.state = '{state}'" for state in STATES)
    more = ", ".join(f"{state} = {state} + excluded.{state}" for state in STATES)
    moved = ", ".join(
        f"{state} = {state} + (new.state = '{state}') - (old.state = '{state}')" for state in STATES
    )
    fewer = ", ".join(f"{state} = {state} - (old.state = '{state}')" for state in STATES)
    return (
        f"CREATE TRIGGER tally_owed AFTER INSERT ON delivery BEGIN INSERT INTO tally (channel, {columns})"
        f" VALUES (new.channel, {first}) ON CONFLICT (channel) DO UPDATE SET {more}; END",
        "CREATE TRIGGER tally_moved AFTER UPDATE OF state ON delivery WHEN new.state <> old.state BEGIN"
        f" UPDATE tally SET {moved} WHERE channel = new.channel; END",
        f"CREATE TRIGGER tally_gone AFTER DELETE ON delivery BEGIN UPDATE tally SET {fewer}"
        " WHERE channel = old.channel; END",
        "CREATE TRIGGER tally_tried AFTER INSERT ON attempt BEGIN UPDATE tally SET last_attempt = new.id"
        " WHERE channel = (SELECT channel FROM delivery WHERE id = new.delivery_id); END",
    )
