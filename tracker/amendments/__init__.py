"""Reads amendatory instructions of Federal Register rules: which units a rule changes."""
