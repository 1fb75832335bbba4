"""The opening of the digest: the subject, the week in three sentences, and a warning about failing sources."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from tracker.digest.figures import LEVELS
from tracker.digest.phrases import Phrases
from tracker.i18n import label, t
from tracker.legal_status.current import current_status
from tracker.model import Level
from tracker.rendering.deadlines import days_left
from tracker.rendering.profile_lead import level_badge
from tracker.sanitize import sanitize_line, shorten


def subject(words: Phrases, title: str, marks: Sequence[str]) -> str:
    week, language = words.week, words.language
    weighty = week.count(Level.CRITICAL) + week.count(Level.HIGH)
    sentence = (
        t("digest.subject-empty", language)
        if week.empty
        else t("digest.subject-counts", language, changes=words.changes(len(week.items)), weighty=weighty)
    )
    joined_marks = "・".join(marks) if language == "ja" else ", ".join(marks)
    return shorten(f"{title}{f' ({joined_marks})' if joined_marks else ''}: {sentence}", 140)


def warning(words: Phrases) -> str:
    ill = words.week.ill
    if not ill:
        return ""
    names = words.listed(words.source(source.id) for source in ill[:4])
    return t("digest.warning", words.language, count=len(ill), names=names)


def sentences(words: Phrases) -> tuple[str, ...]:
    return tuple(sentence for sentence in (_counted(words), _weightiest(words), _next(words)) if sentence)


def _counted(words: Phrases) -> str:
    week, language = words.week, words.language
    if week.empty:
        return t("digest.nothing", language)
    levels = words.listed(
        t("digest.level-count", language, level=name.lower(), count=count)
        for level, name, count in ((lv, label("level", lv, language), week.count(lv)) for lv in LEVELS)
        if count
    )
    before = week.quarter.weeks[-2].total if len(week.quarter.weeks) > 1 else 0
    sentence = t(
        "digest.counted", language, changes=words.changes(len(week.items)), levels=levels, before=before
    )
    updates = sum(item.update for item in week.items)
    if updates:
        sentence += t("digest.updates", language, count=updates)
    if week.profile:
        key = "digest.matched" if week.matched else "digest.matched-none"
        sentence += t(key, language, count=week.matched, profile=sanitize_line(week.profile))
    return sentence


def _weightiest(words: Phrases) -> str:
    week, language = words.week, words.language
    if week.empty:
        return watched(words)
    top = min(week.items, key=lambda item: (-item.level.rank, not item.matched))
    if top.level.rank < Level.MEDIUM.rank:
        return t("digest.minor", language)
    now = current_status(top.change.tagging.status, week.as_of).now
    sentence = level_badge(top.level, top.change.tagging.direction, language)
    if now is not None:
        state = label("status", now.state, language)
        sentence = f"{sentence}・{state}" if language == "ja" else f"{sentence}, {state.lower()}"
    return t("digest.weightiest", language, badge=sentence, what=words.what(top.change))


def watched(words: Phrases) -> str:
    sources = words.week.sources
    taken = sum(source.taken for source in sources)
    well = sum(source.well(words.week.period) for source in sources)
    return t("digest.watched", words.language, well=well, all=len(sources), taken=taken)


def _next(words: Phrases) -> str:
    week, language = words.week, words.language
    dated = [action for action in week.actions if action.date is not None]
    first = min(dated, key=lambda action: action.date.date if action.date else date.max, default=None)
    if first is not None and first.date is not None:
        return t(
            "digest.next-action",
            language,
            count=words.actions(len(week.actions)),
            day=words.day(first.date.date),
            left=days_left(first.date.date, week.as_of, language),
            type=words.type(first.date),
            what=words.name(first.item.change, number=False),
        )
    if week.actions:
        return t("digest.actions-undated", language, count=words.actions(len(week.actions)))
    if week.coming:
        coming = week.coming[0]
        return t(
            "digest.next-date",
            language,
            day=words.day(coming.date.date),
            type=words.type(coming.date),
            what=words.name(coming.item.change, number=False),
        )
    return t("digest.no-date", language)
