"""Plays a story of law day by day and compares every place that shows a status with what the day's law is."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from tests.e2e.story_places import Places, places
from tests.e2e.world import World
from tracker.demo.fr_text import full_text
from tracker.demo.model import FrDocument
from tracker.model import Change
from tracker.serialization import change_from_json

BIS = ("commerce-department", "industry-and-security-bureau")
OFAC = ("treasury-department", "foreign-assets-control-office")
USTR = ("executive-office-of-the-president", "trade-representative-office-of-united-states")
PRESIDENT = ("executive-office-of-the-president",)
PREAMBLE = "By the authority vested in me as President by the Constitution and the laws of the United States of America, it is hereby ordered:"

Action = Callable[[World], None]

# The words by which a reader recognizes a state.
WORDS = {
    "in-force": r"\bin force\b",
    "published": r"not yet effective",
    "proposed": r"\bproposed\b",
    "delayed": r"\bdelayed\b",
    "stayed": r"\bstayed\b",
    "not-enforced": r"not enforced",
    "rescinded": r"\brescinded\b|\bended by\b",
    "withdrawn": r"\bwithdrawn\b",
    "expired": r"\bexpired\b",
    "declared-unlawful": r"declared unlawful",
    "unclear": r"affected by [^|]{1,80}: check|effect not determined: check",
    "not-incorporated": r"could not be incorporated|not in the cfr text",
}


@dataclass(frozen=True)
class Sight:
    """What a reader finds of a subject on a day. `day`: the day that is named with the state; `by`: the names of the
    document that made it so, of which one is shown; `beside`: further states that are shown; `ahead`: states that are
    announced or were over; empty where nothing states it; `turned`: the state began in this week, so that the digest of the week has it."""

    state: str
    day: date | None = None
    by: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()
    ahead: tuple[str, ...] = ()
    turned: bool = False


@dataclass(frozen=True)
class Step:
    """A day: what is published on it, what is then seen, and how many alerts went out on it."""

    day: date
    actions: tuple[Action, ...]
    seen: dict[str, Sight]
    alerts: int | None = None


@dataclass(frozen=True)
class Story:
    """`records`: for each subject the number of its document, or `ear` for a unit of the recorded part."""

    name: str
    sources: tuple[str, ...]
    records: dict[str, str]
    steps: tuple[Step, ...]


# --- what is published ----------------------------------------------------------------------------


def document(
    number: str, title: str, paragraphs: Sequence[str], kind: str = "RULE", agencies: tuple[str, ...] = BIS, regtext: str = "",
    abstract: str | None = None, **facts: Any,
) -> Action:  # fmt: skip
    """A document in the issue of the day, with its full text."""

    def act(world: World) -> None:
        made = FrDocument(number, world.now.date(), title, kind, agencies, abstract, facts)
        world.standin.add_document(made)
        made.xml.put(world.now, full_text(made, paragraphs, regtext=regtext))

    return act


def order(number: str, eo: str, title: str, *paragraphs: str, signed: date) -> Action:
    return document(
        number, title, [PREAMBLE, *paragraphs], "PRESDOCU", PRESIDENT, executive_order_number=eo, signing_date=signed.isoformat(),
        start_page=30000 + int(eo),
    )  # fmt: skip


def inspected(
    number: str,
    title: str,
    paragraphs: Sequence[str],
    published: date,
    abstract: str | None = None,
    **facts: Any,
) -> Action:
    """A rule that is on public inspection today and published on a later day."""

    def act(world: World) -> None:
        made = FrDocument(
            number, published, title, "RULE", BIS, abstract, dict(facts),
            filed_at=world.now - timedelta(minutes=15),
        )  # fmt: skip
        world.standin.add_document(made)
        made.xml.put(world.now, full_text(made, paragraphs))

    return act


def page(path: str, title: str, *paragraphs: str) -> Action:
    """A new page that the news page links to."""

    def act(world: World) -> None:
        words = "".join(f"<p>{one}</p>" for one in paragraphs)
        world.standin.put_page(
            path,
            f"<html><head><title>{title}</title></head><body><main><h1>{title}</h1>{words}</main></body></html>",
        )
        world.standin.edit_page("/news", "</main>", f'<p><a href="{path}">{title}</a></p></main>')

    return act


def codified(before: str, after: str) -> Action:
    """The eCFR's part 744 has other words from this day on."""

    def act(world: World) -> None:
        world.standin.edit_part(15, "744", before, after, day=world.now.date())

    return act


# --- the play -------------------------------------------------------------------------------------


