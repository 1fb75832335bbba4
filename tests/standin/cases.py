"""The parts of a misbehavior: the request that it answers, and the name that it is registered under."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from threading import Event
from typing import Any

from tracker.demo.http_messages import Reply, Request


@dataclass(frozen=True, slots=True)
class Case:
    """One request that a misbehavior meets. `honest()` is the answer that the server would give at
    its own time, or at another. `closing` is set when the server is closed: a behavior that waits must wait on it."""

    request: Request
    options: dict[str, Any]
    answer: Callable[[Request], Reply]
    closing: Event

    def honest(self, now: datetime | None = None) -> Reply:
        return self.answer(replace(self.request, now=now) if now else self.request)

    def option(self, name: str, default: Any) -> Any:
        return self.options.get(name, default)


Behavior = Callable[[Case], Reply]


class Behaviors(dict[str, Behavior]):
    """Misbehaviors by their names, which `misbehave` and the admin address take."""

    def named(self, name: str) -> Callable[[Behavior], Behavior]:
        def keep(function: Behavior) -> Behavior:
            self[name] = function
            return function

        return keep


def head(reply: Reply, length: int, *, close: bool = True) -> bytes:
    """Status line and headers for a reply that writes to the wire itself."""
    lines = [
        f"HTTP/1.1 {reply.status} OK",
        f"Content-Type: {reply.content_type}",
        f"Content-Length: {length}",
    ]
    if close:
        lines.append("Connection: close")
    return "\r\n".join([*lines, "", ""]).encode()


def page(title: str, text: str) -> bytes:
    return (
        f"<!DOCTYPE html>\n<html><head><title>{title}</title></head>"
        f"<body><h1>{title}</h1><p>{text}</p></body></html>\n"
    ).encode()
