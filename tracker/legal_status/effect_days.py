"""The last days of stays and delays, where the words that state the effect leave them to the rest of the document."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from tracker.effects import Effect, EffectVerb
from tracker.legal_status.date_mentions import mentions
from tracker.legal_status.legal_dates import DELAYED
from tracker.model import LegalDate

_STAYS = frozenset({EffectVerb.STAYS, EffectVerb.SUSPENDS})
_UNTIL = re.compile(r"\b(?:until|through)\s*$", re.I)
_DAY = timedelta(days=1)


def with_last_day(effect: Effect, dates: Sequence[LegalDate]) -> Effect:
    """Return the effect with its last day: by its own words, else by the dates of the document.

    A rule that is "delayed until 30 June" applies on that day, so that the delay holds until the day before.
    """
    if isinstance(effect.until, datetime):
        return effect
    if effect.verb in _STAYS and effect.until is None:
        return replace(effect, until=_stated(effect.affecting.quote) or _first(dates, "stay-ends"))
    if effect.verb is EffectVerb.DELAYS:
        applies = effect.until or _stated(effect.affecting.quote) or _first(dates, "effective", DELAYED)
        return replace(effect, until=applies - _DAY) if applies else effect
    return effect


def _stated(quote: str) -> date | None:
    return next((one.day for one in mentions(quote) if _UNTIL.search(quote[: one.start])), None)


def _first(dates: Sequence[LegalDate], kind: str, note: str = "") -> date | None:
    """The first day of a kind that the document gives of itself."""
    found = [
        one.date
        for one in dates
        if one.type == kind and not one.superseded and not one.by and (not note or one.note == note)
    ]
    return min(found, default=None)
