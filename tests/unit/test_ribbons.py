"""A stay, and what could not be determined, are beside the text wherever it is shown, in both languages."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date
from pathlib import Path

import docx
import pytest
from bs4 import BeautifulSoup
from fastapi.testclient import TestClient
from sqlalchemy import insert

from tests.unit.rendering_samples import affiliates_rule
from tests.unit.test_law import KNOWN, PARAGRAPH, state
from tests.unit.web_samples import NOW, cfr_change, settings, stay
from tracker.effects import Affected, Affecting, Applied, Certainty, Effect, EffectVerb
from tracker.legal_status.current import current_status, status_line
from tracker.legal_status.register import StateOnDay
from tracker.legal_status.ribbons import ribbons
from tracker.model import Status
from tracker.rendering.status_ribbons import status_ribbons, story_ribbons
from tracker.storage import changes, effects
from tracker.storage.database import Store
from tracker.storage.effects import Origin
from tracker.storage.schema import DOCUMENT_GROUP
from tracker.web.app import create_app

__all__ = ["state"]
STAYED = {
    "ja": "2025-19846により2026年11月9日まで効力停止",
    "en": "Stayed until November 9, 2026 by 2025-19846",
}


@pytest.fixture
def client(state: Path) -> TestClient:
    return TestClient(create_app(settings(), state, now=lambda: NOW), base_url="http://127.0.0.1:8000")


@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_stay_of_a_paragraph_is_on_every_page_that_shows_it(client: TestClient, language: str) -> None:
    change, _ = cfr_change()
    client.cookies.set("lang", language)
    for address in (
        f"/changes/{change.id}/redline",
        "/law/text?text=ear:15 CFR 744&place=15 CFR 744.21",
        f"/law/history?text=ear:15 CFR 744&path={PARAGRAPH}",
    ):
        page = client.get(address)
        assert page.status_code == 200, address
        assert STAYED[language] in page.text, address
    assert STAYED[language] in client.get(f"/changes/{change.id}/redline.html").text
    word = docx.Document(io.BytesIO(client.get(f"/changes/{change.id}/redline.docx").content))
    head = [paragraph.text for paragraph in word.paragraphs]
    assert f"{PARAGRAPH}: {STAYED[language]}" in head


def test_a_page_that_is_cached_changes_when_the_stay_is_lifted(client: TestClient, state: Path) -> None:
    change, _ = cfr_change()
    address = f"/changes/{change.id}/redline"
    client.cookies.set("lang", "en")
    assert STAYED["en"] in client.get(address).text
    store = Store(state)
    lift = Effect(
        EffectVerb.LIFTS_STAY,
        Affecting(document_number="2025-20002"),
        Affected(path=PARAGRAPH),
        date(2025, 11, 11),
    )
    with store.write() as connection:
        effects.write(connection, Origin("fr:2025-20002", "chg_0000000000000003", "x", KNOWN), [lift], NOW)
    store.close()
    assert STAYED["en"] not in client.get(address).text


def test_every_state_has_words_in_both_languages() -> None:
    day, end = date(2026, 3, 1), date(2026, 11, 9)
    given = [
        ("published", "Not yet effective: applies from November 10, 2026"),
        ("delayed", "Delayed by X: not effective until November 10, 2026"),
        ("stayed", "Stayed until November 9, 2026 by X"),
        ("not-enforced", "Not enforced until November 9, 2026 by X"),
        ("rescinded", "Ended by X on March 1, 2026"),
        ("withdrawn", "Withdrawn by X on March 1, 2026"),
        ("declared-unlawful", "Declared unlawful by X on March 1, 2026"),
        ("not-incorporated", "Could not be incorporated into the CFR text by X"),
        ("unclear", "Affected by X: check"),
    ]
    for state_name, words in given:
        one = StateOnDay(state_name, day, end, "X")
        (english,) = ribbons([one], "en")
        (japanese,) = ribbons([one], "ja")
        assert english.words == words
        assert "X" in japanese.words or state_name == "published"
    assert ribbons([StateOnDay("in-force", day)], "en") == ()
    part = StateOnDay("rescinded", day, None, "X", part="section 3")
    assert [one.words for one in ribbons([part], "en")] == ["section 3: Ended by X on March 1, 2026"]


def test_an_unclear_effect_is_said_beside_force_and_not_after_the_end() -> None:
    force = Status("in-force", date(2026, 1, 5))
    unclear = Status("unclear", date(2026, 6, 1), by="E.O. 14389")
    day = date(2026, 7, 1)
    line = status_line([force, unclear], day, "en")
    assert line.startswith("In force")
    assert line.endswith("Affected by E.O. 14389: check")
    found = current_status([force, unclear], day)
    assert found.now == force
    assert [one.words for one in status_ribbons(found, "en")] == ["Affected by E.O. 14389: check"]
    over = [force, unclear, Status("rescinded", date(2026, 6, 15), by="E.O. 14400")]
    assert "check" not in status_line(over, day, "en")


def test_a_card_and_a_date_of_a_story_have_the_ribbons_of_all_its_records_the_gravest_first(
    client: TestClient, state: Path
) -> None:
    rule = affiliates_rule()
    rule = replace(rule, tagging=replace(rule.tagging, status=(Status("in-force", date(2025, 9, 29)),)))
    older = replace(
        stay(), document_number="2024-10000", citation="89 FR 100", tagging=replace(
            stay().tagging, links=(), status=(
                Status("unclear", date(2025, 10, 1), by="E.O. 14389"), Status("rescinded", date(2025, 9, 29), by="2025-19001")
            ),
        ),
    )  # fmt: skip
    text, _ = cfr_change()
    text = replace(
        text,
        tagging=replace(
            text.tagging,
            status=(Status("stayed", date(2025, 11, 10), date(2026, 11, 9), "90 FR 50857", (PARAGRAPH,)),),
        ),
    )
    store = Store(state)
    with store.write() as connection:
        for one, document in ((rule, "fr:1"), (older, "fr:2"), (text, "ear:15 CFR 744")):
            changes.save(connection, changes.ChangeEntry(one, document, 2))
        connection.execute(
            insert(DOCUMENT_GROUP), [{"name": one.id, "story": "s"} for one in (rule, older, text)]
        )
    store.close()
    expected = [
        "89 FR 100: Ended by 2025-19001 on September 29, 2025",
        f"{PARAGRAPH}: Stayed until November 9, 2026 by 90 FR 50857",
    ]
    client.cookies.set("lang", "en")
    cards = BeautifulSoup(client.get("/").text, "lxml").select("ol.changes li.critical")
    (card,) = [one for one in cards if rule.title in one.text]
    assert [one.text for one in card.select(".ribbon")] == expected
    assert story_ribbons(rule, [text, older], date(2025, 11, 20), "ja")[0].state == "rescinded"
    stayed = replace(
        rule, tagging=replace(rule.tagging, status=(Status("stayed", date(2025, 11, 10), by="90 FR 50857"),))
    )
    actor = replace(
        stay(), citation="90 FR 50857", tagging=replace(
            stay().tagging, status=(Status("stayed", date(2025, 11, 10), by="90 FR 50857", units=(PARAGRAPH,)), Status("stayed")),
        ),
    )  # fmt: skip
    once = story_ribbons(stayed, [actor], date(2025, 11, 20), "en")
    assert [one.words for one in once] == ["Stayed by 90 FR 50857 without an end date"]
    row = BeautifulSoup(client.get("/calendar").text, "lxml").select_one("table.dates td.what")
    assert row is not None
    assert [one.text for one in row.select(".ribbon")] == expected
    assert [one.text for one in row.select("details .ribbon")] == expected[1:]


def test_a_note_that_a_row_could_not_be_incorporated_is_on_the_law_page(
    client: TestClient, state: Path
) -> None:
    effect = Effect(
        EffectVerb.REVISES,
        Affecting(citation="90 FR 1", quote="could not be incorporated"),
        Affected(path="15 CFR 744.22(a)"),
        date(2025, 1, 2),
        applied=Applied.NOT_INCORPORATED,
        certainty=Certainty.STATED,
    )
    store = Store(state)
    with store.write() as connection:
        effects.write(connection, Origin("ear:x", "chg_0000000000000004", "x", KNOWN), [effect], KNOWN)
    store.close()
    client.cookies.set("lang", "en")
    page = client.get("/law/text?text=ear:15 CFR 744&place=15 CFR 744.22")
    assert "Could not be incorporated into the CFR text by 90 FR 1" in page.text


def test_a_paragraph_around_a_change_has_its_stay_on_the_page_and_in_word(
    client: TestClient, state: Path
) -> None:
    """The text that is shown around a change did not change, and may be stayed all the same."""
    near, words = "15 CFR 744.21(e)", "Stayed until December 31, 2025 by 2025-19999"
    stayed = Effect(
        EffectVerb.STAYS, Affecting(document_number="2025-19999"), Affected(path=near), date(2025, 11, 1), date(2025, 12, 31)
    )  # fmt: skip
    store = Store(state)
    with store.write() as connection:
        effects.write(connection, Origin("fr:x", "chg_0000000000000004", "x", KNOWN), [stayed], KNOWN)
    store.close()
    client.cookies.set("lang", "en")
    change, _ = cfr_change()
    address = f"/changes/{change.id}/redline"
    around = BeautifulSoup(client.get(f"{address}?context=1").text, "lxml")
    (kept,) = [one for one in around.select(".kept") if one.text.startswith("(e)")]
    following = kept.find_next_sibling()
    assert following is not None
    assert following.text == words
    assert words not in client.get(address).text
    compared = client.get("/law/compare.docx?text=ear:15 CFR 744&since=1&on=2")
    comments = {one.text for one in docx.Document(io.BytesIO(compared.content)).comments}
    assert comments == {words, STAYED["en"]}
