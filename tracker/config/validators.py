"""Validates single values of `sources.toml`: each function turns a TOML value into the setting, or raises
ValueError with the reason.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import time, timedelta
from importlib.util import find_spec
from ipaddress import ip_network
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

DIGEST_FORMS = ("html", "md", "pdf")
_DURATION = re.compile(r"^(\d{1,9})\s*(s|m|h|d)$")
_LONGEST = timedelta(days=3660)
_UNIT = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_CRON_FIELD = re.compile(r"^(\*|\d+(-\d+)?)(/\d+)?(,(\*|\d+(-\d+)?)(/\d+)?)*$")
_CRON_DAY = re.compile(
    r"^(\*|(mon|tue|wed|thu|fri|sat|sun)(-(mon|tue|wed|thu|fri|sat|sun))?(,(mon|tue|wed|thu|fri|sat|sun)(-(mon|tue|wed|thu|fri|sat|sun))?)*)$"
)


def non_empty(value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError("must not be empty")
    return value.strip()


def secret(value: Any) -> str:
    text = non_empty(value)
    if not text.startswith(("env:", "file:")):
        raise ValueError("must be env:NAME or file:PATH, so that the secret is not in the file")
    return text


def identity(value: Any) -> str:
    text = non_empty(value)
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", text):
        raise ValueError("must be letters, digits, dot, dash or underscore, at most 64")
    return text


def string_list(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(item, str) and item.strip() for item in value):
        raise ValueError("must be a list of strings")
    return tuple(item.strip() for item in value)


def names(value: Any) -> dict[str, str]:
    if not isinstance(value, dict) or not all(
        isinstance(name, str) and name.strip() for name in value.values()
    ):
        raise ValueError("must be names by id")
    return {str(key): name.strip() for key, name in value.items()}


def boolean(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError("must be true or false")  # noqa: TRY004 - every reader raises ValueError
    return value


def integer(low: int, high: int) -> Callable[[Any], int]:
    def read(value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise ValueError(f"must be a whole number from {low} to {high}")
        return value

    return read


def rate(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= 10_000:
        raise ValueError("must be requests per second, above 0")
    return float(value)


def duration(value: Any) -> timedelta:
    """`5s`, `30m`, `6h`, `1d`."""
    match = _DURATION.match(value) if isinstance(value, str) else None
    if match is None or int(match[1]) == 0:
        raise ValueError(f'{value!r} is not a time span such as "5s", "30m", "6h" or "1d"')
    span = timedelta(**{_UNIT[match[2]]: int(match[1])})
    if span > _LONGEST:
        raise ValueError(f"{value!r} is more than ten years")
    return span


def weekday_span(value: timedelta) -> str:
    """As it is written in the settings: `30m`; in the largest unit that leaves nothing over."""
    seconds = int(value.total_seconds())
    for name, size in (("d", 86_400), ("h", 3_600), ("m", 60)):
        if seconds and seconds % size == 0:
            return f"{seconds // size}{name}"
    return f"{seconds}s"


def weekly(value: Any) -> str:
    """`mon 08:00`."""
    text = non_empty(value).lower()
    if not re.fullmatch(r"(mon|tue|wed|thu|fri|sat|sun) ([01]\d|2[0-3]):[0-5]\d", text):
        raise ValueError(f'{value!r} is not a day of the week and a time such as "mon 08:00"')
    return text


def digest_form(value: Any) -> str:
    form: str = one_of(DIGEST_FORMS)(value)
    if form == "pdf" and find_spec("weasyprint") is None:
        raise ValueError("a PDF needs the extra pdf: pip install 'tracker[pdf]'")
    return form


def similarity(value: Any) -> bool:
    wanted = boolean(value)
    if wanted and find_spec("wordllama") is None:
        raise ValueError("similarity needs the extra meaning: pip install 'tracker[meaning]'")
    return wanted


def cron(value: Any) -> str:
    fields = non_empty(value).split()
    if len(fields) != 5 or not all(_CRON_FIELD.match(item) for item in fields[:4]):
        raise ValueError(f'{value!r} is not "minute hour day month weekday"')
    if not _CRON_DAY.match(fields[4].lower()):
        raise ValueError(f"{value!r}: write days of the week as names (mon-fri): numbers are ambiguous")
    return " ".join(fields).lower()


def zone(value: Any) -> str:
    text = non_empty(value)
    try:
        ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f"{text!r} is not a time zone such as Asia/Tokyo") from error
    return text


def address(value: Any) -> str:
    text = non_empty(value)
    try:
        parts = urlsplit(text)
        good = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        good = False
    if not good:
        raise ValueError(f"{text!r} is not an http or https address")
    return text


def base(value: Any) -> str:
    return address(value).rstrip("/")


def parts(value: Any) -> tuple[tuple[int, int], ...]:
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


def follow(value: Any) -> str:
    text = non_empty(value)
    if text not in {"none", "same-site"}:
        try:
            re.compile(text)
        except re.error as error:
            raise ValueError(f"{text!r} is not none, same-site or a regular expression: {error}") from error
    return text


# A name, an id, classes: what most pages need. To import soupsieve for these costs each start 60 ms.
_PLAIN_SELECTOR = re.compile(r"(?:[A-Za-z][\w-]*)?(?:[.#][A-Za-z][\w-]*)*", re.ASCII)


def selector(value: Any) -> str:
    text = non_empty(value)
    if _PLAIN_SELECTOR.fullmatch(text):
        return text
    import soupsieve

    try:
        soupsieve.compile(text)
    except soupsieve.SelectorSyntaxError as error:
        raise ValueError(f"{text!r} is not a CSS selector") from error
    return text


def one_of(choices: tuple[str, ...], make: Callable[[str], Any] = str) -> Callable[[Any], Any]:
    def read(value: Any) -> Any:
        if value not in choices:
            raise ValueError(f"{value!r} is not one of {', '.join(choices)}")
        return make(value)

    return read


def subset_of(choices: tuple[str, ...]) -> Callable[[Any], tuple[str, ...]]:
    def read(value: Any) -> tuple[str, ...]:
        wanted = string_list([value] if isinstance(value, str) else value)
        for item in wanted:
            if choices and item not in choices:
                raise ValueError(f"{item!r} is not one of {', '.join(choices)}")
        return wanted

    return read


def clock(value: Any) -> time:
    match = re.fullmatch(r"([01]\d|2[0-3]):([0-5]\d)", value) if isinstance(value, str) else None
    if match is None:
        raise ValueError(f'{value!r} is not a time of day such as "08:00"')
    return time(int(match[1]), int(match[2]))


def hours(value: Any) -> tuple[time, time]:
    first, dash, last = value.partition("-") if isinstance(value, str) else ("", "", "")
    try:
        hours = clock(first.strip()), clock(last.strip())
    except ValueError:
        dash = ""
    if not dash or hours[0] == hours[1]:
        raise ValueError(f'{value!r} is not a start and an end, such as "20:00-08:00"')
    return hours


def header(value: Any) -> str:
    text = non_empty(value)
    if not re.fullmatch(r"[A-Za-z0-9-]{1,64}", text):
        raise ValueError(f"{text!r} is not the name of a header")
    return text


def networks(value: Any) -> tuple[str, ...]:
    wanted = string_list(value)
    for item in wanted:
        try:
            ip_network(item)
        except ValueError as error:
            raise ValueError(f'{item!r} is not an address or a network such as "10.0.0.0/24"') from error
    return wanted


def issuer(value: Any) -> str:
    found = address(value)
    parts = urlsplit(found)
    if parts.scheme != "https" and parts.hostname not in {"127.0.0.1", "::1", "localhost"}:
        raise ValueError(f"{found!r} must be https: an eavesdropper could sign in as any user")
    if parts.query or parts.fragment:
        raise ValueError(f"{found!r} must have neither query nor fragment")
    return found


def scopes(value: Any) -> tuple[str, ...]:
    wanted = string_list(value)
    if "openid" not in wanted:
        raise ValueError('must hold "openid"')
    return wanted


def domains(value: Any) -> tuple[str, ...]:
    return tuple(item.lower().removeprefix("@") for item in string_list(value))


def languages(value: Any) -> tuple[str, ...]:
    wanted = subset_of(("ja", "en"))(value)
    if not wanted or len(set(wanted)) != len(wanted):
        raise ValueError('must name "ja", "en" or both, the main one first')
    return wanted
