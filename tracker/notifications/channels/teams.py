"""Teams: alerts as adaptive cards, and the plugin that sends them. Text runs carry no markdown, so source words stay words
(https://adaptivecards.io/explorer/TextRun.html)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from apprise.plugins.workflows import NotifyWorkflows

from tracker.model import Level
from tracker.notifications.channels.base import TrackerPlugin, answer_to_part
from tracker.notifications.formats import SIGNS, batches, defuse_mentions, fact_line, headline, pieces
from tracker.notifications.http_post import send_request
from tracker.rendering.alert_message import LabeledFact, Message

# Teams refuses messages above 28 kB; the envelope takes the rest.
WEIGHT = 20_000
ELEMENTS = 60
PIECE = 4000  # characters; three bytes each in Japanese

# Deleted words are struck through, inserted words bold and underlined: color is not the only sign.
_CHANGED: dict[str, dict[str, Any]] = {
    "delete": {"strikethrough": True, "color": "attention"},
    "insert": {"weight": "bolder", "underline": True, "color": "good"},
}

_STYLES = {
    Level.CRITICAL: "attention",
    Level.HIGH: "warning",
    Level.MEDIUM: "accent",
    Level.LOW: "default",
    Level.NONE: "default",
}


class TeamsPlugin(TrackerPlugin, NotifyWorkflows):  # type: ignore[misc]
    """`workflows://`: Teams by Power Automate."""

    def send(self, *_: Any, **__: Any) -> bool:
        port = f":{self.port}" if self.port else ""
        path = "/powerautomate/automations/direct" if self.power_automate else ""
        if path and self.routing_id:
            path += f"/cu/{self.routing_id}"
        url = f"https://{self.host}{port}{path}/workflows/{self.workflow}/triggers/manual/paths/invoke"
        params = {
            "api-version": self.api_version,
            "sp": "/triggers/manual/run",
            "sv": "1.0",
            "sig": self.signature,
        }
        for number, body in enumerate(payloads(self.parcel.message, self.parcel.card_actions)):
            self.answer = answer_to_part(send_request(self, "POST", url, body, params=params), number)
            if not self.answer.ok:
                return False
        return True


def payloads(message: Message, actions: Sequence[Mapping[str, Any]] = ()) -> list[dict[str, Any]]:
    """The request bodies to post in order: one, unless the text exceeds the limit of Teams. The last one has the buttons."""
    runs = batches(_elements(message), _weigh, weight=WEIGHT, count=ELEMENTS)
    return [_envelope(message, run, actions, last=run is runs[-1]) for run in runs]


def card(
    message: Message, actions: Sequence[Mapping[str, Any]], lines: Sequence[LabeledFact]
) -> dict[str, Any]:
    """The alert as one card, with lines of its review below the headline; what exceeds the limit of Teams is left out."""
    first, *rest = _elements(message)
    reviewed = [_runs(_run(f"✓ {fact_line(line)}", weight="bolder", color="good")) for line in lines]
    (elements, *_) = batches([first, *reviewed, *rest], _weigh, weight=WEIGHT, count=ELEMENTS)
    return _card(message, elements, actions, last=True)


def _card(
    message: Message, elements: list[dict[str, Any]], actions: Sequence[Mapping[str, Any]], *, last: bool
) -> dict[str, Any]:
    found: dict[str, Any] = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "msteams": {"width": "full"},
        "body": elements,
    }
    links = [{"type": "Action.OpenUrl", "title": fact.label, "url": fact.value} for fact in message.links]
    if last and (actions or links):
        found["actions"] = [*actions, *links]
    return found


def _envelope(
    message: Message, elements: list[dict[str, Any]], actions: Sequence[Mapping[str, Any]], *, last: bool
) -> dict[str, Any]:
    content = _card(message, elements, actions, last=last)
    return {
        "type": "message",
        "summary": defuse_mentions(message.subject),
        "attachments": [
            {"contentType": "application/vnd.microsoft.card.adaptive", "contentUrl": None, "content": content}
        ],
    }


def _elements(message: Message) -> list[dict[str, Any]]:
    elements: list[dict[str, Any]] = [
        {
            "type": "Container",
            "style": _STYLES[message.level],
            "bleed": True,
            "items": [_runs(_run(headline(message), weight="bolder", size="medium"))],
        },
        *_texts(message.what, weight="bolder", size="large"),
    ]
    for text in (message.title, message.detail):
        elements += _texts(text)
    for point in message.points:
        first, *rest = pieces(point.value, PIECE)
        weight = "bolder" if point.strong else "default"
        elements.append(_runs(_run(f"{point.label}  ", isSubtle=True), _run(first, weight=weight)))
        elements += [_runs(_run(text, weight=weight)) for text in rest]
    for passage in message.passages:
        if passage.path:
            elements += _texts(passage.path, isSubtle=True)
        elements.append(_runs(*(_run(words, **_CHANGED.get(kind, {})) for kind, words in passage.runs)))
    for entry in message.entries:
        elements += _texts(f"{SIGNS[entry.level]} {entry.badge}", weight="bolder")
        for text in (entry.what, entry.note, f"{entry.link} ({entry.id})"):
            elements += _texts(text)
    elements += [
        {
            "type": "Container",
            "style": "emphasis",
            "items": [*_texts(f"“{quote.text}”", italic=True), *_texts(f"— {quote.source}", isSubtle=True)],
        }
        for quote in message.quotes
    ]
    for text in (*(fact_line(fact) for fact in message.facts), message.notice):
        elements += _texts(text, size="small", isSubtle=True)
    return elements


def _texts(text: str, **style: object) -> list[dict[str, Any]]:
    return [_runs(_run(piece, **style)) for piece in pieces(text, PIECE)]


def _runs(*runs: dict[str, Any]) -> dict[str, Any]:
    return {"type": "RichTextBlock", "inlines": list(runs)}


def _run(text: str, **style: object) -> dict[str, Any]:
    return {"type": "TextRun", "text": defuse_mentions(text), **style}


def _weigh(element: dict[str, Any]) -> int:
    return len(json.dumps(element, ensure_ascii=False).encode())