def play(story: Story, world: World) -> list[str]:
    """Return every place of every day that does not show what it has to."""
    world.use(*story.sources).poll()
    faults: list[str] = []
    with places(world) as found:
        for step in story.steps:
            moment = datetime.combine(step.day, time(13), UTC)
            world.later(seconds=(moment - world.now).total_seconds())
            alerted = world.alerted
            for act in step.actions:
                act(world)
            world.poll()
            if step.actions and "news" in story.sources:  # the next poll follows the link to a new page
                world.later(hours=2)
                world.poll()
            # The archive's own notice, on which comments close, is no part of a story.
            new = [one for one in world.alerts[alerted:] if "2026-11003" not in one]
            for subject, sight in step.seen.items():
                faults += [
                    f"{step.day} {subject}: {fault}" for fault in _faults(found, story, subject, sight)
                ]
            if step.alerts is not None and len(new) != step.alerts:
                faults.append(
                    f"{step.day}: {len(new)} alerts, not {step.alerts}: {[one[:80] for one in new]}"
                )
    return faults


def record_of(world: World, name: str) -> Change | None:
    """The newest record of a document, or of the part for `ear`; none before it is stored."""
    if name == "ear":
        records = [one for one in world.changes(source="ear") if not one["baseline"]]
    else:
        records = [one for one in world.changes() if one["document_number"] == name]
    return change_from_json(records[0]) if records else None


def _faults(found: Places, story: Story, subject: str, sight: Sight) -> Iterator[str]:
    name = story.records[subject]
    change = record_of(found.world, name)
    yield from _law(found, subject, sight)
    shown: list[tuple[str, str]] = [("tracker law", found.law(subject))]
    if name == "ear":
        shown += [("law view", found.law_view(subject)), ("history", found.history(subject))]
    if change is not None:
        shown += [
            ("inbox", found.inbox(change)),
            ("change page", found.change_page(change)),
            ("Slack", found.slack(change)),
            ("mail", found.mail(change)),
            ("PDF", found.paper(change)),
            ("Word", found.word(change)),
            ("redline", found.redline(change)),
        ]
        if sight.turned:
            shown.append(("digest", found.digest(change)))
    for place, text in shown:
        # A text that is part of the law carries a mark only where something else holds.
        silent = name == "ear" and sight.state == "in-force"
        silent = silent or (
            place in ("redline", "Word", "digest") and sight.state in ("in-force", "proposed")
        )
        # The digest says from which state to which a record turned, and has other records of the week.
        wrong = [
            one
            for one in _unlike(text, sight, silent=silent)
            if place != "digest" or not one.startswith("also")
        ]
        if wrong:
            yield f"{place}: {', '.join(wrong)} in {text[-200:]!r}"


def _unlike(text: str, sight: Sight, *, silent: bool) -> Iterator[str]:
    silent = silent or not sight.state
    for state in (() if silent else (sight.state,)) + sight.beside:
        if not re.search(WORDS[state], text, re.I):
            yield f"no {state}"
    if not silent and sight.state != "in-force":
        if sight.day and f"{sight.day:%B} {sight.day.day}, {sight.day.year}" not in text:
            yield f"no {sight.day}"
        if sight.by and not any(one in text for one in sight.by):
            yield f"no {' or '.join(sight.by)}"
    for state, words in WORDS.items():
        if state not in (
            sight.state,
            *sight.beside,
            *sight.ahead,
            "in-force",
            "published",
            "proposed",
        ) and re.search(words, text, re.I):
            yield f"also {state}"


def _law(found: Places, subject: str, sight: Sight) -> Iterator[str]:
    """`/api/law`, `/api/effects` and the feed of effects."""
    answer = found.law_json(subject)
    states = [one["state"] for one in answer["status"]]
    wanted = [sight.state] if sight.state else []
    if states[: len(wanted)] != wanted or sorted(states[len(wanted) :]) != sorted(sight.beside):
        yield f"/api/law: {states}, not {[*wanted, *sight.beside]}"
    elif sight.by and not sight.beside and answer["status"][0]["by"] not in sight.by:
        yield f"/api/law: by {answer['status'][0]['by']}"
    acting = {one["by"] for one in answer["status"] if one["by"]}
    asked = {"unit": subject} if "CFR" in subject else {"document": subject}
    listed = found.effects(**asked)
    named = " ".join(str(one["affecting"]) for one in listed)
    feed = " ".join(found.feed(**asked))
    for one in acting:
        if one.removeprefix("E.O. ") not in named:
            yield f"/api/effects lacks {one}"
        if one.removeprefix("E.O. ") not in feed:
            yield f"effects.atom lacks {one}: {feed}"
