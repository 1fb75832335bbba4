"""What the parser of pages sees of a page, as one hash: elements, attributes and text, without the parts that it never
reads, such as scripts, comments, nonces and form tokens.

Two answers with the same outline have the same document. The events are those from which Beautiful Soup makes its tree,
by the same parser with the same options; only what `parsing.page` removes or never looks at is left out, and a mark
stays in its place.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from typing import Any

from lxml import etree

from tracker.text.encodings import UTF_8, as_utf_8

VERSION = "1"  # part of each hash: another one after each change of what is left out
TITLE_META = (("property", "og:title"), ("name", "dcterms.title"))
DATE_META = ("article:published_time", "dcterms.date", "dcterms.issued", "date", "publish-date")
_READ_META = frozenset({name for _, name in TITLE_META} | set(DATE_META))
_UNREAD = frozenset({"script", "style"})  # elements whose text is never read
_IGNORED = frozenset({"nonce"})  # attributes
_START, _END, _TEXT, _OTHER = "\x01", "\x02", "\x03", "\x04"


def outline(body: bytes, url: str, label: str = "") -> str:
    """Return the hash. `url` is the address of the answer, `label` its charset. Empty for what may be another kind of text,
    and where the parser fails, which `parsing.page` reports.
    """
    if body.lstrip()[:1] != b"<":
        return ""
    target = _Outline()
    parser = etree.HTMLParser(target=target, recover=True, encoding=UTF_8)
    try:
        parser.feed(as_utf_8(body, label))
        parser.close()
    except (etree.ParserError, etree.XMLSyntaxError, LookupError, AssertionError):
        return ""
    target.flush()
    head = f"{VERSION}\n{url}\n{is_complete_page(body, label)}\n"
    return hashlib.sha256((head + "".join(target.parts)).encode("utf-8", "surrogatepass")).hexdigest()


def is_complete_page(body: bytes, label: str = "") -> bool:
    """Return whether HTML is closed at its end, in any encoding. A page that was always closed and no longer is
    was truncated, whatever its stated length. `label` is the charset of the response.
    """
    end = body[-2_000:]
    if b"\0" in end:
        end = as_utf_8(body, label)[-2_000:]
    return re.search(rb"</(?:html|body)\s*>", end, re.IGNORECASE) is not None


class _Outline:
    """Gets the events of the parser. Each text has its length before it, so that no text can look like a mark."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self._text: list[str] = []
        self._unread = 0  # open elements whose text is not read

    def flush(self) -> None:
        if self._text:
            text = "".join(self._text)
            self._text.clear()
            self.parts.append(f"{_TEXT}{len(text)} {text}")

    def start(self, tag: Any, attrib: Mapping[Any, Any]) -> None:
        self.flush()
        self.parts.append(f"{_START}{tag}")
        if tag in _UNREAD:
            self._unread += 1
        elif attrib and _is_read(tag, attrib):
            self.parts += [
                f"{_TEXT}{name} {len(value)} {value}"
                for name, value in attrib.items()
                if name not in _IGNORED
            ]

    def end(self, tag: Any) -> None:
        self.flush()
        self.parts.append(_END)
        if tag in _UNREAD:
            self._unread -= 1

    def data(self, data: str | bytes) -> None:
        if not self._unread:
            self._text.append(data if isinstance(data, str) else data.decode())

    def comment(self, text: str | bytes) -> None:  # noqa: ARG002 - the text is not read
        self.flush()
        self.parts.append(_OTHER)

    def pi(self, target: str | bytes, data: str | bytes | None = None) -> None:  # noqa: ARG002
        self.flush()
        self.parts.append(_OTHER)

    def doctype(self, *_: str | None) -> None:
        self.parts.append(_OTHER)

    def close(self) -> None:
        """The parser has ended."""


def _is_read(tag: str, attributes: Mapping[str, str]) -> bool:
    """Return whether the parser of pages looks at the attributes of an element."""
    if tag == "input":
        return False
    if tag == "meta":
        return attributes.get("property") in _READ_META or attributes.get("name") in _READ_META
    return tag != "link" or "canonical" in attributes.get("rel", "")
