"""Instants as the database keeps them: ISO text in UTC of fixed width, which sorts as it reads."""

from __future__ import annotations

from datetime import UTC, datetime

_FORM = "%Y-%m-%dT%H:%M:%S.%fZ"


def to_text(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime(_FORM)


def from_text(text: str) -> datetime:
    return datetime.strptime(text, _FORM).replace(tzinfo=UTC)
