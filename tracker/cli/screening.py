"""The command that checks names of partners against the stored lists."""

from __future__ import annotations

import sys
from contextlib import closing
from pathlib import Path

import click

from tracker import clock
from tracker.cli import remote
from tracker.cli.app import as_json as json_option
from tracker.cli.app import (
    command,
    finish,
    language_of,
    preferences,
    print_json,
    remote_client,
    settings_of,
    write_out,
)
from tracker.cli.app import lang as lang_option
from tracker.cli.app import output as output_option
from tracker.errors import UsageError

FORMS = ("text", "csv", "pdf", "json")


@command("screen", remote=True)
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--format",
    "form",
    default="",
    metavar="text|csv|pdf|json",
    help="Output format; default: that of -o FILE, else text.",
)
@output_option
@lang_option
@json_option
def screen(
    config: Path, state: Path, file: Path, form: str, output: Path | None, lang: str, as_json: bool
) -> None:
    """Checks the names of a CSV (a column name, optionally country and address) against the lists as they are stored. Ends with
    1 when a list is missing or its source fails.
    """
    from tracker.answers.partners import screened
    from tracker.answers.texts import text_sources
    from tracker.rendering.screening_pdf import screening_pdf
    from tracker.screening import report, screener
    from tracker.screening.partner_file import LARGEST, read_partners
    from tracker.search.index import SearchIndex
    from tracker.storage.database import Store
    from tracker.storage.read_queries import open_reader

    form = "json" if as_json else form or (output.suffix.removeprefix(".") if output else "")
    form = form if form in FORMS else "" if form else "text"
    if not form:
        raise UsageError(f"--format: not one of {', '.join(FORMS)}")
    if form == "pdf" and output is None and sys.stdout.isatty():
        raise UsageError("a PDF cannot be printed to the terminal", cure="give -o FILE.pdf")
    if client := remote_client():
        remote.screen(client, file, form, language_of(lang, preferences(config).language), output)
        return
    try:
        with file.open("rb") as opened:
            data = opened.read(LARGEST + 1)
    except OSError as error:
        raise UsageError(f"{file}: cannot be read: {error.strerror}") from error
    partners = read_partners(data, file.name)
    settings = settings_of(config)
    with open_reader(state) as reader, closing(Store(state)) as store:
        finder = SearchIndex(store)
        finder.refresh(text_sources(settings))
        today = clock.legal_day(clock.now())
        found = screened(screener.Screener(finder), store, reader, settings, partners, today)
    language = language_of(lang, preferences(config).language)
    if form == "json":
        if output is None:
            print_json(report.screening_to_json(found))
        else:
            import json

            write_out(
                json.dumps(report.screening_to_json(found), ensure_ascii=False, indent=2) + "\n", output
            )
    elif form == "csv":
        write_out(report.screening_csv(found, language), output)
    elif form == "pdf":
        from tracker.i18n import t

        heads, rows = report.screening_rows(found, language)
        notes = report.screening_notes(found, language)
        write_out(screening_pdf(t("screen.title", language), heads, rows, notes, language), output)
    else:
        write_out(report.screening_text(found, language), output)
    finish(0 if found.whole else 1)
