"""A client of another tracker's viewer: its records, redlines, search, law and screening, by the viewer's API.

    from tracker.client import Client

    with Client("https://tracker.example.co.jp", key="trk_...") as client:
        for record in client.changes(level="high"):
            print(record["headline"]["en"])

The key is one of `tracker users key`, with the scope `records`. It is sent to this server only: redirects are not followed, and
over plain HTTP it is sent to this machine only.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import date
from types import TracebackType
from typing import Any
from urllib.parse import quote, urlsplit

import httpx2

from tracker import __version__
from tracker.errors import UnexpectedResponse, Unreachable, UsageError

PAGE = 500  # records of one answer, the most that the API sends
LARGEST = 100_000_000  # bytes of an answer
SECONDS = 60.0
_LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})
_REFUSALS = {
    401: "send a key: --key env:NAME (an administrator makes one with `tracker users key`)",
    403: "the key needs the scope `records`",
}
Answer = dict[str, Any]


class Client:
    """One viewer. Its methods raise UsageError for what the server refuses, Unreachable where it cannot be reached, and
    UnexpectedResponse for an answer that is not that of a tracker."""

    def __init__(self, url: str, key: str = "", *, timeout: float = SECONDS) -> None:
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username:
            raise UsageError(f"--server: {url!r} is not an address such as https://tracker.example.co.jp")
        if key and parts.scheme == "http" and parts.hostname not in _LOCAL:
            raise UsageError("--server: a key is not sent over plain http", cure="use https")
        self._host = parts.netloc
        headers = {"User-Agent": f"tracker/{__version__}"} | (
            {"Authorization": f"Bearer {key}"} if key else {}
        )
        self._http = httpx2.Client(
            base_url=url.rstrip("/"), headers=headers, timeout=timeout, follow_redirects=False
        )

    def __enter__(self) -> Client:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def changes(self, *, limit: int | None = None, **conditions: object) -> Iterator[Answer]:
        """Yield the changes, newest first; with `query` the best match first. Conditions as in `/api/changes`: since, until,
        topic, level, source, profile, kind, query, baseline, editorial."""
        given = 0
        while limit is None or given < limit:
            size = PAGE if limit is None else min(PAGE, limit - given)
            found = self._records("/api/changes", **conditions, limit=size, offset=given)
            yield from found
            given += len(found)
            if len(found) < size:
                return

    def change(self, reference: str) -> Answer:
        """Return one change with what is stored beside it, by id, document number or citation."""
        return self._record(f"/api/changes/{quote(reference, safe='')}")

    def operations(self, reference: str) -> list[Answer]:
        """Return what differs between the two texts of a change, unit by unit."""
        return self._records(f"/api/changes/{quote(reference, safe='')}/diff")

    def redline(self, reference: str, form: str, language: str = "") -> bytes:
        """Return the redline of a change: `form` is text, html, docx, pdf or json."""
        return self._bytes(
            "GET", f"/api/changes/{quote(reference, safe='')}/redline.{form}", {"lang": language or None}
        )[0]

    def search(self, query: str, limit: int = 20) -> Answer:
        """Return the best changes and passages of all stored versions."""
        return self._record("/api/search", query=query, limit=limit)

    def screen(self, partners: bytes, form: str = "json", language: str = "") -> tuple[bytes, bool]:
        """Check the names of a CSV: the result as text, csv, pdf or json, and whether all lists were there."""
        data, headers = self._bytes("POST", "/api/screen", {"form": form, "lang": language or None}, partners)
        return data, headers.get("X-Lists-Complete") == "true"

    def law(self, path: str, as_of: date | None = None, known_at: date | None = None) -> Answer:
        """Return what is law on a day: words, status, effects."""
        return self._record("/api/law", path=path, as_of=as_of, known_at=known_at)

    def effects(self, **conditions: object) -> list[Answer]:
        """Return effects of the register. Conditions as in `/api/effects`."""
        return self._records("/api/effects", **conditions)

    def deadlines(self) -> list[Answer]:
        """Return the dates ahead, earliest first."""
        return self._records("/api/deadlines")

    def status(self) -> Answer:
        """Return the health of sources, channels and alerts; the key needs the scope `status`."""
        return self._record("/api/status")

    def _record(self, address: str, /, **conditions: object) -> Answer:
        found = self._json(address, conditions)
        if not isinstance(found, dict):
            raise self._strange()
        return found

    def _records(self, address: str, /, **conditions: object) -> list[Answer]:
        found = self._json(address, conditions)
        if not isinstance(found, list):
            raise self._strange()
        return found

    def _json(self, address: str, conditions: Mapping[str, object]) -> object:
        data, _ = self._bytes("GET", address, conditions)
        try:
            return json.loads(data)
        except ValueError as error:
            raise self._strange() from error

    def _strange(self) -> UnexpectedResponse:
        return UnexpectedResponse(f"{self._host} does not answer as a tracker")

    def _bytes(
        self, method: str, address: str, conditions: Mapping[str, object], content: bytes | None = None
    ) -> tuple[bytes, Mapping[str, str]]:
        params = {name: _word(value) for name, value in conditions.items() if value is not None}
        headers = {} if content is None else {"Content-Type": "text/csv"}
        try:
            with self._http.stream(
                method, address, params=params, content=content, headers=headers
            ) as answer:
                data = b""
                for piece in answer.iter_bytes():
                    data += piece
                    if len(data) > LARGEST:
                        raise UnexpectedResponse(f"{self._host}: the answer is larger than {LARGEST} bytes")
        except httpx2.HTTPError as error:
            raise Unreachable(f"{self._host} cannot be reached: {type(error).__name__}") from error
        if answer.is_success:
            return data, answer.headers
        raise self._refusal(answer.status_code, data)

    def _refusal(self, status: int, data: bytes) -> UsageError | Unreachable:
        if status >= 500:
            return Unreachable(f"{self._host} answered {status}")
        try:
            detail = json.loads(data)["detail"]
        except (ValueError, LookupError, TypeError):
            detail = f"answered {status}"
        return UsageError(f"{self._host}: {_detail(detail)}", cure=_REFUSALS.get(status, ""))


def _word(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _detail(detail: object) -> str:
    """The words of an error of the API: FastAPI lists the problems of single parameters."""
    if isinstance(detail, list):
        return "; ".join(
            f"{problem['loc'][-1]}: {problem['msg']}" if isinstance(problem, dict) else str(problem)
            for problem in detail
        )
    return str(detail)
