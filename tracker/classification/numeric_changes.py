"""Numbers that move, and which way that pushes: a lower de minimis or ownership share restricts, a higher duty
restricts, a higher limit below which no licence is needed relieves. What a number governs is read from its sentence;
where that cannot be said, nothing is.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator
from dataclasses import dataclass

from tracker.documents.text_view import TextView, around
from tracker.model import Evidence, Op, Operation
from tracker.text import NUMBER_WORDS

_WORDS = NUMBER_WORDS | {"forty-five": 45}
_NUMBER = r"\$?\d[\d,]*(?:\.\d+)?(?:\s?(?:percent|per cent|%))?"
_IN_WORDS = "|".join(sorted(_WORDS, key=len, reverse=True))
_ONE = re.compile(rf"(?<![\w.§]){_NUMBER}(?!\w|\.\d)|(?<![\w-])(?:{_IN_WORDS})(?![\w-])", re.IGNORECASE)
_YEAR = re.compile(r"(?:19|20|21)\d\d")
_DAY = re.compile(
    r"(?:January|February|March|April|May|June|July|August|September|October|November|December)\s+\d{1,2},?\s*$"
)
_MONTHS = tuple(calendar.month_name[1:])
_FULL_DAY = re.compile(
    rf"\b(?P<month>{'|'.join(_MONTHS)})\s+(?P<day>\d{{1,2}}),?\s+(?P<year>(?:19|20|21)\d\d)\b"
)
# A year that is no day by which something is due says when a figure was counted: "exports were $81.6 billion in 2025".
_BY_DAY = re.compile(
    r"\b(?:until|through|by|before|after|than|effective|beginning|begins?|starting|starts?|expires?|expiring|ends?|deadlines?|due|window|closes?|model years?|delayed)\b",
    re.IGNORECASE,
)
_BEFORE_DAY = 90  # characters before a year in which such a word is looked for
_LASTS = re.compile(
    r"\b(?:dut(?:y|ies)|tariffs?|prohibit\w*|restrict\w*|license requirements?|remains? (?:in effect|subject|listed)|denied)\b[^.;]{0,80}\b(?:until|through)\b",
    re.I,
)
_PERIOD = re.compile(
    r"^\W*(?:\(\d+\)\W*)?(?:calendar |business |working )?(?:days?|months?|hours?|weeks?|years?)\b", re.I
)
_KEPT = re.compile(
    r"\b(?:retain|keep|maintain|preserve|store|records?|wait(?:ing)?|cooling|notice of at least|in advance|before (?:shipment|export)|prior to)\b",
    re.I,
)
_DUE = re.compile(
    r"\b(?:within|no later than|not later than|must|shall|required|by|deadline|submit|report|notify|respond|file)\b",
    re.I,
)
_OPEN = re.compile(
    r"\b(?:comment|valid|validity|expire|effective for|period of|authoriz|may be used|term of|suspen|extension|exclu|exempt)\w*",
    re.I,
)
_REQUIRED = re.compile(
    r"\b(?:must|shall|required|requires?|eligib\w+|qualif\w+|at least|minimum|no less than|not less than)\b",
    re.I,
)
_PERCENT = re.compile(r"percent|per cent|%")
_DUTY = re.compile(r"\b(?:dut(?:y|ies)|tariffs?|ad valorem)\b", re.I)
_DE_MINIMIS = re.compile(
    r"\bde minimis\b|\bcontrolled (?:U\.S\.-origin )?(?:content|commodit|items?|software|technology)[^.;]{0,80}\b(?:value|percent)|"
    r"\bvalued at\b[^.;]{0,60}\btotal value\b",
    re.I,
)
_OWNERSHIP = re.compile(
    r"\b(?:own(?:ed|s|ership)?|ownership interest|equity|voting (?:shares?|interest))\b", re.I
)
_PERFORMANCE = re.compile(
    r"\bperformance|\bTPP\b|\bbandwidth\b|\btransfer rate\b|\b(?:giga|tera|mega)(?:bytes?|bits?|flops)\b|\b[GT]B/s\b|\bTOPS\b|"
    r"\btransistors?\b|\boperations\b|\btechnology node\b|\bnanomet|\bnm\b|\bµm\b|\bmicromet|\bthroughput\b|\bwavelength\b|"
    r"\bresolution\b|\boverlay\b|\bpitch\b|\bpressure\b|\bspeed\b|\bfrequency\b|\bdensity\b|\bparameters\b",
    re.I,
)  # fmt: skip
_LIMIT = re.compile(r"\b(?:thresholds?|limits?|ceilings?|caps?|levels?)\b", re.I)
_ABOVE = re.compile(
    r"\bor (?:more|greater|above|higher|longer)\b|\b(?:greater|more|higher) than\b(?<!no more than)(?<!not more than)|\b(?<!not )exceed(?:s|ing)\b|"
    r"\bat least\b|\babove\b|\bequal(?:s|ing)? or\b|[≥>]",
    re.I,
)  # fmt: skip
_BELOW = re.compile(
    r"\bor (?:less|below|smaller|fewer|lower|shorter)\b|\b(?:less|lower|smaller|fewer) than\b|\bnot (?:to )?exceed\b|\bup to\b|\bat most\b|"
    r"\b(?:no|not) more than\b|\bbelow\b|\bmaximum\b|[≤<]",
    re.I,
)  # fmt: skip
_FREED = re.compile(
    r"\bexempt\w*|\bexclu(?:de|sion)\w*|\bnot subject to\b|\bno licen[sc]e\b|\blicen[sc]e exceptions?\b|\beligib\w+|\bauthoriz\w+|\bdoes not apply\b|"
    r"\bwithout a licen[sc]e\b|\bde minimis\b|\b(?:may|must|shall|does|do) not exceed\b",
    re.I,
)  # fmt: skip
_FROM_TO = re.compile(
    rf"\bfrom (?:the current |a |an )?(?P<before>{_NUMBER})(?:[\w\s-]{{0,30}})?,? to (?:a |an )?(?P<after>{_NUMBER})",
    re.I,
)
_UP = r"rais(?:es?|ed|ing)|increas(?:es?|ed|ing)|doubl(?:es?|ed|ing)"
_DOWN = r"lower(?:s|ed|ing)?|reduc(?:es?|ed|ing)|decreas(?:es?|ed|ing)|cut(?:s|ting)?|halv(?:es?|ed|ing)"
_MOVED = re.compile(
    rf"\b(?:(?P<up>{_UP})|(?P<down>{_DOWN}))\b(?P<what>[^.;]{{0,100}}?)\bto (?:a |an )?(?P<after>{_NUMBER})",
    re.I,
)
_NEAR = 90  # characters about a number in which words of comparison are looked for
_PLACE = re.compile(r"\b(?:FR|CFR|Nos?\.?|E\.O\.|[Ss]ections?|[Pp]ara(?:graph)?s?|[Pp]art|[Ii]nstructions?|[Nn]otes?|[Ff]ootnotes?)\s*$|§+\s*$")  # fmt: skip
_MONTH = re.compile(
    r"\b(?:January|February|March|April|May|June|July|August|September|October|November|December)\s*(?:\d{1,2},?\s*)?$"
)


@dataclass(frozen=True, slots=True)
class NumericChange:
    """A number that goes from `before` (empty where the words give none) to `after`, as printed. `governs` is
    de-minimis, ownership, duty, value or performance; `restricts` whether it binds more than it did."""

    governs: str
    before: str
    after: str
    restricts: bool
    evidence: Evidence


def numeric_changes(reading: TextView) -> tuple[NumericChange, ...]:
    """Return the numbers that a change of text moves, or that a document says it moves, whose direction is known."""
    if reading.is_change:
        duties = _DUTY.search(f"{reading.document.title} {reading.page.text}") is not None
        return tuple(
            move for operation in reading.operations for move in of_operation(operation, on_duties=duties)
        )
    sections = (section for section in reading.text if section.where != "agencies")
    return tuple(move for section in sections for move in _said(section.text, section.where))


def of_operation(operation: Operation, *, on_duties: bool = False) -> Iterator[NumericChange]:
    """The numbers that went against those that came in their place."""
    if operation.op is not Op.CHANGED:
        return
    days = list(_days_moved(operation))
    yield from days
    place = 0
    went: list[str] = []
    for span, words in operation.spans:
        if span == "delete":
            went = _ONE.findall(words)
            continue
        if span == "insert":
            for gone, match in zip(went, _ONE.finditer(words), strict=False):
                start, end = place + match.start(), place + match.end()
                if days and _YEAR.fullmatch(match[0]):
                    continue
                if move := _move(
                    operation.after, gone, match[0], start, end, operation.path, on_duties=on_duties
                ):
                    yield move
        elif words.strip():
            went = []
        place += len(words)


def _move(
    text: str, before: str, after: str, start: int, end: int, where: str, *, on_duties: bool = False
) -> NumericChange | None:
    old, new = _value(before), _value(after)
    if old != new and _YEAR.fullmatch(before) and _YEAR.fullmatch(after):
        return _later_day(text, before, after, start, end, where)
    if old == new or _PLACE.search(text[:start]) or _MONTH.search(text[:start]):
        return None
    sentence = around(text, start, end)
    near = text[max(0, start - _NEAR) : end + _NEAR]
    percent = _PERCENT.search(after) or _PERCENT.match(text[end:].lstrip())
    if period := _PERIOD.match(text[end:]):
        restricts_when_longer = _longer_restricts(sentence)
        if restricts_when_longer is None:
            return None
        unit = " " + period[0].split()[-1]
        restricts = (new > old) == restricts_when_longer
        return NumericChange("period", before + unit, after + unit, restricts, Evidence(sentence, where))
    found = _governs(sentence, near, percent=percent is not None, money=after.startswith("$"))
    if percent and on_duties and (found is None or found[0] == "share"):
        found = ("duty", True)
    if found is None:
        return None
    governs, higher_restricts = found
    unit = " percent" if percent and not _PERCENT.search(after) else ""
    restricts = (new > old) == higher_restricts
    return NumericChange(governs, before + unit, after + unit, restricts, Evidence(sentence, where))


def _days_moved(operation: Operation) -> Iterator[NumericChange]:
    """The days that went against those that came in their place, where as many came as went."""
    came = [m for m in _FULL_DAY.finditer(operation.after) if m[0] not in operation.before]
    went = [m for m in _FULL_DAY.finditer(operation.before) if m[0] not in operation.after]
    if len(came) != len(went):
        return
    for old, new in zip(went, came, strict=True):
        before, after = _day_of(old), _day_of(new)
        if before != after and _is_by(operation.after, new.start()):
            sentence = around(operation.after, new.start(), new.end())
            yield NumericChange(
                "day",
                old[0],
                new[0],
                _restricts(sentence, later=after > before),
                Evidence(sentence, operation.path),
            )


def _day_of(match: re.Match[str]) -> tuple[int, int, int]:
    return int(match["year"]), _MONTHS.index(match["month"]), int(match["day"])


def _is_by(text: str, start: int) -> bool:
    """Whether something is due, begins or ends at a day, as the words before it say."""
    return _BY_DAY.search(text[max(0, start - _BEFORE_DAY) : start]) is not None


def _restricts(sentence: str, *, later: bool) -> bool:
    """A day that moves: later relieves, for what binds begins later and what frees lasts longer; not where a burden lasts until it."""
    burden = _LASTS.search(sentence) is not None and _OPEN.search(sentence) is None
    return later == burden


def _later_day(text: str, before: str, after: str, start: int, end: int, where: str) -> NumericChange | None:
    """A year that moves, where it is that of a day or a date by which something is due."""
    if not _is_by(text, start):
        return None
    sentence = around(text, start, end)
    day = _DAY.search(text[:start])
    prefix = day[0] if day else ""
    restricts = _restricts(sentence, later=_value(after) > _value(before))
    return NumericChange("day", prefix + before, prefix + after, restricts, Evidence(sentence, where))


def _longer_restricts(sentence: str) -> bool | None:
    """Whether a longer period binds more: of keeping records or waiting it does, of a deadline, a validity or a comment period it does not."""
    if _KEPT.search(sentence):
        return True
    if _DUE.search(sentence) or _OPEN.search(sentence):
        return False
    return None


def _governs(sentence: str, near: str, *, percent: bool, money: bool) -> tuple[str, bool] | None:
    """What a number is a measure of, and whether more of it restricts."""
    if percent and _DUTY.search(sentence):
        return "duty", True
    if percent and _DE_MINIMIS.search(sentence):
        return "de-minimis", False
    if percent and _OWNERSHIP.search(sentence):
        return "ownership", _FREED.search(sentence) is not None
    if percent and _REQUIRED.search(sentence):
        capped = _BELOW.search(near) is not None and _ABOVE.search(near) is None
        return "share", not capped
    kind = "value" if money else "performance"
    if not money and not _PERFORMANCE.search(sentence):
        return None
    above, below = _ABOVE.search(near), _BELOW.search(near)
    freed = _FREED.search(sentence) is not None
    if (above is None) == (below is None):
        return (kind, False) if above is None and _LIMIT.search(near) else None
    # What is controlled above a number, or free below it, shrinks as the number grows.
    return kind, freed if above is not None else not freed


def _said(text: str, where: str) -> Iterator[NumericChange]:
    """ "raises the rate of duty from 25 percent to 50 percent", "lowers the threshold to 10 percent"."""
    found = False
    for match in _FROM_TO.finditer(text):
        if move := _move(
            text, match["before"], match["after"], match.start("after"), match.end("after"), where
        ):
            found = True
            yield move
    if found:
        return
    for match in _MOVED.finditer(text):
        start, end = match.span("after")
        up = match["up"] is not None
        # The earlier number is not given: the verb says whether it was lower or higher.
        before = "0" if up else "999999999"
        if (move := _move(text, before, match["after"], start, end, where)) is not None:
            yield NumericChange(move.governs, "", move.after, move.restricts, move.evidence)


def _value(number: str) -> float:
    if number.lower() in _WORDS:
        return float(_WORDS[number.lower()])
    return float(re.sub(r"[^\d.]", "", number).rstrip("."))
