"""Misbehaviors that look like an answer: another page in its place, JSON that is well formed and wrong,
pages that differ each time without new content."""

from __future__ import annotations

import itertools
import json
import re
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler
from typing import Any

from tests.standin.cases import Behaviors, Case, head, page
from tracker.demo.http_messages import HTML, Reply

PRETENCES = Behaviors()
_count = itertools.count(1000)

# --- a page in place of the answer --------------------------------------------------------------


@PRETENCES.named("request-access-200")
def _request_access(case: Case) -> Reply:
    text = "Due to aggressive automated scraping of FederalRegister.gov and eCFR.gov, programmatic access is limited."
    return Reply(200, page("Federal Register :: Request Access", text), HTML)


@PRETENCES.named("request-access-403")
def _request_access_403(case: Case) -> Reply:
    return replace(_request_access(case), status=403)


@PRETENCES.named("captcha-200")
def _captcha(case: Case) -> Reply:
    text = 'Please complete the CAPTCHA to continue. <div class="g-recaptcha" data-sitekey="x"></div>'
    return Reply(200, page("Request Access", text), HTML)


@PRETENCES.named("captcha-302")
def _captcha_redirect(case: Case) -> Reply:
    """To a CAPTCHA page on the same host, as the eCFR does it."""
    if case.request.path == "/_captcha":
        return _captcha(case)
    return Reply(302, b"", HTML, (("Location", f"{case.request.base}/_captcha"),))


@PRETENCES.named("maintenance-200")
def _maintenance(case: Case) -> Reply:
    text = "This site is down for scheduled maintenance. Please check back later."
    return Reply(200, page("Site under maintenance", text), HTML)


@PRETENCES.named("html")
def _html(case: Case) -> Reply:
    """HTML with status 200 where JSON or XML should be."""
    return Reply(200, page("Application error", "An error occurred while loading this page."), HTML)


@PRETENCES.named("js-only")
def _script_only(case: Case) -> Reply:
    """The shell of a page whose table is drawn by a script."""
    body = b'<!DOCTYPE html><html><head><title>News</title><script src="/app.js"></script></head><body><div id="__next"></div><noscript>You need to enable JavaScript to run this app.</noscript></body></html>'
    return Reply(200, body, HTML)


@PRETENCES.named("empty-200")
def _empty(case: Case) -> Reply:
    return replace(case.honest(), body=b"", status=200)


