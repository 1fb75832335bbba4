"""The HTTP client of the process, shared by all threads: conditional requests, rate limits, size limits, SSRF
guard.

It uses the transport of httpx directly. The rest of a browser-like client (permanent cookies, its own redirects
and authentication) is not needed, and would cost as much time as the request itself.
"""

from __future__ import annotations

import random
import ssl
import threading
import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import cache
from types import MappingProxyType
from urllib.parse import urljoin, urlsplit

import httpx2 as httpx

from tracker import __version__, retry, tracing
from tracker.config.models import HostLimit
from tracker.errors import AccessDenied, FetchError, LimitExceeded, NotFound, UnexpectedResponse, Unreachable
from tracker.http.address import host_port
from tracker.http.body import TruncatedBody, read_body
from tracker.http.rate_limit import RateLimit, RateLimiter
from tracker.http.recording import Exchange, RecordingTransport
from tracker.http.robots import Robots
from tracker.http.ssrf_guard import GuardedBackend
from tracker.model import HttpResponse, Validators

MAX_BYTES = 60_000_000  # bytes of one body, received and decompressed
_ATTEMPTS = 3
_REDIRECTS = 5
_CONNECT_SECONDS = 15.0
_FIRST_PAUSE = timedelta(seconds=0.5)
_LONGEST_PAUSE = 60.0  # longest pause in seconds that a server may request within a poll; a longer one ends the poll of its source
_MOVED = frozenset({301, 302, 303, 307, 308})


@dataclass(slots=True)
class RequestCounts:
    """Totals of the requests of one thread."""

    requests: int = 0
    bytes: int = 0
    not_modified: int = 0


class _Thread(threading.local):
    deadline: float = float("inf")

    def __init__(self) -> None:
        self.tally = RequestCounts()


