"""Formats text for a terminal: columns that align although Japanese characters are two cells wide, and rich
renderings as text.

Rich costs 0.1 s to import, so commands that answer at once do not use it.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Sequence
from io import StringIO
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import RenderableType

NARROWEST = 80
WIDEST = 120  # of rich output: longer lines are hard to read


def columns() -> int | None:
    """Return the width of the terminal in cells; None where output goes to a file or a pipe."""
    if not sys.stdout.isatty():
        return None
    return max(shutil.get_terminal_size().columns, NARROWEST)


def cells(text: str) -> int:
    """Return how many cells the text takes: Japanese characters take two, combining marks none."""
    if text.isascii():
        return len(text)
    from rich.cells import cell_len  # 7 ms, without the rest of rich

    return cell_len(text)


def fitted(text: str, width: int) -> str:
    """Return the text in exactly `width` cells: padded, or cut with an ellipsis."""
    taken = cells(text)
    if taken <= width:
        return text + " " * (width - taken)
    kept = ""
    room = width - 1
    for character in text:
        room -= cells(character)
        if room < 0:
            break
        kept += character
    return kept + "…" + " " * (width - 1 - cells(kept))


def aligned(rows: Sequence[Sequence[str]], *, gap: int = 2) -> list[str]:
    """Return rows with aligned columns; the last column is cut at the width of the terminal."""
    if not rows:
        return []
    widths = [max(cells(row[place]) for row in rows) for place in range(len(rows[0]) - 1)]
    room = columns()
    rest = None if room is None else max(room - sum(widths) - gap * len(widths), 20)
    lines = []
    for row in rows:
        head = [fitted(word, width) for word, width in zip(row, widths, strict=False)]
        last = row[-1] if rest is None else fitted(row[-1], rest)
        lines.append((" " * gap).join([*head, last]).rstrip())
    return lines


def drawn(*parts: RenderableType) -> str:
    """Return rich renderables as text, in color where standard output is a terminal."""
    from rich.console import Console

    out = StringIO()
    console = Console(
        file=out,
        force_terminal=sys.stdout.isatty(),
        width=min(columns() or WIDEST, WIDEST),
        highlight=False,
        emoji=False,
        markup=False,
    )
    for part in parts:
        console.print(part)
    return "\n".join(text.rstrip() for text in out.getvalue().splitlines())
