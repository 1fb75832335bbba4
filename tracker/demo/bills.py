"""Serves bills as version 3 of the API of Congress.gov does, under `/v3/bill/`, and their texts as GovInfo does.

A request needs the key; without one the answer is 403. A list has at most 250 records a page, by `offset`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from xml.sax.saxutils import escape

from tracker.clock import legal_day
from tracker.demo.http_messages import XML, Reply, Request, json_reply, utc
from tracker.demo.timeline import Timeline

PREFIX = "/v3/bill/"
_MOST = 250
_VERSIONS = {"ih": "Introduced in House", "is": "Introduced in Senate", "rh": "Reported in House", "eh": "Engrossed in House", "enr": "Enrolled Bill"}  # fmt: skip


@dataclass(slots=True)
class BillStore:
    """Bills over time, each with its actions and the versions of its text. `key` is the only good key."""

    key: str = "DEMO_KEY"
    bills: dict[str, Timeline[dict[str, Any]]] = field(default_factory=dict)
    texts: dict[str, Timeline[str]] = field(default_factory=dict)

    def put(self, name: str, instant: datetime, *, title: str = "", action: str = "") -> None:
        """Set a bill, such as `119/hr/8170`, or add an action to it, which becomes its latest."""
        states = self.bills.setdefault(name, Timeline())
        known = states.latest() if states.instants() else _new(name, instant)
        actions = list(known["actions"])
        if action:
            actions.insert(0, {"actionDate": legal_day(instant).isoformat(), "text": action, "type": "Floor"})
        facts = {"title": title or known["title"], "actions": actions, "updated": _stamp(instant)}
        states.put(instant, {**known, **facts})

    def put_text(
        self, name: str, instant: datetime, version: str, sections: Sequence[tuple[str, Sequence[str]]]
    ) -> None:
        """Add a version of the text: `ih`, `eh`, `enr`. Each section has a heading and paragraphs; one that begins with
        `(a)` is a subsection.
        """
        states = self.bills[name]
        known = states.latest()
        congress, kind, number = name.split("/")
        package = f"BILLS-{congress}{kind}{number}{version}"
        url = f"https://www.congress.gov/{congress}/bills/{kind}{number}/{package}.xml"
        entry = {
            "type": _VERSIONS[version],
            "date": _stamp(instant),
            "formats": [{"type": "Formatted XML", "url": url}],
        }
        states.put(instant, {**known, "versions": [entry, *known["versions"]], "updated": _stamp(instant)})
        path = f"/content/pkg/{package}/xml/{package}.xml"
        self.texts.setdefault(path, Timeline()).put(instant, _xml(sections))


def answer(store: BillStore, request: Request) -> Reply | None:
    """Return the answer of the services; None for other addresses."""
    if request.path in store.texts:
        text = store.texts[request.path].at(request.now)
        return Reply(200, text.encode(), XML) if text is not None else None
    if not request.path.startswith(PREFIX):
        return None
    if request.headers.get("x-api-key") != store.key:
        return json_reply(
            {"error": {"code": "API_KEY_MISSING", "message": "No api_key was supplied."}}, status=403
        )
    parts = request.path.removeprefix(PREFIX).strip("/").split("/")
    present = {
        name: facts for name, states in store.bills.items() if (facts := states.at(request.now)) is not None
    }
    if len(parts) == 1:
        return _list(parts[0], present, request)
    facts = present.get("/".join(parts[:3]))
    if facts is None:
        return json_reply({"error": "No Bill matches the given query."}, status=404)
    if len(parts) == 3:
        return json_reply({"bill": _record(facts, whole=True), "request": {"format": "json"}})
    if parts[3] == "actions":
        return _paged("actions", facts["actions"], request)
    if parts[3] == "text":
        return _paged("textVersions", facts["versions"], request)
    return json_reply({"error": "Not found."}, status=404)


def _list(congress: str, present: dict[str, dict[str, Any]], request: Request) -> Reply:
    since, until = request.one("fromDateTime") or "", request.one("toDateTime") or "9"
    found = [
        facts
        for name, facts in present.items()
        if name.startswith(f"{congress}/") and since <= str(facts["updated"]) <= until
    ]
    found.sort(key=lambda facts: (str(facts["updated"]), str(facts["number"])))
    return _paged("bills", [_record(facts) for facts in found], request)


def _paged(name: str, records: Sequence[Any], request: Request) -> Reply:
    size = min(int(request.one("limit") or 20), _MOST)
    start = int(request.one("offset") or 0)
    return json_reply({name: list(records[start : start + size]), "pagination": {"count": len(records)}})


def _record(facts: dict[str, Any], *, whole: bool = False) -> dict[str, Any]:
    latest = facts["actions"][0] if facts["actions"] else {}
    record = {
        "congress": facts["congress"],
        "type": facts["type"],
        "number": facts["number"],
        "title": facts["title"],
        "latestAction": {name: latest.get(name) for name in ("actionDate", "text")},
        "updateDate": facts["updated"][:10],
        "updateDateIncludingText": facts["updated"],
    }
    if whole:
        place = "house-bill" if facts["type"] == "HR" else "senate-bill"
        record |= {
            "introducedDate": facts["introduced"],
            "actions": {"count": len(facts["actions"])},
            "legislationUrl": f"https://www.congress.gov/bill/{facts['congress']}th-congress/{place}/{facts['number']}",
        }
        if facts["versions"]:
            record["textVersions"] = {"count": len(facts["versions"])}
    return record


def _new(name: str, instant: datetime) -> dict[str, Any]:
    congress, kind, number = name.split("/")
    chamber = "House" if kind.startswith("h") else "Senate"
    day = legal_day(instant).isoformat()
    actions = [
        {"actionDate": day, "text": f"Introduced in {chamber}", "type": "IntroReferral", "actionCode": "1000"}
    ]
    return {
        "congress": int(congress),
        "type": kind.upper(),
        "number": number,
        "title": name,
        "introduced": day,
        "actions": actions,
        "versions": [],
        "updated": "",
    }


def _xml(sections: Sequence[tuple[str, Sequence[str]]]) -> str:
    body = []
    for number, (heading, paragraphs) in enumerate(sections, 1):
        parts = []
        for paragraph in paragraphs:
            mark, _, rest = paragraph.partition(" ")
            if mark.startswith("(") and mark.endswith(")"):
                parts.append(f"<subsection><enum>{mark}</enum><text>{escape(rest)}</text></subsection>")
            else:
                parts.append(f"<text>{escape(paragraph)}</text>")
        body.append(
            f"<section><enum>{number}.</enum><header>{escape(heading)}</header>{''.join(parts)}</section>"
        )
    return f'<?xml version="1.0"?><bill><form><legis-type>A BILL</legis-type></form><legis-body>{"".join(body)}</legis-body></bill>'


def _stamp(instant: datetime) -> str:
    return f"{utc(instant):%Y-%m-%dT%H:%M:%SZ}"
