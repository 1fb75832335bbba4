"""Replays a recording of `tracker check --save` through the real pipeline: a server on loopback answers each request with what
the source really sent, byte for byte, and the clock stays at the time of the recording."""

from __future__ import annotations

import tempfile
import time
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from http import HTTPStatus
from pathlib import Path
from urllib.parse import urlsplit

from rich.console import Console
from rich.markup import escape

from tracker.archive import recording
from tracker.archive.recording import Recording
from tracker.config import loader, toml_text
from tracker.config.models import Settings
from tracker.demo.http_messages import TEXT, Reply, Request
from tracker.demo.model import Archive
from tracker.demo.play import serve_until_ended, start_viewer
from tracker.demo.server import Server
from tracker.errors import UsageError
from tracker.http.recording import Exchange, ReplayTransport, without_secrets
from tracker.scheduler import poll_cycle
from tracker.storage.database import FILE as DATABASE
from tracker.storage.database import Store

_OF_THE_SERVER = frozenset(
    {"date", "server", "content-length", "connection", "keep-alive", "transfer-encoding"}
)
_RATE = 1000  # requests per second
_NOT_RECORDED = "not recorded: the poll that was recorded did not request this address"


class ReplayServer(Server):
    """Answers from a recording. Of several answers for one address, each is sent once, in order; the last one stays."""

    def __init__(self, now: datetime) -> None:
        self._answers: dict[tuple[str, str], list[Exchange]] = {}
        self._conditional: set[tuple[str, str]] = set()  # addresses that confirmed a validator
        self.unrecorded: list[str] = []
        super().__init__(Archive(), now=now)

    def use(self, recorded: Recording) -> None:
        """Answer from this recording from now on, at its time."""
        answers: dict[tuple[str, str], list[Exchange]] = defaultdict(list)
        for source in recorded.sources:
            for exchange in recorded.exchanges(str(source["id"])):
                if exchange.status == HTTPStatus.NOT_MODIFIED:
                    self._conditional.add(_place(exchange.url))
                else:
                    answers[_place(exchange.url)].append(exchange)
            for exchange in recorded.exchanges(recording.again(str(source["id"]))):
                if exchange.status == HTTPStatus.OK:
                    answers[_place(exchange.url)].append(exchange)
        self._answers = dict(answers)
        self.now = recorded.made_at

    def respond(self, request: Request) -> Reply:
        url = without_secrets(f"http://{request.headers.get('host', '')}{request.target}")
        with self._lock:
            waiting = self._answers.get(_place(url))
            exchange = waiting[0] if waiting else None
            confirmed = exchange is not None and self._confirms(request, exchange, _place(url))
            if exchange is None:
                self.unrecorded.append(url)
            elif waiting and len(waiting) > 1 and not confirmed:
                waiting.pop(0)
        if exchange is None:
            return Reply(HTTPStatus.FORBIDDEN, _NOT_RECORDED.encode(), TEXT)
        if confirmed:
            return Reply(HTTPStatus.NOT_MODIFIED, b"", "")
        if not exchange.status:
            return Reply(HTTPStatus.GATEWAY_TIMEOUT, f"as recorded: {exchange.failure}".encode(), TEXT)
        kept = [pair for pair in exchange.headers if pair[0].lower() not in {*_OF_THE_SERVER, "content-type"}]
        return Reply(exchange.status, exchange.body, exchange.header("content-type"), tuple(kept))

    def _confirms(self, request: Request, exchange: Exchange, place: tuple[str, str]) -> bool:
        """Return whether the source confirmed validators at this address, and the request has one that it sent."""
        pairs = (("if-none-match", "etag"), ("if-modified-since", "last-modified"))
        return place in self._conditional and any(
            request.headers.get(sent) and request.headers.get(sent) == exchange.header(name)
            for sent, name in pairs
        )

    def finished(self, request: Request, reply: Reply) -> Reply:  # noqa: ARG002
        """Return the reply as recorded: its validators and its compression are the source's own."""
        return reply


def _place(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return (parts.netloc.lower(), f"{parts.path or '/'}?{parts.query}")


def replay(folders: Sequence[Path], *, once: bool, state: Path | None = None) -> int:
    """Replay recordings in the order of their times: the first is the baseline, and each later one is a poll that may show
    changes. Without `once` the viewer is then served until Ctrl-C. Return the exit code: 1 when a source failed. Raises
    UsageError for a folder without a recording.
    """
    recordings = sorted((recording.load(folder) for folder in folders), key=lambda one: one.made_at)
    console = Console(highlight=False)
    folder = state if state is not None else Path(tempfile.mkdtemp(prefix="tracker-replay-"))
    if (folder / DATABASE).exists():
        raise UsageError(
            f"{folder}: the folder has a state already", cure="a replay needs a folder of its own"
        )
    folder.mkdir(parents=True, exist_ok=True)
    config = folder / "sources.toml"
    failed = False
    with ReplayServer(recordings[0].made_at) as server:
        settings = _settings(config, recordings)
        store = Store(folder)
        viewer = None if once else start_viewer(config, lambda: server.now, secrets=False)
        context = poll_cycle.make_context(
            settings, store, lambda: server.now, transport=ReplayTransport(server.url)
        )
        try:
            for one in recordings:
                server.use(one)
                began = time.monotonic()
                console.print(
                    f"[bold]{escape(str(one.folder))}[/]  recorded {one.made_at:%Y-%m-%d %H:%M} UTC"
                )
                for poll in ("first poll", "second poll"):
                    console.print(f"   [dim]{poll}[/]")
                    for report in poll_cycle.run(settings.sources, context):
                        failed = failed or not report.ok
                        console.print(f"   {escape(report.line())}", soft_wrap=True)
                console.print(f"   [dim]{time.monotonic() - began:.1f} s[/]")
            if server.unrecorded:
                console.print(
                    f"[yellow]{len(server.unrecorded)} requests have no recorded answer, the first: "
                    f"{escape(server.unrecorded[0])}[/]",
                    soft_wrap=True,
                )
            console.print(
                f"   tracker status --config {config} --state {folder}", soft_wrap=True, markup=False
            )
            if viewer is not None:
                serve_until_ended(viewer, server, console)
        finally:
            context.client.close()
            store.close()
            if viewer is not None:
                viewer.stop()
    return 1 if failed or server.failures else 0


def _settings(config: Path, recordings: Sequence[Recording]) -> Settings:
    """Write the recorded sources as settings, and return them. There is no channel: nothing is sent. The server is on this
    machine, so the hosts' rates do not apply.
    """
    tables = {str(source["id"]): source for one in recordings for source in one.sources}
    hosts = {
        _place(exchange.url)[0] for one in recordings for name in tables for exchange in one.exchanges(name)
    }
    parts = [toml_text.table("[tracker]", {"timezone": recordings[-1].timezone})]
    parts += [toml_text.table("[[host]]", {"name": host, "rate": _RATE}) for host in sorted(hosts)]
    parts += [toml_text.table("[[source]]", source) for source in tables.values()]
    config.write_text("\n".join(parts), encoding="utf-8")
    return loader.load(config, secrets=False)
