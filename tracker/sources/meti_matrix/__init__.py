"""The source kind for METI's matrix of controlled goods and technologies, with the ECCN that it gives for reference."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tracker.config import validators
from tracker.config.keys import STRING, Key
from tracker.config.source_kinds import SourceKind

FILE = "file:"


def _place(value: Any) -> str:
    """Return an address, or `file:` with a whole path. Raises ValueError."""
    text = validators.non_empty(value)
    if not text.startswith(FILE):
        return validators.address(text)
    if not Path(text.removeprefix(FILE)).is_absolute():
        raise ValueError(f"{text!r} is not a whole path; write file:/srv/tracker/kamotsu_matrix.xlsx")
    return text


KIND = SourceKind(
    name="meti-matrix",
    keys={
        "url": Key(
            _place,
            STRING,
            "the page that links to the spreadsheets, one of them, or file:/PATH of one that was given by hand",
            required=True,
        )
    },
    adapter="tracker.sources.meti_matrix.adapter",
    texts=True,
)
