"""The units of the CFR as a stored rule amends them, computed before the eCFR has them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from tracker.storage.prediction_tables import PREDICTED_UNIT
from tracker.storage.schema import CHANGE

COMPUTED, NOT_COMPUTED = "computed", "not-computed"
AGREED, DIFFERS, PENDING = "agreed", "differs", "pending"


@dataclass(frozen=True, slots=True)
class PredictedUnit:
    """A unit before and after, or an instruction that was not computed: then `before` and `after` are None, `words` is
    its text, `reason` says why, and `note` is the wording of an editorial note where it could not be incorporated.

    `base_id`, `base_version` and `base_day` are the text that it was computed from, as amended by `base_rules`, which it
    lacks; `inputs` changes with all that it was computed from. `found` is what the eCFR then had,
    where that `differs`; None where it had no such unit.
    """

    part: str
    path: str
    op: str | None
    from_path: str | None
    before: str | None
    after: str | None
    effective: date | None
    instruction: str
    words: str
    state: str
    reason: str
    note: str
    base_id: str
    base_version: int
    base_day: date | None
    base_rules: tuple[str, ...] = ()
    inputs: str = ""
    found: str | None = None
    outcome: str | None = None
    change_id: str | None = None


@dataclass(frozen=True, slots=True)
class Stored:
    """A unit with its row, and the record of its rule: its change, and its number, citation or title."""

    document_id: str
    place: int
    unit: PredictedUnit
    rule_id: str = ""
    rule_name: str = ""


def write(
    connection: Connection, document_id: str, by_part: Mapping[str, Sequence[PredictedUnit] | None]
) -> None:
    """Store the units of a rule. Those that were compared with the eCFR stay, and those of a part without a new result
    (None); the others are replaced.
    """
    kept = [part for part, units in by_part.items() if units is None]
    own = PREDICTED_UNIT.c.document_id == document_id
    pending = own & PREDICTED_UNIT.c.outcome.is_(None)
    connection.execute(delete(PREDICTED_UNIT).where(pending, PREDICTED_UNIT.c.part.not_in(kept)))
    _add(connection, document_id, [unit for units in by_part.values() for unit in units or ()])


def replace_pending(
    connection: Connection, document_id: str, part: str, units: Sequence[PredictedUnit]
) -> None:
    """Store the units of a rule in one part in place of those without an outcome."""
    connection.execute(
        delete(PREDICTED_UNIT).where(
            PREDICTED_UNIT.c.document_id == document_id,
            PREDICTED_UNIT.c.part == part,
            PREDICTED_UNIT.c.outcome.is_(None),
        )
    )
    _add(connection, document_id, units)


def _add(connection: Connection, document_id: str, units: Sequence[PredictedUnit]) -> None:
    own = PREDICTED_UNIT.c.document_id == document_id
    last = connection.execute(select(func.max(PREDICTED_UNIT.c.place)).where(own)).scalar() or 0
    if units:
        rows = [
            {"document_id": document_id, "place": last + number, **_values(unit)}
            for number, unit in enumerate(units, 1)
        ]
        connection.execute(insert(PREDICTED_UNIT), rows)


def rules_pending(connection: Connection, parts: Iterable[str]) -> set[tuple[str, str]]:
    """Return the rules with units without an outcome in these parts, each with the part."""
    rows = connection.execute(
        select(PREDICTED_UNIT.c.document_id, PREDICTED_UNIT.c.part)
        .where(PREDICTED_UNIT.c.part.in_(list(parts)), PREDICTED_UNIT.c.outcome.is_(None))
        .distinct()
    )
    return {(row.document_id, row.part) for row in rows}


def of_document(connection: Connection, document_id: str) -> tuple[PredictedUnit, ...]:
    """Return the units of a rule, in its order."""
    rows = connection.execute(
        select(PREDICTED_UNIT)
        .where(PREDICTED_UNIT.c.document_id == document_id)
        .order_by(PREDICTED_UNIT.c.place)
    )
    return tuple(map(_unit, rows))


def of_change(connection: Connection, change_id: str) -> tuple[PredictedUnit, ...]:
    """Return the units of the rule whose record this change is."""
    document_id = connection.execute(select(CHANGE.c.document_id).where(CHANGE.c.id == change_id)).scalar()
    return of_document(connection, document_id) if document_id else ()


def pending(connection: Connection, part: str) -> list[Stored]:
    """Return the computed units of a part that were not compared with the eCFR yet."""
    rows = connection.execute(
        select(PREDICTED_UNIT)
        .where(
            PREDICTED_UNIT.c.part == part,
            PREDICTED_UNIT.c.state == COMPUTED,
            PREDICTED_UNIT.c.outcome.is_(None),
        )
        .order_by(PREDICTED_UNIT.c.document_id, PREDICTED_UNIT.c.place)
    )
    return [Stored(row.document_id, row.place, _unit(row)) for row in rows]


def lacking(connection: Connection, part: str, text_id: str, ordinal: int) -> list[Stored]:
    """Return the units of a part that a version of its text lacks: those without an outcome, and those of which a later
    version has the computed words.
    """
    later = select(CHANGE.c.id).where(CHANGE.c.document_id == text_id, CHANGE.c.version > ordinal)
    shown = (PREDICTED_UNIT.c.outcome == AGREED) & PREDICTED_UNIT.c.change_id.in_(later)
    rows = connection.execute(
        select(PREDICTED_UNIT)
        .where(PREDICTED_UNIT.c.part == part, PREDICTED_UNIT.c.outcome.is_(None) | shown)
        .order_by(PREDICTED_UNIT.c.document_id, PREDICTED_UNIT.c.place)
    )
    return [Stored(row.document_id, row.place, _unit(row)) for row in rows]


def settle(connection: Connection, settled: Iterable[Stored]) -> None:
    """Store the outcomes of these units."""
    for one in settled:
        connection.execute(
            update(PREDICTED_UNIT)
            .where(PREDICTED_UNIT.c.document_id == one.document_id, PREDICTED_UNIT.c.place == one.place)
            .values(**_values(one.unit))
        )


def shown_by(connection: Connection, change_id: str) -> tuple[Stored, ...]:
    """Return the units whose outcome a change of the eCFR showed, each with the record of its rule."""
    rows = connection.execute(
        select(PREDICTED_UNIT, CHANGE.c.id.label("rule_id"), CHANGE.c.document_number)
        .join_from(PREDICTED_UNIT, CHANGE, CHANGE.c.document_id == PREDICTED_UNIT.c.document_id)
        .where(PREDICTED_UNIT.c.change_id == change_id)
        .order_by(PREDICTED_UNIT.c.document_id, PREDICTED_UNIT.c.place)
    )
    return tuple(
        Stored(row.document_id, row.place, _unit(row), row.rule_id, row.document_number or row.document_id)
        for row in rows
    )


def counts(connection: Connection, title: int) -> dict[str, int]:
    """Return how many computed units of a title's parts agreed with the eCFR, differed from it, and are `pending`."""
    rows = connection.execute(
        select(PREDICTED_UNIT.c.outcome, func.count())
        .where(
            PREDICTED_UNIT.c.part > f"{title} CFR ",
            PREDICTED_UNIT.c.part < f"{title} CFR :",  # after "9"
            PREDICTED_UNIT.c.state == COMPUTED,
        )
        .group_by(PREDICTED_UNIT.c.outcome)
    )
    found = {outcome or PENDING: number for outcome, number in rows}
    return {name: found.get(name, 0) for name in (AGREED, DIFFERS, PENDING)}


