"""Names the days to which later documents moved the dates of a change, after its summary was written."""

from __future__ import annotations

from tracker.i18n import format_day, label, t
from tracker.model import Change, DateMove, Language
from tracker.sanitize import sanitize_line


def moved_dates(change: Change, language: Language) -> str:
    """Return one sentence per kind of date: `Moved since: Effective June 1, 2026 (91 FR 900).` Empty where none moved.

    Of a date that moved several times, the last day counts. A day that was withdrawn since is left out.
    """
    moves = _last_moves(change)
    sentences = [
        t(
            "moved.date", language, type=label("date", kind, language),
            day=format_day(move.to, language), by=sanitize_line(move.by),
        )
        for kind, move in moves.items()
    ]  # fmt: skip
    return ("" if language == "ja" else " ").join(sentences)


def with_moved_dates(text: str, change: Change, language: Language) -> str:
    """Return a text about the change, followed by the days to which its dates moved."""
    moved = moved_dates(change, language)
    if not moved or not text:
        return text or moved
    return f"{text}{moved}" if language == "ja" else f"{text} {moved}"


def with_present_days(headline: str, change: Change, language: Language) -> str:
    """Return a headline with the days to which its dates moved, where it names a date by its type: `Comments close July 10, 2026`."""
    space = "" if language == "ja" else " "
    for kind, move in _last_moves(change).items():
        named = f"{label('date', kind, language)}{space}"
        for day in change.tagging.dates:
            if day.type == kind and day.superseded and day.moved is not None:
                before = f"{named}{format_day(day.date, language)}"
                headline = headline.replace(before, f"{named}{format_day(move.to, language)}")
    return headline


def _last_moves(change: Change) -> dict[str, DateMove]:
    """The last move of each type of date that holds now."""
    dates = change.tagging.dates
    superseded = {(day.type, day.date) for day in dates if day.superseded}
    moves: dict[str, DateMove] = {}
    for day in dates:
        move = day.moved
        if move is None or (day.type, move.to) in superseded:
            continue
        if day.type not in moves or moves[day.type].to < move.to:
            moves[day.type] = move
    return moves
