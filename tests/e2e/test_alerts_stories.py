"""What belongs together is sent as one story, in order, in one thread."""

from __future__ import annotations

import json
from datetime import date
from email.message import EmailMessage
from typing import Any

import pytest

from tests.e2e.test_ingest_poll import BIS, new_rule
from tests.e2e.world import World
from tests.unit.notifications_sinks import HttpSink, http_sink, mail_sink
from tracker.demo.model import FrDocument
from tracker.notifications.channels import slack
from tracker.storage import changes
from tracker.storage.database import Store
from tracker.stories import story_index

pytestmark = pytest.mark.databases

PRESS = (
    "<html><head><title>Commerce adds entities</title></head><body><main><h1>Commerce adds 12 entities to the Entity List</h1>"
    "<p>The Bureau of Industry and Security adds 12 entities in China that make semiconductors. The rule is "
    "published at {cited}. Exporters need a license under the Export Administration Regulations.</p></main></body></html>"
)


def correction(of: str, number: str = "2026-11888") -> FrDocument:
    return FrDocument(
        number, date(2026, 6, 10), "Additions to the Entity List; Correction", "RULE", BIS,
        f"BIS corrects the rule 2026-11777 that added entities in China to the Entity List (FR Doc. {of}).",
        {"action": "Final rule; correction.", "correction_of": of, "start_page": 30950, "end_page": 30950},
    )  # fmt: skip


def hook(sink: HttpSink) -> str:
    return f'[[channel]]\nid = "hook"\nurl = "json://127.0.0.1:{sink.port}/"\n[[route]]\nwhen = {{ level = "low" }}\nto = ["hook"]\n'


def rule() -> FrDocument:
    return new_rule(start_page=30900, end_page=30940, volume=91)


def plain(letter: EmailMessage) -> str:
    body = letter.get_body(("plain",))
    assert body is not None
    text: str = body.get_content()
    return text


def whole_story(world: World) -> None:
    """The rule, its correction, its text in the eCFR and the press release, an hour or a day apart."""
    world.use("fr-bis", "ear", "news", extra=world.extra).poll()
    world.later(hours=1)
    world.standin.add_document(rule())
    world.poll()
    world.later(hours=1)
    world.standin.add_document(correction("2026-11777"))
    world.poll()
    world.later(hours=1)
    world.standin.put_page("/news/added", PRESS.format(cited="91 FR 30900 (FR Doc. 2026-11777)"))
    world.standin.edit_page("/news", "</ul>", '<li><a href="/news/added">Entities added</a></li></ul>')
    world.poll()
    world.later(days=2)
    world.standin.edit_part(
        15, "744",
        "<P>(a) <I>General prohibition.</I> You may not export an item subject to the EAR for use in a fabrication facility.</P>",
        "<P>(a) <I>General prohibition.</I> You may not export any item for use in an advanced fabrication facility.</P>"
        '<CITA TYPE="N">[91 FR 30921, June 10, 2026]</CITA>',
    )  # fmt: skip
    world.poll()


def test_a_rule_its_correction_its_press_release_and_its_ecfr_text_are_one_story(world: World) -> None:
    with http_sink() as sink:
        world.extra = hook(sink)
        whole_story(world)
    by_story: dict[str, list[dict[str, Any]]] = {}
    for body in sink.bodies:
        by_story.setdefault(body["alert"]["story"], []).append(body)
    (mine,) = [found for found in by_story.values() if found[0]["document_number"] == "2026-11777"]
    kinds = [body["kind"] for body in mine]
    assert [kind for kind in kinds if kind != "rule"] == ["correction", "page", "cfr"] or kinds == [
        "rule",
        "correction",
        "page",
        "cfr",
    ], kinds
    assert mine[-1]["units"][0].startswith("15 CFR 744.23")
    store = Store(world.state)
    with store.write() as connection:
        alerted = [changes.get(connection, body["id"]) for body in mine]
        found = {story_index.story_of_stored(connection, change) for change in alerted if change}
    assert found == {mine[0]["alert"]["story"]}


