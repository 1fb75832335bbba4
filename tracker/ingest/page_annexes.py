"""The annexes of a page between two polls: an annex that was not sent again is read from the store, and one that
existed before it was first read is not news."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace

from tracker import parsing
from tracker.errors import AttachmentUnreadable, FetchError, ParseError, ParserCrashed, ReaderKilled
from tracker.locations import ANNEXES
from tracker.model import Fetched, Operation, ResourceType
from tracker.parsing.annexes import places

ACCEPT = "`tracker poll --accept` takes the new text as a new beginning"


def completed(fetched: Fetched, stored: Fetched) -> Fetched:
    """`fetched` with the stored state of those annexes that this answer lacks, because they are unchanged or could not be
    fetched, in the order in which the page links to them."""
    if fetched.role is not ResourceType.PAGE or ANNEXES not in fetched.meta:
        return fetched
    parts = {part.key: part for part in stored.attachments} | {part.key: part for part in fetched.attachments}
    keys = fetched.meta[ANNEXES].split("\n")
    return replace(fetched, attachments=tuple(parts[key] for key in keys if key in parts))


def check_annexes(fetched: Fetched, stored: Fetched) -> None:
    """Raises AttachmentUnreadable for an annex that cannot be read although the stored one can: a damaged file does
    not show what the annex contains."""
    before = {part.key: part for part in stored.attachments}
    for part in fetched.attachments:
        if part.key not in before or before[part.key].answer.body == part.answer.body:
            continue
        reason = _why_unreadable(part)
        if reason and not _why_unreadable(before[part.key]):
            raise AttachmentUnreadable(reason, cure=ACCEPT, attachment=part.key)


def _why_unreadable(part: Fetched) -> str:
    """Why an annex cannot be read; "" where it can. Raises ParserCrashed, ReaderKilled."""
    try:
        parsing.read(part)
    except (ParserCrashed, ReaderKilled):
        raise
    except (ParseError, FetchError) as error:
        return error.cause
    return ""


def first_read(fetched: Fetched, stored: Fetched, pending: Collection[str]) -> tuple[str, ...]:
    """The paths of annexes that are read for the first time although the page had them before: its stored state was read
    without annexes, or the first fetch of them failed (`pending` holds their keys)."""
    had = {part.key for part in stored.attachments}
    return tuple(
        path
        for path, part in places(fetched.attachments).items()
        if part.key not in had and (ANNEXES not in stored.meta or part.key in pending)
    )


def without_first_read(operations: Iterable[Operation], paths: Iterable[str]) -> tuple[Operation, ...]:
    """`operations` with the text of these annexes marked editorial, because it existed before."""
    places = tuple(paths)
    return tuple(
        replace(operation, editorial=True)
        if any(
            operation.path == path or operation.path.startswith((f"{path} ", f"{path} ›")) for path in places
        )
        else operation
        for operation in operations
    )
