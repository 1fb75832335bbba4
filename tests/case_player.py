"""Plays a case: sources that answer step by step from a loopback server, and one `tracker poll` after each step.

A recorded case is a folder of `../shared/data/cases` with a `script.json` (format: its README):

    with CasePlayer.of_folder(case_folder("stale-second-fetch"), tmp_path) as player:   # skips where it is absent
        reports = player.play()            # one {source id: Report} per step
        player.changes()                   # the records after the baseline, oldest first
        player.alerts                      # JSON bodies that the webhook channel got

A small version of our own gives the settings and plays step by step; an answer is text, bytes, or an `Answer`
with a status and headers:

    with CasePlayer('[[source]]\\nid = "page"\\nkind = "page"\\nurl = "{site}/page"\\n', tmp_path) as player:
        player.step({"/page": "<p>Old words</p>"})
        player.step({"/page": ["<p>New words</p>", "<p>Old words</p>"]})  # by request; the last one repeats
        player.step({"/page": Answer(status=404)})
        player.step()                                       # the site stays as it is

`{site}` in settings and answers is the server's address, `{smtp}` in settings that of an SMTP server whose
answers to RCPT TO are given in `smtp`. A webhook channel and a route of everything from `low` are added. The clock
(`player.now`) moves by `minutes` before each step, by default an hour. The pipeline, store and delivery are the real
ones, in this process; only waiting is left out.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.recorded import ROOT
from tests.unit.notifications_sinks import http_sink, refusing_port
from tracker.http.client import Client
from tracker.ingest.poll import PollContext, PollReport
from tracker.scheduler import poll_cycle, reminders
from tracker.scheduler.schedule import load_checked
from tracker.storage import source_state
from tracker.storage.change_query import ChangeQuery
from tracker.storage.database import Store
from tracker.storage.read_queries import open_reader

START = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
HTML = "text/html; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Answer:
    """One HTTP answer; `type` left out is the case's type for the path."""

    body: str | bytes = b""
    status: int = 200
    type: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


Given = str | bytes | Answer
Answers = Given | Sequence[Given]


def case_folder(name: str) -> Path:
    """The folder of a recorded case; skips the test, in one line, where there is none."""
    path = ROOT / "cases" / name
    if not (path / "script.json").exists():
        pytest.skip(f"no recorded case at {path} (set TRACKER_RECORDED)")
    return path


class _Site:
    """Serves what the present step gives; a path that no step named answers 404. `requests` are paths in order."""

    def __init__(self, types: Mapping[str, str], default_type: str) -> None:
        self.requests: list[str] = []
        self._answers: dict[str, list[Answer]] = {}
        self._lock = threading.Lock()
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                answer = site._next(self.path)
                body = answer.body.encode() if isinstance(answer.body, str) else answer.body
                body = body.replace(b"{site}", site.url.encode())
                self.send_response(answer.status)
                self.send_header(
                    "Content-Type", answer.type or types.get(self.path.partition("?")[0], default_type)
                )
                self.send_header("Content-Length", str(len(body)))
                for name, value in answer.headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None: ...

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    def serve(self, path: str, answers: Sequence[Answer]) -> None:
        with self._lock:
            self._answers[path] = list(answers)

    def _next(self, target: str) -> Answer:
        with self._lock:
            self.requests.append(target)
            answers = self._answers.get(target) or self._answers.get(target.partition("?")[0])
            if not answers:
                return Answer(b"<html><title>Not found</title></html>", 404, HTML)
            return answers.pop(0) if len(answers) > 1 else answers[0]

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@dataclass
class _Smtp:
    """Answers RCPT TO by recipient, each list in turn, the last answer for good. `mails`: (recipients, data)."""

    replies: dict[str, list[str]]
    mails: list[tuple[tuple[str, ...], bytes]] = field(default_factory=list)

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        replies = self.replies.get(address) or ["250 ok"]
        reply = replies.pop(0) if len(replies) > 1 else replies[0]
        if reply.startswith("2"):
            envelope.rcpt_tos.append(address)
        return reply

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        assert isinstance(envelope.content, bytes)
        self.mails.append((tuple(envelope.rcpt_tos), envelope.content))
        return "250 ok"


