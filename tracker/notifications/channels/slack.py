"""Slack: alerts as blocks, and the plugin that sends them. Source words are escaped, and `verbatim` keeps Slack from making links and
mentions out of them (https://docs.slack.dev/reference/block-kit/composition-objects/text-object)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from apprise.plugins.slack import NotifySlack, SlackMode

from tracker.interactions.slack import button_block
from tracker.notifications.channels.base import TrackerPlugin, answer_to_part, combine_answers
from tracker.notifications.delivery_result import DeliveryResult
from tracker.notifications.formats import SIGNS, batches, defuse_mentions, headline, pieces, plain
from tracker.notifications.http_post import send_request
from tracker.rendering.alert_message import ChangedPassage, LabeledFact, Message
from tracker.sanitize import sanitize_line
from tracker.storage.deliveries import ONLY

# Slack's own limits: 50 blocks a message, 3,000 characters a text, 150 a header.
BLOCKS = 45
TEXT = 2800
HEADER = 150
WEIGHT = 30_000
FIELDS = 10  # of a section
FIELD = 160  # characters of a value in a field; Slack takes 2,000
_RUNS = {"delete": "strike", "insert": "bold"}

# `*word*`, `_word_`, `~word~` and `` `word` `` are markup where they touch a word. A zero-width space after the sign
# disables it; the asterisks of omitted text (* * *) need none.
_MARKUP = re.compile(r"(?<![^\W_])([*_~`])(?=\S)")
_TORN_ENTITY = re.compile(r"&[a-z]{0,3}$")

# Transient errors of chat.postMessage, which come with status 200 (https://docs.slack.dev/reference/methods).
_TRANSIENT_ERRORS = frozenset(
    {"ratelimited", "rate_limited", "internal_error", "fatal_error", "service_unavailable", "request_timeout"}
)


class SlackPlugin(TrackerPlugin, NotifySlack):  # type: ignore[misc]
    """`slack://` by webhook, bot or workflow."""

    def send(self, *_: Any, **__: Any) -> bool:
        if self.is_workflow:
            # A workflow reads the variables that it declares; Apprise's convention is `text`.
            base = self.workflow_url if self.mode == SlackMode.WORKFLOW else self.workflow_trigger_url
            url = f"{base}/{'/'.join(self.workflow_path)}"
            message = self.parcel.message
            self.answer = send_request(self, "POST", url, {"text": f"{headline(message)}\n{plain(message)}"})
        else:
            begun = threads(self.parcel.handle)
            answers: dict[str, DeliveryResult] = {}
            for target in dict.fromkeys(self.channels):
                name = target or ONLY
                if self.parcel.roster.wants(name):
                    answers[name] = self._send_to(target, begun.get(name, ""))
                    self.parcel.roster.note(name, answers[name])
            first = {name: answer.handle for name, answer in answers.items()}
            self.answer = replace(combine_answers(answers), handle=handle_of({**first, **begun}))
        return self.answer.ok

    @property
    def is_workflow(self) -> bool:
        return self.mode in {SlackMode.WORKFLOW, SlackMode.WORKFLOW_TRIGGER}

    def _send_to(self, target: str | None, begun: str) -> DeliveryResult:
        """Sends the messages of one channel into the thread of the story. After a failure the remaining parts are not
        sent. Only a bot receives the id of its message, so only a bot can reply in a thread."""
        place: dict[str, str] = {"username": self.user} if self.user else {}
        if target is not None:
            name, _, thread = target.partition(":")
            place["channel"] = name[1:] if name[0] == "+" else name if name[0] in "#@" else f"#{name}"
            if thread or begun:
                place["thread_ts"] = thread or begun
        answer = DeliveryResult(False, "nothing to send", transient=False)
        handle = begun
        for number, body in enumerate(payloads(self.parcel.message, self.parcel.buttons)):
            answer = answer_to_part(self._post({**body, **place}), number)
            if not answer.ok:
                break
            handle = handle or answer.handle
            if handle and "thread_ts" not in place:
                place["thread_ts"] = handle  # later parts of a long message go into the thread of the first
        return replace(answer, handle=handle)

    def _post(self, body: dict[str, Any]) -> DeliveryResult:
        if self.mode != SlackMode.BOT:
            base = self.webhook_gov_url if self.mode == SlackMode.WEBHOOK_GOV else self.webhook_url
            return send_request(self, "POST", f"{base}/{self.token_a}/{self.token_b}/{self.token_c}", body)
        return send_request(
            self,
            "POST",
            self.api_url.format("chat.postMessage"),
            body,
            headers={"Authorization": f"Bearer {self.access_token}"},
            interpret=bot_answer,
        )


def escape(text: str) -> str:
    """Source text for `mrkdwn`: no mention, link or emphasis of its own."""
    entities = defuse_mentions(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _MARKUP.sub("\\1\u200b", entities)


def payloads(message: Message, buttons: tuple[str, int] | None = None) -> list[dict[str, Any]]:
    """The request bodies to post in order: one, unless the text exceeds Slack's limits. The last one has the buttons."""
    blocks = _blocks(message)
    if buttons:
        blocks.append(button_block(*buttons, message.language))
    runs = batches(blocks, _weigh, weight=WEIGHT, count=BLOCKS)
    return [
        {
            # The text of notifications and screen readers.
            "text": escape(f"{headline(message)} {message.what}")[:TEXT],
            "blocks": run,
            "unfurl_links": False,
            "unfurl_media": False,
        }
        for run in runs
    ]


