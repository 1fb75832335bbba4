"""Reads fields of untrusted JSON by name and type, and notes each field of a wrong type."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from tracker.clock import NEW_YORK
from tracker.errors import ParseError
from tracker.text import canonical_json, fold_space

MAX_BYTES = 400_000_000
_BEGINS = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:\{\s*(?:\"[^\"]*\"\s*:|\})|\[\s*(?:\{\s*\"|\[\s*[\[\"\d-]|\"[^\"]*\"\s*,\s*[\"\d\[{]))"
)


def load(data: bytes, name: str) -> Any:
    """Return the value of a JSON file. Raises ParseError with the line and column, or the size."""
    if len(data) > MAX_BYTES:
        raise ParseError(f"{name}: {len(data):,} bytes of JSON are over the bound of {MAX_BYTES:,}")
    try:
        return canonical_json(data)
    except UnicodeDecodeError as error:
        raise ParseError(f"{name}: not UTF-8 at byte {error.start}") from error
    except json.JSONDecodeError as error:
        raise ParseError(
            f"{name}: not JSON: {error.msg} at line {error.lineno}, column {error.colno}"
        ) from error
    except ValueError as error:
        raise ParseError(f"{name}: JSON that cannot be parsed: {error}") from error
    except RecursionError as error:
        raise ParseError(f"{name}: JSON nested too deep") from error


def begins_as_json(data: bytes) -> bool:
    """Return whether invalid JSON begins as JSON does, so that it is a truncated file. A text may begin with a
    bracket too: `[Federal Register Volume 90, ...`, `[1] See ...`.
    """
    return _BEGINS.match(data[:200]) is not None


def load_object(data: bytes, name: str) -> dict[str, Any]:
    """Return the object in a JSON file. Raises ParseError like `load`, and for any other value."""
    value = load(data, name)
    if not isinstance(value, dict):
        raise ParseError(f"{name}: a JSON object was expected, not {_name(value)}")
    return value


def _name(value: object) -> str:
    names = {list: "a list", str: "a text", int: "a number", float: "a number", bool: "true or false"}
    return "null" if value is None else names.get(type(value), "an object")


class JsonFields:
    """Reads the fields of one object. Absent and null are the same; a wrong type is noted, never fatal."""

    def __init__(self, record: Mapping[str, Any]) -> None:
        self.record = record
        self.notes: list[str] = []

    def wrong(self, name: str, expected: str) -> None:
        self.notes.append(f"{name}: {_name(self.record.get(name))} where {expected} should be")

    def text(self, *names: str) -> str:
        """Return the first of the fields that is not empty, white space folded."""
        for name in names:
            value = self.record.get(name)
            if isinstance(value, str):
                if folded := fold_space(value):
                    return folded
            elif isinstance(value, int) and not isinstance(value, bool):
                return str(value)
            elif value is not None:
                self.wrong(name, "a text")
        return ""

    def texts(self, *names: str) -> tuple[str, ...]:
        """Return a list of texts; a single text counts as a list of one."""
        for name in names:
            value = self.record.get(name)
            if isinstance(value, str):
                return (fold_space(value),) if value.strip() else ()
            if isinstance(value, list):
                if any(not isinstance(item, str) for item in value):
                    self.notes.append(f"{name}: a list with other values than texts")
                found = tuple(fold_space(item) for item in value if isinstance(item, str) and item.strip())
                if found:
                    return found
            elif value is not None:
                self.wrong(name, "a list")
        return ()

    def objects(self, name: str) -> list[dict[str, Any]]:
        value = self.record.get(name)
        if value is None:
            return []
        if not isinstance(value, list):
            self.wrong(name, "a list")
            return []
        if any(not isinstance(item, dict) for item in value):
            self.notes.append(f"{name}: a list with other values than objects")
        return [item for item in value if isinstance(item, dict)]

    def day(self, *names: str) -> date | None:
        for name in names:
            value = self.record.get(name)
            if not value:
                continue
            if isinstance(value, str):
                try:
                    return date.fromisoformat(value[:10])
                except ValueError:
                    self.notes.append(f"{name}: {value[:40]!r} is no date")
            else:
                self.wrong(name, "a date")
        return None

    def number(self, name: str) -> int | None:
        value = self.record.get(name)
        if value is None:
            return None
        if not isinstance(value, int) or isinstance(value, bool):
            self.wrong(name, "a whole number")
            return None
        return value

    def instant(self, name: str) -> datetime | None:
        """Return an instant in UTC; one without offset is in New York time, which the Office of the Federal
        Register uses.
        """
        value = self.record.get(name)
        if not value:
            return None
        if not isinstance(value, str):
            self.wrong(name, "an instant")
            return None
        try:
            found = datetime.fromisoformat(value)
        except ValueError:
            self.notes.append(f"{name}: {value[:40]!r} is no instant")
            return None
        return (found if found.tzinfo else found.replace(tzinfo=NEW_YORK)).astimezone(UTC)
