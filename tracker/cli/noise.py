"""The command that shows and clears the learned volatile content of pages."""

from __future__ import annotations

from pathlib import Path

import click

from tracker.cli.app import as_json as json_option
from tracker.cli.app import command, language_of, preferences, print_json, tables_of
from tracker.cli.app import known_ids as check_known
from tracker.cli.app import lang as lang_option


@command("noise")
@click.argument("source", required=False, default="")
@click.option("--clear", is_flag=True, help="Delete it: the next poll compares the pages whole.")
@lang_option
@json_option
def noise(config: Path, state: Path, source: str, clear: bool, lang: str, as_json: bool) -> None:
    """Shows words of pages that are not compared, because they change by themselves: clocks, counters, random
    tokens. For one SOURCE, or for all.
    """
    from tracker.i18n import label, t
    from tracker.parsing.volatile_content import shown, usable
    from tracker.sanitize import sanitize_line
    from tracker.storage import page_states, versions
    from tracker.storage.database import Store
    from tracker.storage.presence import required

    language = language_of(lang, preferences(config).language)
    if tables_of(config, "source") is not None:
        check_known(config, "source", source)
    required(state)
    store = Store(state)
    try:
        with store.write() as connection:
            found = [
                {"source": version.source, "url": version.key, "kind": kind, "words": words}
                for version in versions.with_noise(connection, source or None)
                for kind, words in map(shown, usable(version.volatile_patterns))
            ]
            if clear:
                page_states.clear_masks(connection, source or None)
    finally:
        store.close()
    if as_json:
        print_json({"cleared": clear, "masked": found})
        return
    if not found:
        print(t("noise.none", language))
    for each in found:
        print(
            f"{sanitize_line(each['source'])}  {sanitize_line(each['url'])}  {label('noise', each['kind'], language)}: {sanitize_line(each['words'])}"
        )
    if clear:
        for name in dict.fromkeys(each["source"] for each in found):
            count = sum(each["source"] == name for each in found)
            print(t("noise.cleared", language, source=sanitize_line(name), count=count))
