"""Secrets that are changed while the tracker runs: a file that a channel's secret was read from is read again before a
refusal counts."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from tracker.config.models import Channel


def reread(channel: Channel) -> Channel | None:
    """The channel with what its files say now; None where it has none, or where they cannot be read or are empty, which
    the next reload of the settings says."""
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
