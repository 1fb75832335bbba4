"""Reads `sources.toml` and reports all mistakes at once, each with its line.

`schema.py` defines what each key may hold; the JSON Schema is made from the same tables.
"""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

import tomli

from tracker.config.interaction_tables import read_interactions
from tracker.config.keys import Keys
from tracker.config.models import (
    Channel,
    Digest,
    HostLimit,
    Instrument,
    OidcSettings,
    Route,
    Settings,
    Source,
    Summarizer,
    ViewerAccess,
)
from tracker.config.schema import (
    CHANNEL,
    DIGEST,
    HOST,
    INSTRUMENT,
    OIDC,
    OLD_TABLES,
    PROFILE,
    ROUTE,
    STORE,
    SUMMARIZER,
    TABLES,
    TRACKER,
    VIEWER,
    WHEN,
    keys_for_kind,
    keys_for_unknown_kind,
)
from tracker.config.signing import signing_keys
from tracker.config.source_kinds import source_kinds
from tracker.config.source_secrets import placed
from tracker.errors import SettingsError
from tracker.model import Profile
from tracker.plugins import SOURCES, problems

_HEADER = re.compile(r"^\s*\[(\[)?\s*([A-Za-z0-9_\-.\"]+)\s*\]?\]\s*(?:#.*)?$")
_KEY = re.compile(r'^\s*([A-Za-z0-9_\-]+|"[^"]+")\s*=')

_SOURCE_FIELDS = {item.name for item in fields(Source)}

Place = tuple[str | int, ...]


def load(path: Path, environ: Mapping[str, str] = os.environ, *, secrets: bool = True) -> Settings:
    """Return the settings in a file. Raises SettingsError with one line per mistake. With `secrets=False`, `env:NAME` and
    `file:PATH` stay as they are, for a program that sends nothing.
    """
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise SettingsError([f"{path}: cannot be read: {error.strerror}"]) from error
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise SettingsError([f"{path}:{line}: not UTF-8"]) from error
    return loads(text, path, environ, secrets=secrets)


def loads(
    text: str, path: Path, environ: Mapping[str, str] = os.environ, *, secrets: bool = True
) -> Settings:
    """Return the settings in a text that is, or will be, the file `path`. Raises SettingsError as `load`."""
    try:
        table = tomli.loads(text)
    except tomli.TOMLDecodeError as error:
        raise SettingsError([f"{path}:{error.lineno}: {error.msg}"]) from error
    except (RecursionError, ValueError) as error:  # nested without end, or a number of thousands of digits
        raise SettingsError([f"{path}: cannot be read as TOML: {error}"]) from error
    return _Reader(path, table, line_numbers(text), environ, secrets).settings()


def read_row(
    table: str, values: Mapping[str, Any], known: Mapping[str, Collection[str]]
) -> tuple[Profile | Route | Instrument, tuple[str, ...]]:
    """Return one `[[profile]]`, `[[route]]` or `[[instrument]]` that is not in the file, and what is wrong with it, in the
    words of `load`. `known` are the ids that exist: sources, channels, profiles.
    """
    rows: dict[str, Any] = {name: [{"id": one} for one in ids] for name, ids in known.items()}
    reader = _Reader(Path(), {**rows, table: [*rows.get(table, ()), dict(values)]}, {}, {}, secrets=False)
    place, row = reader.each(table)[-1]
    if table == "profile":
        reader.unique("profile", [str(one.get("id", "")) for _, one in reader.each("profile")])
        found: Profile | Route | Instrument = reader.profile(place, row)
    else:
        found = reader.read_routes()[-1] if table == "route" else reader.instrument(place, row)
    return found, tuple(dict.fromkeys(what for _, what in reader.problems))


def line_numbers(text: str) -> dict[Place, int]:
    """Return the line of each table and key of a TOML file: `("source", 0, "every") -> 12`.

    tomli does not report positions. Only what our own file needs is covered: tables, arrays of tables and their
    direct keys; a value over several lines counts for the line of its key.
    """
    found: dict[Place, int] = {}
    counts: dict[str, int] = {}
    here: Place = ()
    open_brackets = 0
    fence = ""
    for number, line in enumerate(text.splitlines(), 1):
        if fence:
            if fence in line:
                fence = ""
            continue
        if open_brackets > 0:
            open_brackets += _brackets(line)
            continue
        header = _HEADER.match(line)
        if header:
            name = header[2].strip('"')
            if header[1]:
                counts[name] = counts.get(name, -1) + 1
                here = (name, counts[name])
            else:
                here = tuple(name.split("."))
            found.setdefault(here, number)
            continue
        key = _KEY.match(line)
        if key:
            found[(*here, key[1].strip('"'))] = number
            value = line[key.end() :]
            for mark in ('"""', "'''"):
                if value.count(mark) == 1:
                    fence = mark
            if not fence:
                open_brackets = max(0, _brackets(value))
    return found


