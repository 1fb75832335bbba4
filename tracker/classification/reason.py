"""One sentence of reason, in both languages, from the verdict's pattern and the evidence.

The patterns are in `rules.toml`; official words are only ever quoted, never translated.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date

from tracker.classification.numeric_changes import NumericChange
from tracker.classification.party_lists import PartyListAct
from tracker.classification.rules import ISSUER, Verdict
from tracker.countries import Country
from tracker.documents.text_view import TextView, abstract_of, in_context
from tracker.i18n import label, t
from tracker.model import Evidence, Language, LegalDate, LocalizedText

_SHORT = 130
_TELLING = 30  # characters; a shorter quote names something without saying anything of it
_LEAST = 70
# "and" between capitals joins a name: "the Bureau of Industry and Security".
_CLAUSE = re.compile(r", |; | that | by | and (?![A-Z])")
# What every rule begins with says nothing of this one.
_OPENING = re.compile(
    r"(?:(?:In|With|By|Through) this [^,]{0,60}, )?(?:[Tt]he )?(?:Department of (?:Commerce|the Treasury)[’']s )?"
    r"(?:Bureau of Industry and Security|Office of Foreign Assets Control)(?: \((?:BIS|OFAC)\))?(?:, (?:U\.S\. )?Department of (?:Commerce|the Treasury),)? (?=[a-z])"
)
_DESIGNATOR = re.compile(r"[a-z]{1,2}(?:\.[a-z\d]+)*\.\s")
_GOODS = re.compile(r"\b[Ii]mports of (.+?)(?= Into | into |$)")
_GOODS_JA = {
    "copper": "銅", "steel": "鉄鋼", "aluminum": "アルミニウム", "automobiles and automobile parts": "自動車・自動車部品",
    "polysilicon and its derivatives": "ポリシリコンおよび派生品", "wind turbines and their parts and components": "風力タービン・部品",
    "pharmaceuticals and pharmaceutical ingredients": "医薬品・医薬品原料", "robotics and industrial machinery": "ロボット・産業機械",
    "semiconductors and semiconductor manufacturing equipment": "半導体・半導体製造装置",
    "semiconductors, semiconductor manufacturing equipment, and their derivative products": "半導体・半導体製造装置および派生品",
    "timber, lumber, and their derivative products": "木材・製材および派生品", "timber and lumber": "木材・製材",
    "trucks": "トラック", "unmanned aircraft systems": "無人航空機システム", "unmanned aircraft systems and their parts and components": "無人航空機システム・部品",
    "commercial aircraft and jet engines": "民間航空機・ジェットエンジン",
    "commercial aircraft and jet engines and parts for commercial aircraft and jet engines": "民間航空機・ジェットエンジンおよび部品",
    "processed critical minerals and derivative products": "加工重要鉱物および派生品",
    "processed critical minerals and their derivative products": "加工重要鉱物および派生品",
    "personal protective equipment, medical consumables, and medical equipment, including devices": "個人防護具・医療用消耗品・医療機器",
    "derivative aluminum articles and derivative steel articles": "アルミニウム・鉄鋼派生品",
    "medium- and heavy-duty vehicles, medium- and heavy-duty vehicle parts, and buses": "中・大型車両および部品・バス",
}  # fmt: skip


def reason_sentence(
    verdict: Verdict,
    evidence: Sequence[Evidence],
    reading: TextView,
    listing: PartyListAct,
    dates: Sequence[LegalDate],
    thresholds: Mapping[str, NumericChange],
) -> LocalizedText:
    """The reason with its places filled in both languages."""
    move = thresholds.get(next((name for name in verdict.condition.facts if name in thresholds), ""))
    quote, gone = _quote(evidence, reading)
    ja, en = verdict.reason.ja, verdict.reason.en
    if gone:  # removed words are shown as removed
        ja = ja.replace("原文:「", "削除された原文:「")
        en = en.replace(": “{quote}”", " (removed: “{quote}”)").replace("(“{quote}”)", "(removed: “{quote}”)")
    return LocalizedText(
        ja=_fill(ja.replace("{threshold}", _moved(move, "ja")), "ja", quote, reading, listing, dates),
        en=_fill(en.replace("{threshold}", _moved(move, "en")), "en", quote, reading, listing, dates),
    )


def _moved(move: NumericChange | None, language: Language) -> str:
    """ "The rate of duty goes from 25% to 15%", 「関税率が25%から15%に」."""
    if move is None:
        return ""
    name = label("threshold", move.governs, language)
    before, after = (number.replace(" percent", "%") for number in (move.before, move.after))
    if not before:
        return t("threshold-set", language, name=name, after=after)
    return t("threshold-moved", language, name=name, before=before, after=after)


def _fill(
    pattern: str,
    language: Language,
    quote: str,
    reading: TextView,
    listing: PartyListAct,
    dates: Sequence[LegalDate],
) -> str:
    if "{" not in pattern:
        return pattern
    text = pattern.replace("{parties}", parties(listing.count, language))
    text = text.replace("{countries}", countries(listing.places, language))
    text = text.replace("{goods}", _goods(reading, language))
    text = text.replace("{deadline}", _deadline(dates, language))
    text = text.replace("{quote}", quote)
    return _tidy(text)


def parties(count: int | None, language: Language) -> str:
    """ "36 parties", 「36者」; without a number where the words give none."""
    if language == "ja":
        return f"{count}者" if count else "事業者等"
    if not count:
        return "parties"
    return "one party" if count == 1 else f"{count} parties"


def countries(found: Sequence[Country], language: Language, most: int = 5) -> str:
    """Up to five destinations, then "and others"; a neutral word where none is named."""
    if not found:
        return "関係国・地域" if language == "ja" else "various destinations"
    names = [place.name(language) for place in found[:most]]
    if language == "ja":
        return "、".join(names) + ("等" if len(found) > most else "")
    if len(found) > most:
        return ", ".join(names) + " and others"
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def day(value: date, language: Language) -> str:
    """2026年11月9日, 9 November 2026."""
    if language == "ja":
        return f"{value.year}年{value.month}月{value.day}日"
    return f"{value.day} {value:%B} {value.year}"


def _deadline(dates: Sequence[LegalDate], language: Language) -> str:
    close = next((d for d in dates if d.type == "comments-close" and not d.superseded), None)
    if close is None:
        return ""
    # A call for proposals has its day under the same type, with a note.
    ja, en = ("応募期限", "proposals are due") if close.note else ("意見提出期限", "comments are due")
    if language == "ja":
        return f"({ja}:{day(close.date, language)})"
    return f"; {en} by {day(close.date, language)}"


def _goods(reading: TextView, language: Language) -> str:
    match = _GOODS.search(reading.title.text) or _GOODS.search(reading.document.abstract)
    if match is None:
        return "対象品目" if language == "ja" else "the goods named"
    goods = match[1].strip(" .,")
    if language == "en":
        return goods.lower()
    return _GOODS_JA.get(goods.lower(), f"「{goods}」")


def _quote(evidence: Sequence[Evidence], reading: TextView) -> tuple[str, bool]:
    """Return the most relevant official words: of a change, what was added or removed; of a document, the words that
    decided, from its abstract before its title; cut at a clause. And whether a change took them away."""
    telling = [
        each
        for each in evidence
        if each.where not in ("title", *ISSUER)
        and len(each.quote) >= _TELLING
        and not _OPENING.fullmatch(f"{each.quote.strip(' .')} x"[:-1])
    ]
    if telling:
        return shorten(opening_words(telling[0].quote)), telling[0].where.startswith("removed: ")
    for operation in reading.operations if reading.is_change else ():
        if words := in_context(operation):
            return shorten(opening_words(words)), not operation.after
    spoken = (abstract_of(reading.document), reading.title.text, reading.document.title)
    return shorten(opening_words(next((text for text in spoken if text), ""))), False


def opening_words(text: str) -> str:
    """Official words from where they begin to say something; an ellipsis where words before them are left out."""
    text = text.strip()
    opening = _OPENING.match(text)
    rest = text[opening.end() :] if opening else text.lstrip(" ,;:)")
    begun = opening is not None or rest != text or (rest[:1].islower() and not _DESIGNATOR.match(rest))
    return f"… {rest}" if begun and rest else text


def shorten(text: str, most: int = _SHORT) -> str:
    """Official words cut to a clause, with an ellipsis where something was left out."""
    text = text.strip().rstrip(".")
    if len(text) <= most:
        return text
    cut = max((mark.start() for mark in _CLAUSE.finditer(text, _LEAST, most)), default=0)
    if not cut:
        cut = text.rfind(" ", 0, most)
    return text[: cut if cut > 0 else most].rstrip(" ,;") + " …"


def _tidy(text: str) -> str:
    return re.sub(r"\s{2,}", " ", text).replace(" .", ".").replace(" ,", ",")
