"""Replays the archive day by day through the real pipeline, into a state folder of its own."""

from __future__ import annotations

import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from tracker import i18n
from tracker.clock import legal_day
from tracker.config import loader
from tracker.demo import archive_loader
from tracker.demo.server import Server
from tracker.errors import UsageError
from tracker.ingest.poll import PollContext, PollReport
from tracker.model import KEPT_UP_TO_DATE, Change, Level, Op, Operation
from tracker.scheduler import poll_cycle
from tracker.storage import changes
from tracker.storage.database import FILE as DATABASE
from tracker.storage.database import Store
from tracker.web.server import LISTEN, Viewer

SETTINGS = Path(__file__).parent / "archive" / "sources.toml"
_COLORS = {
    Level.CRITICAL: "bold white on red",
    Level.HIGH: "bold red",
    Level.MEDIUM: "yellow",
    Level.LOW: "cyan",
    Level.NONE: "dim",
}


@dataclass(slots=True)
class _Totals:
    """The totals of the replay."""

    days: int = 0
    requests: int = 0
    not_modified: int = 0
    baseline: int = 0
    alerts: int = 0
    sent: int = 0
    levels: dict[Level, int] = field(default_factory=dict)
    topics: dict[str, int] = field(default_factory=dict)
    changes: int = 0
    updates: int = 0
    editorial: int = 0
    failed: list[str] = field(default_factory=list)

    def count(self, reports: list[PollReport]) -> None:
        for report in reports:
            self.requests += report.requests
            self.not_modified += report.not_modified
            self.baseline += report.baseline
            self.changes += len(report.changes)
            self.updates += len(report.updates)
            self.editorial += len(report.editorial)
            self.alerts += report.alerts
            if not report.ok:
                self.failed.append(f"{report.source}: {report.reason}")

    def note(self, change: Change) -> None:
        level = change.tagging.level
        self.levels[level] = self.levels.get(level, 0) + 1
        for topic in change.tagging.topics:
            self.topics[topic.id] = self.topics.get(topic.id, 0) + 1


def play(*, once: bool, state: Path | None = None) -> int:
    """Poll for the baseline on the archive's first day, then on each evening with a change; print the changes,
    their meaning and where to look. Without `once` the viewer and the archive are then served until Ctrl-C.
    Return the exit code: 1 when a source failed. Raises UsageError when the folder has a state already, and
    any TrackerError of the storage.
    """
    console = Console(highlight=False)
    folder = state if state is not None else Path(tempfile.mkdtemp(prefix="tracker-demo-"))
    if (folder / DATABASE).exists():
        raise UsageError(
            f"{folder}: the folder has a state already", cure="the demo needs a folder of its own"
        )
    archive = archive_loader.load()
    with Server(archive, now=archive_loader.first_instant()) as server:
        config, alerts = _write_settings(folder, server.url)
        store = Store(folder)
        # Before the replay, so that the links of its alerts have the address that the viewer got.
        viewer = None if once else start_viewer(config, lambda: server.now)
        context = poll_cycle.make_context(loader.load(config), store, lambda: server.now)
        began = time.monotonic()
        try:
            total = _run(server, context, console)
            _print_totals(total, time.monotonic() - began, config, alerts, server.now, console)
            if viewer is not None:
                serve_until_ended(viewer, server, console)
        finally:
            context.client.close()
            store.close()
            if viewer is not None:
                viewer.stop()
    return 1 if total.failed or server.failures else 0


def _write_settings(folder: Path, address: str) -> tuple[Path, Path]:
    """Write the demo's `sources.toml` with the server's address in it; alerts go to a file."""
    folder.mkdir(parents=True, exist_ok=True)
    alerts = folder.resolve() / "alerts.txt"
    text = SETTINGS.read_text(encoding="utf-8")
    text = text.replace("http://127.0.0.1:9000", address).replace(
        "127.0.0.1:9000", address.partition("//")[2]
    )
    text = text.replace("tofile:///alerts.txt", f"tofile://{alerts}")
    config = folder / "sources.toml"
    config.write_text(text, encoding="utf-8")
    return config, alerts


def _run(server: Server, context: PollContext, console: Console) -> _Totals:
    total = _Totals()
    for number, evening in enumerate([server.now, *archive_loader.evenings(server.archive)]):
        server.now = evening
        reports = list(poll_cycle.run(context.settings.sources, context))
        total.sent += poll_cycle.deliver_due(context).sent
        total.days += 1
        total.count(reports)
        shown = sorted(_changes(reports, context.store, baseline=number == 0), key=_by_level)
        for change, _ in shown:
            total.note(change)
        if number == 0:
            _print_baseline(total, evening, console)
        else:
            _print_day(evening, shown, reports, console)
    return total


def _changes(
    reports: list[PollReport], store: Store, *, baseline: bool
) -> Iterator[tuple[Change, tuple[Operation, ...]]]:
    """Return the changes that the reports name, each with its redline."""
    if baseline:
        return
    with store.read() as connection:
        for report in reports:
            for change_id in (*report.changes, *report.updates, *report.editorial):
                change = changes.get(connection, change_id)
                if change is not None:
                    yield change, changes.operations(connection, change_id)


def _by_level(shown: tuple[Change, tuple[Operation, ...]]) -> int:
    return -shown[0].tagging.level.rank


# --- output


def _print_baseline(total: _Totals, evening: datetime, console: Console) -> None:
    console.print(
        f"[bold]{_day(evening)}[/]  baseline: {total.baseline} documents stored and tagged, no alert"
    )


