"""The command that searches the changes and the words of all stored versions."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import click

from tracker.cli.app import as_json as json_option
from tracker.cli.app import command, finish, language_of, preferences, print_json, remote_client, settings_of
from tracker.cli.app import lang as lang_option


@command("search", remote=True)
@click.argument("words", nargs=-1, required=True, metavar="WORDS")
@click.option(
    "--limit",
    type=click.IntRange(1, 100),
    default=20,
    show_default=True,
    help="Show at most this many of each.",
)
@lang_option
@json_option
def search(config: Path, state: Path, words: tuple[str, ...], limit: int, lang: str, as_json: bool) -> None:
    """Searches the changes and the words of all stored versions of texts and lists, best first. WORDS must all
    occur, Japanese or English; "a phrase" in quotes. Ends with 1 when nothing is found.
    """
    liking = preferences(config)
    if client := remote_client():
        found = client.search(" ".join(words), limit)
    else:
        from tracker.answers.search import found_everywhere
        from tracker.answers.texts import text_sources
        from tracker.search.index import SearchIndex
        from tracker.storage.database import Store
        from tracker.storage.read_queries import open_reader

        settings = settings_of(config)
        with open_reader(state) as reader, closing(Store(state)) as store:
            finder = SearchIndex(store)
            finder.refresh(text_sources(settings))
            found = found_everywhere(reader, finder, settings, " ".join(words), limit)
    if as_json:
        print_json(found)
    else:
        from tracker.rendering.search_text import search_text

        print(search_text(found, language_of(lang, liking.language), liking.timezone))
    finish(0 if found["changes"]["total"] or found["texts"]["total"] else 1)
