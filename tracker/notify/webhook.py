"""An alert for programs: the record of `docs/records.md` as it is, and beside it what people are told."""

from __future__ import annotations

from typing import Any

from tracker.notify.forms import Parcel, plain


def body(parcel: Parcel) -> dict[str, Any]:
    """The record at the top level; `alert` holds the delivery's key, which is the same when it is
    repeated, the language, the marks, the text that other channels show, and its links."""
    message = parcel.message
    return {
        **parcel.record,
        "alert": {
            "key": parcel.key,
            "language": message.language,
            "marks": list(message.marks),
            "subject": message.subject,
            "text": plain(message),
            "links": [link.value for link in message.links],
        },
    }
