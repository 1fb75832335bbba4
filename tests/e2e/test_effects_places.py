"""Twenty stories of law, each asked on at least five days in every place that shows a status."""

from __future__ import annotations

from typing import Any

import pytest

from tests.e2e import stories_of_lists, stories_of_orders, stories_of_rules
from tests.e2e.story_play import Story, play
from tests.e2e.world import World

# What a story still shows wrongly, and why.
FAULTS = {
    "list-removal": "a notice that removes a party from the SDN List is no effect on the notice that listed it",
}
STORIES = (*stories_of_orders.STORIES, *stories_of_lists.STORIES, *stories_of_rules.STORIES)


def _parameter(story: Story) -> Any:
    fault = FAULTS.get(story.name)
    marks = [pytest.mark.xfail(reason=fault, strict=True)] if fault else []
    return pytest.param(story, id=story.name, marks=marks)


@pytest.mark.parametrize("story", [_parameter(story) for story in STORIES])
def test_every_place_shows_the_law_of_the_day(world: World, story: Story) -> None:
    assert len(story.steps) >= 5
    faults = play(story, world)
    assert not faults, "\n".join(faults)