def shown_to_json(shown: Iterable[Stored]) -> list[dict[str, Any]]:
    """Return the objects of `predicted` in a record."""
    return [
        {**unit, "rule": one.rule_name, "rule_id": one.rule_id}
        for one in shown
        for unit in to_json([one.unit])
    ]


def to_json(units: Iterable[PredictedUnit]) -> list[dict[str, Any]]:
    """Return the objects of `as_amended` in a record."""
    return [{name: value for name, value in _json(unit).items() if name != "inputs"} for unit in units]


def _json(unit: PredictedUnit) -> dict[str, Any]:
    return {**asdict(unit), "effective": _day(unit.effective), "base_day": _day(unit.base_day)}


def _values(unit: PredictedUnit) -> dict[str, Any]:
    record = _json(unit)
    columns = {name: record.pop(name) for name in ("part", "state", "outcome", "change_id")}
    return {**columns, "record": json.dumps(record, ensure_ascii=False)}


def _unit(row: Row[Any]) -> PredictedUnit:
    record = json.loads(row.record)
    unit = PredictedUnit(**record, part=row.part, state=row.state)
    return replace(
        unit,
        base_rules=tuple(unit.base_rules),
        effective=_day_of(record["effective"]),
        base_day=_day_of(record["base_day"]),
        outcome=row.outcome,
        change_id=row.change_id,
    )


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _day_of(day: str | None) -> date | None:
    return date.fromisoformat(day) if day else None
