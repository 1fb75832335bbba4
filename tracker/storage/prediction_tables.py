"""The table of the units of the CFR as stored rules amend them, computed before the eCFR has them."""

from __future__ import annotations

from sqlalchemy import Column, Index, Text
from sqlmodel import Field

from tracker.storage.table_base import TableBase


class PredictedUnitRow(TableBase, table=True):
    """One unit that a rule (`document_id`) amends, or one instruction that was not computed; `place` is its position
    within the rule. `state` is `computed`, `not-computed` or `no-text-change`. `outcome` NULL: the eCFR does not have
    it yet; then `agreed` or `differs`, and `change_id` is the change of the eCFR that showed it. `record` is the whole
    of it as JSON."""

    __tablename__ = "predicted_unit"
    __table_args__ = (Index(None, "part", "state", "outcome"),)
    document_id: str = Field(primary_key=True)
    place: int = Field(primary_key=True)
    part: str
    state: str
    outcome: str | None = None
    change_id: str | None = Field(default=None, index=True)
    record: str = Field(sa_column=Column(Text, nullable=False))


PREDICTED_UNIT = TableBase.metadata.tables["predicted_unit"]
