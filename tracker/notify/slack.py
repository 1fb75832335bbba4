"""An alert as Slack blocks. Source words are escaped, and `verbatim` keeps Slack from making links and
mentions out of them (https://docs.slack.dev/reference/block-kit/composition-objects/text-object)."""

from __future__ import annotations

import json
import re
from typing import Any

from tracker.notify.forms import batches, headline, pieces, uncalled
from tracker.present.message import Fact, Message

# Slack's own limits: 50 blocks a message, 3,000 characters a text, 150 a header.
BLOCKS = 45
TEXT = 2800
HEADER = 150
WEIGHT = 30_000

# `*word*`, `_word_`, `~word~` and `` `word` `` are markup where they touch a word. A zero-width space
# behind the sign keeps it readable and dead; the asterisks of omitted text (* * *) need none.
_MARKUP = re.compile(r"([*_~`])(?=\S)")


def escape(text: str) -> str:
    """Source text for `mrkdwn`: no mention, link or emphasis of its own."""
    entities = uncalled(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _MARKUP.sub("\\1\u200b", entities)


def payloads(message: Message) -> list[dict[str, Any]]:
    """The bodies to post one after the other: one, unless the text passes Slack's limits."""
    runs = batches(_blocks(message), _weigh, weight=WEIGHT, count=BLOCKS)
    return [
        {
            # What notifications and screen readers say.
            "text": escape(f"{headline(message)} {message.what}")[:TEXT],
            "blocks": run,
            "unfurl_links": False,
            "unfurl_media": False,
        }
        for run in runs
    ]


def _blocks(message: Message) -> list[dict[str, Any]]:
    blocks: list[dict[str, Any]] = [
        {"type": "header", "text": {"type": "plain_text", "text": headline(message)[:HEADER], "emoji": True}}
    ]
    # Emphasis that spans a cut would show its asterisks: only what surely fits is bold.
    what = escape(message.what)
    top = f"*{what}*" if len(what) < TEXT else what
    if message.title not in message.what:
        top += f"\n{escape(message.title)}"
    blocks += _sections(top)
    blocks += _sections(
        "\n".join(f"*{escape(point.label)}* {escape(point.value)}" for point in message.points)
    )
    for quote in message.quotes:
        blocks += _sections(f">“{escape(quote.text)}”\n>— {escape(quote.where)}")
    links = [fact for fact in (message.viewer, message.official) if fact is not None]
    blocks += _sections("  ".join(_link(fact) for fact in links))
    small = " · ".join(f"{escape(fact.label)}: {escape(fact.value)}" for fact in message.facts)
    for text in (small, escape(message.notice)):
        blocks += [{"type": "context", "elements": [_mrkdwn(piece)]} for piece in pieces(text, TEXT)]
    return blocks


def _sections(text: str) -> list[dict[str, Any]]:
    return [{"type": "section", "text": _mrkdwn(piece)} for piece in pieces(text, TEXT)]


def _mrkdwn(text: str) -> dict[str, Any]:
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def _link(fact: Fact) -> str:
    address = fact.value.replace("&", "&amp;").replace("|", "%7C")
    return f"<{address}|{escape(fact.label)}>"


def _weigh(block: dict[str, Any]) -> int:
    return len(json.dumps(block, ensure_ascii=False))
