"""What answers look like, as the adapters expect them, and how a real answer differs.

A `Shape` describes the answers of one kind of address. Of JSON it names each field by its path (`results[].title`) and type;
of XML the names of the elements. A field that is not in the shape is no fault: the adapter does not read it, or has not seen it
yet. A missing one, or another type, may be.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

ANY = "any"  # the type of a field whose content is not compared


@dataclass(frozen=True, slots=True)
class Shape:
    """The expected form of the answers whose path and query match `address`, a regular expression.

    `fields`: the type of each field of JSON by its path: `str`, `int`, `number`, `bool`, `object`, `list`, or `any`; a `?` at
    the end allows null and absence; `[]` in a path is each member of a list, `{}` each value of an object with free keys;
    `=PATH` is the form of another path (`=` alone: of the whole), for trees.
    `elements` are all known XML elements, `required` those that must occur. `call` is a regular expression whose first
    group is the JSON inside other text.
    """

    name: str
    address: str
    form: Literal["json", "xml"]
    fields: Mapping[str, str] = field(default_factory=dict)
    elements: frozenset[str] = frozenset()
    required: frozenset[str] = frozenset()
    call: str = ""


@dataclass(frozen=True, slots=True)
class Deviation:
    """One difference, with how often it occurred of how many, and the first example."""

    kind: str  # missing | unknown | type | form
    path: str
    count: int
    of: int
    example: str = ""


def fields_of(text: str, base: str = "") -> dict[str, str]:
    """Return the fields written one to a line, the names first and their type last: `title subject str?`. `base` is put
    before each.
    """
    found: dict[str, str] = {}
    for line in text.splitlines():
        *names, kind = line.split() or [""]
        found |= {f"{base}{name}": kind for name in names}
    return found


def shape_for(shapes: Iterable[Shape], target: str) -> Shape | None:
    """Return the first shape whose address matches `target`, a path with its query."""
    return next((shape for shape in shapes if re.search(shape.address, target)), None)
