"""Reads the list of bulletins: JSON inside a call, `GDWidgets[0].update([...])`, as GovDelivery's widget gets it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlsplit, urlunsplit

from tracker.errors import UnexpectedResponse
from tracker.http.response_checks import check_no_wall
from tracker.model import HttpResponse
from tracker.text import canonical_json, fold_space
from tracker.text.encodings import decoded, label_of

_CALL = re.compile(r"\.update\(\s*(\[.*\])\s*\)", re.DOTALL)
_SENT = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})\b")
_SUBJECT = re.compile(r"CSMS\s*#?\s*(\d{6,10})\b\s*[-–—:]?\s*(.*)", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Bulletin:
    """One bulletin of the list. `number` is its CSMS number; empty where its subject has none."""

    number: str
    title: str
    sent: str
    url: str

    @property
    def key(self) -> str:
        """Return its permanent name: the CSMS number, since the id in its address changes when it is sent again."""
        return f"CSMS {self.number}" if self.number else self.url

    @property
    def day(self) -> date | None:
        """Return the day on which it was sent, as the list writes it: `07/21/2026 05:26 PM EDT`; None for another form."""
        found = _SENT.match(self.sent)
        try:
            return date(int(found[3]), int(found[1]), int(found[2])) if found else None
        except ValueError:
            return None

    @property
    def mark(self) -> str:
        """Return what differs when it was edited."""
        return f"{self.title}|{self.sent}|{self.url}"


def bulletins_in(answer: HttpResponse) -> list[Bulletin]:
    """Return the bulletins of a list, the newest first; of several with one number, the first. Raises AccessDenied for a
    wall, UnexpectedResponse for anything but a list.
    """
    text = decoded(answer.body, label_of(answer.header("content-type"))).lstrip("\ufeff \r\n\t")
    if text.startswith("<"):
        check_no_wall(answer)
        raise UnexpectedResponse(
            "a web page was sent in place of the list", url=answer.url, status=answer.status
        )
    call = _CALL.search(text)
    try:
        value = canonical_json(call[1] if call else text)
    except (ValueError, RecursionError) as error:
        raise UnexpectedResponse(
            f"neither a list of bulletins nor a call with one: {error}", url=answer.url, status=answer.status
        ) from None
    if not isinstance(value, list):
        raise UnexpectedResponse("no list of bulletins", url=answer.url, status=answer.status)
    found: dict[str, Bulletin] = {}
    for item in value:
        if isinstance(item, Mapping) and (bulletin := _bulletin(item)) is not None:
            found.setdefault(bulletin.key, bulletin)
    if value and not found:
        raise UnexpectedResponse("the list names no bulletin", url=answer.url, status=answer.status)
    return list(found.values())


def _bulletin(item: Mapping[str, object]) -> Bulletin | None:
    subject, sent, href = (fold_space(str(item.get(name) or "")) for name in ("subject", "pub_date", "href"))
    if not subject or not href:
        return None
    numbered = _SUBJECT.match(subject)
    number, title = (numbered[1], numbered[2]) if numbered else ("", subject)
    parts = urlsplit(href)
    return Bulletin(number, fold_space(title) or subject, sent, urlunsplit((*parts[:3], "", "")))
