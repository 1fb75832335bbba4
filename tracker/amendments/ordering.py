"""Where a unit belongs among its neighbors: by number, by letter, or by the alphabet."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise

from tracker.amendments.inline import fold
from tracker.citations import roman


def _letter(value: str) -> int | None:
    if value.isalpha() and len(set(value)) == 1:
        return ord(value[0].lower()) - 96 + 26 * (len(value) - 1)
    return None


def ranks(labels: Sequence[str]) -> list[int] | None:
    """Return the numbers of sibling designators under the one reading in which all are of one sort; None where
    no reading fits all. Where letters and Roman numerals both fit (i, v, x alone), the reading that begins at 1
    is taken; where both or neither do, None.
    """
    if not labels:
        return []
    if all(label.isdigit() for label in labels):
        return [int(label) for label in labels]
    if not (all(label.islower() for label in labels) or all(label.isupper() for label in labels)):
        return None
    letters = [_letter(label) for label in labels]
    romans = [roman(label) for label in labels]
    readings = [[n for n in found if n is not None] for found in (letters, romans) if None not in found]
    rising = [found for found in readings if all(a < b for a, b in pairwise(found))]
    if len(rising) == 1:
        return rising[0]
    starts = [found for found in rising if found[0] == 1]
    return starts[0] if len(starts) == 1 else None


def slot(siblings: Sequence[str], label: str) -> int | None:
    """Return how many siblings come before a new one; None where its neighbors do not prove it: all have to rise,
    and the new one is the first of its sort or follows the one right before it. So (d) is not added after (b).
    """
    for place in range(len(siblings) + 1):
        numbers = ranks([*siblings[:place], label, *siblings[place:]])
        if numbers is not None and all(a < b for a, b in pairwise(numbers)):
            before = numbers[place - 1] if place else 0
            return place if numbers[place] == before + 1 else None
    return None


@lru_cache(maxsize=65536)
def alphabet_key(name: str) -> str:
    """Return a name as the Register sorts it: without accents, marks and case."""
    plain = unicodedata.normalize("NFKD", fold(name)).encode("ascii", "ignore").decode()
    return " ".join("".join(c if c.isalnum() else " " for c in plain.lower()).split())


def alphabet_slot(names: Sequence[str], name: str) -> int | None:
    """Return how many names come before a new one; None where its neighbors do not prove one place: the names
    before it have to sort before it, and those after it after it, at one place only.
    """
    key = alphabet_key(name)
    keys = [alphabet_key(other) for other in names]
    if key in keys:
        return None
    places = [
        place
        for place in range(len(keys) + 1)
        if (place == 0 or keys[place - 1] < key) and (place == len(keys) or key < keys[place])
    ]
    return places[0] if len(places) == 1 else None