def _brackets(text: str) -> int:
    """Return how many brackets a line leaves open, not counting those in strings and comments."""
    bare = re.sub(r'"(?:\\.|[^"\\])*"|\'[^\']*\'', "", text).split("#", 1)[0]
    return bare.count("[") + bare.count("{") - bare.count("]") - bare.count("}")


@dataclass
class _Reader:
    path: Path
    table: dict[str, Any]
    lines: dict[Place, int]
    environ: Mapping[str, str]
    secrets: bool = True
    problems: list[tuple[int, str]] = field(default_factory=list)
    warnings: list[tuple[int, str]] = field(default_factory=list)

    def settings(self) -> Settings:
        self.rename_tables()
        for name in self.table:
            if name not in TABLES:
                self.problem((name,), f'unknown table "{name}"')
        head = self.read_table(("tracker",), self.table.get("tracker", {}), TRACKER)
        sources = self.read_sources()
        channels = self.read_channels()
        profiles = [self.profile(place, values) for place, values in self.each("profile")]
        self.unique("profile", [str(values.get("id", "")) for _, values in self.each("profile")])
        hosts = self.read_hosts()
        if "templates" in head:
            head["templates"] = self.path.parent / head["templates"]
            if not head["templates"].is_dir():
                self.problem(("tracker", "templates"), f"templates: {head['templates']} is no folder")
        for channel_id in head.get("outage_channels", ()):
            if channel_id not in {channel.id for channel in channels}:
                self.problem(
                    ("tracker", "outage_channels"), f'outage_channels: no channel has the id "{channel_id}"'
                )
        settings = Settings(
            path=self.path,
            sources=tuple(sources),
            channels=tuple(channels),
            profiles=tuple(profiles),
            instruments=tuple(self.instrument(place, values) for place, values in self.each("instrument")),
            hosts=tuple(hosts),
            access=self.read_access(),
            summarizer=self.read_summarizer(),
            store_url=self.read_store(),
            **read_interactions(self),
            **head,
        )
        routes = self.read_routes()
        digest = self.read_digest()
        if self.problems:
            self.problems.sort()
            raise SettingsError([f"{self.path}:{line}: {what}" for line, what in self.problems])
        warnings = tuple(f"{self.path}:{line}: {what}" for line, what in sorted(self.warnings))
        return replace(settings, routes=tuple(routes), digest=digest, warnings=warnings)

    # --- parts

    def line(self, place: Place) -> int:
        while place and place not in self.lines:
            place = place[:-1]
        return self.lines.get(place, 1)

    def problem(self, place: Place, what: str) -> None:
        self.problems.append((self.line(place), what))

    def each(self, name: str) -> list[tuple[Place, dict[str, Any]]]:
        rows = self.table.get(name, [])
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            if not any(what.startswith(f"[{name}]") for _, what in self.problems):
                self.problem((name,), f"[{name}] must be written [[{name}]]")
            return []
        return [((name, index), row) for index, row in enumerate(rows)]

    def read_table(self, place: Place, values: object, keys: Keys) -> dict[str, Any]:
        """Return the valid values of a table, and note a problem for each that is invalid or missing."""
        if not isinstance(values, dict):
            self.problem(place, f"[{place[0]}] must be a table")
            return {}
        values = self.renamed(place, values, keys)
        right: dict[str, Any] = {}
        for name, value in values.items():
            key = keys.get(name)
            if key is None:
                hint = _nearest(name, keys)
                self.problem(
                    (*place, name), f'unknown key "{name}"' + (f'; did you mean "{hint}"?' if hint else "")
                )
                continue
            try:
                right[key.field or name] = key.read(value)
            except ValueError as error:
                self.problem((*place, name), f"{name}: {error}")
        for name, key in keys.items():
            if key.required and name not in values:
                table = f"[[{place[0]}]]" if len(place) > 1 else f"[{place[0]}]"
                self.problem(place, f'{table} lacks "{name}"')
        return right

    def renamed(self, place: Place, values: dict[str, Any], keys: Keys) -> dict[str, Any]:
        """Return the values under the current names of their keys. Note a warning for each earlier name, and a
        problem where both names are used.
        """
        present = {key.old_name: name for name, key in keys.items() if key.old_name}
        for old in values.keys() & present.keys():
            new, line = present[old], self.line((*place, old))
            if new in values:
                self.problem((*place, old), f'"{old}" is now called "{new}": use one of them')
            self.warnings.append((line, f'"{old}" is now called "{new}"; the old name still works'))
            self.lines.setdefault((*place, new), line)
        return {present.get(name, name): value for name, value in values.items()}

    def rename_tables(self) -> None:
        """Read a table under its earlier name, with a warning; note a problem where both names are used."""
        for old, new in OLD_TABLES.items():
            if old not in self.table:
                continue
            line = self.line((old,))
            if new in self.table:
                self.problem((old,), f"[{old}] is now called [{new}]: use one of them")
            self.warnings.append((line, f"[{old}] is now called [{new}]; the old name still works"))
            self.lines = {
                (new, *place[1:]) if place[:1] == (old,) else place: at for place, at in self.lines.items()
            }
            self.table = {new if name == old else name: values for name, values in self.table.items()}

    def unique(self, name: str, ids: list[str]) -> None:
        seen: set[str] = set()
        for index, identity in enumerate(ids):
            if identity and identity in seen:
                self.problem((name, index, "id"), f'duplicate {name} id "{identity}"')
            seen.add(identity)

    def read_sources(self) -> list[Source]:
        sources = []
        for place, values in self.each("source"):
            kind = values.get("kind")
            if isinstance(kind, str) and kind in source_kinds():
                right = self.read_table(place, values, keys_for_kind(kind))
            else:  # its keys cannot be known: its kind is the only mistake reported
                right = self.read_table(place, values, keys_for_unknown_kind())
                if problem := problems(SOURCES).get(str(kind)):
                    self.problem((*place, "kind"), problem)
            if "every" in values and "cron" in values:
                self.problem((*place, "cron"), 'use "every" or "cron", not both')
            if "id" in right and "kind" in right:
                if "cron" in right:
                    right["every"] = None
                options = placed(self.path, {name: right.pop(name) for name in right.keys() - _SOURCE_FIELDS})
                sources.append(Source(**right, options=options, line=self.line(place)))
        self.unique("source", [str(values.get("id", "")) for _, values in self.each("source")])
        return sources

    def read_hosts(self) -> list[HostLimit]:
        rows = [self.read_table(place, values, HOST) for place, values in self.each("host")]
        return [HostLimit(**row) for row in rows if HOST.keys() <= row.keys()]

    def read_channels(self) -> list[Channel]:
        channels = []
        for place, values in self.each("channel"):
            right = self.read_table(place, values, CHANNEL)
            files = [self.secret_file(str(right.get(name, ""))) for name in ("url", "secret")]
            if "url" in right:
                try:
                    right["url"] = self.secret(right["url"])
                except ValueError as error:
                    self.problem((*place, "url"), f"url: {error}")
            if "secret" in right:
                try:
                    right["secret"] = self.secret(right["secret"])
                except ValueError as error:
                    self.problem((*place, "secret"), f"secret: {error}")
            self.check_webhook(place, right)
            if right.get("redline") and not str(right.get("url", "mail")).startswith("mail"):
                self.problem((*place, "redline"), "redline: only mail carries files")
            if "id" in right and "url" in right:
                channels.append(
                    Channel(**right, url_file=files[0], secret_file=files[1], line=self.line(place))
                )
        self.unique("channel", [str(values.get("id", "")) for _, values in self.each("channel")])
        return channels

    def check_webhook(self, place: Place, right: dict[str, Any]) -> None:
        """Check the keys that only webhooks have, and replace the name of the template by its path."""
        hidden = str(right.get("url", "json")).startswith(("env:", "file:"))
        for name in ("payload", "template", "reviews"):
            if right.get(name) and not hidden and not str(right.get("url", "json")).startswith("json"):
                self.problem((*place, name), f"{name}: only json:// and jsons:// have it")
        if "template" in right:
            right["template"] = self.path.parent / str(right["template"])
            if not right["template"].is_file():
                self.problem((*place, "template"), f"template: {right['template']} is no file")
        try:
            signing_keys(right.get("secret", ""))
        except ValueError as error:
            self.problem((*place, "secret"), f"secret: {error}")

    def secret_file(self, value: str) -> Path | None:
        """Return the file that `file:PATH` names, relative to the folder of the settings; None for other text."""
        return self.path.parent / value[5:] if value.startswith("file:") else None

    def secret(self, value: str) -> str:
        """Return the secret that `env:NAME` or `file:PATH` names; other text unchanged. Raises ValueError when
        it is missing.
        """
        if not self.secrets and value.startswith(("env:", "file:")):
            return value
        if value.startswith("env:"):
            name = value[4:]
            if not self.environ.get(name):
                raise ValueError(f"secret {value} is missing: the environment has no {name}")
            return self.environ[name].strip()
        secret_path = self.secret_file(value)
        if secret_path is not None:
            try:
                content = secret_path.read_text("utf-8").strip()
            except (OSError, UnicodeDecodeError) as error:
                raise ValueError(f"secret {value} is missing: the file cannot be read") from error
            if not content:
                raise ValueError(f"secret {value} is missing: the file is empty")
            return content
        if "://" not in value:
            raise ValueError("not an Apprise URL, env:NAME or file:PATH")
        return value

    def profile(self, place: Place, values: dict[str, Any]) -> Profile:
        return Profile(**{"id": "", **self.read_table(place, values, PROFILE)})

    def instrument(self, place: Place, values: dict[str, Any]) -> Instrument:
        return Instrument(**{"name": "", **self.read_table(place, values, INSTRUMENT)})

    def read_routes(self) -> list[Route]:
        known = {
            name: {str(values.get("id")) for _, values in self.each(name)}
            for name in ("source", "channel", "profile")
        }
        routes = []
        for place, values in self.each("route"):
            right = self.read_table(place, values, ROUTE)
            when = self.read_table((*place, "when"), right.pop("when", {}), WHEN)
            for channel in right.get("to", ()):
                if channel not in known["channel"]:
                    self.problem((*place, "to"), f'to: no channel has the id "{channel}"')
            for channel in right.get("escalate_to", ()):
                if channel not in known["channel"]:
                    self.problem((*place, "escalate_to"), f'escalate_to: no channel has the id "{channel}"')
            if ("escalate_to" in values) != ("acknowledge_within" in values):
                self.problem(place, 'give "acknowledge_within" and "escalate_to" together')
            for source in when.get("sources", ()):
                if source not in known["source"]:
                    self.problem((*place, "when"), f'when: no source has the id "{source}"')
            profile = when.get("profile")
            if profile is not None and profile not in known["profile"]:
                self.problem((*place, "when"), f'when: no profile has the id "{profile}"')
            routes.append(Route(**{"to": (), **right, **when}, line=self.line(place)))
        return routes

    def read_access(self) -> ViewerAccess:
        found = self.table.get("viewer", {})
        # [viewer.oidc] is a table of its own within it.
        plain = (
            {name: value for name, value in found.items() if name != "oidc"}
            if isinstance(found, dict)
            else found
        )
        access = ViewerAccess(**self.read_table(("viewer",), plain, VIEWER))
        if access.sign_in == "none":
            access = replace(access, sign_in="", anonymous=True)
        if isinstance(found, dict) and "oidc" in found:
            access = replace(access, oidc=self.read_oidc(found["oidc"]))
        if access.sign_in == "oidc" and access.oidc is None:
            self.problem(("viewer", "sign_in"), 'sign_in: "oidc" needs a right [viewer.oidc]')
        if access.sign_in == "proxy" and not access.trusted_proxies:
            self.problem(
                ("viewer", "sign_in"),
                'sign_in: "proxy" needs "trusted_proxies": any client can send the header',
            )
        return access

    def read_store(self) -> str:
        if "store" not in self.table:
            return ""
        right = self.read_table(("store",), self.table["store"], STORE)
        try:
            return self.secret(right.get("url", ""))
        except ValueError as error:
            self.problem(("store", "url"), f"url: {error}")
            return ""

    def read_summarizer(self) -> Summarizer | None:
        if "summarizer" not in self.table:
            return None
        place = ("summarizer",)
        right = self.read_table(place, self.table["summarizer"], SUMMARIZER)
        if "@" in right.get("base_url", ""):
            self.problem(
                (*place, "base_url"), "base_url: write the key as the value of key, not inside the address"
            )
        if "key" in right:
            try:
                right["key"] = self.secret(right["key"])
            except ValueError as error:
                self.problem((*place, "key"), f"key: {error}")
            else:
                if not (right["key"].isascii() and right["key"].isprintable()):
                    self.problem((*place, "key"), "key: its value is not one line of ASCII")
        return Summarizer(**{"base_url": "", "model": "", **right})

    def read_oidc(self, values: object) -> OidcSettings | None:
        right = self.read_table(("viewer", "oidc"), values, OIDC)
        if "client_secret" in right:
            try:
                right["client_secret"] = self.secret(right["client_secret"])
            except ValueError as error:
                self.problem(("viewer", "oidc", "client_secret"), f"client_secret: {error}")
        return OidcSettings(**right) if {"issuer", "client_id"} <= right.keys() else None

    def read_digest(self) -> Digest | None:
        if "digest" not in self.table:
            return None
        right = self.read_table(("digest",), self.table["digest"], DIGEST)
        for name, key in (("channel", "to"), ("profile", "profiles")):
            known = {str(values.get("id")) for _, values in self.each(name)}
            for wanted in right.get(key, ()):
                if wanted not in known:
                    self.problem(("digest", key), f'{key}: no {name} has the id "{wanted}"')
        return Digest(**{"to": (), **right}, line=self.line(("digest",)))


def _nearest(name: str, keys: Keys) -> str:
    from difflib import get_close_matches

    return next(iter(get_close_matches(name, list(keys), n=1)), "")
