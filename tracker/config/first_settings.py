"""The first `sources.toml`, from the answers to a few questions. `tracker init` and the setup page ask them.

The address of a channel is a secret: unless it is given as `env:NAME` or `file:PATH`, it goes to a file of its own that
only the owner may read, and the settings name that file.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from tracker.config import toml_text
from tracker.config.loader import loads
from tracker.config.models import Settings
from tracker.errors import SettingsError, UsageError
from tracker.model import Language

PROFILE = "our-firm"
SECRETS = "secrets"  # the folder beside the settings
_HEAD = """\
# Written by the first setup. Every key: docs/settings.md. A running daemon reloads a changed file, and keeps the old settings
# when the new ones are wrong. `tracker check` tries each source and channel.
"""


@dataclass(frozen=True, slots=True)
class Industry:
    """An industry that the setup offers: the topics and product words of its first profile."""

    id: str
    ja: str
    en: str
    topics: tuple[str, ...]
    products: tuple[str, ...]

    def name(self, language: Language) -> str:
        return self.ja if language == "ja" else self.en


@dataclass(frozen=True, slots=True)
class FirstAnswers:
    """What the setup asks. `channel_url` is an Apprise URL, `env:NAME` or `file:PATH`; empty: no channel yet."""

    timezone: str = "Asia/Tokyo"
    language: Language = "ja"
    contact: str = ""
    channel_id: str = "alerts"
    channel_url: str = ""
    industries: tuple[str, ...] = ()
    eccns: tuple[str, ...] = ()


@cache
def industries() -> Mapping[str, Industry]:
    """Return the industries by id."""
    text = resources.files("tracker.config").joinpath("industries.toml").read_text("utf-8")
    return {
        name: Industry(name, row["ja"], row["en"], tuple(row["topics"]), tuple(row["products"]))
        for name, row in tomllib.loads(text).items()
    }


@cache
def first_sources() -> str:
    """Return the tables of the recommended sources."""
    return resources.files("tracker.config").joinpath("first_sources.toml").read_text("utf-8")


def settings_text(answers: FirstAnswers) -> str:
    """Return the settings file. Pure; `channel_url` is written as it is, so that it must be a reference by now."""
    languages = ("ja", "en") if answers.language == "ja" else ("en", "ja")
    head: dict[str, Any] = {"timezone": answers.timezone, "languages": languages}
    if answers.contact:
        head["contact"] = answers.contact
    parts = [_HEAD, toml_text.table("[tracker]", head), first_sources()]
    if answers.channel_url:
        parts.append(toml_text.table("[[channel]]", {"id": answers.channel_id, "url": answers.channel_url}))
    profile = _profile(answers)
    if profile:
        parts.append(toml_text.table("[[profile]]", {"id": PROFILE, **profile}))
    if answers.channel_url:
        parts += [
            "# Changes of level medium or above, and all that concern the profile.\n"
            + toml_text.table("[[route]]", {"when": {"level": "medium"}, "to": [answers.channel_id]})
        ]
        if profile:
            route: dict[str, Any] = {"when": {"profile": PROFILE, "level": "low"}, "to": [answers.channel_id]}
            parts.append(toml_text.table("[[route]]", route))
    return "\n".join(parts)


def _profile(answers: FirstAnswers) -> dict[str, Any]:
    chosen = [industries()[name] for name in answers.industries if name in industries()]
    values = {
        "eccns": list(answers.eccns),
        "products": list(dict.fromkeys(word for one in chosen for word in one.products)),
        "topics": list(dict.fromkeys(topic for one in chosen for topic in one.topics)),
    }
    return {name: value for name, value in values.items() if value}


def mistakes(answers: FirstAnswers, path: Path) -> tuple[str, ...]:
    """Return what is wrong with the answers, in the words for the same mistakes in the file, without line numbers."""
    found = [f'industry: "{name}" does not exist' for name in answers.industries if name not in industries()]
    if answers.channel_url and not _is_reference(answers.channel_url) and "://" not in answers.channel_url:
        found.append("url: not an Apprise URL, env:NAME or file:PATH")
    try:
        loads(settings_text(answers), path)
    except SettingsError as error:
        found += [line.partition(": ")[2] for line in error.problems]
    return tuple(dict.fromkeys(found))


def write(answers: FirstAnswers, path: Path) -> Settings:
    """Write the settings file, and the file of the channel's address where it is not a reference. Return the settings as
    they are read back. Raises UsageError where a file is there already or cannot be written, SettingsError for mistakes.
    """
    problems = mistakes(answers, path)
    if problems:
        raise SettingsError([f"{path}: {line}" for line in problems])
    if path.exists():
        raise UsageError(f"{path}: there are settings already", cure="edit them, or name another file")
    secret: Path | None = None
    if answers.channel_url and not _is_reference(answers.channel_url):
        secret = path.parent / SECRETS / f"{answers.channel_id}.url"
        _write_private(secret, answers.channel_url)
        answers = replace(answers, channel_url=f"file:{SECRETS}/{secret.name}")
    text = settings_text(answers)
    try:
        settings = loads(text, path)
        with path.open("x", encoding="utf-8") as opened:
            opened.write(text)
    except OSError as error:
        raise UsageError(f"{path}: cannot be written: {error.strerror}") from error
    return settings


def _is_reference(url: str) -> bool:
    return url.startswith(("env:", "file:"))


def _write_private(path: Path, text: str) -> None:
    """Write a file that only its owner may read. Raises UsageError."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as opened:
            opened.write(f"{text}\n")
        path.chmod(0o600)
    except OSError as error:
        raise UsageError(f"{path}: cannot be written: {error.strerror}") from error
