"""Sends one HTTP request to a target and returns a result without secrets.

The error messages of libraries contain whole URLs, tokens included, so they are never used.
"""

from __future__ import annotations

import json
import os
import socket
import ssl
from collections.abc import Callable, Mapping
from typing import Any, Protocol

import requests
import urllib3.exceptions

from tracker.clock import machine_now
from tracker.notifications.delivery_result import DeliveryResult, http_answer

BODY_LENGTH = 2048
UNTRUSTED = "the target's TLS certificate or protocol was not accepted"


class ConnectionOptions(Protocol):
    """The connection options of a channel's URL: certificate verification, and (connect, read) timeouts in seconds."""

    verify_certificate: bool

    @property
    def request_timeout(self) -> tuple[float, float]: ...


def send_request(
    options: ConnectionOptions,
    method: str,
    url: str,
    body: Mapping[str, Any],
    *,
    headers: dict[str, str] | None = None,
    params: dict[str, str] | None = None,
    auth: tuple[str, str] | None = None,
    interpret: Callable[[DeliveryResult, str], DeliveryResult] | None = None,
    sign: Callable[[bytes], dict[str, str]] | None = None,
) -> DeliveryResult:
    """Sends one request and reads the first 2 kB of the response. `interpret` derives the result from the body as well;
    `sign` returns extra headers for the bytes that are sent."""
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
            verify=options.verify_certificate,
            timeout=options.request_timeout,
            allow_redirects=False,
            stream=True,
        ) as response:
            try:
                body_text = response.raw.read(BODY_LENGTH, decode_content=True).decode("utf-8", "replace")
            except (urllib3.exceptions.HTTPError, OSError):
                body_text = ""  # the status is the answer
            answer = http_answer(
                response.status_code, body_text, response.headers.get("Retry-After"), machine_now()
            )
            return interpret(answer, body_text) if interpret else answer
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


class _Defaults:
    verify_certificate = True
    request_timeout = (8.0, 15.0)


def send_json(
    url: str,
    body: Mapping[str, Any],
    *,
    headers: dict[str, str] | None = None,
    interpret: Callable[[DeliveryResult, str], DeliveryResult] | None = None,
) -> DeliveryResult:
    """Sends one JSON object by POST to an address that is no channel's: the answer to a press, the preview of a link."""
    return send_request(_Defaults(), "POST", url, body, headers=headers, interpret=interpret)


def failure_cause(error: BaseException) -> str:
    """The cause of an error in the operating system's words. Those of libraries contain URLs with their secrets."""
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
