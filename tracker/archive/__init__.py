"""Copies and moves the stored data: an online backup, a portable archive, and evidence folders for single changes."""
