"""One or two sentences of summary in both languages: kind, agency, what it does, from when.

Japanese comes from catalogue phrases; official words are quoted as they are, never translated.
"""

from __future__ import annotations

from collections.abc import Sequence

from tracker.classification.location_labels import where_label
from tracker.classification.party_lists import PartyListAct
from tracker.classification.quotes import countries, parties, shorten
from tracker.documents.text_view import TextView, abstract_of
from tracker.i18n import format_day, label
from tracker.legal_status.legal_dates import DELAYED
from tracker.model import DocumentKind, Language, LegalDate, LocalizedText, Topic
from tracker.wording import plain_title, title_ja

_AGENCIES = (
    ("Industry and Security", "米国商務省産業安全保障局(BIS)", "Bureau of Industry and Security"),
    ("Export Administration Regulations", "米国商務省産業安全保障局(BIS)", "Bureau of Industry and Security"),
    ("Foreign Assets Control", "米国財務省外国資産管理局(OFAC)", "Office of Foreign Assets Control"),
    ("OFAC", "米国財務省外国資産管理局(OFAC)", "Office of Foreign Assets Control"),
    ("International Trade Administration", "米国商務省国際貿易局(ITA)", "International Trade Administration"),
    ("U.S. Trade Representative", "米国通商代表部(USTR)", "Office of the US Trade Representative"),
    ("United States Trade Representative", "米国通商代表部(USTR)", "Office of the US Trade Representative"),
    ("Trade Representative", "米国通商代表部(USTR)", "Office of the US Trade Representative"),
    ("Customs and Border Protection", "米国税関・国境警備局(CBP)", "US Customs and Border Protection"),
    ("Department of State", "米国国務省", "Department of State"),
    ("State Department", "米国国務省", "Department of State"),
    ("Department of the Treasury", "米国財務省", "Department of the Treasury"),
    ("Treasury Department", "米国財務省", "Department of the Treasury"),
    ("Homeland Security", "米国国土安全保障省(DHS)", "Department of Homeland Security"),
    ("International Trade Commission", "米国国際貿易委員会(USITC)", "US International Trade Commission"),
    ("Executive Office of the President", "米国大統領", "the President"),
    ("Department of Commerce", "米国商務省", "Department of Commerce"),
    ("Commerce Department", "米国商務省", "Department of Commerce"),
)
_PRESIDENTS = frozenset({"executive-order", "proclamation", "presidential"})
_KIND_WORDS = (
    ("interim-final-rule", ("interim final rule", "(ifr)", "interim rule")),
    ("temporary-final-rule", ("temporary final rule",)),
    ("advance-notice", ("advance notice of proposed rulemaking", "(anprm)")),
    ("proposed-rule", ("proposed rule", "proposes to amend", "is proposing")),
    ("final-rule", ("final rule",)),
    ("rule", ("in this rule", "this rule ")),
    ("notice", ("notice",)),
)


def summarize_document(
    reading: TextView,
    topics: Sequence[Topic],
    listing: PartyListAct,
    dates: Sequence[LegalDate],
    *,
    novelty: bool,
) -> LocalizedText:
    """Two sentences at most; a change is described by what was touched."""
    kind = "" if reading.is_change else kind_of(reading)
    return LocalizedText(
        ja=_one(reading, kind, topics, listing, dates, "ja", novelty),
        en=_one(reading, kind, topics, listing, dates, "en", novelty),
    )


def name_document(reading: TextView) -> LocalizedText:
    """One line without a full stop: whose document it is, of which kind, and its title."""
    kind_id = kind_of(reading)

    def named(language: Language) -> str:
        agency = "" if kind_id in _PRESIDENTS else agency_of(reading, language)
        line = _opening(
            label("kind", kind_id, language),
            agency,
            reading.document.title.strip(),
            language,
            novelty=True,
            original_title=False,
        )
        return line.rstrip("。.")

    return LocalizedText(ja=named("ja"), en=named("en"))


def kind_of(reading: TextView) -> str:
    """The document's kind as the catalogues name it: from the record, else from its own words."""
    document = reading.document
    if document.kind in (
        DocumentKind.PAGE,
        DocumentKind.CFR,
        DocumentKind.LAW,
        DocumentKind.LIST,
        DocumentKind.CORRECTION,
    ):
        return document.kind.value
    if document.executive_order:
        return "executive-order"
    if document.proclamation:
        return "proclamation"
    if document.kind is DocumentKind.PRESIDENTIAL:
        return "presidential"
    # The ACTION line says what the document is; an abstract also speaks of other documents.
    for words in (document.action, f"{document.title} {document.abstract[:600]}"):
        for kind, phrases in _KIND_WORDS:
            if any(phrase in words.lower() for phrase in phrases):
                return kind
        if document.action and document.type:
            break
    return document.kind.value if document.type else "document"


