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
from tracker.classification.party_lists import PartyListAct, read_party_list_act
from tracker.classification.reason import reason_sentence
from tracker.classification.rule_engine import RuleEngine
from tracker.classification.rules import rules as rulebook
from tracker.classification.summary import summarize_document
from tracker.documents.text_view import TextView, build_text_view
from tracker.legal_status.document_relations import document_relations
from tracker.legal_status.extraction import legal_status
from tracker.legal_status.legal_dates import legal_dates
from tracker.model import (
    Classification,
    Document,
    DocumentKind,
    LegalDate,
    Level,
    LocalizedText,
    Operation,
    Profile,
    ProfileMatch,
    Status,
)

__all__ = [
    "RULES_VERSION",
    "classify",
    "match_profiles",
    "where_label",
]

RULES_VERSION: str = rulebook().version


def classify(
    document: Document,
    operations: Sequence[Operation] = (),
    *,
    today: date,
    novelty: bool = True,
) -> Classification:
    """The tagging of a document, or of a change of it when `operations` are given.

    `today` is a day in New York's calendar: it decides what is in force and which deadlines are
    over. `novelty` false means that the document was known before (a baseline, a backfill, an
    update in place): its level is the same, its summary does not call it new.
    """
    book = rulebook()
    reading = build_text_view(document, operations)
    if operations and not reading.operations:
        return _editorial(document)
    dates = legal_dates(reading, today)
    status = legal_status(reading, dates, today)
    if reading.is_state:
        return _as_it_stands(reading, dates, status)
    if not _in_gate(reading):
        nothing = book.verdicts[-1]
        return Classification(
            level=nothing.level,
            dates=dates,
            status=status,
            reason=nothing.reason,
            summary=summarize_document(reading, (), PartyListAct(), dates, novelty=novelty),
            version=book.version,
        )
    listing = read_party_list_act(reading)
    findings = RuleEngine(book, reading, listing)
    findings.score_topics()
    verdict, evidence = findings.verdict()
    outside = verdict.level is Level.NONE
    topics = () if outside else tuple(sorted(findings.topics.values(), key=lambda t: -t.score))
    return Classification(
        level=verdict.level,
        topics=topics,
        direction=verdict.direction,
        japan_nexus=japan_nexus(findings),
        dates=dates,
        status=status,
        links=document_relations(reading),
        units=tuple(reading.touched),
        eccns=() if outside and not reading.is_change else tuple(reading.eccns),
        reason=reason_sentence(verdict, evidence, reading, listing, dates, findings.thresholds),
        summary=summarize_document(reading, topics, listing, dates, novelty=novelty),
        version=book.version,
    )


def match_profiles(
    profiles: Sequence[Profile],
    document: Document,
    operations: Sequence[Operation],
    tagging: Classification,
) -> tuple[ProfileMatch, ...]:
    """The profiles that a change concerns, each with the words that say why and its own level."""
    reading = build_text_view(document, operations)
    return tuple(
        found for each in profiles if (found := _profile.match_one(each, reading, tagging)) is not None
    )


def _in_gate(reading: TextView) -> bool:
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


def _as_it_stands(
    reading: TextView, dates: tuple[LegalDate, ...], status: tuple[Status, ...]
) -> Classification:
    """A text taken in for the first time says what the law is, not that it changed."""
    return Classification(
        level=Level.LOW,
        dates=dates,
        status=status,
        reason=LocalizedText(
            ja="現行の条文・リストの収録であり、変更を示すものではない。",
            en="The current text was recorded; this is not a change.",
        ),
        summary=summarize_document(reading, (), PartyListAct(), dates, novelty=False),
        version=rulebook().version,
    )


def _editorial(document: Document) -> Classification:
    """Every operation was editorial: kept, never alerted."""
    return Classification(
        level=Level.NONE,
        reason=LocalizedText(
            ja="句読点・空白・書式のみの差分であり、法的な変更はない。",
            en="Only punctuation, spacing or markup differs; nothing of legal weight changed.",
        ),
        summary=LocalizedText(
            ja=f"「{document.title}」の形式的な差分。", en=f"Editorial differences in “{document.title}”."
        ),
        version=rulebook().version,
    )
