"""The eCFR's own inventory: the parts of a title, their sizes, and the days on which each was issued.

`issue_date` is the date that counts: many amendment dates precede the first version that the eCFR has.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from tracker.config.models import Source
from tracker.errors import UnexpectedResponse
from tracker.http.client import Client
from tracker.http.rate_limit import ECFR
from tracker.http.response_checks import json_object
from tracker.sources.ecfr.adapter import SUSPECT_ROWS, collect_parts, edition_of


@dataclass(frozen=True, slots=True)
class EcfrIssues:
    """The inventory. `sizes`: the parts in force as of `as_of`, with their bytes of XML where the eCFR gives
    them. `issued`: by part, the issue dates from the requested day on.
    """

    as_of: date
    sizes: dict[str, int | None]
    issued: dict[str, tuple[date, ...]]


def fetch_issues(source: Source, client: Client, since: date) -> EcfrIssues:
    """Request the inventory. Raises FetchError; UnexpectedResponse also where a list of versions may be
    truncated.
    """
    deadline = client.deadline(source.time_limit)
    api = f"{source.base_url.rstrip('/')}/api/versioner/v1"

    def ask(path: str) -> dict[str, Any]:
        return json_object(
            client.fetch(f"{api}/{path}", rate=ECFR, deadline=deadline, accept="application/json")
        )

    edition = edition_of(ask("titles.json"), source.title, f"{api}/titles.json")
    sizes: dict[str, int | None] = {}
    collect_parts(ask(f"structure/{edition.as_of}/title-{source.title}.json"), source.parts, sizes)
    issued = {}
    for part in sizes:
        query = f"versions/title-{source.title}.json?part={part}&issue_date[gte]={since.isoformat()}"
        found = ask(query).get("content_versions")
        if not isinstance(found, list) or len(found) == SUSPECT_ROWS:
            raise UnexpectedResponse(
                f"the versions of part {part} are not a list, or are truncated", url=f"{api}/{query}"
            )
        issued[part] = tuple(sorted(set(_dates(found, f"{api}/{query}"))))
    return EcfrIssues(date.fromisoformat(edition.as_of), sizes, issued)


def _dates(rows: Iterable[Any], url: str) -> Iterable[date]:
    for row in rows:
        try:
            yield date.fromisoformat(row["issue_date"])
        except (KeyError, TypeError, ValueError):
            raise UnexpectedResponse("a version without an issue date", url=url) from None