class Client:
    """The client. `literal_hosts` are the `host:port` in the settings, which may therefore be private.
    `contact` is part of the User-Agent. `clock` gives the time of each response; `monotonic` and `sleep` are
    in seconds. `transport` replaces the network. `record` gets each exchange as it was on the wire.
    """

    def __init__(
        self,
        *,
        literal_hosts: Collection[str] = (),
        contact: str = "",
        clock: Callable[[], datetime],
        hosts: Iterable[HostLimit] = (),
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        transport: httpx.BaseTransport | None = None,
        limiter: RateLimiter | None = None,
        record: Callable[[Exchange], None] | None = None,
    ) -> None:
        self.clock = clock
        self.monotonic = monotonic
        self.user_agent = f"tracker/{__version__} (+{contact})" if contact else f"tracker/{__version__}"
        self.robots = Robots(self)
        self._sleep = sleep
        self._limiter = limiter or RateLimiter(hosts, monotonic, sleep)
        self._thread = _Thread()
        self._transport = transport or _guarded_transport(literal_hosts, self._remaining)
        if record is not None:
            self._transport = RecordingTransport(self._transport, record, clock)
        self._own = (b"User-Agent", self.user_agent.encode("ascii", "replace"))

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._transport.close()

    def deadline(self, limit: timedelta) -> float:
        """Return the end of the time limit for work that starts now, in the client's own seconds."""
        return self.monotonic() + limit.total_seconds()

    def tally(self) -> RequestCounts:
        """Return the totals of the calling thread so far; the difference of two of them is one poll."""
        return replace(self._thread.tally)

    def get(
        self,
        url: str,
        *,
        rate: RateLimit,
        deadline: float,
        validators: Validators | None = None,
        accept: str = "*/*",
        max_bytes: int = MAX_BYTES,
        robots: bool = False,
        secrets: Mapping[str, str] = MappingProxyType({}),
    ) -> HttpResponse | None:
        """Request a resource, following redirects. None: the server answered 304 to the validators, which are
        sent verbatim. `secrets` are headers with a key or token: they are sent to the host of `url` only, and the
        response does not repeat them.

        Raises Unreachable (no connection, timeout, 429, 5xx; up to three attempts within `deadline`),
        AccessDenied (private address, robots.txt, 401, 403, another 4xx), NotFound (404, 410), LimitExceeded,
        UnexpectedResponse.
        """
        headers = [
            self._own,
            (b"Accept", accept.encode("ascii")),
            (b"Accept-Encoding", b"gzip, deflate"),
        ]
        conditional = False
        if validators is not None:
            if validators.etag:
                headers.append((b"If-None-Match", validators.etag.encode("latin-1", "replace")))
                conditional = True
            if validators.last_modified:
                headers.append((b"If-Modified-Since", validators.last_modified.encode("latin-1", "replace")))
                conditional = True
        self._thread.deadline = deadline
        current = url
        hidden = [(name.encode("ascii"), value.encode("ascii")) for name, value in secrets.items()]
        for _ in range(_REDIRECTS + 1):
            if robots:
                self.robots.check(current, deadline)
                self._thread.deadline = deadline
            own = hidden if host_port(current) == host_port(url) else []
            status, answer, location = self._retry(current, [*headers, *own], rate, deadline, max_bytes)
            if location:
                current = _next_hop(current, location)
            elif status == 304:
                if not conditional:
                    raise UnexpectedResponse(
                        "304 without validators in the request", url=current, status=status
                    )
                self._thread.tally.not_modified += 1
                return None
            else:
                return _without(answer, hidden)
        raise UnexpectedResponse(f"more than {_REDIRECTS} redirects", url=url)

    def fetch(
        self,
        url: str,
        *,
        rate: RateLimit,
        deadline: float,
        accept: str = "*/*",
        max_bytes: int = MAX_BYTES,
        robots: bool = False,
        secrets: Mapping[str, str] = MappingProxyType({}),
    ) -> HttpResponse:
        """Request a resource without validators: always returns a response."""
        answer = self.get(
            url,
            rate=rate,
            deadline=deadline,
            accept=accept,
            max_bytes=max_bytes,
            robots=robots,
            secrets=secrets,
        )
        assert answer is not None
        return answer

    def post(
        self, url: str, content: bytes, *, headers: Mapping[str, str], deadline: float, max_bytes: int
    ) -> HttpResponse:
        """Send one request with a body, once. `headers` may contain a secret, so no redirect is followed, and
        the response does not repeat them. Raises like `get`.
        """
        self._thread.deadline = deadline
        sent = [
            self._own,
            *((name.encode("ascii"), value.encode("ascii")) for name, value in headers.items()),
        ]
        rate = RateLimit("post", 0.0, patience=max(0.0, deadline - self.monotonic()))
        outcome = self._exchange(url, sent, rate, deadline, max_bytes, content)
        if isinstance(outcome, FetchError):
            raise outcome
        status, answer, location = outcome
        if answer is None:
            what = "redirects elsewhere, which is not followed" if location else f"answers {status}"
            raise AccessDenied(f"it {what}", url=url, status=status)
        return replace(answer, request_headers=())

    def _retry(
        self, url: str, headers: list[tuple[bytes, bytes]], rate: RateLimit, deadline: float, max_bytes: int
    ) -> tuple[int, HttpResponse | None, str]:
        """Retry transient failures within the time limit."""
        host = host_port(url)
        if not host:
            raise AccessDenied(f"{url!r} is not a web address", url=url)
        attempt = 0
        while True:
            attempt += 1
            with tracing.span("wait for a turn", host=host):
                self._limiter.wait(host, rate, deadline)
            with tracing.span("request", host=host, attempt=attempt) as span:
                outcome = self._exchange(url, headers, rate, deadline, max_bytes)
                status = outcome.status if isinstance(outcome, FetchError) else outcome[0]
                span.set(status=status or 0, failed=isinstance(outcome, FetchError))
            if not isinstance(outcome, FetchError):
                return outcome
            failure = outcome
            if not isinstance(failure, Unreachable | TruncatedBody):
                raise failure
            pause = failure.retry_after
            if pause:
                self._limiter.hold(host, pause)
            else:
                # 0.5 to 1 s, then 1.5 to 3 s; four times as long for a 429 without Retry-After.
                pause = retry.delay(
                    attempt,
                    base=_FIRST_PAUSE * (4 if failure.status == 429 else 1),
                    cap=timedelta(seconds=_LONGEST_PAUSE),
                    growth=3.0,
                    jitter=random.random(),  # noqa: S311 - no secret
                ).total_seconds()
            if attempt == _ATTEMPTS or pause > _LONGEST_PAUSE or self.monotonic() + pause >= deadline:
                raise failure
            if not failure.retry_after:  # else the limiter waits, for this request and all others
                self._sleep(pause)

    def _exchange(
        self,
        url: str,
        headers: list[tuple[bytes, bytes]],
        rate: RateLimit,
        deadline: float,
        max_bytes: int,
        content: bytes | None = None,
    ) -> tuple[int, HttpResponse | None, str] | FetchError:
        """Send one request, a POST where there is `content`. Return the status, the response where it is good,
        and the redirect target, if any; or the error. The error is returned, not raised: a raised one would
        keep this frame, and with it the response, alive.
        """
        left = deadline - self.monotonic()
        if left <= 0:
            return LimitExceeded("the time limit was over before the request", url=url)
        tally = self._thread.tally
        tally.requests += 1
        patience = min(rate.patience, left)
        limits = {
            "connect": min(_CONNECT_SECONDS, left),
            "read": patience,
            "write": patience,
            "pool": patience,
        }
        try:
            method = "GET" if content is None else "POST"
            request = httpx.Request(
                method, url, headers=headers, content=content, extensions={"timeout": limits}
            )
            response = self._transport.handle_request(request)
            try:
                status = response.status_code
                if status == 304:
                    for _ in response.stream:  # type: ignore[union-attr]  # a body of none, to free the connection
                        pass
                    return status, None, ""
                if status in _MOVED and (location := response.headers.get("location")):
                    return status, None, location
                body = self._body(response, url, deadline, max_bytes)
            finally:
                response.close()
            tally.bytes += len(body)
            answer = HttpResponse(
                url=url,
                status=status,
                headers=_text(response.headers.raw),
                body=body,
                fetched_at=self.clock(),
                request_headers=_text(headers),
                tls=_peer(response),
            )
            if status == 200:
                return status, answer, ""
            return _failure(answer)
        except httpx.TimeoutException as error:
            if self.monotonic() >= deadline:
                return LimitExceeded("the time limit was over in the middle of the answer", url=url)
            connecting = isinstance(error, httpx.ConnectTimeout)
            code = "no-connection" if connecting else "no-answer"
            return Unreachable(f"no answer in time ({type(error).__name__})", url=url, code=code)
        except httpx.RemoteProtocolError as error:
            if "complete message body" in str(error):
                return TruncatedBody(f"the body was cut off: {error}", url=url)
            return Unreachable(f"the connection broke: {error}", url=url, code="broken")
        except httpx.TransportError as error:
            host = urlsplit(url).netloc
            code = "no-connection" if isinstance(error, httpx.ConnectError) else "broken"
            return Unreachable(
                f"no connection to {host}: {error or type(error).__name__}", url=url, code=code
            )
        except (httpx.InvalidURL, UnicodeError) as error:
            return AccessDenied(f"{url!r} is not a web address: {error}", url=url)
        except FetchError as error:
            error.url = error.url or url
            error.__context__ = None
            return error.with_traceback(None)

    def _body(self, response: httpx.Response, url: str, deadline: float, max_bytes: int) -> bytes:
        expected = response.headers.get("content-length", "")
        if expected.isdecimal() and int(expected) > max_bytes:
            raise LimitExceeded(
                f"the body is larger than {max_bytes / 1e6:g} MB", url=url, status=response.status_code
            )

        def check_time() -> None:
            if self.monotonic() > deadline:
                raise LimitExceeded("the time limit was over in the middle of the answer", url=url)

        stream = response.stream
        assert isinstance(stream, httpx.SyncByteStream)
        return read_body(stream, response.headers.get("content-encoding", ""), max_bytes, check_time, url)

    def _remaining(self) -> float:
        return self._thread.deadline - self.monotonic()


