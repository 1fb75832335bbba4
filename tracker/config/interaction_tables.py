"""Reads `[slack]`, `[teams]` and `[mail]`: what people press outside the viewer, and under whose name it is recorded."""

from __future__ import annotations

from typing import Any, Protocol

from tracker.config.keys import Keys
from tracker.config.models import MailLinks, SlackApp, TeamsCards
from tracker.config.schema import MAIL, SLACK, TEAMS

SHORTEST = 16  # characters of a secret that signs


class TableReader(Protocol):
    """What `loader` offers: the tables of the file, values by their keys, secrets, and a list of mistakes."""

    table: dict[str, Any]

    def read_table(self, place: tuple[str | int, ...], values: object, keys: Keys) -> dict[str, Any]: ...
    def secret(self, value: str) -> str: ...
    def problem(self, place: tuple[str | int, ...], what: str) -> None: ...


def read_interactions(reader: TableReader) -> dict[str, Any]:
    """Return the fields of `Settings` for the three tables; a table that the file lacks has none."""
    found: dict[str, Any] = {}
    if "slack" in reader.table:
        right = _read(reader, "slack", SLACK, ("signing_secret", "app_token", "bot_token"))
        if not {"signing_secret", "app_token"} & right.keys():
            reader.problem(("slack",), "slack: needs signing_secret, or app_token for Socket Mode")
        found["slack"] = SlackApp(**right)
    if "teams" in reader.table:
        found["teams"] = TeamsCards(**_by_address(_signed(reader, "teams", TEAMS)))
    if "mail" in reader.table:
        found["mail_links"] = MailLinks(**_by_address(_signed(reader, "mail", MAIL)))
    return found


def _read(reader: TableReader, name: str, keys: Keys, secrets: tuple[str, ...]) -> dict[str, Any]:
    right = reader.read_table((name,), reader.table[name], keys)
    for key in secrets:
        if key in right:
            try:
                right[key] = reader.secret(right[key])
            except ValueError as error:
                reader.problem((name, key), f"{key}: {error}")
    return right


def _signed(reader: TableReader, name: str, keys: Keys) -> dict[str, Any]:
    right = _read(reader, name, keys, ("secret",))
    for word in str(right.get("secret", "")).split():
        if len(word) < SHORTEST and not word.startswith(("env:", "file:")):
            reader.problem((name, "secret"), f"secret: must have {SHORTEST} characters or more")
    return right


def _by_address(right: dict[str, Any]) -> dict[str, Any]:
    """Addresses in small letters: a mail server and Teams do not distinguish them."""
    users = {address.casefold(): name for address, name in right.get("users", {}).items()}
    return {**right, "users": users}
