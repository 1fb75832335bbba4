"""Renders why a source failed, in the reader's language, from the structured cause of its last poll
(`errors.cause_of`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tracker.i18n import catalogue, t
from tracker.model import Language
from tracker.sanitize import sanitize_line, shorten

# Codes whose catalog text is complete. Others are followed by the recorded detail, in English.
_WHOLE = frozenset({"no-connection", "no-answer", "broken", "server-error"})
LENGTH = 400


def reason_line(cause: Mapping[str, Any] | None, reason: str, language: Language) -> str:
    """Return the cause in words. Where no cause is known, return `reason`, the recorded English line."""
    if language == "en" or not cause:
        return sanitize_line(reason)
    code = str(cause.get("code", ""))
    key = f"cause.{code}" if f"cause.{code}" in catalogue(language) else "cause.other"
    words = t(
        key, language, host=sanitize_line(str(cause.get("host") or "")), status=cause.get("status") or "",
        count=cause.get("count", ""),
    )  # fmt: skip
    detail = sanitize_line(str(cause.get("detail") or reason))
    return words if code in _WHOLE or not detail else shorten(f"{words}: {detail}", LENGTH)


def touched(subject: str, sources: Sequence[Mapping[str, Any]]) -> tuple[list[str], Mapping[str, Any] | None]:
    """Return the sources that an incident affects, and its cause, from the sources of `tracker status --json`."""
    kind, _, name = subject.partition(":")
    failing = [source for source in sources if source["cause"] and not source["healthy"]]
    if kind == "host":
        failing = [source for source in failing if source["cause"]["host"] == name]
    elif kind == "network":
        failing = [source for source in failing if source["cause"]["code"] in _WHOLE]
    else:
        failing = [source for source in failing if kind == "source" and source["id"] == name]
    if kind in {"source", "quiet", "gap"}:
        return [name], failing[0]["cause"] if failing else None
    return [source["id"] for source in failing], failing[0]["cause"] if failing else None
