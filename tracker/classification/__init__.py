"""What a change means for a Japanese firm: topics, status, dates, level, nexus, and for whose profile.

Everything said carries the official words and where they stood. The rules are data (`rules.toml`),
the engine explains itself, and nothing here reads a clock, a network or a store.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from tracker.classification import profile as _profile
from tracker.classification.japan_nexus import japan_nexus
from tracker.classification.location_labels import where_label
from tracker.classification.party_lists import Listing, read_listing
from tracker.classification.reason import sentence
from tracker.classification.rule_engine import Findings
from tracker.classification.rules import rules as rulebook
from tracker.classification.summary import summary
from tracker.documents.text_view import Reading, read
from tracker.legal_status.document_relations import links
from tracker.legal_status.extraction import legal_status
from tracker.legal_status.legal_dates import legal_dates
from tracker.model import (
    Bilingual,
    Document,
    DocumentKind,
    LegalDate,
    Level,
    Operation,
    Profile,
    ProfileMatch,
    Status,
    Tagging,
)

__all__ = [
    "RULES_VERSION",
    "match",
    "tag",
    "where_label",
]

RULES_VERSION: str = rulebook().version


def tag(
    document: Document,
    operations: Sequence[Operation] = (),
    *,
    today: date,
    novelty: bool = True,
) -> Tagging:
    """The tagging of a document, or of a change of it when `operations` are given.

    `today` is a day in New York's calendar: it decides what is in force and which deadlines are
    over. `novelty` false means that the document was known before (a baseline, a backfill, an
    update in place): its level is the same, its summary does not call it new.
    """
    book = rulebook()
    reading = read(document, operations)
    if operations and not reading.operations:
        return _editorial(document)
    dates = legal_dates(reading, today)
    status = legal_status(reading, dates, today)
    if reading.is_state:
        return _as_it_stands(reading, dates, status)
    if not _in_gate(reading):
        nothing = book.verdicts[-1]
        return Tagging(
            level=nothing.level,
            dates=dates,
            status=status,
            reason=nothing.reason,
            summary=summary(reading, (), Listing(), dates, novelty=novelty),
            version=book.version,
        )
    listing = read_listing(reading)
    findings = Findings(book, reading, listing)
    findings.score_topics()
    verdict, evidence = findings.verdict()
    outside = verdict.level is Level.NONE
    topics = () if outside else tuple(sorted(findings.topics.values(), key=lambda t: -t.score))
    return Tagging(
        level=verdict.level,
        topics=topics,
        direction=verdict.direction,
        japan_nexus=japan_nexus(findings),
        dates=dates,
        status=status,
        links=links(reading),
        units=tuple(reading.touched),
        eccns=() if outside and not reading.is_change else tuple(reading.eccns),
        reason=sentence(verdict, evidence, reading, listing, dates, findings.thresholds),
        summary=summary(reading, topics, listing, dates, novelty=novelty),
        version=book.version,
    )


def match(
    profiles: Sequence[Profile],
    document: Document,
    operations: Sequence[Operation],
    tagging: Tagging,
) -> tuple[ProfileMatch, ...]:
    """The profiles that a change concerns, each with the words that say why and its own level."""
    reading = read(document, operations)
    return tuple(
        found for each in profiles if (found := _profile.match_one(each, reading, tagging)) is not None
    )


def _in_gate(reading: Reading) -> bool:
    if reading.document.kind in (DocumentKind.CFR, DocumentKind.LIST):
        return True
    lowered = reading.lowered
    book = rulebook()
    if any(word in lowered or word in reading.page.lowered for word in book.gate):
        return True
    document = reading.document
    if any(agency in issuer.quote for issuer in book.issuers(document) for agency in book.gate_agencies):
        return True
    return any(reference in book.gate_references for reference in document.cfr_references)


def _as_it_stands(reading: Reading, dates: tuple[LegalDate, ...], status: tuple[Status, ...]) -> Tagging:
    """A text taken in for the first time says what the law is, not that it changed."""
    return Tagging(
        level=Level.LOW,
        dates=dates,
        status=status,
        reason=Bilingual(
            ja="現行の条文・リストの収録であり、変更を示すものではない。",
            en="The text as it stands was taken in; nothing is said to have changed.",
        ),
        summary=summary(reading, (), Listing(), dates, novelty=False),
        version=rulebook().version,
    )


def _editorial(document: Document) -> Tagging:
    """Every operation was editorial: kept, never alerted."""
    return Tagging(
        level=Level.NONE,
        reason=Bilingual(
            ja="句読点・空白・書式のみの差分であり、法的な変更はない。",
            en="Only punctuation, spacing or markup differs; nothing of legal weight changed.",
        ),
        summary=Bilingual(
            ja=f"「{document.title}」の形式的な差分。", en=f"Editorial differences in “{document.title}”."
        ),
        version=rulebook().version,
    )
