"""Whether an instruction removes a unit as a whole, or only words, entries or paragraphs within it."""

from __future__ import annotations

import re

_REMOVE = r"\b(?:remov|delet)\w*(?: and reserv\w+)?"
_GONE = r"(?:is|are) (?:hereby )?(?:removed|deleted)"
_LEVELS = re.compile(r"(?:\([^()]+\))+$")
_WHOLE = re.compile(
    rf"{_REMOVE} (?:the )?(?:§+|sections?|supplements?|subparts?|parts?)(?:\s|$)|"
    rf"(?:§+|\b(?:sections?|supplements?|subparts?|parts?)\b)[^;“”]{{0,80}} {_GONE}",
    re.IGNORECASE,
)
_ENTRY = r"\b(?:entry|entries|rows?|ECCNs?|headings?|notes?)\b"


def removes_unit(path: str, quote: str) -> bool:
    """Return whether the words remove the unit itself: "removing paragraph (b)" of a path that ends with `(b)`, "the entry
    for X is removed" of the row of X; not "removing the words “X” from paragraph (b)"."""
    last = path.rsplit(" › ", 1)[-1]
    if " › " in path:
        return _removes_entry(last, quote)
    levels = _LEVELS.search(last)
    if levels is None:
        return _WHOLE.search(quote) is not None
    designator = last[last.rfind("(") :]
    objects = re.findall(
        rf"{_REMOVE} paragraphs? ([^.;“”]*)|paragraphs? ([^.;“”]*?) {_GONE}", quote, re.IGNORECASE
    )
    named = " ".join(first or second for first, second in objects)
    forms = "|".join(map(re.escape, dict.fromkeys((levels[0], designator))))
    return re.search(rf"(?<!\))(?:{forms})(?!\()", named) is not None


def _removes_entry(name: str, quote: str) -> bool:
    """Whether an entry is removed by its name, and not one under it."""
    if not re.search(rf"{_REMOVE}|{_GONE}", quote, re.IGNORECASE):
        return False
    place = re.search(rf"{_ENTRY}[^.;]{{0,300}}?{re.escape(name)}", quote, re.IGNORECASE)
    return place is not None and not re.search(
        r"\b(?:under|in|of|country of)\s+(?:the )?[“\"]?$",
        quote[place.start() : place.end() - len(name)],
        re.IGNORECASE,
    )
