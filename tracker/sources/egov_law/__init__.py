"""The source kind for laws of Japan with their future revisions, from e-Gov's law API, version 2."""

from __future__ import annotations

import re
from typing import Any

from tracker.config import validators
from tracker.config.keys import BASE_URL, STRINGS, Key
from tracker.config.source_kinds import SourceKind

_LAW_ID = re.compile(r"[0-9]{3}[A-Z0-9]{12}")


def _laws(value: Any) -> tuple[str, ...]:
    """Return law ids. Raises ValueError."""
    found = validators.string_list(value)
    wrong = [one for one in found if not _LAW_ID.fullmatch(one)]
    if wrong or not found:
        raise ValueError(f"{wrong[0] if wrong else value!r} is no law id; write 324CO0000000378")
    return tuple(dict.fromkeys(found))


KIND = SourceKind(
    name="egov-law",
    keys={
        "base_url": BASE_URL,
        "laws": Key(_laws, STRINGS, "law ids, as in the address of a law on laws.e-gov.go.jp", required=True),
    },
    adapter="tracker.sources.egov_law.adapter",
    texts=True,
)
