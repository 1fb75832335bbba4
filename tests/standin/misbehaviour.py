"""The registered misbehaviors of sources, by name."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from tests.standin.cases import Behaviour
from tests.standin.pretences import PRETENCES
from tests.standin.refusals import REFUSALS

BEHAVIOURS: dict[str, Behaviour] = {**REFUSALS, **PRETENCES}


@dataclass(slots=True)
class Rule:
    """A misbehaviour for the addresses that a pattern is found in; for ever when `times` is None."""

    pattern: re.Pattern[str]
    behaviour: Behaviour
    times: int | None
    options: dict[str, Any] = field(default_factory=dict)
    met: int = 0
