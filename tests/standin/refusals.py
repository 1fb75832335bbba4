"""Misbehavior that any client notices: refusals, broken connections, impossible bodies, redirects."""

from __future__ import annotations

import gzip
import socket
import struct
import zlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler

from tests.standin.cases import Behaviors, Case, head, page
from tracker.demo.http_messages import HTML, Reply, json_reply

REFUSALS = Behaviors()

# --- refusals of the server ---------------------------------------------------------------------

_NGINX = "<html>\r\n<head><title>{0}</title></head>\r\n<body>\r\n<center><h1>{0}</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n"


def _nginx(status: int, words: str, **headers: str) -> Reply:
    body = _NGINX.format(f"{status} {words}").encode()
    return Reply(status, body, "text/html", tuple((k.replace("_", "-"), v) for k, v in headers.items()))


@REFUSALS.named("429")
def _too_many(case: Case) -> Reply:
    """As the eCFR does it: a bare nginx page without Retry-After."""
    return _nginx(429, "Too Many Requests")


@REFUSALS.named("429-retry-after")
def _too_many_until(case: Case) -> Reply:
    return _nginx(429, "Too Many Requests", Retry_After=str(case.option("seconds", 1)))


@REFUSALS.named("429-retry-after-date")
def _too_many_until_date(case: Case) -> Reply:
    until = datetime.now(UTC) + timedelta(seconds=case.option("seconds", 2))
    return _nginx(429, "Too Many Requests", Retry_After=format_datetime(until, usegmt=True))


@REFUSALS.named("500")
def _broken(case: Case) -> Reply:
    return json_reply({"status": 500, "message": "Internal Server Error"}, status=500)


@REFUSALS.named("502")
def _bad_gateway(case: Case) -> Reply:
    return _nginx(502, "Bad Gateway")


@REFUSALS.named("503")
def _unavailable(case: Case) -> Reply:
    return _nginx(503, "Service Temporarily Unavailable")


@REFUSALS.named("503-retry-after")
def _unavailable_until(case: Case) -> Reply:
    return _nginx(503, "Service Temporarily Unavailable", Retry_After=str(case.option("seconds", 1)))


@REFUSALS.named("504-slow")
def _slow_gateway(case: Case) -> Reply:
    """After `seconds` (the eCFR: about 50). With times=1 the next try succeeds."""
    case.closing.wait(case.option("seconds", 0.5))
    return _nginx(504, "Gateway Time-out")


@REFUSALS.named("404")
def _gone(case: Case) -> Reply:
    """A slug that moved without a redirect."""
    return Reply(404, page("Page not found", "The requested page could not be found."), HTML)


@REFUSALS.named("410")
def _gone_for_ever(case: Case) -> Reply:
    return Reply(410, page("Gone", "This page was removed."), HTML)


# --- the connection -----------------------------------------------------------------------------


@REFUSALS.named("reset")
def _reset(case: Case) -> Reply:
    """The connection ends with RST and no answer."""

    def wire(handler: BaseHTTPRequestHandler) -> None:
        handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        handler.close_connection = True
        handler.connection.close()

    return Reply(wire=wire)


@REFUSALS.named("hang")
def _hang(case: Case) -> Reply:
    """Accepts the request and sends nothing, for `seconds` or until the server is closed."""

    def wire(handler: BaseHTTPRequestHandler) -> None:
        case.closing.wait(case.option("seconds", None))
        handler.close_connection = True

    return Reply(wire=wire)


@REFUSALS.named("drip")
def _drip(case: Case) -> Reply:
    """The honest body, one byte every `seconds`: the connection is alive and nothing ever ends."""
    reply = case.honest()

    def wire(handler: BaseHTTPRequestHandler) -> None:
        handler.close_connection = True
        handler.wfile.write(head(reply, len(reply.body)))
        for byte in reply.body:
            if case.closing.wait(case.option("seconds", 0.1)):
                return
            handler.wfile.write(bytes([byte]))

    return Reply(wire=wire)


@REFUSALS.named("truncated-body")
def _truncated(case: Case) -> Reply:
    """Half of the bytes that Content-Length promises, then the end of the connection."""
    reply = case.honest()

    def wire(handler: BaseHTTPRequestHandler) -> None:
        handler.close_connection = True
        handler.wfile.write(head(reply, len(reply.body)) + reply.body[: len(reply.body) // 2])

    return Reply(wire=wire)


@REFUSALS.named("gzip-bomb")
def _bomb(case: Case) -> Reply:
    """`megabytes` of spaces in a few kilobytes, twice packed over with `layers=2`."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    block = b" " * (1 << 20)
    megabytes = case.option("megabytes", 512)
    body = b"".join(packer.compress(block) for _ in range(megabytes)) + packer.flush()
    return replace(case.honest(), body=body, headers=(("Content-Encoding", "gzip"),), status=200)


@REFUSALS.named("broken-gzip")
def _broken_gzip(case: Case) -> Reply:
    """Declare compression, and stop in the middle."""
    packed = gzip.compress(case.honest().body)
    return replace(case.honest(), body=packed[: len(packed) // 2], headers=(("Content-Encoding", "gzip"),))


# --- redirects ----------------------------------------------------------------------------------


@REFUSALS.named("redirect")
def _redirect(case: Case) -> Reply:
    """To the address `to`, with `status` (302)."""
    status = case.option("status", 302)
    return Reply(status, b"", HTML, (("Location", case.option("to", "http://10.0.0.1/")),))


@REFUSALS.named("redirect-metadata")
def _redirect_metadata(case: Case) -> Reply:
    """To the link-local address where clouds keep their credentials."""
    return Reply(302, b"", HTML, (("Location", "http://169.254.169.254/latest/meta-data/"),))


@REFUSALS.named("redirect-file")
def _redirect_file(case: Case) -> Reply:
    return Reply(302, b"", HTML, (("Location", "file:///etc/hostname"),))


@REFUSALS.named("redirect-loop")
def _redirect_loop(case: Case) -> Reply:
    return Reply(302, b"", HTML, (("Location", f"{case.request.base}{case.request.target}"),))
