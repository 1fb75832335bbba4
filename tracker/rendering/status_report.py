"""Builds the state of sources, channels, alerts and incidents: the JSON object of `tracker status --json`
(`docs/records.md`).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from tracker.config.models import NOT_WATCHED, Settings
from tracker.rendering.failure_cause import reason_line, touched
from tracker.serialization import format_instant
from tracker.storage import page_queries
from tracker.storage.instants import from_text
from tracker.storage.read_queries import StoreReader
from tracker.storage.recipient_queries import not_reached, stranded


def status_report(settings: Settings, store: StoreReader, now: datetime) -> dict[str, Any]:
    """Return the state of everything. A source that was never polled is `new` and counts as healthy; one whose
    poll is overdue by more than its own interval is `late`.
    """
    sources, channels, digests = store.sources(), store.channels(), store.delivery_counts("digest")
    alerts = store.delivery_counts("alert")
    reconciliations = store.reconciliations()
    watched = [_source(source.id, source.enabled, sources.get(source.id), now) for source in settings.sources]
    unreached = not_reached(store.connection)
    gone = stranded(store.connection, [channel.id for channel in settings.channels])
    pages = _Pages(store)
    given_up = store.dead_digests()
    return {
        "at": format_instant(now),
        "sources": [
            {
                **source,
                **pages.of(source["id"], sources.get(source["id"])),
                "reconciliation": _reconciliation(reconciliations.get(source["id"])),
            }
            for source in watched
        ],
        "channels": [
            {
                **_channel(channel.id, channels.get(channel.id)),
                "removed": False,
                "recipients": unreached.get(channel.id, []),
            }
            for channel in settings.channels
        ]
        + [
            {
                **_channel(name, channels[name]),
                "healthy": False,
                "removed": True,
                "recipients": unreached.get(name, []),
            }
            for name in gone
        ],
        "alerts": {
            "pending": alerts["pending"] + alerts["claimed"],
            "sent": alerts["sent"],
            "withheld": alerts["withheld"],
            "dead": alerts["dead"],
        },
        "digests": {
            "pending": digests["pending"] + digests["claimed"],
            "sent": digests["sent"],
            "dead": digests["dead"],
            "given_up": [{**row, "ended_at": _time(row, "ended_at")} for row in given_up],
        },
        "incidents": [_incident(row, watched) for row in store.open_incidents()],
        "schedules": [
            {
                "source": source.id,
                "every": None
                if source.every is None or source.cron
                else f"{int(source.every.total_seconds())}s",
                "cron": source.cron,
                "timezone": source.timezone if source.cron else None,
                "next_run": _time(sources.get(source.id), "next_poll_at"),
            }
            for source in settings.sources
            if source.enabled
        ],
    }


class _Pages:
    """Pages of each source that are not compared, no longer exist, or are not requested. All of them are reported."""

    def __init__(self, store: StoreReader) -> None:
        self._flapping = page_queries.flapping(store.connection)
        self._absent = page_queries.absent(store.connection)
        self._masked = page_queries.masked(store.connection)

    def of(self, source: str, row: Mapping[str, Any] | None) -> dict[str, Any]:
        beyond = json.loads(json.loads(row["cursor"]).get(NOT_WATCHED, "{}")) if row is not None else {}
        return {
            "flapping": [_times(each) for each in self._flapping.get(source, [])],
            "gone": [_times(each) for each in self._absent.get(source, [])],
            "masked": [
                {"url": url, "kind": kind, "words": words}
                for url, templates in self._masked.get(source, [])
                for kind, words in _masked_words(templates)
            ],
            "left_out": beyond.get("left_out", 0),
            "left_out_links": beyond.get("left_out_links", []),
            "passed_over": beyond.get("passed_over", []),
        }


def _masked_words(templates: Iterable[str]) -> Iterator[tuple[str, str]]:
    from tracker.parsing import volatile_content  # few sources have masked words

    return map(volatile_content.shown, volatile_content.usable(templates))


def _times(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        **row,
        "since": format_instant(from_text(row["since"])),
        "at": format_instant(from_text(row["at"])),
    }


def is_healthy(status: Mapping[str, Any]) -> bool:
    """Return whether nothing needs attention."""
    return (
        all(source["healthy"] for source in status["sources"])
        and not status["alerts"]["dead"]
        and not status["digests"]["dead"]
        and not status["incidents"]
        and not any(channel["removed"] for channel in status["channels"])
    )


def _source(name: str, enabled: bool, row: Mapping[str, Any] | None, now: datetime) -> dict[str, Any]:
    state = "disabled" if not enabled else "new" if row is None else str(row["state"])
    failures = 0 if row is None else int(row["consecutive_failures"])
    reason = "" if row is None else str(row["reason"])
    if state == "healthy" and row is not None and _overdue(row, now):
        state, reason = "late", "its poll is overdue: is `tracker run` running?"
    return {
        "id": name,
        "state": state,
        "healthy": state in {"healthy", "new", "disabled", "late"} and failures == 0,
        "since": _time(row, "since"),
        "reason": reason,
        "cause": None if row is None or not failures else _report(row).get("cause") or None,
        "baseline": _time(row, "baseline_at"),
        "last_attempt": _time(row, "last_attempt_at"),
        "last_success": _time(row, "last_success_at"),
        "next_run": _time(row, "next_poll_at"),
        "consecutive_failures": failures,
    }


def _report(row: Mapping[str, Any]) -> dict[str, Any]:
    found = json.loads(row["last_report"] or "{}")
    return found if isinstance(found, dict) else {}


def _incident(row: Mapping[str, Any], sources: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    names, current = touched(row["subject"], sources)
    stored = json.loads(row["cause"] or "null")
    return {
        "subject": row["subject"],
        "reason": row["reason"] or reason_line(stored, "", "en"),
        "opened_at": format_instant(from_text(row["opened_at"])),
        "sources": names,
        "cause": current or stored,
    }


def disk(store: StoreReader) -> dict[str, Any]:
    """Return the size of the database in bytes, and of the stored answers of each source, the largest first."""
    sources = store.disk()
    return {
        "file": store.size(),
        "sources": dict(sorted(sources.items(), key=lambda item: -item[1]["packed"])),
    }


def _reconciliation(row: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """Return the last audit of a source, or None. `expected` and `stored` are None where the source does not
    publish an inventory; `second` is the comparison with GovInfo, None where there is none.
    """
    if row is None:
        return None
    record = row["record"]
    gaps = record.get("missing", [])
    second = record.get("second")
    return {
        "at": format_instant(from_text(row["at"])),
        "since": row["since"],
        "ok": bool(row["ok"]),
        "expected": record.get("expected"),
        "stored": record.get("stored"),
        "filled": [gap["key"] for gap in gaps if gap["filled"]],
        "missing": [gap["key"] for gap in gaps if not gap["filled"]],
        "late": len(record.get("late", [])),
        "errors": record.get("errors", []),
        "second": second
        and {
            "issues": len(second["issues"]),
            "differs": [
                number
                for issue in second["issues"]
                for number in (*issue["only_printed"], *issue["only_listed"])
            ],
            "not_compared": second["not_compared"],
        },
    }


def _overdue(row: Mapping[str, Any], now: datetime) -> bool:
    planned, last = row["next_poll_at"], row["last_attempt_at"]
    if planned is None or last is None:
        return False
    interval = from_text(planned) - from_text(last)
    return now > from_text(planned) + interval


def _channel(name: str, row: Mapping[str, Any] | None) -> dict[str, Any]:
    last = row["last"] if row else None
    return {
        "id": name,
        "healthy": not (row and row["dead"]) and (last is None or bool(last["ok"])),
        "pending": row["pending"] + row["claimed"] if row else 0,
        "sent": row["sent"] if row else 0,
        "dead": row["dead"] if row else 0,
        "withheld": row["withheld"] if row else 0,
        "last_try": format_instant(from_text(last["at"])) if last else None,
        "last_answer": last["answer"] if last else None,
    }


def _time(row: Mapping[str, Any] | None, name: str) -> str | None:
    value = row[name] if row else None
    return format_instant(from_text(value)) if value else None
