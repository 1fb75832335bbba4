"""The errors of the program, in one tree.

    TrackerError
    ├── SettingsError         sources.toml is wrong; carries one line per mistake        exit 2
    ├── UsageError            a command was called with something that cannot be         exit 2
    ├── FetchError            a source did not answer as it should
    │   ├── Unreachable       no connection, a timeout, 5xx, 429                          transient
    │   ├── AccessDenied      the address guard, robots.txt, 401, 403, a bot wall         permanent
    │   ├── KeyMissing        the key or token of a source is not set                     permanent
    │   ├── NotFound          404, 410                                                    permanent
    │   ├── LimitExceeded     over the limit of size, time, pages or decompression        permanent
    │   └── UnexpectedResponse  HTML where JSON should be, a missing key, a truncated body  transient
    ├── ParseError            bytes that their reader cannot read                         permanent
    │   ├── ParserCrashed     a document that crashes its reader, or exceeds its limits   permanent
    │   ├── AttachmentUnreadable  the text or annex of a document; the rest can be read   permanent
    │   ├── SelectorUnmatched     the `content` selector matches nothing: the page was rebuilt  permanent
    │   └── ReaderKilled      a reader that was ended from outside, whatever it read      transient
    ├── OutOfTime             the time limit of a source is over; the rest comes later     transient
    ├── StoreError            the state folder or database cannot be used
    │   ├── StateLost         the database that was there is gone, empty or another       exit 2
    │   └── StateDamaged      the database file is damaged
    ├── NoAnswer              a language model of the firm's own gave none
    └── DeliveryError         a channel did not take a message; says if it may later

An error's text is one line that names the cause; `cure` says what to do about it. `transient` says
whether the same action may succeed later without a correction by a person.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit


class TrackerError(Exception):
    """Base class. `code` names the kind of cause, for programs and for the words in each language (`cause.*` of
    the catalogs).
    """

    transient = False
    code = "other"

    def __init__(self, cause: str, *, cure: str = "") -> None:
        super().__init__(cause)
        self.cause = cause
        self.cure = cure

    def line(self) -> str:
        """Return cause and remedy in one line."""
        return f"{self.cause} ({self.cure})" if self.cure else self.cause


class SettingsError(TrackerError):
    """`problems` holds one line each: `sources.toml:12: unknown key "evry"`."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class UsageError(TrackerError):
    pass


class FetchError(TrackerError):
    """`retry_after` is in seconds, from the server's own header, where it sent one."""

    def __init__(
        self,
        cause: str,
        *,
        cure: str = "",
        url: str = "",
        status: int | None = None,
        retry_after: float | None = None,
        code: str = "",
    ) -> None:
        super().__init__(cause, cure=cure)
        self.url = url
        self.status = status
        self.retry_after = retry_after
        if code:
            self.code = code


class Unreachable(FetchError):
    """`code`: no-connection (also a name without an address), no-answer (in time), broken (in the middle), server-error
    (5xx), or unreachable for any other cause."""

    transient = True
    code = "unreachable"


class AccessDenied(FetchError):
    code = "refused"


class KeyMissing(FetchError):
    """The settings name a key of the source's service, and there is none: nothing was requested."""

    code = "no-key"


class NotFound(FetchError):
    code = "not-found"


class LimitExceeded(FetchError):
    code = "too-much"


class UnexpectedResponse(FetchError):
    transient = True
    code = "wrong-shape"


class ParseError(TrackerError):
    code = "unreadable"


class SelectorUnmatched(ParseError):
    """The selector `content` of a page source matches nothing: the page was rebuilt."""


class ParserCrashed(ParseError):
    pass


class AttachmentUnreadable(ParseError):
    """An attachment could not be parsed; `attachment` is its key. The stored content of the document still
    applies.
    """

    def __init__(self, cause: str, *, cure: str = "", attachment: str = "") -> None:
        super().__init__(cause, cure=cure)
        self.attachment = attachment


class ReaderKilled(ParseError):
    transient = True


class OutOfTime(TrackerError):
    transient = True


class StoreError(TrackerError):
    pass


class ServerTrouble(StoreError):
    """The database server refused a connection or a statement. The line names its address, which is for the operator."""


class StateLost(StoreError):
    pass


class StateDamaged(StoreError):
    pass


class UnreadableAnswer(TrackerError):
    pass


class DeliveryError(TrackerError):
    def __init__(
        self,
        cause: str,
        *,
        cure: str = "",
        transient: bool = True,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(cause, cure=cure)
        self.transient = transient
        self.retry_after = retry_after


def cause_of(error: TrackerError) -> dict[str, Any]:
    """Return the cause of a failure, for programs: `code`, `host` (empty where no host is involved), `status`
    of HTTP or None, and `detail`, the error's own line in English.
    """
    url = error.url if isinstance(error, FetchError) else ""
    try:
        host = urlsplit(url).netloc.rpartition("@")[2].lower()
    except ValueError:
        host = ""
    status = error.status if isinstance(error, FetchError) else None
    return {"code": error.code, "host": host, "status": status, "detail": error.line()}
