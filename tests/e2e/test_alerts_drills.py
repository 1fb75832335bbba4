"""The drills of `bench/alerts_drill.py`, shorter: nothing lost, nothing doubled, whatever happens."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bench.alerts_drill import POINTS, TARGETS, against, against_mail, against_refusal, killed


@pytest.mark.parametrize("reply", TARGETS.values(), ids=list(TARGETS))
def test_every_alert_arrives_at_a_target_that_misbehaves_and_none_twice_unsaid(
    reply: Callable[[int], Any], tmp_path: Path
) -> None:
    outcome = against(reply, tmp_path, 6)
    assert (outcome.arrived, outcome.lost, outcome.doubled) == (6, 0, 0)


@pytest.mark.parametrize("drill", [against_refusal, against_mail])
def test_an_hour_without_a_target_costs_nothing_but_time(drill: Any, tmp_path: Path) -> None:
    outcome = drill(tmp_path, 4)
    assert (outcome.arrived, outcome.lost, outcome.doubled, outcome.repeats) == (4, 0, 0, 0)


def test_a_killed_tracker_loses_nothing_and_labels_every_repetition(tmp_path: Path) -> None:
    dead = killed(tmp_path, 5, seed=7)
    assert set(dead.points) == set(POINTS)
    assert (dead.outcome.lost, dead.outcome.doubled, dead.outcome.disordered) == (0, 0, 0)
    assert dead.outcome.repeats <= dead.kills
