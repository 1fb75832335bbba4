"""Classifies a change of the U.S. notes of chapter 99. A note says which goods a duty covers, so whether its change restricts or
relieves is seen from the rows of the same release, not from its prose."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from tracker.i18n import t
from tracker.model import (
    Act,
    ActVerb,
    Classification,
    Direction,
    Document,
    DocumentKind,
    Evidence,
    JapanStanding,
    Language,
    Level,
    LocalizedText,
    Operand,
    Operation,
    Topic,
)
from tracker.tariff.headings import headings_in

_NOTE = re.compile(r"Subchapter [IVXL]+ › (?P<note>U\.S\. note .+)")
_NUMBER = re.compile(r"\b\d{4}\.\d{2}\b")
_ACTS, _NAMED, _QUOTE = 8, 3, 240


def is_tariff_notes(document: Document) -> bool:
    """Return whether a document is the print of the notes: a list whose first unit is a note."""
    first = document.units[0] if document.units else None
    return document.kind is DocumentKind.LIST and first is not None and _NOTE.match(first.path) is not None


def classify_notes(document: Document, operations: Sequence[Operation], version: str) -> Classification:
    """Return the classification of changed notes. `version` is that of the rules."""
    changed = [one for one in operations if not one.editorial]
    acts = tuple(_act(one) for one in changed)
    level = max((act.level for act in acts), key=lambda one: one.rank, default=Level.NONE)
    evidence = tuple(act.evidence for act in acts)[:_NAMED]
    named = tuple(act.evidence for act in acts if act.japan is JapanStanding.IN)[:_NAMED]
    names = [_name(one.path) for one in changed]
    return Classification(
        level=level,
        topics=(Topic("secondary-tariffs", 0.5, evidence),) if acts else (),
        direction=Direction.UNDETERMINED,
        japan_nexus=named,
        units=tuple(one.path for one in changed),
        acts=acts[:_ACTS],
        headline=_both(lambda language: _headline(document, names, language)),
        summary=_both(lambda language: _summary(document, names, acts, language)),
        reason=_both(lambda language: t("tariff.reason.notes", language)),
        version=version,
    )


def _both(say: Callable[[Language], str]) -> LocalizedText:
    return LocalizedText(ja=say("ja"), en=say("en"))


def _act(one: Operation) -> Act:
    words = one.after or one.before
    quote = words if len(words) <= _QUOTE else f"{words[:_QUOTE].rsplit(' ', 1)[0]}…"
    headings = headings_in(words)
    is_of_goods = bool(headings) or _NUMBER.search(words) is not None
    return Act(
        verb=ActVerb.REVISE,
        operand=Operand.DUTY,
        evidence=Evidence(quote or one.path, one.path),
        hts=headings[:_NAMED],
        japan=JapanStanding.IN if re.search(r"\bJapan\b", words) else JapanStanding.NOT_NAMED,
        units=(one.path,),
        direction=Direction.UNDETERMINED,
        level=Level.MEDIUM if is_of_goods else Level.LOW,
    )


def _name(path: str) -> str:
    found = _NOTE.match(path)
    return found["note"] if found else path


def _headline(document: Document, names: Sequence[str], language: Language) -> str:
    shown = ", ".join(names[:_NAMED]) + (", …" if len(names) > _NAMED else "")
    what = t("tariff.notes", language, count=f"{len(names):,}", names=shown)
    return t("tariff.headline", language, release=document.citation or "HTS", what=what)


def _summary(document: Document, names: Sequence[str], acts: Sequence[Act], language: Language) -> str:
    head = _headline(document, names, language)
    chosen = max(acts, key=lambda act: act.level.rank, default=None)
    if chosen is None:
        return head
    return head + t("tariff.note", language, path=_name(chosen.units[0]), words=chosen.evidence.quote)
