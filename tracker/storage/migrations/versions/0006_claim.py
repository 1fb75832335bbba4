"""The next delivery of a channel is found by walking along one index, whatever waits beside it"""

from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.drop_index(op.f("ix_delivery_state_next_attempt_at"), table_name="delivery")
    op.create_index(op.f("ix_delivery_state"), "delivery", ["state"])
