"""Reads the demo's tariff schedule and bulletins; see `archive/README.md` for the layout."""

from __future__ import annotations

import html
import json
import tomllib
from pathlib import Path
from typing import Any

from tracker.clock import legal_day
from tracker.demo.hts import row
from tracker.demo.http_messages import HTML, JSON
from tracker.demo.model import Archive, PageState
from tracker.demo.pdf import pdf

BULLETINS = "/accounts/USDHSCBP/widgets/USDHSCBP_WIDGET_2/0.json"
_PAGE = "/bulletins/gd/USDHSCBP-{number}"


def put_tariff(archive: Archive, path: Path) -> None:
    """Add the releases with their rows and notes, and each bulletin with its page and the list from then on."""
    given = tomllib.loads(path.read_text(encoding="utf-8"))
    for at, release in enumerate(given["release"]):
        rows = [_row(one) for one in given["row"] if _holds(one, at)]
        notes = [one["text"] for one in given["note"] if _holds(one, at)]
        printed = pdf(["SUBCHAPTER III", "U.S. Notes", *notes])
        archive.tariff.publish(release["name"], release["at"], rows, printed)
    bulletins = sorted(given["bulletin"], key=lambda one: one["at"])
    for count, bulletin in enumerate(bulletins, start=1):
        listed = [_item(one) for one in reversed(bulletins[:count])]
        body = f"GDWidgets[0].update({json.dumps(listed)})"
        archive.put_page(BULLETINS, bulletin["at"], PageState(body.encode(), JSON))
        archive.put_page(_PAGE.format(number=bulletin["number"]), bulletin["at"], _bulletin_page(bulletin))


def _holds(one: dict[str, Any], release: int) -> bool:
    return bool(one.get("from", 0) <= release < one.get("until", release + 1))


def _row(one: dict[str, Any]) -> dict[str, Any]:
    return row(
        one["number"],
        one["words"],
        indent=one.get("indent", 0),
        general=one.get("general", ""),
        special=one.get("special", ""),
        other=one.get("other", ""),
        units=tuple(one.get("units", ())),
    )


def _item(one: dict[str, Any]) -> dict[str, str]:
    return {
        "subject": f"CSMS # {one['number']} - {one['title']}",
        "pub_date": f"{legal_day(one['at']):%m/%d/%Y} 05:00 PM EDT",
        "href": f"{{base}}{_PAGE.format(number=one['number'])}?wgt_ref=USDHSCBP_WIDGET_2",
    }


def _bulletin_page(one: dict[str, Any]) -> PageState:
    title, text = html.escape(one["title"]), html.escape(one["text"])
    body = f"<!DOCTYPE html>\n<html lang='en'><head><title>{title}</title></head><body><main><h1>{title}</h1><p>{text}</p></main></body></html>\n"
    return PageState(body.encode(), HTML)
