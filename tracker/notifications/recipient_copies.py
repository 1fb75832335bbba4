"""Sends one message to those recipients of a channel that do not have it yet: a copy that says that it may be a repetition
to those that may have it, and one that does not to the others."""

from __future__ import annotations

from collections.abc import Callable, Iterable, MutableMapping
from dataclasses import replace

from tracker.config.models import Channel
from tracker.notifications import recipient_list
from tracker.notifications.delivery_result import DeliveryResult, combine_results
from tracker.notifications.formats import OutboundMessage
from tracker.notifications.recipient_list import Roster
from tracker.notifications.secret_rotation import reread
from tracker.recipients import ONLY, Recipient

Send = Callable[[Channel, OutboundMessage], DeliveryResult]
EVERYBODY_HAS_IT = "every recipient has it already"


def send_copies(
    channel: Channel,
    make: Callable[[bool], OutboundMessage],
    send: Send,
    *,
    known: Iterable[Recipient] = (),
    blocked: frozenset[str] = frozenset(),
    repeated: bool = False,
    rotated: MutableMapping[Channel, Channel] | None = None,
    rosters: list[Roster] | None = None,
) -> DeliveryResult:
    """The answer as a whole. `make` gives the message, with the label or without. `known` and `blocked` as in `Delivery`.
    `rotated` keeps secrets that were found newer than the settings; `rosters` shows other threads how far it got.

    Where somebody refuses the message for good and a file of the channel's secrets says something new, it is sent once
    more with that before the refusal counts."""
    states = {recipient.name: recipient for recipient in known}
    rosters = [] if rosters is None else rosters
    rotated = {} if rotated is None else rotated
    current = rotated.get(channel, channel)
    found = []
    for labeled in recipient_list.copies(states, repeated):
        parcel = make(labeled)
        mine = Roster(states, blocked, labeled, repeated)
        rosters.append(mine)
        answer = _sent(current, parcel, send, mine)
        newer = reread(channel) if mine.refused() else None
        if newer is not None and newer != current:
            rotated[channel] = current = newer
            again = mine.without_refused()
            rosters.append(again)
            answer = _sent(current, parcel, send, again)
        if mine.answers:
            found.append(answer)
    if found:
        return combine_results(found)
    if any(entry.deferred for entry in rosters):
        return DeliveryResult(False, recipient_list.WAITS)
    return DeliveryResult(True, EVERYBODY_HAS_IT)


def _sent(channel: Channel, parcel: OutboundMessage, send: Send, mine: Roster) -> DeliveryResult:
    answer = send(channel, replace(parcel, roster=mine))
    # A place that is its only recipient, or a url that cannot be used.
    if not mine.seen and mine.wants():
        mine.note(ONLY, answer)
    return answer
