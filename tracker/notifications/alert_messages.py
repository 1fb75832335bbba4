"""The message of an alert: one change or notice, or a batch of them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from tracker.config.models import Channel, Settings
from tracker.interactions import mail_links, teams
from tracker.model import Change, Language, Notice, Operation
from tracker.notifications import attachments, delivery
from tracker.notifications.attachments import Rendered
from tracker.notifications.channels.webhook import notice_record
from tracker.notifications.delivery import SEND_LIMIT, DeliverReport, DeliveryGate, Send
from tracker.notifications.formats import OutboundMessage
from tracker.notifications.outbox_protocol import OutboxProtocol
from tracker.notifications.webhook_events import BATCH, change_event, notice_event
from tracker.rendering.alert_message import LabeledFact, build_message
from tracker.rendering.excerpt import changed_passages
from tracker.rendering.notice_message import combine_notices, notice_message
from tracker.rendering.source_text import source_names
from tracker.serialization import change_to_json
from tracker.storage.deliveries import Delivery

Lookup = Callable[[str, int], Change | Notice]
Compared = Callable[[str], Sequence[Operation]]
# Kinds of notices about a change that people answer by a button, as they answer the alert itself.
PRESSED = frozenset({"unacknowledged", "review-due"})
Makers = Callable[[Change, Language], Sequence[LabeledFact]]


def deliver_alerts(
    outbox: OutboxProtocol,
    lookup: Lookup,
    settings: Settings,
    now: datetime,
    clock: Callable[[], datetime],
    *,
    gate: DeliveryGate | None = None,
    stop: threading.Event | None = None,
    send: Send = delivery.send_message,
    limit: timedelta = SEND_LIMIT,
    compared: Compared = lambda _: (),
    redline: Rendered | None = None,
    makers: Makers = lambda _change, _language: (),
) -> DeliverReport:
    """Sends the alerts that are due (`delivery.deliver`). `now` is the date of reference in messages. `lookup` returns the
    change or notice of a delivery, `compared` the operations of a change, `redline` their Word file for channels that
    request it, `makers` the documents that made it."""
    compose = AlertMessages(lookup, settings, now, compared, redline, makers)
    return delivery.deliver(outbox, compose, settings, clock, gate=gate, stop=stop, send=send, limit=limit)


@dataclass(frozen=True, slots=True)
class AlertMessages:
    """Composes the messages of alerts. The fields are the arguments of `deliver_alerts`."""

    lookup: Lookup
    settings: Settings
    now: datetime
    compared: Compared
    redline: Rendered | None
    makers: Makers

    def __call__(self, channel: Channel, deliveries: Sequence[Delivery], repeated: bool) -> OutboundMessage:
        """The message of one delivery or of a batch. Raises the error of `lookup`."""
        # A change that was revised while its deliveries were pending is sent once, in its newest revision.
        newest = {delivery.subject_id: replace(delivery, repeated=repeated) for delivery in deliveries}
        parcels = [self._single(channel, delivery) for delivery in newest.values()]
        parcel = parcels[0] if len(parcels) == 1 else self._combine(channel, parcels, deliveries, repeated)
        if parcel.about is not None:
            language = parcel.message.language
            actions = teams.card_actions(self.settings, parcel.about, language, self.now)
            parcel = replace(parcel, card_actions=actions)
        found = self._with_templates(parcel)
        if parcel.about is None or not mail_links.in_use(self.settings):
            return found
        return replace(found, personal=partial(self._personal, parcel, parcel.about))

    def _with_templates(self, parcel: OutboundMessage) -> OutboundMessage:
        if self.settings.templates is None:
            return parcel
        from tracker.notifications import templates  # Jinja is loaded only where templates are used

        return replace(parcel, letter=templates.render_email(self.settings.templates, parcel))

    def _personal(
        self, parcel: OutboundMessage, about: tuple[str, int], address: str
    ) -> OutboundMessage | None:
        """The mail of a reviewer, with links that record under that name; None for any other address."""
        message = parcel.message
        links = mail_links.links(self.settings, about, address, message.language, self.now)
        if not links:
            return None
        note = mail_links.note(self.settings, address, message.language, self.now)
        message = replace(message, links=(*message.links, *links), facts=(note, *message.facts))
        return self._with_templates(replace(parcel, message=message))

    def _single(self, channel: Channel, delivery: Delivery) -> OutboundMessage:
        subject = self.lookup(delivery.subject_id, delivery.revision)
        language = channel.language or self.settings.languages[0]
        if isinstance(subject, Notice):
            change_id = subject.data.get("change")
            about = self.lookup(change_id, 0) if change_id else None
            message = notice_message(
                subject,
                language,
                now=self.now,
                timezone=self.settings.timezone,
                viewer_url=self.settings.viewer_url,
                repeated=delivery.repeated,
                about=about if isinstance(about, Change) else None,
                profile=delivery.profile,
                names=source_names(self.settings),
            )
            record, event = notice_record(subject), notice_event(subject.kind)
            return OutboundMessage(
                message,
                record,
                delivery.key,
                delivery.story,
                delivery.thread,
                event=event,
                at=delivery.queued_at,
                about=self._pressable(about) if subject.kind in PRESSED else None,
                buttons=self._pressable(about) if subject.kind in PRESSED and self.settings.slack else None,
            )
        message = build_message(
            subject,
            language,
            now=self.now,
            timezone=self.settings.timezone,
            viewer_url=self.settings.viewer_url,
            update=delivery.revision > 1,
            repeated=delivery.repeated,
            profile=delivery.profile,
            names=source_names(self.settings),
        )
        operations = self.compared(subject.id)
        points = (*message.points, *self.makers(subject, language))
        message = replace(message, passages=changed_passages(operations), points=points)
        story = delivery.story or subject.document_number or subject.id
        event = change_event(delivery.revision, delivery.cause)
        record = change_to_json(subject)
        parcel = OutboundMessage(
            message, record, delivery.key, story, delivery.thread, event=event, at=delivery.queued_at,
            about=(subject.id, subject.revision),
            buttons=(subject.id, subject.revision) if self.settings.slack else None,
        )  # fmt: skip
        if channel.redline and self.redline is not None:
            parcel = attachments.attach(parcel, subject, operations, self.settings.viewer_url, self.redline)
        return parcel

    @staticmethod
    def _pressable(about: Change | Notice | None) -> tuple[str, int] | None:
        return (about.id, about.revision) if isinstance(about, Change) else None

    def _combine(
        self,
        channel: Channel,
        parcels: Sequence[OutboundMessage],
        deliveries: Sequence[Delivery],
        repeated: bool,
    ) -> OutboundMessage:
        """The batch as one message. Its key is that of the first delivery, so that a repetition has the same key."""
        key = f"batch/{deliveries[0].key}"
        message = combine_notices(
            [parcel.message for parcel in parcels],
            channel.language or self.settings.languages[0],
            key=key,
            viewer_url=self.settings.viewer_url,
            repeated=repeated,
        )
        contents = {
            "id": key,
            "kind": "batch",
            "records": [parcel.record for parcel in parcels],
            "events": [parcel.event for parcel in parcels],
        }
        files = attachments.combine_attachments(parcels)
        at = max((parcel.at for parcel in parcels if parcel.at), default=None)
        return OutboundMessage(message, contents, key, key, files=files, event=BATCH, at=at)
