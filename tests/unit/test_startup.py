"""Commands import no more than they need: each heavy library costs every start."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

HEAVY = (
    "structlog",
    "apprise",
    "tracker.classification",
    "tracker.legal_status.effect_reader",
    "tracker.parsing.dispatch",
)


@pytest.mark.parametrize(
    ("module", "unwanted"),
    [
        ("tracker.cli.app", ("sqlalchemy", "sqlmodel", "lxml", "bs4", "httpx2", "rich", *HEAVY)),
        ("tracker.rendering.status_report", ("sqlalchemy", "sqlmodel", "lxml", "bs4", "httpx2", *HEAVY)),
        ("tracker.scheduler.poll_cycle", ("bs4", "rich", "tracker.stories.story_index", *HEAVY)),
    ],
)
def test_a_command_imports_no_heavy_module_before_it_needs_it(module: str, unwanted: tuple[str, ...]) -> None:
    code = f"import json, sys, {module}; print(json.dumps(sorted(sys.modules)))"
    loaded = set(
        json.loads(subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout)
    )
    assert module in loaded
    assert loaded.isdisjoint(unwanted), loaded.intersection(unwanted)
