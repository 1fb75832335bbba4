"""Writes tables as TOML: what `sources.toml` needs, and nothing more."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence

_BARE = re.compile(r"[A-Za-z0-9_-]+")
_WIDE = 100  # characters of a list on one line

Value = str | bool | int | Sequence[str] | Mapping[str, "Value"]


def table(head: str, values: Mapping[str, Value]) -> str:
    """Return one table with its head, such as `[[profile]]`, and a line for each value."""
    return "\n".join((head, *(f"{_name(name)} = {value(one)}" for name, one in values.items()))) + "\n"


def value(one: Value) -> str:
    if isinstance(one, bool):
        return "true" if one else "false"
    if isinstance(one, int):
        return str(one)
    if isinstance(one, str):
        return _string(one)
    if isinstance(one, Mapping):
        return "{ " + ", ".join(f"{_name(name)} = {value(inner)}" for name, inner in one.items()) + " }"
    items = [_string(item) for item in one]
    line = f"[{', '.join(items)}]"
    return line if len(line) <= _WIDE else "[\n" + "".join(f"  {item},\n" for item in items) + "]"


def _name(name: str) -> str:
    return name if _BARE.fullmatch(name) else _string(name)


def _string(text: str) -> str:
    # JSON escapes all that a TOML basic string must not hold, except DEL.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
