"""Makes demo.svg from what `tracker demo --once` really prints: `.venv/bin/python docs/images/demo.py`."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from rich.console import Console
from rich.text import Text

WIDTH = 118
LINES = 48
HERE = Path(__file__).parent


def main() -> None:
    tracker = Path(sys.executable).with_name("tracker")
    done = subprocess.run(  # noqa: S603 - our own program
        [tracker, "demo", "--once"],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "COLUMNS": str(WIDTH)},
    )
    lines = done.stdout.rstrip().splitlines()
    shown = lines[:LINES] + (["…"] if len(lines) > LINES else [])
    with Path("/dev/null").open("w") as nowhere:
        console = Console(record=True, width=WIDTH, file=nowhere)
        console.print("[bold green]$[/] make demo ARGS=--once", highlight=False)
        for line in shown:
            console.print(Text.from_ansi(line), overflow="crop", no_wrap=True, highlight=False)
    picture = console.export_svg(title="tracker", unique_id="demo")
    # Pictures fetch nothing: the reader's own monospaced font is used.
    picture = re.sub(r"@font-face \{.*?\}", "", picture, flags=re.DOTALL)
    (HERE / "demo.svg").write_text(picture, "utf-8")


if __name__ == "__main__":
    main()
