"""Serves the viewer in a thread."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import uvicorn
from starlette.types import ASGIApp

from tracker import clock
from tracker.config.models import Settings
from tracker.errors import UsageError
from tracker.logs import Logger
from tracker.web.security_headers import is_loopback

log = Logger()

STARTS_WITHIN = 15.0  # seconds
LISTEN = "127.0.0.1:8000"


def address_of(listen: str, *, sign_in: bool = False) -> tuple[str, int]:
    """Return host and port of `127.0.0.1:8000`, `[::1]:8000` or `localhost:0`. Raises UsageError for anything
    else, and for an address that other machines reach where no sign-in is set.
    """
    host, _, port = listen.rpartition(":")
    if not host or not port.isascii() or not port.isdecimal() or int(port) > 65535:
        raise UsageError(f"--listen {listen!r} is not HOST:PORT", cure=f"such as {LISTEN}")
    if not sign_in and not is_loopback(host):
        raise UsageError(
            f"--listen {listen}: the viewer has no sign-in, so it listens on this machine only",
            cure="set sign_in in [viewer] of the settings, or listen on 127.0.0.1",
        )
    return host.strip("[]"), int(port)


class Viewer:
    """The server. `start()` returns when pages are served, or raises UsageError; `stop()` lets open responses
    finish. With port 0 the system picks a port: `url` has it after the start.
    """

    def __init__(
        self,
        settings: Settings | Callable[[], Settings],
        state: Path,
        listen: str = LISTEN,
        now: Callable[[], datetime] = clock.now,
        application: Callable[[str], ASGIApp] | None = None,
    ) -> None:
        """`application` makes what is served in place of the viewer, from the host that it listens on."""
        first = settings if isinstance(settings, Settings) else settings()
        self.host, self.port = address_of(listen, sign_in=bool(first.access.sign_in))
        if first.access.sign_in in {"accounts", "oidc"} and not first.viewer_url.startswith("https://"):
            log.warning(
                "passwords and sessions are sent unencrypted: viewer_url is not https",
                cure="put a proxy with TLS in front of the viewer, and set viewer_url to its address",
            )
        self.settings = settings
        self.state = state
        self.now = now
        self.application = application
        self._server: uvicorn.Server | None = None
        self._thread: threading.Thread | None = None
        self._failure: BaseException | None = None

    @property
    def url(self) -> str:
        return f"http://[{self.host}]:{self.port}" if ":" in self.host else f"http://{self.host}:{self.port}"

    def start(self) -> None:
        from tracker.web.app import create_app
        from tracker.web.connection_limits import LimitedProtocol

        listener = self._bind()
        self.port = listener.getsockname()[1]
        try:
            app: ASGIApp = (
                self.application(self.host)
                if self.application
                else create_app(self.settings, self.state, self.now, host=self.host)
            )
        except BaseException:
            listener.close()
            raise
        config = uvicorn.Config(
            app,
            http=LimitedProtocol,
            access_log=False,
            log_config=None,
            lifespan="on" if self.application else "off",
            server_header=False,
            # Our own setting (`access`) names the trusted proxies; uvicorn would trust any on loopback.
            proxy_headers=False,
            timeout_graceful_shutdown=5,
            h11_max_incomplete_event_size=64_000,
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._serve, args=(listener,), name="viewer", daemon=True)
        self._thread.start()
        waited = threading.Event()
        for _ in range(int(STARTS_WITHIN / 0.02)):
            if self._server.started:
                return
            if not self._thread.is_alive():
                break
            waited.wait(0.02)
        self.stop()
        raise UsageError(f"{self.url}: the viewer did not start: {self._failure or 'no answer'}")

    def stop(self) -> None:
        if self._server is not None:
            self._server.should_exit = True
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join(10)

    def wait(self) -> None:
        """Return when the server has ended."""
        if self._thread is not None:
            while self._thread.is_alive():
                self._thread.join(0.5)

    def _serve(self, listener: socket.socket) -> None:
        assert self._server is not None
        try:
            # Signals belong to the process; uvicorn handles them in the main thread only, and this is another
            # thread.
            self._server.run(sockets=[listener])
        except BaseException as error:
            self._failure = error
            raise
        finally:
            listener.close()

    def _bind(self) -> socket.socket:
        family = socket.AF_INET6 if ":" in self.host else socket.AF_INET
        # The protocol must be named: asyncio sets TCP_NODELAY only then, and without it each response waits 40
        # ms for an acknowledgement (Nagle's algorithm with delayed ACK).
        listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((self.host, self.port))
        except OSError as error:
            listener.close()
            raise UsageError(
                f"{self.host}:{self.port} cannot be opened: {error.strerror}",
                cure="is another viewer running? choose another port with --listen",
            ) from error
        listener.listen(128)
        listener.setblocking(False)
        return listener
