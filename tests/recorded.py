"""Recorded public data outside of the repository: found through TRACKER_RECORDED or at ../shared/data."""

from __future__ import annotations

import lzma
import os
from pathlib import Path

import pytest

ROOT = Path(os.environ.get("TRACKER_RECORDED") or Path(__file__).parents[2] / "shared" / "data")


def recorded(name: str) -> bytes:
    """The bytes of a recorded file, decompressed; skips the test, in one line, where there is none."""
    path = ROOT / name
    if not path.exists():
        pytest.skip(f"no recorded data at {ROOT} (set TRACKER_RECORDED)")
    data = path.read_bytes()
    return lzma.decompress(data) if path.suffix == ".xz" else data
