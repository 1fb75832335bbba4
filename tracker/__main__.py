"""Runs the command line: `python -m tracker` equals `tracker`."""

from tracker.cli import main

main()
