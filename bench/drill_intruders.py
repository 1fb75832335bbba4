"""Attacks on the viewer, direct and through a signed-in browser, run against a viewer on a real
socket, and their results."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from functools import partial
from unittest import mock

from argon2 import PasswordHasher
from fastapi.testclient import TestClient

from bench.drill_kit import Drill, Outcome
from tests.e2e.world import World
from tests.unit.web_samples import settings
from tracker.config.models import ViewerAccess
from tracker.storage import accounts
from tracker.storage.accounts import UserRole
from tracker.storage.database import Store
from tracker.web.app import create_app
from tracker.web.connection_limits import LimitedProtocol
from tracker.web.passwords import REMEMBERED, Throttle, hash_password
from tracker.web.server import Viewer

PASSWORD = "correct horse battery staple"
OWN = "http://127.0.0.1:8000"
OTHER = "https://evil.example"


class _Viewer:
    """A viewer with sign-in and one account, `Sato`, asked in memory."""

    def __init__(self, world: World) -> None:
        self.now = world.now
        self.store = Store(world.state)
        with self.store.write() as connection:
            accounts.add(connection, "Sato", UserRole.REVIEWER, hash_password(PASSWORD), world.now)
        self.app = create_app(
            settings(access=ViewerAccess(sign_in="accounts")), world.state, lambda: self.now
        )

    def browser(self, address: str = "192.0.2.1") -> TestClient:
        return TestClient(self.app, base_url=OWN, follow_redirects=False, client=(address, 50_000))

    def sign_in(self, browser: TestClient, name: str = "Sato", password: str = PASSWORD) -> int:
        form = re.search(r'name="form" value="([^"]+)"', browser.get("/sign-in").text)
        given = {"name": name, "password": password, "form": form[1] if form else ""}
        return browser.post("/sign-in", data=given).status_code

    def replays(self, token: str) -> bool:
        """Return whether another browser with this session's token is accepted."""
        other = self.browser("198.51.100.9")
        other.cookies.set("tracker_session", token)
        return other.get("/").status_code == 200

    def alter(self, **changed: object) -> None:
        with self.store.write() as connection:
            accounts.alter(connection, "Sato", **changed)  # type: ignore[arg-type]


@contextmanager
def _viewer(world: World) -> Iterator[_Viewer]:
    # The real hash at its cheapest: what it costs is not what is drilled here.
    cheap = partial(PasswordHasher, time_cost=1, memory_cost=64)
    with mock.patch("tracker.web.passwords.PasswordHasher", cheap):
        viewer = _Viewer(world)
        try:
            yield viewer
        finally:
            viewer.store.close()


def replayed(world: World) -> Outcome:
    """The token of a session that was copied, used after each way in which a session ends."""
    output: dict[str, bool] = {}
    with _viewer(world) as viewer:

        def signed_in() -> tuple[TestClient, str]:
            browser = viewer.browser()
            viewer.sign_in(browser)
            return browser, browser.cookies["tracker_session"]

        browser, token = signed_in()
        before = viewer.replays(token)
        form = re.search(r'name="form" value="([^"]+)"', browser.get("/").text)
        browser.post("/sign-out", data={"form": form[1] if form else ""})
        output["sign-out"] = viewer.replays(token)
        browser, token = signed_in()
        form = re.search(r'name="form" value="([^"]+)"', browser.get("/").text)
        browser.post("/sign-in", data={"name": "Sato", "password": PASSWORD, "form": form[1] if form else ""})
        output["another sign-in"] = viewer.replays(token)
        _, token = signed_in()
        viewer.alter(password=hash_password("another good password"))
        output["another password"] = viewer.replays(token)
        viewer.alter(password=hash_password(PASSWORD))
        browser, token = signed_in()
        viewer.alter(role=UserRole.READER)
        output["a lower role"] = browser.post("/changes/x/review", data={"form": "x"}).status_code != 403
        viewer.now += timedelta(hours=12)
        output["12 hours"] = viewer.replays(token)
        _, token = signed_in()
        with viewer.store.write() as connection:
            accounts.remove(connection, "Sato")
        output["the account's end"] = viewer.replays(token)
    open_ = [name for name, accepted in output.items() if accepted]
    return Outcome(
        f"nothing more after {', '.join(name for name in output if name not in open_)}", before and not open_
    )


def fixed(world: World) -> Outcome:
    """Session fixation: another party set the token in the browser before its owner signed in."""
    with _viewer(world) as viewer:
        browser = viewer.browser()
        browser.cookies.set("tracker_session", "a-token-that-the-attacker-knows-0123456789")
        viewer.sign_in(browser)
        token = browser.cookies.get("tracker_session", domain="127.0.0.1") or ""
        planted = viewer.replays("a-token-that-the-attacker-knows-0123456789")
    return Outcome(
        "the session has a new token, the planted one opens nothing", len(token) == 43 and not planted
    )


