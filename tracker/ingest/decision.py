"""What one answer means for the records. Decided from the answer, from what is stored and from the time that is passed
in, before anything is written; `tracker.ingest.apply` writes it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from tracker import diffing
from tracker.diffing.site_wide import SiteWide
from tracker.documents.identity import change_id, content_hash
from tracker.ingest import assess
from tracker.ingest.page_annexes import without_first_read
from tracker.model import Change, Document, Fetched, Operation, Profile, ResourceType, SnapshotRef
from tracker.parsing.losses import Loss, lists_that_came, losses
from tracker.storage.blobs import sha256
from tracker.storage.versions import Version


@dataclass(frozen=True, slots=True)
class Reading:
    """What an answer says, and what the last stored answer said, both read by today's rules."""

    document_id: str
    document: Document
    previous: Document | None
    version: Version | None
    templates: tuple[str, ...]
    same_kind: bool  # the previous text was of the same role, so that comparing words makes sense
    kept: tuple[
        int, ...
    ] = ()  # snapshots of attachments that stay valid although they did not come this time
    cut: bool = False  # a page that was closed at its end, and no longer is
    references: tuple[SnapshotRef, ...] = ()  # the snapshots of `version`, in their order
    record: Change | None = None  # of a document that has one record for life: that record
    first_read: tuple[str, ...] = ()  # paths of annexes that were there before they were read


@dataclass(frozen=True, slots=True)
class Seen:
    """The answer says nothing new. `version` and `templates`: masks that were learned for the stored version."""

    fetched: Fetched
    version: Version | None = None
    templates: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NewVersion:
    """The answer is another state of its document. `version` has no snapshots yet: they get their ids when it is
    written. `follows` and `record` are what the decision was based on; where the store holds something else by the
    time of writing, the decision is void."""

    fetched: Fetched
    version: Version
    change: Change
    document: Document
    operations: tuple[Operation, ...]
    kept: tuple[int, ...]
    follows: Version | None
    record: Change | None


Decision = Seen | NewVersion


def decide(
    fetched: Fetched,
    reading: Reading,
    *,
    source: str,
    profiles: Sequence[Profile],
    baseline: bool,
    now: datetime,
    site_wide: SiteWide | None = None,
    compare: Callable[[Document | None, Document], tuple[Operation, ...]] | None = None,
) -> Decision:
    """`baseline`: the document was there before the source was watched, so this state of it is no news. `site_wide`:
    what this poll recorded already of the surroundings of the source's pages."""
    compare = compare or diffing.compare
    document = reading.document
    said = content_hash(document)
    if reading.previous is not None and said == content_hash(reading.previous):
        learned = reading.version is not None and reading.templates != reading.version.volatile_patterns
        return Seen(fetched, reading.version if learned else None, reading.templates if learned else ())
    ordinal = 1 if reading.version is None else reading.version.ordinal + 1
    compared = reading.previous is not None and reading.same_kind
    operations = compare(reading.previous, document) if compared else ()
    operations = without_first_read(operations, reading.first_read)
    if site_wide is not None:
        operations = site_wide.without_recorded(operations)
    gone: tuple[Loss, ...] = ()
    if compared and reading.previous is not None:
        gone = (*losses(document, reading.previous), *lists_that_came(document, reading.previous))
    # A extraction_config under which the old bytes hold nothing gives a new beginning, not a new page.
    restart = reading.version is not None and reading.previous is None
    before, after = _endpoints(fetched, reading)
    change = assess.assess(
        document,
        operations,
        change_id=change_id(reading.document_id, ordinal, document),
        source=source,
        profiles=profiles,
        baseline=baseline or restart,
        now=now,
        before=before,
        after=after,
        losses=gone,
    )
    if reading.record is not None:
        change = assess.merge_update(reading.record, change, operations, same_kind=reading.same_kind)
    version = Version(reading.document_id, ordinal, source, fetched.key, said, (), reading.templates, now)
    return NewVersion(
        fetched, version, change, document, operations, reading.kept, reading.version, reading.record
    )


def roles_of(fetched: Fetched) -> tuple[ResourceType, ...]:
    """What an answer is made of: raw text and XML of one document name its parts differently, and are not compared."""
    if fetched.role is ResourceType.PAGE:
        return (fetched.role,)  # annexes come and go with the law that they belong to
    return (fetched.role, *sorted(part.role for part in fetched.attachments))


def _endpoints(fetched: Fetched, reading: Reading) -> tuple[SnapshotRef | None, SnapshotRef]:
    """The two snapshots that a change lies between: the main ones, or where these are the same bytes, the first
    attachment that is not (a record stays as it is when its full text is corrected in place)."""
    new = [
        SnapshotRef(sha256(part.answer.body), part.answer.fetched_at)
        for part in (fetched, *fetched.attachments)
    ]
    new += reading.references[len(reading.references) - len(reading.kept) :] if reading.kept else []
    if not reading.references:
        return None, new[0]
    for one, other in zip(reading.references, new, strict=False):
        if one.sha256 != other.sha256:
            return one, other
    return reading.references[0], new[0]
