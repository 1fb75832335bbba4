"""Buttons and commands in Slack: what a person presses there becomes an entry of the review log."""
