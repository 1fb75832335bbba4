"""Loads past releases of the tariff schedule: the print of chapter 99 of each. Its rows can be had of the current release only."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from urllib.parse import quote

from tracker.config.models import Source
from tracker.errors import FetchError
from tracker.http.client import Client
from tracker.http.rate_limit import PAGES
from tracker.model import Fetched, ResourceType
from tracker.sources.events import HistoryPage, ResourceError
from tracker.sources.hts.prints import MAX_BYTES, NOTES, RELEASES, check_pdf, meta_of
from tracker.sources.hts.releases import Release, dated_releases

_RELEASE = "release"


def history(
    source: Source, client: Client, since: date, cursor: Mapping[str, str], _now: datetime
) -> Iterator[HistoryPage]:
    """Yield the print of each release from `since` on, and of the one that was current then, oldest first. Raises FetchError."""
    api = f"{source.base_url.rstrip('/')}/reststop"
    answer = client.fetch(
        f"{api}/releaseList",
        rate=PAGES,
        deadline=client.deadline(source.time_limit),
        accept="application/json",
    )
    listing = Fetched(RELEASES, ResourceType.LISTING, answer)
    wanted = _from(dated_releases(answer), since)
    names = [release.name for release in wanted]
    start = names.index(cursor[_RELEASE]) + 1 if cursor.get(_RELEASE) in names else 0
    for at, release in enumerate(wanted[start:], start + 1):
        fetched: list[Fetched] = []
        troubles: list[ResourceError] = []
        key = f"{NOTES} of {release.name}"
        url = f"{api}/file?release={quote(release.name)}&filename=Chapter%2099"
        try:
            printed = client.fetch(
                url, rate=PAGES, deadline=client.deadline(source.time_limit), max_bytes=MAX_BYTES
            )
            check_pdf(printed)
            fetched.append(Fetched(key, ResourceType.TARIFF_NOTES, printed, meta_of(release)))
        except FetchError as error:
            troubles.append(ResourceError(key, url, error))
        yield HistoryPage(tuple(fetched), listing, {_RELEASE: release.name}, at, len(wanted), tuple(troubles))


def _from(releases: list[Release], since: date) -> list[Release]:
    """Return the dated releases that were current on a day or later, oldest first."""
    dated = sorted((one for one in releases if one.since is not None), key=lambda one: one.since or since)
    before = [one for one in dated if one.since is not None and one.since <= since]
    return [*before[-1:], *(one for one in dated if one.since is not None and one.since > since)]
