"""Lists and opinions of courts in the shapes of GovInfo, of the Supreme Court's table and of CourtListener. All cases are made up."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from xml.sax.saxutils import escape

from tracker.demo.http_messages import HTML, JSON, PDF, XML
from tracker.demo.model import Archive, PageState
from tracker.demo.pdf import pdf

CIT_FEED, CAFC_FEED = "/rss/uscourts-cit.xml", "/rss/uscourts-cafc.xml"
SLIPS = "/opinions/slipopinion/25"
TITLE = "Sample Importers, Inc. et al v. United States et al"
CAPTION = "UNITED STATES COURT OF INTERNATIONAL TRADE"


@dataclass(frozen=True)
class Case:
    """A case of GovInfo with the days and paragraphs of its opinions."""

    package: str
    number: str
    title: str
    opinions: Sequence[tuple[date, Sequence[str]]]


def put_feed(archive: Archive, now: datetime, path: str, cases: Sequence[Case]) -> None:
    """Set the feed of a court, the record of each case and the PDF of each opinion."""
    items = []
    for case in cases:
        items.append(
            f"<item><title>{escape(case.number)} - {escape(case.title)}</title><link>https://www.govinfo.gov/app/details/{case.package}</link>"
            f"<guid>{case.package}</guid><pubDate>{case.opinions[-1][0]:%a, %d %b %Y} 00:00:00 GMT</pubDate></item>"
        )
        _put_case(archive, now, case)
    feed = f'<?xml version="1.0"?><rss version="2.0"><channel><title>Opinions</title>{"".join(items)}</channel></rss>'
    archive.put_page(path, now, PageState(feed.encode(), XML))


def _put_case(archive: Archive, now: datetime, case: Case) -> None:
    granules = "".join(
        f'<relatedItem type="constituent" ID="id-{case.package}-{number}"><originInfo><dateIssued>{day}</dateIssued></originInfo>'
        f"<identifier>{case.package}-{number}</identifier></relatedItem>"
        for number, (day, _) in enumerate(case.opinions)
    )
    mods = f'<?xml version="1.0"?><mods xmlns="http://www.loc.gov/mods/v3">{granules}</mods>'
    archive.put_page(f"/metadata/pkg/{case.package}/mods.xml", now, PageState(mods.encode(), XML))
    for number, (_, paragraphs) in enumerate(case.opinions):
        path = f"/content/pkg/{case.package}/pdf/{case.package}-{number}.pdf"
        archive.put_page(path, now, PageState(pdf(list(paragraphs)), PDF))


def put_slips(archive: Archive, now: datetime, rows: Sequence[tuple[date, str, str, Sequence[str]]]) -> None:
    """Set the table of a term of the Supreme Court: day, docket, name and paragraphs of each opinion."""
    cells = []
    for day, docket, name, paragraphs in rows:
        path = f"/opinions/25pdf/{docket}_a1b2.pdf"
        archive.put_page(path, now, PageState(pdf(list(paragraphs)), PDF))
        cells.append(
            f"<tr><td>1</td><td>{day:%m/%d/%y}</td><td>{docket}</td><td><a href='{path}'>{escape(name)}</a></td><td></td><td>R</td><td>607/1</td></tr>"
        )
    heads = "".join(f"<th>{head}</th>" for head in ("R-", "Date", "Docket", "Name", "Revised", "J.", "Pt."))
    table = f"<table class='table table-bordered'><tr>{heads}</tr>{''.join(cells)}</table>"
    html = f"<!DOCTYPE html><html><head><title>Opinions of the Court</title></head><body><h1>Opinions</h1>{table}</body></html>"
    archive.put_page(SLIPS, now, PageState(html.encode(), HTML))


def put_search(archive: Archive, now: datetime, opinions: Sequence[dict[str, Any]]) -> None:
    """Set the search of CourtListener, whatever is asked, and the text of each opinion."""
    results = []
    for one in opinions:
        results.append(
            {
                "caseName": one["title"],
                "docketNumber": one["docket"],
                "dateFiled": one["day"].isoformat(),
                "absolute_url": f"/opinion/{one['id']}/x/",
                "opinions": [{"id": one["id"], "sha1": str(hash(one["text"]))}],
            }
        )
        body = json.dumps({"id": one["id"], "plain_text": one["text"]}).encode()
        archive.put_page(f"/api/rest/v4/opinions/{one['id']}/", now, PageState(body, JSON))
    page = json.dumps({"count": len(results), "next": None, "previous": None, "results": results}).encode()
    archive.put_page("/api/rest/v4/search/", now, PageState(page, JSON))


def judgment_of_cit(*words: str, docket: str = "25-00077", day: str = "May 28, 2026") -> list[str]:
    """Return the paragraphs of a judgment of the Court of International Trade."""
    return [CAPTION, f"{TITLE} Court No. {docket}", "OPINION", *words, f"Dated: {day}"]
