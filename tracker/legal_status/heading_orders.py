"""Which order set up a heading of the tariff schedule whose notes do not name it."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources


def order_of_heading(heading: str) -> str:
    """Return the name of the order, `E.O. 14257`; empty for headings whose end the schedule itself prints."""
    return next((name for name, first, last in _ranges() if first <= heading <= last), "")


@cache
def _ranges() -> tuple[tuple[str, str, str], ...]:
    text = resources.files(__package__).joinpath("heading_orders.toml").read_text(encoding="utf-8")
    return tuple((row["name"], *row["headings"]) for row in tomllib.loads(text)["order"])
