"""Reviews of changes: acknowledged, assigned, commented, decided, corrected. Entries are only added, and each is
chained to the one before, so that later changes are detected."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import Connection, func, insert, select, update

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
    UNDO = "undo"  # value: the id of the entry that no longer counts; `undo` writes it
    CORRECT = ACTION  # value: `corrections.CorrectedFields` as JSON, note: the reason; `ingest.corrections` writes it


# What is entered for a whole story.
_OF_STORY = frozenset({ReviewAction.ACKNOWLEDGE, ReviewAction.ASSIGN, ReviewAction.DUE, ReviewAction.DECIDE})


UNDOABLE = frozenset({*_OF_STORY, ReviewAction.COMMENT})
_OF_SAME_STORY = ", same story]"


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


class StateColumns(NamedTuple):
    """The columns of a change by which the inbox finds its state: whether somebody has acknowledged or decided the
    current revision, whether it is decided, and who has it."""

    handled: bool
    decided: bool
    assignee: str


def review_state(entries: Sequence[Mapping[str, Any]], revision: int) -> ReviewState:
    """The state that follows from the entries of a change, oldest first (`StoreReader.reviews`). An entry that was undone
    does not count."""
    found: dict[str, Any] = {}
    gone = undone(entries)
    for entry in entries:
        if entry.get("id") in gone:
            continue
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


def undone(entries: Sequence[Mapping[str, Any]]) -> frozenset[int]:
    """The ids of the entries that later ones undo."""
    return frozenset(int(entry["value"]) for entry in entries if entry["action"] == ReviewAction.UNDO)


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
    refresh(connection, change_id)


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
    mark = recorded_with(change_id)
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
    log = _log(connection, change_id)
    gone, kinds = undone(log), {str(action), str(ReviewAction.DECIDE)}
    entries = [
        entry
        for entry in log
        if entry["revision"] >= revision and entry["action"] in kinds and entry["id"] not in gone
    ]
    return bool(entries) and not is_from_story(entries[-1]["note"])


def recorded_with(change_id: str) -> str:
    """The end of the note of an entry that was made for another change of the same story."""
    return f"[recorded with {change_id}{_OF_SAME_STORY}"


def is_from_story(note: str) -> bool:
    """Whether an entry was made for another change of the same story."""
    return note.endswith(_OF_SAME_STORY)


def undo(connection: Connection, ids: Sequence[int], *, at: datetime, who: str) -> list[int]:
    """Adds an entry for each of these, by which it no longer counts, and returns the ids of the new entries. Raises
    UsageError where one is not there, is another person's, was undone already, or is no action that can be undone."""
    rows = connection.execute(select(REVIEW).where(REVIEW.c.id.in_(list(ids))).order_by(REVIEW.c.id)).all()
    if len(rows) != len(set(ids)) or not rows:
        raise UsageError("there is no such entry in the review log")
    for row in rows:
        if row.action not in UNDOABLE:
            raise UsageError(f"an entry of the kind {row.action!r} cannot be undone")
        if row.who != fold_space(who):
            raise UsageError("only who made an entry can undo it")
        if row.id in undone(_log(connection, row.change_id)):
            raise UsageError("this was undone already")
    first = last_id(connection)
    for row in rows:
        mark = row.note.splitlines()[-1] if is_from_story(row.note) else ""
        add(connection, row.change_id, at=at, who=who, action=ReviewAction.UNDO, value=str(row.id), note=mark)
    return list(range(first + 1, last_id(connection) + 1))


def last_id(connection: Connection) -> int:
    """The id of the newest entry; 0 where there is none."""
    return int(connection.execute(select(func.max(REVIEW.c.id))).scalar() or 0)


def _log(connection: Connection, change_id: str) -> list[dict[str, Any]]:
    rows = connection.execute(select(REVIEW).where(REVIEW.c.change_id == change_id).order_by(REVIEW.c.id))
    return [dict(row._mapping) for row in rows]


def refresh(connection: Connection, change_id: str) -> None:
    """Writes the state of a change again (`StateColumns`) where the log says another one."""
    kept = kept_state(connection, change_id)
    found = kept and logged_state(connection, change_id)
    if found and found != kept:
        connection.execute(update(CHANGE).where(CHANGE.c.id == change_id).values(found._asdict()))


def kept_state(connection: Connection, change_id: str) -> StateColumns | None:
    """The columns of a change; None where no change has that id."""
    columns = (CHANGE.c.handled, CHANGE.c.decided, CHANGE.c.assignee)
    row = connection.execute(select(*columns).where(CHANGE.c.id == change_id)).first()
    return None if row is None else StateColumns(*row)


def logged_state(connection: Connection, change_id: str) -> StateColumns:
    """The columns that follow from the log."""
    revision = connection.execute(select(CHANGE.c.revision).where(CHANGE.c.id == change_id)).scalar_one()
    state = review_state(_log(connection, change_id), revision)
    return StateColumns(state.state != "open", bool(state.decision), state.assignee)


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
    if action is ReviewAction.UNDO and not value.isdecimal():
        raise UsageError(f"{value!r} is not the id of an entry")
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
