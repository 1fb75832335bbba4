"""The ribbons of a record on a day: what its status says beside being in force, proposed or not stated."""

from __future__ import annotations

from tracker.legal_status.current import CurrentStatus
from tracker.legal_status.ribbons import Ribbon, status_words
from tracker.model import Language

_SILENT = frozenset({"in-force", "proposed"})


def status_ribbons(found: CurrentStatus, language: Language) -> tuple[Ribbon, ...]:
    """Return the ribbons of the whole, then of parts, then of what has to be checked."""
    shown = [*((found.now,) if found.now else ()), *found.parts, *found.notes]
    made = [Ribbon(one.state, status_words(one, language)) for one in shown if one.state not in _SILENT]
    return tuple(dict.fromkeys(made))
