"""Golden files of the demo: records, alerts, digests, redlines, deadlines, deliveries and `verify`, as a user gets them.

`python -m tests.e2e.golden` rewrites them after a change of words that is wanted; review the diff like code. What differs
from run to run (the server's port, the state folder, elapsed seconds) is replaced before the comparison.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from unittest import mock

from tests.shared_state import play_in_order
from tracker.demo import archive_loader

FOLDER = Path(__file__).parent.parent / "golden"
_LAST_EVENING = "TRACKER_NOW"


def outputs(state: Path, played: Path) -> Iterator[tuple[str, str]]:
    """Yields (file name, text) for each golden file, from the state that `play_in_order` made in the folder `played`."""
    evenings = list(archive_loader.evenings(archive_loader.load()))
    os.environ[_LAST_EVENING] = evenings[-1].isoformat()
    try:
        stable = _Stable(state, played)
        yield from ((name, stable(text)) for name, text in _texts(state))
    finally:
        del os.environ[_LAST_EVENING]


def _texts(state: Path) -> Iterator[tuple[str, str]]:
    changes = _tracker(state, "changes", "--level", "none", "--limit", "100000", "--json")
    yield "changes.json", changes
    yield "alerts.txt", (state / "alerts.txt").read_text(encoding="utf-8")
    redlines = {}
    for change in json.loads(changes):
        text = _tracker(state, "diff", change["id"], "--format", "text")
        redlines[change["id"]] = text.splitlines()
    yield "redlines.json", json.dumps(redlines, ensure_ascii=False, indent=1) + "\n"
    for language in ("ja", "en"):
        yield f"digest.{language}.md", _tracker(state, "digest", "--format", "md", "--lang", language)
    # Deadlines of one day are in the order of their change ids, which come from the server's port.
    deadlines = json.loads(_tracker(state, "deadlines", "--format", "json"))
    deadlines.sort(key=lambda deadline: (deadline["date"], deadline["quote"]))
    yield "deadlines.json", json.dumps(deadlines, ensure_ascii=False, indent=1) + "\n"
    yield "deliveries.json", _tracker(state, "deliveries", "--limit", "10000", "--json")
    yield "verify.json", _tracker(state, "verify", "--json")


def _tracker(state: Path, command: str, *arguments: str) -> str:
    from tracker.cli import app

    words = ["tracker", command, *arguments, "--config", str(state / "sources.toml"), "--state", str(state)]
    printed = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True)
    # TRACKER_NOW runs on in real seconds: it starts again with each command.
    started = mock.patch("tracker.clock._started", time.monotonic())
    with started, mock.patch.object(sys, "argv", words), contextlib.redirect_stdout(printed):
        code = app.run()
    text = printed.buffer.getvalue().decode()
    assert code in {0, 1}, f"{words}: {text}"  # `diff` ends with 1 where there is a difference
    return text


class _Stable:
    """Replaces what differs from run to run. A page's change id comes from its address, and the hash of its bytes too, so
    from the server's port: both are numbered in the order in which they appear."""

    def __init__(self, *folders: Path) -> None:
        self._folders = folders
        self._ids: dict[str, str] = {}
        self._stories: dict[str, str] = {}

    def __call__(self, text: str) -> str:
        for folder in self._folders:
            text = text.replace(str(folder.resolve()), "STATE").replace(str(folder), "STATE")
        text = re.sub(r"127\.0\.0\.1:\d+", "127.0.0.1:PORT", text)
        text = re.sub(r'"seconds": [\d.]+', '"seconds": 0', text)
        text = re.sub(r", \d+\.\d s\b", ", 0.0 s", text)
        text = re.sub(r"\bsty_[0-9a-f]{16}\b", self._story, text)
        return re.sub(r"\b(?:chg_[0-9a-f]{16}|[0-9a-f]{64}|[0-9a-f]{12})\b", self._numbered, text)

    def _story(self, match: re.Match[str]) -> str:
        known = self._stories.setdefault(match.group(), str(len(self._stories) + 1))
        return f"sty_{known.zfill(16)}"

    def _numbered(self, match: re.Match[str]) -> str:
        found = match.group()
        prefix = "chg_" if found.startswith("chg_") else ""
        known = self._ids.setdefault(found[: 20 if prefix else 12], str(len(self._ids) + 1))
        return prefix + known.zfill(len(found) - len(prefix))


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        state = Path(folder) / "state"
        play_in_order(state)
        for name, text in outputs(state, state):
            (FOLDER / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
