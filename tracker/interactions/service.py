"""What the viewer's routes and Socket Mode do with what Slack sends: who pressed, may they, record, answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tracker.config.models import Settings
from tracker.i18n import t
from tracker.interactions import presses, slack, unfurl
from tracker.interactions.unfurl import Preview
from tracker.logs import Logger
from tracker.storage.database import Store

log = Logger()

PLACE, TABLE = "Slack", "slack.users"

FOUND = 5  # changes and passages in the answer of `/tracker`

Search = Callable[[str], Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class SlackService:
    """`search` answers `/tracker WORDS`, as `/api/search` does; `preview` returns the blocks of a change."""

    settings: Settings
    store: Store
    now: Callable[[], datetime]
    search: Search
    preview: Preview

    def action(self, payload: Mapping[str, Any]) -> tuple[str, dict[str, Any]] | None:
        """Record a press. Return the address and the body of the answer; None for what is not ours."""
        pressed = slack.read_press(payload)
        if pressed is None:
            return None
        language = self.settings.languages[0]
        assert self.settings.slack is not None
        who = self.settings.slack.users.get(pressed.user, "")
        if not who:
            log.warning("a press by a Slack user who is no reviewer", user=pressed.user)
            return pressed.answer_to, slack.private(presses.not_mapped(PLACE, TABLE, pressed.user, language))
        with self.store.write() as connection:
            if not presses.may_review(connection, self.settings, who):
                return pressed.answer_to, slack.private(t("press.not-allowed", language, who=who))
            answer = presses.record(connection, pressed.press, who=who, at=self.now(), settings=self.settings)
        log.info(
            "pressed",
            button=str(pressed.press.button),
            change=pressed.press.change_id,
            result=str(answer.result),
        )
        return pressed.answer_to, slack.changed_message(pressed, answer, language)

    def command(self, fields: Mapping[str, str]) -> dict[str, Any]:
        """Answer `/tracker WORDS`, for mapped users only: the answer is from the firm's own records."""
        language = self.settings.languages[0]
        assert self.settings.slack is not None
        user, asked = fields.get("user_id", ""), fields.get("text", "").strip()[:200]
        if not self.settings.slack.users.get(user):
            return slack.private(presses.not_mapped(PLACE, TABLE, user, language))
        if not asked:
            return slack.private(t("press.usage", language))
        return slack.command_answer(self.search(asked), asked, language, self.settings.viewer_url)

    def event(self, payload: Mapping[str, Any]) -> tuple[str, dict[str, Any]] | None:
        """Return the bot's token and the body of `chat.unfurl` for posted links; None where no preview is due."""
        shared = unfurl.read_shared(payload)
        if shared is None or self.settings.slack is None:
            return None
        with self.store.read() as connection:
            body = unfurl.answer(connection, self.settings, shared, self.preview)
        return (self.settings.slack.bot_token, body) if body is not None else None
