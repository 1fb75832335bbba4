"""Commands import no more than they need: each heavy library costs every start."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
import soupsieve

from tracker.config import validators

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
        (
            "tracker.rendering.status_report",
            (
                "sqlalchemy",
                "sqlmodel",
                "lxml",
                "bs4",
                "httpx2",
                "apscheduler",
                "tracker.parsing.volatile_content",
                *HEAVY,
            ),
        ),
        (
            "tracker.scheduler.poll_cycle",
            ("bs4", "rich", "apscheduler", "tracker.stories.story_index", *HEAVY),
        ),
    ],
)
def test_a_command_imports_no_heavy_module_before_it_needs_it(module: str, unwanted: tuple[str, ...]) -> None:
    code = f"import json, sys, {module}; print(json.dumps(sorted(sys.modules)))"
    loaded = set(
        json.loads(subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout)
    )
    assert module in loaded
    assert loaded.isdisjoint(unwanted), loaded.intersection(unwanted)


PLAIN = ("main", ".usa-content", "#content", "div#content.main.wide-2", "article.a_b")


@pytest.mark.parametrize("text", [*PLAIN, "main > p", "div:not(.x)", "[role=main]"])
def test_a_selector_is_read_as_css(text: str) -> None:
    assert soupsieve.compile(validators.selector(text)).pattern == text


@pytest.mark.parametrize("text", ["main >", ".", "a..b", "#", "1main", "a#1", "main,"])
def test_what_is_no_selector_is_a_mistake(text: str) -> None:
    with pytest.raises(ValueError, match="is not a CSS selector"):
        validators.selector(text)


def test_a_plain_selector_needs_no_library() -> None:
    code = f"import sys; from tracker.config import validators; list(map(validators.selector, {PLAIN!r})); sys.exit('soupsieve' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
