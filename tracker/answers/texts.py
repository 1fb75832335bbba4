"""Which sources have texts with versions, and how a unit differs between two days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection

from tracker.config.models import Settings
from tracker.config.source_kinds import source_kinds
from tracker.diffing import compare
from tracker.model import Document, DocumentKind, Operation
from tracker.stories.law import UnitsOnDay, units_on


def text_sources(settings: Settings) -> list[str]:
    """Return the sources whose texts have versions, by the registry of source kinds."""
    kinds = source_kinds()
    return [source.id for source in settings.sources if kinds[source.kind].texts]


@dataclass(frozen=True, slots=True)
class UnitDifference:
    """A unit with all units below it on two days, and what differs between them."""

    before: UnitsOnDay
    after: UnitsOnDay
    operations: tuple[Operation, ...]


def unit_between(connection: Connection, path: str, before: date, after: date) -> UnitDifference:
    """Compare the stored words of a unit of the CFR on two days. A day without words counts as an empty text."""
    first, second = units_on(connection, path, before), units_on(connection, path, after)
    operations = compare(_document(first), _document(second))
    return UnitDifference(first, second, tuple(operations))


def _document(found: UnitsOnDay) -> Document:
    return Document(found.path, DocumentKind.CFR, found.path, "", tuple(found.units))
