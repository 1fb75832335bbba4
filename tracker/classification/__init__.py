"""What a change means for a Japanese firm: topics, status, dates, level, nexus, and for whose profile.

Everything said carries the official words and where they stood. The rules are data (`rules.toml`),
the engine explains itself, and nothing here reads a clock, a network or a store.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from functools import partial

from tracker.classification import profile as _profile
from tracker.classification.bill_changes import classify_bill
from tracker.classification.docket_changes import classify_docket
from tracker.classification.features import Features
from tracker.classification.japan_nexus import japan_nexus
from tracker.classification.japanese_law import classify_law
from tracker.classification.judgement import Judgement, judge
from tracker.classification.judgments import classify_judgment
from tracker.classification.location_labels import where_label
from tracker.classification.party_lists import PartyListAct, read_party_list_act
from tracker.classification.passages import Passage, is_presidential, passages
from tracker.classification.rules import rules as rulebook
from tracker.classification.summary import name_document, summarize_document
from tracker.classification.tariff_notes import classify_notes, is_tariff_notes
from tracker.classification.tariff_rows import classify_rows
from tracker.documents.text_view import TextView, build_text_view
from tracker.legal_status.date_corrections import day_pairs
from tracker.legal_status.document_relations import document_relations
from tracker.legal_status.extraction import legal_status
from tracker.legal_status.legal_dates import legal_dates
from tracker.model import (
    Classification,
    Direction,
    Document,
    DocumentKind,
    DocumentRelation,
    LegalDate,
    Level,
    LocalizedText,
    Operation,
    Profile,
    ProfileMatch,
    Status,
    Topic,
)
from tracker.tariff.changes import is_tariff
from tracker.wording import (
    DocumentFacts,
    ReadState,
    Unread,
    change_headline,
    corrected_days_words,
    finding_words,
    headline,
    reason,
    summary,
    trade_remedy_finding,
    unread,
)

__all__ = [
    "RULES_VERSION",
    "classify",
    "match_profiles",
    "states_its_changes",
    "where_label",
]

RULES_VERSION: str = rulebook().version
_UNIDENTIFIED = LocalizedText(
    "本分野に関連。個別の措置は特定されていない。", "It belongs to the field; no measure was identified."
)
_OUTSIDE = LocalizedText("本分野の対象外。", "Outside the field.")


def classify(
    document: Document,
    operations: Sequence[Operation] = (),
    *,
    today: date,
    novelty: bool = True,
) -> Classification:
    """The classification of a document, or of a change of it when `operations` are given.

    `today` is a day in New York's calendar: it decides what is in force and which deadlines are
    over. `novelty` false means that the document was known before (a baseline, a backfill, an
    update in place): its level is the same, its summary does not call it new.
    """
    book = rulebook()
    if operations and is_tariff(document):
        return classify_rows(document, operations, book.version)
    if operations and is_tariff_notes(document):
        return classify_notes(document, operations, book.version)
    if document.kind is DocumentKind.DOCKET:
        return classify_docket(document, operations, today, partial(classify, today=today))
    if document.kind is DocumentKind.LAW:
        law = classify_law(document, operations, book.version)
        if operations and all(one.editorial for one in operations):
            return replace(_editorial(document), dates=law.dates, status=law.status)
        return law
    if document.kind is DocumentKind.BILL:
        return classify_bill(document, operations, partial(classify, today=today))
    if document.kind is DocumentKind.JUDGMENT:
        return classify_judgment(document, partial(classify, today=today))
    view = build_text_view(document, operations)
    if operations and not view.operations:
        return _editorial(document)
    dates = legal_dates(view, today)
    status = legal_status(view, dates, today)
    if view.is_state:
        return _as_it_stands(view, dates, status)
    if not _in_gate(view):
        nothing = book.levels[-1]
        return Classification(
            level=nothing.level,
            dates=dates,
            status=status,
            reason=_OUTSIDE,
            summary=summarize_document(view, (), PartyListAct(), dates, novelty=novelty),
            version=book.version,
        )
    listing = read_party_list_act(view)
    read = passages(view)
    features = Features(book, view, read)
    features.score_topics()
    judgement = judge(book, features, dates, listing)
    words = _words(view, judgement, listing, dates, status, today, novelty=novelty, topics=features.topics)
    if judgement.level is not Level.NONE and not judgement.acts and features.is_in("trade-remedy"):
        words = _with_finding(words, view, read)
    links = document_relations(view)
    if judgement.level is not Level.NONE and not view.is_change:
        words = _with_corrected_days(words, view, links)
    outside = judgement.level is Level.NONE
    topics = () if outside else tuple(sorted(features.topics.values(), key=lambda t: -t.score))
    return Classification(
        level=judgement.level,
        topics=topics,
        direction=judgement.direction,
        japan_nexus=japan_nexus(features, judgement.acts, listing),
        dates=dates,
        status=status,
        links=links,
        units=tuple(view.touched),
        eccns=() if outside and not view.is_change else tuple(view.eccns),
        acts=judgement.acts,
        needs_reading=judgement.needs_reading,
        reason=words.reason,
        summary=words.summary,
        headline=words.headline,
        version=book.version,
    )


def _words(
    view: TextView,
    judgement: Judgement,
    listing: PartyListAct,
    dates: tuple[LegalDate, ...],
    status: tuple[Status, ...],
    today: date,
    *,
    novelty: bool,
    topics: Mapping[str, Topic],
) -> Unread:
    """Headline, summary and reason: from the acts where there are any, else what was not read, else what the document is."""
    ranked = sorted(topics.values(), key=lambda topic: -topic.score)
    facts = DocumentFacts.of(
        view.document, topics=tuple(topic.id for topic in ranked), dates=_own(dates, view)
    )
    if facts.kind is DocumentKind.PAGE and is_presidential(view):
        facts = replace(facts, kind=DocumentKind.PRESIDENTIAL)
    if judgement.needs_reading:
        return unread(facts, ReadState.NO_ACT if view.full else ReadState.NO_TEXT)
    plain = summarize_document(view, tuple(topics.values()), listing, dates, novelty=novelty)
    nothing = LocalizedText("", "")
    if judgement.level is Level.NONE:
        return Unread(nothing, plain, _OUTSIDE)
    if not judgement.acts:
        touched = [(operation.path, operation.op) for operation in view.operations]
        headed = change_headline(touched, view.document.title) if view.is_change else name_document(view)
        sort = judgement.rule.direction is Direction.PROCEDURE or not judgement.rule.topics
        return Unread(headed, plain, judgement.rule.reason if sort else _UNIDENTIFIED)
    first = judgement.acts[0]
    return Unread(
        headline(first, facts, today=today, status=status, others=judgement.acts),
        summary(judgement.acts, facts, today=today, status=status),
        reason(first, judgement.level, judgement.direction, others=judgement.acts),
    )


def _with_finding(words: Unread, view: TextView, read: Sequence[Passage]) -> Unread:
    """The words of a document about dumping or subsidies, led by what the agency finds."""
    found = trade_remedy_finding([passage.text for passage in read if passage.lead])
    if found is None:
        return words
    headed, sentence = finding_words(found[0], DocumentFacts.of(view.document))
    return replace(
        words,
        headline=headed,
        summary=LocalizedText(sentence.ja + words.summary.ja, sentence.en + words.summary.en),
    )


def _with_corrected_days(words: Unread, view: TextView, links: Sequence[DocumentRelation]) -> Unread:
    """The words of a correction that changes days by their words, led by these."""
    document = view.document
    year = document.published.year if document.published else 0
    quotes = dict.fromkeys(link.quote for link in links if link.relation == "corrects")
    days = [pair for quote in quotes for pair in (day_pairs(quote, year) if year else ())]
    if not days:
        return words
    headed, sentence = corrected_days_words(DocumentFacts.of(document), days)
    return replace(
        words,
        headline=headed,
        summary=LocalizedText(sentence.ja + words.summary.ja, sentence.en + words.summary.en),
    )


_BEGINS = frozenset({"effective", "compliance"})
_RETROACTIVE = timedelta(days=180)


def _own(dates: tuple[LegalDate, ...], view: TextView) -> tuple[LegalDate, ...]:
    """The dates without those that a document of the Register only reports: what ended before its publication, and what took effect
    more than half a year before it."""
    published = view.document.published
    if published is None or view.is_change or not view.document.document_number:
        return dates
    return tuple(
        entry
        for entry in dates
        if entry.date >= (published - _RETROACTIVE if entry.type in _BEGINS else published)
    )


def states_its_changes(document: Document) -> bool:
    """Return whether the rows of a document state what changed, so that its classification contains the summary and the units."""
    stated = is_tariff(document) or is_tariff_notes(document)
    return stated or document.kind in (DocumentKind.DOCKET, DocumentKind.BILL)


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
    book = rulebook()
    if is_presidential(reading):
        return True  # every order is read whole, whatever it is called
    words = "\n".join((reading.lowered, reading.page.lowered))
    if any(word in words for word in book.gate):
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
