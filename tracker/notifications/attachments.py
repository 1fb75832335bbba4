"""Attaches the redline of a changed text to an email as a Word file, or a link where the file is too large."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from tracker.i18n import t
from tracker.logs import Logger
from tracker.model import Change, Language, Operation
from tracker.notifications.formats import OutboundMessage
from tracker.rendering.alert_message import LabeledFact, Message
from tracker.rendering.deadlines import change_url

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
# Limits: what mail servers accept (base64 included), and what is rendered within a second or two.
MAX_BYTES = 5_000_000
MAX_OPERATIONS = 1_500

Rendered = Callable[[Change, Language], bytes]

log = Logger()


def attach(
    parcel: OutboundMessage,
    change: Change,
    operations: Sequence[Operation],
    viewer_url: str,
    render: Rendered,
) -> OutboundMessage:
    """The message with the redline attached, or with a link where the file is too large or rendering fails (the alert is
    sent anyway). Unchanged where there are no operations."""
    if not operations:
        return parcel
    language = parcel.message.language
    file = b""
    if len(operations) <= MAX_OPERATIONS:
        try:
            file = render(change, language)
        except Exception:
            log.exception("rendering a Word redline failed", change=change.id)
    if not file or len(file) > MAX_BYTES:
        return replace(parcel, message=_linked(parcel.message, change.id, viewer_url))
    return replace(parcel, files=((file_name(change.id), WORD, file),))


def combine_attachments(parcels: Sequence[OutboundMessage]) -> tuple[tuple[str, str, bytes], ...]:
    """The attachments of several alerts for one email, up to the size limit. Each alert also has its page in the viewer."""
    files, size = [], 0
    for file in (file for parcel in parcels for file in parcel.files):
        if size + len(file[2]) <= MAX_BYTES:
            files.append(file)
            size += len(file[2])
    return tuple(files)


def file_name(change_id: str) -> str:
    return f"redline-{re.sub(r'[^A-Za-z0-9_-]', '-', change_id)}.docx"


def _linked(message: Message, change_id: str, viewer_url: str) -> Message:
    link = LabeledFact(
        t("message.word", message.language), f"{change_url(viewer_url, change_id)}/redline.docx"
    )
    return replace(message, links=(*message.links, link))
