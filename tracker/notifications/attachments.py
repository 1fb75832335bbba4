"""The redline of a changed text as a Word file beside its mail; a link where it is too large for one."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

import structlog

from tracker.i18n import t
from tracker.model import Change, Language, Operation
from tracker.notifications.formats import OutboundMessage
from tracker.rendering.alert_message import LabeledFact, Message
from tracker.rendering.deadlines import change_url

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
# What mail servers let pass beside a letter, base64 included, and what is written within a second or two.
MOST_BYTES = 5_000_000
MOST_OPERATIONS = 1_500

Rendered = Callable[[Change, Language], bytes]

log = structlog.get_logger()


def attach(
    parcel: OutboundMessage,
    change: Change,
    operations: Sequence[Operation],
    viewer_url: str,
    render: Rendered,
) -> OutboundMessage:
    """The parcel with the file; with a link to it where it is too large or cannot be made: that must not cost the
    alert. As it is where nothing was compared."""
    if not operations:
        return parcel
    language = parcel.message.language
    file = b""
    if len(operations) <= MOST_OPERATIONS:
        try:
            file = render(change, language)
        except Exception:
            log.exception("a redline for Word could not be made", change=change.id)
    if not file or len(file) > MOST_BYTES:
        return replace(parcel, message=_linked(parcel.message, change.id, viewer_url))
    return replace(parcel, files=((file_name(change.id), WORD, file),))


def together(parcels: Sequence[OutboundMessage]) -> tuple[tuple[str, str, bytes], ...]:
    """The files of several alerts in one mail, as many as it can carry; each alert has its page in the viewer."""
    files, size = [], 0
    for file in (file for parcel in parcels for file in parcel.files):
        if size + len(file[2]) <= MOST_BYTES:
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
