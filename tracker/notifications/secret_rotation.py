"""Secret rotation without a restart: the secret files of a channel are read again before a refusal counts."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from tracker.config.models import Channel


def reload_secrets(channel: Channel) -> Channel | None:
    """The channel with the current content of its secret files. None where it has no files, or they are empty or
    unreadable; the next reload of the settings reports that."""
    url, secret = _read(channel.url_file), _read(channel.secret_file)
    if url is None and secret is None:
        return None
    return replace(channel, url=url or channel.url, secret=secret or channel.secret)


def _read(path: Path | None) -> str | None:
    if path is None:
        return None
    try:
        return path.read_text("utf-8").strip() or None
    except (OSError, UnicodeDecodeError):
        return None
