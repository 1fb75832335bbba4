"""Builds the units of a document: paths are kept unique, paragraphs are counted in their parent."""

from __future__ import annotations

from collections import Counter

from tracker.model import Unit, UnitKind

SEPARATOR = " › "


class UnitBuilder:
    """Collects units in reading order.

    A path that occurs again gets ` [2]`, ` [3]`: counted among equal paths only, so that an insertion elsewhere
    in the document renames nothing.
    """

    def __init__(self) -> None:
        self.units: list[Unit] = []
        self._seen: Counter[str] = Counter()
        self._taken: set[str] = set()
        self._counts: Counter[tuple[str, str]] = Counter()

    def add(
        self,
        path: str,
        kind: UnitKind,
        text: str,
        depth: int,
        *,
        marker: str = "",
        key: str = "",
        meta: tuple[tuple[str, str], ...] = (),
    ) -> str:
        """Add a unit and return its path. Nothing is added where there is no text."""
        if not text:
            return path
        path = self._unique(path)
        self.units.append(Unit(path, kind, text, depth, marker, key, meta))
        return path

    def _unique(self, path: str) -> str:
        if path not in self._taken:
            self._taken.add(path)
            self._seen[path] = 1
            return path
        while True:
            self._seen[path] += 1
            candidate = f"{path} [{self._seen[path]}]"
            if candidate not in self._taken:
                self._taken.add(candidate)
                return candidate

    def numbered(self, parent: str, label: str) -> str:
        """Return `<parent>

        2`, `<parent> › Table 1`: the next number of its sort within its parent.
        """
        self._counts[parent, label] += 1
        gap = " " if label == "¶" else SEPARATOR
        number = f"{self._counts[parent, label]}"
        return f"{parent}{gap}{label}{number}" if label == "¶" else f"{parent}{gap}{label} {number}"

    def mark_last(self, name: str, value: str) -> None:
        """Add a fact that the text does not print (asterisks of an elision) to the unit added last."""
        if self.units:
            last = self.units[-1]
            if (name, value) not in last.meta:
                self.units[-1] = Unit(
                    last.path,
                    last.kind,
                    last.text,
                    last.depth,
                    last.marker,
                    last.key,
                    (*last.meta, (name, value)),
                )
