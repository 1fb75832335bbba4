"""An audit as JSON, and as lines for people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tracker.i18n import t
from tracker.model import Language
from tracker.reconciliation.comparison import percentile
from tracker.reconciliation.gap_filling import AuditResult
from tracker.reconciliation.govinfo_crosscheck import CrossCheck
from tracker.sanitize import sanitize_line, shorten
from tracker.serialization import format_instant
from tracker.storage.predictions import AGREED, DIFFERS, PENDING

_SHOWN = 40  # lines of one kind; --json has all


def as_json(audit: AuditResult) -> dict[str, Any]:
    account = audit.account
    return {
        "source": audit.source,
        "kind": audit.kind,
        "said": audit.source_count,
        "expected": account.expected,
        "stored": account.stored,
        "days": [
            {"day": day.day.isoformat(), "expected": day.expected, "stored": day.stored,
             "missing": list(day.missing), "late": list(day.late)}
            for day in account.days
        ],
        "missing": [
            {"key": gap.expected.key, "day": gap.expected.day.isoformat(), "title": gap.expected.title,
             "filled": gap.how or None, "alerts": gap.alerts, "error": gap.error or None}
            for gap in audit.gaps
        ],
        "late": [
            {"key": late.expected.key, "day": late.expected.day.isoformat(), "first_seen": format_instant(late.first_seen),
             "told": late.alerted_at and format_instant(late.alerted_at),
             "seconds": late.alerted_at and (late.alerted_at - late.first_seen).total_seconds()}
            for late in account.late
        ],
        "first_sight_to_alert": {
            "count": len(account.delays),
            "p50": percentile(account.delays, 0.5),
            "p95": percentile(account.delays, 0.95),
            "max": percentile(account.delays, 1.0),
        },
        "unlisted": audit.unlisted,
        "second": audit.second and _second_json(audit.second),
        "predicted": audit.predicted and _predicted_json(audit.predicted),
        "errors": audit.troubles,
        "ok": audit.ok,
    }  # fmt: skip


def _predicted_json(counted: Mapping[str, int]) -> dict[str, Any]:
    compared = counted[AGREED] + counted[DIFFERS]
    return {**counted, "share": counted[AGREED] / compared if compared else None}


def _second_json(second: CrossCheck) -> dict[str, Any]:
    return {
        "channel": "govinfo",
        "through": second.through and second.through.isoformat(),
        "issues": [
            {"day": day.day.isoformat(), "printed": day.printed, "listed": day.listed,
             "only_printed": list(day.only_printed), "only_listed": list(day.only_listed)}
            for day in second.days
        ],
        "not_compared": [{"day": day.isoformat(), "reason": reason} for day, reason in second.not_compared],
    }  # fmt: skip


def lines(audit: AuditResult, language: Language) -> Iterator[str]:
    """The lines of an audit for people; untrusted text is sanitized."""

    def line(key: str, **values: object) -> str:
        return t(f"audit.{key}", language, **values)

    account = audit.account
    counted = line("counted", count=audit.source_count) if audit.source_count is not None else ""
    yield line(
        "totals", source=audit.source, expected=account.expected, counted=counted, stored=account.stored,
        missing=len(account.missing), late=len(account.late),
    )  # fmt: skip
    for day in [day for day in account.days if day.missing or day.late][:_SHOWN]:
        yield "    " + line(
            "day", day=day.day, expected=day.expected, stored=day.stored, missing=len(day.missing), late=len(day.late),
        )  # fmt: skip
    for gap in audit.gaps[:_SHOWN]:
        became = line(gap.how or "open", alerts=gap.alerts) + (
            f" ({sanitize_line(gap.error)})" if gap.error else ""
        )
        yield "  " + line(
            "missing", name=sanitize_line(gap.expected.key), day=gap.expected.day, title=shorten(sanitize_line(gap.expected.title), 60), became=became,
        )  # fmt: skip
    for late in account.late[:_SHOWN]:
        alerted = line("told-at", at=format_instant(late.alerted_at)) if late.alerted_at else line("not-told")
        yield "  " + line(
            "late",
            name=sanitize_line(late.expected.key),
            day=late.expected.day,
            seen=format_instant(late.first_seen),
            told=alerted,
        )
    for number in audit.unlisted[:_SHOWN]:
        yield "  " + line("unlisted", name=sanitize_line(number))
    if audit.second is not None:
        yield from (f"  {compared}" for compared in _second(audit.second, language))
    if audit.predicted is not None and any(audit.predicted.values()):
        agreed, differs, pending = (audit.predicted[name] for name in (AGREED, DIFFERS, PENDING))
        yield "  " + line("predicted", agreed=agreed, compared=agreed + differs, pending=pending)
    for trouble in audit.troubles[:_SHOWN]:
        yield "  " + line("error", error=sanitize_line(trouble))
    if account.delays:
        yield "  " + line(
            "delays", half=_seconds(account.delays, 0.5), most=_seconds(account.delays, 0.95), longest=_seconds(account.delays, 1.0),
        )  # fmt: skip


def _seconds(values: tuple[float, ...], share: float) -> str:
    return f"{percentile(values, share) or 0:.0f}"


def _second(second: CrossCheck, language: Language) -> Iterator[str]:
    printed, listed = sum(day.printed for day in second.days), sum(day.listed for day in second.days)
    yield t("audit.compared", language, issues=len(second.days), printed=printed, listed=listed)
    for day in second.days:
        for number in day.only_printed:
            yield t("audit.only-printed", language, name=sanitize_line(number), day=day.day)
        for number in day.only_listed:
            yield t("audit.only-listed", language, name=sanitize_line(number), day=day.day)
    for missed, reason in second.not_compared[:_SHOWN]:
        yield t("audit.not-compared", language, day=missed, reason=sanitize_line(reason))
