"""The ribbons of records on a day: what their status says beside being in force, proposed or not stated."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from tracker.i18n import t
from tracker.legal_status.current import CurrentStatus, current_status, with_first_day
from tracker.legal_status.register import PREVAILS, RegisterState
from tracker.legal_status.ribbons import Ribbon, status_words
from tracker.model import Change, DocumentKind, Language
from tracker.sanitize import sanitize_line

_SILENT = frozenset({"in-force", "proposed"})
_TEXTS = frozenset({DocumentKind.CFR, DocumentKind.LIST, DocumentKind.PAGE})
# What a reader acts on first: the end of a rule, then its suspension, then what has to be checked, then its beginning.
_GRAVITY = (
    *(state for state in PREVAILS if state not in {*_SILENT, "published"}),
    RegisterState.NOT_INCORPORATED,
    RegisterState.UNCLEAR,
    "published",
)


def status_ribbons(found: CurrentStatus, language: Language) -> tuple[Ribbon, ...]:
    """Return the ribbons of the whole, then of parts, then of what has to be checked."""
    whole = with_first_day(found)
    shown = [*((whole,) if whole else ()), *found.parts, *found.notes]
    made = [Ribbon(one.state, status_words(one, language)) for one in shown if one.state not in _SILENT]
    return tuple(dict.fromkeys(made))


def record_ribbons(change: Change, today: date, language: Language) -> tuple[Ribbon, ...]:
    return status_ribbons(current_status(change.tagging.status, today), language)


def story_ribbons(
    lead: Change, others: Sequence[Change], today: date, language: Language
) -> tuple[Ribbon, ...]:
    """Return the ribbons of all records of a story, the gravest first. Those of another document than the lead name it;
    those of texts name their units."""
    found = [
        *record_ribbons(lead, today, language),
        *(
            _named(one, ribbon, language)
            for one in others
            if one.id != lead.id
            for ribbon in record_ribbons(one, today, language)
        ),
    ]
    return tuple(sorted(dict.fromkeys(found), key=_gravity))


def _named(change: Change, ribbon: Ribbon, language: Language) -> Ribbon:
    if change.kind in _TEXTS and change.tagging.units:
        return ribbon
    name = sanitize_line(change.order or change.citation or change.document_number or change.title)
    return replace(ribbon, words=t("ribbon.part", language, part=name, words=ribbon.words))


def _gravity(ribbon: Ribbon) -> int:
    return _GRAVITY.index(ribbon.state) if ribbon.state in _GRAVITY else len(_GRAVITY)
