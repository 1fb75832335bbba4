"""An answer beside what is stored, and what it can mean. `decision` decides which."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tracker.effects import Effect
from tracker.model import Change, Document, Fetched, Operation, ResourceType, SnapshotRef
from tracker.storage.predictions import PredictedUnit
from tracker.storage.versions import Version


@dataclass(frozen=True, slots=True)
class Reading:
    """An answer and the last stored answer, both parsed with today's settings and parser."""

    document_id: str
    document: Document
    previous: Document | None
    version: Version | None
    templates: tuple[str, ...]
    same_kind: bool  # the previous text was of the same role, so that comparing words makes sense
    kept: tuple[
        int, ...
    ] = ()  # snapshots of stored attachments that still apply although this answer lacks them
    cut: bool = False  # the page ends in the middle, and the stored one did not
    references: tuple[SnapshotRef, ...] = ()  # the snapshots of `version`, in their order
    record: Change | None = None  # the record of a document that has only one
    superseded: bool = False  # the copy on public inspection of a document whose published form is stored
    first_read: tuple[str, ...] = ()  # paths of annexes that existed before they were first read


@dataclass(frozen=True, slots=True)
class Seen:
    """The answer contains nothing new. `version` and `templates`: masks learned for the stored version."""

    fetched: Fetched
    version: Version | None = None
    templates: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NewVersion:
    """The answer is a new state of its document. `version` has no snapshots yet: they get ids when they are written.
    `follows` and `record` are the stored rows that the decision is based on; where the store holds others when it is
    written, the decision is outdated."""

    fetched: Fetched
    version: Version
    change: Change
    document: Document
    operations: tuple[Operation, ...]
    kept: tuple[int, ...]
    follows: Version | None
    record: Change | None
    effects: tuple[Effect, ...] = ()
    predictions: Mapping[str, Sequence[PredictedUnit] | None] | None = None  # `predict.predictions`


Decision = Seen | NewVersion


def roles_of(fetched: Fetched) -> tuple[ResourceType, ...]:
    """The roles of an answer's parts. The raw text and the XML of a document label its units differently, so they are not
    compared with each other."""
    if fetched.role in (ResourceType.PAGE, ResourceType.SCREENING_LIST):
        return (
            fetched.role,
        )  # annexes and delta files are added and removed with the text that they belong to
    return (fetched.role, *sorted(part.role for part in fetched.attachments))
