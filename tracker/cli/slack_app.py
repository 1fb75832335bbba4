"""Socket Mode beside the daemon, where the settings have the app's token."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from tracker.config.models import Settings
from tracker.interactions.service import FOUND, SlackService
from tracker.interactions.socket_mode import SLACK, SocketMode
from tracker.storage.database import Store


def socket_mode(
    settings: Callable[[], Settings],
    store: Store,
    state: Path,
    now: Callable[[], Any],
    *,
    base_url: str = SLACK,
) -> SocketMode | None:
    """Return the connection, started; None where the settings have no token. A token that changes needs a restart. Raises UsageError
    where the extra is not installed."""
    app = settings().slack
    if app is None or not app.app_token:
        return None
    from tracker.answers.search import found_everywhere
    from tracker.notifications.slack_answers import answer_press, change_preview, send_previews
    from tracker.search.index import SearchIndex
    from tracker.storage.read_queries import open_reader

    finder = SearchIndex(store)

    def search(words: str) -> dict[str, Any]:
        with open_reader(state) as reader:
            return found_everywhere(reader, finder, settings(), words, FOUND)

    def preview(change_id: str) -> list[dict[str, Any]] | None:
        with store.read() as connection:
            return change_preview(connection, settings(), change_id, now())

    def service() -> SlackService | None:
        current = settings()
        return SlackService(current, store, now, search, preview) if current.slack else None

    connection = SocketMode(app.app_token, service, answer_press, send_previews, base_url=base_url)
    connection.start()
    return connection
