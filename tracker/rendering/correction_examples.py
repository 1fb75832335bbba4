"""What reviewers corrected as labeled examples: the columns by which the rules are measured, one line for each change."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from tracker.clock import legal_day
from tracker.model.corrections import gist_of
from tracker.sanitize import sanitize_line

COLUMNS = (
    "document_number", "published", "must", "accepted", "levels", "directions", "japan_nexus", "labellers", "record",
    "gist_ja",
)  # fmt: skip


def table(records: Iterable[Mapping[str, Any]]) -> str:
    """TSV with a head, of records whose correction leads. `must` and `accepted` are the topics that lead, `labellers` the
    number of people who corrected the change."""
    rows = [COLUMNS, *(_row(record) for record in records if record.get("found_by_rules"))]
    return "".join("\t".join(row) + "\n" for row in rows)


def _row(record: Mapping[str, Any]) -> tuple[str, ...]:
    topics = ",".join(sorted(sanitize_line(topic["id"]) for topic in record["topics"]))
    people = {entry["who"] for entry in record["corrections"]}
    return (
        _cell(record["document_number"]),
        record["published"] or legal_day(datetime.fromisoformat(record["detected_at"])).isoformat(),
        topics,
        topics,
        record["level"],
        record["direction"] or "",
        "yes" if record["japan_nexus"] else "no",
        str(len(people)),
        record["id"],
        _cell(gist_of(record)),
    )


def _cell(value: str | None) -> str:
    """One line that no spreadsheet takes for a formula (https://owasp.org/www-community/attacks/CSV_Injection)."""
    text = sanitize_line(value or "").replace("\t", " ")
    return f"'{text}" if text[:1] in {"=", "+", "-", "@"} else text
