"""Makes demo.svg from what `tracker demo --once` really prints: `.venv/bin/python docs/images/demo.py`."""

from __future__ import annotations

import html
import os
import re
import subprocess
import sys
from pathlib import Path

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

WIDTH = 118
FIRST, DAYS = "2025-09-02", 6  # the first day that is shown, and how many days
CHARACTER = 12.2  # how wide Rich draws a column
HERE = Path(__file__).parent


def _measured(found: re.Match[str]) -> str:
    """Rich counts characters where it should count columns, and squeezes Japanese."""
    width = CHARACTER * cell_len(html.unescape(found[2]))
    return f'textLength="{width:g}"{found[1]}>{found[2]}<'


def main() -> None:
    tracker = Path(sys.executable).with_name("tracker")
    done = subprocess.run(  # noqa: S603 - our own program
        [tracker, "demo", "--once"],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "COLUMNS": str(WIDTH), "FORCE_COLOR": "1"},
    )
    days = done.stdout.strip().split("\n\n")
    start = next(number for number, day in enumerate(days) if FIRST in day.partition("\n")[0])
    summary = next(day for day in days if "What the demo did" in day)
    lines = "\n\n".join(["…", *days[start : start + DAYS], "…", summary.rstrip()]).splitlines()
    with Path("/dev/null").open("w") as nowhere:
        console = Console(record=True, width=WIDTH, file=nowhere)
        console.print("[bold green]$[/] make demo ARGS=--once", highlight=False)
        for line in lines:
            console.print(Text.from_ansi(line), overflow="crop", no_wrap=True, highlight=False)
    picture = console.export_svg(title="tracker", unique_id="demo")
    # Pictures fetch nothing: the reader's own monospaced font is used.
    picture = re.sub(r'textLength="[\d.]+"([^>]*)>([^<]*)<', _measured, picture)
    picture = re.sub(r"@font-face \{.*?\}", "", picture, flags=re.DOTALL)
    (HERE / "demo.svg").write_text(picture, "utf-8")


if __name__ == "__main__":
    main()
