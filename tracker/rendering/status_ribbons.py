"""The ribbons of records on a day: what their status says beside being in force, proposed or not stated."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from tracker.i18n import t
from tracker.legal_status.current import CurrentStatus, current_status, with_first_day
from tracker.legal_status.register import PREVAILS, RegisterState
from tracker.legal_status.ribbons import Ribbon, status_words
from tracker.model import KEPT_UP_TO_DATE, Change, Language, Status
from tracker.sanitize import sanitize_line
from tracker.text import name_key

_SILENT = frozenset({"in-force", "proposed"})
# What a reader acts on first: the end of a rule, then its suspension, then what has to be checked, then its beginning.
_GRAVITY = (
    *(state for state in PREVAILS if state not in {*_SILENT, "published"}),
    RegisterState.NOT_INCORPORATED,
    RegisterState.UNCLEAR,
    "published",
)


def status_ribbons(found: CurrentStatus, language: Language) -> tuple[Ribbon, ...]:
    """Return the ribbons of the whole, then of parts, then of what has to be checked."""
    made = [Ribbon(one.state, status_words(one, language)) for one in _shown(found)]
    return tuple(dict.fromkeys(made))


def record_ribbons(change: Change, today: date, language: Language) -> tuple[Ribbon, ...]:
    return status_ribbons(current_status(change.tagging.status, today), language)


def unit_ribbons(change: Change, path: str, today: date, language: Language) -> tuple[Ribbon, ...]:
    """Return the ribbons that the status of a record gives to one of its units."""
    return tuple(
        Ribbon(one.state, status_words(replace(one, units=()), language))
        for one in _shown(current_status(change.tagging.status, today))
        if path in one.units
    )


def story_ribbons(
    lead: Change, others: Sequence[Change], today: date, language: Language
) -> tuple[Ribbon, ...]:
    """Return the ribbons of all records of a story, the gravest first. Those of another document than the lead name it;
    those of texts name their units. What several records say in the same words is said once, and what a document does to
    another record of the story is said of that one alone."""
    found: dict[str, Ribbon] = {}
    acts: set[tuple[str, str]] = set()  # states, with the document that made each
    for change in (lead, *(one for one in others if one.id != lead.id)):
        own = {
            name_key(name)
            for name in (change.order, change.citation, change.document_number, change.title)
            if name
        }
        for status in _shown(current_status(change.tagging.status, today)):
            by = name_key(status.by or "")
            words = status_words(replace(status, units=()), language)
            of_itself = by in own or any((status.state, name) in acts for name in own)
            if words in found or (change is not lead and of_itself):
                continue
            acts.update(
                {(status.state, by), (status.state, name_key(status.number or ""))} - {(status.state, "")}
            )
            ribbon = Ribbon(status.state, status_words(status, language))
            found[words] = ribbon if change is lead else _named(change, ribbon, language)
    return tuple(sorted(found.values(), key=_gravity))


def _shown(found: CurrentStatus) -> list[Status]:
    whole = with_first_day(found)
    shown = [*((whole,) if whole else ()), *found.parts, *found.notes]
    return [one for one in shown if one.state not in _SILENT]


def _named(change: Change, ribbon: Ribbon, language: Language) -> Ribbon:
    if change.kind in KEPT_UP_TO_DATE and change.tagging.units:
        return ribbon
    name = sanitize_line(change.order or change.citation or change.document_number or change.title)
    return replace(ribbon, words=t("ribbon.part", language, part=name, words=ribbon.words))


def _gravity(ribbon: Ribbon) -> int:
    return _GRAVITY.index(ribbon.state) if ribbon.state in _GRAVITY else len(_GRAVITY)
