"""Error messages in the reader's language. The program writes them in English; pages in Japanese show these words.

`messages.toml` has a template for each message: `{name}` takes any words, `{name:GROUP}` an id whose words the catalog has under
GROUP. A message without a template stays as it is.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources

from tracker.i18n.catalog import label
from tracker.model import Language

_SLOT = re.compile(r"\{(\w+)(?::([\w.-]+))?\}")
_FIELD = re.compile(r"([a-z_]+(?:\.[a-z_]+)*): (.+)", re.DOTALL)
_WITH_CURE = re.compile(r"(.+) \((.+)\)", re.DOTALL)
_QUOTED = re.compile(r"(['\"])(.*)\1", re.DOTALL)


def in_words(message: str, language: Language) -> str:
    """Return a message of the program in the reader's language: with its cure, and with the field that it is about."""
    if language == "en":
        return message
    parts = _WITH_CURE.fullmatch(message)
    if parts:
        cause, cure = (_of_field(part) or _known(part) for part in parts.groups())
        if cause and cure:
            return f"{cause}。{cure}"
    return _of_field(message) or _known(message) or message


def _of_field(message: str) -> str:
    found = _FIELD.fullmatch(message)
    said = _known(found[2]) if found else ""
    return f"{_data()['fields'].get(found[1], found[1])}: {said}" if found and said else ""


def _known(message: str) -> str:
    for pattern, groups, words in _templates():
        found = pattern.fullmatch(message)
        if found:
            values = {name: _shown(value, groups.get(name, "")) for name, value in found.groupdict().items()}
            return words.format_map(values)
    return ""


def _shown(value: str, group: str) -> str:
    quoted = _QUOTED.fullmatch(value)
    if group:
        return label(group, value, "ja")
    return f"「{quoted[2]}」" if quoted else value


@cache
def _data() -> dict[str, dict[str, str]]:
    return tomllib.loads(resources.files(__package__).joinpath("messages.toml").read_text("utf-8"))


@cache
def _templates() -> list[tuple[re.Pattern[str], Mapping[str, str], str]]:
    """Return the templates, those with the most words of their own first."""
    made = []
    for english, words in _data()["messages"].items():
        pieces = _SLOT.split(english)
        literal = pieces[0::3]
        pattern = re.escape(literal[0]) + "".join(
            f"(?P<{name}>.+?){re.escape(after)}"
            for name, after in zip(pieces[1::3], literal[1:], strict=True)
        )
        groups = {name: group for name, group in zip(pieces[1::3], pieces[2::3], strict=True) if group}
        made.append((len("".join(literal)), re.compile(pattern, re.DOTALL), groups, words))
    made.sort(key=lambda each: -each[0])
    return [(pattern, groups, words) for _, pattern, groups, words in made]
