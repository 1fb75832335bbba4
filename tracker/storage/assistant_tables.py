"""The tables of what stands beside the findings and never among them: likenesses of words, and what a model wrote.

Nothing else in the store is made from them, and nothing is decided by them.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column, Index, Text
from sqlmodel import Field

from tracker.storage.table_base import InstantType, TableBase


class SimilarityResultRow(TableBase, table=True):
    """What a change that the rules found little in was compared with, and what came out: a likeness of words and no
    finding. `topic` empty: nothing was like it enough. `made_with` names model and references; another one looks again."""

    __tablename__ = "similarity_result"
    change_id: str = Field(primary_key=True, max_length=20)
    revision: int
    at: datetime = Field(sa_type=InstantType)
    made_with: str
    topic: str = Field(index=True)
    score: float
    reference: str = Field(sa_column=Column(Text, nullable=False))


class ModelSummaryRow(TableBase, table=True):
    """One try to have a language model summarize one revision of a change; the newest counts. `state`: made; dropped
    (the answer did not hold); failed (no answer came); `reason` says why. `prompt` is the SHA-256 of what was asked."""

    __tablename__ = "model_summary"
    __table_args__ = (Index(None, "change_id", "revision"),)
    id: int | None = Field(default=None, primary_key=True)
    change_id: str = Field(max_length=20)
    revision: int
    at: datetime = Field(sa_type=InstantType)
    model: str
    prompt: str = Field(max_length=64)
    state: str
    reason: str = Field(sa_column=Column(Text, nullable=False))
    ja: str = Field(sa_column=Column(Text, nullable=False))
    en: str = Field(sa_column=Column(Text, nullable=False))
    quotes: Any = Field(sa_column=Column(JSON, nullable=False))
    left_out: int


SIMILARITY_RESULT = TableBase.metadata.tables["similarity_result"]
MODEL_SUMMARY = TableBase.metadata.tables["model_summary"]
