"""The outbound message of a channel, its plain-text format, and helpers that the channel formats share."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from tracker.model import Level
from tracker.notifications.recipient_list import Roster
from tracker.notifications.webhook_events import CREATED
from tracker.rendering.alert_message import LabeledFact, Message

T = TypeVar("T")

SIGNS = {
    Level.CRITICAL: "🔴",
    Level.HIGH: "🟠",
    Level.MEDIUM: "🟡",
    Level.LOW: "🔵",
    Level.NONE: "⚪",
}

# Words that mention everybody in Slack, Teams, Discord, Telegram, Mattermost or LINE.
_CALL = re.compile(r"(?<![\w@])@(?=(?:everyone|here|channel|all|team|online)\b)", re.IGNORECASE)
_TAG = re.compile(r"<(?=[!@#])")


@dataclass(frozen=True, slots=True)
class EmailMessage:
    """A full document that emails and files carry in place of the short message, such as the weekly digest. `html` empty:
    text only. `files` (name, media type, bytes) are attached to an email. `series` is the name in the List-Id header."""

    text: str
    html: str = ""
    files: tuple[tuple[str, str, bytes], ...] = ()
    series: str = "digest"


@dataclass(frozen=True, slots=True)
class OutboundMessage:
    """A message for a channel. `record` is the change as JSON; `key` is the delivery's idempotency key; `thread` is the
    story that groups later alerts, and `handle` the channel's own id of that thread (empty for its first message).
    `letter` and `files` are for emails and files. `personal` returns the mail of one recipient, by its address, where that one has
    links of its own, and None where it gets the common one. `about`: the change and the revision that a message is about which people answer;
    `card_actions`: the buttons of a card of Teams about it; `buttons`: the same, where the settings have buttons for Slack. `event` is its type for webhooks, and `at` when that event occurred. `roster` has
    the recipients that it is for."""

    message: Message
    record: dict[str, Any]
    key: str
    thread: str
    handle: str = ""
    letter: EmailMessage | None = None
    files: tuple[tuple[str, str, bytes], ...] = ()
    event: str = CREATED
    about: tuple[str, int] | None = None
    card_actions: tuple[dict[str, Any], ...] = ()
    buttons: tuple[str, int] | None = None
    at: datetime | None = None
    personal: Callable[[str], OutboundMessage | None] | None = field(default=None, compare=False)
    roster: Roster = field(default_factory=Roster, compare=False)


def defuse_mentions(text: str) -> str:
    """The text without active mentions: `@everyone` and `<!channel>` stay readable and notify no one."""
    return _TAG.sub("‹", _CALL.sub("＠", text))


def headline(message: Message) -> str:
    """`🔴 緊急・規制強化 [更新]`."""
    marks = "".join(f" {mark}" if mark.startswith("(") else f" [{mark}]" for mark in message.marks)
    return f"{SIGNS[message.level]} {message.badge}{marks}"


def plain(message: Message) -> str:
    """The alert as plain text, for emails, files and channels without a format of their own."""
    lines = [text for text in (message.what, message.title, message.detail) if text]
    if message.points:
        lines += ["", *(fact_line(point) for point in message.points)]
    for passage in message.passages:
        lines += [
            "",
            f"{passage.path}:",
            "".join(_marked(kind, words) for kind, words in passage.runs).strip(),
        ]
    for entry in message.entries:
        lines += ["", f"{SIGNS[entry.level]} [{entry.badge}] {entry.what}"]
        lines += [text for text in (entry.note, f"{entry.link} ({entry.id})".strip()) if text]
    if message.quotes:
        lines.append("")
        lines += [f"> “{quote.text}” — {quote.source}" for quote in message.quotes]
    for facts in (message.links, message.facts):
        if facts:
            lines += ["", *(fact_line(fact) for fact in facts)]
    lines += ["", message.notice]
    return defuse_mentions("\n".join(lines)).strip()


def _marked(kind: str, words: str) -> str:
    """As `tracker diff` prints it: `[-gone-]`, `{+come+}`."""
    if kind == "equal":
        return words
    return with_border(words, "[-", "-]") if kind == "delete" else with_border(words, "{+", "+}")


def with_border(words: str, start: str, end: str) -> str:
    """The words between two marks; spaces at the edges stay outside."""
    bare = words.strip()
    return words.replace(bare, f"{start}{bare}{end}", 1)


def fact_line(fact: LabeledFact) -> str:
    """`効力: 施行中`."""
    return f"{fact.label}: {fact.value}"


def pieces(text: str, limit: int) -> Iterator[str]:
    """The whole text in pieces of at most `limit` characters, cut at line ends or spaces if it can be."""
    while len(text) > limit:
        cut = max(text.rfind("\n", 0, limit), text.rfind(" ", 0, limit))
        if cut < limit // 2:
            cut = limit - 1
        yield text[: cut + 1]
        text = text[cut + 1 :]
    if text:
        yield text


def batches(items: Iterable[T], weigh: Callable[[T], int], *, weight: int, count: int) -> list[list[T]]:
    """The items in order, in batches of at most `count` items and `weight` in total. A heavier item gets a batch of its
    own."""
    runs: list[list[T]] = []
    load = 0
    for item in items:
        own = weigh(item)
        if not runs or len(runs[-1]) >= count or load + own > weight:
            runs.append([])
            load = 0
        runs[-1].append(item)
        load += own
    return runs
