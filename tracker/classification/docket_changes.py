"""Classifies a docket of Regulations.gov by the documents in it that changed: a comment period that opened, moved or ended, a
new supporting document, a number of comments.

What the docket is about is read from its titles by the rules for proposed rules. What happened is stated by its rows.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

from tracker import citations
from tracker.classification.joined_passages import JOINED, Passage, in_place, joined
from tracker.i18n import format_day, label, t
from tracker.model import (
    Act,
    ActVerb,
    Classification,
    Direction,
    Document,
    DocumentKind,
    DocumentRelation,
    Evidence,
    Force,
    Language,
    LegalDate,
    Level,
    LocalizedText,
    Op,
    Operand,
    Operation,
    Unit,
    UnitKind,
)
from tracker.tariff.changes import cells_of
from tracker.text import CELL_GAP, fold_space
from tracker.wording.facts import title_ja

COMMENT = "Public Submission"
_SUPPORTING = frozenset({"Supporting & Related Material", "Other"})
_PERIOD = re.compile(r"(\d{4}-\d\d-\d\d)? to (\d{4}-\d\d-\d\d)")
_ACTS = 8
_LONG = timedelta(days=30)
_NAMED = 3
_TITLE = 120


class Event(StrEnum):
    """What happened to a document of a docket, the most urgent first."""

    SHORTENED = "shortened"
    EXTENDED = "extended"
    REOPENED = "reopened"
    OPENED = "opened"
    ENDED = "ended"
    WITHDRAWN = "withdrawn"
    SUPPORTING = "supporting"
    DOCUMENT = "document"
    REMOVED = "removed"
    RECEIVED = "received"
    WORDS = "words"


_ACT: dict[Event, tuple[ActVerb, Operand]] = {
    Event.SHORTENED: (ActVerb.END, Operand.COMMENT_PERIOD),
    Event.EXTENDED: (ActVerb.EXTEND, Operand.COMMENT_PERIOD),
    Event.REOPENED: (ActVerb.RESUME, Operand.COMMENT_PERIOD),
    Event.OPENED: (ActVerb.REQUEST_COMMENTS, Operand.COMMENT_PERIOD),
    Event.ENDED: (ActVerb.END, Operand.COMMENT_PERIOD),
    Event.WITHDRAWN: (ActVerb.END, Operand.PROCEEDING),
    Event.SUPPORTING: (ActVerb.REPORT, Operand.PROCEEDING),
    Event.DOCUMENT: (ActVerb.REPORT, Operand.PROCEEDING),
    Event.REMOVED: (ActVerb.REVISE, Operand.PROCEEDING),
    Event.RECEIVED: (ActVerb.REPORT, Operand.PROCEEDING),
    Event.WORDS: (ActVerb.REVISE, Operand.PROCEEDING),
}
_MOVES = frozenset({Event.SHORTENED, Event.EXTENDED, Event.REOPENED, Event.ENDED, Event.WITHDRAWN})


@dataclass(frozen=True, slots=True)
class _Row:
    """A changed document of a docket. `before` and `after` are the last days of its comment period."""

    event: Event
    path: str
    text: str
    before: date | None = None
    after: date | None = None

    @property
    def cells(self) -> dict[str, str]:
        return cells_of(self.text)

    @property
    def title(self) -> str:
        title = self.cells.get("Title", "")
        return title if len(title) <= _TITLE else f"{title[:_TITLE].rsplit(' ', 1)[0]}…"

    @property
    def number(self) -> str:
        """The number of its document of the Federal Register."""
        return next(
            iter(citations.citation_values(self.cells.get("Federal Register", ""), "document-number")), ""
        )

    @property
    def evidence(self) -> Evidence:
        return Evidence(fold_space(self.text.replace(CELL_GAP, "; ")), self.path)


def classify_docket(
    document: Document,
    operations: Sequence[Operation],
    today: date,
    subject: Callable[[Document], Classification],
) -> Classification:
    """Return the classification of a docket, or of a change of it. `subject` classifies what the docket is about by the rules
    for documents.
    """
    about = in_place(subject(_as_proposal(document)), _passages(document))
    if document.type == COMMENT:
        return _comment(document, about)
    rows = list(_changed(operations, today)) if operations else _recent(document, today)
    rows.sort(key=lambda row: list(Event).index(row.event))
    level = Level.NONE if about.level is Level.NONE else _level(rows)
    acts = tuple(_act(row, level) for row in rows[:_ACTS])
    return Classification(
        level=level,
        topics=about.topics if level is not Level.NONE else (),
        direction=Direction.PROCEDURE,
        japan_nexus=about.japan_nexus,
        dates=tuple(_dates(document, rows)),
        links=tuple(
            DocumentRelation("extends", row.number, row.evidence.quote, row.path)
            for row in rows
            if row.event in (Event.EXTENDED, Event.REOPENED) and row.number
        ),
        acts=acts if level is not Level.NONE else (),
        headline=_both(lambda language: _headline(document, rows, language)),
        summary=_both(lambda language: _summary(document, rows, language)),
        reason=_both(lambda language: _reason(rows, level, language)),
        version=about.version,
    )


def _both(say: Callable[[Language], str]) -> LocalizedText:
    return LocalizedText(ja=say("ja"), en=say("en"))


def _passages(document: Document) -> list[Passage]:
    """Return what says what the docket is about: its abstract, or the first paragraph and the titles of its documents."""
    if document.abstract:
        return [(fold_space(document.abstract), JOINED)]
    paragraphs = [unit for unit in document.units if unit.kind is UnitKind.PARAGRAPH]
    titles = {cells_of(unit.text).get("Title", ""): unit.path for unit in reversed(_rows(document))}
    return [
        *((fold_space(unit.text), unit.path) for unit in paragraphs[:1]),
        *((fold_space(title), path) for title, path in reversed(titles.items())),
    ]


def _as_proposal(document: Document) -> Document:
    """Return what the docket is about as a document that the rules for titles can read."""
    return replace(
        document,
        kind=DocumentKind.PROPOSED_RULE,
        units=(),
        abstract=joined(_passages(document)),
        comments_close_on=None,
        type="Proposed Rule",
    )


def _rows(document: Document) -> list[Unit]:
    return [unit for unit in document.units if unit.kind is UnitKind.ROW]


def _recent(document: Document, today: date) -> list[_Row]:
    """Return the documents of a docket that is seen for the first time, without those that were in it long before."""
    rows = [_new(unit, today) for unit in _rows(document)]
    since = str((document.published or today) - _LONG)
    return [row for row in rows if row.event is Event.OPENED or row.cells.get("Posted", since) >= since]


def _new(unit: Unit, today: date) -> _Row:
    ends = _end(unit.text)
    if ends is not None and ends >= today:
        return _Row(Event.OPENED, unit.path, unit.text, None, ends)
    kind = cells_of(unit.text).get("Type", "")
    return _Row(Event.SUPPORTING if kind in _SUPPORTING else Event.DOCUMENT, unit.path, unit.text, None, ends)


def _changed(operations: Sequence[Operation], today: date) -> Iterator[_Row]:
    for operation in operations:
        if operation.editorial:
            continue
        if operation.kind is not UnitKind.ROW:
            yield _Row(Event.WORDS, operation.path, operation.after or operation.before)
        elif operation.op is Op.ADDED:
            yield _new(Unit(operation.path, operation.kind, operation.after), today)
        elif operation.op is Op.REMOVED:
            yield _Row(Event.REMOVED, operation.path, operation.before)
        else:
            old, new = _end(operation.before), _end(operation.after)
            yield _Row(_moved(operation, old, new, today), operation.path, operation.after, old, new)


def _moved(operation: Operation, old: date | None, new: date | None, today: date) -> Event:
    before, after = cells_of(operation.before), cells_of(operation.after)
    if "Withdrawn" in after and "Withdrawn" not in before:
        return Event.WITHDRAWN
    if old != new:
        if new is None:
            return Event.ENDED
        if old is None:
            return Event.OPENED if new >= today else Event.WORDS
        if new < old:
            return Event.SHORTENED
        return Event.REOPENED if old < today else Event.EXTENDED
    before.pop("Comments received", None)
    return (
        Event.RECEIVED
        if {**after, "Comments received": ""} == {**before, "Comments received": ""}
        else Event.WORDS
    )


def _end(text: str) -> date | None:
    found = _PERIOD.search(cells_of(text).get("Comments", ""))
    return date.fromisoformat(found[2]) if found else None


def _level(rows: Sequence[_Row]) -> Level:
    """Return the level of a docket of the field. What a document of the Federal Register opens is reported with it."""
    if any(row.event in _MOVES or (row.event is Event.OPENED and not row.number) for row in rows):
        return Level.MEDIUM
    return Level.LOW


def _act(row: _Row, level: Level) -> Act:
    verb, operand = _ACT[row.event]
    return Act(
        verb=verb,
        operand=operand,
        evidence=row.evidence,
        phrase=row.title,
        force=Force.STATEMENT,
        until=row.after,
        units=(row.path,),
        direction=Direction.PROCEDURE,
        level=level,
    )


def _dates(document: Document, rows: Sequence[_Row]) -> Iterator[LegalDate]:
    """Yield the last day of each comment period, and the days from which one was moved, superseded."""
    for unit in _rows(document):
        if ends := _end(unit.text):
            row = _Row(Event.WORDS, unit.path, unit.text)
            yield LegalDate("comments-close", ends, quote=row.evidence.quote, where=unit.path)
    for row in rows:
        if row.before and row.before != row.after:
            yield LegalDate(
                "comments-close", row.before, quote=row.evidence.quote, superseded=True, where=row.path
            )


def _said(row: _Row, language: Language) -> str:
    kind = row.cells.get("Type", "")
    return t(
        f"docket.{row.event.value}",
        language,
        kind=label("docket-type", kind, language) if kind else "",
        title=_titled(row.title, language),
        before=format_day(row.before, language) if row.before else "",
        after=format_day(row.after, language) if row.after else "",
        count=row.cells.get("Comments received", "").partition(" ")[0],
    )


def _titled(title: str, language: Language) -> str:
    """Return a title in Japanese where all of its words are known, else as it is."""
    return (title_ja(title) if language == "ja" else "") or title


def _headline(document: Document, rows: Sequence[_Row], language: Language) -> str:
    said = list(dict.fromkeys(_said(row, language) for row in rows))
    more = t("docket.more", language, count=len(said) - _NAMED) if len(said) > _NAMED else ""
    gap = "、" if language == "ja" else "; "
    what = gap.join(said[:_NAMED]) + more
    return t("docket.headline", language, docket=document.citation or document.key, what=what)


def _summary(document: Document, rows: Sequence[_Row], language: Language) -> str:
    head = _headline(document, rows, language)
    return head + t("docket.about", language, title=_titled(document.title, language))


def _reason(rows: Sequence[_Row], level: Level, language: Language) -> str:
    if level is Level.NONE:
        return t("docket.reason.outside", language)
    if any(row.after and row.event is not Event.WORDS for row in rows):
        return t("docket.reason.comments", language)
    return t("docket.reason.documents", language)


def _comment(document: Document, about: Classification) -> Classification:
    """Return the classification of a public comment: a statement of its author, which orders nothing."""
    docket = next(iter(document.docket_ids), "")
    evidence = Evidence(
        fold_space(document.abstract or document.title), "abstract" if document.abstract else "title"
    )

    def say(key: str) -> LocalizedText:
        return _both(lambda language: t(key, language, docket=docket, title=document.title))

    act = Act(ActVerb.REPORT, Operand.PROCEEDING, evidence, force=Force.STATEMENT, level=Level.LOW)
    return Classification(
        level=Level.LOW,
        topics=about.topics,
        direction=Direction.PROCEDURE,
        acts=(act,),
        headline=say("docket.comment"),
        summary=say("docket.comment"),
        reason=say("docket.reason.comment"),
        version=about.version,
    )
