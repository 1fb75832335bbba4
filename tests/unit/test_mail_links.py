"""Links in mails: shown to reviewers alone; opening one changes nothing; its button records once; forged, late and unmapped ones say so."""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from fastapi.testclient import TestClient

from tests.unit.notifications_sinks import MailSink, mail_sink, refusing_port
from tests.unit.rendering_samples import affiliates_rule
from tests.unit.web_samples import NOW, fill, hostile, review_log, settings
from tracker.config.loader import load
from tracker.config.models import Channel, MailLinks, Settings, ViewerAccess
from tracker.errors import SettingsError
from tracker.interactions import signed_links
from tracker.interactions.presses import Button
from tracker.interactions.signed_links import Claim, Purpose
from tracker.notifications.alert_messages import AlertMessages
from tracker.notifications.targets import send
from tracker.storage import accounts
from tracker.storage.accounts import UserRole
from tracker.storage.database import Store
from tracker.storage.deliveries import Delivery
from tracker.web.app import create_app

SECRET = "a-secret-for-the-links-of-mails"
CHANGE = affiliates_rule()
ADDRESS = "Hanako@Example.co.jp"
APP = MailLinks(users={"hanako@example.co.jp": "Hanako", "taro@example.co.jp": "Taro"}, secret=SECRET)


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("filled")
    store = Store(folder)
    fill(store, with_hostile=True)
    store.close()
    return folder


@dataclass
class Office:
    """The viewer over a copy of the filled state, at a time that a test sets."""

    state: Path
    settings: Settings
    now: datetime = NOW

    def __post_init__(self) -> None:
        app = create_app(lambda: self.settings, self.state, lambda: self.now)
        self.client = TestClient(app, base_url="http://127.0.0.1:8000")

    def get(self, claim: str) -> Any:
        return self.client.get(f"/mail/respond?claim={quote(claim)}")

    def post(self, claim: str, **headers: str) -> Any:
        return self.client.post("/mail/respond", data={"claim": claim}, headers=headers)

    def log(self) -> list[tuple[str, str, str]]:
        return review_log(self.state, CHANGE.id)


@pytest.fixture
def office(filled: Path, tmp_path: Path) -> Office:
    state = tmp_path / "state"
    shutil.copytree(filled, state)
    return Office(state, replace(settings(), mail_links=APP))


def claim_of(button: Button = Button.ACKNOWLEDGE, *, secret: str = SECRET, **fields: Any) -> str:
    made = Claim(Purpose.MAIL, button, CHANGE.id, 1, "hanako@example.co.jp", NOW + timedelta(days=14))
    return signed_links.sign(secret, replace(made, **fields))


def mailed(chosen: Settings, sink: MailSink, to: str, **options: Any) -> None:
    channel = Channel("mail", f"mailto://127.0.0.1:{sink.port}?from=t@example.co.jp&to={to}", **options)
    compose = AlertMessages(lambda *_: CHANGE, chosen, NOW, lambda _: (), None, lambda *_: ())
    row = Delivery(1, CHANGE.id, 1, "mail", "key", 0, False, queued_at=NOW)
    assert send(channel, compose(channel, [row], repeated=False)).ok


def links_in(text: str) -> list[str]:
    return re.findall(r"http://127\.0\.0\.1:8000/mail/respond\?claim=\S+", text)


def parts(mail: Any) -> tuple[str, str]:
    return tuple(mail.get_body((kind,)).get_content() for kind in ("plain", "html"))


def test_a_reviewer_gets_links_of_ones_own_and_others_get_none(office: Office) -> None:
    with mail_sink() as sink:
        mailed(office.settings, sink, f"{ADDRESS},legal@example.co.jp,taro@example.co.jp")
    assert sorted(sink.recipients) == [[ADDRESS], ["legal@example.co.jp"], ["taro@example.co.jp"]]
    by_name = {names[0]: mail for names, mail in zip(sink.recipients, sink.mails, strict=True)}
    assert not links_in("".join(parts(by_name["legal@example.co.jp"])))
    plain, page = parts(by_name[ADDRESS])
    found = links_in(plain)
    assert len(found) == 2
    assert [one.replace("&", "&amp;") in page for one in found] == [True, True]
    claims = [
        signed_links.read(SECRET, parse_qs(urlsplit(one).query)["claim"][0], Purpose.MAIL) for one in found
    ]
    assert [claim and claim.button for claim in claims] == [Button.ACKNOWLEDGE, Button.NOT_RELEVANT]
    assert {claim and claim.recipient for claim in claims} == {"hanako@example.co.jp"}
    assert not set(found) & set(links_in(parts(by_name["taro@example.co.jp"])[0]))
    assert SECRET not in plain + page