def elsewhere(world: World) -> Outcome:
    """A page of another site that has the signed-in browser send forms, with and without the headers that browsers add."""
    with _viewer(world) as viewer:
        browser = viewer.browser()
        viewer.sign_in(browser)
        form = re.search(r'name="form" value="([^"]+)"', browser.get("/").text)
        token = form[1] if form else ""
        tries = [
            ({"Origin": OTHER}, token), ({"Origin": "null"}, token), ({"Sec-Fetch-Site": "cross-site"}, token),
            ({"Sec-Fetch-Site": "same-site"}, token), ({"Origin": OWN}, ""), ({}, ""), ({"Origin": OWN}, "x.y"),
        ]  # fmt: skip
        codes = [
            browser.post("/sign-out", data={"form": given}, headers=headers).status_code
            for headers, given in tries
        ]
        still = browser.get("/").status_code == 200
        cookie = viewer.browser()
        answer = cookie.post("/sign-in", data={"name": "Sato", "password": PASSWORD, "form": token},
                             headers={"Origin": OTHER, "Cookie": f"tracker_form={'x' * 43}"})  # fmt: skip
    refused = sum(code in {403, 422} for code in codes) + (answer.status_code == 403)
    return Outcome(f"{refused} of {len(tries) + 1} forms refused", refused == len(tries) + 1 and still)


def guessed(world: World) -> Outcome:
    """10,000 tries from one address at 500 names, then 10,000 at one name from 2,000 addresses, while its owner signs in and out."""
    looked = 0

    def wrong(password: str, known: str) -> bool:
        nonlocal looked
        looked += 1
        return password == PASSWORD and bool(known)

    clock = [0.0]
    with _viewer(world) as viewer, mock.patch("tracker.web.login.verify_password", wrong):
        throttle = viewer.app.state.throttle = Throttle(lambda: clock[0])
        owner = viewer.browser("192.0.2.7")
        viewer.sign_in(owner)
        looked = 0
        stranger = viewer.browser("203.0.113.1")
        codes = {viewer.sign_in(stranger, f"n{number % 500}", "x") for number in range(40)}
        asked = looked + sum(
            throttle.try_now(f"n{number % 500}", "203.0.113.1") == 0 for number in range(9_960)
        )
        for number in range(10_000):  # each as soon as it may
            address = f"10.0.{number % 2_000 >> 8}.{number & 255}"
            clock[0] += throttle.try_now("sato", address)
            throttle.try_now("sato", address)
        held_up = throttle.try_now("sato", "198.51.100.1") > 0
        accepted = viewer.sign_in(viewer.browser("192.0.2.7"))
    return Outcome(
        f"{asked} of 10,000 looked at; at most {REMEMBERED:,} remembered; the owner still comes in where he was before",
        codes == {403, 429}
        and asked <= 30
        and held_up
        and accepted == 303
        and len(throttle._failed) <= REMEMBERED,
    )


def unknown(world: World) -> Outcome:
    """A name that there is and one that there is not: the same words, and the same work."""
    verified = []

    class Hasher:
        def hash(self, _: str) -> str:
            return "$nobody"

        def verify(self, known: str, _: str) -> bool:
            verified.append(known)
            return False

    with _viewer(world) as viewer, mock.patch("tracker.web.passwords.PasswordHasher", Hasher):
        answers = []
        for name in ("Sato", "Nobody"):
            browser = viewer.browser()
            form = re.search(r'name="form" value="([^"]+)"', browser.get("/sign-in").text)
            output = browser.post(
                "/sign-in", data={"name": name, "password": "x" * 20, "form": form[1] if form else ""}
            )
            answers.append((output.status_code, re.sub(r'value="[^"]*"', "", output.text)))
    return Outcome(
        f"{len(set(answers))} kind of answer, {len(verified)} hashes for 2 names",
        len(set(answers)) == 1 and len(verified) == 2,
    )


# --- on the wire --------------------------------------------------------------------------------


@contextmanager
def _served(world: World) -> Iterator[int]:
    served = Viewer(replace(settings()), world.state, "127.0.0.1:0", lambda: world.now)
    served.start()
    try:
        yield served.port
    finally:
        served.stop()


def _output(port: int, *parts: bytes) -> bytes:
    """Return all bytes until the viewer closes the connection."""
    with socket.create_connection(("127.0.0.1", port), 10) as wire:
        try:
            for part in parts:
                wire.sendall(part)
            received = b""
            while data := wire.recv(65_536):
                received += data
        except ConnectionError:
            return b"HTTP/1.1 cut off"
        return received


