"""tracker: watches US export-control, tariff and AI-export law for Japanese firms."""

__version__ = "0.1.0"
