"""Teams' side: the buttons of a card, what a workflow sends when one is pressed, and the answer.

A card is posted by a workflow of Power Automate. Its buttons are `Action.Submit`: the workflow with the trigger "When someone responds
to an adaptive card" gets the data of the button and who pressed it, sends both here with the secret of the settings, and puts the card
of the answer in place of the old one. Each button carries a signed claim, so that data which no card had do nothing.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from tracker.clock import reader_day
from tracker.config.models import Settings, TeamsCards
from tracker.i18n import format_day, t
from tracker.interactions import presses, signed_links
from tracker.interactions.presses import BUTTONS, Answer, Button, Press, Result
from tracker.interactions.signed_links import Claim, Purpose
from tracker.logs import Logger
from tracker.model import Language
from tracker.sanitize import sanitize_line

log = Logger()

PLACE = "Teams"
_STYLES = {Button.ACKNOWLEDGE: "positive"}


@dataclass(frozen=True, slots=True)
class Pressed:
    """One press as a workflow reports it: the claim of the button, the user principal name, and the
    language of the card."""

    signed: str
    user: str
    language: Language | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a press did. `result` is a `Result`, or why it did nothing: forged, late, not-mapped, not-allowed. `change_id` is empty where
    the person gets no card."""

    result: str
    text: str
    change_id: str = ""


def in_use(settings: Settings) -> bool:
    """Whether cards have buttons: the settings have a secret."""
    return settings.teams is not None and bool(settings.teams.secret)


def card_actions(
    settings: Settings, about: tuple[str, int], language: Language, now: datetime
) -> tuple[dict[str, Any], ...]:
    """Return the four buttons of a card; none without a secret."""
    app = settings.teams
    if app is None or not app.secret:
        return ()
    until = (now + app.valid_for).replace(microsecond=0)
    found = []
    for button in BUTTONS:
        claim = signed_links.sign(app.secret, Claim(Purpose.TEAMS, button, *about, "", until))
        action: dict[str, Any] = {
            "type": "Action.Submit",
            "title": t(f"press.{button}", language),
            "data": {"claim": claim, "language": language},
        }
        if button in _STYLES:
            action["style"] = _STYLES[button]
        found.append(action)
    return tuple(found)


def sent_by_workflow(app: TeamsCards, authorization: str) -> bool:
    """Whether a request has one of the secrets as its bearer token."""
    scheme, _, given = authorization.partition(" ")
    fitting = [hmac.compare_digest(one.encode(), given.strip().encode()) for one in app.secret.split()]
    return scheme.lower() == "bearer" and any(fitting)


def read_press(body: Mapping[str, Any]) -> Pressed:
    """Return the press of a workflow's body: `data` of the button, and `responder`, as the trigger has them."""
    data, responder = body.get("data"), body.get("responder")
    data = data if isinstance(data, dict) else {}
    responder = responder if isinstance(responder, dict) else {}
    asked = data.get("language")
    return Pressed(
        str(data.get("claim", "")),
        str(responder.get("userPrincipalName", "")),
        "ja" if asked == "ja" else "en" if asked == "en" else None,
    )


def act(
    connection: Connection, settings: Settings, pressed: Pressed, language: Language, now: datetime
) -> Outcome:
    """Record a press. What does not fit changes nothing and says why."""
    app = settings.teams
    claim = signed_links.read(app.secret, pressed.signed, Purpose.TEAMS) if app is not None else None
    if app is None or claim is None:
        log.warning("a button of Teams that no secret signed")
        return Outcome("forged", t("press.forged", language))
    who = app.users.get(pressed.user.casefold(), "")
    if not who:
        log.warning("a press by a Teams user who is no reviewer", user=sanitize_line(pressed.user))
        return Outcome("not-mapped", presses.not_mapped(PLACE, "teams.users", pressed.user, language))
    if now > claim.until:
        day = format_day(reader_day(claim.until, settings.timezone), language)
        return Outcome("late", t("press.late", language, day=day), claim.change_id)
    if not presses.may_review(connection, settings, who):
        return Outcome("not-allowed", t("press.not-allowed", language, who=sanitize_line(who)))
    press = Press(claim.button, claim.change_id, claim.revision, PLACE)
    answer: Answer = presses.record(connection, press, who=who, at=now, settings=settings)
    log.info(
        "pressed", place=PLACE, button=str(claim.button), change=claim.change_id, result=str(answer.result)
    )
    known = "" if answer.result is Result.UNKNOWN else claim.change_id
    return Outcome(str(answer.result), answer.line(language), known)
