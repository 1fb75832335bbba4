"""Serves agency pages, PDFs, feeds, lists and robots.txt: the archive's content at an address."""

from __future__ import annotations

import itertools

from tracker.demo.http_messages import HTML, TEXT, Reply, Request
from tracker.demo.model import Archive, PageState

_ROBOTS = "User-agent: *\nDisallow: /admin/\nDisallow: /search/\nCrawl-delay: 0\n"
_MISSING = (
    "<!DOCTYPE html>\n<html lang='en'><head><title>Page not found</title></head>"
    "<body><main><h1>Page not found</h1><p>The requested page could not be found.</p></main></body></html>\n"
)
_visits = itertools.count(48_213)


def answer(archive: Archive, request: Request) -> Reply:
    """Return the page at the request's time; the site's own 404 where there is none."""
    timeline = archive.pages.get(request.path)
    state = timeline.state(request.now) if timeline else None
    if state is None:
        if request.path == "/robots.txt":
            return Reply(200, _ROBOTS.encode(), TEXT)
        return Reply(404, _MISSING.encode(), HTML)
    since, page = state
    headers: tuple[tuple[str, str], ...] = ()
    if page.location is not None:
        headers = (("Location", page.location.replace("{base}", request.base)),)
    body = _filled(page, request)
    fresh = b"{visits}" in page.body  # such a page has no reliable date
    last_modified = None if fresh else page.last_modified or since
    return Reply(page.status, body, page.content_type, headers, last_modified=last_modified)


def _filled(page: PageState, request: Request) -> bytes:
    """Return the body with the parts that each request gets: the server's address, a visitor counter, the time."""
    if page.content_type.startswith(("application/pdf", "image/")):
        return page.body
    body = page.body.replace(b"{base}", request.base.encode())
    if b"{visits}" in body:
        body = body.replace(b"{visits}", f"{next(_visits):,}".encode())
    return body.replace(b"{generated}", f"{request.now:%Y-%m-%d %H:%M:%S}".encode())
