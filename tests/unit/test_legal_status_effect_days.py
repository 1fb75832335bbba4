"""The last day of a stay or a delay."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from tracker.effects import Affected, Affecting, Effect, EffectVerb
from tracker.legal_status.effect_days import with_last_day
from tracker.legal_status.legal_dates import DELAYED
from tracker.model import LegalDate

END = LegalDate("stay-ends", date(2026, 11, 9))
CLOSE = LegalDate("comments-close", date(2026, 8, 3))
LATER = LegalDate("comments-close", date(2026, 9, 3))
NEW = LegalDate("effective", date(2026, 7, 1), note=DELAYED)


def effect(verb: EffectVerb, quote: str, until: date | datetime | None = None) -> Effect:
    return Effect(verb, Affecting(quote=quote), Affected(path="15 CFR 744.91"), date(2026, 3, 1), until)


@pytest.mark.parametrize(
    ("given", "dates", "wanted"),
    [
        (effect(EffectVerb.STAYS, "is stayed until May 4, 2027."), (END,), date(2027, 5, 4)),
        (effect(EffectVerb.STAYS, "is stayed."), (END,), date(2026, 11, 9)),
        (effect(EffectVerb.STAYS, "is stayed."), (), None),
        (effect(EffectVerb.DELAYS, "is delayed until June 30, 2026", date(2026, 6, 30)), (), date(2026, 6, 29)),
        (effect(EffectVerb.DELAYS, "is delayed"), (NEW,), date(2026, 6, 30)),
        (effect(EffectVerb.DELAYS, "is delayed indefinitely"), (), None),
        (effect(EffectVerb.EXTENDS, "Sample Study; Extension of Comment Period"), (CLOSE,), date(2026, 8, 3)),
        (effect(EffectVerb.EXTENDS, "Sample Study; Extension of Comment Period"), (CLOSE, LATER), None),
        (effect(EffectVerb.EXTENDS, "The waiver is extended."), (CLOSE,), None),
        (effect(EffectVerb.ENDS, "ends until May 4, 2027"), (END,), None),
    ],
)  # fmt: skip
def test_the_last_day(given: Effect, dates: tuple[LegalDate, ...], wanted: date | None) -> None:
    assert with_last_day(given, dates).until == wanted


def test_an_instant_stays_as_it_is() -> None:
    moment = datetime(2026, 11, 10, 5, 1, tzinfo=UTC)
    assert with_last_day(effect(EffectVerb.DELAYS, "", moment), (NEW,)).until == moment
