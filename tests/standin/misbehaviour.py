"""How sources go wrong, each under a name: the checklist of design/sources.md, section g, and some more.

A behaviour takes a `Case` and gives a reply in place of the honest one, or made from it. Some break
the connection instead: their replies carry `wire`.
"""

from __future__ import annotations

import gzip
import itertools
import json
import re
import socket
import struct
import time
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler
from threading import Event
from typing import Any

from tracker.demo.exchange import HTML, Reply, Request, json_reply

_count = itertools.count(1000)


@dataclass(frozen=True, slots=True)
class Case:
    """One request that a misbehaviour meets. `honest()` is the answer that the server would give at
    its own time, or at another. `closing` is set when the server is closed: whoever waits, waits on it."""

    request: Request
    options: dict[str, Any]
    answer: Callable[[Request], Reply]
    closing: Event

    def honest(self, now: datetime | None = None) -> Reply:
        return self.answer(replace(self.request, now=now) if now else self.request)

    def option(self, name: str, default: Any) -> Any:
        return self.options.get(name, default)


Behaviour = Callable[[Case], Reply]
BEHAVIOURS: dict[str, Behaviour] = {}


def _behaviour(name: str) -> Callable[[Behaviour], Behaviour]:
    def keep(function: Behaviour) -> Behaviour:
        BEHAVIOURS[name] = function
        return function

    return keep


def _page(title: str, text: str) -> bytes:
    return (
        f"<!DOCTYPE html>\n<html><head><title>{title}</title></head>"
        f"<body><h1>{title}</h1><p>{text}</p></body></html>\n"
    ).encode()


# --- refusals of the server ---------------------------------------------------------------------

_NGINX = "<html>\r\n<head><title>{0}</title></head>\r\n<body>\r\n<center><h1>{0}</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n"


def _nginx(status: int, words: str, **headers: str) -> Reply:
    body = _NGINX.format(f"{status} {words}").encode()
    return Reply(status, body, "text/html", tuple((k.replace("_", "-"), v) for k, v in headers.items()))


@_behaviour("429")
def _too_many(case: Case) -> Reply:
    """As the eCFR does it: a bare nginx page without Retry-After."""
    return _nginx(429, "Too Many Requests")


@_behaviour("429-retry-after")
def _too_many_until(case: Case) -> Reply:
    return _nginx(429, "Too Many Requests", Retry_After=str(case.option("seconds", 1)))


@_behaviour("429-retry-after-date")
def _too_many_until_date(case: Case) -> Reply:
    from email.utils import format_datetime

    until = datetime.now(UTC) + timedelta(seconds=case.option("seconds", 2))
    return _nginx(429, "Too Many Requests", Retry_After=format_datetime(until, usegmt=True))


@_behaviour("500")
def _broken(case: Case) -> Reply:
    return json_reply({"status": 500, "message": "Internal Server Error"}, status=500)


@_behaviour("502")
def _bad_gateway(case: Case) -> Reply:
    return _nginx(502, "Bad Gateway")


@_behaviour("503")
def _unavailable(case: Case) -> Reply:
    return _nginx(503, "Service Temporarily Unavailable")


@_behaviour("503-retry-after")
def _unavailable_until(case: Case) -> Reply:
    return _nginx(503, "Service Temporarily Unavailable", Retry_After=str(case.option("seconds", 1)))


@_behaviour("504-slow")
def _slow_gateway(case: Case) -> Reply:
    """After `seconds` (the eCFR: about 50). With times=1 the next try succeeds."""
    case.closing.wait(case.option("seconds", 0.5))
    return _nginx(504, "Gateway Time-out")


@_behaviour("404")
def _gone(case: Case) -> Reply:
    """A slug that moved without a redirect."""
    return Reply(404, _page("Page not found", "The requested page could not be found."), HTML)


@_behaviour("410")
def _gone_for_ever(case: Case) -> Reply:
    return Reply(410, _page("Gone", "This page was removed."), HTML)


# --- the connection -----------------------------------------------------------------------------


@_behaviour("reset")
def _reset(case: Case) -> Reply:
    """The connection ends with RST and no answer."""

    def wire(handler: BaseHTTPRequestHandler) -> None:
        handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        handler.close_connection = True
        handler.connection.close()

    return Reply(wire=wire)


@_behaviour("hang")
def _hang(case: Case) -> Reply:
    """Takes the request and says nothing, for `seconds` or until the server is closed."""

    def wire(handler: BaseHTTPRequestHandler) -> None:
        case.closing.wait(case.option("seconds", None))
        handler.close_connection = True

    return Reply(wire=wire)


@_behaviour("drip")
def _drip(case: Case) -> Reply:
    """The honest body, one byte every `seconds`: the connection is alive and nothing ever ends."""
    reply = case.honest()

    def wire(handler: BaseHTTPRequestHandler) -> None:
        handler.close_connection = True
        handler.wfile.write(_head(reply, len(reply.body)))
        for byte in reply.body:
            if case.closing.wait(case.option("seconds", 0.1)):
                return
            handler.wfile.write(bytes([byte]))

    return Reply(wire=wire)


