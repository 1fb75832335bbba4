"""What a scheduler or a worker serves: `/metrics`, `/healthz` and `/readyz`. No page, and nothing of what is stored."""

from __future__ import annotations

import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tracker.errors import UsageError

_IDLE_SECONDS = 10
_PLAIN = "text/plain; charset=utf-8"
_METRICS = "text/plain; version=0.0.4; charset=utf-8"


class RoleServer:
    """Answers from its creation until `close`. Raises UsageError where the address cannot be opened."""

    def __init__(
        self, address: tuple[str, int], metrics: Callable[[], bytes], problem: Callable[[], str]
    ) -> None:
        """`problem`: why this process is not ready; empty where it is."""

        class Handler(BaseHTTPRequestHandler):
            timeout = _IDLE_SECONDS
            server_version, sys_version = "tracker", ""

            def do_GET(self) -> None:
                code, kind, body = _answer(self.path, metrics, problem)
                self.send_response(code)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None: ...

        try:
            self._server = ThreadingHTTPServer(address, Handler)
        except OSError as error:
            raise UsageError(
                f"{address[0]}:{address[1]} cannot be opened: {error.strerror}",
                cure="choose another --listen",
            ) from error
        self._server.daemon_threads = True
        self.port: int = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, name="metrics", daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def _answer(path: str, metrics: Callable[[], bytes], problem: Callable[[], str]) -> tuple[int, str, bytes]:
    if path == "/metrics":
        return 200, _METRICS, metrics()
    if path == "/healthz":
        return 200, _PLAIN, b"ok\n"
    if path == "/readyz":
        found = problem()
        return (503, _PLAIN, f"{found}\n".encode()) if found else (200, _PLAIN, b"ok\n")
    return 404, _PLAIN, b"there are /metrics, /healthz and /readyz\n"
