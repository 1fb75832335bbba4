"""Adds the PDF files of a page to its document, as units below `Annexes › NAME` after the units of the page."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace

from tracker.errors import ParseError
from tracker.locations import ANNEXES, ANNEXES_OF_PAGE
from tracker.model import Document, Fetched, Unit, UnitKind
from tracker.parsing.gpo_xml import shorten
from tracker.parsing.unit_builder import SEPARATOR
from tracker.text import fold_space

NOT_READ = "annex not read:"  # how a note on such an annex begins


def with_annexes(document: Document, fetched: Fetched) -> Document:
    """Return `document` with the text of the page's annexes, in the order of the page's links. An unreadable
    file is identified by its hash, so that another file in its place is a change, and named in `notes`.
    """
    parts = {part.key: part for part in fetched.attachments}
    keys = [key for key in fetched.meta.get(ANNEXES, "").split("\n") if key in parts]
    units = list(document.units)
    notes = list(document.notes)
    for name, part in places([parts[key] for key in keys]).items():
        read, note = _units(name, part)
        units.extend(read)
        notes.extend(note)
    return replace(document, units=tuple(units), notes=tuple(notes))


def places(parts: Sequence[Fetched]) -> dict[str, Fetched]:
    """Return the path of each annex: `Annexes › ANNEX I`, by the words of its link."""
    found: dict[str, Fetched] = {}
    for part in parts:
        words = fold_space(part.meta.get("link_text", "")) or part.answer.url
        path = base = f"{ANNEXES_OF_PAGE}{SEPARATOR}{shorten(words, 80)}"
        number = 1
        while path in found:
            number += 1
            path = f"{base} [{number}]"
        found[path] = part
    return found


def _units(path: str, part: Fetched) -> tuple[list[Unit], list[str]]:
    from tracker.parsing.pdf import read_pdf  # loads a shared library

    heading = Unit(path, UnitKind.HEADING, path.partition(SEPARATOR)[2], 0)
    try:
        pdf = read_pdf(part.answer.body, part.key)
    except ParseError as error:
        digest = _in_groups(hashlib.sha256(part.answer.body).hexdigest())
        text = f"This PDF holds no text that can be read: SHA-256 {digest}"
        return [heading, Unit(f"{path} ¶1", UnitKind.PARAGRAPH, text, 1)], [f"{NOT_READ} {error.cause}"]
    return [heading, *(_below(path, unit) for unit in pdf.units)], []


def _in_groups(digest: str) -> str:
    """Return a hash in groups of eight digits. As one word it would look like a nonce, and nonces are not
    compared.
    """
    return " ".join(digest[start : start + 8] for start in range(0, len(digest), 8))


def _below(path: str, unit: Unit) -> Unit:
    joined = f"{path} {unit.path}" if unit.path.startswith("¶") else f"{path}{SEPARATOR}{unit.path}"
    return replace(unit, path=joined, depth=unit.depth + 1)
