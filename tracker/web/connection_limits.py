"""Limits how long a connection may take to send a request, and how many connections are open.

uvicorn waits without limit for the rest of a request: a few hundred connections that send one byte at a time
would block everyone else.
"""

from __future__ import annotations

import asyncio
from typing import ClassVar

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol


class LimitedProtocol(H11Protocol):
    """Closes a connection whose request is not complete `WITHIN` seconds after it was opened or its first byte
    arrived, and at once when `MOST` others are open.
    """

    WITHIN: ClassVar = 20.0  # a form has up to 64 KB
    MOST: ClassVar = 500

    _late: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as in uvicorn
        super().connection_made(transport)
        if len(self.connections) > self.MOST:
            transport.abort()
            return
        self._wait()

    def data_received(self, data: bytes) -> None:
        self._wait()
        super().data_received(data)
        if self.conn.their_state not in {h11.IDLE, h11.SEND_BODY}:
            self._settle()

    def connection_lost(self, exc: Exception | None) -> None:
        self._settle()
        super().connection_lost(exc)

    def _wait(self) -> None:
        if self._late is None:
            self._late = self.loop.call_later(self.WITHIN, self.transport.abort)

    def _settle(self) -> None:
        if self._late is not None:
            self._late.cancel()
            self._late = None
