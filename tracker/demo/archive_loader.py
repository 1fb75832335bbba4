"""Reads the demo's archive folder into an `Archive`; see `archive/README.md` for its layout."""

from __future__ import annotations

import html
import tomllib
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from tracker.clock import legal_day
from tracker.demo import ecfr
from tracker.demo.fr_text import full_text
from tracker.demo.http_messages import HTML, JSON, PDF, utc
from tracker.demo.model import Archive, FrDocument, PageState, at_new_york
from tracker.demo.parties import LIST_PATH, party, screening_list
from tracker.demo.pdf import pdf
from tracker.demo.tariff import put_tariff

FOLDER = Path(__file__).parent / "archive"
FIRST_DAY = date(2025, 7, 21)
_FACTS = (
    "action",
    "dates",
    "effective_on",
    "comments_close_on",
    "start_page",
    "end_page",
    "docket_ids",
    "correction_of",
    "signing_date",
    "subtype",
)
_RSS = "application/rss+xml; charset=UTF-8"


def load(folder: Path = FOLDER) -> Archive:
    """Return everything in the folder. Raises ValueError, naming the file, for inconsistent content."""
    archive = Archive()
    archive.documents.extend(_document(path) for path in sorted(folder.glob("documents/*.toml")))
    _put_code(archive, folder / "cfr")
    _put_pages(archive, folder / "pages")
    _put_parties(archive, folder / "lists" / "parties.toml")
    put_tariff(archive, folder / "tariff" / "schedule.toml")
    return archive


def first_instant() -> datetime:
    """Return the evening of the archive's first day, in New York: the baseline."""
    return at_new_york(FIRST_DAY, 18)


def evenings(archive: Archive) -> list[datetime]:
    """Return the evenings (18:00 in New York) of the later days with any change, so that a poll on each of them
    sees every version of everything.
    """
    instants: list[datetime] = []
    for document in archive.documents:
        instants += [
            document.visible_from or at_new_york(document.publication_date),
            *document.xml.instants(),
        ]
        if document.filed_at:
            instants.append(document.filed_at)
    for timeline in archive.pages.values():
        instants += timeline.instants()
    instants += archive.tariff.release.instants()
    days = {legal_day(instant) for instant in instants}
    days |= {_online(archive, day) for states in archive.code.values() for day in states}
    return [at_new_york(day, 18) for day in sorted(days) if day > FIRST_DAY]


def _online(archive: Archive, day: date) -> date:
    """Return the first day on which the eCFR shows the version of `day`."""
    online = day
    while ecfr.up_to_date_as_of(archive, at_new_york(online, 18)) < day:
        online += timedelta(days=1)
    return online


# --- documents


def _document(path: Path) -> FrDocument:
    raw = tomllib.loads(path.read_text(encoding="utf-8"))
    facts: dict[str, Any] = {name: raw[name] for name in _FACTS if name in raw}
    facts["regulation_id_numbers"] = raw.get("rins", [])
    facts["cfr_references"] = [_reference(text) for text in raw.get("cfr", [])]
    if "executive_order" in raw:
        facts["executive_order_number"] = raw["executive_order"]
    document = FrDocument(
        number=raw["number"],
        publication_date=raw["published"],
        title=raw["title"],
        type=raw["type"],
        agencies=tuple(raw["agencies"]),
        abstract=raw.get("abstract"),
        facts=facts,
        filed_at=utc(raw["filed"]) if "filed" in raw else None,
        filing_type=raw.get("filing_type", "regular"),
    )
    if document.number != path.stem:
        raise ValueError(f"{path.name} holds document {document.number}")
    xml = full_text(document, raw["text"], regtext=raw.get("regtext", ""))
    document.xml.put(document.visible_from or at_new_york(document.publication_date), xml)
    for patch in raw.get("patch", []):
        xml = replaced(xml, patch["before"], patch["after"], path.name)
        document.xml.put(patch["at"], xml)
    return document


def _reference(text: str) -> dict[str, Any]:
    title, _, part = text.partition(" CFR ")
    return {"title": int(title), "part": int(part), "chapter": None, "citation_url": None}


def replaced(text: str, before: str, after: str, where: str) -> str:
    """Return the text with the words replaced. Raises ValueError unless the old words occur exactly once."""
    if text.count(before) != 1:
        raise ValueError(f"{where}: {before[:60]!r} occurs {text.count(before)} times in the text")
    return text.replace(before, after)


# --- the CFR


def _put_code(archive: Archive, folder: Path) -> None:
    for path in sorted(folder.glob("*.xml")):
        title, _, part = path.stem.partition("-")
        archive.put_part(int(title), part, date(2025, 7, 1), path.read_text(encoding="utf-8"))
    changes = tomllib.loads((folder / "changes.toml").read_text(encoding="utf-8"))["change"]
    for change in sorted(changes, key=lambda change: change["day"]):
        states = archive.code[change["title"], change["part"]]
        where = f"changes.toml, {change['day']}"
        xml = replaced(states[max(states)], change["before"], change["after"], where)
        archive.put_part(change["title"], change["part"], change["day"], xml)


# --- pages and lists


def _put_pages(archive: Archive, folder: Path) -> None:
    pages = tomllib.loads((folder / "pages.toml").read_text(encoding="utf-8"))["page"]
    for page in pages:
        for state in page["states"]:
            text = (folder / state["file"]).read_text(encoding="utf-8")
            archive.put_page(page["path"], state["from"], _page_state(page, text))


def _page_state(page: dict[str, str], text: str) -> PageState:
    if page["path"].endswith(".pdf"):
        return PageState(pdf(text.split("\n\n")), PDF)
    if page["path"].endswith(".xml"):
        return PageState(text.encode(), _RSS)
    return PageState(_framed(page["site"], page["title"], text).encode(), HTML)


def _framed(site: str, title: str, main: str) -> str:
    """Return a page as agencies' content systems make it: navigation and footer around the main text."""
    site, title = html.escape(site), html.escape(title)
    return (
        f'<!DOCTYPE html>\n<html lang="en">\n<head><meta charset="utf-8"><title>{title} | {site}</title></head>\n<body>\n'
        f'<header><p>{site}</p><nav><a href="/search/">Search</a> <a href="/admin/login">Log in</a></nav></header>\n'
        f"<main>\n<h1>{title}</h1>\n{main}</main>\n"
        f"<footer><p>{site}: made for the demonstration of tracker.</p></footer>\n</body>\n</html>\n"
    )


def _put_parties(archive: Archive, path: Path) -> None:
    """Add a version of the list for each instant at which a party is added or removed."""
    parties = tomllib.loads(path.read_text(encoding="utf-8"))["party"]
    instants = {entry[key] for entry in parties for key in ("from", "until") if key in entry}
    for instant in sorted(instants):
        listed = [
            party(
                entry["name"],
                number,
                entry["country"],
                source=entry.get("source", "Entity List (EL)"),
                alt_names=entry.get("alt_names", ()),
            )
            for number, entry in enumerate(parties, start=1)
            if entry["from"] <= instant and ("until" not in entry or instant < entry["until"])
        ]
        archive.put_page(LIST_PATH, instant, PageState(screening_list(listed), JSON))
