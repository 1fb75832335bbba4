"""What people and programs are given, made of hostile words: nothing in it acts, and what a standard asks for holds."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from email.headerregistry import Address

from bs4 import BeautifulSoup
from icalendar import Calendar

from fuzz.trial import Target
from tracker.diffing import compare
from tracker.model import (
    Change,
    Classification,
    Direction,
    Document,
    DocumentKind,
    DocumentRelation,
    Evidence,
    LegalDate,
    Level,
    LocalizedText,
    Status,
    Topic,
    Unit,
    UnitKind,
)
from tracker.notifications.channels import email, slack, teams
from tracker.notifications.formats import OutboundMessage, plain
from tracker.rendering.alert_message import build_message
from tracker.rendering.change_text import listing, page
from tracker.rendering.deadlines import calendar, deadlines
from tracker.rendering.redlines import FORMATS, Redline, RedlineSide, render
from tracker.serialization import change_from_json, change_to_json

NOW = datetime(2026, 1, 2, tzinfo=UTC)
_FEW = 20_000  # bytes


def _change(data: bytes) -> Change:
    """A change of which every text is one of the lines."""
    lines = data.decode("utf-8", "replace").split("\n") or [""]
    words = iter([lines[number % len(lines)] for number in range(40)])

    def w() -> str:
        return next(words)

    output = (Evidence(w(), w()),)
    soon = NOW.date() + timedelta(days=len(data) % 30)
    return Change(
        id="chg_0123456789abcdef", source=w(), kind=DocumentKind.PAGE, title=w(), url=w(), detected_at=NOW,
        document_number=w(), citation=w(), agencies=(w(), w()), abstract=w(), published=NOW.date(),
        tagging=Classification(
            Level.HIGH, topics=(Topic("entity-list", 0.5, output), Topic(w(), 0.5, output)), direction=Direction.RESTRICTION,
            japan_nexus=output, dates=(LegalDate("effective", soon, w(), w()), LegalDate("comments-close", soon, w(), w())),
            status=(Status("stayed", date(2025, 1, 1), soon, w(), (w(),), w()),), links=(DocumentRelation("amends", w(), w()),),
            units=(w(),), eccns=(w(),), reason=LocalizedText(w(), w()), summary=LocalizedText(w(), w()),
        ),
    )  # fmt: skip


def _inert(html: str) -> None:
    tree = BeautifulSoup(html, "lxml")
    assert not tree.find(["iframe", "object", "embed"]), "a frame"
    for script in tree.find_all("script"):
        assert script.get("type") == "application/json" or not script.string, "a script"
    for tag in tree.find_all(True):
        assert not [name for name in tag.attrs if name.lower().startswith("on")], f"{tag.name} acts"
        for name in ("href", "src", "action"):
            address = str(tag.get(name, "")).strip().lower()
            assert not address.startswith(("javascript:", "vbscript:", "data:text")), address


def alerts(data: bytes) -> None:
    change = _change(data)
    assert change_from_json(json.loads(json.dumps(change_to_json(change)))) == change, (
        "a record does not come back"
    )
    for language in ("ja", "en"):
        alerted = build_message(
            change, language, now=NOW, timezone="Asia/Tokyo", viewer_url="http://127.0.0.1"
        )
        text = json.dumps([slack.payloads(alerted)[0]["blocks"], teams.payloads(alerted)], ensure_ascii=False)
        assert not re.search(r"<[!@#]", text), "it calls somebody"
        assert change.id in plain(alerted)
        _inert(email.html_page(alerted))
    letter = email.build_email(
        OutboundMessage(alerted, change_to_json(change), "key", "thread"), sender=Address("tracker", addr_spec="a@tracker.example"),
        to=(Address("", addr_spec="b@firm.example"),), cc=(), sent_at=NOW, headers={},
    )  # fmt: skip
    head = letter.as_bytes().partition(b"\n\n")[0]
    assert head.lower().count(b"\nto:") == 1, "a header was put in"
    assert b"\nbcc:" not in head.lower(), "a header was put in"


def terminal(data: bytes) -> None:
    change = _change(data)
    assert len(listing([change_to_json(change)], "ja", "Asia/Tokyo").splitlines()) == 1
    text = page(change_to_json(change), [], "en", "Asia/Tokyo", NOW.date(), "http://127.0.0.1")
    assert not [sign for sign in text if unicodedata.category(sign) == "Cc" and sign != "\n"], (
        "a control character"
    )


def ics(data: bytes) -> None:
    entries = deadlines([_change(data)], NOW.date())
    file = calendar(entries, "ja", viewer_url="http://127.0.0.1", stamp=NOW)
    read = Calendar.from_ical(file)
    assert len(read.walk("VEVENT")) == len(entries), "another number of entries"
    assert all(len(line) <= 75 for line in file.split(b"\r\n")), "a line of more than 75 octets"


def redline(data: bytes) -> None:
    # Four forms of it, one of them looked at by a reader of HTML that takes longer than all of them together.
    first, _, second = data[:_FEW].decode("utf-8", "replace").partition("\n\n")
    sides = []
    for text in (first, second):
        units = tuple(
            Unit(f"¶{n}", UnitKind.PARAGRAPH, " ".join(line.split()))
            for n, line in enumerate(text.split("\n"))
            if line.strip()
        )
        sides.append(Document("k", DocumentKind.PAGE, text[:200], text[:50], units))
    operations = compare(sides[0], sides[1])
    made = Redline(
        sides[1].title, first[:50], sides[1].url, RedlineSide(first[:20], units=sides[0].units), RedlineSide(second[:20], units=sides[1].units), operations, NOW,
    )  # fmt: skip
    for form in FORMATS:
        rendered = render(made, form, "ja")
        if form == "html":
            _inert(str(rendered))
        elif form == "json":
            json.loads(rendered)


OUTPUTS: Mapping[str, Target] = {"alerts": alerts, "terminal": terminal, "ics": ics, "redline": redline}
