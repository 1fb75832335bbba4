"""The register answers the same however its effects arrived."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from tracker.effects import Affected, Affecting, Certainty, Effect, EffectVerb, Extent, RecordedEffect
from tracker.legal_status.register import Subject, status_on
from tracker.model import Status

FIRST = date(2026, 1, 1)
PATHS = ("15 CFR 744.91", "15 CFR 744.91(a)", "15 CFR 744.91(a)(1)", "15 CFR 744.92")
NUMBERS = ("2026-00001", "2026-00002", "2026-00003")
days = st.integers(0, 60).map(lambda n: FIRST + timedelta(days=n))
instants = days.map(lambda day: datetime(day.year, day.month, day.day, 17, tzinfo=UTC))
targets = st.one_of(
    st.sampled_from(PATHS).map(lambda path: Affected(path=path)),
    st.sampled_from(NUMBERS).map(lambda number: Affected(document_number=number)),
)
effects = st.builds(
    Effect,
    verb=st.sampled_from(EffectVerb),
    affecting=st.sampled_from(NUMBERS).map(lambda number: Affecting(document_number=number)),
    affected=targets,
    from_=st.none() | days,
    until=st.none() | days,
    known_at=instants,
    certainty=st.sampled_from(Certainty),
    extent=st.sampled_from(Extent),
)
registers = st.lists(effects, max_size=7).map(
    lambda many: [RecordedEffect(f"eff_{n}", effect) for n, effect in enumerate(many)]
)
subjects = st.one_of(
    st.sampled_from(PATHS).map(lambda path: Subject.of(path, own=[Status("in-force")])),
    st.sampled_from(NUMBERS).map(
        lambda number: Subject.of(names=[number], own=[Status("in-force", FIRST + timedelta(days=5))])
    ),
)


@given(subjects, registers, days, st.randoms())
def test_the_order_of_arrival_does_not_matter(
    subject: Subject, register: list[RecordedEffect], day: date, random: Random
) -> None:
    shuffled = list(register)
    random.shuffle(shuffled)
    assert status_on(subject, shuffled, day) == status_on(subject, register, day)


@given(subjects, registers, days, instants)
def test_later_knowledge_does_not_change_earlier_answers(
    subject: Subject, register: list[RecordedEffect], day: date, known: datetime
) -> None:
    then = [one for one in register if one.effect.known_at is not None and one.effect.known_at <= known]
    assert status_on(subject, register, day, known) == status_on(subject, then, day, known)
    assert status_on(subject, register, day, known) == status_on(subject, then, day)


@given(subjects, registers, effects, days)
def test_an_effect_on_something_else_changes_nothing(
    subject: Subject, register: list[RecordedEffect], effect: Effect, day: date
) -> None:
    elsewhere = replace(
        effect, affected=Affected(path="17 CFR 240.1"), affecting=Affecting(document_number="2025-99999")
    )
    added = [*register, RecordedEffect("eff_elsewhere", elsewhere)]
    assert status_on(subject, added, day) == status_on(subject, register, day)


@given(subjects, registers, days, days)
def test_a_stay_that_is_lifted_on_its_first_day_leaves_the_earlier_state(
    subject: Subject, register: list[RecordedEffect], start: date, day: date
) -> None:
    target = (
        Affected(path=subject.path) if subject.path else Affected(document_number=next(iter(subject.names)))
    )
    known = datetime(2026, 1, 1, tzinfo=UTC)
    plain = [one for one in register if one.effect.verb is EffectVerb.ENDS]
    stay = RecordedEffect(
        "eff_stay",
        Effect(EffectVerb.STAYS, Affecting(document_number="2026-00008"), target, start, known_at=known),
    )
    lift = RecordedEffect(
        "eff_lift",
        Effect(EffectVerb.LIFTS_STAY, Affecting(document_number="2026-00009"), target, start, known_at=known),
    )
    before = [(one.state, one.part) for one in status_on(subject, plain, day)]
    assert [(one.state, one.part) for one in status_on(subject, [*plain, stay, lift], day)] == before


@given(subjects, registers, days)
def test_a_state_covers_the_day_that_was_asked(
    subject: Subject, register: list[RecordedEffect], day: date
) -> None:
    for one in status_on(subject, register, day):
        assert one.since is None or one.since <= day
        assert one.until is None or day <= one.until
        for same in (one.since, one.until):
            if same is not None:
                found = [(each.state, each.effect, each.part) for each in status_on(subject, register, same)]
                assert (one.state, one.effect, one.part) in found
