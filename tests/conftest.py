"""Fixtures that tests of every kind use."""

from tests.e2e.world import world
from tests.standin.fixtures import standin

__all__ = ["standin", "world"]
