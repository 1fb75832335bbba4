"""Each status of the register is in every place that shows a record or a unit, in both languages, in the same words."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path

import docx
import pytest
from bs4 import BeautifulSoup
from fastapi.testclient import TestClient
from markdown_it import MarkdownIt

from tests.unit.digest_samples import week
from tests.unit.rendering_samples import affiliates_rule
from tests.unit.test_law import KNOWN, PARAGRAPH
from tests.unit.test_web_regulations import law as stored_law
from tests.unit.web_samples import NOW, cfr_change, settings
from tracker.clock import legal_day
from tracker.digest import build_view, markdown, page, render_mail
from tracker.digest.delivery_forms import message
from tracker.effects import Affected, Affecting, Applied, Certainty, Effect, EffectVerb
from tracker.i18n import label
from tracker.ingest.effects import settle_after
from tracker.model import Change, Language, LegalDate, Status
from tracker.notifications.channels import email, slack
from tracker.notifications.formats import plain
from tracker.rendering import print_pdf
from tracker.rendering.alert_message import Message, build_message
from tracker.rendering.redlines import text
from tracker.rendering.redlines.stored import load_redline
from tracker.serialization import change_from_json
from tracker.storage import changes, effects
from tracker.storage.database import Store
from tracker.storage.effects import Origin
from tracker.storage.read_queries import open_reader
from tracker.web.app import create_app

TODAY = legal_day(NOW)
OWN = Status("in-force", date(2025, 9, 29))
ACTOR = Affecting(document_number="2025-19846", quote="the words that have the effect")
LANGUAGES: tuple[Language, ...] = ("en", "ja")
NUMBER = "2025-19001"


@dataclass(frozen=True)
class Case:
    """A status: the effect that gives it, and its words in each language. `own`: what the rule says of itself; `unit`: the
    effect and the words for a printed unit, where they differ."""

    effect: Effect | None
    english: str
    japanese: str
    own: Status = OWN
    unit: tuple[Effect, str, str] | None = None

    def words(self, language: Language) -> str:
        return self.english if language == "en" else self.japanese

    def unit_words(self, language: Language) -> str:
        if self.unit is None:
            return self.words(language)
        _, english, japanese = self.unit
        return english if language == "en" else japanese


def effect(
    verb: EffectVerb, since: date | None = date(2025, 11, 10), until: date | None = None, **values: object
) -> Effect:
    return replace(Effect(verb, ACTOR, Affected(), since, until), **values)  # type: ignore[arg-type]


CASES = {
    "not yet effective": Case(
        None,
        "Not yet effective: applies from January 5, 2026", "未施行: 2026年1月5日から適用",
        Status("published", date(2025, 11, 1), date(2026, 1, 4)),
        (
            effect(EffectVerb.DELAYS, until=date(2026, 1, 4)),
            "Delayed by 2025-19846: not effective until January 5, 2026", "2025-19846により2026年1月5日まで施行延期",
        ),
    ),
    "stayed": Case(
        effect(EffectVerb.STAYS, until=date(2026, 11, 9)),
        "Stayed until November 9, 2026 by 2025-19846", "2025-19846により2026年11月9日まで効力停止",
    ),
    "not enforced": Case(
        effect(EffectVerb.DOES_NOT_ENFORCE), "Not enforced by 2025-19846", "2025-19846により執行見合わせ"
    ),
    "ended": Case(
        effect(EffectVerb.ENDS), "Ended by 2025-19846 on November 10, 2025", "2025-19846により2025年11月10日に終了"
    ),
    "not incorporated": Case(
        effect(EffectVerb.REVISES, applied=Applied.NOT_INCORPORATED),
        "Could not be incorporated into the CFR text by 2025-19846", "2025-19846により改正されたがCFR本文に反映できず",
    ),
    "unclear": Case(
        effect(EffectVerb.SUSPENDS, certainty=Certainty.UNCLEAR),
        "Affected by 2025-19846: check", "2025-19846の影響あり: 要確認",
    ),
    "in force": Case(None, "In force from September 29, 2025", "2025年9月29日から施行中"),
}  # fmt: skip
IN_FORCE = {
    "en": "In force on November 19, 2025 by the register of effects, except where noted",
    "ja": "2025年11月19日現在、注記のある箇所を除き施行中(効果の登録簿による)",
}


@dataclass(frozen=True)
class Place:
    """The state folder of one case, with its rule and its change of the CFR as they are stored."""

    state: Path
    client: TestClient
    rule: Change
    text: Change
    language: Language

    def page(self, address: str) -> str:
        answer = self.client.get(address)
        assert answer.status_code == 200, address
        return BeautifulSoup(answer.text, "lxml").get_text(" ")

    def message(self) -> Message:
        return build_message(
            self.rule, self.language, now=NOW, timezone="Asia/Tokyo", viewer_url="http://127.0.0.1"
        )


def stored(state: Path, name: str) -> Change:
    with open_reader(state) as store:
        return change_from_json(store.change(name))


@pytest.fixture(params=[(name, language) for name in CASES for language in LANGUAGES], ids="-".join)
def case(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[str, str, Place]]:
    name, language = request.param
    found = CASES[name]
    store = Store(tmp_path)
    stored_law(store)
    with store.read() as connection:
        operations = changes.operations(connection, cfr_change()[0].id)
    rule = affiliates_rule()
    dates = (LegalDate("comments-close", date(2025, 12, 1), quote="by December 1, 2025"),)
    rule = replace(rule, tagging=replace(rule.tagging, status=(found.own,), dates=dates, units=()))
    text_change, _ = cfr_change()
    text_change = replace(text_change, tagging=replace(text_change.tagging, units=(PARAGRAPH,)))
    given = (("a", found.effect, Affected(document_number=NUMBER)),
             ("b", found.unit[0] if found.unit else found.effect, Affected(path=PARAGRAPH)))  # fmt: skip
    with store.write() as connection:
        changes.save(connection, changes.ChangeEntry(rule, f"fr:{NUMBER}", 1))
        changes.save(connection, changes.ChangeEntry(text_change, "ear:15 CFR 744", 2), operations)
        for owner, one, target in given:
            if one is not None:
                made = replace(one, affected=target)
                written = effects.write(
                    connection, Origin(owner, "chg_0000000000000009", "x", KNOWN), [made], KNOWN
                )
                settle_after(connection, written)
    store.close()
    client = TestClient(create_app(settings(), tmp_path, now=lambda: NOW), base_url="http://127.0.0.1:8000")
    client.cookies.set("lang", language)
    yield name, found.words(language), Place(
        tmp_path, client, stored(tmp_path, rule.id), stored(tmp_path, text_change.id), language
    )  # fmt: skip
    client.close()


def flat(words: str) -> str:
    """Without white space: lines break anywhere in Japanese."""
    return "".join(words.split())


def digest(place: Place, form: Callable[..., str]) -> str:
    found = week(place.rule, now=datetime(2026, 5, 17, tzinfo=UTC))
    view = build_view(replace(found, as_of=TODAY), place.language)
    made = form(view)
    return BeautifulSoup(made, "lxml").get_text(" ")


def pdf_text(data: bytes) -> str:
    pdfium = pytest.importorskip("pypdfium2")
    document = pdfium.PdfDocument(data)
    try:
        return "".join(leaf.get_textpage().get_text_range() for leaf in document)
    finally:
        document.close()


RECORD_PLACES: dict[str, Callable[[Place], str]] = {
    "change page": lambda place: place.page(f"/changes/{place.rule.id}"),
    "Slack": lambda place: json.dumps(slack.payloads(place.message()), ensure_ascii=False),
    "mail, HTML": lambda place: BeautifulSoup(email.html_page(place.message()), "lxml").get_text(" "),
    "mail, text": lambda place: plain(place.message()),
    "feed": lambda place: place.client.get(f"/feed.atom?lang={place.language}").text,
    "digest, text": lambda place: digest(place, lambda view: MarkdownIt().render(markdown(view))),
    "digest, mail": lambda place: digest(place, render_mail),
    "digest, page": lambda place: BeautifulSoup(
        page(replace(week(place.rule), as_of=TODAY), place.language), "lxml"
    ).get_text(" "),
}  # fmt: skip


def test_a_record_has_its_status_in_every_place(case: tuple[str, str, Place]) -> None:
    name, words, place = case
    lacking = [where for where, show in RECORD_PLACES.items() if flat(words) not in flat(show(place))]
    assert lacking == [], f"{name}: {words}"


def test_a_card_and_a_date_have_the_ribbon_of_a_record(case: tuple[str, str, Place]) -> None:
    name, words, place = case
    inbox, calendar = (place.page(address) for address in ("/", "/calendar"))
    file = place.client.get(f"/calendar.ics?lang={place.language}").text
    chat = plain(message(build_view(replace(week(place.rule), as_of=TODAY), place.language)))
    if name == "in force":
        assert label("status", "in-force", place.language) in inbox
        assert 'class="ribbon' not in place.client.get("/").text
        return
    assert words in inbox
    assert words in calendar
    assert flat(words) in flat(file.replace("\r\n ", "").replace("\\", ""))
    assert words in chat


def word_comments(place: Place) -> str:
    word = docx.Document(io.BytesIO(place.client.get(f"/changes/{place.text.id}/redline.docx").content))
    header = " ".join(each.text for each in word.paragraphs)
    return " ".join(
        [*(comment.text for comment in word.comments), *([header] if not list(word.comments) else [])]
    )


def plain_redline(place: Place) -> str:
    store = Store(place.state)
    try:
        with store.read() as connection:
            return text.render(load_redline(connection, place.text, now=NOW), place.language)
    finally:
        store.close()


def paper(place: Place) -> str:
    pytest.importorskip("weasyprint", reason="the extra pdf is not installed")
    store = Store(place.state)
    try:
        with store.read() as connection:
            redline = load_redline(connection, place.text, now=NOW)
    finally:
        store.close()
    made = print_pdf.change_pdf(place.text, redline, [], language=place.language, today=TODAY)
    return pdf_text(made)


UNIT_PLACES: dict[str, Callable[[Place], str]] = {
    "change page": lambda place: place.page(f"/changes/{place.text.id}"),
    "redline page": lambda place: place.page(f"/changes/{place.text.id}/redline"),
    "redline, HTML": lambda place: place.page(f"/changes/{place.text.id}/redline.html"),
    "redline, Word": word_comments,
    "redline, text": plain_redline,
    "redline, PDF": paper,
    "law view": lambda place: place.page("/law/text?text=ear:15 CFR 744&place=15 CFR 744.21"),
    "paragraph history": lambda place: place.page(f"/law/history?text=ear:15 CFR 744&path={PARAGRAPH}"),
}  # fmt: skip


def test_a_unit_has_its_status_in_every_place(case: tuple[str, str, Place]) -> None:
    name, _, place = case
    words = IN_FORCE[place.language] if name == "in force" else CASES[name].unit_words(place.language)
    lacking = [where for where, show in UNIT_PLACES.items() if flat(words) not in flat(show(place))]
    assert lacking == [], f"{name}: {words}"


def test_a_change_of_the_text_is_sent_with_the_status_of_its_units(case: tuple[str, str, Place]) -> None:
    name, _, place = case
    if name == "in force":
        assert place.text.tagging.status == ()
        return
    words = CASES[name].unit_words(place.language)
    about = replace(place, rule=place.text)
    lacking = [where for where, show in RECORD_PLACES.items() if flat(words) not in flat(show(about))]
    assert lacking == [], f"{name}: {words}"
    assert f"{PARAGRAPH}: {words}" in place.page("/")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_paragraph_that_a_rule_adds_later_is_not_effective_yet_on_the_pages_that_name_it(
    tmp_path: Path, language: Language
) -> None:
    path, words = "15 CFR 744.21(k)", CASES["not yet effective"].words(language)
    store = Store(tmp_path)
    stored_law(store)
    rule = affiliates_rule()
    rule = replace(rule, tagging=replace(rule.tagging, units=(path,)))
    adds = replace(effect(EffectVerb.ADDS, date(2026, 1, 5)), affected=Affected(path=path))
    with store.write() as connection:
        changes.save(connection, changes.ChangeEntry(rule, f"fr:{NUMBER}", 1))
        effects.write(connection, Origin("a", rule.id, "x", KNOWN), [adds], KNOWN)
    store.close()
    client = TestClient(create_app(settings(), tmp_path, now=lambda: NOW), base_url="http://127.0.0.1:8000")
    client.cookies.set("lang", language)
    for address in (f"/changes/{rule.id}", f"/law/history?text=ear:15 CFR 744&path={path}"):
        shown = client.get(address).text
        assert words in shown, address
        assert IN_FORCE[language] not in shown, address
