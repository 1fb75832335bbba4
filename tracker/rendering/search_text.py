"""The answer of a search as plain text, for `tracker search`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tracker.i18n import t
from tracker.model import Language
from tracker.rendering.change_text import listing
from tracker.sanitize import sanitize_line


def search_text(found: Mapping[str, Any], language: Language, timezone: str) -> str:
    """Return the answer of `tracker search`: changes, then passages of the stored texts, then near questions."""
    changes, texts = found["changes"], found["texts"]
    lines = [f"{t('web.search-changes', language)}: {changes['total']}"]
    if changes["records"]:
        lines.append(listing(changes["records"], language, timezone))
    lines += ["", f"{t('web.search-passages', language)}: {texts['total']}"]
    lines += [_passage(one) for one in texts["passages"]]
    near = [*changes["near"], *texts["near"]]
    if not changes["records"] and not texts["passages"] and near:
        asked = list(dict.fromkeys(f"{sanitize_line(one['query'])} ({one['count']})" for one in near))
        lines += ["", f"{t('web.search-near', language)}: {', '.join(asked)}"]
    if texts["not_indexed"]:
        lines += ["", t("web.still-reading", language, count=texts["not_indexed"])]
    return "\n".join(lines)


def _passage(one: Mapping[str, Any]) -> str:
    until = one["until_version"] or ""
    words = sanitize_line(str(one["source_text"]))
    return f"{sanitize_line(one['path'])} [{one['from_version']}–{until}]  {words[:200]}"
