"""What is said of a document in which no act could be read: that it was not read, and what will be checked."""

from __future__ import annotations

from dataclasses import dataclass

from tracker.i18n import label
from tracker.model import DocumentKind, LocalizedText
from tracker.terms import agency_name
from tracker.wording.facts import DocumentFacts, ReadState, plain_title, title_ja, title_keywords


@dataclass(frozen=True, slots=True)
class Unread:
    headline: LocalizedText
    summary: LocalizedText
    reason: LocalizedText


def unread(facts: DocumentFacts, state: ReadState) -> Unread:
    """Headline, summary and reason of a document that a person has to read."""
    ja, en = source_name(facts)
    title = plain_title(facts.title)
    translated = title_ja(title)
    words = title_keywords(title)
    named_ja = f"{ja}「{translated or title}」" if title else ja
    if translated:
        full_ja = f"{named_ja}(仮訳。原題「{title}」)"
    else:
        full_ja = f"{named_ja}(キーワード:{words})" if words else named_ja
    named_en = f"{en} “{title}”" if title else en
    start = named_en[0].upper() + named_en[1:]
    if state is ReadState.NO_TEXT:
        return Unread(
            LocalizedText(f"{named_ja}:本文は未確認", f"{start}: text not yet read"),
            LocalizedText(
                f"{full_ja}。確認したのは表題・要旨のみで、本文は未入手。"
                "本文の入手後、対象品目、対象国、日本の扱い、税率・許可要件、施行日を確認する。",
                f"{start}. Only its title or abstract was available. "
                "When the text is available, its items, countries, Japan’s standing, rates or license requirements, "
                "and dates will be checked.",
            ),
            LocalizedText(
                "本文が未確認のため、影響の有無は未判定。担当者による原文の確認が必要。",
                "The text was not read, so its effect is not known. A person has to read it.",
            ),
        )
    return Unread(
        LocalizedText(
            f"{named_ja}:措置の内容を自動では判定できず",
            f"{start}: no measure could be identified automatically",
        ),
        LocalizedText(
            f"{full_ja}。本文は入手済みだが、措置の内容を自動では特定できなかった。"
            "対象品目、対象国、日本の扱い、施行日について、担当者による原文の確認が必要。",
            f"{start}. The text is available, but no measure could be identified in it automatically. "
            "A person has to check its items, countries, Japan’s standing, and dates.",
        ),
        LocalizedText(
            "措置の内容を特定できないため、影響の有無は未判定。担当者による原文の確認が必要。",
            "No measure could be identified, so its effect is not known. A person has to read it.",
        ),
    )


def source_name(facts: DocumentFacts) -> tuple[str, str]:
    """Return the short name of the agency with the kind of its document, in Japanese and in English."""
    words = " ; ".join(facts.agencies)
    kind = facts.kind.value if facts.kind else "document"
    ja, en = label("kind", kind, "ja"), label("kind", kind, "en")
    if facts.kind is DocumentKind.PRESIDENTIAL:
        return ja, en
    agency_ja, agency_en = agency_name(words, "ja", short=True), agency_name(words, "en", short=True)
    return (
        f"{agency_ja}の{ja}" if agency_ja else ja,
        f"{agency_en.removeprefix('the ')} {en[0].lower()}{en[1:]}" if agency_en else en,
    )
