"""Whether a running tracker may take new settings: pure.

A file that an editor has just emptied, or that lost its sources, its channels or its sign-in, is valid TOML. Taking it would
end the watch, or open the viewer, without a word; so it is refused unless `--allow-empty` says that it is meant.
"""

from __future__ import annotations

from collections.abc import Iterable

from tracker.config.models import Settings

CURE = "put it back; if it is meant, restart with --allow-empty"


def missing(wanted: Settings, *, sources: Iterable[str], channels: Iterable[str], sign_in: str) -> list[str]:
    """What `wanted` lacks of what runs now, one line each. `sources` and `channels` are the ids that run now. Taking away
    some of them is an ordinary edit; taking away all of them is not."""
    problems = []
    running = set(sources)
    enabled = {source.id for source in wanted.sources if source.enabled}
    if running and not running & enabled:
        problems.append(
            f"it enables none of the {len(running)} sources that are watched now"
            if enabled
            else f"it enables no source, and {len(running)} are watched now"
        )
    alerted = set(channels)
    if alerted and not wanted.channels:
        problems.append(f"it names no channel, and {len(alerted)} are told now")
    if sign_in and not wanted.access.sign_in:
        problems.append(f"it has no sign_in in [viewer], which is {sign_in} now")
    return problems


def refusals(running: Settings, wanted: Settings) -> list[str]:
    """Why the running settings stay; empty where the new ones may be taken."""
    return missing(
        wanted,
        sources=[source.id for source in running.sources if source.enabled],
        channels=[channel.id for channel in running.channels],
        sign_in=running.access.sign_in,
    )
