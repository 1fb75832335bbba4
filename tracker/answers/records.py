"""One change with everything that is stored about it, and its operations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from tracker.effects import RecordedEffect
from tracker.model import Operation
from tracker.rendering.delivery_hold import deliveries_to_json
from tracker.serialization import change_from_json, effect_to_json
from tracker.storage import changes as stored
from tracker.storage import predictions
from tracker.storage.effects import of_change
from tracker.storage.read_queries import StoreReader
from tracker.stories.related import Related, related, related_json


@dataclass(frozen=True, slots=True)
class WholeChange:
    """A record with what is stored beside it: annotations, related records, effects, deliveries and reviews."""

    record: dict[str, Any]
    beside: dict[str, Any]
    related: Related
    effects: Sequence[RecordedEffect]
    as_amended: Sequence[predictions.PredictedUnit]
    predicted: Sequence[predictions.Stored]
    deliveries: Sequence[dict[str, Any]]
    reviews: Sequence[dict[str, Any]]

    def json(self) -> dict[str, Any]:
        """Return the object of `tracker show --json` and `/api/changes/ID`."""
        return {
            "corrections": [],
            **self.record,
            **self.beside,
            **related_json(self.related),
            "effects": [effect_to_json(one) for one in self.effects],
            "as_amended": predictions.to_json(self.as_amended),
            "predicted": predictions.shown_to_json(self.predicted),
            "deliveries": deliveries_to_json(self.deliveries),
            "reviews": list(self.reviews),
        }


def whole_change(reader: StoreReader, connection: Connection, reference: str) -> WholeChange:
    """Return the change that an id, a document number or a citation names. Raises UsageError where none or several
    match.
    """
    found = reader.change(reference)
    return WholeChange(
        record=found,
        beside=reader.beside(found["id"]),
        related=related(connection, change_from_json(found)),
        effects=of_change(connection, found["id"]),
        as_amended=predictions.of_change(connection, found["id"]),
        predicted=predictions.shown_by(connection, found["id"]),
        deliveries=reader.deliveries(found["id"]),
        reviews=reader.reviews([found["id"]]),
    )


def change_with_operations(
    reader: StoreReader, connection: Connection, reference: str
) -> tuple[dict[str, Any], tuple[Operation, ...]]:
    """Return a record and what differs between its two texts, unit by unit. Raises UsageError as above."""
    found = reader.change(reference)
    return found, stored.operations(connection, found["id"])
