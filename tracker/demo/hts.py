"""Serves the Harmonized Tariff Schedule as hts.usitc.gov does, under `/reststop/`.

The export has the current rows whatever release is named in the request, and takes only queries that name dotted
numbers or ask for styles; others are refused with 400.
"""

from __future__ import annotations

from typing import Any

from tracker.clock import legal_day
from tracker.demo.http_messages import PDF, Reply, Request, json_reply
from tracker.demo.model import Archive

PREFIX = "/reststop/"


def row(
    number: str,
    description: str,
    *,
    indent: int = 0,
    general: str = "",
    special: str = "",
    other: str = "",
    units: tuple[str, ...] = (),
    footnotes: tuple[str, ...] = (),
) -> dict[str, Any]:
    """Return one row with the fields of the real export. A row without a number is a heading of others."""
    return {
        "htsno": number,
        "indent": str(indent),
        "description": description,
        "superior": None if number else "true",
        "units": list(units),
        "general": general,
        "special": special,
        "other": other,
        "footnotes": [
            {"columns": ["general"], "marker": "1", "value": words, "type": "endnote"} for words in footnotes
        ],
        "quotaQuantity": None,
        "additionalDuties": None,
        "addiitionalDuties": None,
    }


def answer(archive: Archive, request: Request) -> Reply | None:
    """Return the answer of the service; None for other addresses, and where the archive has no release."""
    tariff = archive.tariff
    release = tariff.release.at(request.now)
    if not request.path.startswith(PREFIX) or release is None:
        return None
    name = request.path.removeprefix(PREFIX)
    if name == "currentRelease":
        return json_reply({"name": release, "description": release, "status": "current"})
    if name == "releaseList":
        return json_reply(_releases(archive, request))
    if name == "exportList":
        if request.one("styles") != "true" and "." not in (request.one("from") or ""):
            return json_reply({"error": "Bad Request"}, status=400)
        return json_reply(tariff.rows.at(request.now) or [])
    if name == "file" and (body := _print(archive, request)) is not None:
        return Reply(200, body, PDF)
    return json_reply({"error": "Not Found"}, status=404)


def _print(archive: Archive, request: Request) -> bytes | None:
    """Return chapter 99 as the release that is named in the request had it; None for a release that never was."""
    tariff = archive.tariff
    shown = [at for at in tariff.release.instants() if at <= request.now]
    named = [at for at in shown if tariff.release.at(at) == request.one("release")]
    if not named:
        return None
    later = [at for at in shown if at > named[-1]]
    until = later[0] if later else request.now
    states = [at for at in tariff.chapter_99.instants() if at < until or (at == until and not later)]
    return tariff.chapter_99.at(states[-1]) if states else None


def _releases(archive: Archive, request: Request) -> list[dict[str, Any]]:
    """Return the releases so far, the newest first."""
    shown = [at for at in archive.tariff.release.instants() if at <= request.now]
    return [
        {
            "name": archive.tariff.release.at(at),
            "description": archive.tariff.release.at(at),
            "releaseStartDate": f"{legal_day(at):%m/%d/%Y}",
            "status": "current" if at == shown[-1] else "archived",
        }
        for at in reversed(shown)
    ]