def _print_day(
    evening: datetime,
    shown: list[tuple[Change, tuple[Operation, ...]]],
    reports: list[PollReport],
    console: Console,
) -> None:
    alerts = sum(report.alerts for report in reports)
    console.print(f"\n[bold]{_day(evening)}[/]  [dim]{len(shown)} changes, {alerts} alerts[/]")
    for change, operations in shown:
        console.print(_headline(change), soft_wrap=True)
        for line in _details(change, operations):
            console.print(f"      [dim]{escape(line)}[/]", soft_wrap=True)
    for report in reports:
        if not report.ok:
            console.print(f"   [red]{escape(report.source)}: {escape(report.reason)}[/]", soft_wrap=True)


def _headline(change: Change) -> str:
    level = change.tagging.level
    badge = f"[{_COLORS[level]}] {i18n.label('level', level, 'ja')} [/]"
    number = f"{change.document_number} " if change.document_number else ""
    again = f" (rev. {change.revision})" if change.revision > 1 else ""
    return f"   {badge} {escape(number)}{escape(change.title)}{again}"


def _details(change: Change, operations: tuple[Operation, ...]) -> Iterator[str]:
    tagging = change.tagging
    if change.editorial:
        yield f"編集上のみ · editorial only: {len(operations)} paragraphs, nothing of legal weight"
        return
    topics = "、".join(i18n.label("topic", topic.id, "ja") for topic in tagging.topics)
    if topics:
        yield topics
    for status in tagging.status:
        if status.state in {"stayed", "not-enforced", "delayed", "withdrawn"}:
            until = f" until {status.until}" if status.until else ""
            yield f"{i18n.label('status', status.state, 'ja')} · {status.state}{until} by {status.by or 'itself'}"
    if tagging.japan_nexus:
        yield f"日本関連: “{tagging.japan_nexus[0].quote}”"
    for match in change.profiles:
        yield (
            f"profile {match.profile}: “{match.evidence[0].quote}”"
            if match.evidence
            else f"profile {match.profile}"
        )
    if change.kind in KEPT_UP_TO_DATE:
        for operation in [operation for operation in operations if not operation.editorial][:4]:
            moved = f" (was {operation.from_path})" if operation.from_path else ""
            yield f"{_MARKS[operation.op]} {operation.path}{moved}"


_MARKS = {Op.ADDED: "+", Op.REMOVED: "-", Op.CHANGED: "~", Op.MOVED: ">", Op.RENUMBERED: "#"}


def _print_totals(
    total: _Totals, seconds: float, config: Path, alerts: Path, last: datetime, console: Console
) -> None:
    table = Table(
        title="\nWhat the demo did", title_justify="left", show_header=False, box=None, pad_edge=False
    )
    table.add_column(style="bold")
    table.add_column(overflow="fold")
    levels = "  ".join(
        f"{i18n.label('level', level, 'ja')} {total.levels[level]}"
        for level in reversed(Level)
        if level in total.levels
    )
    for name, value in (
        ("replayed", f"{total.days} days, {total.requests} requests ({total.not_modified} not modified), {seconds:.1f} s"),
        ("stored", f"{total.baseline} as baseline, {total.changes} new, {total.updates} updated, {total.editorial} editorial"),
        ("levels", levels),
        ("topics", f"{len(total.topics)} of 21"),
        ("alerted", f"{total.alerts} alerts queued, {total.sent} written to {alerts}"),
    ):  # fmt: skip
        table.add_row(name, escape(value))
    console.print(table)
    options = f"--config {config} --state {config.parent}"
    console.print("\n[bold]Where to look[/]")
    console.print(f"   export TRACKER_NOW={last.isoformat()}   # the demo's last evening", markup=False)
    program = "tracker" if shutil.which("tracker") else sys.argv[0]
    for command in ("changes --limit 20", "changes --query 半導体", "deadlines", "status", "verify"):
        console.print(f"   {program} {command} {options}", soft_wrap=True, markup=False)
    console.print(f"   less {alerts}", soft_wrap=True, markup=False)
    for line in total.failed:
        console.print(f"[red]{escape(line)}[/]", soft_wrap=True)


def start_viewer(
    config: Path, now: Callable[[], datetime], listen: str = LISTEN, *, secrets: bool = True
) -> Viewer:
    """Start the viewer of these settings, at this address or at a free one, and write its address into them."""
    current = [loader.load(config, secrets=secrets)]
    viewer = Viewer(lambda: current[0], config.parent, listen, now)
    try:
        viewer.start()
    except UsageError:
        viewer = Viewer(lambda: current[0], config.parent, "127.0.0.1:0", now)
        viewer.start()
    text = config.read_text(encoding="utf-8")
    config.write_text(
        text.replace("[tracker]\n", f'[tracker]\nviewer_url = "{viewer.url}"\n', 1), encoding="utf-8"
    )
    current[0] = loader.load(config, secrets=secrets)
    return viewer


def serve_until_ended(viewer: Viewer, server: Server, console: Console) -> None:
    """Serve the viewer on the demo's last evening, until Ctrl-C."""
    console.print(f"\nThe viewer is at [bold]{viewer.url}[/] until Ctrl-C (the archive at {server.url}).")
    try:
        server.closing.wait()
    except KeyboardInterrupt:
        console.print("ended")


def _day(evening: datetime) -> str:
    return legal_day(evening).isoformat()