@cache
def _certificates() -> ssl.SSLContext:
    """The authorities that the machine trusts, read once in a process: it takes 20 ms."""
    return httpx.create_ssl_context(trust_env=False)


def _guarded_transport(literal_hosts: Collection[str], remaining: Callable[[], float]) -> httpx.HTTPTransport:
    transport = httpx.HTTPTransport(
        verify=_certificates(),
        trust_env=False,
        # Ten connections are kept. More than that at a time are only opened when sources hang: they must not
        # delay the others.
        limits=httpx.Limits(max_connections=50, max_keepalive_connections=10, keepalive_expiry=30.0),
    )
    # httpx has no public way to replace the network backend of its pool; a test checks that this works.
    transport._pool._network_backend = GuardedBackend(frozenset(literal_hosts), remaining)
    return transport


def _without(answer: HttpResponse | None, hidden: Sequence[tuple[bytes, bytes]]) -> HttpResponse | None:
    """Return a response without the headers of its request that hold a secret."""
    if answer is None or not hidden:
        return answer
    names = {name.decode("ascii").lower() for name, _ in hidden}
    shown = tuple(header for header in answer.request_headers if header[0].lower() not in names)
    return replace(answer, request_headers=shown)


def _text(headers: Iterable[tuple[bytes, bytes]]) -> tuple[tuple[str, str], ...]:
    return tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in headers)


