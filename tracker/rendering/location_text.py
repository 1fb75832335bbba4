"""Renders the location of a quote, and the provisions that a date applies to, in the reader's words."""

from __future__ import annotations

from tracker.i18n import label, t
from tracker.locations import NAMED_HERE, split_locations
from tracker.model import Change, Language, LegalDate, Status
from tracker.sanitize import sanitize_line


def date_note(note: str, by: str, language: Language) -> str:
    """Return which document set a date (`by`, `90 FR 50857`) and what the date applies to (`note`): `instruction 5`,
    `delayed`, a citation path, or the document's own words.
    """
    parts_shown = [t("legal-status.by", language, by=sanitize_line(by))] if by else []
    parts_shown += [location_label(part, language) for part in split_locations(sanitize_line(note))]
    return ("、" if language == "ja" else ", ").join(parts_shown)


def timed(entry: LegalDate) -> str:
    """Return the time of day of a date with its zone, in the official words. Empty where the text gives none."""
    return sanitize_line(" ".join(part for part in (entry.time, entry.zone) if part))


def status_where(status: Status, change: Change) -> str:
    """Return the location of the words that give a status. Older records do not have it; for these, return
    whose words they are.
    """
    return status.where or status.by or change.citation or change.document_number or ""


def place_name(name: str, language: Language) -> str:
    """Return the name of a section of a redline as it is printed; in the reader's words where the source prints none."""
    return location_label(name, language) if name in NAMED_HERE else sanitize_line(name)


def location_label(where: str, language: Language) -> str:
    """Return the location of a quote in the reader's words: `要旨`, `DATES`, or the citation path itself."""
    known = label("where", sanitize_line(where), language)
    if known != sanitize_line(where):
        return known
    # Imported here: the rules cost 0.1 s to load, and most pages quote nothing.
    from tracker.classification import where_label

    return sanitize_line(where_label(where).get(language))
