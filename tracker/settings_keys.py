"""Every key of `sources.toml`: what it may hold, what it means, and its JSON Schema."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import time, timedelta
from importlib.util import find_spec
from ipaddress import ip_network
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from tracker.model import TOPIC_IDS, Direction, DocumentKind, Level
from tracker.sources import SourceKind


@dataclass(frozen=True, slots=True)
class Key:
    """`read` turns a TOML value into the setting, or raises ValueError that says what is wrong.
    `field` is the dataclass field where it is not named like the key."""

    read: Callable[[Any], Any]
    schema: Mapping[str, Any]
    says: str
    required: bool = False
    field: str = ""


Keys = Mapping[str, Key]

_DURATION = re.compile(r"^(\d+)\s*(s|m|h|d)$")
_UNIT = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_CRON_FIELD = re.compile(r"^(\*|\d+(-\d+)?)(/\d+)?(,(\*|\d+(-\d+)?)(/\d+)?)*$")
_CRON_DAY = re.compile(
    r"^(\*|(mon|tue|wed|thu|fri|sat|sun)(-(mon|tue|wed|thu|fri|sat|sun))?(,(mon|tue|wed|thu|fri|sat|sun)(-(mon|tue|wed|thu|fri|sat|sun))?)*)$"
)


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError("must be text that is not empty")
    return value.strip()


def _secret(value: Any) -> str:
    text = _text(value)
    if not text.startswith(("env:", "file:")):
        raise ValueError("must be env:NAME or file:PATH, so that it does not stand in the file")
    return text


def _identity(value: Any) -> str:
    text = _text(value)
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", text):
        raise ValueError("must be letters, digits, dot, dash or underscore, at most 64")
    return text


def _texts(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(item, str) and item.strip() for item in value):
        raise ValueError("must be a list of texts")
    return tuple(item.strip() for item in value)


def _boolean(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError("must be true or false")  # noqa: TRY004 - every reader raises ValueError
    return value


def _whole(low: int, high: int) -> Callable[[Any], int]:
    def read(value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise ValueError(f"must be a whole number from {low} to {high}")
        return value

    return read


def _rate(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= 10_000:
        raise ValueError("must be requests a second, above 0")
    return float(value)


def duration(value: Any) -> timedelta:
    """`5s`, `30m`, `6h`, `1d`."""
    match = _DURATION.match(value) if isinstance(value, str) else None
    if match is None or int(match[1]) == 0:
        raise ValueError(f'{value!r} is not a time span such as "5s", "30m", "6h" or "1d"')
    return timedelta(**{_UNIT[match[2]]: int(match[1])})


def _weekly(value: Any) -> str:
    """`mon 08:00`."""
    text = _text(value).lower()
    if not re.fullmatch(r"(mon|tue|wed|thu|fri|sat|sun) ([01]\d|2[0-3]):[0-5]\d", text):
        raise ValueError(f'{value!r} is not a week day and a time such as "mon 08:00"')
    return text


def _digest_form(value: Any) -> str:
    form: str = _one_of(DIGEST_FORMS)(value)
    if form == "pdf" and find_spec("weasyprint") is None:
        raise ValueError("a PDF needs the extra pdf: pip install 'tracker[pdf]'")
    return form


def _similarity(value: Any) -> bool:
    wanted = _boolean(value)
    if wanted and find_spec("wordllama") is None:
        raise ValueError("similarity needs the extra meaning: pip install 'tracker[meaning]'")
    return wanted


def _cron(value: Any) -> str:
    fields = _text(value).split()
    if len(fields) != 5 or not all(_CRON_FIELD.match(item) for item in fields[:4]):
        raise ValueError(f'{value!r} is not "minute hour day month weekday"')
    if not _CRON_DAY.match(fields[4].lower()):
        raise ValueError(f"{value!r}: write week days as names (mon-fri), numbers are ambiguous")
    return " ".join(fields).lower()


def _zone(value: Any) -> str:
    text = _text(value)
    try:
        ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f"{text!r} is not a time zone such as Asia/Tokyo") from error
    return text


def _address(value: Any) -> str:
    text = _text(value)
    try:
        parts = urlsplit(text)
        good = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        good = False
    if not good:
        raise ValueError(f"{text!r} is not an http or https address")
    return text


def _base(value: Any) -> str:
    return _address(value).rstrip("/")


def _parts(value: Any) -> tuple[tuple[int, int], ...]:
    text = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
    pieces = text if isinstance(text, list) else str(text).split(",")
    found = []
    for piece in pieces:
        match = re.fullmatch(r"\s*(\d{1,5})\s*(?:-\s*(\d{1,5})\s*)?", str(piece))
        if match is None:
            raise ValueError(f'{value!r} is not a part or a range such as "730-774"')
        first, last = int(match[1]), int(match[2] or match[1])
        if first > last:
            raise ValueError(f"{value!r} runs backwards")
        found.append((first, last))
    return tuple(found)


def _follow(value: Any) -> str:
    text = _text(value)
    if text not in {"none", "same-site"}:
        try:
            re.compile(text)
        except re.error as error:
            raise ValueError(f"{text!r} is not none, same-site or a regular expression: {error}") from error
    return text


def _selector(value: Any) -> str:
    import soupsieve

    text = _text(value)
    try:
        soupsieve.compile(text)
    except soupsieve.SelectorSyntaxError as error:
        raise ValueError(f"{text!r} is not a CSS selector") from error
    return text


def _one_of(choices: tuple[str, ...], make: Callable[[str], Any] = str) -> Callable[[Any], Any]:
    def read(value: Any) -> Any:
        if value not in choices:
            raise ValueError(f"{value!r} is not one of {', '.join(choices)}")
        return make(value)

    return read


def _some_of(choices: tuple[str, ...]) -> Callable[[Any], tuple[str, ...]]:
    def read(value: Any) -> tuple[str, ...]:
        wanted = _texts([value] if isinstance(value, str) else value)
        for item in wanted:
            if choices and item not in choices:
                raise ValueError(f"{item!r} is not one of {', '.join(choices)}")
        return wanted

    return read


def _clock(value: Any) -> time:
    match = re.fullmatch(r"([01]\d|2[0-3]):([0-5]\d)", value) if isinstance(value, str) else None
    if match is None:
        raise ValueError(f'{value!r} is not a time of day such as "08:00"')
    return time(int(match[1]), int(match[2]))


def _hours(value: Any) -> tuple[time, time]:
    first, dash, last = value.partition("-") if isinstance(value, str) else ("", "", "")
    try:
        hours = _clock(first.strip()), _clock(last.strip())
    except ValueError:
        dash = ""
    if not dash or hours[0] == hours[1]:
        raise ValueError(f'{value!r} is not from and until when, such as "20:00-08:00"')
    return hours


def _header(value: Any) -> str:
    text = _text(value)
    if not re.fullmatch(r"[A-Za-z0-9-]{1,64}", text):
        raise ValueError(f"{text!r} is not the name of a header")
    return text


def _networks(value: Any) -> tuple[str, ...]:
    wanted = _texts(value)
    for item in wanted:
        try:
            ip_network(item)
        except ValueError as error:
            raise ValueError(f'{item!r} is not an address or a network such as "10.0.0.0/24"') from error
    return wanted


def _languages(value: Any) -> tuple[str, ...]:
    wanted = _some_of(("ja", "en"))(value)
    if not wanted or len(set(wanted)) != len(wanted):
        raise ValueError('must name "ja", "en" or both, the main one first')
    return wanted


_STRING = {"type": "string"}
_STRINGS = {"type": "array", "items": _STRING}
_SPAN = {"type": "string", "pattern": r"^[1-9][0-9]*\s*[smhd]$"}
_TIME = "^([01][0-9]|2[0-3]):[0-5][0-9]$"
_HOURS = r"^([01][0-9]|2[0-3]):[0-5][0-9]\s*-\s*([01][0-9]|2[0-3]):[0-5][0-9]$"
_KINDS = tuple(str(kind) for kind in SourceKind)
_LEVELS = tuple(str(level) for level in Level)
_DIRECTIONS = tuple(str(direction) for direction in Direction)
_DOCUMENTS = tuple(str(kind) for kind in DocumentKind)
DIGEST_FORMS = ("html", "md", "pdf")
_FR_TYPES = ("RULE", "PRORULE", "NOTICE", "PRESDOCU")


def _choice(choices: tuple[str, ...]) -> dict[str, Any]:
    return {"type": "string", "enum": list(choices)}


def _choices(choices: tuple[str, ...]) -> dict[str, Any]:
    one = _choice(choices)
    return {"anyOf": [one, {"type": "array", "items": one}]}


TRACKER: Keys = {
    "timezone": Key(_zone, _STRING, "the reader's time zone; times are shown in it"),
    "languages": Key(
        _languages,
        {"type": "array", "items": _choice(("ja", "en"))},
        "languages of alerts, the main one first",
    ),
    "contact": Key(
        _text, _STRING, "an address that the operators of sources can write to; sent in the User-Agent"
    ),
    "viewer_url": Key(_base, _STRING, "where readers reach the viewer; links in alerts begin with it"),
    "templates": Key(
        _text,
        _STRING,
        "a folder with templates of your own for mails and files; as seen from the settings file",
    ),
    "operators": Key(
        _texts,
        _STRINGS,
        "ids of the channels that hear of outages of sources and channels; left out: all; []: none",
    ),
    "similarity": Key(
        _similarity,
        {"type": "boolean"},
        "true: mark changes in which the rules find nothing, but whose English words are like a topic's",
    ),
    "log_format": Key(_one_of(("lines", "json")), _choice(("lines", "json")), "how the daemon logs"),
}

SIGN_INS = ("accounts", "proxy")
VIEWER: Keys = {
    "sign_in": Key(
        _one_of(SIGN_INS),
        _choice(SIGN_INS),
        "accounts: names and passwords made with `tracker users`; proxy: a proxy says who it is",
    ),
    "proxy_header": Key(_header, _STRING, "the header in which the proxy names who has signed in"),
    "trusted_proxies": Key(
        _networks, _STRINGS, "addresses or networks whose word about the reader is believed"
    ),
}

_ID = Key(_identity, _STRING, "a name of your own, unique and lasting: records refer to it", required=True)

_SOURCE_COMMON: Keys = {
    "id": _ID,
    "kind": Key(_one_of(_KINDS, SourceKind), _choice(_KINDS), "how it is polled and read", required=True),
    "every": Key(duration, _SPAN, "how often it is polled: 5s, 30m, 6h, 1d"),
    "cron": Key(_cron, _STRING, 'instead of every: "minute hour day month weekday", week days as names'),
    "timezone": Key(_zone, _STRING, "the time zone of cron"),
    "time_limit": Key(duration, _SPAN, "the longest that one poll may take"),
    "full_every": Key(
        duration, _SPAN, "how often whole answers are asked for, even if nothing seems to have changed"
    ),
    "enabled": Key(_boolean, {"type": "boolean"}, "false: kept in the file, not polled"),
}
_BASE = Key(_base, _STRING, "where the service's interface begins", required=True)
_URL = Key(_address, _STRING, "the address to poll", required=True)
_AGENCIES = Key(_texts, _STRINGS, "agency slugs as the Federal Register has them; none: all agencies")
_FULL_TEXT = Key(_boolean, {"type": "boolean"}, "also fetch and read the full text of what is in the field")

_SOURCE_BY_KIND: Mapping[SourceKind, Keys] = {
    SourceKind.FEDERAL_REGISTER: {
        "base_url": _BASE,
        "agencies": _AGENCIES,
        "types": Key(_some_of(_FR_TYPES), _choices(_FR_TYPES), "document types; none: all"),
        "recheck": Key(
            duration, _SPAN, "how long published documents are looked at again for corrections in place"
        ),
        "full_text": _FULL_TEXT,
    },
    SourceKind.PUBLIC_INSPECTION: {"base_url": _BASE, "agencies": _AGENCIES, "full_text": _FULL_TEXT},
    SourceKind.ECFR: {
        "base_url": _BASE,
        "title": Key(_whole(1, 50), {"type": "integer"}, "CFR title", required=True),
        "parts": Key(
            _parts,
            {"type": ["string", "integer", "array"]},
            'CFR parts: "730-774" or "744,746"',
            required=True,
        ),
    },
    SourceKind.PAGE: {
        "url": _URL,
        "follow": Key(
            _follow, _STRING, "none, same-site, or a regular expression that a link's address must match"
        ),
        "depth": Key(_whole(1, 10), {"type": "integer"}, "how many links deep to follow"),
        "max_pages": Key(_whole(1, 10_000), {"type": "integer"}, "how many pages at the most"),
        "content": Key(_selector, _STRING, "CSS selector of the main text; left out: it is found"),
    },
    SourceKind.FEED: {"url": _URL},
    SourceKind.SCREENING_LIST: {"url": _URL},
}


def source_keys(kind: SourceKind) -> Keys:
    """The keys that a source of this kind takes."""
    return {**_SOURCE_COMMON, **_SOURCE_BY_KIND[kind]}


# All keys of all kinds, none of a kind's own required: for a source whose kind is not known.
SOURCE: Keys = {
    **{
        name: Key(key.read, key.schema, key.says, False, key.field)
        for keys in _SOURCE_BY_KIND.values()
        for name, key in keys.items()
    },
    **_SOURCE_COMMON,
}

HOST: Keys = {
    "name": Key(_text, _STRING, "host or host:port", required=True),
    "rate": Key(_rate, {"type": "number"}, "requests a second, at the most", required=True),
}
CHANNEL: Keys = {
    "id": _ID,
    "url": Key(_text, _STRING, "an Apprise URL, or env:NAME or file:PATH where it stands", required=True),
    "language": Key(
        _one_of(("ja", "en")), _choice(("ja", "en")), "language of its messages; left out: the main one"
    ),
    "secret": Key(
        _secret,
        {"type": "string", "pattern": "^(env|file):."},
        "env:NAME or file:PATH: what messages to json:// and jsons:// are signed with",
    ),
    "quiet": Key(
        _hours,
        {"type": "string", "pattern": _HOURS},
        'hours in which only critical alerts are sent: "20:00-08:00"',
    ),
    "batch": Key(
        _clock,
        {"type": "string", "pattern": _TIME},
        "what is below critical waits for this time of day and comes as one message",
    ),
}
PROFILE: Keys = {
    "id": _ID,
    "eccns": Key(_texts, _STRINGS, "ECCNs, prefixes such as 3B, ranges such as 3B001-3B993"),
    "hts": Key(_texts, _STRINGS, "customs codes, or their beginnings"),
    "products": Key(_texts, _STRINGS, "product words, Japanese or English; known synonyms come with them"),
    "parties": Key(_texts, _STRINGS, "names of customers, suppliers, affiliates"),
    "countries": Key(_texts, _STRINGS, "countries"),
    "topics": Key(_some_of(TOPIC_IDS), _choices(TOPIC_IDS), "topics"),
}
ROUTE: Keys = {
    "when": Key(lambda value: value, {"type": "object"}, "conditions; all that are given must hold"),
    "to": Key(_texts, _STRINGS, "ids of channels", required=True),
    "acknowledge_within": Key(
        duration, _SPAN, "what is high or above and nobody has acknowledged by then goes to escalate_to"
    ),
    "escalate_to": Key(_texts, _STRINGS, "ids of channels"),
}
WHEN: Keys = {
    "level": Key(_one_of(_LEVELS, Level), _choice(_LEVELS), "this level or above"),
    "topic": Key(_some_of(TOPIC_IDS), _choices(TOPIC_IDS), "one of these topics", field="topics"),
    "direction": Key(
        _some_of(_DIRECTIONS), _choices(_DIRECTIONS), "one of these directions", field="directions"
    ),
    "source": Key(_some_of(()), _STRINGS, "one of these sources", field="sources"),
    "kind": Key(_some_of(_DOCUMENTS), _choices(_DOCUMENTS), "one of these document kinds", field="kinds"),
    "profile": Key(_text, _STRING, "it concerns this profile; level is then the level for it"),
}


DIGEST: Keys = {
    "to": Key(_texts, _STRINGS, "ids of channels", required=True),
    "languages": Key(
        _languages,
        {"type": "array", "items": _choice(("ja", "en"))},
        "a digest in each of these; left out: in each channel's language",
    ),
    "profiles": Key(
        _texts, _STRINGS, "a digest for each of these, what concerns it first; left out: one for all"
    ),
    "at": Key(
        _weekly,
        {"type": "string", "pattern": "^(mon|tue|wed|thu|fri|sat|sun) ([01][0-9]|2[0-3]):[0-5][0-9]$"},
        'week day and time in the settings\' time zone, such as "mon 08:00"',
    ),
    "format": Key(
        _digest_form, _choice(DIGEST_FORMS), "what a mail holds: html, md (text alone), pdf (attached)"
    ),
}


def json_schema() -> str:
    """The JSON Schema of `sources.toml`, shipped as `tracker/sources.schema.json`."""

    def table(keys: Keys) -> dict[str, Any]:
        return {
            "type": "object",
            "additionalProperties": False,
            "properties": {name: {**key.schema, "description": key.says} for name, key in keys.items()},
            "required": [name for name, key in keys.items() if key.required],
        }

    by_kind = [
        {**table(source_keys(kind)), "title": str(kind)}
        | {"properties": {**table(source_keys(kind))["properties"], "kind": {"const": str(kind)}}}
        for kind in SourceKind
    ]
    route = table(ROUTE)
    route["properties"]["when"] = table(WHEN)
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "tracker: sources.toml",
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "tracker": table(TRACKER),
            "viewer": table(VIEWER),
            "source": {"type": "array", "items": {"oneOf": by_kind}},
            "host": {"type": "array", "items": table(HOST)},
            "channel": {"type": "array", "items": table(CHANNEL)},
            "profile": {"type": "array", "items": table(PROFILE)},
            "route": {"type": "array", "items": route},
            "digest": table(DIGEST),
        },
    }
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    print(json_schema(), end="")
