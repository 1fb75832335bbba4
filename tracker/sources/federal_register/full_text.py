"""Fetches the full text of a Federal Register document: XML where there is one, else raw text.

The text may be corrected in place, weeks after publication and under the same number, so it is requested again
for some weeks.
"""

from __future__ import annotations

from contextlib import suppress
from hashlib import sha256
from urllib.parse import urlsplit, urlunsplit

from tracker.config.models import Source
from tracker.errors import FetchError, NotFound, ParserCrashed
from tracker.http.address import secured
from tracker.http.client import Client
from tracker.http.rate_limit import FR_TEXT
from tracker.http.response_checks import check_no_wall, check_xml
from tracker.model import Fetched, ResourceType, Validators

_OFFICIAL = "www.federalregister.gov"
XML = "xml"
TXT = "txt"


def attachment_key(key: str, form: str) -> str:
    """`2025-19001/xml`, `2025-19001/txt`."""
    return f"{key}/{form}"


def at_source(source: Source, url: str) -> str:
    """Return the address of a text that the API gives as `url`, on the source's own host where the settings
    name a mirror of federalregister.gov. Only hosts in the settings are requested.
    """
    try:
        parts, base = urlsplit(url), urlsplit(source.base_url)
    except ValueError:
        return url  # not an address: the request fails, for this text only
    if parts.hostname != _OFFICIAL or base.hostname == _OFFICIAL:
        return secured(source.base_url, url)
    return urlunsplit((base.scheme, base.netloc, parts.path, parts.query, ""))


def text_of(
    client: Client, key: str, form: str, url: str, deadline: float, known: Validators | None = None
) -> Fetched | None:
    """Return the text at `url`; None when it is unchanged since `known`, by a 304 or by its hash. Raises
    FetchError.
    """
    answer = client.get(
        url,
        rate=FR_TEXT,
        deadline=deadline,
        validators=known,
        accept="application/xml, text/xml" if form == XML else "text/plain, text/html",
    )
    if answer is None:
        return None
    if form == XML:
        with suppress(ParserCrashed):  # the parser reports it later, and the bytes are stored
            check_xml(answer)
    else:
        check_no_wall(answer)
        if not answer.body.strip():
            raise NotFound("an empty text", url=url, status=answer.status)
    if known is not None and known.sha256 == sha256(answer.body).hexdigest():
        return None
    return Fetched(
        attachment_key(key, form), ResourceType.FR_XML if form == XML else ResourceType.FR_TEXT, answer
    )


class Budget:
    """The time that a poll may still spend on texts: it ends with the time limit, or when the texts' host is
    down. Texts that were not fetched are pending for a later poll.
    """

    def __init__(self, client: Client, deadline: float) -> None:
        self._client = client
        self.deadline = deadline
        self._failures = 0

    def left(self) -> bool:
        return self._failures < 3 and self._client.monotonic() < self.deadline

    def succeeded(self) -> None:
        self._failures = 0

    def failed(self, error: FetchError) -> None:
        if not isinstance(error, NotFound):
            self._failures += 1

    def is_over(self) -> bool:
        """Return whether a failure was only the end of the time."""
        return self._client.monotonic() + 1.0 >= self.deadline
