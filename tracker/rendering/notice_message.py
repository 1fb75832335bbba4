"""What is told and is no change: outages, dates ahead, alerts that nobody acknowledged; and what waited for the
morning, as one message."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from tracker.clock import legal_day
from tracker.i18n import day, label, moment, t
from tracker.model import Change, Language, Level, Notice
from tracker.rendering.alert_message import SUBJECT_LENGTH, Entry, Fact, Message, Quote, force, level_badge
from tracker.rendering.deadlines import change_url, confined_to, days_left
from tracker.rendering.failure_cause import reason_line
from tracker.rendering.location_text import where_said
from tracker.sanitize import line, safe_url, shorten

ENTRY_LENGTH = 240


def notice_message(
    notice: Notice,
    language: Language,
    *,
    now: datetime,
    timezone: str,
    viewer_url: str,
    repeated: bool = False,
    about: Change | None = None,
) -> Message:
    """A notice as of `now`, in the same form as an alert about a change. `about`: the change that it speaks of."""
    data = notice.data
    today = legal_day(now)
    subject = line(str(data.get("subject", "")).partition(":")[2])
    badge = label("notice", notice.kind, language)
    joint = "・" if language == "ja" else ", "
    points: list[Fact] = []
    quotes: tuple[Quote, ...] = ()
    page = "deliveries" if notice.kind.startswith(("channel", "recipient")) else "sources"
    links: tuple[Fact, ...] = (Fact(t("notice.health", language), f"{viewer_url.rstrip('/')}/{page}"),)
    title = ""
    if notice.kind == "deadline":
        on = date.fromisoformat(data["date"])
        left = days_left(on, today, language)
        title = line(data["title"])
        what = t(
            "notice.deadline-what", language,
            type=label("date", data["type"], language), day=day(on, language), left=left,
            what=line(data["what"][language]) or title,
        )  # fmt: skip
        title = "" if title in what else title
        badge = joint.join((badge, level_badge(notice.level, None, language)))
        points = [
            Fact(t("message.document", language), line(data["document_number"])),
            Fact(t("notice.note", language), confined_to(data["note"], data.get("units", ()), language)),
        ]
        if data["quote"]:
            where = where_said(data.get("where", ""), language)
            quotes = (Quote(line(data["quote"]), where, label("date", data["type"], language)),)
        links = _links(data["change"], data["url"], language, viewer_url)
    elif notice.kind == "unacknowledged":
        title = line(data["title"])
        badge = joint.join((badge, level_badge(notice.level, None, language)))
        what = t("notice.unacknowledged-what", language, what=line(data["what"][language]) or title)
        title = "" if title in what else title
        points = [
            Fact(t("notice.told", language), moment(_moment(data["told_at"]), language, timezone)),
            Fact(t("notice.told-to", language), line(data["channel"])),
        ]
        links = _links(data["change"], data["url"], language, viewer_url)
    else:
        what = t(f"notice.{notice.kind}-what", language, name=subject, count=data.get("failures", ""))
        reason = reason_line(data.get("cause"), str(data.get("reason", "")), language)
        points = [Fact(t("notice.reason", language), shorten(reason, 400))]
        if notice.kind.startswith(("host", "network")):
            names = ", ".join(map(line, data.get("sources", ())))
            points.insert(0, Fact(t("notice.sources", language), shorten(names, 400), strong=True))
        if data.get("since"):
            points.append(
                Fact(t("notice.since", language), moment(_moment(data["since"]), language, timezone))
            )
        if data.get("until"):
            points.append(
                Fact(t("notice.until", language), moment(_moment(data["until"]), language, timezone))
            )
        if notice.kind in {
            "source-down",
            "host-down",
            "network-down",
            "source-quiet",
            "source-gap",
            "channel-down",
            "recipient-refused",
        }:
            points.append(
                Fact(t("notice.todo", language), t(f"notice.{notice.kind}-todo", language), strong=True)
            )
    if about is not None:
        points += [
            Fact(
                t("message.status", language),
                force(about, today, language),
                strong=bool(about.tagging.status),
            ),
            Fact(t("message.reason", language), line(about.tagging.reason.get(language))),
        ]
    marks = (t("message.repeated", language),) if repeated else ()
    marked = joint.join((badge, *marks))
    return Message(
        id=notice.id,
        language=language,
        level=notice.level,
        direction=None,
        marks=marks,
        badge=badge,
        subject=shorten(t("message.subject", language, level=marked, what=what), SUBJECT_LENGTH),
        what=what,
        title=title,
        detail="",
        points=tuple(point for point in points if point.value),
        quotes=quotes,
        facts=(Fact(t("message.id", language), notice.id),),
        links=links,
        notice=t("message.notice", language) if "change" in data else "",
        number=line(str(data.get("document_number", ""))),
    )


def gathered(
    messages: Iterable[Message], language: Language, *, key: str, viewer_url: str, repeated: bool
) -> Message:
    """Several alerts as one message: the highest level first, otherwise in their order. Each keeps its own id and
    the link to its page."""
    several = sorted(messages, key=lambda message: -message.level.rank)
    counts = {level: sum(message.level is level for message in several) for level in Level}
    spread = [
        f"{label('level', level, language)} {number}"
        for level, number in sorted(counts.items(), key=lambda item: -item[0].rank)
        if number
    ]
    separator = "、" if language == "ja" else ", "
    what = t("notice.gathered-what", language, count=len(several), levels=separator.join(spread))
    badge = t("notice.gathered", language)
    marks = (t("message.repeated", language),) if repeated else ()
    marked = "・".join((badge, *marks)) if language == "ja" else ", ".join((badge, *marks))
    return Message(
        id=key,
        language=language,
        level=several[0].level,
        direction=None,
        marks=marks,
        badge=badge,
        subject=shorten(t("message.subject", language, level=marked, what=what), SUBJECT_LENGTH),
        what=what,
        title="",
        detail="",
        points=(),
        quotes=(),
        facts=(),
        links=(Fact(t("notice.inbox", language), f"{viewer_url.rstrip('/')}/"),),
        notice=t("message.notice", language),
        entries=tuple(_entry(message, language) for message in several),
    )


def _entry(message: Message, language: Language) -> Entry:
    strong = [point for point in message.points if point.strong]
    separator = "、" if language == "ja" else ", "
    return Entry(
        id=message.id,
        level=message.level,
        badge=separator.join((message.badge, *message.marks)),
        what=shorten(message.what, ENTRY_LENGTH) + (f" ({message.number})" if message.number else ""),
        note=separator.join(f"{point.label}: {point.value}" for point in strong[:2]),
        link=message.links[0].value if message.links else "",
    )


def _links(change_id: str, address: str, language: Language, viewer_url: str) -> tuple[Fact, ...]:
    official = safe_url(address)
    return (
        Fact(t("message.open", language), change_url(viewer_url, change_id)),
        *((Fact(t("message.official", language), official),) if official else ()),
    )


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)
