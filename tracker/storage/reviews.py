"""Reviews of changes: acknowledged, assigned, commented, decided, corrected. Entries are only added, and each is
chained to the one before, so that later changes are detected."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, insert, select

from tracker.errors import UsageError
from tracker.model.corrections import ACTION, decode
from tracker.storage import integrity
from tracker.storage.schema import CHANGE, DOCUMENT_GROUP, REVIEW
from tracker.text import fold_space

NAME = 80  # characters of a person's name
NOTE = 4_000


class ReviewAction(StrEnum):
    ACKNOWLEDGE = "acknowledge"
    ASSIGN = "assign"  # value: the assignee; empty: nobody
    DUE = "due"  # value: an ISO day; empty: none
    COMMENT = "comment"
    DECIDE = "decide"  # value: a Decision, note: the reason
    CORRECT = ACTION  # value: `corrections.CorrectedFields` as JSON, note: the reason; `ingest.corrections` writes it


# What is entered for a whole story.
_OF_STORY = frozenset({ReviewAction.ACKNOWLEDGE, ReviewAction.ASSIGN, ReviewAction.DUE, ReviewAction.DECIDE})


class Decision(StrEnum):
    APPLIES = "applies"
    DOES_NOT_APPLY = "does-not-apply"
    WATCH = "watch"


@dataclass(frozen=True, slots=True)
class ReviewState:
    """The review state of the current revision of a change. An acknowledgment or decision of an earlier revision
    does not count, because the text has changed since. Assignee and due day stay until they are changed."""

    acknowledged_by: str = ""
    assignee: str = ""
    due: date | None = None
    decision: str = ""
    reason: str = ""
    decided_by: str = ""

    @property
    def state(self) -> str:
        return "decided" if self.decision else "acknowledged" if self.acknowledged_by else "open"


def review_state(entries: Sequence[Mapping[str, Any]], revision: int) -> ReviewState:
    """The state that follows from the entries of a change, oldest first (`StoreReader.reviews`)."""
    found: dict[str, Any] = {}
    for entry in entries:
        match entry["action"]:
            case ReviewAction.ASSIGN:
                found["assignee"] = entry["value"]
            case ReviewAction.DUE:
                found["due"] = date.fromisoformat(entry["value"]) if entry["value"] else None
            case ReviewAction.ACKNOWLEDGE if entry["revision"] >= revision:
                found["acknowledged_by"] = entry["who"]
            case ReviewAction.DECIDE if entry["revision"] >= revision:
                found |= {"decision": entry["value"], "reason": entry["note"], "decided_by": entry["who"]}
    return ReviewState(**found)


def add(
    connection: Connection,
    change_id: str,
    *,
    at: datetime,
    who: str,
    action: ReviewAction,
    value: str = "",
    note: str = "",
) -> None:
    """Adds an entry. Raises UsageError for an unknown change, a missing name, a decision without a reason, a
    comment without words, or an invalid day."""
    revision = connection.execute(select(CHANGE.c.revision).where(CHANGE.c.id == change_id)).scalar()
    if revision is None:
        raise UsageError(f"no change is called {change_id!r}")
    who, value, note = fold_space(who), fold_space(value), note.replace("\r\n", "\n").strip()
    _check(who, action, value, note)
    row: dict[str, Any] = {
        "change_id": change_id, "revision": revision, "at": at, "who": who, "action": str(action),
        "value": value, "note": note,
    }  # fmt: skip
    last = integrity.last_link(connection, REVIEW)
    connection.execute(insert(REVIEW).values(**row, chain=_link(last, row)))


def of_change(connection: Connection, change_id: str) -> list[dict[str, Any]]:
    """The entries of a change, oldest first."""
    rows = connection.execute(select(REVIEW).where(REVIEW.c.change_id == change_id).order_by(REVIEW.c.id))
    return [dict(row._mapping) for row in rows]


def add_to_story(
    connection: Connection,
    change_id: str,
    *,
    at: datetime,
    who: str,
    action: ReviewAction,
    value: str = "",
    note: str = "",
) -> list[str]:
    """Adds an entry to a change, and to the other changes of its story for which nobody has entered another one: whoever
    reviews a rule has reviewed its text in the CFR. Their entries name the change; comments and corrections are for one
    change. Returns the ids of the changes. Raises UsageError like `add`."""
    add(connection, change_id, at=at, who=who, action=action, value=value, note=note)
    if action not in _OF_STORY:
        return [change_id]
    written = [change_id]
    mark = f"[recorded with {change_id}, same story]"
    for other in _same_story(connection, change_id):
        if not _is_decided_apart(connection, other, action):
            words = f"{note.strip()}\n{mark}" if note.strip() else mark
            add(connection, other, at=at, who=who, action=action, value=value, note=words[-NOTE:])
            written.append(other)
    return written


def _same_story(connection: Connection, change_id: str) -> list[str]:
    """The other stored changes of the story of a change, oldest first."""
    story = select(DOCUMENT_GROUP.c.story).where(DOCUMENT_GROUP.c.name == change_id).scalar_subquery()
    names = select(DOCUMENT_GROUP.c.name).where(DOCUMENT_GROUP.c.story == story)
    rows = connection.execute(
        select(CHANGE.c.id).where(CHANGE.c.id.in_(names), CHANGE.c.id != change_id).order_by(CHANGE.c.seq)
    )
    return [str(row.id) for row in rows]


def _is_decided_apart(connection: Connection, change_id: str, action: ReviewAction) -> bool:
    """Whether somebody has entered the same action, or a decision, on the current revision of that change itself."""
    revision = connection.execute(select(CHANGE.c.revision).where(CHANGE.c.id == change_id)).scalar()
    entries = connection.execute(
        select(REVIEW.c.action, REVIEW.c.note)
        .where(
            REVIEW.c.change_id == change_id,
            REVIEW.c.revision >= revision,
            REVIEW.c.action.in_([str(action), str(ReviewAction.DECIDE)]),
        )
        .order_by(REVIEW.c.id.desc())
    ).first()
    return entries is not None and not entries.note.endswith(", same story]")


def verify(connection: Connection) -> Iterator[str]:
    """Yields a line for each entry that was altered, or does not follow the one before."""
    chain = integrity.START
    for row in connection.execute(select(REVIEW).order_by(REVIEW.c.id)):
        if row.chain != _link(chain, row._mapping):
            yield f"review {row.id} ({row.change_id}): the entry, or one before it, was altered or taken away"
        chain = row.chain


def _check(who: str, action: ReviewAction, value: str, note: str) -> None:
    if not who or len(who) > NAME:
        raise UsageError("an entry needs the name of its writer", cure=f"at most {NAME} characters")
    if len(note) > NOTE:
        raise UsageError(f"the words are longer than {NOTE} characters")
    if action is ReviewAction.COMMENT and not note:
        raise UsageError("a comment needs words")
    if action is ReviewAction.DECIDE and (value not in list(Decision) or not note):
        raise UsageError("a decision needs a reason", cure=f"one of {', '.join(Decision)}, and why")
    if action is ReviewAction.CORRECT:
        if not note:
            raise UsageError("a correction needs a reason")
        try:
            decode(value)
        except ValueError as error:
            raise UsageError(f"this is no correction: {error}") from error
    if action is ReviewAction.ASSIGN and len(value) > NAME:
        raise UsageError(f"a name is longer than {NAME} characters")
    if action is ReviewAction.DUE and value:
        try:
            date.fromisoformat(value)
        except ValueError as error:
            raise UsageError(f"{value!r} is not a day such as 2026-11-22") from error


_CHAINED = ("change_id", "revision", "at", "who", "action", "value", "note")


def _link(before: str, row: Mapping[Any, Any]) -> str:
    return integrity.link(before, (row[name] for name in _CHAINED))
