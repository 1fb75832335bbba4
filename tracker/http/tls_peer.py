"""Describes the TLS peer of a connection: facts of its certificate, verified by the handshake."""

from __future__ import annotations

import hashlib
import ssl
from datetime import UTC, datetime

from tracker.serialization import format_instant

# Abbreviations of RFC 4514; Python uses the full names.
_SHORT = {
    "commonName": "CN", "organizationName": "O", "organizationalUnitName": "OU", "countryName": "C",
    "stateOrProvinceName": "ST", "localityName": "L",
}  # fmt: skip

Names = tuple[tuple[tuple[str, str], ...], ...]


def tls_peer_of(secured: ssl.SSLObject | ssl.SSLSocket) -> dict[str, str]:
    """Return the TLS version, and of the peer's certificate the SHA-256 of its DER bytes, subject, issuer, and
    start and end of validity (instants in UTC). Empty where there is no certificate.
    """
    whole, read = secured.getpeercert(True), secured.getpeercert()
    if not whole or not read:
        return {}
    return {
        "version": secured.version() or "",
        "sha256": hashlib.sha256(whole).hexdigest(),
        "subject": _name(read.get("subject", ())),  # type: ignore[arg-type]  # typeshed: one type for all values
        "issuer": _name(read.get("issuer", ())),  # type: ignore[arg-type]
        "not_before": _instant(str(read.get("notBefore", ""))),
        "not_after": _instant(str(read.get("notAfter", ""))),
    }


def _name(names: Names) -> str:
    """Return a name such as `CN=www.ecfr.gov, O=...`, in the certificate's own order."""
    return ", ".join(f"{_SHORT.get(kind, kind)}={value}" for several in names for kind, value in several)


def _instant(certificate_time: str) -> str:
    return (
        format_instant(datetime.fromtimestamp(ssl.cert_time_to_seconds(certificate_time), UTC))
        if certificate_time
        else ""
    )
