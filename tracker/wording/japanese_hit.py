"""What an act hits, in Japanese: countries, goods, ECCNs, parties, sections."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

from tracker.citations import format_japanese
from tracker.model import Act, Operand
from tracker.terms import (
    eccn_name,
    goods_ja,
    goods_of,
    place_label,
    plain_goods,
    section_name,
)
from tracker.wording.act_terms import (
    ActTerms,
    country_names,
    eccns_of,
    is_general,
    is_provision,
    legal_places,
    particular_noun,
    terms_of,
)
from tracker.wording.facts import DocumentFacts
from tracker.wording.phrases import Noun, noun

_COUNTRIES = 3
_PARTIES = 2
_ECCNS = 2
_OBJECTS = 3
_HTS = 2
_UNITS = 2
_SOME = re.compile(
    r"\bcertain\b|\b(?-i:Covered|Subject|Specified|Affected) (?:Products|Articles|Goods|Imports)\b|\b(?:set (?:out|forth)|listed|identified|specified|described) in (?:the )?Annex",
    re.IGNORECASE,
)
_PRODUCTS = re.compile(
    r"\b(?:products?|goods?|articles?|merchandise) (?:that are (?:the )?products? )?(?:of|from|originating)\b|\bimports? (?:of|from)\b|\b(?:all|any|every) (?:\w+ ){0,2}(?:goods?|articles?|products?|imports?)\b",
    re.IGNORECASE,
)
_DUTIES = re.compile(r"\b(?:dut(?:y|ies)|tariffs?|actions?|surcharges?|rates?)\b", re.IGNORECASE)
_WHO_DEALS = re.compile(
    r"\b(?:countr(?:y|ies)|persons?|whoever) (?:that|which|who|importing|purchasing|buying|selling|supplying|dealing|trading)\b",
    re.IGNORECASE,
)
_DEALING = re.compile(
    r"\b(?:countr(?:y|ies)|persons?|whoever) (?:that |which |who )?(?:directly or indirectly |also |continues? to )*"
    r"(?P<verb>imports?|importing|purchas\w+|buys?|buying|sells?|selling|suppl\w+|provid\w+) (?P<what>[^.;,]{3,80})",
    re.IGNORECASE,
)
_BUYS = re.compile(r"import|purchas|buy", re.IGNORECASE)
_COUNT_WORD = "者"
_UNNAMED = "個人・団体等(氏名・名称は原文を参照)"


@dataclass(frozen=True)
class JapaneseHit:
    """What an act hits, in Japanese."""

    act: Act
    facts: DocumentFacts

    @cached_property
    def terms(self) -> ActTerms:
        return terms_of(self.act, "ja")

    @cached_property
    def noun(self) -> Noun:
        return noun(self.act.operand, "ja")

    @cached_property
    def of(self) -> str:
        """The countries hit, or the country groups where the act names no country."""
        if self._by_dealing:
            return self._dealers
        names = country_names(self.act.of, "ja")
        if not names:
            if is_general(self.act.of):
                return "全ての国・地域"
            return "・".join(self.terms.groups)
        shown = "・".join(names[:_COUNTRIES])
        more = len(names) - _COUNTRIES
        words = f"{shown}等{len(names)}か国・地域" if more > 0 else shown
        return f"全ての国・地域({words}を含む)" if is_general(self.act.of) else words

    @cached_property
    def _dealers(self) -> str:
        """「イラン産石油を輸入する国」: the countries that a duty hits because they deal with another."""
        names = "・".join(country_names(self.act.trigger_countries, "ja"))
        match = _DEALING.search(self.act.evidence.quote)
        goods = goods_of(match["what"]) if match else None
        if match is None or goods is None or goods.generic or not goods.names:
            return f"{names}と取引する国"
        named = "・".join(goods.names[:2])
        if _BUYS.search(match["verb"]):
            return f"{names}産{named}を輸入する国"
        return f"{names}に{named}を供給する国"

    @cached_property
    def _by_dealing(self) -> bool:
        """Whether a duty hits whoever deals with another country: "any country that imports Venezuelan oil"."""
        return (
            bool(self.act.trigger_countries)
            and (not self.act.of or is_general(self.act.of))
            and _WHO_DEALS.search(self.act.evidence.quote) is not None
        )

    @cached_property
    def things(self) -> str:
        """Goods, technologies and ECCNs."""
        parts = [self.eccns, self.objects]
        words = "、".join(part for part in parts if part)
        if not self.act.hts:
            return words
        headings = "、".join(self.act.hts[:_HTS])
        more = len(self.act.hts) - _HTS
        heading = f"HTS {headings}" + (f"等{len(self.act.hts)}品目" if more > 0 else "")
        if not words:
            return f"{heading}の産品"
        return f"{words[:-1]}、{heading})" if words.endswith(")") else f"{words}({heading})"

    @cached_property
    def eccns(self) -> str:
        codes = eccns_of(self.act)
        shown = []
        for code in codes[:_ECCNS]:
            name = eccn_name(code).replace("(", "・").replace(")", "")
            shown.append(f"{code}({name})" if name else code)
        if not shown:
            return ""
        more = f"等{len(codes)}品目" if len(codes) > _ECCNS else ""
        return "ECCN " + "、".join(shown) + more

    @cached_property
    def objects(self) -> str:
        phrases = [plain for words in self.act.objects if (plain := plain_goods(words))]
        found = [goods_of(plain) for plain in phrases]
        particular = [
            name
            for goods, plain in zip(found, phrases, strict=True)
            if not goods.generic
            for name in (goods.names if goods.whole else (goods_ja(plain),))
        ]
        shown = list(dict.fromkeys(particular or [name for plain in phrases if (name := goods_ja(plain))]))
        if not shown:
            return ""
        more = f"等{len(shown)}品目" if len(shown) > _OBJECTS else ""
        return "・".join(shown[:_OBJECTS]) + more

    @cached_property
    def parties(self) -> str:
        """The parties as the object of a verb: 中国所在の3者(A社、B社ほか1者), without a name 当事者."""
        where = ""
        if self.of:
            where = f"{self.of}所在の" if self.act.operand is Operand.LISTING else f"{self.of}の"
        names = self.party_names
        count = self.act.party_count or len(names)
        if not names:
            return f"{where}{count}{_COUNT_WORD}" if count else f"{where}{_UNNAMED}"
        if count == 1:
            return f"{where}{names[0]}"
        return f"{where}{count}{_COUNT_WORD}({self.named_parties})"

    @cached_property
    def party_names(self) -> tuple[str, ...]:
        """The parties, those located in Japan first."""
        names = dict.fromkeys(" ".join(name.split()) for name in self.act.parties if name.strip())
        home = {" ".join(name.split()) for name in self.facts.japan_parties}
        return tuple(sorted(names, key=lambda name: name not in home))

    @cached_property
    def named_parties(self) -> str:
        names = self.party_names
        if not names:
            return f"{self.act.party_count}{_COUNT_WORD}" if self.act.party_count else ""
        more = (self.act.party_count or len(names)) - len(names[:_PARTIES])
        return "、".join(names[:_PARTIES]) + (f"ほか{more}{_COUNT_WORD}" if more > 0 else "")

    @cached_property
    def places(self) -> str:
        """The sections that the act touches, where they say what it hits because nothing else does."""
        if not is_provision(self.act) and (self.of or self.things or self.named_parties):
            return ""
        if self.act.operand is Operand.EARLIER_ACT and self.act.earlier_act:
            return ""
        paths = [path for path in legal_places(self.act) if not (self.eccns and " › " in path)]
        if not paths:
            return ""
        more = len(paths) - _UNITS
        return "、".join(self._place(path) for path in paths[:_UNITS]) + (
            f"ほか{more}条項" if more > 0 else ""
        )

    def _place(self, path: str) -> str:
        if section_name(path) == particular_noun(self.act, "ja"):
            return format_japanese(path.split(" › ", maxsplit=1)[0])
        return place_label(path, "ja")

    @cached_property
    def hit(self) -> str:
        """What is hit, as the style of the operand attaches countries and goods; a section where nothing else is."""
        if self.places and is_provision(self.act):
            about = self._joined("の", "")
            return f"{self.places}の{about}" if about and about not in self.places else self.places
        return self._hit or self.places

    @cached_property
    def _hit(self) -> str:
        style = self.noun.style
        if style == "parties":
            if self.act.parties or self.act.party_count:
                return self.parties
            return self._joined("の", "の当事者" if self.act.operand is Operand.EXPORT_PRIVILEGES else "")
        if style == "items":
            to = f"{self.of}向け" if self.of else ""
            if self.named_parties:
                to = f"{self.named_parties}({self.of})向け" if self.of else f"{self.named_parties}向け"
            if not to:
                return self.things
            return f"{to}の{self.things}" if self.things else f"{to}の輸出"
        if style == "goods":
            if _SOME.search(self.act.evidence.quote):
                hit = self._joined("の", "の一部の産品")
                return f"{hit}の一部" if self.objects and hit.endswith(self.objects) else hit
            return self._joined("の", "の対象品" if self._of_what_unsaid else "の産品")
        if style == "agreement":
            return self.things
        return self._joined("の", "")

    @property
    def _of_what_unsaid(self) -> bool:
        """Whether the sentence speaks of duties and not of goods: "suspends the responsive actions against China"."""
        quote = self.act.evidence.quote
        return _DUTIES.search(quote) is not None and _PRODUCTS.search(quote) is None

    def _joined(self, link: str, otherwise: str) -> str:
        if self.of and self.things:
            return f"{self.of}{link}{self.things}"
        return f"{self.of}{otherwise}" if self.of else self.things
