"""The tools about changes: what changed, one change, its dates, a search, and why it concerns a profile."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from tracker.answers.dates import deadlines_ahead
from tracker.answers.records import whole_change
from tracker.answers.texts import text_sources
from tracker.errors import UsageError
from tracker.mcp.answering import Answering, Answers, day_of, limited, one_of
from tracker.mcp.sizes import fit, page_of
from tracker.mcp.source_words import delimited
from tracker.model import TOPIC_IDS, Level
from tracker.rendering.deadlines import as_json
from tracker.rendering.profile_lead import profile_reason
from tracker.search.answers import answer_to_json, search
from tracker.search.query import terms
from tracker.serialization import change_from_json
from tracker.storage.change_query import ChangeQuery

MOST_ROWS = 100
WHOLE = 60_000  # bytes of one change
# What a list shows of a change; `get_change` has everything.
_LISTED = (
    "id", "source", "kind", "document_number", "citation", "title", "url", "published", "detected_at", "level", "direction",
    "needs_reading", "baseline", "headline", "summary", "units", "eccns", "dates", "status", "profiles", "supersedes", "before",
    "after", "corrections", "story",
)  # fmt: skip
# Who was alerted and who reviewed it is not for an assistant.
_INTERNAL = frozenset({"deliveries", "reviews", "model_summary", "resembles"})


def listed(record: dict[str, Any]) -> dict[str, Any]:
    """Return what a list shows of a record."""
    found = {name: record[name] for name in _LISTED if name in record}
    return delimited({**found, "topics": [topic["id"] for topic in record["topics"]]})


def changes_since(
    answers: Answers,
    since: str,
    topics: list[str],
    level: str,
    profile: str,
    query: str,
    limit: int,
    cursor: str,
) -> dict[str, Any]:
    day = day_of(since, "since")
    if day is None:
        raise UsageError("since: a day is needed", cure="write 2026-11-30")
    for topic in topics:
        one_of(topic, TOPIC_IDS, "topics")
    one_of(level or "low", tuple(Level), "level")
    with answers.answering() as made:
        _known_profile(made, profile)
        offset = made.start(cursor)
        wanted = ChangeQuery(
            since=day, topics=tuple(topics), level=Level(level or "low"), profile=profile or None,
            terms=terms(query), editorial=False, limit=limited(limit, MOST_ROWS), offset=offset,
        )  # fmt: skip
        records = made.reader.changes(wanted)
        total = made.reader.count(wanted)
        rows = page_of(map(listed, records), limit, made.cuts, "changes")
        shown = records[: len(rows)]
        for record in shown:
            made.cite_change(record)
        made.leave_open_records(shown)
        if not level:
            made.leave_open("outside-the-field")
        made.leave_open_sources()
        return made.answer("changes_since", page=made.page(offset, len(rows), total), changes=rows)


def get_change(answers: Answers, change_id: str) -> dict[str, Any]:
    with answers.answering() as made:
        found = whole_change(made.reader, made.connection, change_id)
        record = {name: value for name, value in found.json().items() if name not in _INTERNAL}
        made.cite_change(found.record)
        made.leave_open_records([found.record])
        return made.answer("get_change", change=fit(delimited(record), WHOLE, made.cuts, "change"))


def search_all(answers: Answers, query: str, limit: int, cursor: str) -> dict[str, Any]:
    if not query.strip():
        raise UsageError("query: words are needed")
    with answers.answering() as made:
        offset = made.start(cursor)
        most = min(offset + limited(limit, MOST_ROWS), MOST_ROWS)
        sources = text_sources(made.settings)
        found = search(made.reader, answers.finder, query[:200], sources, most)
        texts = answer_to_json(found)["texts"]
        records = list(found.changes)[offset:]
        passages = [
            {
                "document": one["text"],
                "path": one["path"],
                "from_version": one["from_version"],
                "until_version": one["until_version"],
                "official_text": {"text": one["source_text"]},
            }
            for one in texts["passages"][offset:]
        ]
        rows = page_of(map(listed, records), limit, made.cuts, "changes", 30_000)
        units = page_of(map(delimited, passages), limit, made.cuts, "passages", 30_000)
        for record in records[: len(rows)]:
            made.cite_change(record)
        for passage in passages[: len(units)]:
            _cite_version(made, str(passage["document"]), int(passage["from_version"]))
        if texts["not_indexed"]:
            made.leave_open("texts-not-indexed", versions=texts["not_indexed"])
        near = [*found.near_changes, *found.near_texts]
        if not found.changes and not found.hits:
            made.leave_open("nothing-found")
        made.leave_open_sources()
        if max(found.changes_total, found.hits_total) > MOST_ROWS:
            made.leave_open("only-the-best", most=MOST_ROWS)
        # Both lists go on together: the next page begins behind the shorter of those that are not at their end.
        open_lists = [
            len(part)
            for part, whole in ((rows, found.changes_total), (units, found.hits_total))
            if offset + len(part) < min(whole, MOST_ROWS)
        ]
        shown = min(open_lists, default=max(len(rows), len(units)))
        reachable = min(max(found.changes_total, found.hits_total), MOST_ROWS)
        return made.answer(
            "search",
            page=made.page(offset, shown, reachable),
            changes_total=found.changes_total,
            passages_total=found.hits_total,
            changes=rows,
            passages=units,
            near=[delimited({"query": one.query, "count": one.count}) for one in near],
        )


def _cite_version(made: Answering, document: str, ordinal: int) -> None:
    states = made.reader.text_states(document)
    state = next((one for one in states if one["ordinal"] == ordinal), None)
    if state is not None:
        made.cite(document=document, version=ordinal, as_of=state["as_of"], sha256=state["sha256"])


def deadlines(answers: Answers, until: str, limit: int, cursor: str) -> dict[str, Any]:
    last = day_of(until, "until")
    with answers.answering() as made:
        offset = made.start(cursor)
        ahead = deadlines_ahead(made.reader, answers.context.today())
        found = [entry for entry in ahead if last is None or entry.date <= last]
        rows = page_of(
            map(delimited, as_json(found[offset:])), limited(limit, MOST_ROWS), made.cuts, "deadlines"
        )
        made.cite_ids(entry.change_id for entry in found[offset : offset + len(rows)])
        made.leave_open("dates-only-as-read")
        made.leave_open_sources()
        return made.answer("deadlines", page=made.page(offset, len(rows), len(found)), deadlines=rows)


def explain_for_profile(answers: Answers, change_id: str, profile: str) -> dict[str, Any]:
    with answers.answering() as made:
        record = made.reader.change(change_id)
        change = change_from_json(record)
        match = next((one for one in change.profiles if one.profile == profile), None)
        if match is None:
            _known_profile(made, profile)
        settings = next((one for one in made.settings.profiles if one.id == profile), None)
        stated = next((one for one in record["profile_matches"] if one["profile"] == profile), None)
        level = change.tagging.level
        because = (
            {language: profile_reason(match, level, language) for language in ("ja", "en")} if match else None
        )
        shown = {
            "change": change.id,
            "profile": profile,
            "concerns_the_profile": match is not None,
            "level_for_the_profile": match.level.value if match else None,
            "general_level": level.value,
            "because": because,
            "matched_words": stated["evidence"] if stated else [],
            **{
                name: record[name]
                for name in ("headline", "summary", "reason", "title", "direction", "acts", "dates", "status")
            },
        }
        made.cite_change(record)
        made.leave_open_records([record])
        made.leave_open("profile-as-classified" if match else "profile-not-matched")
        watched = {"watched_by_profile": asdict(settings)} if settings else {}
        body = delimited({**shown, **_lists(watched)})
        return made.answer("explain_for_profile", explanation=fit(body, WHOLE, made.cuts, "explanation"))


def _lists(value: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """Return the words of a profile as JSON lists."""
    return {
        name: {key: list(one) if isinstance(one, tuple) else one for key, one in profile.items()}
        for name, profile in value.items()
    }


def _known_profile(made: Answering, profile: str) -> None:
    known = [one.id for one in made.settings.profiles]
    if profile and profile not in known:
        raise UsageError(
            f"no profile has the id {profile[:40]!r}", cure=f"there are: {', '.join(known) or 'none'}"
        )
