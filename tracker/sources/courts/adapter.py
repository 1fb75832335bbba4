"""Polls the judgments of the Court of International Trade, the Federal Circuit and the Supreme Court: the list of each court,
then the text of each opinion that is new or was replaced.
"""

from __future__ import annotations

import json
from collections.abc import Generator, Iterator
from datetime import date, datetime
from urllib.parse import urlencode

from tracker.clock import legal_day
from tracker.config.models import Source
from tracker.config.source_secrets import secret_of
from tracker.court_cases import COURTS, SCOTUS
from tracker.errors import FetchError, LimitExceeded, UnexpectedResponse, Unreachable
from tracker.http.client import Client
from tracker.http.rate_limit import GOVINFO
from tracker.http.response_checks import check_no_wall, json_object
from tracker.model import Fetched, HttpResponse, ResourceType
from tracker.sandbox import pool
from tracker.sources.adapter import Adapter
from tracker.sources.courts.opinions import (
    Opinion,
    Package,
    found_opinions,
    granule_opinion,
    granule_rows,
    package_rows,
    slip_rows,
)
from tracker.sources.courts.shapes import SHAPES
from tracker.sources.events import CursorUpdate, Item, ResourceError, Wanted
from tracker.sources.state_view import StateView

CURE = "a free token is shown in the profile of an account at www.courtlistener.com; set it in the environment, and name it by token"
SUPREME_COURT = "https://www.supremecourt.gov"
_FIRST = 30  # of the newest cases of each court are read in the first poll
_MOST_PAGES = 10  # of CourtListener's search
_POLLED = "polled"
_DOWN = 3  # so many unreachable opinions in a row mean that the service is down


def poll(source: Source, stored: StateView, client: Client, now: datetime, _wanted: Wanted) -> Iterator[Item]:
    """Yield the opinions that are new, replaced or held, then the lists. Raises FetchError; KeyMissing where a token is named
    and there is none.
    """
    return _Poll(source, stored, client, now).items()


def refetch(source: Source, fetched: Fetched, client: Client) -> Fetched:
    """Request the same opinion again. Raises FetchError."""
    secrets = _secrets(source)
    answer = client.fetch(
        fetched.answer.url, rate=GOVINFO, deadline=client.deadline(source.time_limit), secrets=secrets
    )
    _check_text(answer)
    return Fetched(fetched.key, fetched.role, answer, fetched.meta)


def _secrets(source: Source) -> dict[str, str]:
    if "token" not in source.options:
        return {}
    return {"Authorization": f"Token {secret_of(source, 'token', CURE)}"}


