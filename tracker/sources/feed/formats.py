"""Parses RSS, Atom and JSON Feed into entries with this project's field names."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterable, Mapping
from hashlib import sha256
from io import BytesIO
from typing import Any

from tracker.errors import UnexpectedResponse
from tracker.http.address import absolute
from tracker.http.response_checks import json_object, xml_root
from tracker.model import HttpResponse
from tracker.text import fold_space
from tracker.text.encodings import as_utf_8, label_of

Record = dict[str, str]

_ROOTS = frozenset({"rss", "feed", "RDF"})
_END = re.compile(rb"</(?:rss|feed|(?:\w+:)?RDF)\s*>\s*\Z")
_BARE = re.compile(rb"&(?!(?:#\d+|#[xX][0-9a-fA-F]+|\w+);)")
_TAG = re.compile(r"<[^>]*>")
_MARKUP = frozenset({"text/html", "application/xhtml+xml"})
_JSON_FEED = re.compile(r"https?://(?:www\.)?jsonfeed\.org/version/")


def entries(answer: HttpResponse) -> list[Record]:
    """Return the entries of a feed, empty fields left out: id, title (without markup), link (absolute),
    published and updated (as written), summary and content (safe HTML), author, categories.

    Raises AccessDenied for a wall, UnexpectedResponse for anything but a feed and for a truncated one.
    """
    if answer.body[:200].lstrip()[:1] == b"{":
        return _json_feed(answer)
    body = as_utf_8(answer.body, label_of(answer.header("content-type")))
    try:
        root = str(xml_root(answer).tag).rpartition("}")[2]
    except UnexpectedResponse:
        # A feed with invalid XML, most often a bare "&", is still parsed where its end is present.
        if not _END.search(answer.body):
            raise
        body = _BARE.sub(b"&amp;", body)
    else:
        if root not in _ROOTS:
            raise UnexpectedResponse(f"not a feed: the root is {root}", url=answer.url, status=answer.status)
    return _xml_feed(body, answer.url)


def _xml_feed(body: bytes, base: str) -> list[Record]:
    import feedparser  # costs 50 ms, in the worker that parses a feed only

    # Without the feed's address, only xml:base is applied: a guid that is not an address stays unchanged, and
    # addresses are completed here. A stream is passed, because feedparser would open a text that looks like an
    # address or a file name.
    try:
        read = feedparser.parse(
            BytesIO(body), response_headers={"content-type": "application/xml; charset=utf-8"}
        )
    except Exception as error:  # which errors it raises for invalid feeds is not documented
        raise UnexpectedResponse(
            f"a feed that cannot be parsed: {type(error).__name__}: {fold_space(str(error))[:160]}", url=base
        ) from error
    return [_xml_entry(entry, base) for entry in read.entries]


def _xml_entry(entry: Mapping[str, Any], base: str) -> Record:
    # Not `entry.get`: for one field, feedparser returns another.
    found = dict(entry.items())
    record = {
        "id": _text(found.get("id")),
        "title": _words(found.get("title_detail")),
        "link": _address(base, found.get("link")),
        "published": _text(found.get("published") or found.get("created")),
        "updated": _text(found.get("updated")),
        "summary": _markup(found.get("summary_detail")),
        "content": next(filter(None, map(_markup, found.get("content") or ())), ""),
        "author": _text(found.get("author")),
        "categories": _joined(tag.get("term") or tag.get("label") for tag in found.get("tags") or ()),
    }
    return _kept(record)


def _json_feed(answer: HttpResponse) -> list[Record]:
    """Parse JSON Feed 1.0 and 1.1 (https://www.jsonfeed.org/version/1.1/)."""
    feed = json_object(answer)
    items = feed.get("items")
    if not _JSON_FEED.match(_text(feed.get("version"))) or not isinstance(items, list):
        raise UnexpectedResponse("JSON that is not a feed", url=answer.url, status=answer.status)
    return [_json_entry(item, answer.url) for item in items if isinstance(item, dict)]


def _json_entry(item: Mapping[str, Any], base: str) -> Record:
    several = item.get("authors")
    authors = several if isinstance(several, list) else [item.get("author")]
    tags = item.get("tags")
    plain = _text(item.get("content_text"))
    record = {
        "id": _text(item.get("id")),
        "title": _text(item.get("title")),
        "link": _address(base, item.get("url") or item.get("external_url")),
        "published": _text(item.get("date_published")),
        "updated": _text(item.get("date_modified")),
        "summary": html.escape(_text(item.get("summary")), quote=False),
        "content": _text(item.get("content_html")) or html.escape(plain, quote=False),
        "author": _joined(each.get("name") for each in authors if isinstance(each, dict)),
        "categories": _joined(tags if isinstance(tags, list) else ()),
    }
    return _kept(record)


def _kept(record: Record) -> Record:
    if record["summary"] == record["content"]:
        record["summary"] = ""
    return {name: value for name, value in record.items() if value}


def _address(base: str, value: object) -> str:
    text = _text(value)
    return absolute(base, text) if text else ""


def _joined(values: Iterable[object]) -> str:
    """Return names in alphabetical order: the publisher's order has no meaning."""
    return ", ".join(sorted({text for value in values if (text := _text(value))}))


def _text(value: object) -> str:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    # JSON and broken XML can contain half of a surrogate pair, which UTF-8 cannot encode.
    return fold_space(value).encode("utf-8", "replace").decode() if isinstance(value, str) else ""


def _words(detail: Mapping[str, Any] | None) -> str:
    """Return a title as plain text."""
    text = _text((detail or {}).get("value"))
    if (detail or {}).get("type") in _MARKUP:
        return fold_space(html.unescape(_TAG.sub("", text)))
    return text


def _markup(detail: Mapping[str, Any] | None) -> str:
    """Return a summary or content as HTML."""
    text = _text((detail or {}).get("value"))
    return text if (detail or {}).get("type") in _MARKUP else html.escape(text, quote=False)


def content_hash(record: Record) -> str:
    """Return a hash of the content. Dates are left out, because govinfo writes the time of reprocessing into
    all of them; the id too, because a publisher that moves gives all entries new ones.
    """
    lasting = {name: value for name, value in record.items() if name not in ("id", "published", "updated")}
    return sha256(canonical(lasting)).hexdigest()[:16]


def canonical(record: Record) -> bytes:
    return json.dumps(record, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()
