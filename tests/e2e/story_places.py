"""What a user sees of the status of a record or a unit: every place that shows one, read as English text on the clock's day."""

from __future__ import annotations

import html
import io
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.headerregistry import Address
from typing import Any
from unittest import mock
from urllib.parse import quote

import docx
from fastapi.testclient import TestClient
from lxml import etree

from tests.e2e.world import World
from tracker import digest
from tracker.clock import legal_day
from tracker.config.models import Settings
from tracker.digest.period import week_of
from tracker.documents.effect_names import ancestors, section_of
from tracker.model import Change
from tracker.notifications.channels.email import build_email
from tracker.notifications.channels.slack import payloads
from tracker.notifications.formats import OutboundMessage
from tracker.rendering import print_pdf
from tracker.rendering.alert_message import build_message
from tracker.rendering.redlines.docx import OWN
from tracker.scheduler.schedule import load_checked
from tracker.serialization import change_to_json
from tracker.stories.law import law_on, law_page
from tracker.web.app import create_app

_TAGS = re.compile(r"<[^>]+>")
_SPACE = re.compile(r"\s+")
_STATE = re.compile(r'<span class="state.*?</span>', re.S)
_RIBBON = re.compile(r'<p class="ribbon.*?</p>', re.S)
_ROW = re.compile(r'<li class="(?:critical|high|medium|low|none).*?</li>\s*(?=<li class="|</ol>)', re.S)
_ATOM = "{http://www.w3.org/2005/Atom}"


def words_of(markup: str) -> str:
    """The words of HTML in one line."""
    return _SPACE.sub(" ", html.unescape(_TAGS.sub(" ", markup))).strip()