@PRETENCES.named("truncated")
def _half(case: Case) -> Reply:
    """Half of the JSON, XML or HTML, under a Content-Length that fits."""
    reply = case.honest()
    return replace(reply, body=reply.body[: len(reply.body) // 2])


@PRETENCES.named("wrong-charset")
def _wrong_charset(case: Case) -> Reply:
    """UTF-8 bytes that the header calls ISO-8859-1; with `to`, bytes in that encoding called UTF-8."""
    reply = case.honest()
    kind = reply.content_type.partition(";")[0]
    encoding = case.option("to", None)
    if encoding:
        body = reply.body.decode().encode(encoding, "xmlcharrefreplace")
        return replace(reply, body=body, content_type=f"{kind}; charset=utf-8")
    return replace(reply, content_type=f"{kind}; charset=ISO-8859-1")


# --- JSON that is well formed and wrong ---------------------------------------------------------


def _edited(reply: Reply, edit: Callable[[Any], Any]) -> Reply:
    if reply.status != 200 or not reply.content_type.startswith("application/json"):
        return reply
    value = edit(json.loads(reply.body))
    return replace(reply, body=json.dumps(value, ensure_ascii=False).encode())


def _each(edit: Callable[[dict[str, Any]], None]) -> Callable[[Any], Any]:
    """An edit of every document in an answer, be it a list or one bare object."""

    def whole(value: Any) -> Any:
        for item in value.get("results", [value]) if isinstance(value, dict) else value:
            edit(item)
        return value

    return whole


@PRETENCES.named("empty-list")
def _empty_list(case: Case) -> Reply:
    """Zero documents although there are some: `results` is missing, and empty on public inspection."""
    if "public-inspection" in case.request.path:
        return _edited(case.honest(), lambda value: {**value, "count": 0, "results": []})
    if case.honest().body.lstrip().startswith(b"["):
        return replace(case.honest(), body=b"[]")
    return _edited(case.honest(), lambda value: {"count": 0, "description": value.get("description", "")})


@PRETENCES.named("no-records")
def _no_records(case: Case) -> Reply:
    """A list of JSON:API without records, although there are some."""
    return _edited(
        case.honest(),
        lambda value: (
            {"data": [], "meta": {**value["meta"], "totalElements": 0}} if "meta" in value else value
        ),
    )


@PRETENCES.named("shifted-records")
def _shifted_records(case: Case) -> Reply:
    """A page whose first record moved to the page before, which was read already."""
    return _edited(
        case.honest(), lambda value: {**value, "data": value["data"][1:]} if "data" in value else value
    )


@PRETENCES.named("half-list")
def _half_list(case: Case) -> Reply:
    """A list that ends after half of its items, as well-formed JSON."""
    return _edited(
        case.honest(), lambda value: value[: len(value) // 2] if isinstance(value, list) else value
    )


@PRETENCES.named("other-key-order")
def _other_key_order(case: Case) -> Reply:
    def edit(value: Any) -> Any:
        rows = value if isinstance(value, list) else []
        return [dict(reversed(row.items())) for row in rows if isinstance(row, dict)] or value

    return _edited(case.honest(), edit)


@PRETENCES.named("missing-results")
def _missing_results(case: Case) -> Reply:
    """A count above zero, and no `results`."""
    return _edited(case.honest(), lambda value: {k: v for k, v in value.items() if k != "results"})


@PRETENCES.named("import-in-progress")
def _importing(case: Case) -> Reply:
    """titles.json while the eCFR takes in new text."""

    def edit(value: Any) -> Any:
        for title in value.get("titles", ()):
            title["processing_in_progress"] = True
            value["meta"]["import_in_progress"] = True
        return value

    return _edited(case.honest(), edit)


@PRETENCES.named("null-abstract")
def _null_abstract(case: Case) -> Reply:
    return _edited(case.honest(), _each(lambda item: item.update(abstract=None)))


@PRETENCES.named("trailing-spaces")
def _trailing_spaces(case: Case) -> Reply:
    return _edited(case.honest(), _each(lambda item: item.update(title=f"{item.get('title', '')}  ")))


@PRETENCES.named("unknown-fields")
def _unknown_fields(case: Case) -> Reply:
    return _edited(case.honest(), _each(lambda item: item.update(brand_new={"of": ["the", "service"]})))


@PRETENCES.named("missing-fields")
def _missing_fields(case: Case) -> Reply:
    """Documents without the fields that `names` lists."""
    names = case.option("names", ["full_text_xml_url", "agencies"])

    def edit(item: dict[str, Any]) -> None:
        for name in names:
            item.pop(name, None)

    return _edited(case.honest(), _each(edit))


@PRETENCES.named("early-listed")
def _early(case: Case) -> Reply:
    """The next issues' documents too, `hours` ahead of their time."""
    return case.honest(case.request.now + timedelta(hours=case.option("hours", 24)))


@PRETENCES.named("stale")
def _stale(case: Case) -> Reply:
    """What a cache kept `hours` ago (the API lets everything be cached for a day)."""
    return case.honest(case.request.now - timedelta(hours=case.option("hours", 24)))


# --- pages that change without new content ------------------------------------------------------


def _inserted(reply: Reply, snippet: str) -> Reply:
    body = re.sub(rb"</main>|</body>", lambda end: snippet.encode() + end[0], reply.body, count=1)
    return replace(reply, body=body, last_modified=None)


@PRETENCES.named("visitor-counter")
def _counter(case: Case) -> Reply:
    return _inserted(case.honest(), f'<p class="counter">Visitors: {next(_count):,}</p>')


@PRETENCES.named("nonce")
def _nonce(case: Case) -> Reply:
    token = f"{next(_count):x}{time.monotonic_ns():x}"
    snippet = (
        f'<script nonce="{token}">1</script><input type="hidden" name="form_build_id" value="form-{token}">'
    )
    return _inserted(case.honest(), snippet)


@PRETENCES.named("generated-at")
def _generated(case: Case) -> Reply:
    instant = case.request.now + timedelta(seconds=next(_count))
    return _inserted(case.honest(), f"<p>Page generated at {instant:%Y-%m-%d %H:%M:%S} UTC</p>")


@PRETENCES.named("old-last-modified")
def _old_last_modified(case: Case) -> Reply:
    """A page published with the date of its draft: its date is unreliable."""
    return replace(case.honest(), last_modified=datetime(2020, 1, 1, tzinfo=UTC))


@PRETENCES.named("new-etag")
def _new_etag(case: Case) -> Reply:
    """Another ETag for the same bytes, each time: a farm of servers."""
    return replace(case.honest(), etag=f'"{next(_count):x}"')


@PRETENCES.named("no-validators")
def _no_validators(case: Case) -> Reply:
    """200 with the whole body, whatever validators the client sends."""

    def wire(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(head(reply, len(reply.body), close=False) + reply.body)

    reply = case.honest()
    return Reply(wire=wire)


@PRETENCES.named("lying-304")
def _lying(case: Case) -> Reply:
    """304 to every conditional request, even when the page has changed."""
    conditional = {"if-none-match", "if-modified-since"} & case.request.headers.keys()
    return Reply(304, b"", "") if conditional else case.honest()
