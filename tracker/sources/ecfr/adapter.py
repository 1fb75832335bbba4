"""Polls parts of the Code of Federal Regulations from the eCFR's versioner API.

Its behavior: `up_to_date_as_of` is the latest available day, later ones answer 404; during an import nothing is
reliable; only part, section and appendix select a slice, anything else returns the whole title; `size` in the
structure is the number of bytes of XML, a free fingerprint; 429 has no Retry-After; a slow 504 succeeds on the
next attempt.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from tracker.config.models import Source
from tracker.errors import (
    AccessDenied,
    FetchError,
    LimitExceeded,
    NotFound,
    ParserCrashed,
    UnexpectedResponse,
    Unreachable,
)
from tracker.http.client import Client
from tracker.http.rate_limit import ECFR
from tracker.http.response_checks import check_xml, json_object
from tracker.model import Absent, Fetched, HttpResponse, NotModified, ResourceType, Validators
from tracker.sources.adapter import Adapter
from tracker.sources.ecfr.shapes import SHAPES
from tracker.sources.events import CursorUpdate, Item, ResourceError, Wanted
from tracker.sources.state_view import StateView, without_validators

TITLES = "listing/titles"
VERSIONS = "listing/versions"
_EDITION = "edition"  # cursor: the edition of the last poll; `part N`: the edition and size last fetched
_MAX_GUESSES = 100  # parts requested by number when neither structure nor versions list them
SUSPECT_ROWS = 1000  # a list of versions that the service truncates silently has exactly this many


@dataclass(frozen=True, slots=True)
class EcfrEdition:
    """The latest state of a title: `as_of`, and the day of its last amendment (`moved`)."""

    as_of: str
    moved: str


def poll(source: Source, stored: StateView, client: Client, now: datetime, _wanted: Wanted) -> Iterator[Item]:
    """Yield every part of the source that is new, changed, or due for an unconditional request. Raises
    FetchError for the source as a whole: an import in progress, a title without a date, or a structure
    without any known part.
    """
    return _Poll(source, stored, client, now).items()


def refetch(source: Source, fetched: Fetched, client: Client) -> Fetched:
    """Request the same part of the same day again. Raises FetchError."""
    answer = client.fetch(
        fetched.answer.url, rate=ECFR, deadline=client.deadline(source.time_limit), accept="application/xml"
    )
    _check_part(answer, fetched.meta["part"])
    return Fetched(fetched.key, fetched.role, answer, fetched.meta)


def part_of_day(source: Source, client: Client, part: str, as_of: str) -> Fetched:
    """Return the text of a part on a day. Raises FetchError."""
    answer = client.fetch(
        part_url(source, part, as_of),
        rate=ECFR,
        deadline=client.deadline(source.time_limit),
        accept="application/xml",
    )
    return _part(source, part, as_of, answer)


def part_key(source: Source, part: str) -> str:
    return f"{source.title} CFR {part}"


def part_url(source: Source, part: str, as_of: str) -> str:
    return f"{source.base_url.rstrip('/')}/api/versioner/v1/full/{as_of}/title-{source.title}.xml?part={part}"


def _part(
    source: Source,
    part: str,
    as_of: str,
    answer: HttpResponse,
    amended: dict[str, list[str]] | None = None,
) -> Fetched:
    """Return the answer for one part, with the days on which its sections were amended, where these are known. Raises AccessDenied, and UnexpectedResponse where the answer is not the XML of exactly
    this part.
    """
    _check_part(answer, part)
    meta = {
        "as_of": as_of,
        "title": str(source.title),
        "part": part,
        "url": f"{source.base_url.rstrip('/')}/current/title-{source.title}/part-{part}",
    }
    if amended:
        meta["amended"] = json.dumps(amended, sort_keys=True)
    return Fetched(part_key(source, part), ResourceType.ECFR_PART, answer, meta)


class _Poll:
    def __init__(self, source: Source, stored: StateView, client: Client, now: datetime) -> None:
        self._source = source
        self._stored = stored
        self._client = client
        self._now = now
        self._deadline = client.deadline(source.time_limit)
        self._api = f"{source.base_url.rstrip('/')}/api/versioner/v1"
        self._cursor = dict(stored.cursor)
        self._amended: dict[str, dict[str, list[str]]] = {}

    def items(self) -> Iterator[Item]:
        titles, edition = self._edition()
        url = f"{self._api}/titles.json"
        latest = max((mark.partition("|")[0] for mark in self._cursor.values()), default="")
        if edition.as_of < latest:
            raise UnexpectedResponse(
                f"up to date as of {edition.as_of}, although {latest} was available before: a stale answer",
                url=url,
            )
        known = {key.rpartition(" ")[2]: key for key in self._stored.keys(f"{self._source.title} CFR ")}
        sizes = self._remembered_sizes(edition, known)
        if sizes is None:
            sizes, surely = self._parts(edition.as_of)
            if surely and known and not set(known) & set(sizes):
                raise UnexpectedResponse(
                    f"none of the {len(known)} known parts is in the structure of title {self._source.title}",
                    url=url,
                )
        if known:
            trouble = self._read_amendments(edition)
            if trouble is not None:
                yield trouble
        down = 0
        for part in sorted({*sizes, *known}, key=_order):
            try:
                item = self._part(part, edition, sizes.get(part), part in known)
            except (Unreachable, LimitExceeded) as error:
                down += 1
                if down >= 3 or self._client.monotonic() >= self._deadline:
                    raise
                item = ResourceError(self._key(part), error.url, error)
            except FetchError as error:
                item = ResourceError(self._key(part), error.url, error)
            else:
                down = 0
            if item is not None:
                yield item
        if titles is not None:
            yield Fetched(TITLES, ResourceType.LISTING, titles)
        self._cursor[_EDITION] = f"{edition.as_of}|{edition.moved}"
        if self._cursor != dict(self._stored.cursor):
            yield CursorUpdate(self._cursor)

    def _edition(self) -> tuple[HttpResponse | None, EcfrEdition]:
        """Return the response for the titles, None where it is unchanged, and the edition that it names."""
        url = f"{self._api}/titles.json"
        before = self._stored.cursor.get(_EDITION)
        titles = self._client.get(
            url,
            rate=ECFR,
            deadline=self._deadline,
            accept="application/json",
            validators=without_validators(self._stored.validators(TITLES), self._source, self._now)
            if before
            else None,
        )
        if titles is not None:
            return titles, edition_of(json_object(titles), self._source.title, url)
        assert before is not None
        return None, EcfrEdition(*before.split("|", 1))

    def _remembered_sizes(self, edition: EcfrEdition, known: Iterable[str]) -> dict[str, int | None] | None:
        """Return the sizes of the last poll, where nothing in the title has moved and the server confirms each
        part by its validators: the structure, several megabytes, would then say nothing new. None: it must
        be requested.
        """
        if self._cursor.get(_EDITION) != f"{edition.as_of}|{edition.moved}":
            return None
        sizes: dict[str, int | None] = {}
        for part in known:
            as_of, _, rest = self._cursor.get(f"part {part}", "").partition("|")
            moved, _, size = rest.rpartition("|")
            validators = without_validators(self._stored.validators(self._key(part)), self._source, self._now)
            if (as_of, moved) != (edition.as_of, edition.moved) or not _replayable(validators):
                return None
            sizes[part] = int(size) if size else None
        return sizes or None

    def _key(self, part: str) -> str:
        return part_key(self._source, part)

    def _part(self, part: str, edition: EcfrEdition, size: int | None, known: bool) -> Item | None:
        """Request a part. None: there is no such part, and never was. Raises FetchError."""
        key = self._key(part)
        url = part_url(self._source, part, edition.as_of)
        mark = f"{edition.as_of}|{edition.moved}|{'' if size is None else size}"
        before = self._cursor.get(f"part {part}", "").split("|", 1)
        same_day = before[0] == edition.as_of
        same = size is not None and before[-1] == mark.split("|", 1)[1] and len(before) == 2
        validators = without_validators(self._stored.validators(key), self._source, self._now)
        if validators is not None and same and not (same_day and _replayable(validators)):
            # Nothing in the title has moved and the size is the same; the server offers no better check.
            self._cursor[f"part {part}"] = mark
            return NotModified(key, url, self._client.clock())
        try:
            answer = self._client.get(
                url,
                rate=ECFR,
                deadline=self._deadline,
                accept="application/xml",
                # The validators belong to the address, which contains the day.
                validators=validators if same_day else None,
            )
        except NotFound as error:
            if size is not None:
                raise UnexpectedResponse(
                    f"{key} is in the structure of {edition.as_of} and answers 404", url=url, status=404
                ) from None
            return Absent(key, url, error.cause) if known else None
        # The mark records that this state was fetched: it is set once the answer is known to be the part.
        found = (
            None
            if answer is None
            else _part(self._source, part, edition.as_of, answer, self._amended.get(part))
        )
        self._cursor[f"part {part}"] = mark
        return found or NotModified(key, url, self._client.clock())

    def _parts(self, as_of: str) -> tuple[dict[str, int | None], bool]:
        """Return the parts of the source with their sizes, and whether the list is complete. The structure's
        list is; a list from the versions, or plain numbers, is not.
        """
        try:
            structure = self._json(f"structure/{as_of}/title-{self._source.title}.json")
        except NotFound:
            return self._parts_by_versions(), False
        found: dict[str, int | None] = {}
        collect_parts(structure, self._source.parts, found)
        return found, True

    def _read_amendments(self, edition: EcfrEdition) -> ResourceError | None:
        """Read on which days sections and appendices were amended since the last poll, by part and identifier, as the
        versions list them. Nothing is read where nothing in the title has moved, and where the list is missing or may be
        cut off: it is evidence for a join, and no text depends on it. Return the error of a failed request.
        """
        before = self._cursor.get(_EDITION, "").split("|", 1)
        if len(before) < 2 or before[1] == edition.moved:
            return None
        path = f"versions/title-{self._source.title}.json?issue_date%5Bgte%5D={before[0]}"
        try:
            rows = self._json(path).get("content_versions")
        except NotFound:
            return None
        except FetchError as error:
            return ResourceError(VERSIONS, f"{self._api}/{path}", error)
        if not isinstance(rows, list) or len(rows) >= SUSPECT_ROWS:
            return None
        for row in rows:
            names = ("part", "identifier", "amendment_date")
            values = [row.get(name) for name in names] if isinstance(row, dict) else []
            if values and all(isinstance(value, str) for value in values) and _is_day(values[2]):
                part, identifier, day = map(str, values)
                days = self._amended.setdefault(part, {}).setdefault(identifier, [])
                if day not in days:
                    days.append(day)
        return None

    def _parts_by_versions(self) -> dict[str, int | None]:
        numbers = [number for first, last in self._source.parts for number in range(first, last + 1)]
        guesses: dict[str, int | None] = dict.fromkeys(map(str, numbers[:_MAX_GUESSES]))
        try:
            rows = self._json(f"versions/title-{self._source.title}.json").get("content_versions")
        except NotFound:
            return guesses
        if not isinstance(rows, list) or len(rows) == SUSPECT_ROWS:
            return guesses
        parts = {row.get("part") for row in rows if isinstance(row, dict)}
        return {part: None for part in parts if isinstance(part, str) and _asked(part, self._source.parts)}

    def _json(self, path: str) -> dict[str, Any]:
        return json_object(
            self._client.fetch(
                f"{self._api}/{path}", rate=ECFR, deadline=self._deadline, accept="application/json"
            )
        )


def _is_day(text: object) -> bool:
    try:
        return date.fromisoformat(str(text)).isoformat() == text
    except ValueError:
        return False


def _replayable(validators: Validators | None) -> bool:
    return validators is not None and bool(validators.etag or validators.last_modified)


def edition_of(titles: dict[str, Any], number: int, url: str) -> EcfrEdition:
    """Return the edition of a title. Raises Unreachable during an import, UnexpectedResponse and AccessDenied
    for a title that is not available.
    """
    meta = titles.get("meta")
    entries = titles.get("titles")
    if not isinstance(entries, list):
        raise UnexpectedResponse("no list of titles", url=url)
    title = next(
        (entry for entry in entries if isinstance(entry, dict) and str(entry.get("number")) == str(number)),
        None,
    )
    if title is None:
        raise UnexpectedResponse(f"title {number} is not among the titles", url=url)
    if (isinstance(meta, dict) and meta.get("import_in_progress")) or title.get("processing_in_progress"):
        raise Unreachable("the eCFR is importing new issues at the moment", url=url, retry_after=600.0)
    as_of = title.get("up_to_date_as_of")
    if not as_of:
        raise AccessDenied(
            f"title {number} is reserved: it has no text", cure="take it out of the settings", url=url
        )
    try:
        date.fromisoformat(as_of)
    except (TypeError, ValueError):
        raise UnexpectedResponse(f"up_to_date_as_of is {as_of!r}, which is not a date", url=url) from None
    return EcfrEdition(as_of, f"{title.get('latest_amended_on')}/{title.get('latest_issue_date')}")


def collect_parts(node: Any, asked: tuple[tuple[int, int], ...], found: dict[str, int | None]) -> None:
    if not isinstance(node, dict):
        return
    if node.get("type") == "part":
        identifier, size = node.get("identifier"), node.get("size")
        if isinstance(identifier, str) and _asked(identifier, asked) and not node.get("reserved"):
            found[identifier] = size if isinstance(size, int) else None
        return
    for child in node.get("children") or ():
        collect_parts(child, asked, found)


def _asked(part: str, asked: tuple[tuple[int, int], ...]) -> bool:
    """Return whether a part is requested. Parts are compared by number; `101a` and the like belong to their
    number.
    """
    return not asked or any(first <= _order(part)[0] <= last for first, last in asked)


def _order(part: str) -> tuple[int, str]:
    digits = part[: len(part) - len(part.lstrip("0123456789"))]
    return (int(digits) if digits else -1, part)


def _check_part(answer: HttpResponse, part: str) -> None:
    """Raise AccessDenied, or UnexpectedResponse where the answer is not the XML of exactly this part."""
    try:
        tag, attributes = check_xml(answer)
    except ParserCrashed:
        return  # the parser reports it later, and the bytes are stored
    if tag != "DIV5" or attributes.get("N") != part:
        raise UnexpectedResponse(
            f"requested part {part}, received {tag} {attributes.get('N') or attributes.get('TYPE') or ''}".rstrip()
            + (": the whole title" if tag in ("DIV1", "ECFR") else ""),
            url=answer.url,
            status=answer.status,
        )


ADAPTER = Adapter(poll, refetch, shapes=SHAPES)
