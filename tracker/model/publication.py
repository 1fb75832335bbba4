"""A publication of OFAC's lists, as its delta file states it."""

from __future__ import annotations

from dataclasses import dataclass

PUBLICATIONS = "publications"  # in the `meta` of a list: the publications up to which it was read, JSON
STATED_REMOVALS = (
    "stated_removals"  # in the `meta` of a list: ids of the parties that the source itself says to be removed
)


@dataclass(frozen=True, slots=True)
class Publication:
    """`id` counts up; `day` is the day in New York, in ISO."""

    id: int
    day: str
