"""The command line: thin commands; what is slow to import is imported by the command that needs it."""

from __future__ import annotations

import sys


def main() -> None:
    """Entry point of `tracker`. Exit codes: 0 done, 1 something needs attention, 2 wrong use or bad settings."""
    from tracker.cli.terminal import keep_hangup

    if sys.argv[1:2] == ["run"]:
        keep_hangup()
    from tracker.cli.app import run

    sys.exit(run())


__all__ = ["main"]
