"""Commands that check: check, verify."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tracker import clock, logs
from tracker.cli.app import as_json as json_option
from tracker.cli.app import command, finish, print_json, settings_of
from tracker.cli.running import chosen_sources, source_names
from tracker.errors import UsageError

if TYPE_CHECKING:
    from tracker.config.models import Settings


@command("check")
@source_names
@click.option(
    "--save",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    help="A new folder: keeps every answer of a whole first poll there, with a report of what differs from what is expected.",
)
@click.option(
    "--allow-empty",
    is_flag=True,
    help="Accept settings that lack all stored sources, or the sign-in.",
)
@json_option
def check(
    config: Path, state: Path, sources: tuple[str, ...], folder: Path | None, allow_empty: bool, as_json: bool
) -> None:
    """Checks the settings, and tests each source and each channel; reports the remedy for each failure.
    Channels get a test message. With SOURCE, only these sources are tested; with --save, sources only, each with a
    whole poll, which may take minutes. `tracker demo --replay` replays the saved folder.
    """
    settings = settings_of(config)
    logs.configure(settings.log_format == "json", "error")
    results = []
    for result in _checks(settings, state, sources, folder, allow_empty):
        results.append(result)
        if not as_json:
            mark = "ok  " if result["ok"] else "FAIL"
            print(f"{mark} {result['what']} {result['id']}: {result['said']}", flush=True)
    if as_json:
        print_json({"settings": str(config), "checks": results})
    elif not results:
        print(f"{config}: valid, but without any source or channel")
    if folder is not None and not as_json:
        print(f"the answers are in {folder}, and what differed in {folder / 'report.md'}")
    finish(0 if all(result["ok"] for result in results) else 1)


def _checks(
    settings: Settings, state: Path, names: Sequence[str], folder: Path | None, allow_empty: bool
) -> Iterator[dict[str, Any]]:
    if folder is not None:
        from tracker.scheduler.recorded_check import run_recorded_check

        return run_recorded_check(settings, chosen_sources(settings, names), folder, clock.now, _saved)
    from tracker.scheduler import self_check

    if names:
        return self_check.check_sources(settings, chosen_sources(settings, names), clock.now)
    return self_check.run_self_check(settings, state, clock.now, allow_empty=allow_empty)


def _saved(answers: int, size: int) -> None:
    if sys.stderr.isatty():
        sys.stderr.write(f"{answers} answers saved, {size / 1e6:.1f} MB   \r")


@command("verify")
@click.option(
    "--head",
    type=click.Path(path_type=Path, dir_okay=False),
    help="A file outside the state with the last hashes of the chains: it is compared, then updated.",
)
@json_option
def verify(config: Path, state: Path, head: Path | None, as_json: bool) -> None:  # noqa: ARG001 - every command takes --config
    """Hashes every snapshot again, and checks the chains of snapshots, attempts, reviews and changes. Ends with
    1 when a byte has changed.
    """
    from tracker.archive.verification import verify as check

    found = check(state, _noted(head) if head else {}, _checked)
    if head and not found.problems:
        _note(head, found.ends)
    if as_json:
        print_json(
            {
                "checked": found.checked,
                "problems": found.problems,
                "dropped": found.dropped,
                "dropped_bytes": found.dropped_bytes,
            }
        )
    else:
        for problem in found.problems:
            print(problem)
        if found.dropped:
            print(
                f"{found.dropped} answers were removed by policy ({found.dropped_bytes / 1e6:.1f} MB), each with its record"
            )
        print(f"{found.checked} snapshots and records checked, {len(found.problems)} problems")
    finish(1 if found.problems else 0)


def _checked(number: int) -> None:
    if sys.stderr.isatty():
        sys.stderr.write(f"{number} checked\r")


def _noted(head: Path) -> dict[str, Any]:
    """Return the last hashes of an earlier `verify`; empty before the first."""
    from tracker.storage.checkpoints import is_checkpoint

    if not head.exists():
        return {}
    try:
        noted = json.loads(head.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"{head} cannot be read: {error.strerror}") from error
    except ValueError:
        noted = None
    if not is_checkpoint(noted):
        raise UsageError(
            f"{head} was not written by `tracker verify --head`", cure="name another file, or move it away"
        )
    return dict(noted)


def _note(head: Path, ends: dict[str, Any]) -> None:
    beside = head.with_name(f"{head.name}.new")
    try:
        beside.write_text(json.dumps(ends, indent=1) + "\n", encoding="utf-8")
        beside.replace(head)
    except OSError as error:
        raise UsageError(f"{head} cannot be written: {error.strerror}") from error
