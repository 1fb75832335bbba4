"""The command that manages access to the viewer: users."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tracker import clock
from tracker.cli.app import as_json as json_option
from tracker.cli.app import command, print_json, settings_of
from tracker.errors import UsageError

if TYPE_CHECKING:
    from sqlalchemy import Connection

ROLES = ("reader", "reviewer", "operator", "admin")
SCOPES = ("records", "status")
ACTIONS = ("list", "add", "role", "password", "remove", "key", "revoke")


@command("users")
@click.argument("action", metavar="list|add|role|password|remove|key|revoke")
@click.argument("name", default="", metavar="[NAME]")
@click.option("--role", metavar="|".join(ROLES), help="The role of the account; with add and role.")
@click.option(
    "--password-file",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Read the password from the first line of a file; by default, it is prompted for.",
)
@click.option(
    "--no-password",
    is_flag=True,
    help="With add: no password, because a proxy or a sign-in service signs this user in.",
)
@click.option(
    "--subject",
    default="",
    metavar="SUB",
    help="With add: the user's subject (claim sub) at the sign-in service of [viewer.oidc]; no password.",
)
@click.option("--scope", "scopes", multiple=True, metavar="|".join(SCOPES), help="What a key opens.")
@json_option
def users(
    config: Path,
    state: Path,
    action: str,
    name: str,
    role: str | None,
    password_file: Path | None,
    no_password: bool,
    subject: str,
    scopes: tuple[str, ...],
    as_json: bool,
) -> None:
    """Manages access to the viewer where `[viewer]` requires sign-in: accounts with a role, and keys for
    programs.
    """
    if action not in ACTIONS:
        raise UsageError(f"{action!r} is not one of {', '.join(ACTIONS)}")
    if action == "list":
        _list(state, as_json)
        return
    if not name:
        raise UsageError(f"users {action} needs the {'id of a key' if action == 'revoke' else 'name'}")
    if role is not None and role not in ROLES:
        raise UsageError(f"--role: {role!r} is not one of {', '.join(ROLES)}")
    if (role is None) == (action in {"add", "role"}):
        raise UsageError("--role is required with add and role, and only allowed there")
    unknown = [scope for scope in scopes if scope not in SCOPES]
    if unknown:
        raise UsageError(f"--scope: {unknown[0]!r} is not one of {', '.join(SCOPES)}")
    if subject and (action != "add" or password_file is not None):
        raise UsageError("--subject is only allowed with add, without a password")
    from tracker.storage import accounts, audit_log
    from tracker.storage.audit_log import Event
    from tracker.web.passwords import hash_password

    known = _subject(config, subject) if subject else None
    password = ""
    if action == "password" or (action == "add" and not no_password and not subject):
        password = hash_password(_password(password_file))
    now = clock.now()
    with _writing(state) as connection:
        if action == "add":
            accounts.add(connection, name, accounts.UserRole(str(role)), password, now, subject=known)
        elif action == "role":
            accounts.alter(connection, name, role=accounts.UserRole(str(role)))
        elif action == "password":
            accounts.alter(connection, name, password=password)
        elif action == "remove":
            accounts.remove(connection, name)
        elif action == "revoke":
            accounts.revoke(connection, name)
        else:
            key = accounts.make_key(connection, name, [accounts.Scope(scope) for scope in scopes], now)
            name = f"{key.split('_')[1]} ({name}: {', '.join(scopes)})"
            print(key)
            print("shown only once; use it as: Authorization: Bearer KEY", file=sys.stderr)
        kinds = {"key": Event.KEY_MADE, "revoke": Event.KEY_REVOKED}
        detail = name if action in kinds else f"{action} {name}{f' ({role})' if role else ''}"
        audit_log.add(connection, now, audit_log.MACHINE, kinds.get(action, Event.ACCOUNT), detail)


def _subject(config: Path, sub: str) -> str:
    from tracker.web.oidc import subject_of

    oidc = settings_of(config).access.oidc
    if oidc is None:
        raise UsageError("--subject: the settings have no sign-in service", cure="set [viewer.oidc] first")
    return subject_of(oidc, sub)


def _list(state: Path, as_json: bool) -> None:
    from tracker.serialization import format_instant
    from tracker.storage import accounts

    with _writing(state) as connection:
        people, keys = accounts.list_accounts(connection), accounts.keys(connection)
    if as_json:
        print_json(
            {
                "accounts": [
                    {"name": one.name, "role": str(one.role), "password": bool(one.password), "made_at": format_instant(one.created_at)}
                    for one in people
                ],
                "keys": [
                    {"id": key.id, "name": key.name, "scopes": [str(scope) for scope in key.scopes], "made_at": format_instant(key.created_at)}
                    for key in keys
                ],
            }
        )  # fmt: skip
        return
    for one in people:
        print(f"{one.role:<9} {one.name}{'' if one.password else ' (no password)'}")
    for key in keys:
        print(f"key {key.id} of {key.name}: {', '.join(key.scopes)}")
    if not people:
        print("no accounts: tracker users add NAME --role admin", file=sys.stderr)


def _password(file: Path | None) -> str:
    if file is None:
        given: str = click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
        return given
    try:
        return file.read_text("utf-8").partition("\n")[0].rstrip("\r")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{file}: the password cannot be read") from error


@contextmanager
def _writing(state: Path) -> Iterator[Connection]:
    from tracker.storage.database import Store

    store = Store(state)
    try:
        with store.write() as connection:
            yield connection
    finally:
        store.close()