def agency_of(reading: TextView, language: Language) -> str:
    """The most particular agency that the record or its words name; empty where none is."""
    document = reading.document
    named = " ; ".join(document.agencies) or " ".join((document.title, document.abstract[:800]))
    for words, ja, en in _AGENCIES:
        if words in named:
            return ja if language == "ja" else en
    if document.kind is DocumentKind.PRESIDENTIAL:
        return "米国大統領" if language == "ja" else "the President"
    return ""


def _one(
    reading: TextView,
    kind_id: str,
    topics: Sequence[Topic],
    listing: PartyListAct,
    dates: Sequence[LegalDate],
    language: Language,
    novelty: bool,
) -> str:
    if reading.is_change:
        return _change(reading, language)
    kind = label("kind", kind_id, language)
    agency = agency_of(reading, language)
    title = reading.document.title.strip()
    if kind_id in _PRESIDENTS:
        agency = ""  # an executive order is the President's by its name
    first = _opening(kind, agency, title, language, novelty)
    return first + _doing(reading, topics, listing, language) + _when(dates, language)


def _opening(
    kind: str, agency: str, title: str, language: Language, novelty: bool, *, original_title: bool = True
) -> str:
    if language == "ja":
        by = f"{agency}の" if agency else ""
        known = "" if novelty else "(既出)"
        if translated := title_ja(title):
            original = f"(仮訳。原題「{plain_title(title)}」)" if original_title else ""
            return f"{by}{kind}「{translated}」{original}{known}。"
        return f"{by}{kind}「{title}」{known}。"
    by = f" of the {agency.removeprefix('the ')}" if agency else ""
    return f"{kind[0].upper()}{kind[1:]}{by}: “{title}”."


def _doing(reading: TextView, topics: Sequence[Topic], listing: PartyListAct, language: Language) -> str:
    if topics and "adds-parties" in listing.facts and any(t.id == "entity-list" for t in topics):
        count, where = parties(listing.count, language), countries(listing.places, language)
        return f"{where}所在の{count}を追加する。" if language == "ja" else f" It adds {count} ({where})."
    words = shorten(abstract_of(reading.document), 160)
    if language == "ja":
        named = "".join(f"「{label('topic', topic.id, 'ja')}」" for topic in topics[:2])
        about = f"分野は{named}。" if named else ""
        return about + (f"要旨の原文は「{words}」。" if words and topics else "")
    return f" Its summary begins: “{words}”." if words and topics else ""


def _when(dates: Sequence[LegalDate], language: Language) -> str:
    names = {
        "effective": ("施行日", "Effective"),
        "comments-close": ("意見提出期限", "Comments close"),
        "applications-close": ("応募期限", "Applications close"),
        "stay-ends": ("効力停止の終期", "Stay ends"),
        "expires": ("失効日", "Expires"),
        "compliance": ("遵守期限", "Compliance by"),
    }
    moved = {
        "effective": ("延期後の施行日", "The delayed rule takes effect"),
        "compliance": ("延期後の遵守期限", "Delayed compliance by"),
    }
    shown = [
        ((moved if d.note == DELAYED else names)[d.type], d)
        for d in dates
        if d.type in names and not d.superseded and (not d.note or (d.note == DELAYED and d.type in moved))
    ][:2]
    named: dict[tuple[str, str], list[str]] = {}
    for name, entry in shown:
        named.setdefault(name, []).append(format_day(entry.date, language))
    if language == "ja":
        return "".join(f"{name[0]}:{'、'.join(days)}。" for name, days in named.items())
    return "".join(f" {name[1]} {' and '.join(days)}." for name, days in named.items())


def _change(reading: TextView, language: Language) -> str:
    title = reading.document.title.strip()
    paths = list(reading.touched)
    shown = [where_label(path).get(language) for path in paths[:3]]
    more = len(paths) - len(shown)
    if language == "ja":
        units = "、".join(shown) + (f"ほか{more}箇所" if more > 0 else "")
        return f"「{title}」の変更:{units}。"
    units = ", ".join(shown) + (f" and {more} more" if more > 0 else "")
    return f"Change of “{title}”: {units}."
