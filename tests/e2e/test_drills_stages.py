"""Issue 11, show 4: the crash drill of `make drills`, as a test."""

from __future__ import annotations

from bench import drill_stages
from tests.e2e.world import World


def test_each_stage_fails_once_on_each_of_thirty_documents_and_no_change_is_lost(world: World) -> None:
    played = drill_stages.play(world)
    assert drill_stages.wrong(played) == []
    documents = {*drill_stages.PARTS, *drill_stages.RULES}
    assert len(documents) == 30
    assert played.failed == dict.fromkeys(drill_stages.STAGES, documents)
    assert played.named == dict.fromkeys(drill_stages.STAGES, documents)
    assert played.alerted == dict.fromkeys(played.alerted, 1)
    assert played.early == played.again == 0
    assert played.not_modified > 0
