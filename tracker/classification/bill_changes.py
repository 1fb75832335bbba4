"""Classifies a bill of the Congress by its actions, and a version of its text by what it would change. A bill is a proposal until
it is enacted.

What the bill is about is read from its title and text by the rules for proposed rules.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from tracker.classification.joined_passages import Passage, in_place, joined
from tracker.i18n import format_day, label, t
from tracker.model import (
    Act,
    ActVerb,
    Classification,
    Direction,
    Document,
    DocumentKind,
    Evidence,
    Force,
    Language,
    Level,
    LocalizedText,
    Op,
    Operand,
    Operation,
    Status,
    UnitKind,
)
from tracker.text import fold_space
from tracker.wording.facts import title_ja

TEXT = "Bill text"
_COMMENTS = "comment-opportunity"  # nobody asks for comments on a bill
_ACTS = 8
_LEAD = 4_000  # characters of the text that say what a bill is about
_TITLE = 120


class Stage(StrEnum):
    """A stage of a bill, the furthest first."""

    ENACTED = "enacted"
    VETOED = "vetoed"
    PRESENTED = "presented"
    PASSED = "passed"
    FAILED = "failed"
    REPORTED = "reported"
    INTRODUCED = "introduced"
    OTHER = "other"


_STAGES: tuple[tuple[Stage, re.Pattern[str]], ...] = (
    (Stage.ENACTED, re.compile(r"\bbecame (?:public|private) law\b|\bsigned by (?:the )?president\b", re.I)),
    (Stage.VETOED, re.compile(r"\bvetoed by (?:the )?president\b|\bpocket vetoed\b", re.I)),
    (Stage.PRESENTED, re.compile(r"\bpresented to (?:the )?president\b", re.I)),
    (
        Stage.FAILED,
        re.compile(
            r"\bfailed (?:of passage|to pass)\b|\bmotion to suspend the rules and pass[^.;]*\bfailed\b", re.I
        ),
    ),
    (
        Stage.PASSED,
        re.compile(
            r"\bpassed(?:/agreed to in)? (?:the )?(?:house|senate)\b|\bon passage passed\b|\bpassed (?:house|senate) (?:with|without)\b|\bpass(?:ed)? the bill[^.;]*\bagreed to\b",
            re.I,
        ),
    ),
    (
        Stage.REPORTED,
        re.compile(
            r"\b(?:ordered to be reported|reported (?:by|to|with|in)|reported \(amended\)|placed on the (?:union|senate legislative) calendar)\b",
            re.I,
        ),
    ),
    (
        Stage.INTRODUCED,
        re.compile(
            r"\bintroduced in (?:house|senate)\b|\bread twice and referred\b|\breferred to the\b", re.I
        ),
    ),
)
_LEVEL = {
    Stage.ENACTED: Level.HIGH,
    Stage.VETOED: Level.MEDIUM,
    Stage.PRESENTED: Level.HIGH,
    Stage.PASSED: Level.MEDIUM,
    Stage.FAILED: Level.MEDIUM,
    Stage.REPORTED: Level.MEDIUM,
}
_OVER = frozenset({Stage.ENACTED, Stage.VETOED})


@dataclass(frozen=True, slots=True)
class _Row:
    """An action with its stage. `quote` is its row in the official words."""

    stage: Stage
    path: str
    quote: str
    day: date | None

    @property
    def words(self) -> str:
        return self.quote.partition(": ")[2] or self.quote


def classify_bill(
    document: Document, operations: Sequence[Operation], subject: Callable[[Document], Classification]
) -> Classification:
    """Return the classification of a bill or of a version of its text, or of a change of either. `subject` classifies what it is
    about by the rules for documents.
    """
    about = in_place(subject(_as_proposal(document)), _passages(document))
    about = replace(about, topics=tuple(topic for topic in about.topics if topic.id != _COMMENTS))
    if document.type == TEXT:
        return _of_text(document, operations, about)
    rows = [_row(unit.path, unit.text) for unit in document.units if unit.kind is UnitKind.ROW]
    new = [
        _row(one.path, one.after)
        for one in operations
        if one.kind is UnitKind.ROW and one.op is not Op.REMOVED and not one.editorial
    ]
    shown = sorted(new or rows, key=lambda row: list(Stage).index(row.stage))
    if operations and not new:
        shown = []
    first = shown[0] if shown else None
    level = _LEVEL.get(first.stage, Level.LOW) if first else Level.LOW
    status = _status(document, rows)
    force = Force.BINDING_NOW if status.state == "in-force" else Force.PROPOSED
    return Classification(
        level=level,
        topics=about.topics,
        direction=about.direction or Direction.UNDETERMINED,
        japan_nexus=about.japan_nexus,
        status=(status,),
        acts=tuple(_act(row, level, force) for row in shown[:_ACTS]),
        headline=_both(lambda language: _headline(document, first, language)),
        summary=_both(lambda language: _summary(document, first, language)),
        reason=_both(
            lambda language: t(
                "bill.reason.law" if force is Force.BINDING_NOW else "bill.reason.proposed", language
            )
        ),
        version=about.version,
    )


def _both(say: Callable[[Language], str]) -> LocalizedText:
    return LocalizedText(ja=say("ja"), en=say("en"))


def _row(path: str, text: str) -> _Row:
    stage = next((stage for stage, pattern in _STAGES if pattern.search(text)), Stage.OTHER)
    return _Row(stage, path, text, _day(text))


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None


def _passages(document: Document) -> list[Passage]:
    return [(fold_space(unit.text), unit.path) for unit in document.units if unit.kind is not UnitKind.ROW]


def _as_proposal(document: Document) -> Document:
    return replace(
        document,
        kind=DocumentKind.PROPOSED_RULE,
        units=(),
        abstract=joined(_passages(document))[:_LEAD],
        action="",
        type="Proposed Rule",
    )


def _status(document: Document, rows: Sequence[_Row]) -> Status:
    """Return what the actions say: proposed until a bill is enacted or vetoed."""
    last = next((row for row in reversed(rows) if row.stage in _OVER), None)
    if last is not None and last.stage is Stage.ENACTED:
        return Status("in-force", last.day, quote=last.quote, where=last.path)
    if last is not None:
        return Status("withdrawn", last.day, quote=last.quote, where=last.path)
    begun = rows[0] if rows else None
    return Status(
        "proposed",
        document.signing_date or (begun.day if begun else None),
        quote=begun.quote if begun else "",
        where=begun.path if begun else "",
    )


def _act(row: _Row, level: Level, force: Force) -> Act:
    return Act(
        verb=ActVerb.DETERMINE if row.stage in _OVER else ActVerb.PROPOSE,
        operand=Operand.PROCEEDING,
        evidence=Evidence(row.quote, row.path),
        actor="Congress",
        phrase=row.words,
        force=force,
        since=row.day if force is Force.BINDING_NOW else None,
        units=(row.path,),
        level=level,
    )


def _headline(document: Document, row: _Row | None, language: Language) -> str:
    name = document.citation or document.key
    if row is None:
        return t("bill.changed", language, bill=name, title=_title(document, language))
    day = format_day(row.day, language) if row.day else ""
    what = t(
        f"bill.{row.stage.value}", language, day=day, words=row.words, chamber=_chamber(row.words, language)
    )
    return t("bill.headline", language, bill=name, what=what, title=_title(document, language))


def _chamber(words: str, language: Language) -> str:
    lowered = words.lower()
    house, senate = lowered.find("house"), lowered.find("senate")
    if house < 0 and senate < 0:
        return label("chamber", "one", language)
    return label("chamber", "house" if senate < 0 or 0 <= house < senate else "senate", language)


def _title(document: Document, language: Language) -> str:
    title = (title_ja(document.title) if language == "ja" else "") or document.title
    return title if len(title) <= _TITLE else f"{title[:_TITLE].rsplit(' ', 1)[0]}…"


def _summary(document: Document, row: _Row | None, language: Language) -> str:
    head = _headline(document, row, language)
    return head + (t("bill.action", language, words=row.words) if row else "")


def _of_text(document: Document, operations: Sequence[Operation], about: Classification) -> Classification:
    """Return the classification of a version of the text: what it would do, if it were enacted."""
    changed = [one for one in operations if not one.editorial and one.kind is not UnitKind.HEADING]
    version = document.action or "Text"
    name = document.citation or document.key

    def headline(language: Language) -> str:
        key = "bill.text-changed" if operations else "bill.text"
        return t(
            key,
            language,
            bill=name,
            version=label("bill-version", version, language),
            title=_title(document, language),
            count=len(changed),
        )

    evidence = [Evidence(one.after or one.before, one.path) for one in changed[:_ACTS]]
    return Classification(
        level=Level.MEDIUM if changed and about.level is not Level.NONE else Level.LOW,
        topics=about.topics,
        direction=about.direction or Direction.UNDETERMINED,
        japan_nexus=about.japan_nexus,
        status=(Status("proposed", document.published, quote=version, where=f"{name} › Version"),),
        units=tuple(dict.fromkeys(one.path for one in changed)),
        acts=tuple(
            Act(ActVerb.PROPOSE, None, one, actor="Congress", force=Force.PROPOSED, units=(one.where,))
            for one in evidence
        ),
        headline=_both(headline),
        summary=_both(headline),
        reason=_both(lambda language: t("bill.reason.proposed", language)),
        version=about.version,
    )
