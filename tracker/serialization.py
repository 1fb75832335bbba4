"""Converts a change to and from one JSON object, for `tracker changes --json`, `/api/changes`, webhooks and the
database.

`change_to_json` writes the keys of `docs/records.md`, and further keys that a reader may ignore (`revision`,
`baseline`, `editorial`, `abstract`, `links`, `profile_matches`, `rules`). `change_from_json` reads it back
without loss, so that the database needs to store the object only.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any, TypeVar

from tracker.effects import (
    Affected,
    Affecting,
    Applied,
    Certainty,
    DaySource,
    Effect,
    EffectVerb,
    Extent,
    RecordedEffect,
)
from tracker.errors import ParseError
from tracker.model import (
    Act,
    ActVerb,
    Change,
    Classification,
    DateMove,
    Direction,
    DocumentKind,
    DocumentRelation,
    Evidence,
    Force,
    JapanStanding,
    LegalDate,
    Level,
    LocalizedText,
    Operand,
    ProfileMatch,
    SnapshotRef,
    Status,
    Topic,
)
from tracker.model.corrections import corrections_from_json, corrections_to_json

T = TypeVar("T")

_AFFECTING = ("document_number", "executive_order", "proclamation", "citation", "page", "instruction")
_CITATION = re.compile(r"\d{1,3} FR \d{1,6}")
_ORDERS = ("E.O. ", "Proclamation ")


def format_instant(moment: datetime) -> str:
    """Return an instant in UTC, `2025-09-29T12:45:07Z`, with a fraction only where it has one."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _move(entry: LegalDate) -> dict[str, str]:
    """Return the keys of a date that was moved; none of another."""
    return {"moved_to": entry.moved.to.isoformat(), "moved_by": entry.moved.by} if entry.moved else {}


def change_to_json(change: Change) -> dict[str, Any]:
    """Return the change as JSON values: ISO dates, instants in UTC with `Z`, no tuples."""
    tagging = change.tagging
    return {
        "id": change.id,
        "source": change.source,
        "kind": change.kind.value,
        "document_number": change.document_number,
        "citation": change.citation,
        "title": change.title,
        "abstract": change.abstract,
        "url": change.url,
        "agencies": list(change.agencies),
        "published": _day(change.published),
        "detected_at": format_instant(change.detected_at),
        "dates": [
            {
                "type": entry.type,
                "date": entry.date.isoformat(),
                "note": entry.note,
                "quote": entry.quote,
                "superseded": entry.superseded,
                "where": entry.where,
                "time": entry.time,
                "zone": entry.zone,
                "counted": entry.counted,
                "by": entry.by or None,
            }
            | _move(entry)
            for entry in tagging.dates
        ],
        "status": [
            {
                "state": entry.state,
                "from": _day(entry.since),
                "until": _day(entry.until),
                **_named(entry),
                "units": list(entry.units),
                "quote": entry.quote,
                "where": entry.where,
                **({"zone": entry.zone} if entry.zone else {}),
            }
            for entry in tagging.status
        ],
        "units": list(tagging.units),
        "eccns": list(tagging.eccns),
        "topics": [
            {"id": topic.id, "score": topic.score, "evidence": _evidence(topic.evidence)}
            for topic in tagging.topics
        ],
        "level": tagging.level.value,
        "direction": tagging.direction.value if tagging.direction else None,
        "japan_nexus": _evidence(tagging.japan_nexus),
        "reason": {"ja": tagging.reason.ja, "en": tagging.reason.en},
        "summary": {"ja": tagging.summary.ja, "en": tagging.summary.en},
        "acts": [_act(act) for act in tagging.acts],
        "needs_reading": tagging.needs_reading,
        "headline": {"ja": tagging.headline.ja, "en": tagging.headline.en},
        "links": [
            {"relation": link.relation, "target": link.target, "quote": link.quote, "where": link.where}
            for link in tagging.links
        ],
        "profiles": [match.profile for match in change.profiles],
        "profile_matches": [
            {
                "profile": match.profile,
                "level": match.level.value,
                "evidence": _evidence(match.evidence),
            }
            for match in change.profiles
        ],
        "before": _snapshot(change.before),
        "after": _snapshot(change.after),
        "supersedes": change.supersedes,
        "order": change.order,
        "revision": change.revision,
        "baseline": change.baseline,
        "editorial": change.editorial,
        "rules": tagging.version,
        **corrections_to_json(change.corrections),
    }


