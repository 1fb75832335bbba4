"""Whatever a change holds, every outlet shows it, and nothing in it acts."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, date, datetime
from email.headerregistry import Address

from bs4 import BeautifulSoup
from hypothesis import given
from hypothesis import strategies as st

from tests.property.rendering_changes import changes
from tracker.legal_status.current import current_status, status_line
from tracker.model import Change, Language, Status
from tracker.notifications.channels import email, slack, teams
from tracker.notifications.formats import OutboundMessage, pieces, plain
from tracker.rendering.alert_message import build_message
from tracker.rendering.change_text import listing, page
from tracker.rendering.deadlines import calendar, deadline_text, deadlines
from tracker.sanitize import first_sentence, safe_url, sanitize, sanitize_line, shorten
from tracker.serialization import change_to_json

languages: st.SearchStrategy[Language] = st.sampled_from(("ja", "en"))
NOW = datetime(2026, 1, 1, tzinfo=UTC)
states = st.sampled_from(("proposed", "published", "in-force", "delayed", "stayed", "expired", "rescinded"))
near = st.dates(date(2025, 12, 1), date(2026, 2, 1))
statuses = st.lists(st.builds(Status, states, st.none() | near, st.none() | near), max_size=5)


def output(value: object) -> Iterator[str]:
    """Every string in a message, however deep."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from output(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from output(each)


@given(changes, languages, st.booleans())
def test_every_outlet_shows_every_change(change: Change, language: Language, repeated: bool) -> None:
    alerted = build_message(
        change, language, now=NOW, timezone="Asia/Tokyo", viewer_url="http://127.0.0.1", repeated=repeated
    )
    for text in output(asdict(alerted)):
        assert "\n" not in text
        assert "\u202e" not in text
    (body, *_) = slack.payloads(alerted)
    assert json.dumps(body)
    assert not re.search(r"<[!@#]", json.dumps(body["blocks"], ensure_ascii=False))
    assert json.dumps(teams.payloads(alerted))
    assert change.id in plain(alerted)
    tree = BeautifulSoup(email.html_page(alerted), "lxml")
    assert all(str(link["href"]).startswith("http") for link in tree.find_all("a"))
    letter = email.build_email(
        OutboundMessage(alerted, change_to_json(change), "key", "thread"),
        sender=Address("tracker", addr_spec="a@tracker.example"),
        to=(Address("", addr_spec="b@firm.example"),),
        cc=(),
        sent_at=NOW,
        headers={},
    )
    assert letter.as_bytes().startswith(b"Subject: ")


@given(st.lists(changes, max_size=3), languages)
def test_terminal_and_calendar_show_every_change(some: list[Change], language: Language) -> None:
    lines = listing([change_to_json(change) for change in some], language, "Asia/Tokyo")
    assert len(lines.splitlines()) == len(some)
    for change in some:
        text = page(change_to_json(change), [], language, "Asia/Tokyo", NOW.date(), "http://127.0.0.1")
        assert not [letter for letter in text if unicodedata.category(letter) == "Cc" and letter != "\n"]
    entries = deadlines(some, NOW.date())
    assert len({entry.key for entry in entries}) == len(entries)
    assert len(deadline_text(entries, language, NOW.date())) == len(entries)
    file = calendar(entries, language, viewer_url="http://127.0.0.1", stamp=NOW)
    assert file.count(b"BEGIN:VEVENT") == len(entries)


@given(st.text(), st.integers(8, 40), languages)
def test_inert_text_is_inert_short_and_stable(text: str, limit: int, language: Language) -> None:
    cleaned = sanitize_line(text)
    assert sanitize(cleaned) == cleaned
    assert sanitize_line(cleaned) == cleaned
    assert "\n" not in cleaned
    assert len(shorten(cleaned, limit)) <= limit
    first, rest = first_sentence(cleaned, language)
    assert cleaned.startswith(first)
    assert cleaned.endswith(rest)
    assert safe_url(text) == "" or safe_url(text).lower().startswith(("http://", "https://"))


@given(st.text(alphabet="ab &<\n。規", max_size=300), st.integers(5, 60))
def test_pieces_make_the_whole(text: str, limit: int) -> None:
    cut = list(pieces(text, limit))
    assert "".join(cut) == text
    assert all(0 < len(piece) <= limit for piece in cut)


@given(st.text(alphabet="<>&!@#*_~`|abc everyone:/規", max_size=80))
def test_slack_text_has_no_live_markup(text: str) -> None:
    escaped = slack.escape(text)
    assert not re.search(r"[<>]", escaped)
    assert not re.search(r"&(?!amp;|lt;|gt;)", escaped)
    assert not re.search(r"(?<![^\W_])([*_~`])(?!\u200b)\S", escaped)


@given(statuses, near, languages)
def test_a_status_applies_on_its_day(some: list[Status], today: date, language: Language) -> None:
    found = current_status(some, today)
    for status in (*((found.now,) if found.now else ()), *found.parts):
        assert status.since is None or status.since <= today
        assert status.until is None or status.until >= today
    assert found.ahead is None or (found.ahead.since is not None and found.ahead.since > today)
    assert status_line(some, today, language)
