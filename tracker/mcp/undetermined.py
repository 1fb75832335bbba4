"""What an answer could not determine, in both languages: an assistant must pass it on."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from functools import lru_cache
from importlib.resources import files
from typing import Any

from tracker.mcp.source_words import delimited

IDS = 30  # records that one note names


@lru_cache(maxsize=1)
def sentences() -> dict[str, dict[str, str]]:
    raw = tomllib.loads((files(__package__ or "tracker.mcp") / "undetermined.toml").read_text("utf-8"))
    return {code: {"en": one["en"], "ja": one["ja"]} for code, one in raw.items()}


def note(code: str, **details: Any) -> dict[str, Any]:
    """Return one note; `details` are values that the sentence refers to."""
    words = sentences()[code]
    return {"code": code, "en": words["en"], "ja": words["ja"], **delimited(details)}


def of_records(records: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return what the records leave open, each note once with the records that it is about."""
    found: dict[str, list[str]] = {}
    for record in records:
        for code in _open(record):
            found.setdefault(code, []).append(str(record["id"]))
    return [
        note(code, changes=list(dict.fromkeys(ids))[:IDS], count=len(ids))
        for code, ids in sorted(found.items())
    ]


def _open(record: Mapping[str, Any]) -> Iterable[str]:
    dates = record["dates"]
    if record["needs_reading"]:
        yield "act-not-read"
    if record["direction"] == "undetermined":
        yield "direction"
    if record["document_number"] and not record["status"]:  # a text of the CFR has its status in the register
        yield "status"
    if record["kind"] in {"rule", "presidential"} and not any(one["type"] == "effective" for one in dates):
        yield "no-effective-date"
    if any(one.get("counted") for one in dates):
        yield "date-counted"
    if record["after"] is None:
        yield "no-snapshot"
    if record["baseline"]:
        yield "baseline"


def of_sources(status: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return a note about the sources that may have missed something, from the entries of `tracker status --json`."""
    behind = [
        {name: source[name] for name in ("id", "state", "last_success", "reason")}
        for source in status
        if not source["healthy"] or source["state"] in {"late", "new", "disabled"}
    ]
    return [note("sources-behind", sources=behind[:IDS], count=len(behind))] if behind else []
