"""1,000 agency-like pages with ETags on loopback, as a process of its own that counts its requests.

`python -m bench.watch_server --pages 1000` prints its port and serves until its standard input closes. With `--nonce`
each answer has another nonce, form token and build comment in its markup, and no validators, as content management
systems send them; the text stays the same.
`/` links to all pages; `/count` answers the counters as JSON and sets them to nought. Written on bare
asyncio so that the server costs little compared with what is measured.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import json
import random
import secrets
import sys
from dataclasses import dataclass, field

TEXT = """
export administration license item entity bureau regulation control technology software end-use country
destination requirement paragraph section part supplement notice rule authority exception review policy
semiconductor computing integrated circuit reexport transfer foreign person determination subject
"""
WORDS = TEXT.split()
COUNTERS = ("connections", "requests", "not_modified", "bytes")


_NONCE = b"@@NONCE@@"  # in the bodies of `--nonce`: replaced in each answer
_HEAD = (
    '<meta name="csrf-token" content="@@NONCE@@"><link rel=stylesheet href=/site.css>'
    '<script nonce="@@NONCE@@">window.settings={"token":"@@NONCE@@"};</script>'
)
_FORM = (
    '<form action=/search><input type=hidden name=form_build_id value="form-@@NONCE@@"><input name=q></form>'
)
_END = '<script nonce="@@NONCE@@" src=/site.js></script><!-- built @@NONCE@@ -->'


def page_body(number: int, *, nonce: bool = False) -> bytes:
    """5 to 50 kB of headings and paragraphs, the same for the same number."""
    head, form, end = (_HEAD, _FORM, _END) if nonce else ("", "", "")
    dice = random.Random(number)
    wanted = dice.randint(5_000, 50_000)
    parts = [
        "<!doctype html><html lang=en><head><meta charset=utf-8>"
        f"<title>Guidance {number}</title>{head}</head><body><header><nav><a href=/>Home</a></nav>{form}</header>"
        f"<main><h1>Guidance {number}</h1>"
    ]
    size = len(parts[0])
    while size < wanted:
        words = " ".join(dice.choices(WORDS, k=dice.randint(30, 90)))
        head = f"<h2>{words[:40].title()}</h2>" if dice.random() < 0.15 else ""
        parts.append(f"{head}<p>{words.capitalize()}.</p>")
        size += len(parts[-1])
    parts.append("</main><footer>Department of Commerce</footer>" + end + "</body></html>")
    return "\n".join(parts).encode()


@dataclass
class Site:
    pages: dict[str, tuple[bytes, bytes]]  # path -> ETag, body
    nonce: bool = False
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(COUNTERS, 0))

    def answer(self, path: str, wanted: bytes | None) -> bytes:
        """The whole HTTP answer to one request."""
        if path == "/count":
            body = json.dumps(self.counts).encode()
            self.counts = dict.fromkeys(COUNTERS, 0)
            return _http(b"200 OK", b"Content-Type: application/json\r\n", body)
        self.counts["requests"] += 1
        found = self.pages.get(path)
        if found is None:
            return _http(b"404 Not Found", b"Content-Type: text/plain\r\n", b"no such page")
        etag, body = found
        if self.nonce:
            body = body.replace(_NONCE, secrets.token_hex(16).encode())
            self.counts["bytes"] += len(body)
            return _http(b"200 OK", b"Content-Type: text/html; charset=utf-8\r\n", body)
        if wanted == etag:
            self.counts["not_modified"] += 1
            return b"HTTP/1.1 304 Not Modified\r\nETag: " + etag + b"\r\n\r\n"
        self.counts["bytes"] += len(body)
        return _http(b"200 OK", b"Content-Type: text/html; charset=utf-8\r\nETag: " + etag + b"\r\n", body)


def _http(status: bytes, headers: bytes, body: bytes) -> bytes:
    return b"HTTP/1.1 %s\r\n%sContent-Length: %d\r\n\r\n%s" % (status, headers, len(body), body)


class Exchange(asyncio.Protocol):
    """One connection, kept alive; requests have no bodies."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.pending = b""
        self.counted = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.pending += data
        while b"\r\n\r\n" in self.pending:
            head, self.pending = self.pending.split(b"\r\n\r\n", 1)
            lines = head.split(b"\r\n")
            path = lines[0].split(b" ")[1].decode("ascii", "replace")
            fields = dict(line.split(b":", 1) for line in lines[1:])
            low = {name.lower(): value.strip() for name, value in fields.items()}
            if path != "/count" and not self.counted:
                self.counted = True
                self.site.counts["connections"] += 1
            self.transport.write(self.site.answer(path, low.get(b"if-none-match")))
            if low.get(b"connection", b"").lower() == b"close":
                self.transport.close()


async def serve(pages: int, *, nonce: bool) -> None:
    bodies = {f"/page/{number}": page_body(number, nonce=nonce) for number in range(pages)}
    links = "".join(f"<li><a href={path}>Guidance {path[6:]}</a> of the Bureau</li>" for path in bodies)
    index = (
        "<!doctype html><html lang=en><head><title>Guidance</title></head><body><main><h1>Guidance</h1>"
        f"<p>All guidance that the Bureau has published.</p><ul>{links}</ul></main></body></html>"
    )
    bodies["/"] = index.encode()
    tagged = {
        path: (b'"%s"' % hashlib.sha256(body).hexdigest()[:16].encode(), body)
        for path, body in bodies.items()
    }
    site = Site(tagged, nonce)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Exchange(site), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    server.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--pages", type=int, default=1000)
    parser.add_argument(
        "--nonce", action="store_true", help="another nonce in each answer, and no validators"
    )
    options = parser.parse_args()
    asyncio.run(serve(options.pages, nonce=options.nonce))
