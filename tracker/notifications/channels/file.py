"""Files: each alert as text, appended to a file."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import apprise

from tracker.notifications.channels.base import TrackerPlugin
from tracker.notifications.delivery_result import DeliveryResult
from tracker.notifications.formats import headline, plain
from tracker.notifications.http_post import failure_cause


class FilePlugin(TrackerPlugin, apprise.NotifyBase):  # type: ignore[misc]
    """`tofile:///var/log/alerts.txt`: appends each alert to a file in one write."""

    service_name = "File"
    protocol = "tofile"
    request_rate_per_sec = 0

    def __init__(self, path: str = "", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.path = Path(path)

    def url(self, *_: Any, **__: Any) -> str:
        return f"tofile://{self.path}"

    @staticmethod
    def parse_url(url: str) -> dict[str, Any] | None:
        results: dict[str, Any] | None = apprise.NotifyBase.parse_url(url, verify_host=False)
        if results:
            results["path"] = apprise.NotifyBase.unquote(url.partition("://")[2].partition("?")[0])
        return results

    def send(self, *_: Any, **__: Any) -> bool:
        message = self.parcel.message
        rule = "-" * 72
        letter = self.parcel.letter
        body = letter.text if letter else f"{headline(message)}\n{plain(message)}"
        entry = f"{rule}\n{body}\n\n".encode()
        try:
            handle = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o640)
            try:
                # One write at the end of the file, so that entries of two processes never mix.
                written = os.write(handle, entry)
                os.fsync(handle)
            finally:
                os.close(handle)
        except OSError as error:
            self.answer = DeliveryResult(False, failure_cause(error))
        else:
            whole = written == len(entry)
            self.answer = DeliveryResult(
                whole, f"{written} of {len(entry)} bytes appended", uncertain=not whole
            )
        return self.answer.ok
