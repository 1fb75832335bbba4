"""Which database holds the state: read from `[store] url` alone, before a command runs."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from tracker.errors import UsageError


def bind_store(config: Path, state: Path) -> None:
    """Keep the state where the settings say. Mistakes of the settings are reported by the commands that read them;
    an address that cannot be read, by those that use the state."""
    try:
        text = config.read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        return
    if "store" not in text:
        return
    from tracker.storage import location

    url = _store_url(text)
    if not url:
        return
    if url.startswith("env:"):
        found = os.environ.get(url[4:], "").strip()
    else:
        try:
            found = (config.parent / url.removeprefix("file:")).read_text("utf-8").strip()
        except (OSError, UnicodeDecodeError):
            found = ""
    if not found:
        missing = UsageError(f"[store] url: {url} is missing", cure="set it, or remove [store] to use SQLite")
        location.refuse(state, missing)
        return
    try:
        location.bind(state, found)
    except UsageError as error:
        location.refuse(state, error)


def _store_url(text: str) -> str:
    """The value of `[store] url`: env:NAME or file:PATH; empty where there is none."""
    import tomli

    try:
        store = tomli.loads(text).get("store")
    except ValueError:
        return ""
    url = store.get("url") if isinstance(store, Mapping) else None
    return url if isinstance(url, str) and url.startswith(("env:", "file:")) else ""
