"""The command line. Commands are thin, and each imports its own slow modules."""

from __future__ import annotations

import sys


def main() -> None:
    """Run `tracker` and return the exit code: 0 done, 1 something needs attention, 2 wrong use or invalid
    settings.
    """
    from tracker.cli.terminal import keep_hangup

    if sys.argv[1:2] == ["run"]:
        keep_hangup()
    from tracker.cli.app import run

    sys.exit(run())


__all__ = ["main"]
