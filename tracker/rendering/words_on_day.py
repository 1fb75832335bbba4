"""The headline and the summary of a record as they read on a day: they were written when the document was read, and a stay,
an end or a delay may have come since."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from tracker.model import Change, LocalizedText
from tracker.model.corrections import leading
from tracker.rendering.moved_dates import with_present_days
from tracker.wording import words_on


def worded_on(change: Change, today: date) -> Change:
    """Return the record with its headline and summary as they read on a day, so that they do not contradict the status
    shown beside them; the same object where nothing differs. What a document itself stays is another document. A gist that a
    person wrote stays as it is."""
    change = _with_present_days(change)
    tagging = change.tagging
    own = {change.document_number, change.citation, change.order} - {None}
    status = tuple(one for one in tagging.status if not (one.state == "stayed" and one.by in own))
    if not status:
        return change

    by_hand = _by_hand(change)

    def on(text: LocalizedText) -> LocalizedText:
        ja = text.ja if by_hand else words_on(text.ja, status, today, "ja")
        return LocalizedText(ja, words_on(text.en, status, today, "en"))

    headline, summary = on(tagging.headline), on(tagging.summary)
    if headline == tagging.headline and summary == tagging.summary:
        return change
    return replace(change, tagging=replace(tagging, headline=headline, summary=summary))


def _with_present_days(change: Change) -> Change:
    headline = change.tagging.headline
    ja = headline.ja if _by_hand(change) else with_present_days(headline.ja, change, "ja")
    moved = LocalizedText(ja, with_present_days(headline.en, change, "en"))
    return change if moved == headline else replace(change, tagging=replace(change.tagging, headline=moved))


def _by_hand(change: Change) -> bool:
    """Whether a person wrote the gist in Japanese."""
    corrected = leading(change.corrections)
    return corrected is not None and corrected.fields.gist_ja is not None
