"""Buttons, links and commands in Slack, Teams and mail: what a person presses there becomes an entry of the review log."""
