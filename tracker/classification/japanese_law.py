"""Classifies an amendment of a law of Japan: what it touches, from when it applies, and which act amends it.

The rules are for the words of the United States. Of a Japanese amendment nothing is judged but what its structure shows: which provisions and
rows of the tables change, and the facts that e-Gov states of the revision.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta

from tracker.clock import TOKYO
from tracker.i18n import format_day, t
from tracker.model import (
    Classification,
    Direction,
    Document,
    Evidence,
    Language,
    LegalDate,
    Level,
    LocalizedText,
    Operation,
    Status,
    Topic,
    UnitKind,
)
from tracker.text import fold_space

_NAMED = 4
_QUOTE = 240
_TABLE = "別表"
_SUPPLEMENT = "附則"
_DAY = timedelta(days=1)


def classify_law(document: Document, operations: Sequence[Operation], version: str) -> Classification:
    """Return the classification of a law as it is stored first, or of an amendment. `version` is that of the rules."""
    changed = [one for one in operations if not one.editorial and one.kind is not UnitKind.CITATION]
    dates, status = _dates(document), _status(document)
    evidence = tuple(
        Evidence(_clipped(one.after or one.before), one.path) for one in _weightiest(changed)[:_NAMED]
    )
    topics = (Topic("allied-alignment", 1.0, evidence),) if evidence else ()
    named = Evidence(fold_space(document.title), "title")
    return Classification(
        level=_level(changed),
        topics=topics,
        direction=Direction.UNDETERMINED if changed else Direction.PROCEDURE if operations else None,
        japan_nexus=(named,),
        dates=dates,
        status=status,
        units=tuple(dict.fromkeys(one.path for one in changed or operations)),
        needs_reading=bool(changed),
        headline=_both(lambda language: _headline(document, changed, language)),
        summary=_both(lambda language: _summary(document, changed, language)),
        reason=_both(lambda language: _reason(changed, operations, language)),
        version=version,
    )


def _both(say: Callable[[Language], str]) -> LocalizedText:
    return LocalizedText(ja=say("ja"), en=say("en"))


def _is_listed(path: str) -> bool:
    return any(step.startswith(_TABLE) for step in path.split(" › "))


def _is_supplementary(path: str) -> bool:
    return any(step.startswith(_SUPPLEMENT) for step in path.split(" › "))


def _weightiest(changed: Sequence[Operation]) -> list[Operation]:
    """Return the operations that matter most first: rows of tables, then provisions, then supplementary provisions."""
    return sorted(changed, key=lambda one: (_is_supplementary(one.path), not _is_listed(one.path)))


def _level(changed: Sequence[Operation]) -> Level:
    """A table lists the controlled goods, technologies or places; an amendment of it reaches every firm that ships them."""
    if any(_is_listed(one.path) and not _is_supplementary(one.path) for one in changed):
        return Level.HIGH
    if any(not _is_supplementary(one.path) for one in changed):
        return Level.MEDIUM
    return Level.LOW


def _dates(document: Document) -> tuple[LegalDate, ...]:
    """Return the day from which the text applies, where the amending law sets one."""
    found = []
    if document.published:
        found.append(LegalDate("published", document.published, quote=document.dates_text, where="dates"))
    if document.effective_on:
        found.append(
            LegalDate(
                "effective",
                document.effective_on,
                quote=document.dates_text,
                where="dates",
                time="00:00",
                zone="JST",
            )
        )
    return tuple(found)


def _status(document: Document) -> tuple[Status, ...]:
    """Return whether the text applies: published until the day on which it takes effect in Japan."""
    by = document.citation or document.action or None
    waits = Status(
        "published", document.published, by=by, quote=document.dates_text, where="dates", zone=TOKYO
    )
    start = document.effective_on
    if start is None:
        return (waits,)
    holds = replace(waits, state="in-force", since=start)
    if document.published and document.published < start:
        return (replace(waits, until=start - _DAY), holds)
    return (holds,)


def _names(changed: Sequence[Operation], language: Language) -> str:
    paths = list(dict.fromkeys(one.path for one in _weightiest(changed)))
    head = f"{paths[0].partition(' › ')[0]} › " if paths else ""
    shown = [path.removeprefix(head).replace(" › ", " ") for path in paths[:_NAMED]]
    joined = ("、" if language == "ja" else ", ").join(shown)
    rest = len(paths) - len(shown)
    return joined + (t("japan-law.more", language, count=rest) if rest > 0 else "")


def _headline(document: Document, changed: Sequence[Operation], language: Language) -> str:
    if not changed:
        return t("japan-law.facts", language, law=document.title)
    return t("japan-law.headline", language, law=document.title, what=_names(changed, language))


def _summary(document: Document, changed: Sequence[Operation], language: Language) -> str:
    said = [t("japan-law.summary", language, head=_headline(document, changed, language))]
    if document.action or document.citation:
        said.append(t("japan-law.by", language, act=document.action or "", number=document.citation or ""))
    if document.effective_on:
        said.append(t("japan-law.from", language, day=format_day(document.effective_on, language)))
    else:
        said.append(t("japan-law.no-day", language))
    return ("" if language == "ja" else " ").join(said)


def _reason(changed: Sequence[Operation], operations: Sequence[Operation], language: Language) -> str:
    if not operations:
        return t("japan-law.reason.state", language)
    if not changed:
        return t("japan-law.reason.facts", language)
    listed = any(_is_listed(one.path) for one in changed)
    return t("japan-law.reason.table" if listed else "japan-law.reason.provision", language)


def _clipped(words: str) -> str:
    return words if len(words) <= _QUOTE else f"{words[:_QUOTE]}…"
