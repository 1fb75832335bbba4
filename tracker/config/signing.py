"""Secrets that sign webhooks, as bytes.

A secret of Standard Webhooks is `whsec_` and 24 to 64 bytes in base64 (github.com/standard-webhooks, "Signature scheme"). Several of
them, separated by spaces or lines, all sign, so that a receiver can change from one to the next. Any other text signs as it is.
"""

from __future__ import annotations

import base64
import binascii

PREFIX = "whsec_"
_LENGTHS = range(24, 65)


def signing_keys(secret: str) -> list[bytes]:
    """Return the keys of a secret. Raises ValueError where `whsec_` is not followed by 24 to 64 bytes in base64."""
    words = secret.split()
    if not words or not all(word.startswith(PREFIX) for word in words):
        return [secret.encode()]
    keys = []
    for word in words:
        try:
            key = base64.b64decode(word.removeprefix(PREFIX), validate=True)
        except binascii.Error:
            key = b""
        if len(key) not in _LENGTHS:
            raise ValueError("24 to 64 bytes in base64 must follow whsec_")
        keys.append(key)
    return keys
