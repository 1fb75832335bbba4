"""The command that says which duty a line of the tariff schedule pays."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from tracker import clock
from tracker.cli.app import as_json as json_option
from tracker.cli.app import command, finish, language_of, preferences, print_json
from tracker.cli.app import lang as lang_option


@command("duty")
@click.argument("hts")
@click.option(
    "--origin", default="JP", show_default=True, metavar="CODE", help="Country of origin, two letters."
)
@click.option("--on", "day", default="", metavar="DATE", help="The day of entry; default: today in New York.")
@lang_option
@json_option
def duty(config: Path, state: Path, hts: str, origin: str, day: str, lang: str, as_json: bool) -> None:
    """Says which duty a line of the tariff schedule pays on a day: the base rate and the headings of chapter 99 that
    apply by their own words and notes, each with its source.

    HTS is a number of 4 to 10 digits, with or without dots. Ends with 1 where the duty is not determined: the open
    questions say why.
    """
    from tracker.answers.duty import duty_on, duty_to_json, origin_of
    from tracker.cli.running import read_day
    from tracker.rendering.duty_text import duty_lines
    from tracker.storage.database import Store
    from tracker.storage.read_queries import open_reader

    on: date = read_day(day, "--on") if day else clock.legal_day(clock.now())
    place = origin_of(origin)
    with open_reader(state):  # says in one line where nothing is stored
        pass
    with Store(state).read() as connection:
        answer = duty_to_json(duty_on(connection, hts, place, on))
    if as_json:
        print_json(answer)
    else:
        print("\n".join(duty_lines(answer, language_of(lang, preferences(config).language))))
    finish(0 if answer["state"] == "determined" else 1)
