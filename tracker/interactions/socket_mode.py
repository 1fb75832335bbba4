"""Socket Mode: the tracker opens a connection to Slack, and presses and commands come in over it. No port needs to be open.

The client is slack-sdk's (extra `slack`); it reconnects by itself. A press is confirmed to Slack at once, within the three seconds that
it waits, and recorded then.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from tracker.errors import UsageError
from tracker.interactions.service import SlackService
from tracker.logs import Logger

log = Logger()

AGAIN = 30.0  # seconds between attempts to connect
SLACK = "https://slack.com/api/"


class SocketMode:
    """The connection of one app. `service` returns what answers, with the settings of that moment; `reply` sends the answer to a
    press to its address, `unfurl` the previews of links."""

    def __init__(
        self,
        app_token: str,
        service: Callable[[], SlackService | None],
        reply: Callable[[str, dict[str, Any]], None],
        unfurl: Callable[[str, dict[str, Any]], None],
        *,
        base_url: str = SLACK,
        again: float = AGAIN,
    ) -> None:
        """Raises UsageError where the extra is not installed."""
        try:
            from slack_sdk import WebClient
            from slack_sdk.socket_mode.builtin.client import SocketModeClient
        except ImportError as error:
            raise UsageError("[slack] needs the extra slack", cure="pip install tracker[slack]") from error
        self._client = SocketModeClient(app_token, web_client=WebClient(base_url=base_url))
        self._client.socket_mode_request_listeners.append(self._received)
        self._service, self._reply, self._unfurl, self._again = service, reply, unfurl, again
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._connect, name="slack", daemon=True)

    def start(self) -> None:
        """Connect in the background, and try again until it works."""
        self._thread.start()

    def stop(self) -> None:
        """Close the connection."""
        self._ended.set()
        self._client.close()

    def _connect(self) -> None:
        while not self._ended.is_set():
            try:
                self._client.connect()
            except Exception as error:  # noqa: BLE001 - slack-sdk raises errors of its own, of urllib and of sockets
                # Messages of the library can contain the token or the address with its ticket.
                log.warning(
                    "no connection to Slack", problem=type(error).__name__, again=f"{self._again:.0f} s"
                )
                self._ended.wait(self._again)
                continue
            log.info("connected to Slack")
            return

    def _received(self, client: Any, request: Any) -> None:
        from slack_sdk.socket_mode.response import SocketModeResponse

        service = self._service()
        if request.type == "slash_commands" and service is not None:
            body = service.command({name: str(value) for name, value in request.payload.items()})
            client.send_socket_mode_response(SocketModeResponse(request.envelope_id, body))
            return
        # Also what is not ours: Slack would send it again and again.
        client.send_socket_mode_response(SocketModeResponse(request.envelope_id))
        if request.type == "interactive" and service is not None:
            found = service.action(request.payload)
            if found is not None:
                self._reply(*found)
        elif request.type == "events_api" and service is not None:
            posted = service.event(request.payload)
            if posted is not None:
                self._unfurl(*posted)
