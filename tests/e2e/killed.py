"""python -m tests.e2e.killed N COMMAND ...: runs a command of tracker and kills it at its Nth statement to the database.

SIGKILL from within, just before the statement: as close to any point as `kill -9` can come. N of 0 counts only, and the
number of statements is the last line of standard error."""

from __future__ import annotations

import os
import signal
import sys
from itertools import count
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import Engine

from tracker.cli import main


def _armed(at: int) -> count[int]:
    statements = count(1)

    def before(*_: Any) -> None:
        if next(statements) == at:
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(Engine, "before_cursor_execute", before)
    event.listen(Engine, "commit", before)
    return statements


if __name__ == "__main__":
    counted = _armed(int(sys.argv.pop(1)))
    try:
        main()
    finally:
        print(next(counted) - 1, file=sys.stderr)
