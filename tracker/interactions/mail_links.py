"""Links in alert mails: a reviewer acknowledges a change, or decides that it is not relevant, without signing in.

A link is a signed claim for one mail address. Opening it shows a page and changes nothing, because mail servers open links to check
them; the button of that page records the entry under the name that the settings give the address.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from sqlalchemy import Connection

from tracker.clock import reader_day
from tracker.config.models import Settings
from tracker.i18n import format_day, t
from tracker.interactions import presses, signed_links
from tracker.interactions.presses import Answer, Button, Press
from tracker.interactions.signed_links import Claim, Purpose
from tracker.logs import Logger
from tracker.model import Language
from tracker.rendering.alert_message import LabeledFact
from tracker.sanitize import sanitize_line

log = Logger()

BUTTONS = (Button.ACKNOWLEDGE, Button.NOT_RELEVANT)
PATH = "/mail/respond"


@dataclass(frozen=True, slots=True)
class Refused:
    """Why a link does nothing. `reason` is the rest of a catalog entry: forged, late, unmapped, not-allowed. `day`: its last day."""

    reason: str
    who: str = ""
    day: str = ""

    def line(self, language: Language) -> str:
        return t(f"mail-link.{self.reason}", language, who=sanitize_line(self.who), day=self.day)


@dataclass(frozen=True, slots=True)
class Opened:
    """A valid link: its claim, and the reviewer that the address belongs to."""

    claim: Claim
    who: str


def in_use(settings: Settings) -> bool:
    """Whether mails have links: the settings have a secret."""
    return settings.mail_links is not None and bool(settings.mail_links.secret)


def links(
    settings: Settings, about: tuple[str, int], address: str, language: Language, now: datetime
) -> tuple[LabeledFact, ...]:
    """Return one link for each action; none for an address that is no reviewer's."""
    app = settings.mail_links
    recipient = address.casefold()
    if app is None or not app.secret or recipient not in app.users:
        return ()
    until = (now + app.valid_for).replace(microsecond=0)
    found = []
    for button in BUTTONS:
        claim = signed_links.sign(app.secret, Claim(Purpose.MAIL, button, *about, recipient, until))
        address_of = f"{settings.viewer_url.rstrip('/')}{PATH}?claim={quote(claim)}"
        found.append(LabeledFact(t(f"press.{button}", language), address_of))
    return tuple(found)


def note(settings: Settings, address: str, language: Language, now: datetime) -> LabeledFact:
    """Return the line below the links: under whose name they record, and until when they work."""
    assert settings.mail_links is not None
    who = sanitize_line(settings.mail_links.users[address.casefold()])
    last = reader_day(now + settings.mail_links.valid_for, settings.timezone)
    return LabeledFact(
        t("mail-link.label", language),
        t(
            "mail-link.note", language, who=who, day=format_day(last, language),
            ack=t("press.acknowledge", language), no=t("press.not-relevant", language),
        ),
    )  # fmt: skip


def opened(
    connection: Connection, settings: Settings, signed: str, language: Language, now: datetime
) -> Opened | Refused:
    """Return what a link may do now, or why it may do nothing. Raises nothing for any text."""
    app = settings.mail_links
    claim = signed_links.read(app.secret, signed, Purpose.MAIL) if app is not None else None
    if app is None or claim is None or claim.button not in BUTTONS:
        log.warning("a mail link that no secret signed")
        return Refused("forged")
    if now > claim.until:
        day = format_day(reader_day(claim.until, settings.timezone), language)
        return Refused("late", day=day)
    who = app.users.get(claim.recipient, "")
    if not who:
        return Refused("unmapped", claim.recipient)
    if not presses.may_review(connection, settings, who):
        return Refused("not-allowed", who)
    return Opened(claim, who)


def press(
    connection: Connection, settings: Settings, found: Opened, language: Language, now: datetime
) -> Answer:
    """Record the entry of a valid link."""
    claim = found.claim
    where = Press(claim.button, claim.change_id, claim.revision, t("press.place-mail", language))
    answer = presses.record(connection, where, who=found.who, at=now, settings=settings)
    log.info("pressed in a mail", button=str(claim.button), change=claim.change_id, result=str(answer.result))
    return answer
