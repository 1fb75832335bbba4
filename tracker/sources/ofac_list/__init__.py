"""The source kind for the lists of the Office of Foreign Assets Control, from its Sanctions List Service."""

from __future__ import annotations

from typing import Any

from tracker.config import validators
from tracker.config.keys import BASE_URL, STRINGS, Key
from tracker.config.source_kinds import SourceKind

FILES = ("SDN_XML.ZIP", "CONSOLIDATED.XML")


def _files(value: Any) -> tuple[str, ...]:
    """Return names of files. Raises ValueError."""
    found = tuple(name.upper() for name in validators.string_list(value))
    wrong = [name for name in found if not name.startswith(("SDN", "CONS"))]
    if wrong or not found:
        raise ValueError(
            f"{wrong[0] if wrong else value!r} is no full file; write SDN_XML.ZIP or CONSOLIDATED.XML"
        )
    return tuple(dict.fromkeys(found))


KIND = SourceKind(
    name="ofac-list",
    keys={
        "base_url": BASE_URL,
        "files": Key(_files, STRINGS, "the full files; default: SDN_XML.ZIP and CONSOLIDATED.XML"),
    },
    adapter="tracker.sources.ofac_list.adapter",
    texts=True,
)
