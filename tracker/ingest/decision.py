"""Decides what one answer means: nothing new, or a new version and a change. Pure: `tracker.ingest.apply` writes it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from tracker import diffing
from tracker.config.models import Instrument
from tracker.diffing.site_wide import SiteWide
from tracker.documents.identity import change_id, content_hash
from tracker.ingest import assess
from tracker.ingest.effects import effects_of, new_failures
from tracker.ingest.judgments import with_judgment
from tracker.ingest.page_annexes import without_first_read
from tracker.ingest.reading import Decision, NewVersion, Reading, Seen
from tracker.legal_status.watched import touched
from tracker.model import (
    KEPT_UP_TO_DATE,
    Document,
    DocumentKind,
    Fetched,
    Operation,
    Profile,
    SnapshotRef,
)
from tracker.parsing.losses import Loss, added_lists, losses
from tracker.storage.blobs import sha256
from tracker.storage.versions import Version


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
    instruments: Sequence[Instrument] = (),
) -> Decision:
    """Returns what an answer means. `baseline`: the document existed before the source was watched, so this state is not
    news. `site_wide`: what this poll has already recorded outside the main text of the source's pages. `instruments`: the watched ones."""
    compare = compare or diffing.compare
    document = reading.document
    if reading.superseded:
        return Seen(fetched)  # it has no citation yet: as a newer version, it would undo the publication
    digest = content_hash(document)
    if reading.previous is not None and digest == content_hash(reading.previous):
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
        gone = (*losses(document, reading.previous), *added_lists(document, reading.previous))
    # New settings under which the old bytes hold no text start a new baseline, not a new page.
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
    effects = effects_of(document, operations, change)
    if compared and reading.previous is not None and document.kind is DocumentKind.CFR:
        change = assess.with_failed_amendments(change, new_failures(effects, reading.previous))
    if not (change.baseline and document.kind in KEPT_UP_TO_DATE):
        change = with_judgment(change, document, effects, touched(effects, instruments))
        change = assess.with_watched(change, touched(effects, instruments))
        change = assess.with_watching_profiles(change, effects, profiles)
    if reading.record is not None:
        change = assess.merge_update(reading.record, change, operations, same_kind=reading.same_kind)
    version = Version(reading.document_id, ordinal, source, fetched.key, digest, (), reading.templates, now)
    return NewVersion(
        fetched, version, change, document, operations, reading.kept, reading.version, reading.record, effects,
    )  # fmt: skip


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