def effect_to_json(recorded: RecordedEffect) -> dict[str, Any]:
    """Return an effect of the register as JSON values; what says nothing is null."""
    effect = recorded.effect
    affecting, affected = effect.affecting, effect.affected
    return {
        "id": recorded.id,
        "affecting": {
            **{name: getattr(affecting, name) for name in _AFFECTING},
            "title": recorded.title or None,
            "quote": affecting.quote or None,
            "where": affecting.where or None,
        },
        "verb": effect.verb.value,
        "affected": {name: getattr(affected, name) for name in Affected.__slots__},
        "from": _moment(effect.from_),
        "from_source": effect.from_source.value if effect.from_source else None,
        "until": _moment(effect.until),
        "known_at": None if effect.known_at is None else format_instant(effect.known_at),
        "applied": effect.applied.value,
        "certainty": effect.certainty.value,
        "extent": effect.extent.value,
        "change": recorded.change_id,
        "by_hand": effect.by_hand or None,
        "retracted_at": None if recorded.retracted_at is None else format_instant(recorded.retracted_at),
        "ended_on": _day(recorded.ended_on),
        "ended_by_hand": recorded.ended_by_hand or None,
    }


def effect_from_json(value: Mapping[str, Any]) -> RecordedEffect:
    """Return the effect that `effect_to_json` wrote. Raises ParseError for an invalid record."""
    try:
        affecting, affected = value["affecting"], value["affected"]
        effect = Effect(
            verb=EffectVerb(value["verb"]),
            affecting=Affecting(
                **{name: affecting.get(name) for name in _AFFECTING},
                quote=affecting.get("quote") or "",
                where=affecting.get("where") or "",
            ),
            affected=Affected(**{name: affected.get(name) for name in Affected.__slots__}),
            from_=_moment_of(value.get("from")),
            until=_moment_of(value.get("until")),
            known_at=_instant_of(value["known_at"]) if value.get("known_at") else None,
            applied=Applied(value["applied"]),
            certainty=Certainty(value["certainty"]),
            extent=Extent(value.get("extent", Extent.WHOLE.value)),
            by_hand=value.get("by_hand") or "",
            from_source=DaySource(value["from_source"]) if value.get("from_source") else None,
        )
        return RecordedEffect(
            _text(value["id"]),
            effect,
            value.get("change"),
            affecting.get("title") or "",
            _instant_of(value["retracted_at"]) if value.get("retracted_at") else None,
            _day_of(value.get("ended_on")),
            value.get("ended_by_hand") or "",
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ParseError(
            f"an effect cannot be read back: {type(error).__name__} {error}",
            cure="another program wrote it, or it is damaged",
        ) from error


def change_from_json(value: Mapping[str, Any]) -> Change:
    """Return the change that `change_to_json` wrote. Keys that older versions did not write take their
    defaults.

    Raises ParseError for an invalid record: a required key is missing or a value has another type.
    """
    try:
        return _restore(value)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        known = (
            value.get("id", "without an id") if isinstance(value, Mapping) else "the record is not an object"
        )
        raise ParseError(
            f"the record {known} cannot be read back: {type(error).__name__} {error}",
            cure="another program wrote it, or it is damaged",
        ) from error


def _restore(value: Mapping[str, Any]) -> Change:
    return Change(
        id=_text(value["id"]),
        source=_text(value["source"]),
        kind=DocumentKind(value["kind"]),
        title=_text(value["title"]),
        url=_text(value["url"]),
        detected_at=_instant_of(value["detected_at"]),
        tagging=_tagging_of(value),
        document_number=value.get("document_number"),
        citation=value.get("citation"),
        agencies=_texts(value.get("agencies")),
        published=_day_of(value.get("published")),
        abstract=value.get("abstract", ""),
        revision=int(value.get("revision", 1)),
        baseline=bool(value.get("baseline", False)),
        editorial=bool(value.get("editorial", False)),
        profiles=_each(
            value.get("profile_matches"),
            lambda entry: ProfileMatch(
                entry["profile"], Level(entry["level"]), _evidence_of(entry.get("evidence"))
            ),
        ),
        before=_snapshot_of(value.get("before")),
        after=_snapshot_of(value.get("after")),
        supersedes=value.get("supersedes"),
        order=value.get("order"),
        corrections=corrections_from_json(value),
    )


def _tagging_of(value: Mapping[str, Any]) -> Classification:
    direction = value.get("direction")
    return Classification(
        level=Level(value["level"]),
        topics=_each(
            value.get("topics"),
            lambda entry: Topic(entry["id"], float(entry["score"]), _evidence_of(entry.get("evidence"))),
        ),
        direction=Direction(direction) if direction else None,
        japan_nexus=_evidence_of(value.get("japan_nexus")),
        dates=_each(
            value.get("dates"),
            lambda entry: LegalDate(
                entry["type"],
                date.fromisoformat(entry["date"]),
                entry.get("note", ""),
                entry.get("quote", ""),
                bool(entry.get("superseded", False)),
                entry.get("where", ""),
                entry.get("time", ""),
                entry.get("zone", ""),
                entry.get("counted", ""),
                entry.get("by") or "",
                DateMove(date.fromisoformat(entry["moved_to"]), entry["moved_by"])
                if "moved_to" in entry
                else None,
            ),
        ),
        status=_each(
            value.get("status"),
            lambda entry: Status(
                entry["state"],
                _day_of(entry.get("from")),
                _day_of(entry.get("until")),
                _by(entry),
                _texts(entry.get("units")),
                entry.get("quote", ""),
                entry.get("where", ""),
                _other_name(entry),
                entry.get("zone", ""),
            ),
        ),
        links=_each(
            value.get("links"),
            lambda entry: DocumentRelation(
                entry["relation"], entry["target"], entry.get("quote", ""), entry.get("where", "")
            ),
        ),
        units=_texts(value.get("units")),
        eccns=_texts(value.get("eccns")),
        reason=_bilingual_of(value.get("reason")),
        summary=_bilingual_of(value.get("summary")),
        acts=_each(value.get("acts"), _act_of),
        needs_reading=bool(value.get("needs_reading", False)),
        headline=_bilingual_of(value.get("headline")),
        version=value.get("rules", ""),
    )


def _act(act: Act) -> dict[str, Any]:
    return {
        "verb": act.verb.value,
        "operand": act.operand.value if act.operand else None,
        "actor": act.actor,
        "object": list(act.objects),
        "eccns": list(act.eccns),
        "hts": list(act.hts),
        "parties": list(act.parties),
        "party_count": act.party_count,
        "of": list(act.of),
        "trigger": act.trigger,
        "trigger_countries": list(act.trigger_countries),
        "amount": {"before": act.amount_before, "after": act.amount_after},
        "japan": {"standing": act.japan.value, "rate": act.japan_rate},
        "force": act.force.value,
        "from": _day(act.since),
        "until": _day(act.until),
        "phrase": act.phrase,
        "earlier_act": act.earlier_act,
        "units": list(act.units),
        "terms": list(act.terms),
        "direction": act.direction.value,
        "level": act.level.value,
        "quote": act.evidence.quote,
        "where": act.evidence.where,
    }


def _act_of(value: Mapping[str, Any]) -> Act:
    amount, japan = value.get("amount") or {}, value.get("japan") or {}
    count = value.get("party_count")
    return Act(
        verb=ActVerb(value["verb"]),
        operand=Operand(value["operand"]) if value.get("operand") else None,
        evidence=Evidence(value.get("quote", ""), value.get("where", "")),
        actor=value.get("actor", ""),
        objects=_texts(value.get("object")),
        eccns=_texts(value.get("eccns")),
        hts=_texts(value.get("hts")),
        parties=_texts(value.get("parties")),
        party_count=None if count is None else int(count),
        of=_texts(value.get("of")),
        trigger=value.get("trigger", ""),
        trigger_countries=_texts(value.get("trigger_countries")),
        amount_before=amount.get("before", ""),
        amount_after=amount.get("after", ""),
        japan=JapanStanding(japan.get("standing", JapanStanding.NOT_NAMED.value)),
        japan_rate=japan.get("rate", ""),
        force=Force(value.get("force", Force.BINDING_NOW.value)),
        since=_day_of(value.get("from")),
        until=_day_of(value.get("until")),
        phrase=value.get("phrase", ""),
        earlier_act=value.get("earlier_act", ""),
        units=_texts(value.get("units")),
        terms=_texts(value.get("terms")),
        direction=Direction(value.get("direction", Direction.UNDETERMINED.value)),
        level=Level(value.get("level", Level.NONE.value)),
    )


def _evidence(evidence: Sequence[Evidence]) -> list[dict[str, str]]:
    return [{"quote": entry.quote, "where": entry.where} for entry in evidence]


def _evidence_of(value: Sequence[Mapping[str, Any]] | None) -> tuple[Evidence, ...]:
    return _each(value, lambda entry: Evidence(entry["quote"], entry["where"]))


def _snapshot(reference: SnapshotRef | None) -> dict[str, str] | None:
    if reference is None:
        return None
    return {"sha256": reference.sha256, "fetched_at": format_instant(reference.fetched_at)}


def _snapshot_of(value: Mapping[str, Any] | None) -> SnapshotRef | None:
    return None if value is None else SnapshotRef(value["sha256"], _instant_of(value["fetched_at"]))


def _bilingual_of(value: Mapping[str, str] | None) -> LocalizedText:
    return LocalizedText("", "") if value is None else LocalizedText(value["ja"], value["en"])


def _named(status: Status) -> dict[str, str | None]:
    """Return whose statement it is: `by` its number, for an order that of the order, for a page its title, null where
    only its citation is known; and its citation.
    """
    if _CITATION.fullmatch(status.by or ""):
        return {"by": status.number, "citation": status.by}
    return {"by": status.by, "citation": status.number}


def _by(entry: Mapping[str, Any]) -> str | None:
    """The name by which a status names its document: that of an order, else the citation."""
    by: str | None = entry.get("by")
    return by if by and by.startswith(_ORDERS) else entry.get("citation") or by


def _other_name(entry: Mapping[str, Any]) -> str | None:
    by: str | None = entry.get("by")
    citation: str | None = entry.get("citation")
    return citation if by and by.startswith(_ORDERS) else by if citation else None


def _moment(moment: date | datetime | None) -> str | None:
    if isinstance(moment, datetime):
        return format_instant(moment)
    return _day(moment)


def _moment_of(value: str | None) -> date | datetime | None:
    if value is None or "T" not in value:
        return _day_of(value)
    return _instant_of(value)


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _day_of(value: str | None) -> date | None:
    return None if value is None else date.fromisoformat(value)


def _instant_of(value: str) -> datetime:
    moment = datetime.fromisoformat(value)
    if moment.tzinfo is None:
        raise ValueError(f"{value!r} is an instant without a zone")
    return moment.astimezone(UTC)


def _each(
    value: Sequence[Mapping[str, Any]] | None, build: Callable[[Mapping[str, Any]], T]
) -> tuple[T, ...]:
    return tuple(build(entry) for entry in value or ())


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is no text")
    return value


def _texts(value: Sequence[object] | None) -> tuple[str, ...]:
    return tuple(_text(entry) for entry in value or ())
