"""Parses the print of chapter 99 of the tariff schedule into one unit per subdivision of its U.S. notes."""

from __future__ import annotations

from tracker.errors import ParseError
from tracker.model import Unit, UnitKind
from tracker.parsing.pdf import read_lines
from tracker.parsing.unit_builder import SEPARATOR, UnitBuilder
from tracker.tariff.notes import read_notes


def note_units(data: bytes, name: str) -> tuple[tuple[Unit, ...], tuple[str, ...]]:
    """Return the units of the notes, `Subchapter III › U.S. note 33(b)`, and a remark on each note whose labels do
    not prove where its subdivisions end. Raises ParseError for a PDF that has no notes.
    """
    outline = UnitBuilder()
    doubts: dict[str, None] = {}
    for subchapter, notes in read_notes(read_lines(data, name)).items():
        for part in notes.parts.values():
            path = f"Subchapter {subchapter}{SEPARATOR}U.S. note {part.place}"
            meta = (("doubt", part.doubt),) if part.doubt else ()
            words = " ".join(part.own) or part.place
            outline.add(path, UnitKind.NOTE, words, part.place.count("("), meta=meta)
            if part.doubt:
                note = part.place.partition("(")[0]
                doubts[f"U.S. note {note} of subchapter {subchapter} is read in part: {part.doubt}"] = None
    if not outline.units:
        raise ParseError(f"{name}: no U.S. notes were found in this PDF")
    return tuple(outline.units), tuple(doubts)
