"""A pressed button, recorded in the review log under the name of its reviewer.

A second press changes nothing and says who was first. A press on the message of an earlier revision changes nothing either: the text
has changed since the person read it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from sqlalchemy import Connection, select

from tracker.clock import reader_day
from tracker.config.models import Settings
from tracker.i18n import t
from tracker.model import Language
from tracker.sanitize import sanitize_line
from tracker.storage import accounts, reviews
from tracker.storage.accounts import UserRole
from tracker.storage.reviews import Decision, ReviewAction, ReviewState, review_state
from tracker.storage.schema import CHANGE

SATURDAY = 5


class Button(StrEnum):
    ACKNOWLEDGE = "acknowledge"
    TAKE = "take"  # assigns the change to the person
    NOT_RELEVANT = "not-relevant"  # decides that it does not apply
    LATER = "later"  # sets the next working day as its due day


BUTTONS = tuple(Button)


@dataclass(frozen=True, slots=True)
class Press:
    """`revision` is that of the message; `place` names it in the log, such as Slack."""

    button: Button
    change_id: str
    revision: int
    place: str


class Result(StrEnum):
    RECORDED = "recorded"
    ALREADY = "already"  # an earlier press, or an entry in the viewer, says the same or decides the change
    OUTDATED = "outdated"  # the change has a newer revision
    UNKNOWN = "unknown"  # no such change is stored


@dataclass(frozen=True, slots=True)
class Answer:
    """What a press did. `who` and `day`: of the entry that holds now, where there is one."""

    result: Result
    button: Button
    who: str = ""
    day: date | None = None

    def line(self, language: Language) -> str:
        """Return the answer in one line, without markup."""
        what = t(f"press.{self.button}", language)
        day = self.day.isoformat() if self.day else ""
        if self.result is Result.ALREADY and day:
            return t("press.result-already-due", language, day=day)
        return t(
            f"press.result-{self.result}", language, what=what, who=sanitize_line(self.who), day=day
        ).strip()


def not_mapped(place: str, table: str, user: str, language: Language) -> str:
    """Return the answer to a person whom the settings do not name."""
    return t("press.not-mapped", language, place=place, table=table, user=sanitize_line(user))


def may_review(connection: Connection, settings: Settings, name: str) -> bool:
    """Whether a person may write reviews. Where the viewer has accounts, the person needs one with the role."""
    if settings.access.sign_in not in {"accounts", "oidc"}:
        return True
    account = accounts.get(connection, name)
    return account is not None and account.role.rank >= UserRole.REVIEWER.rank


def may_read(connection: Connection, settings: Settings, name: str) -> bool:
    """Whether a person may read records. Where the viewer has accounts, the person needs one."""
    return settings.access.sign_in not in {"accounts", "oidc"} or accounts.get(connection, name) is not None


def record(connection: Connection, press: Press, *, who: str, at: datetime, settings: Settings) -> Answer:
    """Add the entry of a press to the review log, for the change and the open ones of its story, and return what it did."""
    revision = connection.execute(select(CHANGE.c.revision).where(CHANGE.c.id == press.change_id)).scalar()
    if revision is None:
        return Answer(Result.UNKNOWN, press.button)
    if revision > press.revision:
        return Answer(Result.OUTDATED, press.button)
    state = review_state(reviews.of_change(connection, press.change_id), revision)
    today = reader_day(at, settings.timezone)
    if (earlier := _holds_already(press.button, state, today)) is not None:
        return earlier
    action, value, note = _entry(press, who, today, settings.languages[0])
    reviews.add_to_story(connection, press.change_id, at=at, who=who, action=action, value=value, note=note)
    return Answer(
        Result.RECORDED, press.button, who, next_working_day(today) if press.button is Button.LATER else None
    )


def _holds_already(button: Button, state: ReviewState, today: date) -> Answer | None:
    """The answer of a press that would change nothing, or would overrule what a person decided; None where it is to be recorded."""
    if state.decision:
        return Answer(Result.ALREADY, button, state.decided_by)
    if button is Button.ACKNOWLEDGE and state.acknowledged_by:
        return Answer(Result.ALREADY, button, state.acknowledged_by)
    if button is Button.TAKE and state.assignee:
        return Answer(Result.ALREADY, button, state.assignee)
    if button is Button.LATER and state.due is not None and state.due > today:
        return Answer(Result.ALREADY, button, day=state.due)
    return None


def _entry(press: Press, who: str, today: date, language: Language) -> tuple[ReviewAction, str, str]:
    note = t("press.note", language, place=press.place)
    match press.button:
        case Button.ACKNOWLEDGE:
            return ReviewAction.ACKNOWLEDGE, "", note
        case Button.TAKE:
            return ReviewAction.ASSIGN, who, note
        case Button.NOT_RELEVANT:
            return (
                ReviewAction.DECIDE,
                str(Decision.DOES_NOT_APPLY),
                t("press.no-reason", language, place=press.place),
            )
        case Button.LATER:
            return ReviewAction.DUE, next_working_day(today).isoformat(), note


def next_working_day(day: date) -> date:
    """Return the next day that is no Saturday and no Sunday; holidays are not known."""
    following = day + timedelta(days=1)
    while following.weekday() >= SATURDAY:
        following += timedelta(days=1)
    return following
