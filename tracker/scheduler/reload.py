"""Decides whether a running tracker may use new settings. Pure.

A file that was emptied, or that lost its sources, channels or sign-in, is valid TOML. Using it would silently end the
watch or open the viewer to everybody, so it is refused unless `--allow-empty` is given.
"""

from __future__ import annotations

from collections.abc import Iterable

from tracker.config.models import Settings

CURE = "put it back; if it is meant, restart with --allow-empty"


def missing(new: Settings, *, sources: Iterable[str], channels: Iterable[str], sign_in: str) -> list[str]:
    """What the running settings have and the new ones lack, one line each. `sources` and `channels` are the running
    ids. Removing some of them is an ordinary edit; removing all of them is not."""
    problems = []
    running = set(sources)
    enabled = {source.id for source in new.sources if source.enabled}
    if running and not running & enabled:
        problems.append(
            f"it enables none of the {len(running)} sources that are watched now"
            if enabled
            else f"it enables no source, and {len(running)} are watched now"
        )
    alerted = set(channels)
    if alerted and not new.channels:
        problems.append(f"it names no channel, and {len(alerted)} get alerts now")
    if sign_in and not new.access.sign_in:
        problems.append(f"it has no sign_in in [viewer], which is {sign_in} now")
    return problems


def refusals(running: Settings, new: Settings) -> list[str]:
    """The reasons to keep the running settings; empty where the new ones may be used."""
    return missing(
        new,
        sources=[source.id for source in running.sources if source.enabled],
        channels=[channel.id for channel in running.channels],
        sign_in=running.access.sign_in,
    )
