"""Finds raised and lowered words in a text, which the parsers write as `10^(-x)` and `V_(max)` where Unicode has no sign."""

from __future__ import annotations

import re
from typing import Literal

Script = Literal["", "sup", "sub"]

_SCRIPT = re.compile(r"([\^_])\(([^()]{1,80})\)")


def script_runs(text: str) -> tuple[tuple[Script, str], ...]:
    """Return the text in runs: plain, raised or lowered; raised and lowered ones without their marks."""
    if "^(" not in text and "_(" not in text:
        return (("", text),) if text else ()
    runs: list[tuple[Script, str]] = []
    end = 0
    for found in _SCRIPT.finditer(text):
        if found.start() > end:
            runs.append(("", text[end : found.start()]))
        runs.append(("sup" if found[1] == "^" else "sub", found[2]))
        end = found.end()
    if end < len(text):
        runs.append(("", text[end:]))
    return tuple(runs)
