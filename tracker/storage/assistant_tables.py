"""The tables of the assistants: similarity results and model summaries. They are never part of a finding, and
nothing else is derived from them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Column, Index, Text
from sqlmodel import Field

from tracker.storage.table_base import InstantType, JsonType, TableBase


class SimilarityResultRow(TableBase, table=True):
    """The comparison of a change in which the rules found little with the topics: similar words, not a finding.
    `topic` empty: no topic is similar enough. `made_with` names the model and the references; other ones cause a
    new comparison."""

    __tablename__ = "similarity_result"
    change_id: str = Field(primary_key=True, max_length=20)
    revision: int
    at: datetime = Field(sa_type=InstantType)
    made_with: str
    topic: str = Field(index=True)
    score: float
    reference: str = Field(sa_column=Column(Text, nullable=False))


class ModelSummaryRow(TableBase, table=True):
    """One attempt to have a language model summarize a revision of a change; the newest counts. `state`: made;
    dropped (the answer failed its checks); failed (no answer); `reason` says why. `prompt` is the SHA-256 of the
    prompt."""

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
    quotes: Any = Field(sa_column=Column(JsonType(), nullable=False))
    left_out: int


SIMILARITY_RESULT = TableBase.metadata.tables["similarity_result"]
MODEL_SUMMARY = TableBase.metadata.tables["model_summary"]
