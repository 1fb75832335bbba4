"""The reasons to hold an answer, or an annex of a page, for confirmation, and which of them a later poll can
settle."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tracker.ingest.reading import Reading
from tracker.locations import INDEX, annex_of
from tracker.model import Document, Fetched, ResourceType, UnitKind
from tracker.parsing import sanity_checks
from tracker.parsing.annexes import places
from tracker.parsing.losses import LossKind, losses
from tracker.text.encodings import label_of
from tracker.text.page_outline import is_complete_page

# Roles that are checked by their form; API records are checked by the adapters, key by key.
_GUARDED = frozenset(
    {
        ResourceType.PAGE,
        ResourceType.PDF,
        ResourceType.ECFR_PART,
        ResourceType.SCREENING_LIST,
        ResourceType.TARIFF,
        ResourceType.TARIFF_NOTES,
        ResourceType.JAPANESE_LAW,
    }
)
_CUT = "cut"
_TARGETS = frozenset({UnitKind.LINK, UnitKind.IMAGE})


@dataclass(frozen=True, slots=True)
class Doubt:
    """`label`: the answer is accepted when a later one has a doubt of the same label; "" where it is never
    accepted."""

    reason: str
    label: str = ""


def doubts(fetched: Fetched, reading: Reading) -> tuple[Doubt, ...]:
    """The reasons to hold an answer; empty where it is fine. Its annexes are checked by `annex_doubts`."""
    previous = reading.previous
    if fetched.role not in _GUARDED:
        reason = None if previous is None else sanity_checks.broken(reading.document, previous)
        return (Doubt(reason),) if reason else ()
    reason = sanity_checks.suspicion(
        reading.document, previous, fetched.answer.body, index=INDEX in fetched.meta
    )
    if reason is not None:
        return (Doubt(reason),)
    gone = () if previous is None else losses(reading.document, previous)
    gone = tuple(loss for loss in gone if loss.kind is not LossKind.ANNEX)
    if reading.cut:
        # A text that has its last line is accepted without the closing tag.
        what = "file" if fetched.role is ResourceType.PDF else "page"
        cause = f"the {what} ends in the middle, after {len(fetched.answer.body):,} bytes"
        ends = previous is not None and not gone and _has_end(reading.document, previous)
        return (Doubt(cause, _CUT if ends else ""),)
    return tuple(Doubt(loss.line(), loss.label) for loss in gone)


def reason_of(found: Sequence[Doubt]) -> str:
    """The doubts in one line, with what settles them where a later answer can."""
    reason = "; ".join(doubt.reason for doubt in found)
    if all(doubt.label for doubt in found):
        reason += ": believed if it is still so at the next poll"
    return reason


def _has_end(document: Document, previous: Document) -> bool:
    """Whether the last line of the stored text is still there."""
    last = next((unit.text for unit in reversed(previous.units) if unit.kind not in _TARGETS), "")
    return any(unit.text == last for unit in document.units)


def annex_doubts(fetched: Fetched, stored: Fetched, reading: Reading) -> list[tuple[Fetched, Doubt]]:
    """The doubtful annexes of an answer, with the reason. `stored` is the stored page: an annex that it does not
    have is accepted as it is."""
    if fetched.role is not ResourceType.PAGE or reading.previous is None:
        return []
    known = {part.key: part for part in stored.attachments}
    lost = {
        loss.part: loss for loss in losses(reading.document, reading.previous) if loss.kind is LossKind.ANNEX
    }
    found = []
    for path, part in places(fetched.attachments).items():
        old = known.get(part.key)
        if old is None or old.answer.body == part.answer.body:
            continue
        name = annex_of(path)
        if is_cut(part, old):
            found.append((part, Doubt(f"the file ends in the middle, after {len(part.answer.body):,} bytes")))
        elif name in lost:
            found.append((part, Doubt(lost[name].line(), lost[name].label)))
    return found


def is_cut(fetched: Fetched, stored: Fetched) -> bool:
    """Whether a page or a PDF lacks the end that the stored one has."""
    if fetched.role is not stored.role:
        return False
    if fetched.role is ResourceType.PDF:
        return _is_complete_pdf(stored.answer.body) and not _is_complete_pdf(fetched.answer.body)
    return fetched.role is ResourceType.PAGE and _is_complete_page(stored) and not _is_complete_page(fetched)


def _is_complete_page(fetched: Fetched) -> bool:
    answer = fetched.answer
    return is_complete_page(answer.body, label_of(answer.header("content-type")))


def _is_complete_pdf(body: bytes) -> bool:
    return b"%%EOF" in body[-2_048:]
