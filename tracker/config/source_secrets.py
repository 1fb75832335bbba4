"""The keys and tokens of sources, named as `env:NAME` or `file:PATH` and read at each poll: a source whose key is missing is not
polled, and the settings are still good.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tracker.config.keys import Key
from tracker.config.models import Source
from tracker.config.validators import secret
from tracker.errors import KeyMissing

_FILE, _ENV = "file:", "env:"
_SCHEMA = {"type": "string", "pattern": "^(env|file):."}


def secret_key(description: str, *, required: bool = False) -> Key:
    """Return the settings key of a source's key or token."""
    return Key(secret, _SCHEMA, f"env:NAME or file:PATH: {description}", required=required)


def placed(settings: Path, options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options of a source with the files of its secrets as seen from the file of the settings."""
    return {
        name: f"{_FILE}{settings.parent / value.removeprefix(_FILE)}"
        if isinstance(value, str) and value.startswith(_FILE)
        else value
        for name, value in options.items()
    }


def needs_secret(source: Source) -> bool:
    """Return whether an option of the source names a secret."""
    return any(
        isinstance(value, str) and value.startswith((_ENV, _FILE)) for value in source.options.values()
    )


def secret_of(source: Source, name: str, cure: str) -> str:
    """Return the secret that the key `name` of a source names. Raises KeyMissing where there is none; `cure` says where to get one."""
    value = str(source.options.get(name, ""))
    if value.startswith(_ENV):
        variable = value.removeprefix(_ENV)
        found = os.environ.get(variable, "").strip()
        lacking = f"the environment has no {variable}"
    elif value.startswith(_FILE):
        path = Path(value.removeprefix(_FILE))
        try:
            found, lacking = path.read_text("utf-8").strip(), f"the file {path.name} is empty"
        except (OSError, UnicodeDecodeError):
            found, lacking = "", f"the file {path.name} cannot be read"
    else:
        found, lacking = "", f"{name} is not set"
    if not found:
        raise KeyMissing(f"not polled, because its key is missing: {lacking}", cure=cure)
    if not found.isascii() or not found.isprintable():
        raise KeyMissing(f"not polled, because its key {name} has characters that no key has", cure=cure)
    return found
