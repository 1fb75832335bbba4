"""The application, its common options, and how errors end it."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from tracker.errors import SettingsError, TrackerError, UsageError
from tracker.model import Language

if TYPE_CHECKING:
    from tracker.sources import Settings

app = typer.Typer(
    name="tracker",
    help="Watches US export-control, tariff and AI-export law, and tells what changed, since when, and why it matters "
    "to a Japanese firm. Begin with `tracker demo`, or with `tracker check` on your own sources.toml.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

Config = Annotated[
    Path, typer.Option("--config", envvar="TRACKER_CONFIG", help="The settings file.", show_default=True)
]
State = Annotated[
    Path,
    typer.Option(
        "--state", envvar="TRACKER_STATE", help="The folder that everything is kept in.", show_default=True
    ),
]
Json = Annotated[
    bool, typer.Option("--json", help="One JSON document on standard output, and nothing else there.")
]

CONFIG = Path("sources.toml")
STATE = Path("state")


def run() -> int:
    """Runs the command and returns the exit code."""
    from tracker.cli import reading, working  # noqa: F401 - they register their commands

    try:
        app(standalone_mode=False)
    except (SettingsError, UsageError) as error:
        return _say(error, 2)
    except TrackerError as error:
        return _say(error, 1)
    except typer.Exit as done:
        return done.exit_code
    except typer.Abort:
        return 130
    except KeyboardInterrupt:
        print("stopped; nothing that was stored is lost", file=sys.stderr)
        return 130
    except BrokenPipeError:
        # The reader of a pipe (`| head`) has had enough; Python must not complain again at its own exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:
        import click

        if isinstance(error, click.exceptions.Exit):
            return error.exit_code
        if isinstance(error, click.ClickException):
            error.show()
            return 2
        raise
    return 0


def _say(error: TrackerError, code: int) -> int:
    print(error.line(), file=sys.stderr)
    return code


def finish(code: int) -> None:
    """Ends a command with an exit code."""
    if code:
        raise typer.Exit(code)


def print_json(value: Any) -> None:
    json.dump(value, sys.stdout, ensure_ascii=False, indent=2)
    sys.stdout.write("\n")


@dataclass(frozen=True, slots=True)
class Preferences:
    """What commands that only read the store need of the settings."""

    timezone: str = "Asia/Tokyo"
    language: Language = "ja"
    viewer_url: str = "http://127.0.0.1:8000"


def preferences(config: Path) -> Preferences:
    """From `[tracker]` alone: a missing secret of a channel is no reason not to show what is stored."""
    import tomli

    try:
        head = tomli.loads(config.read_text("utf-8")).get("tracker", {})
    except (OSError, ValueError):
        return Preferences()
    if not isinstance(head, Mapping):
        return Preferences()
    default = Preferences()
    languages = head.get("languages")
    language = (
        languages[0] if isinstance(languages, list) and languages and languages[0] in {"ja", "en"} else "ja"
    )
    return Preferences(
        timezone=str(head.get("timezone", default.timezone)),
        language=cast(Language, language),
        viewer_url=str(head.get("viewer_url", default.viewer_url)),
    )


def settings_of(config: Path) -> Settings:
    from tracker.engine.due import load_checked

    if not config.exists():
        raise UsageError(
            f"{config}: no such settings file",
            cure="give --config FILE, or copy sources.toml from the project",
        )
    return load_checked(config)


def logging(json_lines: bool, level: str = "info") -> None:
    """Logs go to standard error, as lines for people or as JSON for machines."""
    import logging as standard

    import structlog

    processors: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if json_lines
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty()),
    ]
    structlog.configure(
        processors=processors,
        wrapper_class=structlog.make_filtering_bound_logger(getattr(standard, level.upper())),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
