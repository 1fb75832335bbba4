"""What the register of effects says of headings of the tariff schedule: from when, until when, and by which document."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

from sqlalchemy import Connection

from tracker.effects import EffectVerb, RecordedEffect
from tracker.legal_status.heading_orders import order_of_heading
from tracker.legal_status.register import StateOnDay, affecting_name, first_day
from tracker.storage import effects
from tracker.stories.law import Law, law_on
from tracker.tariff.duty import RegisterEntry

_NOT_IN_FORCE = frozenset(
    {"rescinded", "withdrawn", "expired", "declared-unlawful", "stayed", "not-enforced", "delayed"}
)
_DUTIES = re.compile(r"\b(?:dut(?:y|ies)|tariffs?)\b", re.IGNORECASE)
# A part of an order that is all its duties: `the additional ad valorem duties imposed pursuant to IEEPA`.
_ALL_DUTIES = re.compile(
    r"(?:the |all |all of the )?(?:(?:additional|ad valorem|reciprocal|country-specific) )*(?:rates? of )?(?:duty|duties|tariffs?)"
    r"(?: (?:imposed|established|described))?(?: (?:pursuant to|under|by) (?:the )?[A-Z][\w ]*)?",
    re.IGNORECASE,
)
_DAY = timedelta(days=1)


class HeadingRegister:
    """What the register of effects says of headings on a day."""

    def __init__(self, connection: Connection, on: date) -> None:
        self._connection = connection
        self._on = on
        self._known: dict[str, RegisterEntry | None] = {}
        self._orders: dict[str, tuple[date | None, bool]] = {}
        self._named = [
            one
            for one in effects.all_effects(connection)
            if one.effect.affected.hts and (one.retracted_at is None or one.ended_on is not None)
        ]

    def __call__(self, heading: str) -> RegisterEntry | None:
        if heading not in self._known:
            found = [one for one in self._named if one.effect.affected.hts == heading]
            entry = self._entry(heading, found) if found else None
            for order in filter(None, (_maker(found), order_of_heading(heading))):
                entry = self._with_order(entry or RegisterEntry(), order)
            self._known[heading] = entry
        return self._known[heading]

    def _with_order(self, entry: RegisterEntry, name: str) -> RegisterEntry:
        """Return the entry of a heading, which ends with the order that set it up."""
        until, is_known = self._end_of_order(name)
        if not is_known:
            return entry if entry.until else replace(entry, order=name)
        if until is not None and (entry.until is None or until < entry.until):
            return replace(entry, until=until, source=entry.source or name)
        return entry

    def _end_of_order(self, name: str) -> tuple[date | None, bool]:
        """Return the last day of the duties of an order, and whether stored documents say clearly whether they are in force."""
        if name not in self._orders:
            law = law_on(self._connection, name, self._on)
            off = [one for one in (*law.status, *law.ahead) if one.state in _NOT_IN_FORCE]
            is_clear = not any(
                _DUTIES.search(one.part) and not _ALL_DUTIES.fullmatch(one.part) for one in off
            )
            self._orders[name] = (_last_day(law, self._on), is_clear and (law.found or bool(law.effects)))
        return self._orders[name]

    def added(self) -> list[str]:
        """Return the headings that a document puts in force by the day, and that none has ended."""
        names = dict.fromkeys(
            str(one.effect.affected.hts)
            for one in self._named
            if one.effect.verb is EffectVerb.ADDS and (day := first_day(one.effect.from_)) and day <= self._on
        )
        return [name for name in names if not self._is_over(self(name))]

    def _is_over(self, entry: RegisterEntry | None) -> bool:
        return entry is not None and entry.until is not None and self._on > entry.until

    def _entry(self, heading: str, found: list[RecordedEffect]) -> RegisterEntry:
        adds = [one for one in found if one.effect.verb is EffectVerb.ADDS and one.effect.from_]
        first = min(adds, key=lambda one: first_day(one.effect.from_) or date.max, default=None)
        since = first_day(first.effect.from_) if first is not None else None
        until = _last_day(law_on(self._connection, heading, self._on), self._on)
        source = first or found[0]
        return RegisterEntry(
            since,
            until,
            source.effect.affecting.document_number or "",
            affecting_name(source),
            source.effect.affecting.quote,
        )


def _maker(found: Sequence[RecordedEffect]) -> str:
    """Return the order or proclamation that put a heading into the schedule; empty where none did."""
    for one in found:
        by = one.effect.affecting
        if one.effect.verb is EffectVerb.ADDS and (by.executive_order or by.proclamation):
            return f"E.O. {by.executive_order}" if by.executive_order else f"Proclamation {by.proclamation}"
    return ""


def _last_day(law: Law, on: date) -> date | None:
    """Return the last day on which something, or all duties of an order, hold; None where no end of them is known."""
    off = next((one for one in law.status if _is_off(one)), None)
    if off is not None:
        return (off.since or on) - _DAY
    ahead = next((one for one in law.ahead if _is_off(one) and one.since), None)
    return ahead.since - _DAY if ahead is not None and ahead.since is not None else None


def _is_off(state: StateOnDay) -> bool:
    return state.state in _NOT_IN_FORCE and (not state.part or _ALL_DUTIES.fullmatch(state.part) is not None)
