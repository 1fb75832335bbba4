"""What commands print when they ask another tracker's viewer (`--server`): the same words, from the records of its API."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tracker import clock
from tracker.cli.app import Preferences, file_bytes, finish, print_json, write_out

if TYPE_CHECKING:
    from tracker.client import Client
    from tracker.model import Language


def changes(
    client: Client, conditions: Mapping[str, Any], limit: int, language: Language, liking: Preferences, *, as_json: bool
) -> None:  # fmt: skip
    """Print the changes that `tracker changes` asks for."""
    found = list(client.changes(limit=limit, **conditions))
    query = conditions.get("query")
    if query and not found:
        for near in client.search(query, limit=1)["changes"]["near"]:
            print(f"nothing found; near: --query {near['query']!r} ({near['count']})", file=sys.stderr)
    if as_json:
        print_json(found)
        return
    from tracker.rendering.change_text import listing

    profile = conditions.get("profile") or ""
    print(listing(found, language, liking.timezone, profile) if found else "no change fits")


def show(client: Client, reference: str, language: Language, liking: Preferences, *, as_json: bool) -> None:
    """Print one change as `tracker show` does."""
    found = client.change(reference)
    if as_json:
        print_json(found)
        return
    from tracker.i18n import t
    from tracker.rendering.change_text import page
    from tracker.sanitize import sanitize_line

    deliveries = [{**row, "reason": row["reason_data"]} for row in found["deliveries"]]
    belongs = [
        (t("story.records", language), f"{sanitize_line(record['title'])} ({record['change']})")
        for record in found["story_records"]
    ]
    today = clock.legal_day(clock.now())
    print(
        page(
            found,
            deliveries,
            language,
            liking.timezone,
            today,
            liking.viewer_url,
            beside=found,
            belongs=belongs,
        )
    )


def diff(client: Client, reference: str, form: str, language: Language, output: Path | None) -> None:
    """Print the redline of a change, made by the server. Exit codes as of diff."""
    differs = bool(client.operations(reference))
    write_out(client.redline(reference, form, language), output)
    finish(1 if differs else 0)


def screen(client: Client, file: Path, form: str, language: Language, output: Path | None) -> None:
    """Print the result of checking a CSV. Ends with 1 when a list is missing or its source fails."""
    data, complete = client.screen(file_bytes(file), form, language)
    write_out(data, output)
    finish(0 if complete else 1)
