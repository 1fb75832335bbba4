"""Renders the annotations beside the findings, each marked as what it is: a similarity score or a summary
written by a model.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from tracker.i18n import format_minute, label, t
from tracker.model import Language
from tracker.sanitize import sanitize_line


def annotation_lines(beside: Mapping[str, Any], language: Language, timezone: str) -> dict[str, Any]:
    """Return `resembles` and `model_summary` of `Reader.beside` in words, each None where there is none.

    A summary has a `mark` that names its author, `sentences` (text and quote) and `notes`; without sentences,
    the mark gives the reason.
    """
    like, wrote = beside.get("resembles"), beside.get("model_summary")
    return {
        "resembles": _resembles(like, language) if like else None,
        "model_summary": _summary(wrote, language, timezone) if wrote else None,
    }


def _resembles(like: Mapping[str, Any], language: Language) -> dict[str, str]:
    score = f"{like['score']:.2f}"
    return {
        "heading": t("annotation.resembles", language, topic=label("topic", like["topic"], language)),
        "says": t(
            "annotation.resembles-text", language, reference=sanitize_line(like["reference"]), score=score
        ),
    }


def _summary(wrote: Mapping[str, Any], language: Language, timezone: str) -> dict[str, Any]:
    moment, model = (
        format_minute(datetime.fromisoformat(wrote["at"]), language, timezone),
        sanitize_line(wrote["model"]),
    )
    cause = sanitize_line(label("annotation.reason", wrote["reason"], language))
    notes = []
    match wrote["state"]:
        case "made":
            mark = t("annotation.written", language, model=model, moment=moment)
            notes = [cause] if cause else []
        case "dropped":
            mark = t("annotation.not-shown", language, model=model, moment=moment, reason=cause)
        case _:
            mark = t("annotation.no-answer", language, model=model, moment=moment, reason=cause)
    if wrote["left_out"] and wrote["state"] == "made":
        notes.append(t("annotation.left-out", language, count=wrote["left_out"]))
    return {
        "heading": t("annotation.summary", language),
        "mark": mark,
        "sentences": [
            {"text": sanitize_line(sentence[language]), "quote": sanitize_line(sentence["quote"])}
            for sentence in wrote["sentences"]
        ],
        "notes": notes,
    }
