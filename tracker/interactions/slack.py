"""Slack's side: the buttons of a message, what Slack sends when one is pressed, and the answers.

Shapes: docs.slack.dev, "block_actions payload", "Slash commands", "Handling user interaction"; the signature is checked by slack-sdk
(extra `slack`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from tracker.errors import UsageError
from tracker.i18n import label, t
from tracker.interactions.presses import BUTTONS, Answer, Button, Press, Result
from tracker.model import Language
from tracker.sanitize import sanitize_line

BLOCK = "tracker-buttons"
_PREFIX = "tracker-"
WORDS = 300  # characters of a headline or passage
_STYLES = {Button.ACKNOWLEDGE: "primary"}
# Where Slack's answers are taken: the only host of a `response_url`.
RESPONSE_HOST = "https://hooks.slack.com/"


@dataclass(frozen=True, slots=True)
class Pressed:
    """One press as Slack reports it. `blocks` are those of the message; `answer_to` is its `response_url`."""

    press: Press
    user: str
    blocks: tuple[Mapping[str, Any], ...]
    text: str
    answer_to: str


def button_block(change_id: str, revision: int, language: Language) -> dict[str, Any]:
    """Return the block with the four buttons."""
    elements = []
    for button in BUTTONS:
        text = {"type": "plain_text", "text": t(f"press.{button}", language)}
        element: dict[str, Any] = {
            "type": "button",
            "text": text,
            "action_id": f"{_PREFIX}{button}",
            "value": f"{change_id}:{revision}",
        }
        if button in _STYLES:
            element["style"] = _STYLES[button]
        elements.append(element)
    return {"type": "actions", "block_id": BLOCK, "elements": elements}


def read_press(payload: Mapping[str, Any]) -> Pressed | None:
    """Return the press of a `block_actions` payload; None for one that is not ours."""
    actions = payload.get("actions")
    if payload.get("type") != "block_actions" or not isinstance(actions, list) or len(actions) != 1:
        return None
    action = actions[0]
    if not isinstance(action, dict) or not str(action.get("action_id", "")).startswith(_PREFIX):
        return None
    name = str(action["action_id"]).removeprefix(_PREFIX)
    change_id, _, revision = str(action.get("value", "")).rpartition(":")
    if name not in BUTTONS or not revision.isascii() or not revision.isdecimal():
        return None
    message, user = payload.get("message"), payload.get("user")
    message = message if isinstance(message, dict) else {}
    user = user if isinstance(user, dict) else {}
    blocks = message.get("blocks")
    return Pressed(
        Press(Button(name), change_id, int(revision), "Slack"),
        str(user.get("id", "")),
        tuple(block for block in blocks if isinstance(block, dict)) if isinstance(blocks, list) else (),
        str(message.get("text", "")),
        str(payload.get("response_url", "")),
    )


def changed_message(pressed: Pressed, answer: Answer, language: Language) -> dict[str, Any]:
    """Return the message in its new state: what was done is a line above the buttons, which stay until the change is decided. A
    press that did nothing is answered to its person alone."""
    if answer.result is not Result.RECORDED:
        return private(answer.line(language))
    line = {
        "type": "context",
        "elements": [{"type": "plain_text", "text": f"✓ {answer.line(language)}", "emoji": True}],
    }
    blocks: list[Mapping[str, Any]] = []
    for block in pressed.blocks:
        if block.get("block_id") != BLOCK:
            blocks.append(block)
            continue
        blocks.append(line)
        if answer.button is not Button.NOT_RELEVANT:
            blocks.append(block)
    return {"replace_original": True, "text": pressed.text, "blocks": blocks}


def private(text: str) -> dict[str, Any]:
    """Return an answer that only the person sees."""
    return {"response_type": "ephemeral", "replace_original": False, "text": text}


def command_answer(
    found: Mapping[str, Any], asked: str, language: Language, viewer_url: str
) -> dict[str, Any]:
    """Return the answer of `/tracker WORDS` from that of a search: changes, then passages of the texts, each with its link. Rich
    text needs no escaping: its words are never read as markup."""
    rows = [
        [_link(f"{viewer_url}/changes/{record['id']}", _headline(record, language))]
        for record in found["changes"]["records"]
    ]
    rows += [
        [
            _link(f"{viewer_url}/law/search?q={quote(asked)}", one["path"]),
            _words(f": {str(one['source_text'])[:WORDS]}"),
        ]
        for one in found["texts"]["passages"]
    ]
    if not rows:
        near = [one["query"] for one in (*found["changes"]["near"], *found["texts"]["near"])]
        told = [
            t("press.nothing", language),
            *([f"{t('web.did-you-mean', language)} {', '.join(near)}"] if near else []),
        ]
        rows = [[_words(" ".join(told))]]
    sections = [{"type": "rich_text_section", "elements": row} for row in rows]
    listed = {"type": "rich_text_list", "style": "bullet", "elements": sections}
    return {
        **private(t("press.found", language, words=asked)),
        "blocks": [{"type": "rich_text", "elements": [listed]}],
    }


def _link(url: str, text: str) -> dict[str, Any]:
    return {"type": "link", "url": url, "text": sanitize_line(text)[:WORDS]}


def _words(text: str) -> dict[str, Any]:
    return {"type": "text", "text": sanitize_line(text)}


def _headline(record: Mapping[str, Any], language: Language) -> str:
    words = (record.get("headline") or {}).get(language) or record["title"]
    return f"[{label('level', record['level'], language)}] {words}"


def verify(secret: str, body: bytes, headers: Mapping[str, str]) -> bool:
    """Whether Slack signed these bytes with the secret within the last five minutes. Raises UsageError without the extra."""
    try:
        from slack_sdk.signature import SignatureVerifier
    except ImportError as error:
        raise UsageError("[slack] needs the extra slack", cure="pip install tracker[slack]") from error
    return SignatureVerifier(secret).is_valid_request(body, dict(headers))


def payload_of(text: str) -> Mapping[str, Any]:
    """Return the JSON object of the form field `payload`; an empty one for anything else."""
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
