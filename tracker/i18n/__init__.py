"""Japanese and English catalogues, and dates as each language writes them."""

from tracker.i18n.calendar import day, moment, stamp
from tracker.i18n.catalogue import catalogue, label, t

__all__ = ["catalogue", "day", "label", "moment", "stamp", "t"]
