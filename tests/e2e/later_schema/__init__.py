"""A schema after the newest one, for the upgrade drills: what this program would do with one more migration."""

from __future__ import annotations

from pathlib import Path

import pytest

from tracker.storage import schema_version
from tracker.storage.migrations import run

LATER = "later"


def install(patch: pytest.MonkeyPatch) -> None:
    """Makes the test-only migration the newest one of this process."""
    patch.setattr(run, "FOLDERS", [*run.FOLDERS, Path(__file__).parent / "versions"])
    patch.setattr(schema_version, "HEAD", LATER)
