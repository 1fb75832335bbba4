"""An audit as JSON, and as lines for people."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tracker.audit.gaps import Audit
from tracker.audit.reconcile import percentile
from tracker.record import instant

_SHOWN = 40  # lines of one kind; --json has all


def as_json(audit: Audit) -> dict[str, Any]:
    account = audit.account
    return {
        "source": audit.source,
        "kind": audit.kind,
        "said": audit.said,
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
            {"key": late.expected.key, "day": late.expected.day.isoformat(), "first_seen": instant(late.first_seen),
             "told": late.told_at and instant(late.told_at),
             "seconds": late.told_at and (late.told_at - late.first_seen).total_seconds()}
            for late in account.late
        ],
        "first_sight_to_alert": {
            "count": len(account.delays),
            "p50": percentile(account.delays, 0.5),
            "p95": percentile(account.delays, 0.95),
            "max": percentile(account.delays, 1.0),
        },
        "unlisted": audit.unlisted,
        "errors": audit.troubles,
        "ok": audit.ok,
    }  # fmt: skip


def lines(audit: Audit) -> Iterator[str]:
    account = audit.account
    yield (
        f"{audit.source}: {account.expected} expected"
        + (f" (the source counts {audit.said})" if audit.said is not None else "")
        + f", {account.stored} stored, {len(account.missing)} missing, {len(account.late)} late"
    )
    for day in [day for day in account.days if day.missing or day.late][:_SHOWN]:
        yield f"    {day.day}: {day.expected} expected, {day.stored} stored, {len(day.missing)} missing, {len(day.late)} late"
    for gap in audit.gaps[:_SHOWN]:
        done = {"told": f"filled, {gap.alerts} alerts", "stored": "filled", "evidence": "kept as evidence"}
        said = done.get(gap.how, "still missing") + (f" ({gap.error})" if gap.error else "")
        yield f"  missing {gap.expected.key} ({gap.expected.day}) {gap.expected.title[:60]}: {said}"
    for late in account.late[:_SHOWN]:
        told = f"told {instant(late.told_at)}" if late.told_at else "not told"
        yield f"  late    {late.expected.key} ({late.expected.day}): first seen {instant(late.first_seen)}, {told}"
    for number in audit.unlisted[:_SHOWN]:
        yield f"  stored, and no longer listed: {number}"
    for trouble in audit.troubles[:_SHOWN]:
        yield f"  error   {trouble}"
    if account.delays:
        half, most = percentile(account.delays, 0.5), percentile(account.delays, 0.95)
        yield f"  from first sight to alert: median {half:.0f} s, p95 {most:.0f} s, longest {account.delays[-1]:.0f} s"
