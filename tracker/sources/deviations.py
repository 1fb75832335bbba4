"""Compares an answer with the shape that its adapter expects."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import astuple
from typing import Any

from lxml import etree

from tracker.sources.expectations import ANY, Deviation, Shape
from tracker.text import canonical_json, fold_space
from tracker.text.safe_xml import NotXmlError, parse_root

_EXAMPLE = 80  # characters


def deviation_rows(shape: Shape, body: bytes) -> list[tuple[str, str, int, int, str]]:
    """Return `deviations` as plain tuples, for a worker: only such values leave it."""
    return [astuple(one) for one in deviations(shape, body)]


def deviations(shape: Shape, body: bytes) -> list[Deviation]:
    """Return how an answer differs from its shape, the missing fields first."""
    if shape.form == "xml":
        return _xml_deviations(shape, body)
    text = body.decode("utf-8", "replace").lstrip("\ufeff \r\n\t")
    if shape.call:
        found = re.search(shape.call, text, re.DOTALL)
        text = found[1] if found else text
    try:
        value = canonical_json(text)
    except (ValueError, RecursionError) as error:
        return [Deviation("form", "", 1, 1, f"no JSON: {error}; it begins {text[:_EXAMPLE]!r}")]
    seen = _Seen(shape.fields)
    seen.visit(value, "")
    return sorted(seen.deviations(), key=lambda one: (_ORDER.index(one.kind), one.path))


_ORDER = ("form", "missing", "type", "unknown")


class _Seen:
    """Counts while a JSON value is walked."""

    def __init__(self, fields: Mapping[str, str]) -> None:
        self._fields = fields
        self._children: dict[str, list[str]] = {}
        for path in fields:
            if not path.endswith(("[]", "{}")):
                self._children.setdefault(path.rpartition(".")[0], []).append(path)
        self._objects: Counter[str] = Counter()
        self._found: Counter[tuple[str, str]] = Counter()
        self._examples: dict[tuple[str, str], str] = {}

    def visit(self, value: Any, path: str) -> None:
        expected = self._fields.get(path, "" if path else ANY)
        if path and expected.rstrip("?") == ANY:
            return
        if expected.startswith("="):
            self.visit(value, expected[1:])
            return
        if path and expected and not _is_type(value, expected):
            self._note("type", path, f"{_type_of(value)} instead of {expected.rstrip('?')}: {value!r}")
            return
        if isinstance(value, Mapping):
            self._visit_object(value, path)
        elif isinstance(value, list):
            for item in value:
                self.visit(item, f"{path}[]")

    def _visit_object(self, value: Mapping[str, Any], path: str) -> None:
        self._objects[path] += 1
        inside = f"{path}{{}}"
        if inside in self._fields:
            for item in value.values():
                self.visit(item, inside)
            return
        known = self._children.get(path, [])
        for child in known:
            name = child.rpartition(".")[2]
            if name not in value and not self._fields[child].endswith("?"):
                self._note("missing", child, "")
        for name, item in value.items():
            child = f"{path}.{name}" if path else name
            if child in self._fields:
                self.visit(item, child)
            else:
                self._note("unknown", child, f"{item!r}")

    def _note(self, kind: str, path: str, example: str) -> None:
        self._found[kind, path] += 1
        self._examples.setdefault((kind, path), fold_space(example)[:_EXAMPLE])

    def deviations(self) -> Iterator[Deviation]:
        for (kind, path), count in self._found.items():
            parent = path.rpartition(".")[0]
            yield Deviation(kind, path, count, max(self._objects[parent], count), self._examples[kind, path])


def _type_of(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, int):
        return "int"
    if isinstance(value, float):
        return "number"
    if isinstance(value, str):
        return "str"
    return "list" if isinstance(value, list) else "object"


def _is_type(value: Any, expected: str) -> bool:
    found = _type_of(value)
    if found == "null":
        return expected.endswith("?")
    wanted = expected.rstrip("?")
    return found == wanted or (wanted == "number" and found == "int")


def _xml_deviations(shape: Shape, body: bytes) -> list[Deviation]:
    try:
        root = parse_root(body, "")
    except NotXmlError as error:
        return [Deviation("form", "", 1, 1, f"no XML: {error}")]
    counts: Counter[str] = Counter()
    examples: dict[str, str] = {}
    total = 0
    for element in root.iter(etree.Element):
        name = etree.QName(element).localname
        total += 1
        counts[name] += 1
        if name not in shape.elements and name not in examples:
            text = fold_space("".join(map(str, element.itertext())))
            examples[name] = text[:_EXAMPLE]
    missing = [Deviation("missing", f"<{name}>", 1, 1) for name in sorted(shape.required - set(counts))]
    unknown = [
        Deviation("unknown", f"<{name}>", counts[name], total, examples[name]) for name in sorted(examples)
    ]
    return missing + unknown
