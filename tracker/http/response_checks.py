"""Checks that a response is what was requested. A bot wall, a maintenance page or half a body often has
status 200, and must never be read as "no content"."""

from __future__ import annotations

import re
from typing import Any

from lxml import etree

from tracker.encodings import decoded, label_of
from tracker.errors import AccessDenied, ReaderKilled, UnexpectedResponse
from tracker.model import HttpResponse
from tracker.safe_xml import NotXmlError, parse_root
from tracker.sandbox import pool
from tracker.text import canonical_json, fold_space

_TITLE = re.compile(r"<title[^>]*>(.{0,300}?)</title", re.IGNORECASE | re.DOTALL)
# Whole titles of the pages that stand in the way: the Federal Register's own, then those of the usual gatekeepers. A title that
# only holds such words ("Access Denied Orders") is that of a page.
_WALLS = re.compile(
    r"request access|(?:(?:please )?(?:complete|solve|enter) the )?captcha(?: (?:check|challenge|verification|required|to continue))*|"
    r"just a moment|attention required|access denied|"
    r"are you (?:a )?(?:human|robot).*|robot check|pardon our interruption|security check|.*unusual traffic.*",
    re.IGNORECASE,
)
_AWAY = re.compile(
    r"(?:(?:site|scheduled|system|website|planned|emergency|under|down for|routine|undergoing) )+maintenance(?: (?:mode|page|notice|in progress))?|"
    r"maintenance mode|(?:\d{3} ?[-–:]? ?)?(?:(?:the |this )?(?:site|service|page|website) )?(?:is )?(?:temporarily |currently )?unavailable|"
    r"application error|(?:we.ll )?be (?:right )?back(?: soon)?|(?:the |this )?site is down(?: for maintenance)?|"
    r"(?:we.re )?(?:experiencing )?technical difficulties|(?:an? )?(?:unexpected )?error (?:has )?occurred",
    re.IGNORECASE,
)
_PARTS = re.compile(r" (?:\||-|–|—|::|») ")  # between the page's own title and the site's name
_NO_TEXT = re.compile(
    rb"<(script|style|noscript|template)\b.*?(?:</\1\s*>|\Z)|<!--.*?(?:-->|\Z)|<[^>]*>",
    re.IGNORECASE | re.DOTALL,
)
_MOST_TEXT = 2_500  # bytes of text with the site's own frame: a wall or a notice has no more
_LOOKED_AT = 200_000  # bytes


def html_title(body: bytes, label: str = "") -> str:
    """The title of a page, from its first 20 kB; "" where it has none. `label` is the charset that came with it."""
    found = _TITLE.search(decoded(body[:20_000], label))
    return fold_space(found.group(1)) if found else ""


def _title_of(answer: HttpResponse) -> str:
    return html_title(answer.body, label_of(answer.header("content-type")))


def _is_titled(title: str, pattern: re.Pattern[str]) -> bool:
    return any(pattern.fullmatch(part.strip(" .!…:?")) for part in _PARTS.split(title))


def _has_little_text(body: bytes) -> bool:
    """Whether a page says hardly more than that it is not the page asked for."""
    text = _NO_TEXT.sub(b" ", body[:_LOOKED_AT])
    return len(b" ".join(text.split())) <= _MOST_TEXT


def check_no_wall(answer: HttpResponse) -> None:
    """Raises AccessDenied where the response is a bot wall."""
    title = _title_of(answer)
    if _is_titled(title, _WALLS) and _has_little_text(answer.body):
        raise AccessDenied(
            f"a wall against robots: a page titled {title!r}",
            cure="ask the site to admit us, or use another channel",
            url=answer.url,
            status=answer.status,
        )


def check_page(answer: HttpResponse) -> None:
    """Raises AccessDenied for a wall, UnexpectedResponse for an empty page and for a maintenance page."""
    if not answer.body.strip():
        raise UnexpectedResponse("an empty page", url=answer.url, status=answer.status)
    check_no_wall(answer)
    title = _title_of(answer)
    if _is_titled(title, _AWAY) and _has_little_text(answer.body):
        raise UnexpectedResponse(
            f"the site is away: a page titled {title!r}", url=answer.url, status=answer.status
        )


def json_object(answer: HttpResponse) -> dict[str, Any]:
    """The JSON object in a response. Raises AccessDenied for a wall, UnexpectedResponse for anything else."""
    head = answer.body[:200].lstrip()
    if head[:1] != b"{":
        if head[:1] == b"<":
            check_no_wall(answer)
            raise UnexpectedResponse(
                f"HTML where JSON should be: a page titled {_title_of(answer)!r}",
                url=answer.url,
                status=answer.status,
            )
        raise UnexpectedResponse(
            f"no JSON object: {answer.body[:80]!r}" if head else "an empty body where JSON should be",
            url=answer.url,
            status=answer.status,
        )
    try:
        found = canonical_json(answer.body)
    except (ValueError, RecursionError) as error:
        raise UnexpectedResponse(
            f"JSON that does not read: {error}", url=answer.url, status=answer.status
        ) from None
    assert isinstance(found, dict)
    return found


def xml_root(answer: HttpResponse) -> etree._Element:
    """The root of an XML answer. Raises AccessDenied for a wall, UnexpectedResponse for HTML and for XML that is cut off."""
    head = answer.body[:1000].lstrip().lower()
    if head.startswith((b"<!doctype html", b"<html")):
        check_no_wall(answer)
        raise UnexpectedResponse(
            f"HTML where XML should be: a page titled {_title_of(answer)!r}",
            url=answer.url,
            status=answer.status,
        )
    try:
        return parse_root(answer.body, label_of(answer.header("content-type")))
    except NotXmlError as error:
        raise UnexpectedResponse(
            f"XML that does not read to its end: {error}", url=answer.url, status=answer.status
        ) from None


def check_xml(answer: HttpResponse) -> tuple[str, dict[str, str]]:
    """The root's name and attributes of XML that reads to its end, seen by a worker. Raises AccessDenied, UnexpectedResponse, which
    is also said where the worker was ended from outside; ParserCrashed when the XML breaks its reader."""
    try:
        return pool.run(root_tag, answer)
    except ReaderKilled as error:
        raise UnexpectedResponse(
            f"not checked: {error.cause}", url=answer.url, status=answer.status
        ) from None


def root_tag(answer: HttpResponse) -> tuple[str, dict[str, str]]:
    """What `check_xml` gives, seen here."""
    root = xml_root(answer)
    return str(root.tag), {str(name): str(value) for name, value in root.attrib.items()}
