"""The command that renders and sends the weekly digest."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from tracker import clock
from tracker.cli.app import (
    command,
    finish,
    known_ids,
    language_of,
    preferences,
    settings_in_use,
    tables_of,
    write_out,
)
from tracker.cli.app import lang as lang_option
from tracker.cli.app import output as output_option
from tracker.errors import UsageError

if TYPE_CHECKING:
    from tracker.digest.period import Period
    from tracker.rendering.source_text import SourceNames

FORMS = ("html", "md", "pdf")


@command("digest")
@click.option("--week", default="", metavar="2026-W47", help="The week; default: the last complete week.")
@click.option("--profile", default="", metavar="ID", help="Put the changes for this profile first.")
@click.option(
    "--format", "form", default="md", metavar="html|md|pdf", show_default=True, help="Output format."
)
@click.option("--send", is_flag=True, help="Send it to the channels of [digest] that have not received it.")
@output_option
@lang_option
def digest(
    config: Path, state: Path, week: str, profile: str, form: str, send: bool, output: Path | None, lang: str
) -> None:
    """Renders the digest of any week, as HTML for mail, Markdown or PDF. With --send, it goes to the channels
    of [digest], once to each; ends with 1 when a channel did not accept it.
    """
    from tracker.digest.period import last_week, read_week

    if form not in FORMS:
        raise UsageError(f"--format: {form!r} is not one of {', '.join(FORMS)}")
    liking = preferences(config)
    now = clock.now()
    try:
        period = read_week(week, liking.timezone) if week else last_week(now, liking.timezone)
    except ValueError as error:
        raise UsageError(f"--week: {error}") from error
    if period.start > now:
        raise UsageError(f"--week: {period.name} has not begun")
    if send:
        if profile or lang or output:
            raise UsageError(
                "--send goes to the readers in [digest]: use it without --profile, --lang and -o"
            )
        _send(config, state, period)
        return
    known_ids(config, "profile", profile, state)
    from tracker import digest as telling

    found = telling.load_week(
        state,
        period,
        now=now,
        profile=profile,
        viewer_url=liking.viewer_url,
        watched=_watched(config),
        names=_names(config),
    )
    language = language_of(lang, liking.language)
    if form == "pdf":
        import sys

        if output is None and sys.stdout.isatty():
            raise UsageError("a PDF cannot be printed to the terminal", cure="give -o FILE.pdf")
        write_out(telling.pdf(telling.build_view(found, language)), output)
    elif form == "html":
        write_out(telling.render_email(found, language)[1], output)
    else:
        write_out(telling.markdown(telling.build_view(found, language)), output)


def _watched(config: Path) -> list[str] | None:
    """Return the ids of the enabled sources."""
    rows = tables_of(config, "source")
    return None if rows is None else [str(row.get("id", "")) for row in rows if row.get("enabled", True)]


def _names(config: Path) -> SourceNames:
    """Return the names of the sources; their ids where the file is no valid settings. A missing secret is no reason."""
    from tracker.config.loader import load
    from tracker.errors import SettingsError
    from tracker.rendering.source_text import id_as_name, source_names

    try:
        return source_names(load(config, secrets=False))
    except SettingsError:
        return id_as_name


def _send(config: Path, state: Path, period: Period) -> None:
    from tracker.digest.schedule import send_week
    from tracker.storage.database import Store

    settings = settings_in_use(config, state)
    if settings.digest is None:
        raise UsageError(
            f"{config}: there is no [digest] table, so no channel gets a digest",
            cure='add [digest] with to = ["CHANNEL"]',
        )
    if not period.end <= clock.now():
        raise UsageError(f"--send: {period.name} is not over yet")
    store = Store(state)
    try:
        outcomes, statuses = send_week(settings, settings.digest, period, store, clock.now)
    finally:
        store.close()
    attempted = {outcome.delivery.key for outcome in outcomes}
    for recipient, status in statuses.items():
        to = " ".join(filter(None, (recipient.channel, recipient.language, recipient.profile)))
        if status.state == "sent" and recipient.key not in attempted:
            print(f"{to}: sent already, {status.attempted_at:%Y-%m-%d %H:%M} UTC")
        else:
            print(f"{to}: {status.state}: {status.answer}")
    finish(0 if all(status.state == "sent" for status in statuses.values()) else 1)