def test_a_reviewer_whom_the_server_refuses_keeps_nobody_else_from_the_mail(office: Office) -> None:
    taro = "taro@example.co.jp"
    with mail_sink(refused=(taro,)) as sink:
        channel = Channel(
            "mail", f"mailto://127.0.0.1:{sink.port}?from=t@example.co.jp&to={taro},{ADDRESS},l@example.co.jp"
        )
        compose = AlertMessages(lambda *_: CHANGE, office.settings, NOW, lambda _: (), None, lambda *_: ())
        row = Delivery(1, CHANGE.id, 1, "mail", "key", 0, False, queued_at=NOW)
        parcel = compose(channel, [row], repeated=False)
        assert not send(channel, parcel).ok
    assert sorted(sink.recipients) == [[ADDRESS], ["l@example.co.jp"]]
    answers = parcel.roster.answers
    assert {name: answer.ok for name, answer in answers.items()} == {
        taro: False,
        ADDRESS: True,
        "l@example.co.jp": True,
    }
    assert not answers[taro].transient


def test_without_a_connection_no_recipient_is_tried_twice(office: Office) -> None:
    channel = Channel(
        "mail", f"mailto://127.0.0.1:{refusing_port()}?from=t@example.co.jp&to={ADDRESS},l@example.co.jp"
    )
    compose = AlertMessages(lambda *_: CHANGE, office.settings, NOW, lambda _: (), None, lambda *_: ())
    row = Delivery(1, CHANGE.id, 1, "mail", "key", 0, False, queued_at=NOW)
    parcel = compose(channel, [row], repeated=False)
    assert not send(channel, parcel).ok
    assert {(one.transient, one.uncertain) for one in parcel.roster.answers.values()} == {(True, False)}
    assert set(parcel.roster.answers) == {ADDRESS, "l@example.co.jp"}


@pytest.mark.parametrize("app", [None, replace(APP, secret="")])
def test_without_a_secret_no_link_is_shown_and_nothing_acts(office: Office, app: MailLinks | None) -> None:
    office.settings = replace(office.settings, mail_links=app)
    with mail_sink() as sink:
        mailed(office.settings, sink, f"{ADDRESS},legal@example.co.jp")
    assert sink.recipients == [[ADDRESS, "legal@example.co.jp"]]
    assert not links_in(parts(sink.mails[0])[0])
    for claim in (
        claim_of(),
        signed_links.sign("x", Claim(Purpose.MAIL, Button.ACKNOWLEDGE, CHANGE.id, 1, "", NOW)),
    ):
        assert (office.get(claim).status_code, office.post(claim).status_code) == (404, 404)
    assert office.log() == []


def test_a_template_of_the_firm_gets_the_links_of_its_reader(office: Office, tmp_path: Path) -> None:
    (tmp_path / "alert.txt.j2").write_text(
        "{% for one in message.links %}{{ one.value }}\n{% endfor %}", "utf-8"
    )
    office.settings = replace(office.settings, templates=tmp_path)
    with mail_sink() as sink:
        mailed(office.settings, sink, ADDRESS)
    assert len(links_in(parts(sink.mails[0])[0])) == 2


@pytest.mark.parametrize(
    ("button", "entry"),
    [
        (Button.ACKNOWLEDGE, ("Hanako", "acknowledge", "")),
        (Button.NOT_RELEVANT, ("Hanako", "decide", "does-not-apply")),
    ],
)
def test_opening_a_link_changes_nothing_and_its_button_records_once(
    office: Office, button: Button, entry: tuple[str, str, str]
) -> None:
    claim = claim_of(button)
    for _ in range(3):  # a scanner of the mail server, and the person
        shown = office.get(claim)
        assert shown.status_code == 200
        assert "Hanako" in shown.text
        assert office.client.head(f"/mail/respond?claim={claim}").status_code == 200
    assert office.log() == []
    assert office.post(claim).status_code == 200
    assert office.log() == [entry]
    again = office.post(claim)
    assert again.status_code == 200
    assert "変更していません" in again.text
    assert office.log() == [entry]


def test_another_reviewer_s_link_says_who_was_first(office: Office) -> None:
    office.post(claim_of())
    assert "Hanako" in office.post(claim_of(recipient="taro@example.co.jp")).text
    assert len(office.log()) == 1


@pytest.mark.parametrize(
    "claim",
    [
        "",
        "x",
        "あ.い",
        claim_of(secret="another-secret-of-another-firm"),
        claim_of()[:-1],
        claim_of() + "A",
        "AAAA." + claim_of().partition(".")[2],
        claim_of(purpose=Purpose.TEAMS),
        claim_of(button=Button.TAKE),  # no action of a mail
    ],
)
def test_a_forged_link_is_named_so(office: Office, claim: str) -> None:
    for answer in (office.get(claim), office.post(claim)):
        assert answer.status_code == 403
        assert "trackerが作成したものではない" in answer.text
    assert office.log() == []


