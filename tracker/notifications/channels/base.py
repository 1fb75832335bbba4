"""The base class of the channels' Apprise plugins, and how answers of recipients and of message parts combine.

Apprise reads a channel's URL. The plugins replace its `send`, because Apprise drops the target's answer (status,
Retry-After, cause of a broken connection) and shortens or converts the message.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from tracker.config.models import Channel
from tracker.notifications.delivery_result import DeliveryResult, combine_results
from tracker.notifications.formats import OutboundMessage

# The result of a channel none of whose recipients this copy is for.
NO_RECIPIENT = DeliveryResult(False, "no recipient", transient=False)


class TrackerPlugin:
    """Base class of the plugins: the message to send, the channel, and the target's answer after `send`."""

    parcel: OutboundMessage
    channel: Channel
    answer: DeliveryResult | None = None


def combine_answers(answers: Mapping[str, DeliveryResult]) -> DeliveryResult:
    """The result of a channel from the answers of its recipients; `NO_RECIPIENT` where there are none."""
    return combine_results(list(answers.values())) if answers else NO_RECIPIENT


def answer_to_part(answer: DeliveryResult, number: int) -> DeliveryResult:
    """The answer to part `number` (from 0) of a long message. A failure after the first part is uncertain: the retry
    is labeled as a possible repetition, because earlier parts arrived."""
    return answer if answer.ok or number == 0 else replace(answer, uncertain=True)
