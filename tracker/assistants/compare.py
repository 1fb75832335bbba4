"""Compares stored changes with the topics. It runs after storing, for a limited time; the rest is compared next
time.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime

from tracker.assistants.similarity import Similarity, made_with, similarities
from tracker.errors import StoreError
from tracker.model import KEPT_UP_TO_DATE, Change, Document, Op, Operation
from tracker.storage import changes, similarity_results
from tracker.storage.database import Store
from tracker.storage.similarity_results import SimilarityResult

BATCH = 200


def compare_pending(store: Store, now: Callable[[], datetime], seconds: float) -> int:
    """Return how many changes were compared. Raises UsageError where the model is not installed, StoreError."""
    done, ends, maker = 0, time.monotonic() + seconds, made_with()
    while time.monotonic() < ends:
        with store.read() as connection:
            texts: list[tuple[Change, str]] = []
            for change_id in similarity_results.pending(connection, maker, BATCH):
                change = changes.get(connection, change_id)
                if change is None:
                    raise StoreError(f"{change_id} was removed while it was read")
                texts.append((change, words(change, changes.operations(connection, change_id))))
        if not texts:
            break
        found = similarities([text for _, text in texts])
        with store.write() as connection:
            similarity_results.save(
                connection,
                [_row(change, one, maker) for (change, _), one in zip(texts, found, strict=True)],
                now(),
            )
        done += len(texts)
    return done


def words(change: Change | Document, operations: tuple[Operation, ...] = ()) -> str:
    """Return the text to compare: of a changed text the new words, else title and abstract."""
    if operations and change.kind in KEPT_UP_TO_DATE:
        after = (each.after for each in operations if each.op is not Op.REMOVED and not each.editorial)
        return ". ".join([change.title, *after])
    return f"{change.title}. {change.abstract}"


def _row(change: Change, found: Similarity | None, maker: str) -> SimilarityResult:
    if found is None or not found.worth_a_look:
        return SimilarityResult(change.id, change.revision, maker)
    return SimilarityResult(
        change.id, change.revision, maker, found.topic, round(found.score, 4), found.reference
    )
