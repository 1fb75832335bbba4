"""The channel `spool:///FOLDER`: each alert is a JSON file, written whole or not at all. The same delivery is the same file."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from apprise import NotifyBase

from tracker.notifications.channels.base import TrackerPlugin
from tracker.notifications.channels.webhook import body
from tracker.notifications.delivery_result import DeliveryResult


class SpoolPlugin(TrackerPlugin, NotifyBase):  # type: ignore[misc]
    """An Apprise plugin that is also a plugin of tracker, so that it gets the whole message and reports its own result."""

    service_name = "Spool"
    protocol = "spool"
    templates = ("{schema}://{path}",)

    def __init__(self, folder: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.folder = Path(folder)

    def url(self, *_: Any, **__: Any) -> str:
        return f"{self.protocol}://{self.folder}"

    @staticmethod
    def parse_url(url: str) -> dict[str, Any] | None:
        scheme, _, folder = url.partition("://")
        return {"schema": scheme, "folder": folder} if folder.startswith("/") else None

    def send(self, *_: Any, **__: Any) -> bool:
        name = hashlib.sha256(self.parcel.key.encode()).hexdigest()[:16]
        target = self.folder / f"{name}.json"
        try:
            partial = target.with_suffix(".part")
            partial.write_text(json.dumps(body(self.parcel), ensure_ascii=False), "utf-8")
            partial.replace(target)
        except OSError as error:
            self.answer = DeliveryResult(False, f"cannot be written: {error.strerror}")
            return False
        self.answer = DeliveryResult(True, target.name)
        return True
