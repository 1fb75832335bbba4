"""The registered misbehaviors of sources, by name."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from tests.standin.cases import Behavior
from tests.standin.pretences import PRETENCES
from tests.standin.refusals import REFUSALS

BEHAVIORS: dict[str, Behavior] = {**REFUSALS, **PRETENCES}


@dataclass(slots=True)
class Rule:
    """A misbehavior for the addresses that a pattern is found in; for ever when `times` is None."""

    pattern: re.Pattern[str]
    behavior: Behavior
    times: int | None
    options: dict[str, Any] = field(default_factory=dict)
    met: int = 0
