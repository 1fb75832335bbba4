"""Answers a request that failed by a mistake of the program with a page in the reader's language."""

from __future__ import annotations

from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tracker.logs import Logger

log = Logger()

ErrorPage = Callable[[Request, int, str], Response]
LINE = "the program failed; the log has the reason"


class FailurePage:
    """ASGI middleware. An exception that no handler takes is answered with status 500, and goes on to the server, which logs its
    traceback. Where the page itself cannot be made, the answer is one line.
    """

    def __init__(self, app: ASGIApp, *, error_page: ErrorPage) -> None:
        self.app = app
        self.error_page = error_page

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = False

        async def sending(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self.app(scope, receive, sending)
        except Exception:
            if not started:
                await self._answer(Request(scope))(scope, receive, send)
            raise

    def _answer(self, request: Request) -> Response:
        try:
            return self.error_page(request, 500, LINE)
        except Exception as error:  # noqa: BLE001 - the first exception is the one to be seen
            log.warning("the page of an error cannot be made", path=request.url.path, error=repr(error))
            return PlainTextResponse(f"500 {LINE}\n", 500)