def _peer(response: httpx.Response) -> Mapping[str, str] | None:
    stream = response.extensions.get("network_stream")
    return stream.get_extra_info("tls_peer") or None if stream is not None else None


def _next_hop(url: str, location: str) -> str:
    try:
        target = urljoin(url, location.strip()).partition("#")[0]
        host = host_port(target)
    except ValueError:
        host = ""
    if not host:
        raise AccessDenied(f"redirected to {location!r}, which is not a web address", url=url)
    if urlsplit(url).scheme == "https" and urlsplit(target).scheme != "https":
        raise AccessDenied(
            f"redirected from https to {target}, which is unencrypted and not followed",
            cure="ask the site to fix its redirect; where it has no https, use the http address in the settings",
            url=url,
        )
    # federalregister.gov and ecfr.gov redirect suspected robots to a host of this name.
    if host.startswith("unblock.") or "captcha" in target.lower():
        raise AccessDenied(f"redirected to {target}: a bot wall", cure="ask the site to admit us", url=url)
    return target


def _failure(answer: HttpResponse) -> FetchError:
    """Return the error for a status other than 200, 304 or a redirect, with the server's own words."""
    status, url = answer.status, answer.url
    message = " ".join(answer.body[:400].decode("utf-8", "replace").split()) if answer.body else ""
    words = f"{status}" + (f": {message[:200]}" if message and not message.startswith("<") else "")
    if status in (404, 410):
        return NotFound(words, url=url, status=status)
    if status in (408, 425, 429) or status >= 500:
        code = "server-error" if status >= 500 else ""
        return Unreachable(words, url=url, status=status, retry_after=_retry_after(answer), code=code)
    if status in (401, 403, 407, 451):
        return AccessDenied(words, cure="ask the site to admit this program", url=url, status=status)
    if 400 <= status < 500:
        return AccessDenied(words, cure="the site rejects the request", url=url, status=status)
    return UnexpectedResponse(f"status {words}", url=url, status=status)


def _retry_after(answer: HttpResponse) -> float | None:
    """Return Retry-After in seconds: a number, or a date relative to the server's own Date header where there
    is one.
    """
    value = answer.header("retry-after")
    if value is None:
        return None
    try:
        if value.strip().isdecimal():
            return float(value)
        until = parsedate_to_datetime(value)
        server_date = answer.header("date")
        since = parsedate_to_datetime(server_date) if server_date else answer.fetched_at
        return max(0.0, (until - since).total_seconds())
    except (ValueError, TypeError, OverflowError):
        return None  # neither a number nor a date: ignored
