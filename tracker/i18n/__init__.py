"""Japanese and English catalogues, and dates as each language writes them."""

from tracker.i18n.calendar import format_day, format_instant, format_timestamp
from tracker.i18n.catalogue import catalogue, label, t

__all__ = ["catalogue", "format_day", "format_instant", "format_timestamp", "label", "t"]
