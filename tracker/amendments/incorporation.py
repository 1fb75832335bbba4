"""Words for an amendment that cannot be incorporated, such as the Office of the Federal Register prints in an
editorial note.
"""

from __future__ import annotations

from collections.abc import Sequence

from tracker.amendments.actions import Instruction
from tracker.amendments.chunks import NotComputedError

_BECAUSE = {
    "no text": "no text was supplied",
    "words": "the specified words do not exist in the specified place",
    "count": "the specified words occur more often than the instruction says",
    "does not exist": "the specified unit does not exist",
    "exists already": "the specified unit already exists",
    "contradicts": "the instructions contradict each other",
    "stayed": "the specified unit is stayed",
}


def note_for(instruction: Instruction, errors: Sequence[NotComputedError]) -> str:
    """Return a prefilled note: "..., paragraph (c) was to be revised; however, this amendment could not be
    incorporated because no text was supplied."; "" where it could be, as far as is known.
    """
    if not errors:
        return ""
    because = " and ".join(dict.fromkeys(_BECAUSE.get(error.defect, error.defect) for error in errors))
    details = "; ".join(dict.fromkeys(str(error) for error in errors))
    words = instruction.text.strip().rstrip(".:;")
    return f"Instruction {instruction.number} (“{words}”) could not be incorporated because {because}: {details}."
