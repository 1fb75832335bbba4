"""One HTTP request to a target, and what became of it in words that carry no secret.

Libraries put whole addresses, tokens included, into the texts of their errors: those are never used.
"""

from __future__ import annotations

import json
import os
import socket
import ssl
from collections.abc import Callable
from typing import Any, Protocol

import requests
import urllib3.exceptions

from tracker.clock import machine_now
from tracker.notifications.delivery_result import DeliveryResult, http_answer

BODY_LENGTH = 2048
UNTRUSTED = "the target's TLS certificate or protocol was not accepted"


class ConnectionOptions(Protocol):
    """How a channel's URL wants to be talked to: certificate checks, (connect, read) in seconds."""

    verify_certificate: bool

    @property
    def request_timeout(self) -> tuple[float, float]: ...


def send_request(
    manners: ConnectionOptions,
    method: str,
    url: str,
    body: dict[str, Any],
    *,
    headers: dict[str, str] | None = None,
    params: dict[str, str] | None = None,
    auth: tuple[str, str] | None = None,
    understand: Callable[[DeliveryResult, str], DeliveryResult] | None = None,
    sign: Callable[[bytes], dict[str, str]] | None = None,
) -> DeliveryResult:
    """One HTTP exchange, with the answer's first 2 kB read; `understand` judges by its body too, `sign` gives
    further headers for the bytes that are sent."""
    data = json.dumps(body, ensure_ascii=False).encode()
    try:
        with requests.request(
            method,
            url,
            data=data,
            headers={
                "User-Agent": "tracker",
                "Content-Type": "application/json; charset=utf-8",
                **(headers or {}),
                **(sign(data) if sign else {}),
            },
            params=params,
            auth=auth,
            verify=manners.verify_certificate,
            timeout=manners.request_timeout,
            allow_redirects=False,
            stream=True,
        ) as response:
            try:
                said = response.raw.read(BODY_LENGTH, decode_content=True).decode("utf-8", "replace")
            except (urllib3.exceptions.HTTPError, OSError):
                said = ""  # the status came, which is the answer
            answer = http_answer(
                response.status_code, said, response.headers.get("Retry-After"), machine_now()
            )
            return understand(answer, said) if understand else answer
    except requests.exceptions.ConnectTimeout:
        return DeliveryResult(False, "no connection in time")
    except requests.exceptions.SSLError:
        return DeliveryResult(False, UNTRUSTED)
    except requests.exceptions.Timeout:
        return DeliveryResult(False, "connected, but no answer in time", uncertain=True)
    except requests.exceptions.ConnectionError as error:
        reason = getattr(error.args[0] if error.args else None, "reason", None)
        if isinstance(reason, urllib3.exceptions.NewConnectionError):
            return DeliveryResult(False, failure_cause(reason))
        return DeliveryResult(False, "the connection broke before an answer came", uncertain=True)
    except (requests.exceptions.RequestException, ValueError) as error:
        return DeliveryResult(
            False, f"the request could not be made ({type(error).__name__})", transient=False
        )


def failure_cause(error: BaseException) -> str:
    """Why, in the system's words. Libraries put whole addresses, with their secrets, into theirs."""
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, ssl.SSLError):
            return UNTRUSTED
        if isinstance(seen, TimeoutError):
            return "no answer in time"
        if isinstance(seen, socket.gaierror):
            return "the host's name cannot be resolved"
        if isinstance(seen, OSError) and seen.errno:
            return os.strerror(seen.errno).lower()
        seen = seen.__cause__ or seen.__context__
    return type(error).__name__
