"""Polls pages and PDFs of an agency's site: a start address, and the links that the source follows."""

from __future__ import annotations

import hashlib
import json
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime

from tracker.config.models import NOT_WATCHED, Source
from tracker.errors import AccessDenied, FetchError, NotFound, UnexpectedResponse, Unreachable
from tracker.http.address import canonical
from tracker.http.client import Client
from tracker.http.rate_limit import PAGES
from tracker.http.response_checks import check_page
from tracker.locations import INDEX
from tracker.model import Absent, Fetched, HttpResponse, NotModified, ResourceType, Validators
from tracker.sources.adapter import Adapter
from tracker.sources.events import CursorUpdate, Item, ResourceError, Wanted
from tracker.sources.page.annexes import CURSOR as ANNEXES
from tracker.sources.page.annexes import Annexes, FoundAnnexes, is_annex
from tracker.sources.page.links import (
    Link,
    deserialize_links,
    followed_pattern,
    link_filter,
    links_of,
    serialize_links,
)
from tracker.sources.state_view import StateView, without_validators

_ACCEPT = "text/html,application/xhtml+xml,application/pdf;q=0.9,text/plain;q=0.8,text/csv;q=0.8,application/json;q=0.8"
_TEXT = ("text/", "application/xhtml", "application/pdf", "application/csv", "application/json")
_DOWN = 3  # so many unreachable pages in a row mean that the site is down, not the page
_LINKS = "links "  # cursor: `links URL`, from the body with the validators of `from URL`
_FROM = "from "
_AT = "at "  # cursor: `at URL`, the final address of a followed link that was redirected
_HOME = "home"  # the final address of the start page, if redirected
_NAMED = 50  # addresses beyond max_pages that are listed by name


def poll(source: Source, stored: StateView, client: Client, now: datetime, _wanted: Wanted) -> Iterator[Item]:
    """Yield the start page, its links down to `depth`, then pages known before; at most `max_pages`.

    A page that answers 304 keeps its stored links. Raises FetchError when the start page fails, or when the
    site goes down during the poll.
    """
    return _Walk(source, stored, client, now).items()


def refetch(source: Source, fetched: Fetched, client: Client) -> Fetched:
    """Request the same page again, unconditionally. Raises FetchError."""
    answer = client.fetch(
        fetched.key,
        rate=PAGES,
        deadline=client.deadline(source.time_limit),
        accept=_ACCEPT,
        robots=True,
    )
    second = _fetched(source, fetched.key, answer, fetched.meta.get("link_text", ""))
    return replace(second, meta={**fetched.meta, **second.meta}, attachments=fetched.attachments)


