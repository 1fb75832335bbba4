"""Sends one message to the recipients of a channel that do not have it yet: a copy labeled as a possible repetition to
those that may have it, an unlabeled copy to the others."""

from __future__ import annotations

from collections.abc import Callable, Iterable, MutableMapping
from dataclasses import replace

from tracker.config.models import Channel
from tracker.notifications import recipient_list
from tracker.notifications.delivery_result import DeliveryResult, combine_results
from tracker.notifications.formats import OutboundMessage
from tracker.notifications.recipient_list import Roster
from tracker.notifications.secret_rotation import reload_secrets
from tracker.storage.deliveries import ONLY, Recipient

Send = Callable[[Channel, OutboundMessage], DeliveryResult]
ALL_HAVE_IT = "every recipient has it already"


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
    """Sends the copies and returns the combined result. `make` builds the message with or without the label. `known` and
    `blocked` as in `Delivery`. `rotated` keeps secrets that are newer than the settings; `rosters` shows the progress to
    other threads.

    Where a recipient refuses the message for good and a secret file of the channel has changed, it is sent once more
    with the new secret before the refusal counts."""
    states = {recipient.name: recipient for recipient in known}
    rosters = [] if rosters is None else rosters
    rotated = {} if rotated is None else rotated
    current = rotated.get(channel, channel)
    found = []
    for labeled in recipient_list.copies_needed(states, repeated):
        parcel = make(labeled)
        roster = Roster(states, blocked, labeled, repeated)
        rosters.append(roster)
        answer = _sent(current, parcel, send, roster)
        newer = reload_secrets(channel) if roster.refused() else None
        if newer is not None and newer != current:
            rotated[channel] = current = newer
            again = roster.without_refused()
            rosters.append(again)
            answer = _sent(current, parcel, send, again)
        if roster.answers:
            found.append(answer)
    if found:
        return combine_results(found)
    if any(entry.deferred for entry in rosters):
        return DeliveryResult(False, recipient_list.WAITS)
    return DeliveryResult(True, ALL_HAVE_IT)


def _sent(channel: Channel, parcel: OutboundMessage, send: Send, roster: Roster) -> DeliveryResult:
    answer = send(channel, replace(parcel, roster=roster))
    # A channel without separate recipients, or a url that cannot be used.
    if not roster.seen and roster.wants():
        roster.note(ONLY, answer)
    return answer
