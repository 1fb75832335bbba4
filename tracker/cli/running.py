"""Commands that fetch, send or write: run, poll, backfill, summarize, demo."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tracker import clock, logs, tracing
from tracker.cli import terminal
from tracker.cli.app import app, command, finish, language_of, print_error, print_json, settings_of
from tracker.cli.app import as_json as json_option
from tracker.cli.app import lang as lang_option
from tracker.cli.role import require_queue, run_role, start_tracing
from tracker.errors import FetchError, StateDamaged, StateLost, UsageError
from tracker.logs import Logger

if TYPE_CHECKING:
    from tracker.config.models import Settings, Source
    from tracker.ingest.poll import PollContext
    from tracker.scheduler.daemon import Daemon
    from tracker.web.server import Viewer

COMPARE_FOR = 30.0  # seconds; the rest is compared next time

source_names = click.argument("sources", nargs=-1, metavar="[SOURCE ...]")


def chosen_sources(settings: Settings, names: Sequence[str]) -> list[Source]:
    if not names:
        return [source for source in settings.sources if source.enabled]
    chosen = []
    for name in names:
        source = settings.source(name)
        if source is None:
            known = ", ".join(source.id for source in settings.sources) or "none"
            raise UsageError(f"no source has the id {name!r}", cure=f"there are: {known}")
        chosen.append(source)
    return chosen


def _context(settings: Settings, state: Path) -> PollContext:
    from tracker.scheduler.poll_cycle import make_context
    from tracker.storage.database import Store

    return make_context(settings, Store(state), clock.now)


@command("run")
@click.option("--log-json", is_flag=True, help="Log as JSON, regardless of the settings.")
@click.option(
    "--listen",
    metavar="HOST:PORT",
    help="Address of the viewer. Other machines can reach it only with sign_in in [viewer].  [default: 127.0.0.1:8000, if it is free]"
    " Of a scheduler or worker: address of its metrics.  [default: none]",
)
@click.option(
    "--allow-empty",
    is_flag=True,
    help="At a reload, accept settings that lack all current sources or channels, or the current sign-in.",
)
@click.option(
    "--role",
    type=click.Choice(["all", "scheduler", "worker", "web"]),
    default="all",
    show_default=True,
    help="One process of many on PostgreSQL: the scheduler queues what is due, workers do it, web is the viewer.",
)
@click.option(
    "--concurrency",
    type=click.IntRange(1, 64),
    default=4,
    show_default=True,
    help="Tasks that a worker does at once.",
)
def run(
    config: Path,
    state: Path,
    log_json: bool,
    listen: str | None,
    allow_empty: bool,
    role: str,
    concurrency: int,
) -> None:
    """Runs the daemon: polls the sources that are due and sends alerts, until SIGTERM. SIGHUP or a changed
    settings file reloads the settings.
    """
    from tracker.scheduler.daemon import Daemon
    from tracker.storage.database import Store

    if role == "all" and _is_first_start(config, state) and not _set_up(config, state, listen):
        return
    settings = settings_of(config)
    logs.configure(log_json or settings.log_format == "json")
    if role != "all":
        require_queue(role, settings)
    start_tracing(role)
    store, with_viewer = Store(state), role in {"all", "web"}
    daemon = Daemon(settings, store, clock.now, allow_empty=allow_empty)
    if terminal.hung_up.is_set():
        daemon.ask_for_reload()
    viewer = _viewer(daemon, state, listen) if with_viewer else None
    connection = None
    if with_viewer and settings.slack is not None and settings.slack.app_token:
        from tracker.cli.slack_app import socket_mode

        connection = socket_mode(lambda: daemon.context.settings, store, state, clock.now)
    code = 0
    try:
        if role in {"scheduler", "worker"}:
            run_role(daemon, role, settings.store_url, concurrency, listen)
        else:
            daemon.run(daemon.own_jobs() if role == "web" else None)
    except (StateLost, StateDamaged) as error:
        code = print_error(error)
    if viewer is not None:
        viewer.stop()
    if connection is not None:
        connection.stop()
    tracing.stop()
    if daemon.busy:
        # A poll that hangs in a socket would delay the exit; uncommitted work is repeated.
        sys.stderr.flush()
        os._exit(code)
    finish(code)


def _is_first_start(config: Path, state: Path) -> bool:
    """Whether neither settings nor a state exist, and the settings file was not named on purpose: a wrong name is a mistake."""
    from tracker.storage import presence

    source = click.get_current_context().get_parameter_source("config")
    named = source is not click.core.ParameterSource.DEFAULT
    return not named and not config.exists() and not presence.check(state)


def _set_up(config: Path, state: Path, listen: str | None) -> bool:
    """Serve the page that writes the first settings, until they are written (True) or a signal ends it (False)."""
    import signal
    import threading

    from tracker.config.models import Settings
    from tracker.web.server import LISTEN, Viewer, address_of
    from tracker.web.setup import Setup

    logs.configure(False, "warning")
    ended = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: ended.set())
    setup = Setup(config, address_of(listen or LISTEN)[0])
    server = Viewer(Settings(path=config), state, listen or LISTEN, clock.now, lambda _: setup.app)
    server.start()
    print(
        f"{config} does not exist: open {setup.address(server.url)} to write it, or run `tracker init`",
        file=sys.stderr,
        flush=True,
    )
    while not setup.done.wait(0.2) and not ended.is_set():
        pass
    server.stop()
    return setup.done.is_set() and not ended.is_set()


def _viewer(daemon: Daemon, state: Path, listen: str | None) -> Viewer | None:
    """Start the viewer beside the daemon. A default port in use must not stop the daemon; an unavailable
    address that was asked for must.
    """
    from tracker.web.server import LISTEN, Viewer

    viewer = Viewer(lambda: daemon.context.settings, state, listen or LISTEN)
    try:
        viewer.start()
    except UsageError as error:
        if listen:
            raise
        Logger().warning("no viewer", reason=error.cause, cure="give --listen HOST:PORT")
        return None
    Logger().info("the viewer is served", url=viewer.url)
    return viewer


@command("poll")
@source_names
@click.option(
    "--accept",
    is_flag=True,
    help="Accept held answers, and parse quarantined ones again. Check them first with `tracker status`.",
)
@json_option
def poll(config: Path, state: Path, sources: tuple[str, ...], accept: bool, as_json: bool) -> None:
    """Runs one cycle now: polls the sources, then sends what is due. Ends with 1 when a source failed."""
    from tracker.scheduler import poll_cycle

    settings = settings_of(config)
    logs.configure(settings.log_format == "json", "warning")
    chosen = chosen_sources(settings, sources)
    context = _context(settings, state)
    reports = []
    for report in poll_cycle.run(chosen, context, accept=accept):
        reports.append(report)
        if not as_json:
            print(report.line(), flush=True)
    from tracker.scheduler import reminders  # not needed before the first request

    reminders.send_reminders(context)
    delivered = poll_cycle.deliver_due(context)
    context.client.close()
    if settings.similarity:
        from tracker.assistants import compare

        compare.compare_pending(context.store, clock.now, COMPARE_FOR)
    if as_json:
        print_json(
            {
                "sources": [report.json() for report in reports],
                "alerts": {"sent": delivered.sent, "retrying": delivered.retrying, "dead": delivered.dead},
            }
        )
    else:
        if not reports:
            print(f"{config}: no source is enabled")
        print(f"alerts: {delivered.sent} sent, {delivered.retrying} to be retried, {delivered.dead} given up")
    finish(0 if all(report.ok for report in reports) and delivered.ok else 1)


@command("backfill")
@source_names
@click.option("--since", metavar="DATE", required=True, help="First day of publication: 2020-01-01.")
@json_option
def backfill(config: Path, state: Path, sources: tuple[str, ...], since: str, as_json: bool) -> None:
    """Loads history without alerting. After an interruption, the same command continues where it stopped."""
    from tracker.ingest import backfill as history
    from tracker.scheduler import poll_cycle
    from tracker.sources import has_history

    settings = settings_of(config)
    logs.configure(settings.log_format == "json", "warning")
    day = read_day(since, "--since")
    chosen = [source for source in chosen_sources(settings, sources) if sources or has_history(source.kind)]
    if not chosen:
        raise UsageError("no source has a history", cure="sources of kind federal-register do")
    context = _context(settings, state)
    results, failed = list[dict[str, Any]](), False
    for source in chosen:
        stored, troubles, last = 0, list[str](), None
        try:
            for progress in history.run(source, context, day):
                stored, last = progress.stored, progress
                troubles.extend(progress.troubles)
                _progress(progress.source, progress.done, progress.total)
        except FetchError as error:
            failed = True
            troubles.append(error.line())
        results.append(
            {"source": source.id, "read": last.done if last else 0, "stored": stored, "errors": troubles}
        )
        failed = failed or bool(troubles)
    sys.stderr.write("\n")
    context.client.close()
    poll_cycle.release_stale_leases(context.store)
    if as_json:
        print_json({"sources": results})
    for result in [] if as_json else results:
        print(
            f"{result['source']}: {result['read']} read, {result['stored']} new, {len(result['errors'])} errors"
        )
        for line in result["errors"][:10]:
            print(f"    {line}")
    finish(1 if failed else 0)


def _progress(source: str, done: int, total: int | None) -> None:
    share = f" of {total} ({100 * done // total} %)" if total else ""
    end = "\r" if sys.stderr.isatty() else "\n"
    sys.stderr.write(f"{source}: {done}{share}   {end}")
    sys.stderr.flush()


def read_day(text: str, option: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise UsageError(f"{option}: {text!r} is not a day such as 2026-11-22") from error


@command("summarize", old_name="summarise")
@click.argument("change")
@lang_option
@json_option
def summarize(config: Path, state: Path, change: str, lang: str, as_json: bool) -> None:
    """Has the firm's own model summarize one change now. The result is marked as such, and every sentence must
    quote words of the official text. Ends with 1 when no sentence can be shown.
    """
    from tracker.assistants.model_client import ChatEndpoint
    from tracker.assistants.summarize import summarize_change as ask
    from tracker.rendering.annotations import annotation_lines
    from tracker.storage.database import Store
    from tracker.storage.model_summaries import MADE
    from tracker.storage.read_queries import open_reader

    settings = settings_of(config)
    wanted = settings.summarizer
    if wanted is None:
        raise UsageError(f"{config} names no model", cure="give it a [summarizer]: docs/assistants.md")
    logs.configure(settings.log_format == "json", "warning")
    with open_reader(state) as store:
        change_id = store.change(change)["id"]
    found = ask(Store(state), change_id, ChatEndpoint(wanted, clock.now), clock.now, wanted.max_text)
    with open_reader(state) as store:
        beside = store.beside(change_id)
    if as_json:
        print_json({"id": change_id, "model_summary": beside["model_summary"]})
    else:
        language = language_of(lang, settings.languages[0])
        summary_lines = annotation_lines(beside, language, settings.timezone)["model_summary"]
        print(summary_lines["mark"])
        for sentence in summary_lines["sentences"]:
            print(f"{sentence['text']}\n    “{sentence['quote']}”")
        for note in summary_lines["notes"]:
            print(note)
    finish(0 if found.state == MADE else 1)


@app.command("demo")
@click.option("--once", is_flag=True, help="Exit at the end of the replay.")
@click.option(
    "--state",
    type=click.Path(path_type=Path),
    help="Folder for the demo's state; default: a temporary folder.",
)
@click.option(
    "--replay",
    "recordings",
    type=click.Path(path_type=Path, file_okay=False),
    multiple=True,
    help="A folder of `tracker check --save` in place of the bundled archive. Several are replayed in the order of their times.",
)
def demo(once: bool, state: Path | None, recordings: tuple[Path, ...]) -> None:
    """Replays a bundled archive, or recorded answers, through the whole pipeline, without a network."""
    logs.configure(False, "error")
    if recordings:
        from tracker.demo.replay import replay

        code = replay(recordings, once=once, state=state)
    else:
        from tracker.demo.play import play

        code = play(once=once, state=state)
    finish(code)
