"""Compares what was computed from rules with the eCFR, unit by unit, when it arrives: typography does not count. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from itertools import groupby

from tracker.amendments.prediction import unnumbered
from tracker.diffing.normalization import legal_text
from tracker.model import Document, Op
from tracker.storage.predictions import AGREED, DIFFERS, PredictedUnit, Stored

_DASH = re.compile(r"\s*[-–—]+\s*")


def outcomes(pending: Sequence[Stored], document: Document, as_of: date, change_id: str) -> list[Stored]:
    """Return those units whose outcome a new text of their part shows, with it.

    Units of one rule and one day arrive together: once the text has one of them, all are settled. While it has none,
    only those are that it changed to other words. Before their day, they are settled only where all agree.
    """
    texts: dict[str, list[str]] = {}
    for unit in document.units:
        texts.setdefault(_place(unit.path), []).append(unit.text)
    exact = {_typeset(unit.path): unit.text for unit in document.units}
    settled: list[Stored] = []
    for (_, day), group in groupby(sorted(pending, key=_together), key=_together):
        rows = list(group)
        agreeing = [_agrees(one.unit, texts) for one in rows]
        # A unit that only moves may have had its words at its place before.
        arrived = all(agreeing) or any(
            agrees and one.unit.op != Op.MOVED for agrees, one in zip(agreeing, rows, strict=True)
        )
        if day > as_of and not all(agreeing):
            continue
        settled += [
            replace(one, unit=_settled(one.unit, texts, exact.get(_typeset(one.unit.path)), change_id))
            for one in rows
            if arrived or _is_changed(one.unit, texts)
        ]
    return settled


def _together(one: Stored) -> tuple[str, date]:
    return one.document_id, one.unit.effective or date.max


def _settled(
    unit: PredictedUnit, texts: dict[str, list[str]], found: str | None, change_id: str
) -> PredictedUnit:
    if _agrees(unit, texts):
        return replace(unit, outcome=AGREED, change_id=change_id)
    return replace(unit, outcome=DIFFERS, change_id=change_id, found=found)


def _is_changed(unit: PredictedUnit, texts: dict[str, list[str]]) -> bool:
    """Return whether the text at the unit's place is no longer the one before the rule. A unit that moves leaves its
    place to others, so its place says nothing.
    """
    now = _forms(unit.path, texts)
    if unit.op == Op.ADDED:
        return bool(now)
    return unit.op == Op.CHANGED and legal_text(unit.before or "") not in now


def _agrees(unit: PredictedUnit, texts: dict[str, list[str]]) -> bool:
    now = _forms(unit.path, texts)
    if unit.op == Op.REMOVED:
        return legal_text(unit.before or "") not in now
    return legal_text(unit.after or "") in now


def _forms(path: str, texts: dict[str, list[str]]) -> list[str]:
    return [legal_text(text) for text in texts.get(_place(path), ())]


def _place(path: str) -> str:
    """Return a path without its typography, and without the number of an undesignated paragraph, which other paragraphs
    shift.
    """
    return _typeset(unnumbered(path))


def _typeset(path: str) -> str:
    """Return a path without its typography: a heading has a dash where the rule prints a hyphen, with or without space."""
    return legal_text(_DASH.sub("-", path))
