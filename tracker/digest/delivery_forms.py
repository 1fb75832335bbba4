"""The digest as an outbound message: complete in emails and files, a summary with a link in chats."""

from __future__ import annotations

from typing import Any

from tracker.digest.markdown import markdown
from tracker.digest.rendering import pdf, render_email
from tracker.digest.text import build_view
from tracker.digest.view_model import DigestRow, DigestView
from tracker.digest.week import ActionItem, Week
from tracker.model import Language, Level
from tracker.notifications.formats import EmailMessage, OutboundMessage
from tracker.notifications.webhook_events import DIGEST
from tracker.rendering.alert_message import LabeledFact, Message
from tracker.serialization import format_instant

SHOWN = 5  # actions in the summary


def digest_message(
    week: Week, language: Language, key: str, *, form: str = "html", repeated: bool = False
) -> OutboundMessage:
    """The digest for one channel. `form`: html, md, pdf. Raises UsageError where the PDF extra is not installed."""
    if form == "md":
        view, html = build_view(week, language, repeated=repeated), ""
    else:
        view, html = render_email(week, language, repeated=repeated)
    files = ((f"tracker-{view.name}-{language}.pdf", "application/pdf", pdf(view)),) if form == "pdf" else ()
    thread = f"digest-{week.profile}" if week.profile else "digest"
    return OutboundMessage(
        message=message(view),
        record=as_json(week, view),
        key=key,
        thread=thread,
        letter=EmailMessage(markdown(view), html, files),
        event=DIGEST,
        at=week.period.end,
    )


def message(view: DigestView) -> Message:
    """The summary for chats: the three sentences, the actions, and a link to the digest."""
    actions = [
        row
        for section in view.sections
        if section.id == "actions"
        for group in section.groups
        for row in group.rows
    ]
    warning = (LabeledFact("⚠", view.warning, strong=True),) if view.warning else ()
    return Message(
        id=f"digest-{view.name}",
        language=view.language,
        level=Level.NONE,
        direction=None,
        marks=view.marks,
        badge=view.title,
        subject=view.subject,
        what=view.sentences[0],
        title="",
        detail=" ".join(view.sentences[1:]),
        points=(*warning, *(_point(row) for row in actions[:SHOWN])),
        quotes=(),
        facts=(),
        links=(LabeledFact(view.viewer_says, view.viewer),) if view.viewer else (),
        notice=view.notice,
    )


def _point(row: DigestRow) -> LabeledFact:
    when = f"{row.when} {row.left}" if row.left else row.when
    status = f" – {row.ribbons[0]}" if row.ribbons else ""
    return LabeledFact(when, f"[{row.badge}] {row.head}{status}", row.soon)


def as_json(week: Week, view: DigestView) -> dict[str, Any]:
    """The digest as JSON, with the ids of its changes; `/api/changes` has the full records."""
    return {
        "digest": week.period.name,
        "from": format_instant(week.period.start),
        "to": format_instant(week.period.end),
        "profile": week.profile or None,
        "sentences": list(view.sentences),
        "warning": view.warning or None,
        "levels": {str(level): count for level, _, count in view.counts},
        "changes": [change.id for item in week.items for change in (item.change, *item.records)],
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
