"""Plug-ins: packages of others that add kinds of sources, channels and exporters by entry points.

Groups: `tracker.sources`, `tracker.channels`, `tracker.exporters` (packaging.python.org, "Entry points specification"). A plug-in that cannot
be loaded does not stop the program; whatever uses its name says why it is missing.
"""

from __future__ import annotations

from functools import cache
from importlib.metadata import entry_points
from types import MappingProxyType
from typing import Any

SOURCES, CHANNELS, EXPORTERS = "tracker.sources", "tracker.channels", "tracker.exporters"


@cache
def _loaded(group: str) -> tuple[MappingProxyType[str, Any], MappingProxyType[str, str]]:
    found: dict[str, Any] = {}
    problems: dict[str, str] = {}
    for entry in entry_points(group=group):
        try:
            found[entry.name] = entry.load()
        except Exception as error:  # noqa: BLE001 - code of others may raise anything while it is imported
            problems[entry.name] = (
                f"plug-in {entry.name} ({entry.value}) cannot be loaded: {type(error).__name__}: {error}"
            )
    return MappingProxyType(found), MappingProxyType(problems)


def plugins(group: str) -> MappingProxyType[str, Any]:
    """Return what the installed plug-ins of a group provide, by name."""
    return _loaded(group)[0]


def problems(group: str) -> MappingProxyType[str, str]:
    """Return a line for each plug-in of a group that cannot be loaded, by name."""
    return _loaded(group)[1]
