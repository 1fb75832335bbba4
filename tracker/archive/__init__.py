"""Keeping and moving what is stored: an online copy, a portable archive, and the evidence for one change."""
