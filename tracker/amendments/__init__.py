"""Amendatory instructions of Federal Register rules: which units a rule orders changed."""
