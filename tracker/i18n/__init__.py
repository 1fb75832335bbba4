"""The Japanese and English catalogs, and dates as each language writes them."""

from tracker.i18n.calendar import format_day, format_instant, format_minute, format_span, format_timestamp
from tracker.i18n.catalog import catalog, label, t
from tracker.i18n.messages import in_words

__all__ = [
    "catalog",
    "format_day",
    "format_instant",
    "format_minute",
    "format_span",
    "format_timestamp",
    "in_words",
    "label",
    "t",
]
