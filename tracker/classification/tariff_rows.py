"""Classifies a release of the tariff schedule by the rows that it changes: which duty came, went, rose or fell, on
whose goods.

The prose rules are for documents that order something. A row states its own rate, so its cells decide.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tracker.countries import countries_in
from tracker.i18n import t
from tracker.model import (
    Act,
    ActVerb,
    Classification,
    Direction,
    Document,
    Evidence,
    JapanStanding,
    Language,
    Level,
    LocalizedText,
    Operand,
    Operation,
    Topic,
)
from tracker.tariff.changes import ChangedRow, RowChange, changed_rows
from tracker.tariff.headings import origins

_ACTS = 8  # acts of one release; the summary counts all rows
_NAMED = 3
_QUOTE = 240
_JAPAN = "japan"

_MEANING: dict[RowChange, tuple[ActVerb, Operand, Direction]] = {
    RowChange.DUTY_ADDED: (ActVerb.IMPOSE, Operand.DUTY, Direction.RESTRICTION),
    RowChange.DUTY_REMOVED: (ActVerb.END, Operand.DUTY, Direction.RELIEF),
    RowChange.EXCEPTION_ADDED: (ActVerb.EXEMPT, Operand.EXCLUSION, Direction.RELIEF),
    RowChange.EXCEPTION_REMOVED: (ActVerb.END, Operand.EXCLUSION, Direction.RESTRICTION),
    RowChange.RATE_RAISED: (ActVerb.RAISE, Operand.DUTY, Direction.RESTRICTION),
    RowChange.RATE_LOWERED: (ActVerb.LOWER, Operand.DUTY, Direction.RELIEF),
    RowChange.RATE_CHANGED: (ActVerb.REVISE, Operand.DUTY, Direction.UNDETERMINED),
    RowChange.ROW_ADDED: (ActVerb.REVISE, Operand.DUTY, Direction.UNDETERMINED),
    RowChange.ROW_REMOVED: (ActVerb.REVISE, Operand.DUTY, Direction.UNDETERMINED),
    RowChange.WORDS: (ActVerb.REVISE, Operand.DUTY, Direction.UNDETERMINED),
}
_DUTIES = frozenset({RowChange.DUTY_ADDED, RowChange.DUTY_REMOVED})
_RATES = frozenset({RowChange.RATE_RAISED, RowChange.RATE_LOWERED, RowChange.RATE_CHANGED})


def classify_rows(document: Document, operations: Sequence[Operation], version: str) -> Classification:
    """Return the classification of a change of the schedule. `version` is that of the rules."""
    rows = changed_rows(operations)
    acts = sorted((_act(row) for row in rows), key=lambda act: -act.level.rank)
    level = max((act.level for act in acts), key=lambda one: one.rank, default=Level.NONE)
    quoted = next((row for row in rows if acts and row.path == acts[0].units[0]), None)
    evidence = tuple(act.evidence for act in acts if act.hts and act.hts[0].startswith("99"))[:_NAMED]
    score = 1.0 if evidence else 0.5
    topics = (
        (Topic("secondary-tariffs", score, evidence or tuple(act.evidence for act in acts[:1])),)
        if acts
        else ()
    )
    return Classification(
        level=level,
        topics=topics,
        direction=_direction(rows),
        japan_nexus=tuple(act.evidence for act in acts if act.japan is not JapanStanding.NOT_NAMED)[:_NAMED],
        units=tuple(row.path for row in rows),
        acts=tuple(acts[:_ACTS]),
        headline=_both(lambda language: _headline(document, rows, language)),
        summary=_both(lambda language: _summary(document, rows, quoted, language)),
        reason=_both(lambda language: _reason(rows, acts, language)),
        version=version,
    )


def _both(say: Callable[[Language], str]) -> LocalizedText:
    return LocalizedText(ja=say("ja"), en=say("en"))


def _act(row: ChangedRow) -> Act:
    verb, operand, direction = _MEANING[row.what]
    of = origins(row.words)
    japan = JapanStanding.IN if _JAPAN in of or of == ("all",) else JapanStanding.NOT_NAMED
    if japan is JapanStanding.IN and not row.is_chapter_99:
        japan = JapanStanding.NOT_NAMED
    quote = row.words if len(row.words) <= _QUOTE else f"{row.words[:_QUOTE].rsplit(' ', 1)[0]}…"
    return Act(
        verb=verb,
        operand=operand,
        evidence=Evidence(quote or row.path, row.path),
        hts=(row.path.partition(" › ")[0],),
        of=of,
        amount_before=row.before,
        amount_after=row.after,
        japan=japan,
        units=(row.path,),
        direction=direction,
        level=_level(row, japan),
    )


def _level(row: ChangedRow, japan: JapanStanding) -> Level:
    if row.is_chapter_99 and row.path.startswith("9903"):
        if row.what in _DUTIES | _RATES:
            return Level.HIGH if japan is JapanStanding.IN else Level.MEDIUM
        return Level.MEDIUM if japan is JapanStanding.IN else Level.LOW
    return Level.MEDIUM if row.what in _RATES else Level.LOW


def _direction(rows: Sequence[ChangedRow]) -> Direction:
    """Return the way that all rows go. Exceptions that come with a duty belong to it."""
    ways = {_MEANING[row.what][2] for row in rows if row.what is not RowChange.WORDS}
    if any(row.what is RowChange.DUTY_ADDED for row in rows):
        others = [row for row in rows if row.what not in (RowChange.EXCEPTION_ADDED, RowChange.WORDS)]
        ways = {_MEANING[row.what][2] for row in others}
    return ways.pop() if len(ways) == 1 else Direction.UNDETERMINED


def _headline(document: Document, rows: Sequence[ChangedRow], language: Language) -> str:
    parts = []
    for what in RowChange:
        names = [row.path for row in rows if row.what is what]
        if names:
            shown = ", ".join(names[:_NAMED]) + (", …" if len(names) > _NAMED else "")
            parts.append(t(f"tariff.{what.value}", language, count=f"{len(names):,}", names=shown))
    gap = "、" if language == "ja" else "; "
    return t("tariff.headline", language, release=document.citation or "HTS", what=gap.join(parts))


def _summary(
    document: Document, rows: Sequence[ChangedRow], quoted: ChangedRow | None, language: Language
) -> str:
    head = _headline(document, rows, language)
    if quoted is None:
        return head
    words = quoted.words if len(quoted.words) <= _QUOTE else f"{quoted.words[:_QUOTE].rsplit(' ', 1)[0]}…"
    key = "tariff.row" if not quoted.before else "tariff.row-after" if not quoted.after else "tariff.row-both"
    return head + t(key, language, path=quoted.path, words=words, before=quoted.before, after=quoted.after)


def _reason(rows: Sequence[ChangedRow], acts: Sequence[Act], language: Language) -> str:
    if any(act.japan is JapanStanding.IN and act.level is Level.HIGH for act in acts):
        return t("tariff.reason.japan", language)
    if any(row.is_chapter_99 for row in rows):
        countries = {country.id: country for row in rows for country in countries_in(row.words)}
        named = ", ".join(country.name(language) for country in list(countries.values())[:_NAMED])
        return t("tariff.reason.chapter-99" if named else "tariff.reason.any", language, countries=named)
    return t("tariff.reason.lines", language)
