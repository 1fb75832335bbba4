"""What a correction that changes days by their words says, in both languages."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from tracker.i18n import format_day
from tracker.model import LocalizedText
from tracker.wording.facts import DocumentFacts, plain_title, title_ja
from tracker.wording.unread import source_name


def corrected_days_words(
    facts: DocumentFacts, days: Sequence[tuple[date, date]]
) -> tuple[LocalizedText, LocalizedText]:
    """Return the headline and the first sentence: each printed day, and the day that it should read."""
    ja, en = source_name(facts)
    title = plain_title(facts.title)
    changed_ja = "、".join(f"{format_day(old, 'ja')}を{format_day(new, 'ja')}に訂正" for old, new in days)
    changed_en = "; ".join(
        f"{format_day(old, 'en')} corrected to {format_day(new, 'en')}" for old, new in days
    )
    return (
        LocalizedText(
            f"{ja}「{title_ja(title) or title}」:{changed_ja}",
            f"{en[0].upper()}{en[1:]} “{title}”: {changed_en}",
        ),
        LocalizedText(f"{changed_ja}。", f"{changed_en}. "),
    )
