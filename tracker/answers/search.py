"""A search over the changes and the words of all stored versions, as JSON: `/api/search`, `tracker search`, `/tracker` in Slack."""

from __future__ import annotations

from typing import Any

from tracker.answers.texts import text_sources
from tracker.config.models import Settings
from tracker.search.answers import answer_to_json, search
from tracker.search.index import SearchIndex
from tracker.storage.read_queries import StoreReader


def found_everywhere(
    reader: StoreReader, finder: SearchIndex, settings: Settings, words: str, limit: int
) -> dict[str, Any]:
    """Return the best changes and passages for a question, and near questions where there are none."""
    return answer_to_json(search(reader, finder, words, text_sources(settings), limit))