def bot_answer(answer: DeliveryResult, body: str) -> DeliveryResult:
    """The result of a Web API call: the status is always 200, and the body has `ok` and `error`."""
    if not answer.ok:
        return answer
    try:
        reply = json.loads(body)
    except ValueError:
        reply = None
    if not isinstance(reply, dict) or not isinstance(reply.get("ok"), bool):
        return replace(answer, ok=False, uncertain=True)
    if reply["ok"]:
        return replace(answer, text="200 ok", handle=sanitize_line(str(reply.get("ts", ""))))
    error = sanitize_line(str(reply.get("error", "unknown error")))
    return DeliveryResult(False, f"200 {error}", transient=error in _TRANSIENT_ERRORS)


def threads(handle: str) -> dict[str, str]:
    """The first message of the thread in each channel of the workspace, from the handle that `handle_of` made."""
    return dict(pair.rpartition("=")[::2] for pair in handle.split(" ") if "=" in pair)


def handle_of(first: dict[str, str]) -> str:
    """`alerts=1700000000.000100 legal=...`: channels have no spaces in their names."""
    return " ".join(f"{channel}={ts}" for channel, ts in first.items() if ts)


def _blocks(message: Message) -> list[dict[str, Any]]:
    blocks: list[dict[str, Any]] = [
        {"type": "header", "text": {"type": "plain_text", "text": headline(message)[:HEADER], "emoji": True}}
    ]
    # Bold text that is split would show its asterisks, so only text that fits is bold.
    what = escape(message.what)
    top = f"*{what}*" if len(what) < TEXT else what
    blocks += _sections("\n".join([top, *(escape(text) for text in (message.title, message.detail) if text)]))
    blocks += _points(message)
    for passage in message.passages:
        blocks += _redline(passage)
    for entry in message.entries:
        head = f"{SIGNS[entry.level]} *{escape(entry.badge)}* {escape(entry.what)}"
        link = _link(LabeledFact(entry.id, entry.link)) if entry.link else escape(entry.id)
        blocks += _sections("\n".join(text for text in (head, escape(entry.note), link) if text))
    for quote in message.quotes:
        blocks += _sections(f">“{escape(quote.text)}”\n>— {escape(quote.source)}")
    blocks += _sections("  ".join(_link(fact) for fact in message.links))
    small = " · ".join(f"{escape(fact.label)}: {escape(fact.value)}" for fact in message.facts)
    for text in (small, escape(message.notice)):
        blocks += [{"type": "context", "elements": [_mrkdwn(piece)]} for piece in _cut(text)]
    return blocks


def preview_blocks(message: Message) -> list[dict[str, Any]]:
    """The alert as the preview of a link: what changed and its facts."""
    top = f"{escape(headline(message))}\n*{escape(message.what)}*"
    return [*_sections(top), *_points(message)][:BLOCKS]


def _points(message: Message) -> list[dict[str, Any]]:
    """The facts: short ones as fields in two columns, and the long ones below them as text."""
    fields = [
        _mrkdwn(f"*{escape(point.label)}*\n{_value(point)}") for point in message.points if _is_short(point)
    ]
    blocks = [
        {"type": "section", "fields": fields[first : first + FIELDS]}
        for first in range(0, len(fields), FIELDS)
    ]
    for point in message.points:
        if not _is_short(point):
            blocks += _sections(f"*{escape(point.label)}* {_value(point)}")
    return blocks


def _is_short(point: LabeledFact) -> bool:
    return len(point.value) <= FIELD


def _value(point: LabeledFact) -> str:
    value = escape(point.value)
    return f"*{value}*" if point.strong else value


def _redline(passage: ChangedPassage) -> list[dict[str, Any]]:
    """A changed place: deleted words struck through, inserted words bold. Words of rich text are never read as markup."""
    runs = [
        {
            "type": "text",
            "text": defuse_mentions(words),
            **({"style": {_RUNS[kind]: True}} if kind in _RUNS else {}),
        }
        for kind, words in passage.runs
    ]
    elements: list[dict[str, Any]] = [{"type": "rich_text_quote", "elements": runs}]
    if passage.path:
        name = {"type": "text", "text": defuse_mentions(passage.path), "style": {"italic": True}}
        elements.insert(0, {"type": "rich_text_section", "elements": [name]})
    return [{"type": "rich_text", "elements": elements}]


def _sections(text: str) -> list[dict[str, Any]]:
    return [{"type": "section", "text": _mrkdwn(piece)} for piece in _cut(text)]


def _cut(text: str) -> Iterator[str]:
    """The text in pieces within Slack's limit; no piece ends inside an entity such as `&lt;`."""
    carried = ""
    for piece in pieces(text, TEXT - 8):
        whole = carried + piece
        carried = ""
        if (torn := _TORN_ENTITY.search(whole)) and piece is not text:
            whole, carried = whole[: torn.start()], torn.group()
        if whole:
            yield whole
    if carried:
        yield carried


def _mrkdwn(text: str) -> dict[str, Any]:
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def _link(fact: LabeledFact) -> str:
    address = fact.value.replace("&", "&amp;").replace("|", "%7C")
    return f"<{address}|{escape(fact.label)}>"


def _weigh(block: dict[str, Any]) -> int:
    return len(json.dumps(block, ensure_ascii=False))
