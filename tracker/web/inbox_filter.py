"""The filter of the inbox, as written in the address, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TypeVar

from tracker.i18n import label, t
from tracker.model import TOPIC_IDS, DocumentKind, Language, Level
from tracker.search.query import terms
from tracker.storage.change_query import ChangeQuery
from tracker.storage.read_queries import StoreReader
from tracker.text import search_key
from tracker.web.context import WebContext

PAGE = 50
STATES = (
    "proposed",
    "published",
    "in-force",
    "delayed",
    "stayed",
    "not-enforced",
    "expired",
    "withdrawn",
    "rescinded",
    "declared-unlawful",
    "not-incorporated",
    "unclear",
)
REVIEWS = ("open", "acknowledged", "decided")
VIEWS = ("unread", "mine", "unreviewed", "done", "all")
Member = TypeVar("Member", bound=StrEnum)
_CHOICES: Mapping[str, tuple[str, ...]] = {
    "view": VIEWS,
    "level": tuple(level.value for level in Level),
    "status": STATES,
    "kind": tuple(kind.value for kind in DocumentKind),
    "review": REVIEWS,
    "new": ("1",),
    "similar": ("1",),
    "baseline": ("1",),
}
BESIDE = frozenset({"page", "lang", "done"})  # parameters of the address that are no filters


@dataclass(frozen=True, slots=True)
class InboxFilter:
    """The filter of the inbox, as written in the address; empty fields match anything. `view`: one of VIEWS.
    `baseline`: with the records of the first poll. `new`: without them, where they are listed otherwise (the calendar).
    `similar`: changes that no rule matched, but whose words are similar to a topic's.
    """

    q: str = ""
    view: str = ""
    level: str = ""
    topic: str = ""
    source: str = ""
    profile: str = ""
    status: str = ""
    kind: str = ""
    since: str = ""
    until: str = ""
    new: str = ""
    baseline: str = ""
    similar: str = ""
    review: str = ""
    assignee: str = ""

    def values(self) -> dict[str, object]:
        return {name: getattr(self, name) for name in self.__slots__}

    @property
    def conditions(self) -> dict[str, str]:
        """The fields by which records are chosen, in all views and at all levels."""
        return {
            name: getattr(self, name)
            for name in self.__slots__
            if name not in ("view", "level", "baseline") and getattr(self, name)
        }

    @property
    def shown_view(self) -> str:
        """The view that the inbox shows: `unreviewed`, unless something is searched in all of them."""
        return self.view or ("all" if self.q or self.review or self.assignee else "unreviewed")

    def wanted(self, today: date, store: StoreReader) -> ChangeQuery:
        """Return the filter for the query. Without a level, typographic changes and changes outside the field
        are left out, unless a profile is given. Changes of an assignee are found however the name was written.
        """
        level = _member(Level, self.level)
        return ChangeQuery(
            since=_day(self.since),
            until=_day(self.until),
            topic=self.topic or None,
            level=level or (Level.NONE if self.similar or self.profile else Level.LOW),
            source=self.source or None,
            terms=terms(self.q),
            kind=self.kind or None,
            profile=self.profile or None,
            status=self.status or None,
            on=today,
            review=self.review or None,
            assignees=store.spellings(self.assignee) if self.assignee else (),
            editorial=None if level is Level.NONE else False,
            baseline=False if self.new else None,
            resembling=bool(self.similar),
            limit=PAGE,
        )


def filter_of(values: Mapping[str, str]) -> InboxFilter:
    """Return the filter of a query string; invalid values are left out (`problems` names them)."""
    taken = {name: values.get(name, "").strip()[:200] for name in InboxFilter.__slots__}
    for name, allowed in _CHOICES.items():
        if taken[name] not in allowed:
            taken[name] = ""
    for name in ("since", "until"):
        if _day(taken[name]) is None:
            taken[name] = ""
    return InboxFilter(**taken)


def problems(
    values: Mapping[str, str], web_context: WebContext, store: StoreReader, language: Language
) -> list[str]:
    """Return a sentence for each part of a query string that is no filter, or matches nothing ever."""
    return list(_problems(values, web_context, store, language))


def _problems(
    values: Mapping[str, str], web_context: WebContext, store: StoreReader, language: Language
) -> Iterator[str]:
    chosen, settings = filter_of(values), web_context.settings
    named = {
        "topic": {*TOPIC_IDS},
        "source": {source.id for source in settings.sources},
        "profile": {profile.id for profile in settings.profiles},
    }
    for name, value in values.items():
        words = value.strip()[:200]
        if name in BESIDE or not words:
            continue
        if name not in InboxFilter.__slots__:
            yield t("web.wrong-filter", language, name=name[:40])
        elif not getattr(chosen, name):
            yield t("web.wrong-value", language, name=filter_label(name, language), value=words)
        elif name in named and words not in named[name] and not store.has_any(name, words):
            yield t("web.wrong-name", language, name=filter_label(name, language), value=words)
    if _ends_first(chosen):
        yield t("web.wrong-period", language)


def wrong_period(values: Mapping[str, str], chosen: InboxFilter, language: Language) -> Iterator[str]:
    """Yield a sentence for each day of the period that is none, and for a period that ends before it begins."""
    for name in ("since", "until"):
        words = values.get(name, "").strip()[:200]
        if words and not getattr(chosen, name):
            yield t("web.wrong-value", language, name=filter_label(name, language), value=words)
    if _ends_first(chosen):
        yield t("web.wrong-period", language)


def _ends_first(chosen: InboxFilter) -> bool:
    return bool(chosen.since and chosen.until and chosen.since > chosen.until)


def filter_label(name: str, language: Language) -> str:
    """Return what a field of the filter is called."""
    if name == "q":
        return t("web.search", language)
    return t("message.level", language) if name == "level" else label("web.filter", name, language)


def choices(web_context: WebContext) -> dict[str, list[str]]:
    settings = web_context.settings
    with web_context.reading() as store:
        assignees = {search_key(name): name for name in reversed(store.assignees())}
    return {
        "topic": list(TOPIC_IDS),
        "source": [source.id for source in settings.sources],
        "profile": [profile.id for profile in settings.profiles],
        "status": list(STATES),
        "kind": [str(kind) for kind in DocumentKind],
        "review": list(REVIEWS),
        "assignee": sorted(assignees.values()),
        "similar": ["1"] if settings.similarity else [],
    }


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _member(kind: type[Member], text: str) -> Member | None:
    try:
        return kind(text)
    except ValueError:
        return None