@dataclass(slots=True)
class Places:
    """The outlets of one world. `client` asks the viewer in English, whose clock is the world's."""

    world: World
    settings: Settings
    client: TestClient

    # --- the viewer ----------------------------------------------------------------------------

    def page(self, address: str) -> str:
        answer = self.client.get(address)
        assert answer.status_code == 200, (address, answer.status_code, answer.text[:300])
        return answer.text

    def inbox(self, change: Change) -> str:
        """The ribbons and the state of the row of a record, which may be a card of its story."""
        page = self.page("/?level=none")
        for row in _ROW.findall(page):
            if f'href="/changes/{change.id}' in row:
                return " | ".join(map(words_of, (*_RIBBON.findall(row), *_STATE.findall(row))))
        return f"{change.id} is no row of the inbox"

    def change_page(self, change: Change) -> str:
        page = self.page(f"/changes/{change.id}")
        badges = re.findall(r'<p class="badges">.*?</p>', page, re.S)
        standing = re.findall(r'<p class="standing">.*?</p>', page, re.S)
        return " | ".join(map(words_of, [*badges, *standing, *_RIBBON.findall(page)]))

    def redline(self, change: Change) -> str:
        """The ribbons of the redline: its page, its file and its text."""
        page, file = (
            self.page(f"/changes/{change.id}/redline"),
            self.page(f"/changes/{change.id}/redline.html"),
        )
        return " | ".join(map(words_of, (*_RIBBON.findall(page), *_RIBBON.findall(file))))

    def law_view(self, path: str) -> str:
        """The ribbons of a unit on the page of its section."""
        *_, part = ancestors(path)
        page = self.page(f"/law/text?text=ear:{quote(part)}&place={quote(section_of(path))}&at={quote(path)}")
        return " | ".join(map(words_of, _RIBBON.findall(page)))

    def history(self, path: str) -> str:
        *_, part = ancestors(path)
        page = self.page(f"/law/history?text=ear:{quote(part)}&path={quote(path)}")
        return " | ".join(map(words_of, _RIBBON.findall(page)))

    # --- messages --------------------------------------------------------------------------------

    def message(self, change: Change) -> OutboundMessage:
        built = build_message(
            change,
            "en",
            now=self.world.now,
            timezone=self.settings.timezone,
            viewer_url=self.settings.viewer_url,
        )
        return OutboundMessage(built, change_to_json(change), key="k", thread="t")

    def slack(self, change: Change) -> str:
        sent = [json.dumps(body, ensure_ascii=False) for body in payloads(self.message(change).message)]
        return " | ".join(re.findall(r"\*Legal status\*(?:\\n)?([^\"]*)", "\n".join(sent)))

    def mail(self, change: Change) -> str:
        letter = build_email(
            self.message(change),
            sender=Address("t", "t", "example.co.jp"),
            to=(),
            cc=(),
            sent_at=self.world.now,
            headers={},
        )
        plain, page = letter.get_body(("plain",)), letter.get_body(("html",))
        assert plain is not None
        assert page is not None
        found = [_line("Legal status", plain.get_content())]
        found += [
            words_of(row)
            for row in re.findall(r"<tr.*?</tr>", page.get_content(), re.S)
            if "Legal status" in row
        ]
        return " | ".join(found)

    def digest(self, change: Change) -> str:
        """The lines of the digest of the present week that name a record."""
        period = week_of(self.world.now, self.settings.timezone)
        week = digest.load_week(self.world.state, period, now=self.world.now)
        text = digest.markdown(digest.build_view(week, "en"))
        names = [name for name in (change.title[:40], change.document_number, change.order) if name]
        items = [item for item in re.split(r"\n(?=- |#)", text) if any(name in item for name in names)]
        return " | ".join(_SPACE.sub(" ", item) for item in items)

    # --- files -----------------------------------------------------------------------------------

    def paper(self, change: Change) -> str:
        """The words of the printed page, before they are drawn."""
        with mock.patch.object(print_pdf, "render_pdf", lambda page: page.encode()):
            page = self.page(f"/changes/{change.id}/redline.pdf")
        rows = [
            row
            for row in re.findall(r"<tr>.*?</tr>", page, re.S)
            if "Legal status" in row or "In force" in row
        ]
        return " | ".join(map(words_of, (*rows[:1], *_RIBBON.findall(page))))

    def word(self, change: Change) -> str:
        answer = self.client.get(f"/changes/{change.id}/redline.docx")
        assert answer.status_code == 200, answer.text
        document = docx.Document(io.BytesIO(answer.content))
        head = [one for one in document.paragraphs if one.style is not None and one.style.name == OWN]
        return " | ".join(one.text for one in head if one.text and all(run.bold for run in one.runs))

    # --- the register ------------------------------------------------------------------------------

    def law(self, path: str) -> str:
        store = self.client.app.state.web_context.store  # type: ignore[attr-defined]
        with store.read() as connection:
            page = law_page(law_on(connection, path, legal_day(self.world.now)), "en", "UTC")
        # The states are between the head and the first list or text, each followed by its quoted words.
        stated = page.partition("\n\n")[2].partition("\n\n")[0].splitlines()
        return " | ".join(line for line in stated if not line.startswith(("  “", "Next:")))

    def law_json(self, path: str) -> Any:
        return self.client.get(f"/api/law?path={quote(path)}").json()

    def effects(self, **asked: str) -> list[Any]:
        found: list[Any] = self.client.get("/api/effects", params=asked).json()
        return found

    def feed(self, **asked: str) -> list[str]:
        tree = etree.fromstring(self.client.get("/effects.atom", params=asked).content)
        return [str(one.findtext(f"{_ATOM}title")) for one in tree.iter(f"{_ATOM}entry")]


def _line(label: str, text: str) -> str:
    return " | ".join(line for line in text.splitlines() if label in line)


@contextmanager
def places(world: World) -> Iterator[Places]:
    settings = load_checked(world.config)
    app = create_app(settings, world.state, now=lambda: world.now)
    client = TestClient(app, base_url="http://127.0.0.1:8000")
    client.cookies.set("lang", "en")
    try:
        yield Places(world, settings, client)
    finally:
        app.state.web_context.store.close()
