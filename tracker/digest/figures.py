"""The quarter's charts: what is counted, and what it says, in one language."""

from __future__ import annotations

from tracker.digest.quarter import BOUNDS, Quarter
from tracker.digest.view_model import ChartView, Series
from tracker.i18n import label, t
from tracker.model import Language, Level

LEVELS = (Level.CRITICAL, Level.HIGH, Level.MEDIUM, Level.LOW)


def charts(quarter: Quarter, language: Language) -> tuple[ChartView, ...]:
    """Levels and topics by week; the lead time where there are enough rules to say something of it. None of a
    quarter in which nothing was seen."""
    if not quarter.total:
        return ()
    return (_levels(quarter, language), *_topics(quarter, language), *_lead(quarter, language))


def _columns(quarter: Quarter) -> tuple[str, ...]:
    return tuple(f"{tally.period.first.month}/{tally.period.first.day}" for tally in quarter.weeks)


def _levels(quarter: Quarter, language: Language) -> ChartView:
    now, before = quarter.weeks[-1].total, len(quarter.weeks) - 1
    series = tuple(
        Series(label("level", level, language), tuple(tally.levels[level] for tally in quarter.weeks), level)
        for level in LEVELS
    )
    return ChartView(
        "levels",
        t("digest.chart-levels", language),
        t("digest.chart-levels-says", language, now=now, weeks=before, usual=f"{quarter.usual:.1f}")
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
        Series(label("topic", name, language), tuple(tally.topics[name] for tally in quarter.weeks))
        for name in quarter.topics
    )
    top = quarter.topics[0]
    says = t(
        "digest.chart-topics-says",
        language,
        topic=label("topic", top, language),
        count=sum(tally.topics[top] for tally in quarter.weeks),
        total=quarter.total,
    )
    return (ChartView("topics", t("digest.chart-topics", language), says, _columns(quarter), series),)


def _lead(quarter: Quarter, language: Language) -> tuple[ChartView, ...]:
    """Only with enough rules to say something of them."""
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
        says = t(
            "digest.chart-lead-says",
            language,
            median=f"{lead.median:.0f}",
            total=lead.total,
            already=lead.counts[0],
        )
    else:
        says = t("digest.chart-lead-late", language, total=lead.total, already=lead.counts[0])
    return (
        ChartView("lead", t("digest.chart-lead", language), says, tuple(columns), (Series("", lead.counts),)),
    )
