"""Where figures go: a block of `docs/benchmarks.md` between two markers, with the command that made it."""

from __future__ import annotations

import os
import platform
from datetime import UTC, datetime
from pathlib import Path

PAGE = Path(__file__).parents[1] / "docs" / "benchmarks.md"


def table(head: list[str], rows: list[list[str]]) -> str:
    """A Markdown table; the first column is text, the others are figures."""
    lines = [f"| {' | '.join(head)} |", f"| --- |{' ---: |' * (len(head) - 1)}"]
    lines += [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join(lines)


def machine() -> str:
    """What the figures were measured on, without naming the machine."""
    day = datetime.now(UTC).date().isoformat()
    return f"{os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}, {day}"


def write(name: str, text: str, *, command: str, page: Path = PAGE) -> None:
    """Replace the block `name` of the page by `text`; a new block is appended.

    A block begins with `<!-- bench: NAME -->` and ends with `<!-- end: NAME -->`. Everything else in
    the page is left alone.
    """
    start, end = f"<!-- bench: {name} -->", f"<!-- end: {name} -->"
    block = f"{start}\n\n{text.strip()}\n\nMade with `{command}` ({machine()}).\n\n{end}"
    old = page.read_text("utf-8") if page.exists() else "# Benchmarks\n"
    before, found, rest = old.partition(start)
    if found:
        _, closed, after = rest.partition(end)
        if not closed:
            raise ValueError(f"{page}: the block {name} is not closed with {end}")
        new = before + block + after
    else:
        new = f"{old.rstrip()}\n\n{block}\n"
    page.write_text(new, "utf-8")
