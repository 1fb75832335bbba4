"""The direction of a changed text: an added duty tightens, a removed one eases; exemptions work the other way. Also
the stays that notes of the code add or remove.

A section or entry that is added or removed whole is judged by its heading first: the license exception inside a
prohibition that is removed is no loss.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from enum import Enum
from itertools import chain

from tracker.classification.numeric_changes import of_operation
from tracker.documents.text_view import TextView, around, changed_runs, clip_quote
from tracker.legal_status.extraction import covers_unit, note_status
from tracker.legal_status.legal_dates import sentences
from tracker.locations import removed_from
from tracker.model import Evidence, Op, Operation, Unit, UnitKind

_LICENCE = r"licen[sc]e"
# An exemption that ends or is narrowed, a review that is meant to refuse: it binds although it names an exemption.
_CUTS = re.compile(
    rf"\bno {_LICENCE} exceptions?\b|\b{_LICENCE} exceptions?\b[^.;]{{0,80}}\b(?:may not|not available|unavailable|no longer|"
    r"not eligible|cannot|ends?|is revoked|is suspended|N/A)\b|\bnot eligible for\b[^.;]{0,60}\bexceptions?\b|"
    rf"\b(?:presumption|policy) of denial\b|\b(?:exclusions?|exemptions?)\b[^.;]{{0,80}}\b(?:no longer|ends?|is revoked|expires?)\b|"
    r"\b(?:exclu\w+|exempt\w*)\b[^.;]{0,40}\bdo(?:es)? not apply\b",
    re.IGNORECASE,
)
_FREES = re.compile(
    rf"\bno {_LICENCE}s? (?:is|are) (?:longer )?required\b|\b{_LICENCE}s? (?:is|are) (?:not|no longer) required\b|"
    rf"\b(?:not|no longer)\b[^.;]{{0,12}}\b(?:subject to|requires? an? {_LICENCE}|need an? {_LICENCE}|restricted|prohibited)\b|"
    r"\b(?:do|does|shall|will|would) (?:not|no longer) (?:apply|require)\b|\bno longer (?:appl(?:y|ies)|requires?)\b|"
    r"\b(?:is|are) (?:hereby )?(?:stayed|suspended|waived)\b|"
    r"\bexempt(?:s|ed|ions?)?\b|\bexclu(?:des?|ded|sions?)\b|\bcase-by-case\b|\bpresumption of approval\b",
    re.IGNORECASE,
)
_BINDS = re.compile(
    rf"\b{_LICENCE}s? (?:is |are |will be )?(?:also )?required\b|\b{_LICENCE} requirements?\b|"
    rf"\b(?:requires?|needs?|must (?:obtain|have|apply for)|need to obtain)\b[^.;]{{0,30}}\b{_LICENCE}s?\b|"
    r"\bmay not\b|\bmust\b|\bshall not\b|\bprohibit\w*|\brestrict(?:ed|ions?)\b|\b(?:is|are|be|become|becomes) subject to\b|"
    r"\badditional (?:ad valorem )?(?:dut(?:y|ies)|tariffs?)\b",
    re.IGNORECASE,
)
_EXCEPTION = re.compile(rf"\b{_LICENCE} exceptions?\b", re.IGNORECASE)
_EXCEPT = re.compile(r"\bexcept(?:ions?|ed)?\b", re.IGNORECASE)
_HEADED_BINDING = re.compile(
    rf"\b(?:restrictions?|prohibitions?|controls?|{_LICENCE} requirements?|sanctions|embargo\w*)\b", re.I
)
_HEADED_FREEING = re.compile(
    r"\b(?:exceptions?|exemptions?|exclusions?|general licen[sc]es?|validated end.user|de minimis)\b", re.I
)
_PROVISO = re.compile(
    r"\W*(?:unless|except|other than|provided that|but only|only if|only where)\b", re.IGNORECASE
)
_EXCEPTIONS = re.compile(
    r"15 CFR 740\.(?!2\b)\d+$"
)  # part 740 is the licence exceptions; 740.2 restricts them
_RESERVED = re.compile(r"\[?reserved\]?\.?\W*$", re.IGNORECASE)
_ENTRIES = frozenset({UnitKind.ITEM, UnitKind.ECCN})
# Data about the text: they say nothing of what it demands.
_APART = frozenset({UnitKind.EFFECTIVE_NOTE, UnitKind.EDITORIAL_NOTE, UnitKind.CITATION, UnitKind.AUTHORITY})


class BindingForce(Enum):
    BINDS = 1
    FREES = -1


def binding_force(text: str) -> tuple[BindingForce, int, int] | None:
    """Whether words demand or exempt, and the place of those that say so; None where they do neither."""
    if match := _CUTS.search(text):
        return BindingForce.BINDS, match.start(), match.end()
    if match := _FREES.search(text):
        return BindingForce.FREES, match.start(), match.end()
    first = min(
        (
            (found.start(), kind.value, kind, found.end())
            for pattern, kind in ((_EXCEPTION, BindingForce.FREES), (_BINDS, BindingForce.BINDS))
            if (found := pattern.search(text)) is not None
        ),
        default=None,
    )
    if first is not None:
        return first[2], first[0], first[3]
    # "Except as provided in (b), a license is required" demands: a mere exception counts where nothing else speaks.
    match = _EXCEPT.search(text)
    return (BindingForce.FREES, match.start(), match.end()) if match else None


def direction_of_edit(operations: Sequence[Operation]) -> dict[str, Evidence]:
    """`tightens` or `eases` with the words; a change that does both tightens, for that asks for action."""
    found: dict[str, Evidence] = {}
    whole = [op for op in operations if _as_whole(op) is not None and op.kind not in _APART]
    for group in _groups(whole):
        if (judged := _group(group)) is not None:
            tightens = (judged[0] is BindingForce.BINDS) == (_as_whole(group[0]) is Op.ADDED)
            found.setdefault("tightens" if tightens else "eases", judged[1])
    for operation in operations:
        if operation.op is Op.CHANGED and operation.kind not in _APART and _as_whole(operation) is None:
            found.update({k: v for k, v in _changed(operation) if k not in found})
            for move in () if found else of_operation(operation):
                found.setdefault("tightens" if move.restricts else "eases", move.evidence)
    if "tightens" in found:
        found.pop("eases", None)
    return found


def note_stays(reading: TextView) -> dict[str, tuple[Evidence, ...]]:
    """`stay-comes` and `stay-goes`: Effective Date Notes that a change adds, prolongs, shortens or takes out.
    A note that goes together with the text that it stayed brings nothing back."""
    found: dict[str, list[Evidence]] = {}
    for operation in reading.operations:
        if operation.kind is not UnitKind.EFFECTIVE_NOTE:
            continue
        before, after = (
            _stayed(operation.before, operation, reading),
            _stayed(operation.after, operation, reading),
        )
        if after is not None and (before is None or after > before):
            found.setdefault("stay-comes", []).append(Evidence(clip_quote(operation.after), operation.path))
        elif before is not None and (after is None or after < before):
            found.setdefault("stay-goes", []).append(
                Evidence(clip_quote(operation.before), removed_from(operation.path))
            )
    return {name: tuple(words) for name, words in found.items()}


def _stayed(text: str, operation: Operation, reading: TextView) -> date | None:
    """The last day of a stay that a note tells of; the last of all days where it names none."""
    note = Unit(operation.path, UnitKind.EFFECTIVE_NOTE, text)
    states = [s for s in note_status(note, reading.document) if s.state == "stayed"] if text else []
    if not states:
        return None
    gone = [op.path for op in reading.operations if _as_whole(op) is Op.REMOVED]
    ends = [
        status.until or date.max
        for status in states
        if not any(
            covers_unit(path, unit) for unit in status.units for path in gone if path != operation.path
        )
    ]
    return max(ends, default=None)


def _as_whole(operation: Operation) -> Op | None:
    """Added or removed; a text that becomes "[Reserved]" is removed."""
    if operation.op in (Op.ADDED, Op.REMOVED):
        return operation.op
    if operation.op is Op.CHANGED and operation.before and operation.after:
        was, now = (_reserved(text) for text in (operation.before, operation.after))
        if was != now:
            return Op.REMOVED if now else Op.ADDED
    return None


def _reserved(text: str) -> bool:
    return len(text) < 80 and _RESERVED.search(text) is not None


def _groups(operations: Iterable[Operation]) -> list[list[Operation]]:
    """What came or went together: a unit with those under it."""
    groups: list[list[Operation]] = []
    for operation in operations:
        last = groups[-1] if groups else None
        if last and _as_whole(last[0]) is _as_whole(operation) and covers_unit(last[0].path, operation.path):
            last.append(operation)
        else:
            groups.append([operation])
    return groups


def _words(operation: Operation) -> tuple[str, str]:
    if _as_whole(operation) is Op.REMOVED:
        return operation.before, removed_from(operation.path)
    return operation.after, operation.path


def _group(group: list[Operation]) -> tuple[BindingForce, Evidence] | None:
    root = group[0]
    text, where = _words(root)
    if root.kind in _ENTRIES:  # an item that enters the control list is a new control
        return (BindingForce.BINDS, Evidence(clip_quote(text), where))
    if root.kind is UnitKind.HEADING and (headed := _headed(text, root.path)) is not None:
        return headed, Evidence(clip_quote(text), where)
    found = [(judged, text, where) for text, where in map(_words, group) if (judged := binding_force(text))]
    if not found:
        return None
    # A paragraph's own words lead; under a heading that says nothing, a demand outweighs its exemptions.
    own = [each for each in found[:1] if root.kind is not UnitKind.HEADING and each[2] == where]
    (kind, start, end), text, where = next(
        chain(own, (each for each in found if each[0][0] is BindingForce.BINDS), found)
    )
    return kind, Evidence(around(text, start, end), where)


def _headed(text: str, path: str) -> BindingForce | None:
    binding, freeing = _HEADED_BINDING.search(text), _HEADED_FREEING.search(text)
    if binding and (not freeing or binding.start() < freeing.start()):
        return BindingForce.BINDS
    return BindingForce.FREES if freeing or _EXCEPTIONS.match(path) else None


def _sentence_with(text: str, operation: Operation) -> str:
    """The sentences of a text that are not the same before and after."""
    other = operation.before if text == operation.after else operation.after
    kept = set(sentences(other))
    return " ".join(each for each in sentences(text) if each not in kept)


def _reworded(operation: Operation) -> tuple[str, str]:
    """What is not the same after and before: a heading "Exclusions." that stays says nothing of the edit."""
    return _sentence_with(operation.after, operation), _sentence_with(operation.before, operation)


def _changed(operation: Operation) -> Iterator[tuple[str, Evidence]]:
    """By the words that came and went; where they say nothing alone ("not"), by the sentence with and without."""
    came, went = changed_runs(operation, "insert"), changed_runs(operation, "delete")
    for clause, whole, comes in ((came, operation.before, True), (went, operation.after, False)):
        if (
            _PROVISO.match(clause)
            and (limited := binding_force(_sentence_with(whole, operation))) is not None
        ):
            # An exception to what frees binds, and one to what binds frees; where it goes, the other way about.
            tightens = (limited[0] is BindingForce.FREES) == comes
            where = operation.path if comes else removed_from(operation.path)
            yield "tightens" if tightens else "eases", Evidence(clip_quote(clause), where)
            return
    pairs = [(came, went), _reworded(operation)]
    for after, before in pairs:
        now, was = binding_force(after), binding_force(before)
        if (now and now[0]) == (was and was[0]):
            continue
        if now is not None:
            yield (
                "tightens" if now[0] is BindingForce.BINDS else "eases",
                Evidence(around(after, now[1], now[2]), operation.path),
            )
        elif was is not None:
            yield (
                "eases" if was[0] is BindingForce.BINDS else "tightens",
                Evidence(around(before, was[1], was[2]), removed_from(operation.path)),
            )
        return
