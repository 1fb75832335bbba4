"""The result of an amendment: the state of each instruction, and each unit before and after."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from tracker.amendments.actions import Instruction


class State(StrEnum):
    COMPUTED = "computed"
    NOT_COMPUTED = "not-computed"
    NO_TEXT_CHANGE = "no-text-change"


@dataclass(frozen=True, slots=True)
class UnitChange:
    """One unit before and after. `op` is added, removed, changed, renumbered, or stayed."""

    path: str
    op: str
    before: str
    after: str
    from_path: str = ""
    instruction: str = ""
    effective: date | None = None
    state: State = State.COMPUTED
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """An instruction and what was done with it. `kind` groups reasons for counting. `note` is the wording with
    which the Office of the Federal Register prints that an amendment could not be incorporated.
    """

    instruction: Instruction
    state: State
    effective: date | None
    reason: str = ""
    kind: str = ""
    note: str = ""


@dataclass(slots=True)
class Amended:
    """A base as amended by a rule: `xml` by the wanted day, `final` by all instructions."""

    document_number: str
    parts: tuple[str, ...]
    outcomes: list[Outcome] = field(default_factory=list)
    units: list[UnitChange] = field(default_factory=list)
    xml: bytes = b""
    final: bytes = b""

    @property
    def all_computed(self) -> bool:
        return all(outcome.state is not State.NOT_COMPUTED for outcome in self.outcomes)
