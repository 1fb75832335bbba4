"""Reconciliation: compares what the sources list with what is stored, and fills the gaps."""
