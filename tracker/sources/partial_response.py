"""Makes one record of an HTTP response with many records a response of its own."""

from __future__ import annotations

from dataclasses import replace

from tracker.model import HttpResponse

_VALIDATOR_HEADERS = frozenset({"etag", "last-modified"})


def part_of(answer: HttpResponse, body: bytes, url: str) -> HttpResponse:
    """Return the response with another body and address, and without the validators, which belong to the whole
    body.
    """
    headers = tuple(pair for pair in answer.headers if pair[0].lower() not in _VALIDATOR_HEADERS)
    return replace(answer, url=url, headers=headers, body=body)
