"""Reads which release of the Harmonized Tariff Schedule is current, and from which day."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from tracker.errors import UnexpectedResponse
from tracker.http.response_checks import check_no_wall
from tracker.model import HttpResponse
from tracker.text import canonical_json, fold_space

_NAMES = ("name", "release", "title")
_STARTS = ("releaseStartDate", "startDate", "date")
_DATES = ("%Y-%m-%d", "%m/%d/%Y", "%B %d, %Y", "%b %d, %Y")
# 2026HTSRev20, 2026HTSBasic, 2026HTSBasicEdition
_RELEASE = re.compile(r"(\d{4})\s*HTS\s*(?:Rev(?:ision)?\s*(\d+)|Basic\w*)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Release:
    """A release: its name, and the day from which the list of releases says that it applies."""

    name: str
    since: date | None = None


def json_value(answer: HttpResponse) -> Any:
    """Return the value of an answer. Raises AccessDenied for a wall, UnexpectedResponse for anything but JSON."""
    head = answer.body.lstrip(b"\xef\xbb\xbf \r\n\t")[:1]
    if head == b"<":
        check_no_wall(answer)
        raise UnexpectedResponse("a web page was sent in place of data", url=answer.url, status=answer.status)
    try:
        return canonical_json(answer.body)
    except (ValueError, RecursionError) as error:
        raise UnexpectedResponse(
            f"invalid or truncated JSON, {len(answer.body):,} bytes: {error}",
            url=answer.url,
            status=answer.status,
        ) from None


def current_release(answer: HttpResponse) -> str:
    """Return the name in the answer of `currentRelease`: an object with a name, or the name alone. Raises
    UnexpectedResponse where there is none.
    """
    value = json_value(answer)
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    name = _name(value) if isinstance(value, Mapping) else value
    if not isinstance(name, str) or not fold_space(name):
        raise UnexpectedResponse("no name of a release", url=answer.url, status=answer.status)
    return fold_space(name)


def dated_release(answer: HttpResponse, name: str) -> Release:
    """Return a release with its day from the list of releases; without one where the list does not have it."""
    return next((one for one in dated_releases(answer) if one.name == name), Release(name))


def dated_releases(answer: HttpResponse) -> list[Release]:
    """Return the releases of the list, each with its day where the list gives one. Raises AccessDenied for a wall,
    UnexpectedResponse for anything but JSON.
    """
    value = json_value(answer)
    return [
        Release(name, next(filter(None, (_day(item.get(field)) for field in _STARTS)), None))
        for item in (value if isinstance(value, list) else ())
        if isinstance(item, Mapping) and (name := _name(item))
    ]


def is_older(name: str, than: str) -> bool:
    """Return whether a release is older than another by their years and revisions; False where a name has none."""
    one, other = _order(name), _order(than)
    return one is not None and other is not None and one < other


def _order(name: str) -> tuple[int, int] | None:
    found = _RELEASE.fullmatch(name)
    return (int(found[1]), int(found[2] or 0)) if found else None


def _name(item: Mapping[str, Any]) -> str:
    return next((fold_space(item[field]) for field in _NAMES if isinstance(item.get(field), str)), "")


def _day(value: object) -> date | None:
    if not isinstance(value, str):
        return None
    text = fold_space(value)
    for form in _DATES:
        try:
            return datetime.strptime(text[:10] if form == "%Y-%m-%d" else text, form).date()  # noqa: DTZ007
        except ValueError:
            continue
    return None
