"""Makes the change that people read from a document and its differences: classified, summarized, matched with
profiles.

Pure, except that it reads the packaged rules: the same document on the same day gives the same change.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from tracker import classification, clock, diffing
from tracker.config.models import Instrument
from tracker.effects import Effect
from tracker.i18n import t
from tracker.legal_status import propagation
from tracker.legal_status.watched import touched
from tracker.locations import is_document_file, is_rest_of_page
from tracker.model import (
    KEPT_UP_TO_DATE,
    Change,
    Classification,
    Direction,
    Document,
    DocumentKind,
    Evidence,
    Language,
    Level,
    LocalizedText,
    Op,
    Operation,
    Profile,
    ProfileMatch,
    SnapshotRef,
    UnitKind,
)
from tracker.parsing.losses import Loss, LossKind

# Dates that readers plan by; when one of them moves, the record is sent again.
_PLANNED = frozenset(
    {"effective", "compliance", "comments-close", "applications-close", "stay-ends", "expires", "hearing"}
)
_MOST_EVIDENCE = 6  # quotes of one profile match
_REPLACED = frozenset({LossKind.MOST, LossKind.PLACEHOLDER})
_WITHDRAWN = re.compile(
    r"\b(?:rescind\w*|rescission|revoked?|revokes|revoking|revocation|withdr(?:aw\w*|ew)|repeal\w*|supersed\w+|vacat\w+|cancell?ed|"
    r"no longer (?:applies|apply|in effect|in force|valid|enforced?))\b",
    re.IGNORECASE,
)
_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)+")


def assess(
    document: Document,
    operations: tuple[Operation, ...],
    *,
    change_id: str,
    source: str,
    profiles: Sequence[Profile],
    baseline: bool,
    now: datetime,
    before: SnapshotRef | None,
    after: SnapshotRef,
    losses: Sequence[Loss] = (),
) -> Change:
    """Returns the change. `operations` is empty for a new document; editorial operations alone make an editorial change.
    `losses`: large losses and additions that a person has to check."""
    substantive = diffing.substantive(operations)
    editorial = bool(operations) and not substantive
    tagging, matches = _classify(document, substantive, profiles, editorial, now)
    stated = classification.states_its_changes(document)
    if (substantive and stated) or document.kind is DocumentKind.LAW:
        pass  # its rows or provisions are already counted in the summary
    elif operations and document.kind in KEPT_UP_TO_DATE:
        tagging = replace(tagging, summary=diffing.summarize(substantive or operations))
    elif substantive:
        tagging = replace(tagging, summary=_with_correction(tagging.summary, diffing.summarize(substantive)))
    elif baseline and document.kind in KEPT_UP_TO_DATE:
        tagging = initial_state(tagging)
    own_status = frozenset(
        {DocumentKind.DOCKET, DocumentKind.BILL, DocumentKind.LAW}
    )  # their dates are those of the whole
    if substantive and document.kind in KEPT_UP_TO_DATE and document.kind not in own_status:
        units = tuple(dict.fromkeys(operation.path for operation in substantive))
        tagging = replace(propagation.restrict_to_units(tagging, units), units=units)
        if any(unit.kind is UnitKind.EFFECTIVE_NOTE for unit in document.units):
            whole = classification.classify(document, today=clock.legal_day(now))
            tagging = propagation.status_on(tagging, whole, units)
    if losses and substantive:
        tagging = to_be_checked(tagging, losses, document.kind, substantive)
    return Change(
        id=change_id,
        source=source,
        kind=document.kind,
        title=document.title,
        url=document.url,
        detected_at=now,
        tagging=tagging,
        document_number=document.document_number,
        citation=document.citation,
        agencies=name_units(document.agencies),
        published=document.published,
        abstract=document.abstract,
        baseline=baseline,
        editorial=editorial,
        profiles=matches,
        before=before,
        after=after,
        order=_order(document),
    )


def _order(document: Document) -> str | None:
    if document.executive_order:
        return f"E.O. {document.executive_order}"
    return f"Proclamation {document.proclamation}" if document.proclamation else None


def _classify(
    document: Document,
    operations: tuple[Operation, ...],
    profiles: Sequence[Profile],
    editorial: bool,
    now: datetime,
) -> tuple[Classification, tuple[ProfileMatch, ...]]:
    if editorial:
        return Classification(Level.NONE, version=classification.RULES_VERSION), ()
    today = clock.legal_day(now)
    rest = [operation for operation in operations if is_rest_of_page(operation.path)]
    if rest and len(rest) == len(operations):
        # Only text around the main text changed: its own words decide, not the page's title and main text.
        document = replace(document, title="", units=())
    tagging = classification.classify(document, operations, today=today)
    if document.kind in (DocumentKind.DOCKET, DocumentKind.BILL, DocumentKind.JUDGMENT):
        return tagging, classification.match_profiles(profiles, document, operations, tagging)
    if tagging.level is Level.NONE and rest:
        reason = LocalizedText(t("rest.reason", "ja"), t("rest.reason", "en"))
        tagging = replace(tagging, level=Level.LOW, direction=Direction.PROCEDURE, reason=reason)
    elif tagging.level is Level.NONE and _alters_text(document, operations):
        # The changed words name nothing of the field, but the text around them may.
        whole = classification.classify(document, today=today)
        if whole.level is not Level.NONE:
            tagging = is_in_field(tagging, whole)
    if tagging.level.rank < Level.MEDIUM.rank and any(map(_replaces_file, operations)):
        # Another file under the same link text: it may contain anything that the document orders.
        whole = classification.classify(document, today=today)
        if whole.level.rank >= Level.MEDIUM.rank:
            reason = LocalizedText(t("file.reason", "ja"), t("file.reason", "en"))
            tagging = replace(tagging, level=Level.MEDIUM, topics=whole.topics, reason=reason)
    return tagging, classification.match_profiles(profiles, document, operations, tagging)


def _replaces_file(operation: Operation) -> bool:
    """Whether a link of the main text leads to another file than before."""
    return (
        operation.kind is UnitKind.LINK
        and operation.op is Op.CHANGED
        and not operation.editorial
        and not is_rest_of_page(operation.path)
        and is_document_file(operation.after)
    )


def _with_correction(summary: LocalizedText, what: LocalizedText) -> LocalizedText:
    """The summary of a document that has a single record, followed by the correction that was made to it in place."""
    return LocalizedText(
        t("corrected.summary", "ja", summary=summary.ja, what=what.ja),
        t("corrected.summary", "en", summary=summary.en, what=what.en),
    )


def _alters_text(document: Document, operations: Sequence[Operation]) -> bool:
    """Whether existing text was altered. Text that is only added to a page is classified by its own words: lists of
    links grow every day."""
    return any(
        document.kind is not DocumentKind.PAGE or operation.op is not Op.ADDED for operation in operations
    )


def merge_update(old: Change, new: Change, operations: tuple[Operation, ...], *, same_kind: bool) -> Change:
    """The updated record of a known document. Its revision rises, so that it is sent again, when its text was corrected in
    substance, when a date that people plan by moved, or when its level rose. A full text or a publication that follows
    later is not a correction: it is sent again when it adds such dates in the future, which a record on public inspection
    lacks."""
    merged = propagation.keep_earlier_status(
        old, replace(new, id=old.id, detected_at=old.detected_at, baseline=old.baseline)
    )
    before = {(day.type, day.date) for day in old.tagging.dates if day.type in _PLANNED}
    now = {(day.type, day.date) for day in new.tagging.dates if day.type in _PLANNED}
    rose = merged.tagging.level.rank > old.tagging.level.rank
    if same_kind:
        material = bool(diffing.substantive(operations)) or not now <= before or rose
    else:
        today = clock.legal_day(new.detected_at)
        ahead = {
            (day.type, day.date)
            for day in new.tagging.dates
            if day.type in _PLANNED and day.date >= today and not day.superseded
        }
        material = (rose or not ahead <= before) and not old.baseline
    return replace(
        merged,
        source=old.source if old.document_number else new.source,
        revision=old.revision + 1 if material else old.revision,
        baseline=old.baseline and not material,
        editorial=False,
        before=new.before or old.before,
    )


def is_in_field(tagging: Classification, whole: Classification) -> Classification:
    """Whether a change is reported. A substantive change in a text of the field is reported at the lowest level
    even where its own words name nothing of the field: a person decides."""
    reason = LocalizedText(t("whole.reason", "ja"), t("whole.reason", "en"))
    return replace(
        tagging, level=Level.LOW, direction=Direction.PROCEDURE, topics=whole.topics, reason=reason
    )


def to_be_checked(
    tagging: Classification, losses: Sequence[Loss], kind: DocumentKind, operations: Sequence[Operation]
) -> Classification:
    """A large loss, reported with its numbers and never as relief, because a publisher's file may be half written. The
    parties of a whole list that is gone are not reported one by one."""
    reason = LocalizedText(_counted(losses, "ja"), _counted(losses, "en"))
    level = tagging.level
    if kind is not DocumentKind.PAGE:
        level = max(level, Level.MEDIUM, key=lambda level: level.rank)
    elif any(loss.kind is LossKind.MOST for loss in losses):
        # A short text in place of a long one may say what became of the long one: it is reported at once.
        urgent = any(_WITHDRAWN.search(operation.after) for operation in operations)
        level = max(level, Level.HIGH if urgent else Level.MEDIUM, key=lambda level: level.rank)
    heads = {loss.head for loss in losses if loss.head}
    others = [operation for operation in operations if operation.path.partition(" › ")[0] not in heads]
    if any(loss.kind in _REPLACED for loss in losses):
        # The number shows what was removed; the quoted words show what is there now.
        others = [operation for operation in others if operation.after] or others
    what = diffing.summarize(others) if others else LocalizedText("", "")
    summary = LocalizedText(f"{reason.ja}{what.ja}", f"{reason.en} {what.en}".strip())
    return replace(tagging, level=level, direction=None, reason=reason, summary=summary)


def with_failed_amendments(change: Change, failed: Sequence[Effect]) -> Change:
    """A change whose text newly says that amendments could not be incorporated: the printed text is not the law, so that it
    is reported at least at medium."""
    if not failed:
        return change
    units = tuple(dict.fromkeys(one.affected.path for one in failed if one.affected.path))
    named = ", ".join(units)
    reason = LocalizedText(t("note.reason", "ja", units=named), t("note.reason", "en", units=named))
    level = max(change.tagging.level, Level.MEDIUM, key=lambda level: level.rank)
    together = tuple(dict.fromkeys((*change.tagging.units, *units)))
    tagging = replace(change.tagging, level=level, reason=reason, units=together)
    return replace(change, tagging=tagging, editorial=False)


def with_watched(change: Change, names: Sequence[str]) -> Change:
    """A change that affects watched instruments, reported at least at medium, with their names."""
    if not names or change.tagging.level.rank >= Level.MEDIUM.rank:
        return change
    named = ", ".join(names)
    reason = LocalizedText(
        t("watched.reason", "ja", names=named) + change.tagging.reason.ja,
        f"{t('watched.reason', 'en', names=named)} {change.tagging.reason.en}".strip(),
    )
    return replace(change, tagging=replace(change.tagging, level=Level.MEDIUM, reason=reason))


def with_watching_profiles(change: Change, found: Sequence[Effect], profiles: Sequence[Profile]) -> Change:
    """A change that affects units or instruments which profiles watch: it matches these profiles, at least at medium, with
    the operative words."""
    matched = {match.profile for match in change.profiles}
    level = max(change.tagging.level, Level.MEDIUM, key=lambda level: level.rank)
    added = []
    for profile in profiles:
        watching = [Instrument(name) for name in profile.units]
        sides = [one.affecting for one in found if touched((one,), watching)] if watching else []
        if sides and profile.id not in matched:
            evidence = tuple(dict.fromkeys(Evidence(side.quote, side.where) for side in sides))
            added.append(ProfileMatch(profile.id, level, evidence[:_MOST_EVIDENCE]))
    return replace(change, profiles=(*change.profiles, *added)) if added and not change.editorial else change


def _part(loss: Loss, language: Language) -> str:
    if loss.kind is LossKind.PLACEHOLDER:
        return t(f"placeholder.{loss.part}", language)
    return loss.part or t("loss.whole", language)


def _counted(losses: Sequence[Loss], language: Language) -> str:
    return ("" if language == "ja" else " ").join(
        t(
            f"loss.{loss.kind.value}",
            language,
            part=_part(loss, language),
            gone=f"{loss.gone:,}",
            before=f"{loss.before:,}",
            field=loss.field,
        )
        for loss in losses
    )


def initial_state(tagging: Classification) -> Classification:
    """The classification of a baseline text: its stays and dates count, but nothing in it is news."""
    level = min(tagging.level, Level.LOW, key=lambda level: level.rank)
    reason = LocalizedText(t("baseline.summary", "ja"), t("baseline.summary", "en"))
    return replace(tagging, level=level, direction=None, summary=reason, reason=reason)


def name_units(agencies: Sequence[str]) -> tuple[str, ...]:
    """The agencies' names for people. Documents also have the API's slugs, which the rules use."""
    names = tuple(agency for agency in agencies if not _SLUG.fullmatch(agency))
    return names or tuple(agencies)


def search_labels(change: Change) -> tuple[str, str]:
    """The names of a change's topics in English and Japanese, by which search finds the change although its text
    lacks them."""
    topics = [topic.id for topic in change.tagging.topics]
    return (
        " ".join(t(f"topic.{name}", "en") for name in topics),
        " ".join(t(f"topic.{name}", "ja") for name in topics),
    )
