"""How the benchmark of effects compares a label with what is read."""

from __future__ import annotations

from bench.eval_effects import name_of, same, verbs_of, verdicts
from tracker.effects import Affected, Affecting, Effect, EffectVerb


def test_a_label_accepts_the_verbs_of_the_table() -> None:
    assert verbs_of("does not stack with") == frozenset()
    assert EffectVerb.ENDS in verbs_of("ends duties of")
    assert EffectVerb.ENDS not in verbs_of("modifies")
    assert EffectVerb.ENDS in verbs_of("modifies for the UK")


def test_an_instrument_is_compared_by_name_without_its_title() -> None:
    dated = Effect(
        EffectVerb.AMENDS, Affecting(), Affected(title="Order of August 14, 2028 (Regarding a Sample)")
    )
    assert same("Order of August 14, 2028", name_of(dated))
    assert not same("Order of August 15, 2028", name_of(dated))


def test_each_verdict_is_on_a_verb_of_effects() -> None:
    assert {EffectVerb(verb) for _, _, verb in verdicts()} <= set(EffectVerb)
