"""Serves dockets as version 4 of the API of Regulations.gov does, under `/v4/`.

A request needs the key; without one the answer is 403, as api.data.gov gives it. Filters take times of New York, answers have
them in UTC. A page has 5 to 250 records, and a query at most 20 pages.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

from tracker.clock import NEW_YORK, legal_day, legal_instant
from tracker.demo.http_messages import Reply, Request, json_reply, utc
from tracker.demo.timeline import Timeline

PREFIX = "/v4/"
MOST_PAGES = 20
_LAST = time(23, 59, 59)


@dataclass(slots=True)
class DocketStore:
    """Dockets, documents and comments over time, each with the attributes of the API. `key` is the only good key."""

    key: str = "DEMO_KEY"
    dockets: dict[str, Timeline[dict[str, Any]]] = field(default_factory=dict)
    documents: dict[str, Timeline[dict[str, Any]]] = field(default_factory=dict)
    comments: dict[str, Timeline[dict[str, Any]]] = field(default_factory=dict)

    def put_docket(self, name: str, title: str, instant: datetime, **attributes: Any) -> None:
        """Set a docket, such as `BIS-2026-0041`."""
        facts = {
            "agencyId": _agency(name),
            "title": title,
            "docketType": "Rulemaking",
            "dkAbstract": None,
            "rin": None,
        }
        self.dockets.setdefault(name, Timeline()).put(instant, {**facts, **attributes})

    def put_document(
        self,
        name: str,
        instant: datetime,
        *,
        title: str = "",
        kind: str = "",
        period: tuple[date, date] | None = None,
        **attributes: Any,
    ) -> None:
        """Set a document, such as `BIS-2026-0041-0001`, or what differs in it from now on. `period`: the first and last day
        for comments.
        """
        known = self.documents.setdefault(name, Timeline())
        facts = known.latest() if known.instants() else _new_document(name, instant)
        facts = {**facts, **({"title": title} if title else {}), **({"documentType": kind} if kind else {})}
        if period is not None:
            facts["commentStartDate"] = _stamp(legal_instant(period[0]))
            facts["commentEndDate"] = _stamp(legal_instant(period[1], _LAST))
        known.put(instant, {**facts, **attributes, "lastModifiedDate": _stamp(instant)})

    def put_comment(self, name: str, instant: datetime, *, title: str, text: str, on: str) -> None:
        """Set a comment on the document with this id."""
        facts = {
            "documentType": "Public Submission",
            "agencyId": _agency(name),
            "title": title,
            "comment": text,
            "docketId": name.rpartition("-")[0],
            "commentOnId": _object(on),
            "postedDate": _stamp(legal_instant(legal_day(instant))),
            "lastModifiedDate": _stamp(instant),
            "withdrawn": False,
            "highlightedContent": "",
        }
        self.comments.setdefault(name, Timeline()).put(instant, facts)

    def remove_document(self, name: str) -> None:
        """Remove a document, as if it had never been there."""
        del self.documents[name]


def answer(store: DocketStore, request: Request) -> Reply | None:
    """Return the answer of the service; None for other addresses."""
    if not request.path.startswith(PREFIX):
        return None
    if request.headers.get("x-api-key") != store.key:
        error = {"code": "API_KEY_INVALID", "message": "An invalid api_key was supplied."}
        return json_reply({"error": error}, status=403)
    of, _, name = request.path.removeprefix(PREFIX).partition("/")
    known = {"dockets": store.dockets, "documents": store.documents, "comments": store.comments}.get(of)
    if known is None:
        return _missing()
    present = {one: facts for one, states in known.items() if (facts := states.at(request.now)) is not None}
    if name:
        return (
            json_reply({"data": _record(of, name, present[name], request)}) if name in present else _missing()
        )
    return _list(of, present, request)


def _list(of: str, present: Mapping[str, dict[str, Any]], request: Request) -> Reply:
    try:
        size, number = int(request.one("page[size]") or 25), int(request.one("page[number]") or 1)
    except ValueError:
        size, number = 0, 0
    if not 5 <= size <= 250 or not 1 <= number <= MOST_PAGES:
        return json_reply({"errors": [{"status": "400", "title": "Bad Request"}]}, status=400)
    found = [(name, facts) for name, facts in present.items() if _meets(facts, request)]
    found.sort(key=lambda one: (one[1]["lastModifiedDate"], one[0]))
    start = (number - 1) * size
    page = [_record(of, name, facts, request, brief=True) for name, facts in found[start : start + size]]
    pages = -(-len(found) // size)
    meta = {
        "hasNextPage": number < pages,
        "numberOfElements": len(page),
        "pageNumber": number,
        "pageSize": size,
        "totalElements": len(found),
        "totalPages": pages,
    }
    return json_reply({"data": page, "meta": meta})


def _meets(facts: Mapping[str, Any], request: Request) -> bool:
    wanted = request.one("filter[agencyId]")
    if wanted and facts["agencyId"] not in wanted.split(","):
        return False
    for parameter, name in (("docketId", "docketId"), ("commentOnId", "commentOnId")):
        value = request.one(f"filter[{parameter}]")
        if value and facts.get(name) != value:
            return False
    since = request.one("filter[lastModifiedDate][ge]")
    if since and facts["lastModifiedDate"] < _stamp(_eastern(since)):
        return False
    posted = request.one("filter[postedDate][ge]")
    if posted and facts["postedDate"] < _stamp(legal_instant(date.fromisoformat(posted))):
        return False
    if request.one("filter[withinCommentPeriod]") == "true" and not _is_open(facts, request.now):
        return False
    words = (request.one("filter[searchTerm]") or "").strip('"').lower()
    return not words or words in f"{facts['title']} {facts.get('comment', '')}".lower()


def _record(
    of: str, name: str, facts: Mapping[str, Any], request: Request, *, brief: bool = False
) -> dict[str, Any]:
    """Return one record. Lists leave out the text of a comment and its docket."""
    shown = dict(facts)
    if "commentEndDate" in facts:
        shown["openForComment"] = _is_open(facts, request.now)
    if brief:
        for field_name in ("comment", "commentOnId") + (("docketId",) if of == "comments" else ()):
            shown.pop(field_name, None)
    link = f"{request.base}{PREFIX}{of}/{name}"
    return {"id": name, "type": of, "attributes": shown, "links": {"self": link}}


def _is_open(facts: Mapping[str, Any], now: datetime) -> bool:
    start, end = facts.get("commentStartDate"), facts.get("commentEndDate")
    return bool(start and end) and str(start) <= _stamp(now) <= str(end)


def _new_document(name: str, instant: datetime) -> dict[str, Any]:
    return {
        "documentType": "Other",
        "agencyId": _agency(name),
        "title": name,
        "docketId": name.rpartition("-")[0],
        "frDocNum": None,
        "subtype": None,
        "withdrawn": False,
        "highlightedContent": "",
        "commentStartDate": None,
        "commentEndDate": None,
        "postedDate": _stamp(legal_instant(legal_day(instant))),
        "objectId": _object(name),
    }


def _object(name: str) -> str:
    return f"0900006480{sum(name.encode()):06x}{name[-4:]}"


def _agency(name: str) -> str:
    return name.partition("-")[0]


def _stamp(instant: datetime) -> str:
    return f"{utc(instant):%Y-%m-%dT%H:%M:%SZ}"


def _eastern(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=NEW_YORK)


def _missing() -> Reply:
    return json_reply(
        {"errors": [{"status": "404", "title": "The requested resource could not be found."}]}, status=404
    )
