"""Normalizes the targets of links and images of a page, for the comparison of two versions."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

from tracker.parsing.address import drop_parameters

ARROW = " → "  # between the words of a link and its address, in the text of its unit
_SESSION = re.compile(r"(?:jsessionid|phpsessid|sid|sessionid|utm_\w+|_ga|cb|nonce)\Z", re.IGNORECASE)
# Parameters that make browsers fetch a file again, where their value is a version, a time or a hash.
_CACHE = frozenset(
    {"v", "ver", "version", "t", "ts", "time", "timestamp", "_", "cache", "cachebust", "rnd", "rand", "rev"}
)  # fmt: skip
_CACHE_VALUE = re.compile(r"[\d._-]+\Z|[0-9a-f]{6,}\Z", re.IGNORECASE)
_STAMP = re.compile(r"\d{8,}\Z|[0-9a-f]{16,}\Z", re.IGNORECASE)  # `style.css?1712345678`
_TOKENS = frozenset({"itok"})  # Drupal's, of a scaled image
_SIZE = re.compile(r"-\d{2,4}x\d{2,4}(?=\.\w{3,4}\Z)")  # of a scaled copy of an image
_NOT_FOLLOWED = ("#", "javascript:", "mailto:", "tel:", "data:", "about:", "blob:")


def absolute(base: str, href: str) -> str:
    """Return the address that `href` means on a page at `base`, without session parameters; empty where it
    leads to no other resource. An address stays relative where the base is unknown.
    """
    href = href.strip()
    if not href or href.lower().startswith(_NOT_FOLLOWED):
        return ""
    try:
        address = drop_parameters(urljoin(base, href), _is_session)
        scheme = urlsplit(address).scheme
    except ValueError:
        return ""
    return address if scheme in ("http", "https") or (not scheme and not base) else ""


def target(address: str, *, image: bool = False) -> str:
    """Return `address` without cache busters (`?v=8`); for an image, without the size of its scaled copy."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return address
    query = parts.query
    if query:
        pairs = parse_qsl(query, keep_blank_values=True)
        kept = [pair for pair in pairs if not _breaks_caches(*pair)]
        if len(kept) != len(pairs):
            query = urlencode(kept)
    path = _SIZE.sub("", parts.path) if image else parts.path
    return urlunsplit(parts._replace(query=query, path=path))


def _breaks_caches(name: str, value: str) -> bool:
    if name.lower() in _TOKENS:
        return True
    return bool(_CACHE_VALUE.match(value) if name.lower() in _CACHE else not value and _STAMP.match(name))


def _is_session(name: str) -> bool:
    return _SESSION.match(name) is not None
