"""The attacks of docs/security.md, each with its answer."""

from __future__ import annotations

import pytest

from bench import drill_attacks, drill_intruders
from bench.drill_kit import Drill, new_world

# Hostile archives are tried one by one in tests/unit/test_archive_exporter.py.
DRILLS = [
    drill
    for drill in drill_attacks.DRILLS + drill_intruders.DRILLS
    if drill.run is not drill_attacks.archives
]


@pytest.mark.parametrize("drill", DRILLS, ids=lambda drill: drill.run.__name__)
def test_an_attack_ends_as_it_should(drill: Drill) -> None:
    with new_world() as world:
        outcome = drill.run(world)
    assert outcome.ok, outcome.happened
