"""The card of a change in its present state, which a workflow puts in place of the one whose button was pressed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from tracker.config.models import Settings
from tracker.i18n import format_day, label
from tracker.interactions import teams
from tracker.model import Language
from tracker.notifications.channels.teams import card
from tracker.rendering.alert_message import LabeledFact, build_message
from tracker.sanitize import sanitize_line
from tracker.storage import changes, corrections, reviews
from tracker.storage.reviews import ReviewState, review_state


def current_card(
    connection: Connection, settings: Settings, change_id: str, language: Language, now: datetime
) -> dict[str, Any] | None:
    """Return the card of a change, its review first; None where it is not stored. A decided change has no buttons."""
    stored = changes.get(connection, change_id)
    if stored is None:
        return None
    change = corrections.with_leading(connection, stored)
    message = build_message(
        change,
        language,
        now=now,
        timezone=settings.timezone,
        viewer_url=settings.viewer_url,
        update=change.revision > 1,
    )
    state = review_state(reviews.of_change(connection, change_id), change.revision)
    about = (change.id, change.revision)
    actions = () if state.decision else teams.card_actions(settings, about, language, now)
    return card(message, actions, _lines(state, language))


def _lines(state: ReviewState, language: Language) -> tuple[LabeledFact, ...]:
    due = format_day(state.due, language) if state.due else ""
    decision = (
        f"{label('web.decision', state.decision, language)} ({state.decided_by})" if state.decision else ""
    )
    offered = (
        (label("web.did", "acknowledge", language), state.acknowledged_by),
        (label("web.did", "assign", language), state.assignee),
        (label("web.did", "due", language), due),
        (label("web.did", "decide", language), decision),
    )
    return tuple(LabeledFact(name, sanitize_line(value), strong=True) for name, value in offered if value)
