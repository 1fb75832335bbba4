"""One alert in every form that a place may want it in, and the pieces that the forms share."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, TypeVar

from tracker.model import Level
from tracker.notifications.recipient_list import Roster
from tracker.rendering.alert_message import LabeledFact, Message

T = TypeVar("T")

SIGNS = {
    Level.CRITICAL: "🔴",
    Level.HIGH: "🟠",
    Level.MEDIUM: "🟡",
    Level.LOW: "🔵",
    Level.NONE: "⚪",
}

# Words that call out everybody in Slack, Teams, Discord, Telegram, Mattermost or LINE.
_CALL = re.compile(r"(?<![\w@])@(?=(?:everyone|here|channel|all|team|online)\b)", re.IGNORECASE)
_TAG = re.compile(r"<(?=[!@#])")


@dataclass(frozen=True, slots=True)
class EmailMessage:
    """A whole page for places that take one (mail, files) in place of the short message: the weekly digest.
    `html` empty: text alone. `files` are name, media type and bytes, attached to a mail. `series` names the
    mailing list that mail programs sort it by."""

    text: str
    html: str = ""
    files: tuple[tuple[str, str, bytes], ...] = ()
    series: str = "digest"


@dataclass(frozen=True, slots=True)
class OutboundMessage:
    """What a channel is given. `record` is the change as JSON; `key` is the delivery's idempotency
    key; `thread` names what later alerts about the same thing are kept together by, `handle` is what
    the channel itself called that thread, empty where this is its first message. `files` as in a letter.
    `roster` says which of the channel's recipients it is for."""

    message: Message
    record: dict[str, Any]
    key: str
    thread: str
    handle: str = ""
    letter: EmailMessage | None = None
    files: tuple[tuple[str, str, bytes], ...] = ()
    roster: Roster = field(default_factory=Roster, compare=False)


def defuse_mentions(text: str) -> str:
    """Text in which nothing calls anybody: `@everyone` and `<!channel>` stay readable and do nothing."""
    return _TAG.sub("‹", _CALL.sub("＠", text))


def headline(message: Message) -> str:
    """`🔴 緊急・規制強化 [更新]`."""
    marks = "".join(f" {mark}" if mark.startswith("(") else f" [{mark}]" for mark in message.marks)
    return f"{SIGNS[message.level]} {message.badge}{marks}"


def plain(message: Message) -> str:
    """The alert as plain text: mail's second half, the file channel, and every place without a form of
    its own."""
    lines = [text for text in (message.what, message.title, message.detail) if text]
    if message.points:
        lines += ["", *(spoken_summary(point) for point in message.points)]
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
            lines += ["", *(spoken_summary(fact) for fact in facts)]
    lines += ["", message.notice]
    return defuse_mentions("\n".join(lines)).strip()


def _marked(kind: str, words: str) -> str:
    """As `tracker diff` prints it: `[-gone-]`, `{+come+}`."""
    if kind == "equal":
        return words
    return with_border(words, "[-", "-]") if kind == "delete" else with_border(words, "{+", "+}")


def with_border(words: str, start: str, end: str) -> str:
    """Words between two marks, the spaces at their edges outside of them."""
    bare = words.strip()
    return words.replace(bare, f"{start}{bare}{end}", 1)


def spoken_summary(fact: LabeledFact) -> str:
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
    """The items in order, in runs of at most `count` that weigh at most `weight` together. An item
    that is heavier stands alone."""
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
