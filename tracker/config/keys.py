"""One key of `sources.toml`: the check of its value, its JSON Schema, and its description; with the keys that
several tables share.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tracker.config import validators


@dataclass(frozen=True, slots=True)
class Key:
    """A key. `read` turns a TOML value into the setting, or raises ValueError with the reason. `field` is the
    name of the dataclass field, where it differs from the key; `old_name` is an earlier name of the key,
    which is read with a warning.
    """

    read: Callable[[Any], Any]
    schema: Mapping[str, Any]
    description: str
    required: bool = False
    field: str = ""
    old_name: str = ""


Keys = Mapping[str, Key]

STRING = {"type": "string"}
STRINGS = {"type": "array", "items": STRING}
BOOLEAN = {"type": "boolean"}
INTEGER = {"type": "integer"}
TIME_SPAN = {"type": "string", "pattern": r"^[1-9][0-9]*\s*[smhd]$"}


def choice(choices: tuple[str, ...]) -> dict[str, Any]:
    """Return the JSON Schema of one of these words."""
    return {"type": "string", "enum": list(choices)}


def choices(words: tuple[str, ...]) -> dict[str, Any]:
    """Return the JSON Schema of one of these words, or a list of them."""
    one = choice(words)
    return {"anyOf": [one, {"type": "array", "items": one}]}


ID = Key(
    validators.identity, STRING, "a unique, permanent name of your choice: records refer to it", required=True
)
BASE_URL = Key(validators.base, STRING, "the base address of the service's API", required=True)
URL = Key(validators.address, STRING, "the address to poll", required=True)