class CasePlayer:
    """See the module."""

    def __init__(
        self,
        settings: str,
        folder: Path,
        *,
        types: Mapping[str, str] | None = None,
        default_type: str = HTML,
        smtp: Mapping[str, Sequence[str]] | None = None,
        steps: Sequence[Mapping[str, Any]] = (),
        source_folder: Path | None = None,
    ) -> None:
        self.folder = folder
        self.now = START
        self.steps = steps
        self._files = source_folder
        self._stack = ExitStack()
        self.site = _Site(types or {}, default_type)
        self._stack.callback(self.site.close)
        self._hook = self._stack.enter_context(http_sink())
        self.smtp = _Smtp({name: list(replies) for name, replies in (smtp or {}).items()})
        smtp_port = 0
        if smtp is not None:
            smtp_port = refusing_port()
            controller = Controller(self.smtp, hostname="127.0.0.1", port=smtp_port)
            controller.start()
            self._stack.callback(controller.stop)
        settings = settings.replace("{site}", self.site.url).replace("{smtp}", f"127.0.0.1:{smtp_port}")
        (folder / "sources.toml").write_text(
            '[tracker]\ncontact = "test@example.co.jp"\n'
            f'[[host]]\nname = "{self.site.url.partition("//")[2]}"\nrate = 500\n{settings}'
            f'[[channel]]\nid = "hook"\nurl = "json://127.0.0.1:{self._hook.port}/hook"\n'
            '[[route]]\nwhen = { level = "low" }\nto = ["hook"]\n',
            "utf-8",
        )

    @classmethod
    def of_folder(cls, case: Path, folder: Path) -> CasePlayer:
        """The player of a recorded case; `folder` is for its settings and state."""
        script = json.loads((case / "script.json").read_text("utf-8"))
        return cls(
            script["settings"],
            folder,
            types=script.get("types"),
            default_type=script.get("type", HTML),
            smtp=script.get("smtp"),
            steps=script["steps"],
            source_folder=case,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    @property
    def config(self) -> Path:
        return self.folder / "sources.toml"

    @property
    def state(self) -> Path:
        return self.folder / "state"

    @property
    def alerts(self) -> list[dict[str, Any]]:
        """What the webhook got, in order."""
        return list(self._hook.bodies)

    def play(self) -> list[dict[str, PollReport]]:
        """All steps of the script; the reports of each poll by source."""
        assert self._files is not None, "a case from a folder has a script; play others with step()"
        reports = []
        for step in self.steps:
            answers = {
                path: [(self._files / name).read_bytes() for name in names]
                for path, names in step.items()
                if path.startswith("/")
            }
            reports.append(self.step(answers, minutes=step.get("minutes", 60)))
        return reports

    def step(
        self, answers: Mapping[str, Answers] | None = None, *, minutes: float = 60, accept: bool = False
    ) -> dict[str, PollReport]:
        """Takes over `answers`, lets the clock go on, and polls once. The reports by source."""
        for path, given in (answers or {}).items():
            several = [given] if isinstance(given, str | bytes | Answer) else list(given)
            self.site.serve(path, [one if isinstance(one, Answer) else Answer(one) for one in several])
        self.now += timedelta(minutes=minutes)
        settings = load_checked(self.config)
        store = Store(self.state)
        source_state.ensure(store, [source.id for source in settings.sources])
        client = Client(
            literal_hosts=settings.literal_hosts(), hosts=settings.hosts, contact=settings.contact,
            clock=lambda: self.now, sleep=lambda _: None,
        )  # fmt: skip
        context = PollContext(settings, store, client, lambda: self.now, lambda _: None)
        try:
            reports = {
                report.source: report for report in poll_cycle.run(settings.sources, context, accept=accept)
            }
            reminders.send_reminders(context)
            poll_cycle.deliver_due(context)
        finally:
            client.close()
            store.close()
        return reports

    def changes(self, *, baseline: bool = False, **wanted: Any) -> list[dict[str, Any]]:
        """The records, oldest first; those of the first polls only with `baseline`."""
        with open_reader(self.state) as opened:
            found = opened.changes(ChangeQuery(**{"limit": 10_000, **wanted}))
        return [change for change in reversed(found) if baseline or not change["baseline"]]
