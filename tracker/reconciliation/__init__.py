"""Reconciliation: what the sources say there is, beside what is stored."""
