"""Words for an amendment that cannot be incorporated, such as the Office of the Federal Register prints in an
editorial note.
"""

from __future__ import annotations

from tracker.amendments.actions import Instruction
from tracker.amendments.chunks import NotComputedError

_BECAUSE = {
    "no text": "no text was supplied",
    "words": "the specified words do not exist in the specified place",
    "does not exist": "the specified unit does not exist",
    "exists already": "the specified unit already exists",
    "contradicts": "the instructions contradict each other",
}


def note_for(instruction: Instruction, error: NotComputedError) -> str:
    """Return a prefilled note: "..., paragraph (c) was to be revised; however, this amendment could not be
    incorporated because no text was supplied."
    """
    because = _BECAUSE.get(error.defect, error.defect)
    words = instruction.text.strip().rstrip(".:;")
    return (
        f"Instruction {instruction.number} (“{words}”) could not be incorporated because {because}: {error}."
    )
