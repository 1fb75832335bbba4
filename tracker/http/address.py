"""Web addresses: host, port and canonical form."""

from __future__ import annotations

import re
from functools import lru_cache
from ipaddress import ip_address
from urllib.parse import quote, urljoin, urlsplit, urlunsplit

# Parameters that record where a visitor came from and never select a page.
_TRACKING = frozenset({"gclid", "fbclid", "msclkid", "mc_cid", "mc_eid", "_ga", "_gl", "igshid"})
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_SPACE = re.compile(r"\s")
_PORTS = {"http": 80, "https": 443}


def host_port(url: str) -> str:
    """Return `host:port` in lower case, with the scheme's default port where none is written; "" for anything
    but a web address.
    """
    try:
        parts = urlsplit(url)
        port = parts.port or _PORTS.get(parts.scheme)
    except ValueError:
        return ""
    return f"{parts.hostname}:{port}" if parts.hostname and port else ""


def canonical(url: str) -> str:
    """Return the canonical form of an address: no fragment, no tracking parameters, no default port, host in
    lower case, "/" for an empty path; "" for anything but a web address (mailto:, javascript:).
    """
    try:
        parts = urlsplit(_CONTROL.sub("", url).strip())
        port = parts.port
    except ValueError:
        return ""
    if parts.scheme not in _PORTS or not parts.hostname:
        return ""
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    if port and port != _PORTS[parts.scheme]:
        host = f"{host}:{port}"
    query = parts.query
    if query:
        query = "&".join(pair for pair in query.split("&") if not _is_tracking(pair.partition("=")[0]))
    return urlunsplit((parts.scheme, host, _quoted(parts.path) or "/", _quoted(query), ""))


def absolute(base: str, link: str) -> str:
    """Return the canonical address of `link` on the page `base`; "" where it is not a web address."""
    try:
        return canonical(urljoin(base, link.strip()))
    except ValueError:
        return ""


def secured(page: str, url: str) -> str:
    """Return an address found on `page`, upgraded to https where `page` was served over https. An address with
    its own port or of this machine is left as it is, because it may have no https.
    """
    if not page.startswith("https://") or not url.startswith("http://"):
        return url
    try:
        parts = urlsplit(url)
        stays = parts.port is not None or is_local(parts.netloc)
    except ValueError:
        return url  # not an address: the request will fail
    if stays:
        return url
    return urlunsplit(parts._replace(scheme="https"))


@lru_cache(maxsize=1024)
def is_local(host: str) -> bool:
    """Return whether a host as written (`host` or `host:port`) is this machine or a private network."""
    name = host.rsplit(":", 1)[0].strip("[]")
    if name == "localhost":
        return True
    try:
        return not ip_address(name).is_global
    except ValueError:
        return False


def _quoted(text: str) -> str:
    return _SPACE.sub(lambda found: quote(found[0]), text)


def _is_tracking(name: str) -> bool:
    return name.startswith("utm_") or name in _TRACKING
