"""The incident of a text of the eCFR that differs from what was computed from rules: one notice for each change, to those
who get notices of outages. Either the computation is wrong, or the eCFR is.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection

from tracker.model import Change, Level
from tracker.storage import notices, predictions
from tracker.storage.predictions import DIFFERS

KIND = "prediction-differs"
MOST_UNITS = 20  # in the facts of a notice; the page of the change has all
MOST_WORDS = 2_000  # characters of a text


def enqueue(
    connection: Connection, change: Change, story: str, channels: Iterable[str], now: datetime
) -> int:
    """Queue the notice of a change of the eCFR that differs from what was computed; return the number of deliveries."""
    differing = [one for one in predictions.shown_by(connection, change.id) if one.unit.outcome == DIFFERS]
    if not differing:
        return 0
    units = [
        {
            "path": one.unit.path,
            "rule": one.rule_name,
            "rule_id": one.rule_id,
            "computed": (one.unit.after or "")[:MOST_WORDS],
            "found": (one.unit.found or "")[:MOST_WORDS],
        }
        for one in differing[:MOST_UNITS]
    ]
    data = {
        "change": change.id,
        "title": change.title,
        "url": change.url,
        "rules": list(dict.fromkeys(one.rule_name for one in differing)),
        "count": len(differing),
        "units": units,
    }
    return notices.enqueue_notice(
        connection, name=(change.id,), kind=KIND, level=Level.HIGH, story=story or change.id, data=data,
        channels=channels, reason={"code": "prediction"}, now=now,
    )  # fmt: skip
