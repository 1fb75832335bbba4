"""Queries for reminders, escalations and outages: days of publication, upcoming dates, unacknowledged alerts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import ColumnElement, Connection, exists, func, or_, select

from tracker.model import Change
from tracker.storage import corrections
from tracker.storage.account_tables import ACCOUNT, LOGIN_EVENT
from tracker.storage.schema import ATTEMPT, CHANGE, CHANGE_PROFILE, DELIVERY, LEGAL_DATE, SOURCE


def changes_with_dates(connection: Connection, first: date, last: date) -> list[Change]:
    """The changes in the field, or of a profile, with a date in force between two days, both included."""
    ahead = select(LEGAL_DATE.c.seq).where(LEGAL_DATE.c.day.between(first, last) & ~LEGAL_DATE.c.superseded)
    rows = connection.execute(
        select(CHANGE.c.record).where(CHANGE.c.seq.in_(ahead) & _at_least(1) & ~CHANGE.c.editorial)
    )
    return corrections.from_records(connection, [row.record for row in rows])


def _at_least(rank: int) -> ColumnElement[bool]:
    """The condition that a change has at least this level's rank, by itself or for a profile."""
    of_profile = select(CHANGE_PROFILE.c.seq).where(
        (CHANGE_PROFILE.c.seq == CHANGE.c.seq) & (CHANGE_PROFILE.c.level >= rank)
    )
    return or_(CHANGE.c.level >= rank, of_profile.exists())


def publication_days(connection: Connection, sources: Sequence[str], limit: int) -> list[date]:
    """The last days on which these sources published something, newest first."""
    rows = connection.execute(
        select(CHANGE.c.published)
        .where(CHANGE.c.source.in_(list(sources)) & CHANGE.c.published.is_not(None))
        .distinct()
        .order_by(CHANGE.c.published.desc())
        .limit(limit)
    )
    return [row.published for row in rows]


def unacknowledged(
    connection: Connection, rank: int, since: datetime
) -> list[tuple[Change, datetime, tuple[str, ...]]]:
    """The changes of at least this level's rank, by themselves or for a profile, whose current revision was sent
    since then and that nobody has acknowledged or decided: the change, the time of the first sending, and the
    channels."""
    rows = connection.execute(
        select(
            CHANGE.c.record,
            func.min(ATTEMPT.c.at).label("at"),
            func.group_concat(DELIVERY.c.channel.distinct()).label("channels"),
        )
        .select_from(CHANGE)
        .join(DELIVERY, (DELIVERY.c.subject_id == CHANGE.c.id) & (DELIVERY.c.revision == CHANGE.c.revision))
        .join(ATTEMPT, ATTEMPT.c.delivery_id == DELIVERY.c.id)
        .where(_at_least(rank) & ATTEMPT.c.ok & (ATTEMPT.c.at >= since) & ~CHANGE.c.handled)
        .group_by(CHANGE.c.seq)
    )
    return [
        (corrections.from_record(connection, row.record), row.at, tuple(sorted(row.channels.split(","))))
        for row in rows
    ]


def in_use(connection: Connection) -> tuple[list[str], list[str], str]:
    """Signs that this state is in use: the polled sources, the channels with deliveries, and `in use` where
    accounts exist, so that sign-in is required."""
    sources = connection.execute(
        select(SOURCE.c.id).where(SOURCE.c.last_success_at.is_not(None)).order_by(SOURCE.c.id)
    )
    channels = connection.execute(select(DELIVERY.c.channel).distinct().order_by(DELIVERY.c.channel))
    signed = connection.execute(
        select(
            or_(exists(ACCOUNT.select()), exists(LOGIN_EVENT.select().where(LOGIN_EVENT.c.outcome == "in")))
        )
    ).scalar()
    return list(sources.scalars()), list(channels.scalars()), "in use" if signed else ""
