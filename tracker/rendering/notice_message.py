"""Builds messages that are not about a change: outages, upcoming dates, unacknowledged alerts, and the morning
batch.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import Any

from tracker.clock import legal_day
from tracker.i18n import format_day, format_instant, label, t
from tracker.model import Change, Language, Level, Notice
from tracker.rendering.alert_message import (
    SUBJECT_LENGTH,
    LabeledFact,
    ListEntry,
    Message,
    OfficialQuote,
    force_label,
)
from tracker.rendering.correction_text import review_words
from tracker.rendering.deadlines import change_url, confined_to, days_left
from tracker.rendering.failure_cause import reason_line
from tracker.rendering.location_text import location_label
from tracker.rendering.moved_dates import with_moved_dates
from tracker.rendering.profile_lead import leading_badge, leading_match, profile_reason
from tracker.rendering.source_text import SourceNames, id_as_name
from tracker.sanitize import safe_url, sanitize_line, shorten

ENTRY_LENGTH = 240
DIFFERING_UNITS, DIFFERING_WORDS = (
    3,
    600,
)  # units of a difference that are quoted, and characters of each text


def notice_message(
    notice: Notice,
    language: Language,
    *,
    now: datetime,
    timezone: str,
    viewer_url: str,
    repeated: bool = False,
    about: Change | None = None,
    profile: str = "",
    names: SourceNames = id_as_name,
) -> Message:
    """Return a notice as of `now`, in the same form as an alert about a change. `about` is the change that it
    refers to; `profile` that of its readers, whose level then leads. `names`: those of the sources.
    """
    data = notice.data
    if notice.kind == "prediction-differs":
        about = None  # it is about the words, not about what they mean to the firm
    match = leading_match(about, profile) if about is not None and profile else None
    level = match.level if match else notice.level
    today = legal_day(now)
    subject = sanitize_line(str(data.get("subject", "")).partition(":")[2])
    badge = label("notice", notice.kind, language)
    joint = "・" if language == "ja" else ", "
    points: list[LabeledFact] = []
    quotes: tuple[OfficialQuote, ...] = ()
    page = "deliveries" if notice.kind.startswith(("channel", "recipient")) else "sources"
    links: tuple[LabeledFact, ...] = (
        LabeledFact(t("notice.health", language), f"{viewer_url.rstrip('/')}/{page}"),
    )
    title = ""
    if notice.kind == "test":
        what = t("message.test", language)
        points = [LabeledFact(t("notice.review-due-by", language), sanitize_line(data["who"]))]
        links = (LabeledFact(t("hook.title", language), f"{viewer_url.rstrip('/')}/deliveries/log"),)
    elif notice.kind == "deadline":
        on = date.fromisoformat(data["date"])
        left = days_left(on, today, language)
        title = sanitize_line(data["title"])
        what = t(
            "notice.deadline-what", language,
            type=label("date", data["type"], language), day=format_day(on, language), left=left,
            what=sanitize_line(data["what"][language]) or title,
        )  # fmt: skip
        title = "" if title in what else title
        badge = joint.join((badge, leading_badge(notice.level, None, match, language)))
        points = [
            LabeledFact(t("message.document", language), sanitize_line(data["document_number"])),
            LabeledFact(
                t("notice.note", language),
                confined_to(data["note"], data.get("by", ""), data.get("units", ()), language),
            ),
        ]
        if data["quote"]:
            where = location_label(data.get("where", ""), language)
            quotes = (
                OfficialQuote(sanitize_line(data["quote"]), where, label("date", data["type"], language)),
            )
        links = _links(data["change"], data["url"], language, viewer_url)
    elif notice.kind == "unacknowledged":
        title = sanitize_line(data["title"])
        badge = joint.join((badge, leading_badge(notice.level, None, match, language)))
        what = t("notice.unacknowledged-what", language, what=sanitize_line(data["what"][language]) or title)
        title = "" if title in what else title
        points = [
            LabeledFact(
                t("notice.sent", language), format_instant(_moment(data["told_at"]), language, timezone)
            ),
            LabeledFact(t("notice.sent-to", language), sanitize_line(data["channel"])),
        ]
        links = _links(data["change"], data["url"], language, viewer_url)
    elif notice.kind == "review-due":
        title = sanitize_line(data["title"])
        badge = joint.join((badge, leading_badge(notice.level, None, match, language)))
        day = format_day(date.fromisoformat(data["date"]), language)
        what = t("notice.review-due-what", language, what=sanitize_line(data["what"][language]) or title)
        title = "" if title in what else title
        points = [
            LabeledFact(label("web.did", "due", language), day, strong=True),
            LabeledFact(t("notice.review-due-by", language), sanitize_line(data["who"])),
        ]
        links = _links(data["change"], data["url"], language, viewer_url)
    elif notice.kind.startswith("review-"):
        title = sanitize_line(data["title"])
        action, words = label("web.did", data["action"], language), review_words(data, language)
        what = t(
            "notice.review-what", language, who=sanitize_line(data["who"]), action=action, words=words
        ).strip()
        points = [LabeledFact(t("notice.note", language), sanitize_line(data["note"]))]
        links = _links(data["change"], data["url"], language, viewer_url)
    elif notice.kind == "prediction-differs":
        rules = joint.join(map(sanitize_line, data["rules"]))
        path = sanitize_line(data["units"][0]["path"])
        what = t("notice.prediction-differs-what", language, rules=rules, path=path, count=data["count"])
        title = sanitize_line(data["title"])
        points = [*_differing(data, language)]
        links = _links(data["change"], data["url"], language, viewer_url)
    else:
        name = _with_id(names, subject, language) if notice.kind.startswith("source") else subject
        what = t(f"notice.{notice.kind}-what", language, name=name, count=data.get("failures", ""))
        reason = reason_line(data.get("cause"), str(data.get("reason", "")), language)
        points = [LabeledFact(t("notice.reason", language), shorten(reason, 400))]
        if notice.kind.startswith(("host", "network")):
            failing = (_with_id(names, source, language) for source in data.get("sources", ()))
            listed = t("delivery-reason.name-separator", language).join(failing)
            points.insert(0, LabeledFact(t("notice.sources", language), shorten(listed, 400), strong=True))
        if data.get("since"):
            points.append(
                LabeledFact(
                    t("notice.since", language), format_instant(_moment(data["since"]), language, timezone)
                )
            )
        if data.get("until"):
            points.append(
                LabeledFact(
                    t("notice.until", language), format_instant(_moment(data["until"]), language, timezone)
                )
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
                LabeledFact(
                    t("notice.todo", language), t(f"notice.{notice.kind}-todo", language), strong=True
                )
            )
    if about is not None:
        if match is not None:
            own = profile_reason(match, about.tagging.level, language)
            points.append(LabeledFact(t("profile.label", language), own))
        points += [
            LabeledFact(
                t("message.status", language),
                force_label(about, today, language),
                strong=bool(about.tagging.status),
            ),
            LabeledFact(
                t("message.reason", language),
                with_moved_dates(sanitize_line(about.tagging.reason.get(language)), about, language),
            ),
        ]
    marks = (t("message.repeated", language),) if repeated else ()
    marked = joint.join((badge, *marks))
    return Message(
        id=notice.id,
        language=language,
        level=level,
        direction=None,
        marks=marks,
        badge=badge,
        subject=shorten(t("message.subject", language, level=marked, what=what), SUBJECT_LENGTH),
        what=what,
        title=title,
        detail="",
        points=tuple(point for point in points if point.value),
        quotes=quotes,
        facts=(LabeledFact(t("message.id", language), notice.id),),
        links=links,
        notice=t("message.notice", language) if "change" in data else "",
        number=sanitize_line(str(data.get("document_number", ""))),
        profile=match.profile if match else "",
    )


def _with_id(names: SourceNames, source: str, language: Language) -> str:
    """Return the name of a source with its id, which the commands against an outage take."""
    name, identity = names(source, language), sanitize_line(source)
    return name if name == identity else f"{name} ({identity})"


def combine_notices(
    messages: Iterable[Message], language: Language, *, key: str, viewer_url: str, repeated: bool
) -> Message:
    """Combine several alerts into one message: the highest level first, otherwise in their order. Each keeps its own id and the link to its
    page.
    """
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
        links=(LabeledFact(t("notice.inbox", language), f"{viewer_url.rstrip('/')}/"),),
        notice=t("message.notice", language),
        entries=tuple(_entry(message, language) for message in several),
    )


def _entry(message: Message, language: Language) -> ListEntry:
    strong = [point for point in message.points if point.strong]
    separator = "、" if language == "ja" else ", "
    return ListEntry(
        id=message.id,
        level=message.level,
        badge=separator.join((message.badge, *message.marks)),
        what=shorten(message.what, ENTRY_LENGTH) + (f" ({message.number})" if message.number else ""),
        note=separator.join(f"{point.label}: {point.value}" for point in strong[:2]),
        link=message.links[0].value if message.links else "",
    )


def _differing(data: Mapping[str, Any], language: Language) -> Iterator[LabeledFact]:
    """Yield both texts of the first differing units, and what to do."""
    for unit in data["units"][:DIFFERING_UNITS]:
        path, rule = sanitize_line(unit["path"]), sanitize_line(unit["rule"])
        computed, found = (
            shorten(sanitize_line(unit[name]), DIFFERING_WORDS) or t("redline.nothing", language)
            for name in ("computed", "found")
        )
        yield LabeledFact(t("notice.prediction-computed", language, path=path, rule=rule), computed)
        yield LabeledFact(t("notice.prediction-found", language, path=path), found)
    more = data["count"] - DIFFERING_UNITS
    if more > 0:
        yield LabeledFact(t("notice.prediction-others", language), t("message.more", language, count=more))
    yield LabeledFact(t("notice.todo", language), t("notice.prediction-differs-todo", language), strong=True)


def _links(change_id: str, address: str, language: Language, viewer_url: str) -> tuple[LabeledFact, ...]:
    official = safe_url(address)
    return (
        LabeledFact(t("message.open", language), change_url(viewer_url, change_id)),
        *((LabeledFact(t("message.official", language), official),) if official else ()),
    )


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)
