"""Agency pages, PDFs, feeds, lists and robots.txt: whatever the archive holds at an address."""

from __future__ import annotations

from tracker.demo.exchange import HTML, TEXT, Reply, Request
from tracker.demo.holdings import Archive

_ROBOTS = "User-agent: *\nDisallow: /admin/\nDisallow: /search/\nCrawl-delay: 0\n"
_MISSING = (
    "<!DOCTYPE html>\n<html lang='en'><head><title>Page not found</title></head>"
    "<body><main><h1>Page not found</h1><p>The requested page could not be found.</p></main></body></html>\n"
)


def answer(archive: Archive, request: Request) -> Reply:
    """The page as it stands at the request's time; the site's own 404 where there is none."""
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
    body = page.body
    if not page.content_type.startswith(("application/pdf", "image/")):
        body = body.replace(b"{base}", request.base.encode())
    return Reply(page.status, body, page.content_type, headers, last_modified=page.last_modified or since)
