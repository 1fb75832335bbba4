"""The fields of the forms of the watch list, as the tables of `sources.toml`, and back. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from tracker.text import fold_space

_LINES = re.compile(r"[\r\n]+")
ITEMS = re.compile(r"[\r\n,、，;；]+")
# Names of firms, goods and units contain commas: one to a line.
_SPLIT = {
    "eccns": ITEMS,
    "hts": ITEMS,
    "countries": _LINES,
    "products": _LINES,
    "parties": _LINES,
    "units": _LINES,
}
_WHEN = ("topic", "direction", "source", "kind")


def items(text: str, separator: re.Pattern[str] = _LINES) -> list[str]:
    """Return the entries of a text field, each once."""
    return list(dict.fromkeys(filter(None, map(fold_space, separator.split(text)))))


def profile_values(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return a `[[profile]]`; fields without an entry are left out."""
    lists = {name: items(fields[name], separator) for name, separator in _SPLIT.items()}
    values = {"id": fold_space(fields["id"]), **lists, "topics": list(fields["topics"])}
    return {name: value for name, value in values.items() if value or name == "id"}


def profile_fields(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of the form for a `[[profile]]`."""
    texts = {name: "\n".join(values.get(name, ())) for name in _SPLIT}
    return {"id": values.get("id", ""), **texts, "topics": _listed(values.get("topics"))}


def route_values(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return a `[[route]]`; conditions that are not set are left out."""
    when: dict[str, Any] = {name: list(fields[name]) for name in _WHEN if fields[name]}
    for name in ("level", "profile"):
        if fields[name]:
            when[name] = fields[name]
    values: dict[str, Any] = {"when": when, "to": list(fields["to"])}
    if fields["acknowledge_within"].strip():
        values["acknowledge_within"] = fold_space(fields["acknowledge_within"])
    if fields["escalate_to"]:
        values["escalate_to"] = list(fields["escalate_to"])
    return values


def route_fields(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of the form for a `[[route]]`."""
    when = values.get("when", {})
    return {
        "level": when.get("level", ""),
        "profile": when.get("profile", ""),
        **{name: _listed(when.get(name)) for name in _WHEN},
        "to": list(values.get("to", ())),
        "acknowledge_within": values.get("acknowledge_within", ""),
        "escalate_to": list(values.get("escalate_to", ())),
    }


def _listed(value: str | Sequence[str] | None) -> list[str]:
    return [value] if isinstance(value, str) else list(value or ())
