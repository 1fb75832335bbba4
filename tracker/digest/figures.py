"""Builds the charts of the quarter, with captions in one language."""

from __future__ import annotations

from tracker.digest.quarter import BOUNDS, Quarter
from tracker.digest.view_model import ChartView, Series
from tracker.i18n import label, t
from tracker.model import Language, Level

LEVELS = (Level.CRITICAL, Level.HIGH, Level.MEDIUM, Level.LOW)


def charts(quarter: Quarter, language: Language) -> tuple[ChartView, ...]:
    """The charts: levels and topics by week, and lead times where there are enough rules. Empty where the quarter has no
    changes."""
    if not quarter.total:
        return ()
    return (_levels(quarter, language), *_topics(quarter, language), *_lead(quarter, language))


def _columns(quarter: Quarter) -> tuple[str, ...]:
    return tuple(f"{counts.period.first.month}/{counts.period.first.day}" for counts in quarter.weeks)


def _levels(quarter: Quarter, language: Language) -> ChartView:
    now, before = quarter.weeks[-1].total, len(quarter.weeks) - 1
    series = tuple(
        Series(
            label("level", level, language), tuple(counts.levels[level] for counts in quarter.weeks), level
        )
        for level in LEVELS
    )
    return ChartView(
        "levels",
        t("digest.chart-levels", language),
        t("digest.chart-levels-caption", language, now=now, weeks=before, usual=f"{quarter.usual:.1f}")
        if before
        else t("digest.chart-levels-first", language, now=now),
        _columns(quarter),
        series,
        t("digest.unit", language),
        stacked=True,
    )


def _topics(quarter: Quarter, language: Language) -> tuple[ChartView, ...]:
    if not quarter.topics:
        return ()
    series = tuple(
        Series(label("topic", name, language), tuple(counts.topics[name] for counts in quarter.weeks))
        for name in quarter.topics
    )
    top = quarter.topics[0]
    caption = t(
        "digest.chart-topics-caption",
        language,
        topic=label("topic", top, language),
        count=sum(counts.topics[top] for counts in quarter.weeks),
        total=quarter.total,
    )
    return (ChartView("topics", t("digest.chart-topics", language), caption, _columns(quarter), series),)


def _lead(quarter: Quarter, language: Language) -> tuple[ChartView, ...]:
    """The lead-time chart; empty with fewer than three rules."""
    lead = quarter.lead
    if lead.total < 3 or lead.median is None:
        return ()
    columns = []
    low: int | None = None
    for bound in BOUNDS:
        if low is None:
            columns.append(t("digest.lead-already", language))
        elif bound is None:
            columns.append(t("digest.lead-over", language, days=low))
        else:
            columns.append(t("digest.lead-days", language, low=low + 1, high=bound))
        low = bound
    if lead.median > 0:
        caption = t(
            "digest.chart-lead-caption",
            language,
            median=f"{lead.median:.0f}",
            total=lead.total,
            already=lead.counts[0],
        )
    else:
        caption = t("digest.chart-lead-late", language, total=lead.total, already=lead.counts[0])
    return (
        ChartView(
            "lead", t("digest.chart-lead", language), caption, tuple(columns), (Series("", lead.counts),)
        ),
    )