def test_every_changed_character_is_a_forgery() -> None:
    claim = claim_of()
    for place, character in enumerate(claim):
        changed = claim[:place] + ("A" if character != "A" else "B") + claim[place + 1 :]
        assert signed_links.read(SECRET, changed, Purpose.MAIL) is None


def test_a_late_link_says_until_when_it_worked(office: Office) -> None:
    claim = claim_of()
    office.now = NOW + timedelta(days=14, seconds=1)
    for answer in (office.get(claim), office.post(claim)):
        assert answer.status_code == 410
        assert "2025年12月4日" in answer.text
    assert office.log() == []
    office.now = NOW + timedelta(days=14)
    assert office.get(claim).status_code == 200


def test_an_address_that_is_no_longer_a_reviewer_s_records_nothing(office: Office) -> None:
    office.settings = replace(office.settings, mail_links=replace(APP, users={"taro@example.co.jp": "Taro"}))
    for answer in (office.get(claim_of()), office.post(claim_of())):
        assert answer.status_code == 403
        assert "hanako@example.co.jp" in answer.text
    assert office.log() == []


def test_a_link_of_an_earlier_revision_and_of_an_unknown_change_record_nothing(office: Office) -> None:
    assert "更新前" in office.post(claim_of(revision=0)).text
    assert "保存されていません" in office.post(claim_of(change_id="chg_ffffffffffffffff")).text
    assert office.log() == []


def test_where_the_viewer_has_accounts_the_page_is_open_and_a_reader_may_not_review(
    filled: Path, tmp_path: Path
) -> None:
    state = tmp_path / "state"
    shutil.copytree(filled, state)
    store = Store(state)
    with store.write() as connection:
        accounts.add(connection, "Hanako", UserRole.REVIEWER, "", NOW)
        accounts.add(connection, "Taro", UserRole.READER, "", NOW)
    store.close()
    office = Office(state, replace(settings(access=ViewerAccess("accounts")), mail_links=APP))
    assert office.post(claim_of(recipient="taro@example.co.jp")).status_code == 403
    assert office.log() == []
    shown = office.get(claim_of())
    assert shown.status_code == 200
    assert 'href="/reviews"' not in shown.text  # no page of the viewer without signing in
    assert office.post(claim_of()).status_code == 200
    assert office.log() == [("Hanako", "acknowledge", "")]


def test_a_form_of_another_site_is_refused(office: Office) -> None:
    assert office.post(claim_of(), Origin="https://evil.example").status_code == 403
    assert office.log() == []


def test_while_the_secret_is_changed_older_links_still_work(office: Office) -> None:
    claim = claim_of()
    office.settings = replace(
        office.settings, mail_links=replace(APP, secret=f"the-new-secret-of-mails\n{SECRET}")
    )
    assert office.get(claim).status_code == 200
    assert office.get(claim_of(secret="the-new-secret-of-mails")).status_code == 200


def test_words_of_the_change_are_escaped_on_the_page(office: Office) -> None:
    shown = office.get(claim_of(change_id=hostile().id)).text
    assert "&lt;" in shown
    assert "<img" not in shown


@pytest.mark.parametrize(
    ("lines", "problem"),
    [
        ('[mail]\nsecret = "plain"\nusers = {}', "must be env:NAME or file:PATH"),
        ('[mail]\nsecret = "env:GONE"\nusers = {}', "GONE"),
        ('[mail]\nsecret = "env:SHORT"\nusers = {}', "16 characters"),
        ('[teams]\nsecret = "env:SHORT"\nusers = {}', "16 characters"),
        ('[mail]\nsecret = "env:LONG"', "users"),
        ('[mail]\nusers = {}\nvalid_for = "soon"', "valid_for"),
    ],
)
def test_settings_that_cannot_work_are_named(tmp_path: Path, lines: str, problem: str) -> None:
    path = tmp_path / "sources.toml"
    path.write_text(lines, "utf-8")
    with pytest.raises(SettingsError, match=problem):
        load(path, {"SHORT": "1234", "LONG": SECRET})


def test_addresses_of_the_settings_are_found_in_any_case(tmp_path: Path) -> None:
    path = tmp_path / "sources.toml"
    path.write_text(
        '[mail]\nsecret = "env:LONG"\nusers = {"Hanako@Example.CO.JP" = "Hanako"}\nvalid_for = "2d"', "utf-8"
    )
    found = load(path, {"LONG": SECRET}).mail_links
    assert found == MailLinks({"hanako@example.co.jp": "Hanako"}, SECRET, timedelta(days=2))
    assert SECRET not in repr(found)
