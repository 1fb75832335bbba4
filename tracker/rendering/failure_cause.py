"""Renders the structured cause of an incident in the reader's language: of a poll (`errors.cause_of`), of a source that
is too quiet (`quiet`), or of gaps that an audit found (`gap`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from tracker.i18n import catalog, format_day, t
from tracker.model import Language
from tracker.sanitize import sanitize_line, shorten

# Codes whose catalog text is complete. Others are followed by the recorded detail, in English.
_WHOLE = frozenset({"no-connection", "no-answer", "broken", "server-error"})
LENGTH = 400


def reason_line(cause: Mapping[str, Any] | None, reason: str, language: Language) -> str:
    """Return the cause in words. Where no cause is known, return `reason`, the recorded English line."""
    if not cause or (language == "en" and reason):
        return sanitize_line(reason)
    code = str(cause.get("code", ""))
    if code == "quiet":
        return t(
            "cause.quiet", language, day=format_day(date.fromisoformat(cause["last_published"]), language)
        )
    if code == "gap":
        return _gaps(cause, language)
    key = f"cause.{code}" if f"cause.{code}" in catalog(language) else "cause.other"
    words = t(
        key, language, host=sanitize_line(str(cause.get("host") or "")), status=cause.get("status") or "",
        count=cause.get("count", ""),
    )  # fmt: skip
    detail = sanitize_line(str(cause.get("detail") or reason))
    return words if code in _WHOLE or not detail else shorten(f"{words}: {detail}", LENGTH)


def _gaps(cause: Mapping[str, Any], language: Language) -> str:
    named = []
    for gap in cause["gaps"]:
        became = t(f"audit.{gap['filled'] or 'open'}", language, alerts=gap["alerts"])
        named.append(
            sanitize_line(f"{gap['key']}: {became}" + (f" ({gap['error']})" if gap["error"] else ""))
        )
    more = cause["count"] - len(named)
    return "; ".join((*named, *((t("message.more", language, count=more),) if more > 0 else ())))


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
