"""The weekly digests as resources: `tracker://digest/2026-W47/ja`, and for one profile `tracker://digest/2026-W47/ja/PROFILE`."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from typing import Any, cast

from tracker import digest
from tracker.errors import UsageError
from tracker.mcp.answering import Answers, one_of
from tracker.mcp.sizes import TEXT, head_within
from tracker.model import Language
from tracker.rendering.source_text import source_names
from tracker.sanitize import sanitize

WEEKS = 8  # that are listed; each other week can be read too
ADDRESS = "tracker://digest/{week}/{language}"
ADDRESS_OF_PROFILE = "tracker://digest/{week}/{language}/{profile}"
_CHANGE = re.compile(r"chg_[0-9a-f]{16}")
_TITLES = {"en": "Weekly digest {week}", "ja": "週次ダイジェスト {week}"}


def listed(answers: Answers) -> Iterator[tuple[str, str]]:
    """Yield address and title of the last weeks that are over, the newest first."""
    period = digest.last_week(answers.context.now(), answers.settings.timezone)
    for back in range(WEEKS):
        week = period.shifted(-back).name
        for language in answers.settings.languages:
            yield ADDRESS.format(week=week, language=language), _TITLES[language].format(week=week)


def read(answers: Answers, week: str, language: str, profile: str = "") -> dict[str, Any]:
    """Return the digest of a week as Markdown, with the records that it is about. Raises UsageError."""
    one_of(language, ("ja", "en"), "language")
    settings = answers.settings
    known = [one.id for one in settings.profiles]
    if profile and profile not in known:
        raise UsageError(
            f"no profile has the id {profile[:40]!r}", cure=f"there are: {', '.join(known) or 'none'}"
        )
    try:
        period = digest.read_week(week, settings.timezone)
    except ValueError as error:
        raise UsageError(f"week: {error}") from error
    with answers.answering() as made:
        if period.start > made.now:
            raise UsageError(f"week: {period.name} has not begun")
        loaded = digest.load_week(
            answers.context.state,
            period,
            now=made.now,
            profile=profile,
            viewer_url=settings.viewer_url,
            watched=[source.id for source in settings.sources if source.enabled],
            names=source_names(settings),
            store=answers.context.store,
        )
        whole = sanitize(digest.markdown(digest.build_view(loaded, cast(Language, language))))
        shown = head_within(whole, TEXT)
        if not loaded.over:
            made.leave_open("week-not-over")
        if len(shown) < len(whole):
            made.leave_open("digest-cut", characters_left_out=len(whole) - len(shown))
        made.leave_open_sources()
        made.cite_ids(_CHANGE.findall(shown))
        return made.answer(
            "digest",
            week=period.name,
            language=language,
            sha256=hashlib.sha256(whole.encode()).hexdigest(),
            source_text={"markdown": shown},
        )
