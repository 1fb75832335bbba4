"""The condition for records of which a status holds on a day."""

from __future__ import annotations

_HOLDS = (
    "seq IN (SELECT seq FROM change_status WHERE state = ? AND coalesce(since, '') <= ?"
    " AND coalesce(until, '9999') >= ?)"
)
_WHOLE = "FROM json_each(change.record, '$.status') WHERE json_array_length(value, '$.units') = 0"
# As `model.expiry` has it: force that has a last day is over after it, where nothing else begins on the next day.
_FORCE_IS_OVER = (
    "(seq IN (SELECT seq FROM change_status WHERE state = 'in-force' AND until < ?) AND EXISTS ("  # noqa: S608 - ours; the values are bound
    f"SELECT 1 FROM (SELECT max(coalesce(value ->> '$.until', '9999-12-31')) AS last {_WHOLE} AND value ->> '$.state' = 'in-force') AS force"
    f" WHERE last < ? AND NOT EXISTS (SELECT 1 {_WHOLE}"
    " AND (value ->> '$.state' = 'expired' OR value ->> '$.from' = date(last, '+1 day')))))"
)


def status_on(state: str, day: str) -> tuple[str, list[str]]:
    """Return the condition and its values. What is in force until a day has expired after it, whether or not a document
    says so."""
    if state != "expired":
        return _HOLDS, [state, day, day]
    return f"({_HOLDS} OR {_FORCE_IS_OVER})", [state, day, day, day, day]
