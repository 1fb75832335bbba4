"""Cross-checks the issues of the Federal Register that GovInfo lists with the documents that the API lists.

A day is compared only when both services answered for it. A day that one of them did not answer is neither a gap nor an
agreement: it is reported as not compared, with the reason.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import partial
from typing import TypeVar

from tracker.clock import legal_day
from tracker.config.models import Source
from tracker.errors import FetchError, NotFound, Unreachable
from tracker.http.client import Client
from tracker.ingest.poll import PollContext
from tracker.model import Fetched
from tracker.sources.federal_register import govinfo
from tracker.sources.federal_register.api import canonical, fetch_document, key_of, to_fetched
from tracker.sources.federal_register.govinfo import ApiIssue, GovInfoIssue, IssueGranule

_Answer = TypeVar("_Answer")
_PATIENCE = 2  # failures of one service in a row, after which no more days are requested from it


@dataclass(frozen=True, slots=True)
class DayComparison:
    """One issue. `only_printed`: numbers that GovInfo has and the API has not; `only_listed`: the other way round."""

    day: date
    printed: int
    listed: int
    only_printed: tuple[str, ...] = ()
    only_listed: tuple[str, ...] = ()


@dataclass(slots=True)
class CrossCheck:
    """The result of the cross-check for one source. `through`: the last day up to which every day was compared. `found`: the
    documents of the source that the API's list lacks, ready to be stored, by key."""

    days: list[DayComparison] = field(default_factory=list)
    not_compared: list[tuple[date, str]] = field(default_factory=list)
    found: dict[str, Fetched] = field(default_factory=dict)
    troubles: list[str] = field(default_factory=list)
    through: date | None = None


class IssueCache:
    """The fetched issues, shared by several sources: the answer of each service for a day, or its error."""

    def __init__(self) -> None:
        self._printed: dict[tuple[str, date], GovInfoIssue | FetchError] = {}
        self._listed: dict[tuple[str, date], dict[str, ApiIssue] | FetchError] = {}
        self._refused: dict[str, int] = {}

    def printed(self, source: Source, client: Client, day: date) -> GovInfoIssue | FetchError:
        place = (source.issues_url, day)
        if place not in self._printed:
            self._printed[place] = self._asked(
                source.issues_url, partial(govinfo.fetch_govinfo_issue, source, client, day)
            )
        return self._printed[place]

    def listed(self, source: Source, client: Client, day: date) -> dict[str, ApiIssue] | FetchError:
        place = (source.base_url, day)
        if place not in self._listed:
            self._listed[place] = self._asked(
                source.base_url, partial(govinfo.fetch_api_issue, source, client, day)
            )
        return self._listed[place]

    def _asked(self, service: str, ask: Callable[[], _Answer]) -> _Answer | FetchError:
        if self._refused.get(service, 0) >= _PATIENCE:
            return Unreachable(f"not asked after {_PATIENCE} refusals in a row")
        try:
            answer = ask()
        except NotFound as error:
            self._refused[service] = 0
            return error.with_traceback(None)
        except FetchError as error:
            self._refused[service] = self._refused.get(service, 0) + 1
            return error.with_traceback(None)
        self._refused[service] = 0
        return answer


def compare(source: Source, day: date, printed: GovInfoIssue, listed: dict[str, ApiIssue]) -> DayComparison:
    """The documents of the source that only one of the two services has. Pure."""
    return DayComparison(
        day,
        len(printed.documents),
        len(listed),
        tuple(
            sorted(
                granule.number
                for name, granule in printed.documents.items()
                if name not in listed and govinfo.concerns(source, granule)
            )
        ),
        tuple(
            sorted(
                one.number
                for name, one in listed.items()
                if name not in printed.documents and govinfo.is_listed(source, one)
            )
        ),
    )


def cross_check(
    source: Source, context: PollContext, since: date, known: dict[str, Fetched], cache: IssueCache
) -> CrossCheck:
    """Compares every working day from `since` to today, as far back as documents are checked again. `known` are the
    documents of the API's list for this source."""
    second = CrossCheck()
    today = legal_day(context.now())
    first = max(since, today - source.recheck)
    if first > since:
        reason = f"before {first}: longer ago than documents are checked again (recheck)"
        second.not_compared.append((since, reason))
    numbers = {govinfo.normalized_number(key.partition(" of ")[0]) for key in known}
    whole = first == since
    for day in _working_days(first, today):
        printed = cache.printed(source, context.client, day)
        listed = cache.listed(source, context.client, day)
        reason = _missing_side(printed, listed)
        if reason:
            second.not_compared.append((day, reason))
            whole = False
            continue
        if whole:
            second.through = day
        if isinstance(printed, GovInfoIssue) and isinstance(listed, dict):
            compared = compare(source, day, printed, listed)
            second.days.append(compared)
            unlisted = [
                (one.number, None)
                for name, one in listed.items()
                if name not in numbers and govinfo.is_listed(source, one)
            ]
            absent = set(compared.only_printed)
            gone = [
                (one.number, one)
                for name, one in printed.documents.items()
                if one.number in absent and name not in numbers
            ]
            for number, granule in sorted([*unlisted, *gone]):
                _fetch(source, context, day, number, granule, printed, second)
    return second


def _working_days(first: date, last: date) -> Iterator[date]:
    for number in range((last - first).days + 1):
        day = first + timedelta(days=number)
        if day.weekday() < 5:
            yield day


def _missing_side(printed: GovInfoIssue | FetchError, listed: dict[str, ApiIssue] | FetchError) -> str:
    """Why a day cannot be compared; empty where it can, or where neither service has an issue."""
    if isinstance(listed, FetchError):
        return f"Federal Register API: {listed.cause}"
    if isinstance(printed, NotFound):
        return f"GovInfo has no issue of this day, the API lists {len(listed)} documents" if listed else ""
    return f"GovInfo: {printed.cause}" if isinstance(printed, FetchError) else ""


def _fetch(
    source: Source,
    context: PollContext,
    day: date,
    number: str,
    granule: IssueGranule | None,
    printed: GovInfoIssue,
    second: CrossCheck,
) -> None:
    """Adds a document by its number: from the API, or where the API lacks it, from GovInfo's description."""
    try:
        record, answer = fetch_document(
            source, context.client, number, context.client.deadline(source.time_limit)
        )
        key = key_of(record)
        second.found[key] = to_fetched(record, key, canonical(record), answer)
    except NotFound:
        if granule is not None:
            second.found[granule.number] = govinfo.as_record(source, granule, day, printed)
    except FetchError as error:
        second.troubles.append(f"{number}: {error.line()}")
