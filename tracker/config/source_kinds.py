"""The registry of source kinds. Each kind declares its name, its settings keys and its adapter.

A kind is a package in `tracker/sources/` with a `KIND`, or a plug-in: an entry point of the group `tracker.sources` that names its
`SourceKind`. The packages are found at the first call of
`source_kinds`, and a kind's adapter is imported at its first poll: reading the settings imports neither the
HTTP client nor a parser.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from types import MappingProxyType
from typing import Literal

from tracker import plugins
from tracker.config.keys import Keys
from tracker.logs import Logger

_PACKAGE = "tracker.sources"
_registered: dict[str, SourceKind] = {}
log = Logger()


@dataclass(frozen=True, slots=True)
class SourceKind:
    """A kind of source. `name` is the value of `kind` in the settings; `keys` are its own keys, besides the
    keys of every source; `adapter` names the module whose `ADAPTER` polls it. The other fields are facts that the
    rest of the program asks for:

    - `inventory`: what an audit can compare with the store: the list of published `documents`, or the list of
      `states` of a text.
    - `series`: the series of documents that it publishes. Sources of one series may publish the same document.
    - `regular`: it publishes so regularly that a long pause may be a fault.
    - `may_relist`: a document that left its list may be listed again.
    - `texts`: its resources are texts whose past versions the viewer shows, instead of documents published once.
    - `profile_words`: it searches for the products and ECCNs of the profiles, which it gets in `options`.
    - `single_answer`: all of its resources are parts of one answer; `listing` is the key of that answer, where it
      is not that of a resource.
    """

    name: str
    keys: Keys
    adapter: str
    inventory: Literal["", "documents", "states"] = ""
    series: str = ""
    regular: bool = False
    may_relist: bool = False
    texts: bool = False
    profile_words: bool = False
    single_answer: bool = False
    listing: str = ""


def register(kind: SourceKind) -> None:
    """Add a kind. Raises ValueError when another kind has its name."""
    if _registered.setdefault(kind.name, kind) is not kind:
        raise ValueError(f"the kind of source {kind.name!r} is registered twice")


def source_kinds() -> Mapping[str, SourceKind]:
    """Return every kind by its name: those in `tracker/sources/`, those of plug-ins, and those that were registered."""
    _discover()
    return MappingProxyType(dict(sorted(_registered.items())))


@cache
def _discover() -> None:
    for module in iter_modules(import_module(_PACKAGE).__path__):
        if module.ispkg:
            register(import_module(f"{_PACKAGE}.{module.name}").KIND)
    for name, kind in plugins.plugins(plugins.SOURCES).items():
        if not isinstance(kind, SourceKind) or kind.name in _registered:
            log.warning("plug-in ignored: it is no SourceKind, or its kind exists already", plugin=name)
        else:
            register(kind)
