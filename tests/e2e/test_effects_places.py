"""Twenty stories of law, each asked on at least five days in every place that shows a status."""

from __future__ import annotations

import pytest

from tests.e2e import stories_of_lists, stories_of_orders, stories_of_rules
from tests.e2e.story_play import Story, play
from tests.e2e.world import World

STORIES = (*stories_of_orders.STORIES, *stories_of_lists.STORIES, *stories_of_rules.STORIES)


@pytest.mark.parametrize("story", [pytest.param(story, id=story.name) for story in STORIES])
def test_every_place_shows_the_law_of_the_day(world: World, story: Story) -> None:
    assert len(story.steps) >= 5
    faults = play(story, world)
    assert not faults, "\n".join(faults)
