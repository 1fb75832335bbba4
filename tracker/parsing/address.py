"""Removes query parameters that only a session or a counter needs from link addresses."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit


def drop_parameters(address: str, dropped: Callable[[str], bool]) -> str:
    """Return `address` without the query parameters for whose name `dropped` is true; unchanged when there are
    none.
    """
    if "?" not in address:
        return address
    parts = urlsplit(address)
    query = parse_qsl(parts.query, keep_blank_values=True)
    kept = [(name, value) for name, value in query if not dropped(name)]
    return address if len(kept) == len(query) else urlunsplit(parts._replace(query=urlencode(kept)))
