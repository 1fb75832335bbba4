"""A digest as channels take it: whole in a mail or a file, in short with a link where space is short."""

from __future__ import annotations

from typing import Any

from tracker.digest.markdown import markdown
from tracker.digest.rendering import pdf, render_email
from tracker.digest.text import build_view
from tracker.digest.view_model import DigestRow, DigestView
from tracker.digest.week import ActionItem, Week
from tracker.model import Language, Level
from tracker.notifications.formats import EmailMessage, OutboundMessage
from tracker.rendering.alert_message import LabeledFact, Message
from tracker.serialization import format_instant

SHOWN = 5  # actions in the short form


def digest_message(
    week: Week, language: Language, key: str, *, form: str = "html", repeated: bool = False
) -> OutboundMessage:
    """The week for one channel. `form`: html, md, pdf. Raises UsageError where a PDF cannot be made."""
    if form == "md":
        told, html = build_view(week, language, repeated=repeated), ""
    else:
        told, html = render_email(week, language, repeated=repeated)
    files = ((f"tracker-{told.name}-{language}.pdf", "application/pdf", pdf(told)),) if form == "pdf" else ()
    thread = f"digest-{week.profile}" if week.profile else "digest"
    return OutboundMessage(
        message=message(told),
        record=as_json(week, told),
        key=key,
        thread=thread,
        letter=EmailMessage(markdown(told), html, files),
    )


def message(told: DigestView) -> Message:
    """What a chat shows: the three sentences, what needs action, the way to the rest."""
    actions = [
        row
        for section in told.sections
        if section.id == "actions"
        for group in section.groups
        for row in group.rows
    ]
    warning = (LabeledFact("⚠", told.warning, strong=True),) if told.warning else ()
    return Message(
        id=f"digest-{told.name}",
        language=told.language,
        level=Level.NONE,
        direction=None,
        marks=told.marks,
        badge=told.title,
        subject=told.subject,
        what=told.sentences[0],
        title="",
        detail=" ".join(told.sentences[1:]),
        points=(*warning, *(_point(row) for row in actions[:SHOWN])),
        quotes=(),
        facts=(),
        links=(LabeledFact(told.viewer_says, told.viewer),) if told.viewer else (),
        notice=told.notice,
    )


def _point(row: DigestRow) -> LabeledFact:
    when = f"{row.when} {row.left}" if row.left else row.when
    return LabeledFact(when, f"[{row.badge}] {row.head}", row.soon)


def as_json(week: Week, told: DigestView) -> dict[str, Any]:
    """For programs: what the page says, with the ids of the changes, which `/api/changes` has whole."""
    return {
        "digest": week.period.name,
        "from": format_instant(week.period.start),
        "to": format_instant(week.period.end),
        "profile": week.profile or None,
        "sentences": list(told.sentences),
        "warning": told.warning or None,
        "levels": {str(level): count for level, _, count in told.counts},
        "changes": [item.change.id for item in week.items],
        "actions": [_action(action) for action in week.actions],
        "sources": {source.id: source.state for source in week.sources},
    }


def _action(action: ActionItem) -> dict[str, Any]:
    return {
        "change": action.item.change.id,
        "level": str(action.item.level),
        "in_force": action.in_force,
        "type": action.date.type if action.date else None,
        "date": action.date.date.isoformat() if action.date else None,
        "assignee": action.assignee or None,
    }
