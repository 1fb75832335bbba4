"""Where words stood and what a date holds for, as the reader calls it."""

from __future__ import annotations

from tracker.i18n import label, t
from tracker.model import Change, Language, LegalDate, Status
from tracker.sanitize import sanitize_line


def date_note(note: str, language: Language) -> str:
    """For what a date holds, in the reader's words: `instruction 5`, `by 90 FR 50857`, `delayed`, a citation path,
    or what the document calls it."""
    said = [
        t("standing.by", language, by=part[3:]) if part.startswith("by ") else location_label(part, language)
        for part in sanitize_line(note).split("; ")
        if part
    ]
    return ("、" if language == "ja" else ", ").join(said)


def timed(entry: LegalDate) -> str:
    """The time of day of a date and its zone, in the official words; empty where the text gives none."""
    return sanitize_line(" ".join(part for part in (entry.time, entry.zone) if part))


def status_where(status: Status, change: Change) -> str:
    """Where the words that give a status stood; of records from before that was kept, whose they are."""
    return status.where or status.by or change.citation or change.document_number or ""


def location_label(where: str, language: Language) -> str:
    """Where a quote stood, in the reader's words: `要旨`, `DATES`, or the citation path itself."""
    known = label("where", sanitize_line(where), language)
    if known != sanitize_line(where):
        return known
    # Imported here: the rules cost a tenth of a second, and most of what is shown quotes nothing.
    from tracker.classification import where_label

    return sanitize_line(where_label(where).get(language))