class _Poll:
    def __init__(self, source: Source, stored: StateView, client: Client, now: datetime) -> None:
        self._base = source.base_url.rstrip("/")
        self._site = str(source.options.get("supreme_court_url") or SUPREME_COURT).rstrip("/")
        self._stored = stored
        self._client = client
        self._now = now
        self._deadline = client.deadline(source.time_limit)
        self._secrets = _secrets(source)
        self._courts: tuple[str, ...] = source.options.get("courts") or COURTS
        self._before: dict[str, str] = json.loads(stored.cursor.get("marks", "{}"))
        self._marks: dict[str, str] = {}
        self._down = 0
        self._first_day = legal_day(now) - source.recheck

    def items(self) -> Iterator[Item]:
        failed: FetchError | None = None
        done = 0
        for court in self._courts:
            try:
                yield from self._court(court)
                self._marks[f"{court}|"] = _POLLED
                done += 1
            except FetchError as error:
                # Another court has another server: it is asked nevertheless.
                failed = error
                self._keep(court)
                yield ResourceError(f"listing/{court}", error.url, error)
        if failed is not None and not (done and self._before):
            raise failed  # a baseline holds all courts
        values = {"marks": json.dumps(self._marks, sort_keys=True)}
        if values != dict(self._stored.cursor):
            yield CursorUpdate(values)

    def _keep(self, court: str) -> None:
        """Keep what is known of a court whose list failed."""
        self._marks |= {name: mark for name, mark in self._before.items() if name.startswith(f"{court}|")}

    def _court(self, court: str) -> Iterator[Item]:
        if self._secrets:
            yield from self._searched(court)
        elif court == SCOTUS:
            yield from self._slips()
        else:
            yield from self._cases(court)

    def _is_first(self, court: str) -> bool:
        return f"{court}|" not in self._before

    def _is_past(self, place: int) -> bool:
        """Return whether an opinion of the first list of a court is not read: all but the newest, and every one where the court was
        added to a source that was polled before.
        """
        return bool(self._before) or place >= _FIRST

    def _check_known(self, court: str, found: bool, answer: HttpResponse) -> None:
        had = any(name.startswith(f"{court}|") and mark != _POLLED for name, mark in self._before.items())
        if had and not found:
            raise UnexpectedResponse(
                "the list has no opinions, and had some", url=answer.url, status=answer.status
            )

    # --- GovInfo

    def _cases(self, court: str) -> Iterator[Item]:
        answer = self._get(f"{self._base}/rss/uscourts-{court}.xml")
        packages = [one for row in pool.run(package_rows, answer) if (one := Package(*row)).court == court]
        self._check_known(court, bool(packages), answer)
        first = self._is_first(court)
        for place, package in enumerate(packages):
            name = f"{court}|{package.name}"
            if self._before.get(name) == package.mark or (first and self._is_past(place)):
                self._marks[name] = package.mark
                continue
            whole = yield from self._package(package)
            if whole:
                self._marks[name] = package.mark
            elif name in self._before:
                self._marks[name] = self._before[name]
        yield Fetched(f"listing/{court}", ResourceType.LISTING, answer)

    def _package(self, package: Package) -> Generator[Item, None, bool]:
        """Yield the opinions of a case that are not stored. Return whether all could be fetched."""
        url = f"{self._base}/metadata/pkg/{package.name}/mods.xml"
        try:
            rows = pool.run(granule_rows, self._get(url), package.name)
        except FetchError as error:
            self._count_down(error)
            yield ResourceError(package.name, url, error)
            return False
        self._down = 0
        opinions = [granule_opinion(name, day, package, self._base) for name, day in rows]
        new = [one for one in opinions if self._is_new(one)]
        if self._is_first(package.court):
            new = new[-1:]  # earlier opinions of the case are history
        whole = True
        for opinion in new:
            item = self._text(opinion)
            whole = whole and isinstance(item, Fetched)
            yield item
        return whole

    def _is_new(self, opinion: Opinion) -> bool:
        known = self._stored.validators(opinion.key)
        old = _day(opinion.decided) < self._first_day
        return (known is None and not old) or self._stored.is_held(opinion.key)

    # --- the Supreme Court

    def _slips(self) -> Iterator[Item]:
        term = legal_day(self._now).year - (legal_day(self._now).month < 10)
        answer = self._get(f"{self._site}/opinions/slipopinion/{term % 100:02}")
        opinions = [Opinion(*row) for row in pool.run(slip_rows, answer)]
        # In October and November, the table of the new term may be empty.
        self._check_known(SCOTUS, bool(opinions) or legal_day(self._now).month in (10, 11), answer)
        yield from self._marked(SCOTUS, opinions)
        yield Fetched(f"listing/{SCOTUS}", ResourceType.LISTING, answer)

    # --- CourtListener

    def _searched(self, court: str) -> Iterator[Item]:
        query = {
            "type": "o",
            "court": court,
            "order_by": "dateFiled desc",
            "filed_after": self._first_day.isoformat(),
        }
        url = f"{self._base}/search/?{urlencode(query)}"
        found: list[Opinion] = []
        for _ in range(_MOST_PAGES):
            answer = self._get(url)
            page, url = found_opinions(answer, court)
            found += page
            if not url:
                break
        yield from self._marked(court, found)
        yield Fetched(f"listing/{court}", ResourceType.LISTING, answer)

    # --- texts

    def _marked(self, court: str, opinions: list[Opinion]) -> Iterator[Item]:
        first = self._is_first(court)
        for place, opinion in enumerate(opinions):
            name = f"{court}|{opinion.key}"
            known = self._before.get(name) == opinion.mark and not self._stored.is_held(opinion.key)
            if known or (first and self._is_past(place)):
                self._marks[name] = opinion.mark
                continue
            item = self._text(opinion)
            if isinstance(item, Fetched):
                self._marks[name] = opinion.mark
            yield item

    def _text(self, opinion: Opinion) -> Fetched | ResourceError:
        try:
            answer = self._get(opinion.url)
            _check_text(answer)
        except FetchError as error:
            self._count_down(error)
            return ResourceError(opinion.key, opinion.url, error)
        self._down = 0
        meta = {
            "court": opinion.court,
            "case": opinion.case,
            "title": opinion.title,
            "decided": opinion.decided,
            "page": opinion.page,
        }
        return Fetched(opinion.key, ResourceType.JUDGMENT, answer, meta)

    def _count_down(self, error: FetchError) -> None:
        """Raise the error where the service is down."""
        self._down = self._down + 1 if isinstance(error, Unreachable | LimitExceeded) else 0
        if self._down >= _DOWN:
            raise error

    def _get(self, url: str) -> HttpResponse:
        return self._client.fetch(
            url, rate=GOVINFO, deadline=self._deadline, robots=not self._secrets, secrets=self._secrets
        )


def _day(text: str) -> date:
    """Return the day of an opinion; the last of all days where the list gives none."""
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return date.max


def _check_text(answer: HttpResponse) -> None:
    """Raise AccessDenied for a wall, UnexpectedResponse for anything but a whole PDF or a JSON object."""
    head = answer.body.lstrip()[:5]
    if head[:1] == b"<":
        check_no_wall(answer)
    if head[:1] == b"{":
        json_object(answer)
    elif head != b"%PDF-" or b"%%EOF" not in answer.body[-2_048:]:
        raise UnexpectedResponse("not a whole PDF", url=answer.url, status=answer.status)


ADAPTER = Adapter(poll, refetch, shapes=SHAPES)
