"""Fetches PDF files that belong to a page, its annexes and attachments on the same host, which are parsed as
part of its document.

A file that the source follows is a document of its own, not an annex. Each annex has a key per page (`annex
PAGE FILE`), so that two pages may share a file.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from tracker.config.models import Source
from tracker.errors import (
    AccessDenied,
    FetchError,
    NotFound,
    ParserCrashed,
    ReaderKilled,
    UnexpectedResponse,
    Unreachable,
)
from tracker.http.address import host_port
from tracker.http.client import Client
from tracker.http.rate_limit import PAGES
from tracker.locations import ANNEXES
from tracker.model import Absent, Fetched, HttpResponse, ResourceType
from tracker.sources.events import Item, ResourceError
from tracker.sources.page.links import Link, deserialize_links, serialize_links, surveyed
from tracker.sources.state_view import StateView, without_validators

CURSOR = "annexes "  # cursor: `annexes PAGE`, the files that belong to it
_KEY = "annex "
_ACCEPT = "application/pdf"


def is_annex(key: str) -> bool:
    """Return whether the key of a stored answer is an annex's, not a page's."""
    return key.startswith(_KEY)


@dataclass
class FoundAnnexes:
    """The annexes of one page. `answers` are files that are new, or have other bytes than those stored; `items`
    report failures.
    """

    links: list[Link]
    answers: list[Fetched] = field(default_factory=list)
    items: list[Item] = field(default_factory=list)

    def meta(self, page: str) -> dict[str, str]:
        """Return metadata for the parser of the page: the keys of all its annexes in order, including those not
        fetched again.
        """
        return {ANNEXES: "\n".join(_key(page, link.url) for link in self.links)}


class Annexes:
    """Finds and fetches the annexes of the pages of one poll."""

    def __init__(
        self,
        source: Source,
        stored: StateView,
        client: Client,
        now: datetime,
        deadline: float,
        passed_over: dict[str, str],
    ) -> None:
        self._source = source
        self._stored = stored
        self._client = client
        self._now = now
        self._deadline = deadline
        self._passed_over = passed_over
        self.left_out: list[str] = []

    def known(self, page: str) -> list[Link]:
        """Return the annexes that the page had when it was last read."""
        return deserialize_links(self._stored.cursor.get(CURSOR + page, "")) if self._source.annexes else []

    def linked(
        self, page: str, answer: HttpResponse, follows: Callable[[str], bool]
    ) -> tuple[str, list[Link]]:
        """Return the outline of a page, empty where it crashes its parser, and the annexes that the page has now, in
        reading order: at most `annexes` of the source. Known ones come first, so that a new one never displaces a
        known one.
        """
        try:
            outline, files = surveyed(answer)
        except (ParserCrashed, ReaderKilled):
            return "", self.known(page)
        if not self._source.annexes:
            return outline, []
        here = host_port(answer.url)
        found: dict[str, str] = {}
        for url, text in files:
            if url != page and host_port(url) == here and not follows(url):
                found.setdefault(url, text)
        before = {link.url for link in self.known(page)}
        chosen = sorted(found, key=lambda url: url not in before)[: self._source.annexes]
        self.left_out += [url for url in found if url not in set(chosen)]
        return outline, [Link(url, text) for url, text in found.items() if url in set(chosen)]

    def look(self, page: str, links: list[Link]) -> FoundAnnexes:
        """Request each file, with its stored validators."""
        found = FoundAnnexes(links)
        for link in links:
            self._ask(page, link, found)
        return found

    def cursor(self, page: str, links: list[Link]) -> Mapping[str, str]:
        return {CURSOR + page: serialize_links(links)} if links else {}

    def _ask(self, page: str, link: Link, found: FoundAnnexes) -> None:
        key = _key(page, link.url)
        validators = self._stored.validators(key)
        try:
            answer = self._client.get(
                link.url,
                rate=PAGES,
                deadline=self._deadline,
                accept=_ACCEPT,
                validators=without_validators(validators, self._source, self._now),
                robots=True,
            )
            if answer is not None and answer.body[:1024].find(b"%PDF-") < 0:
                raise UnexpectedResponse(f"{link.url}: not a PDF, but linked as an annex", url=link.url)
        except FetchError as error:
            if validators is None and isinstance(error, NotFound | AccessDenied):
                self._passed_over[link.url] = error.cause
            elif isinstance(error, NotFound):
                found.items.append(Absent(key, link.url, error.cause))
            elif isinstance(error, Unreachable) and self._client.monotonic() >= self._deadline:
                raise
            else:
                found.items.append(ResourceError(key, link.url, error))
            return
        if answer is not None:
            found.answers.append(Fetched(key, ResourceType.PDF, answer, {"link_text": link.text or link.url}))


def _key(page: str, file: str) -> str:
    return f"{_KEY}{page} {file}"