class _Walk:
    """One poll: breadth first, so that the limit cuts off the pages furthest from the start."""

    def __init__(self, source: Source, stored: StateView, client: Client, now: datetime) -> None:
        self._source = source
        self._stored = stored
        self._client = client
        self._now = now
        self._deadline = client.deadline(source.time_limit)
        self._start = canonical(source.url)
        self._depth = 0 if source.follow == "none" else source.depth
        # The start may redirect to another host: that site then counts as its own, too.
        self._home = stored.cursor.get(_HOME, self._start)
        self._follows: Callable[[str], bool] = link_filter(source.follow, self._start, self._home)
        self._seen = {self._start}
        self._landed = {at for name, at in stored.cursor.items() if name.startswith(_AT)}
        self._cursor: dict[str, str] = {}
        self._passed_over: dict[str, str] = {}
        self._left_out: dict[str, None] = {}  # in order
        self._down = 0
        self._annexes = Annexes(source, stored, client, now, self._deadline, self._passed_over)

    def items(self) -> Iterator[Item]:
        if not self._start:
            raise AccessDenied(f"{self._source.url!r} is not a web address", url=self._source.url)
        queue: deque[tuple[Link, int]] = deque([(Link(self._start, ""), 0)])
        seen = self._seen
        known_added = False
        while queue:
            link, depth = queue.popleft()
            try:
                items, links = self._visit(link, depth)
            except NotFound as error:
                yield Absent(link.url, link.url, error.cause)
                raise
            yield from items
            for found in links:
                if found.url in seen:
                    continue
                if len(seen) >= self._source.max_pages:
                    self._leave_out(found.url)
                    continue
                seen.add(found.url)
                queue.append((found, depth + 1))
            if not queue and not known_added:
                known_added = True
                self._add_known(queue)
        if self._home != self._start:
            self._cursor[_HOME] = self._home
        beyond = [*self._left_out, *self._annexes.left_out]
        if beyond or self._passed_over:
            self._cursor[NOT_WATCHED] = json.dumps(
                {
                    "left_out": len(beyond),
                    "left_out_links": beyond[:_NAMED],
                    "passed_over": [
                        {"url": url, "reason": reason} for url, reason in self._passed_over.items()
                    ],
                },
                ensure_ascii=False,
            )
        if self._cursor != dict(self._stored.cursor):
            yield CursorUpdate(self._cursor)

    def _leave_out(self, url: str) -> None:
        self._left_out[url] = None

    def _add_known(self, queue: deque[tuple[Link, int]]) -> None:
        """Queue pages that were seen earlier and are no longer linked: they may still exist and change."""
        if self._depth == 0:
            return
        for key in self._stored.keys():  # noqa: SIM118 - no mapping
            if key in self._seen or is_annex(key) or not self._follows(key):
                continue
            if len(self._seen) >= self._source.max_pages:
                self._leave_out(key)
                continue
            self._seen.add(key)
            queue.append((Link(key, ""), self._depth))

    def _visit(self, link: Link, depth: int) -> tuple[list[Item], list[Link]]:
        """Fetch one page. Return the items to yield, and the links to follow from it."""
        url = link.url
        validators = self._stored.validators(url)
        replay = without_validators(validators, self._source, self._now)
        follows_on = depth < self._depth
        kept = self._kept_links(url, replay) if follows_on else None
        try:
            answer = self._client.get(
                url,
                rate=PAGES,
                deadline=self._deadline,
                accept=_ACCEPT,
                validators=replay if kept is not None or not follows_on else None,
                robots=True,
            )
            if answer is not None:
                check_page(answer)
        except FetchError as error:
            self._keep_cursor(_LINKS + url, _FROM + url, _AT + url, ANNEXES + url)
            return self._failed(url, validators, error), self._old_links(url)
        self._down = 0
        if answer is None:
            self._keep_cursor(_AT + url, ANNEXES + url)
            return self._unchanged(link, follows_on), kept or []
        if depth:
            landed = canonical(answer.url)
            elsewhere = landed in self._landed or (landed != url and landed in self._seen)
            if validators is None and (elsewhere or not _is_text(answer)):
                return [], []  # another address of a watched page, or not a page
            if landed != url:
                self._landed.add(landed)
                self._cursor[_AT + url] = landed
        links: list[Link] = []
        if follows_on and not _is_pdf(answer):
            if url == self._start and answer.url != self._home:
                self._home = answer.url
                self._follows = link_filter(self._source.follow, self._start, self._home)
            try:
                links = links_of(answer, self._follows)
            except UnexpectedResponse as error:
                # The stored links are kept. Without their validators the next poll requests the page whole.
                self._keep_cursor(_LINKS + url)
                items: list[Item] = [
                    _fetched(self._source, url, answer, link.text),
                    ResourceError(url, url, error),
                ]
                return items, self._old_links(url)
            self._keep_links(url, links, answer.header("etag"), answer.header("last-modified"))
        return self._changed(link, answer, follows_on), links

    def _changed(self, link: Link, answer: HttpResponse, follows_on: bool) -> list[Item]:
        """Yield the items for a fetched page: the page with its annexes."""
        if _is_pdf(answer):
            return [_fetched(self._source, link.url, answer, link.text)]
        if follows_on:
            return [self._with(link, answer, None)]
        outline, files = self._annexes.linked(link.url, answer, self._follows)
        return self._looked(link, answer, self._look(link.url, files), outline)

    def _unchanged(self, link: Link, follows_on: bool) -> list[Item]:
        """Yield the items for a page that answered 304. When an annex changed, the page is fetched again,
        because they are parsed together.
        """
        same: Item = NotModified(link.url, link.url, self._client.clock())
        files = [] if follows_on else self._annexes.known(link.url)
        found = self._look(link.url, files)
        new = [part for part in found.answers if not self._is_known(part)]
        if not new:
            return [same, *found.items]
        try:
            answer = self._client.fetch(
                link.url, rate=PAGES, deadline=self._deadline, accept=_ACCEPT, robots=True
            )
            check_page(answer)
        except FetchError as error:
            return [same, *found.items, ResourceError(link.url, link.url, error)]
        return self._looked(link, answer, found)

    def _look(self, page: str, files: list[Link]) -> FoundAnnexes:
        self._cursor.update(self._annexes.cursor(page, files))
        return self._annexes.look(page, files)

    def _looked(self, link: Link, answer: HttpResponse, found: FoundAnnexes, outline: str = "") -> list[Item]:
        return [replace(self._with(link, answer, found), outline=outline), *found.items]

    def _with(self, link: Link, answer: HttpResponse, found: FoundAnnexes | None) -> Fetched:
        page = _fetched(self._source, link.url, answer, link.text)
        if found is None:
            pattern = followed_pattern(self._source.follow, self._start, self._home)
            return replace(page, meta={**page.meta, INDEX: pattern})
        return replace(page, meta={**page.meta, **found.meta(link.url)}, attachments=tuple(found.answers))

    def _is_known(self, part: Fetched) -> bool:
        validators = self._stored.validators(part.key)
        body = hashlib.sha256(part.answer.body).hexdigest()
        return (
            validators is not None
            and validators.sha256 == body
            and validators.extraction_config == self._source.extraction_config()
        )

    def _keep_cursor(self, *names: str) -> None:
        for name in names:
            if name in self._stored.cursor:
                self._cursor[name] = self._stored.cursor[name]

    def _failed(self, url: str, validators: Validators | None, error: FetchError) -> list[Item]:
        if url == self._start or self._client.monotonic() >= self._deadline:
            raise error
        if isinstance(error, Unreachable):
            self._down += 1
            if self._down >= _DOWN:
                raise error
        else:
            self._down = 0
        if validators is None and isinstance(error, NotFound | AccessDenied):
            # A dead or forbidden link is not a failure of the source; it is noted in the cursor.
            self._passed_over[url] = error.cause
            return []
        if isinstance(error, NotFound):
            return [Absent(url, url, error.cause)]
        return [ResourceError(url, url, error)]

    def _kept_links(self, url: str, replay: Validators | None) -> list[Link] | None:
        """Return the links of this page from the body that the validators belong to; None where they are not
        stored, because a 304 would then hide them.
        """
        if replay is None:
            return None
        origin = self._stored.cursor.get(_FROM + url)
        if origin is None or origin != _origin(replay.etag, replay.last_modified):
            return None
        links = self._old_links(url)
        self._keep_links(url, links, replay.etag, replay.last_modified)
        return links

    def _old_links(self, url: str) -> list[Link]:
        return deserialize_links(self._stored.cursor.get(_LINKS + url, ""))

    def _keep_links(self, url: str, links: list[Link], etag: str | None, last_modified: str | None) -> None:
        self._cursor[_LINKS + url] = serialize_links(links)
        self._cursor[_FROM + url] = _origin(etag, last_modified)


def _origin(etag: str | None, last_modified: str | None) -> str:
    return f"{etag or ''}|{last_modified or ''}"


def _is_pdf(answer: HttpResponse) -> bool:
    return (answer.header("content-type") or "").startswith("application/pdf") or answer.body[:5] == b"%PDF-"


def _is_text(answer: HttpResponse) -> bool:
    kind = (answer.header("content-type") or "text/html").lower()
    return kind.startswith(_TEXT) or answer.body[:5] == b"%PDF-"


def _fetched(source: Source, url: str, answer: HttpResponse, link_text: str) -> Fetched:
    meta = {"content": source.content} if source.content else {}
    if link_text:
        meta["link_text"] = link_text
    return Fetched(url, ResourceType.PDF if _is_pdf(answer) else ResourceType.PAGE, answer, meta)


ADAPTER = Adapter(poll, refetch)