def test_the_mails_of_a_story_hang_on_one_root(world: World) -> None:
    with mail_sink() as mail:
        world.extra = (
            f'[[channel]]\nid = "mail"\nurl = "mailto://127.0.0.1:{mail.port}/?from=a@t.example&to=b@firm.example"\n'
            '[[route]]\nwhen = { level = "low" }\nto = ["mail"]\n'
        )
        whole_story(world)
    roots = [letter["In-Reply-To"] for letter in mail.mails if "Entity List" in plain(letter)]
    assert len(roots) >= 3
    assert len(set(roots)) == 1
    assert len({letter["Message-ID"] for letter in mail.mails}) == len(mail.mails)


def test_a_slack_bot_writes_updates_below_the_storys_first_message(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def answer(number: int) -> tuple[int, dict[str, str], str]:
        return 200, {}, json.dumps({"ok": True, "ts": f"1700000000.{number:06}"})

    with http_sink(answer) as sink:
        monkeypatch.setattr(slack.SlackPlugin, "api_url", f"http://127.0.0.1:{sink.port}/api/{{}}")
        world.extra = (
            '[[channel]]\nid = "slack"\nurl = "slack://xoxb-1234-1234-abc124/#trade/#legal"\n'
            '[[route]]\nwhen = { level = "low" }\nto = ["slack"]\n'
        )
        world.use("fr-bis", extra=world.extra).poll()
        for document in (rule(), correction("2026-11777")):
            world.later(hours=1)
            world.standin.add_document(document)
            world.poll()
    posted = {(body["channel"], body.get("thread_ts")) for body in sink.bodies}
    first = {body["channel"]: f"1700000000.{number:06}" for number, body in enumerate(sink.bodies[:2], 1)}
    assert set(first) == {"#trade", "#legal"}
    assert posted == {(channel, thread) for channel, ts in first.items() for thread in (None, ts)}


def test_an_update_waits_for_the_storys_earlier_message_and_other_stories_do_not(world: World) -> None:
    def answer(number: int) -> int:
        return 503 if number == 1 else 200

    with http_sink(answer) as sink:
        world.use("fr-bis", extra=hook(sink)).poll()
        for document in (rule(), correction("2026-11777"), new_rule("2026-11999", title="Other additions")):
            world.standin.add_document(document)
        world.later(hours=1)
        world.poll()
        # The rule is refused; its correction waits for it, the other rule does not.
        assert [body["document_number"] for body in sink.bodies] == ["2026-11777", "2026-11999"]
        world.later(hours=1)
        world.poll()
    assert [body["document_number"] for body in sink.bodies[2:]] == ["2026-11777", "2026-11888"]


def test_an_index_that_cites_many_documents_belongs_to_none_of_their_stories(world: World) -> None:
    with http_sink() as sink:
        world.use("fr-bis", "news", extra=hook(sink)).poll()
        world.later(hours=1)
        world.standin.add_document(rule())
        world.poll()
        numbers = (
            ", ".join(f"FR Doc. 2026-1177{n}" for n in range(7, 10))
            + ", FR Doc. 2026-11790, FR Doc. 2026-11791"
        )
        world.standin.put_page("/news/added", PRESS.format(cited=numbers))
        world.standin.edit_page("/news", "</ul>", '<li><a href="/news/added">Entities added</a></li></ul>')
        world.later(hours=1)
        world.poll()
    stories = {body["document_number"] or body["url"][-6:]: body["alert"]["story"] for body in sink.bodies}
    assert stories["/added"] != stories["2026-11777"]


def test_a_pages_group_continues_with_its_next_change(world: World) -> None:
    with http_sink() as sink:
        world.use("page", extra=hook(sink)).one()
        for before, after in (("ECCN 3B001", "ECCN 3B002"), ("ECCN 3B002", "ECCNs 3B002 and 3B993")):
            world.later(hours=1)
            world.standin.edit_page("/news/rule", before, after)
            world.one()
    first, second = (body["alert"]["story"] for body in sink.bodies)
    assert first == second
    store = Store(world.state)
    with store.write() as connection:
        change = changes.get(connection, sink.bodies[0]["id"])
        assert change is not None
        assert story_index.story_of_stored(connection, change) == first