HOST = b"Host: 127.0.0.1\r\n"
LAST = HOST + b"Connection: close\r\n"
JUNK = b"\x00\r\n\r\n"  # no request: anyone who still listens hangs up
INNER = b"GET /healthz?smuggled HTTP/1.1\r\n" + LAST + b"\r\n"


def smuggled(world: World) -> Outcome:
    """Requests whose end proxies and servers see at different places; a second one hides in each."""
    chunked = b"0\r\n\r\n" + INNER
    length = str(len(INNER)).encode()
    heads = {
        "length and chunks": (b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", chunked),
        "two lengths": (b"Content-Length: 0\r\nContent-Length: " + length + b"\r\n", INNER),
        "length twice in one": (b"Content-Length: 0, " + length + b"\r\n", INNER),
        "signed length": (b"Content-Length: +0\r\n", INNER),
        "odd encoding": (b"Transfer-Encoding: xchunked\r\n", chunked),
        "two encodings": (b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n", chunked),
        "space before the colon": (b"Content-Length : " + length + b"\r\n", INNER),
        "bare line feed": (b"X: y\nContent-Length: " + length + b"\r\n", INNER),
        "a zero byte": (b"X: a\x00b\r\n", INNER),
    }  # fmt: skip
    twice = []
    with _served(world) as port:
        honest = _output(port, b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n" + INNER).count(
            b"HTTP/1.1 200"
        )
        for name, (head, rest) in heads.items():
            answer = _output(
                port, b"POST /language/ja HTTP/1.1\r\nHost: 127.0.0.1\r\n" + head + b"\r\n" + rest + JUNK
            )
            if b"HTTP/1.1 200" in answer:
                twice.append(name)
    return Outcome(
        f"{len(heads) - len(twice)} of {len(heads)} refused with the second one unread",
        honest == 2 and not twice,
    )


def oversized(world: World) -> Outcome:
    first = b"POST /language/ja HTTP/1.1\r\nHost: 127.0.0.1\r\n"
    with _served(world) as port:
        output = [
            _output(port, b"GET /" + b"a" * 200_000 + b" HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"),
            _output(port, b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nX: " + b"a" * 200_000 + b"\r\n\r\n"),
            _output(port, b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n", *(b"X%d: y\r\n" % number for number in range(20_000)), b"\r\n"),
            _output(port, first + b"Content-Length: 99999999999\r\n\r\n", b"a" * 100_000),
            _output(port, first + b"Transfer-Encoding: chunked\r\n\r\n", b"ffffffff\r\n" + b"a" * 100_000),
        ]  # fmt: skip
    accepted = [answer[:40] for answer in output if not re.match(rb"HTTP/1.1 (4|cut off)", answer)]
    return Outcome(
        f"{len(output) - len(accepted)} of {len(output)} refused: {', '.join(answer[9:16].decode().split(' B')[0] for answer in output)}",
        not accepted,
    )


def slow(world: World) -> Outcome:
    """Connections that send nothing, begin and never end, or stop in the middle of a form; the bound is a fifth of a second here."""
    with (
        mock.patch.object(LimitedProtocol, "WITHIN", 0.2),
        mock.patch.object(LimitedProtocol, "MOST", 40),
        _served(world) as port,
    ):
        wires = [socket.create_connection(("127.0.0.1", port), 10) for _ in range(60)]
        for number, wire in enumerate(wires):
            try:
                if number % 3 == 1:
                    wire.sendall(b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nX:")
                if number % 3 == 2:
                    wire.sendall(
                        b"POST /language/ja HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 900\r\n\r\nform="
                    )
            except ConnectionError:
                continue  # one too many, and cut off already
        closed = 0
        for wire in wires:
            try:
                while wire.recv(65_536):
                    pass
            except ConnectionError:
                pass
            closed += 1
            wire.close()
        well = b"HTTP/1.1 200" in _output(port, b"GET /healthz HTTP/1.1\r\n" + LAST + b"\r\n")
    return Outcome(f"{closed} of {len(wires)} ended, the next one is answered", well and closed == len(wires))


DRILLS = [
    Drill("replayed session", "refused", replayed),
    Drill("session fixation", "a new token", fixed),
    Drill("forms from another site, with a stolen or no token", "refused", elsewhere),
    Drill("10,000 bad sign-ins from one place, 10,000 at one name from everywhere", "few looked at, the owner not locked out", guessed),
    Drill("which names exist", "cannot be learned", unknown),
    Drill("request smuggling", "refused", smuggled),
    Drill("oversized lines, headers and bodies", "refused", oversized),
    Drill("slow and silent connections (slowloris)", "ended", slow),
]  # fmt: skip
