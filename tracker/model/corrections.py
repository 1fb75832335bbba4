"""Applies reviewers' corrections of level, direction, topics and the Japanese gist to the result of the rules.

The record of the rules is unchanged. A correction is an entry of the review log for one revision; the newest
one of the current revision applies, and the result of the rules stays beside it. An omitted field keeps the
result of the rules; a correction without any field withdraws the one before it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tracker.model.acts import Direction, Level

ACTION = "correct"  # of an entry of the review log
GIST = 300  # characters


@dataclass(frozen=True, slots=True)
class CorrectedFields:
    """The fields of a correction. None: the result of the rules applies."""

    level: Level | None = None
    direction: Direction | None = None
    topics: tuple[str, ...] | None = None
    gist_ja: str | None = None

    def __bool__(self) -> bool:
        return self != CorrectedFields()

    def encode(self) -> str:
        """Return the value of an entry of the review log: JSON of the corrected fields."""
        values = {
            "level": self.level and self.level.value,
            "direction": self.direction and self.direction.value,
            "topics": None if self.topics is None else list(self.topics),
            "gist_ja": self.gist_ja,
        }
        kept = {name: value for name, value in values.items() if value is not None}
        return json.dumps(kept, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def decode(value: str) -> CorrectedFields:
    """Return the fields of an entry. Raises ValueError for a value that `CorrectedFields.encode` did not write."""
    found = json.loads(value)
    if not isinstance(found, dict) or found.keys() - set(CorrectedFields.__slots__):
        raise ValueError(f"{value[:80]!r} is no correction")
    level, direction, topics, gist = (found.get(name) for name in CorrectedFields.__slots__)
    if topics is not None and not (
        isinstance(topics, list) and all(isinstance(topic, str) and topic for topic in topics)
    ):
        raise ValueError(f"{topics!r} are no topics")
    if gist is not None and not (isinstance(gist, str) and 0 < len(gist) <= GIST):
        raise ValueError(f"a gist has 1 to {GIST} characters")
    return CorrectedFields(
        None if level is None else Level(level),
        None if direction is None else Direction(direction),
        None if topics is None else tuple(topics),
        gist,
    )


@dataclass(frozen=True, slots=True)
class RuleFinding:
    """The result of the rules where a correction applies."""

    level: Level
    direction: Direction | None
    topics: tuple[str, ...]
    gist_ja: str
    reason_ja: str
    reason_en: str
    needs_reading: bool
    profiles: tuple[tuple[str, Level], ...]  # the level for each of them


@dataclass(frozen=True, slots=True)
class Correction:
    """One correction: by whom, when (ISO, UTC), of which revision, why. `by_rules`: the result of the rules,
    where this correction applies; None where a later one, or a later revision, replaced it.
    """

    at: str
    who: str
    revision: int
    reason: str
    fields: CorrectedFields
    by_rules: RuleFinding | None = None


def leading(corrections: Sequence[Correction]) -> Correction | None:
    """Return the correction that applies."""
    return next((one for one in reversed(corrections) if one.by_rules is not None), None)


def leading_fields(entries: Sequence[Mapping[str, Any]], revision: int) -> CorrectedFields:
    """Return the applied fields at a revision, from the corrections of a change, oldest first (`value`,
    `revision`).
    """
    newest = entries[-1] if entries else None
    return decode(newest["value"]) if newest and newest["revision"] >= revision else CorrectedFields()


def gist_of(record: Mapping[str, Any]) -> str:
    """Return the Japanese gist of a record as the rules wrote it: its headline, else its summary."""
    return str((record.get("headline") or {}).get("ja") or (record.get("summary") or {}).get("ja") or "")


def with_corrections(record: dict[str, Any], entries: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return a record with its corrections, oldest first (`at` as ISO in UTC, `who`, `revision`, `value`,
    `note`). The fields of the applied one replace those of the record; `found_by_rules` has the replaced
    values.
    """
    if not entries:
        return record
    made = {**record, "corrections": [_json(entry) for entry in entries]}
    fields = leading_fields(entries, record["revision"])
    if not fields:
        return made
    newest = entries[-1]
    made["found_by_rules"] = {
        "level": record["level"],
        "direction": record["direction"],
        "topics": [topic["id"] for topic in record["topics"]],
        "gist_ja": gist_of(record),
        "reason": record["reason"],
        "needs_reading": record.get("needs_reading", False),
        "profiles": {match["profile"]: match["level"] for match in record.get("profile_matches", ())},
    }
    made["needs_reading"] = False  # a person has read it
    if fields.level is not None:
        # A person's level has priority over the rules' level for a profile.
        level = made["level"] = fields.level.value
        made["profile_matches"] = [{**match, "level": level} for match in record.get("profile_matches", ())]
    if fields.direction is not None:
        made["direction"] = fields.direction.value
    if fields.level is not None or fields.direction is not None:
        reason = f"{newest['note']} ({newest['who']})"
        made["reason"] = {"ja": reason, "en": reason}
    if fields.topics is not None:
        known = {topic["id"]: topic for topic in record["topics"]}
        made["topics"] = [
            known.get(topic, {"id": topic, "score": 1.0, "evidence": []}) for topic in fields.topics
        ]
    if fields.gist_ja is not None:
        for name in ("headline", "summary"):
            made[name] = {"en": "", **(record.get(name) or {}), "ja": fields.gist_ja}
    return made


def corrections_from_json(record: Mapping[str, Any]) -> tuple[Correction, ...]:
    """Return the corrections that `with_corrections` put into a record."""
    found = record.get("found_by_rules")
    entries = record.get("corrections") or ()
    last = len(entries) - 1
    return tuple(
        Correction(
            entry["at"],
            entry["who"],
            int(entry["revision"]),
            entry["reason"],
            decode(
                json.dumps(
                    {name: entry[name] for name in CorrectedFields.__slots__ if entry[name] is not None}
                )
            ),
            _finding(found) if found and place == last else None,
        )
        for place, entry in enumerate(entries)
    )


def corrections_to_json(corrections: Sequence[Correction]) -> dict[str, Any]:
    """Return the keys `corrections` and `found_by_rules` of a record; none where nothing was corrected."""
    if not corrections:
        return {}
    made: dict[str, Any] = {
        "corrections": [
            _json(
                {
                    "at": one.at,
                    "who": one.who,
                    "revision": one.revision,
                    "note": one.reason,
                    "value": one.fields.encode(),
                }
            )
            for one in corrections
        ]
    }
    found = corrections[-1].by_rules
    if found is not None:
        made["found_by_rules"] = {
            "level": found.level.value,
            "direction": found.direction and found.direction.value,
            "topics": list(found.topics),
            "gist_ja": found.gist_ja,
            "reason": {"ja": found.reason_ja, "en": found.reason_en},
            "needs_reading": found.needs_reading,
            "profiles": {profile: level.value for profile, level in found.profiles},
        }
    return made


def _json(entry: Mapping[str, Any]) -> dict[str, Any]:
    fields = json.loads(entry["value"])
    return {
        "at": entry["at"],
        "who": entry["who"],
        "revision": entry["revision"],
        "reason": entry["note"],
        **{name: fields.get(name) for name in CorrectedFields.__slots__},
    }


def _finding(found: Mapping[str, Any]) -> RuleFinding:
    direction, reason = found["direction"], found["reason"]
    return RuleFinding(
        Level(found["level"]),
        Direction(direction) if direction else None,
        tuple(found["topics"]),
        found["gist_ja"],
        reason["ja"],
        reason["en"],
        bool(found["needs_reading"]),
        tuple((profile, Level(level)) for profile, level in found["profiles"].items()),
    )
