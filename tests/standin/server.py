"""The stand-in: the demo's server, which misbehaves on request and lets its archive be edited.

with StandIn(archive, now=...) as standin:
    standin.misbehave(r"/api/v1/documents", "504-slow", times=1)
    standin.edit_part(15, "744", before="may", after="must")
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from tests.standin.cases import Case
from tests.standin.misbehaviors import BEHAVIORS, Rule
from tracker.demo import ecfr
from tracker.demo.fr_text import full_text
from tracker.demo.http_messages import HTML, JSON, PDF, XML, Reply, Request, json_reply, utc
from tracker.demo.model import Archive, FrDocument, PageState
from tracker.demo.pdf import pdf
from tracker.demo.server import Server

ADMIN = "/_standin"
_SUFFIXES = {".json": JSON, ".pdf": PDF, ".xml": XML}


class StandIn(Server):
    """See the module. `rules` are the misbehaviors that still hold, the latest first."""

    def __init__(self, archive: Archive, *, now: datetime, port: int = 0) -> None:
        self.rules: list[Rule] = []
        self._rules_lock = threading.Lock()
        super().__init__(archive, now=now, port=port)

    def __enter__(self) -> StandIn:
        return self

    # --- misbehaving ---

    def misbehave(self, path_pattern: str, behavior: str, times: int | None = None, **options: Any) -> Rule:
        """From now on, for the next `times` requests (none: until `behave`) whose path and query the
        regular expression is found in. `Rule.met` counts them. Raises KeyError for an unknown name."""
        rule = Rule(re.compile(path_pattern), BEHAVIORS[behavior], times, options)
        with self._rules_lock:
            self.rules.insert(0, rule)
        return rule

    def behave(self) -> None:
        """Ends every misbehavior."""
        with self._rules_lock:
            self.rules.clear()

    @contextmanager
    def refusing(self) -> Iterator[None]:
        """Within the context, connections to the port are refused."""
        self.refuse()
        try:
            yield
        finally:
            self.accept()

    def refuse(self) -> None:
        self._stop_listening()

    def accept(self) -> None:
        self._listen(self.port)

    def respond(self, request: Request) -> Reply:
        if request.path == ADMIN:
            return self._admin(request)
        with self._rules_lock:
            rule = next(
                (rule for rule in self.rules if rule.pattern.search(request.target)),
                None,
            )
            if rule:
                rule.met += 1
                if rule.times is not None and rule.met >= rule.times:
                    self.rules.remove(rule)
        if rule is None:
            return (
                BEHAVIORS["captcha-302"](self._case(request, {}))
                if request.path == "/_captcha"
                else (super().respond(request))
            )
        return rule.behavior(self._case(request, rule.options))

    def _case(self, request: Request, options: dict[str, Any]) -> Case:
        return Case(request, options, super().respond, self.closing)

    # --- editing; each edit applies from the server's present time on ---

    def put_page(self, path: str, body: str | bytes, **state: Any) -> None:
        """Sets a page, list or feed from now on; a `.pdf` path takes text and makes the PDF."""
        suffix = path[path.rfind(".") :] if "." in path.rsplit("/", 1)[-1] else ""
        if suffix == ".pdf" and isinstance(body, str):
            body = pdf(body.split("\n\n"))
        state.setdefault("content_type", _SUFFIXES.get(suffix, HTML))
        content = body.encode() if isinstance(body, str) else body
        self.archive.put_page(path, self.now, PageState(content, **state))

    def edit_page(self, path: str, before: str, after: str) -> None:
        """Replaces words on a page. Raises ValueError when they are not there."""
        state = self.archive.pages[path].latest()
        text = state.body.decode()
        if before not in text:
            raise ValueError(f"{before!r} is not on {path}")
        self.archive.put_page(path, self.now, replace(state, body=text.replace(before, after).encode()))

    def remove_page(self, path: str) -> None:
        self.archive.put_page(path, self.now, PageState(b"", status=404))

    def add_document(self, document: FrDocument, paragraphs: list[str] | None = None) -> None:
        """A document that the API lists from now on, with a full text made of the paragraphs."""
        document.visible_from = self.now
        if paragraphs is not None:
            document.xml.put(self.now, full_text(document, paragraphs))
        self.archive.documents.add(document)

    def patch_xml(self, number: str, before: str, after: str) -> None:
        """Corrects the full text in place, under the same number. Raises ValueError when the words
        are not there."""
        document = self.archive.documents.get(number)
        if document is None or before not in document.xml.latest():
            raise ValueError(f"{before!r} is not in {number}")
        document.xml.put(self.now, document.xml.latest().replace(before, after))

    def edit_part(self, title: int, part: str, before: str, after: str, *, day: date | None = None) -> date:
        """A new state of a CFR part with words replaced, as of the last day that the eCFR has, or `day`.
        Raises ValueError when the words are not there."""
        states = self.archive.code[title, part]
        text = states[max(states)]
        if before not in text:
            raise ValueError(f"{before!r} is not in {title} CFR part {part}")
        day = day or self.up_to_date_as_of
        self.archive.put_part(title, part, day, text.replace(before, after))
        return day

    @property
    def up_to_date_as_of(self) -> date:
        """The last day that the eCFR has at the server's present time."""
        return ecfr.up_to_date_as_of(self.archive, self.now)

    # --- steering from another process ---

    def _admin(self, request: Request) -> Reply:
        """GET returns the time and the requests so far; POST takes `{"now", "misbehave", "behave", "forget",
        "edit"}`, each optional. What `edit` takes: see `_edit`."""
        if request.method == "POST":
            try:
                self.steer(json.loads(request.body or b"{}"))
            except (KeyError, TypeError, ValueError) as error:
                return json_reply({"error": f"{type(error).__name__}: {error}"}, status=400)
        log = [
            {
                "method": entry.method,
                "path": entry.path,
                "headers": dict(entry.headers),
                "status": entry.status,
            }
            for entry in self.requests
            if not entry.path.startswith(ADMIN)
        ]
        body: dict[str, Any] = {"now": self.now.isoformat(), "url": self.url, "count": len(log)}
        if request.one("log") == "1":
            body["requests"] = log
        return json_reply(body)

    def steer(self, order: dict[str, Any]) -> None:
        """Carries out one JSON order. Raises KeyError, TypeError or ValueError for a wrong one."""
        if "now" in order:
            self.now = utc(datetime.fromisoformat(order["now"]))
        if order.get("forget"):
            self.forget()
        if order.get("behave"):
            self.behave()
        for rule in _several(order.get("misbehave")):
            wanted = dict(rule)
            self.misbehave(wanted.pop("path"), wanted.pop("behavior"), wanted.pop("times", None), **wanted)
        for edit in _several(order.get("edit")):
            self._edit(dict(edit))

    def _edit(self, edit: dict[str, Any]) -> None:
        """`{"page", "body"}`, `{"page", "before", "after"}`, `{"remove": path}`, `{"xml": number,
        "before", "after"}`, `{"title", "part", "before", "after", "day"?}`, or `{"document": {"number",
        "publication_date", "title", "type", "agencies", "abstract", "facts", "paragraphs"}}`."""
        if "document" in edit:
            facts = dict(edit["document"])
            paragraphs = facts.pop("paragraphs", None)
            facts["publication_date"] = date.fromisoformat(facts["publication_date"])
            facts["agencies"] = tuple(facts.get("agencies", ()))
            if facts.get("filed_at"):
                facts["filed_at"] = utc(datetime.fromisoformat(facts["filed_at"]))
            self.add_document(FrDocument(**facts), paragraphs)
        elif "remove" in edit:
            self.remove_page(edit["remove"])
        elif "xml" in edit:
            self.patch_xml(edit["xml"], edit["before"], edit["after"])
        elif "part" in edit:
            day = date.fromisoformat(edit["day"]) if edit.get("day") else None
            self.edit_part(int(edit["title"]), str(edit["part"]), edit["before"], edit["after"], day=day)
        elif "body" in edit:
            self.put_page(edit["page"], edit["body"])
        else:
            self.edit_page(edit["page"], edit["before"], edit["after"])


def _several(value: Any) -> list[dict[str, Any]]:
    """One order or a list of them."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]