@_behaviour("truncated-body")
def _truncated(case: Case) -> Reply:
    """Half of the bytes that Content-Length promises, then the end of the connection."""
    reply = case.honest()

    def wire(handler: BaseHTTPRequestHandler) -> None:
        handler.close_connection = True
        handler.wfile.write(_head(reply, len(reply.body)) + reply.body[: len(reply.body) // 2])

    return Reply(wire=wire)


def _head(reply: Reply, length: int) -> bytes:
    return (
        f"HTTP/1.1 {reply.status} OK\r\nContent-Type: {reply.content_type}\r\n"
        f"Content-Length: {length}\r\nConnection: close\r\n\r\n"
    ).encode()


@_behaviour("gzip-bomb")
def _bomb(case: Case) -> Reply:
    """`megabytes` of spaces in a few kilobytes, twice packed over with `layers=2`."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    block = b" " * (1 << 20)
    megabytes = case.option("megabytes", 512)
    body = b"".join(packer.compress(block) for _ in range(megabytes)) + packer.flush()
    return replace(case.honest(), body=body, headers=(("Content-Encoding", "gzip"),), status=200)


@_behaviour("broken-gzip")
def _broken_gzip(case: Case) -> Reply:
    """Says that it is packed, and is cut in the middle."""
    packed = gzip.compress(case.honest().body)
    return replace(case.honest(), body=packed[: len(packed) // 2], headers=(("Content-Encoding", "gzip"),))


# --- a page in place of the answer --------------------------------------------------------------


@_behaviour("request-access-200")
def _request_access(case: Case) -> Reply:
    text = "Due to aggressive automated scraping of FederalRegister.gov and eCFR.gov, programmatic access is limited."
    return Reply(200, _page("Federal Register :: Request Access", text), HTML)


@_behaviour("request-access-403")
def _request_access_403(case: Case) -> Reply:
    return replace(_request_access(case), status=403)


@_behaviour("captcha-200")
def _captcha(case: Case) -> Reply:
    text = 'Please complete the CAPTCHA to continue. <div class="g-recaptcha" data-sitekey="x"></div>'
    return Reply(200, _page("Request Access", text), HTML)


@_behaviour("captcha-302")
def _captcha_redirect(case: Case) -> Reply:
    """To a CAPTCHA page on the same host, as the eCFR does it."""
    if case.request.path == "/_captcha":
        return _captcha(case)
    return Reply(302, b"", HTML, (("Location", f"{case.request.base}/_captcha"),))


@_behaviour("maintenance-200")
def _maintenance(case: Case) -> Reply:
    text = "This site is down for scheduled maintenance. Please check back later."
    return Reply(200, _page("Site under maintenance", text), HTML)


@_behaviour("html")
def _html(case: Case) -> Reply:
    """HTML with status 200 where JSON or XML should be."""
    return Reply(200, _page("Application error", "An error occurred while loading this page."), HTML)


@_behaviour("js-only")
def _script_only(case: Case) -> Reply:
    """The shell of a page whose table is drawn by a script."""
    body = b'<!DOCTYPE html><html><head><title>News</title><script src="/app.js"></script></head><body><div id="__next"></div><noscript>You need to enable JavaScript to run this app.</noscript></body></html>'
    return Reply(200, body, HTML)


@_behaviour("empty-200")
def _empty(case: Case) -> Reply:
    return replace(case.honest(), body=b"", status=200)


@_behaviour("truncated")
def _half(case: Case) -> Reply:
    """Half of the JSON, XML or HTML, under a Content-Length that fits."""
    reply = case.honest()
    return replace(reply, body=reply.body[: len(reply.body) // 2])


@_behaviour("wrong-charset")
def _wrong_charset(case: Case) -> Reply:
    """UTF-8 bytes that the header calls ISO-8859-1; with `to`, bytes in that encoding called UTF-8."""
    reply = case.honest()
    kind = reply.content_type.partition(";")[0]
    encoding = case.option("to", None)
    if encoding:
        body = reply.body.decode().encode(encoding, "xmlcharrefreplace")
        return replace(reply, body=body, content_type=f"{kind}; charset=utf-8")
    return replace(reply, content_type=f"{kind}; charset=ISO-8859-1")


# --- redirects ----------------------------------------------------------------------------------


@_behaviour("redirect")
def _redirect(case: Case) -> Reply:
    """To the address `to`, with `status` (302)."""
    status = case.option("status", 302)
    return Reply(status, b"", HTML, (("Location", case.option("to", "http://10.0.0.1/")),))


@_behaviour("redirect-metadata")
def _redirect_metadata(case: Case) -> Reply:
    """To the link-local address where clouds keep their credentials."""
    return Reply(302, b"", HTML, (("Location", "http://169.254.169.254/latest/meta-data/"),))


@_behaviour("redirect-file")
def _redirect_file(case: Case) -> Reply:
    return Reply(302, b"", HTML, (("Location", "file:///etc/hostname"),))


@_behaviour("redirect-loop")
def _redirect_loop(case: Case) -> Reply:
    return Reply(302, b"", HTML, (("Location", f"{case.request.base}{case.request.target}"),))


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


@_behaviour("empty-list")
def _empty_list(case: Case) -> Reply:
    """Zero documents although there are some: `results` is missing, and empty on public inspection."""
    if "public-inspection" in case.request.path:
        return _edited(case.honest(), lambda value: {**value, "count": 0, "results": []})
    if case.honest().body.lstrip().startswith(b"["):
        return replace(case.honest(), body=b"[]")
    return _edited(case.honest(), lambda value: {"count": 0, "description": value.get("description", "")})


@_behaviour("missing-results")
def _missing_results(case: Case) -> Reply:
    """A count above zero, and no `results`."""
    return _edited(case.honest(), lambda value: {k: v for k, v in value.items() if k != "results"})


@_behaviour("import-in-progress")
def _importing(case: Case) -> Reply:
    """titles.json while the eCFR takes in new text."""

    def edit(value: Any) -> Any:
        for title in value.get("titles", ()):
            title["processing_in_progress"] = True
            value["meta"]["import_in_progress"] = True
        return value

    return _edited(case.honest(), edit)


@_behaviour("null-abstract")
def _null_abstract(case: Case) -> Reply:
    return _edited(case.honest(), _each(lambda item: item.update(abstract=None)))


@_behaviour("trailing-spaces")
def _trailing_spaces(case: Case) -> Reply:
    return _edited(case.honest(), _each(lambda item: item.update(title=f"{item.get('title', '')}  ")))


@_behaviour("unknown-fields")
def _unknown_fields(case: Case) -> Reply:
    return _edited(case.honest(), _each(lambda item: item.update(brand_new={"of": ["the", "service"]})))


@_behaviour("missing-fields")
def _missing_fields(case: Case) -> Reply:
    """Documents without the fields that `names` lists."""
    names = case.option("names", ["full_text_xml_url", "agencies"])

    def edit(item: dict[str, Any]) -> None:
        for name in names:
            item.pop(name, None)

    return _edited(case.honest(), _each(edit))


@_behaviour("early-listed")
def _early(case: Case) -> Reply:
    """The next issues' documents too, `hours` ahead of their time."""
    return case.honest(case.request.now + timedelta(hours=case.option("hours", 24)))


@_behaviour("stale")
def _stale(case: Case) -> Reply:
    """What a cache kept `hours` ago (the API lets everything be cached for a day)."""
    return case.honest(case.request.now - timedelta(hours=case.option("hours", 24)))


# --- pages that change and say nothing new ------------------------------------------------------


def _inserted(reply: Reply, snippet: str) -> Reply:
    body = re.sub(rb"</main>|</body>", lambda end: snippet.encode() + end[0], reply.body, count=1)
    return replace(reply, body=body, last_modified=None)


@_behaviour("visitor-counter")
def _counter(case: Case) -> Reply:
    return _inserted(case.honest(), f'<p class="counter">Visitors: {next(_count):,}</p>')


@_behaviour("nonce")
def _nonce(case: Case) -> Reply:
    token = f"{next(_count):x}{time.monotonic_ns():x}"
    snippet = (
        f'<script nonce="{token}">1</script><input type="hidden" name="form_build_id" value="form-{token}">'
    )
    return _inserted(case.honest(), snippet)


@_behaviour("generated-at")
def _generated(case: Case) -> Reply:
    instant = case.request.now + timedelta(seconds=next(_count))
    return _inserted(case.honest(), f"<p>Page generated at {instant:%Y-%m-%d %H:%M:%S} UTC</p>")


@_behaviour("old-last-modified")
def _old_last_modified(case: Case) -> Reply:
    """A page that goes live with the date of its draft: no date to rely on."""
    return replace(case.honest(), last_modified=datetime(2020, 1, 1, tzinfo=UTC))


@_behaviour("new-etag")
def _new_etag(case: Case) -> Reply:
    """Another ETag for the same bytes, each time: a farm of servers."""
    return replace(case.honest(), etag=f'"{next(_count):x}"')


@_behaviour("no-validators")
def _no_validators(case: Case) -> Reply:
    """200 with the whole body whatever the client says that it has."""

    def wire(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(_head(reply, len(reply.body)).replace(b"Connection: close\r\n", b"") + reply.body)

    reply = case.honest()
    return Reply(wire=wire)


@_behaviour("lying-304")
def _lying(case: Case) -> Reply:
    """304 to every conditional request, even when the page has changed."""
    conditional = {"if-none-match", "if-modified-since"} & case.request.headers.keys()
    return Reply(304, b"", "") if conditional else case.honest()


@dataclass(slots=True)
class Rule:
    """A misbehaviour for the addresses that a pattern is found in; for ever when `times` is None."""

    pattern: re.Pattern[str]
    behaviour: Behaviour
    times: int | None
    options: dict[str, Any] = field(default_factory=dict)
    met: int = 0
