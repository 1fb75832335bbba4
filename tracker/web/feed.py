"""The inbox as an Atom feed (RFC 4287), with the same filters as the page in its address. Changes of the first
poll are not included.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request, Response
from lxml import etree

from tracker.clock import legal_instant
from tracker.i18n import label, t
from tracker.legal_status.current import status_line
from tracker.model import Change, Language
from tracker.rendering.alert_message import is_codified, what_changed
from tracker.rendering.correction_text import correction_line
from tracker.rendering.deadlines import change_url
from tracker.rendering.profile_lead import leading_badge, leading_match, profile_reason
from tracker.rendering.words_on_day import worded_on
from tracker.sanitize import safe_url, sanitize_line
from tracker.serialization import change_from_json, format_instant
from tracker.web.context import InjectedContext, WebContext
from tracker.web.inbox_filter import InboxFilter, filter_of
from tracker.web.rendering import asked_language, query

router = APIRouter(include_in_schema=False)

ATOM = "http://www.w3.org/2005/Atom"
ENTRIES = 100
_UNNAMED = frozenset({"new", "view", "baseline"})  # not part of a title
# lxml writes the default namespace as None, which lxml-stubs do not know.
_NAMES: Any = {None: ATOM}


@router.get("/feed.atom")
def feed(request: Request, web_context: InjectedContext) -> Response:
    return feed_of_saved_search(request, web_context, filter_of(request.query_params))


def feed_of_saved_search(
    request: Request, web_context: WebContext, chosen: InboxFilter, name: str = ""
) -> Response:
    """Return the feed of a saved search; `name` is its title."""
    today = web_context.today()
    with web_context.reading() as store:
        wanted = replace(chosen.wanted(today, store), baseline=False, limit=ENTRIES)
        changes = [worded_on(change_from_json(record), today) for record in store.changes(wanted)]
    language = asked_language(request, web_context)
    address = (
        f"{web_context.settings.viewer_url.rstrip('/')}/feed.atom{query(chosen.values(), lang=language)}"
    )
    names = [value for name, value in chosen.values().items() if value and name not in _UNNAMED]
    title = " · ".join(["tracker", *([name] if name else map(str, names))])
    return feed_answer(request, _feed(changes, web_context, language, address, title, chosen.profile))


def feed_answer(request: Request, body: bytes) -> Response:
    """Return a feed with its ETag, or 304 where the reader has it."""
    headers = {
        "ETag": f'"{hashlib.blake2b(body, digest_size=12).hexdigest()}"',
        "Cache-Control": "private, no-cache",
    }
    if request.headers.get("if-none-match") == headers["ETag"]:
        return Response(status_code=304, headers=headers)
    return Response(body, media_type="application/atom+xml", headers=headers)


class Node:
    """An element of a feed, to which texts and links are added."""

    def __init__(self, element: etree._Element) -> None:
        self.element = element

    def text(self, name: str, words: str) -> None:
        _text(self.element, name, words)

    def link(self, relation: str, address: str) -> None:
        _link(self.element, relation, address)


class Feed(Node):
    """An Atom feed: its head, then its entries."""

    def __init__(self, language: Language, address: str, title: str, newest: datetime | None) -> None:
        root = etree.Element(f"{{{ATOM}}}feed", nsmap=_NAMES)
        root.set("{http://www.w3.org/XML/1998/namespace}lang", language)
        super().__init__(root)
        self.text("id", address)
        self.text("title", sanitize_line(title))
        self.text("updated", format_instant(newest) if newest else "1970-01-01T00:00:00Z")
        self.link("self", address)
        Node(etree.SubElement(root, f"{{{ATOM}}}author")).text("name", "tracker")

    def entry(self) -> Node:
        return Node(etree.SubElement(self.element, f"{{{ATOM}}}entry"))

    def bytes(self) -> bytes:
        return etree.tostring(self.element, xml_declaration=True, encoding="utf-8")


def _feed(
    changes: Iterable[Change],
    web_context: WebContext,
    language: Language,
    address: str,
    title: str,
    profile: str,
) -> bytes:
    changes = list(changes)
    newest = max((change.detected_at for change in changes), default=None)
    feed = Feed(language, address, title, newest)
    for change in changes:
        feed.element.append(_entry(change, web_context, language, profile))
    return feed.bytes()


def _entry(change: Change, web_context: WebContext, language: Language, profile: str) -> etree._Element:
    entry = etree.Element(f"{{{ATOM}}}entry")
    tagging = change.tagging
    page = change_url(web_context.settings.viewer_url, change.id)
    what, detail = what_changed(change, language)
    match = leading_match(change, profile)
    badge = leading_badge(tagging.level, tagging.direction, match, language)
    reading = f" [{t('reading.mark', language)}]" if tagging.needs_reading else ""
    # A revision is a new entry, as it is a new alert.
    _text(entry, "id", page if change.revision == 1 else f"{page}#revision-{change.revision}")
    _text(entry, "title", f"[{badge}]{reading} {what}")
    _text(entry, "updated", format_instant(change.detected_at))
    if change.published:
        _text(entry, "published", format_instant(legal_instant(change.published)))
    _link(entry, "alternate", page)
    if safe_url(change.url):
        _link(entry, "related", safe_url(change.url))
    for topic in tagging.topics:
        category = etree.SubElement(entry, f"{{{ATOM}}}category")
        category.set("term", sanitize_line(topic.id))
        category.set("label", label("topic", sanitize_line(topic.id), language))
    lines_shown = (
        detail,
        correction_line(change, language),
        profile_reason(match, tagging.level, language) if match else "",
        status_line(tagging.status, web_context.today(), language, codified=is_codified(change)),
        sanitize_line(tagging.reason.get(language)),
        sanitize_line(change.title),
    )
    _text(entry, "summary", "\n".join(part for part in lines_shown if part))
    return entry


def _text(parent: etree._Element, name: str, words: str) -> None:
    etree.SubElement(parent, f"{{{ATOM}}}{name}").text = words


def _link(parent: etree._Element, relation: str, address: str) -> None:
    link = etree.SubElement(parent, f"{{{ATOM}}}link")
    link.set("rel", relation)
    link.set("href", address)
