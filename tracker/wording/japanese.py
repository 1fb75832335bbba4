"""One act in Japanese: the slots of its clause, and the facts beside it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

from tracker.i18n import format_day
from tracker.model import ActVerb, DocumentKind, Force, Operand
from tracker.terms import (
    agency_name,
    conduct_name,
    goods_of,
    phrase_ja,
)
from tracker.wording.act_terms import (
    ALL_IN,
    NOT_GOVERNING,
    STATED_BY_FACTS,
    WHETHER,
    actor_of,
    country_names,
    earlier_name,
    interruption,
    is_general,
    is_provision,
    legal_places,
    particular_noun,
    party_list,
    prohibits_deal,
    says_little,
)
from tracker.wording.amounts import amount
from tracker.wording.facts import title_ja, title_says_act
from tracker.wording.japanese_hit import JapaneseHit
from tracker.wording.phrases import Clause, choose, fill, on_phrase, slots_of, templates

_OBJECTS = 3
_UNITS = 2
_SLOTS = {
    "x": "hit",
    "n": "noun_with_facts",
    "np": "noun_phrase",
    "na": "noun_after_rate",
    "p": "parties",
    "rate": "rate",
    "until": "span",
    "policy": "policy",
    "basis": "basis",
    "fine": "fine",
    "deal": "prohibited_deal",
    "measure": "measure",
}
_ASKING = re.compile(r"\b(?:requests? for|solicitation of|comments? on|inquiry)\b", re.IGNORECASE)
_COUNT_WORD = "者"
_SHORT_FORM = re.compile(r"\([A-Z]+\)")  # 輸出管理改革法(ECRA), which stands in brackets itself


@dataclass(frozen=True)
class JapaneseAct(JapaneseHit):
    """The parts of an act in Japanese. Nothing here ends a sentence."""

    @cached_property
    def pattern(self) -> str:
        chosen = choose(templates(self.act.verb, self.act.operand, "ja"), self._availability)
        return on_phrase(chosen) if self.governed else chosen

    @cached_property
    def governed(self) -> str:
        """What the verb acts on in the words of the text, translated; empty where the facts of the act say it better."""
        if (
            not self.act.phrase
            or self.act.verb in NOT_GOVERNING
            or (self.act.operand in STATED_BY_FACTS and self._hit)
        ):
            return ""
        if self.act.operand is Operand.LISTING and (self.act.parties or self.act.party_count):
            return ""
        return phrase_ja(self.act.phrase)

    @cached_property
    def prohibited_deal(self) -> str:
        """The purchase or merger that is prohibited, in the words of the text."""
        return phrase_ja(self.act.phrase) if prohibits_deal(self.act) else ""

    @cached_property
    def clause(self) -> Clause:
        return fill(self.pattern, self.slot)

    @cached_property
    def who(self) -> str:
        words = actor_of(self.act, self.facts)
        return agency_name(words, "ja", short=True) or " ".join(words.split())

    @cached_property
    def because(self) -> str:
        """The reason as it stands before the clause: `ロシア産原油の輸入を理由に`, `ベネズエラに関連する措置として`."""
        if self._by_dealing:
            return ""
        names = country_names(self.act.trigger_countries, "ja")
        conduct = conduct_name(self.act.trigger, "・".join(names))
        if not conduct:
            others = [name for name in names if name not in country_names(self.act.of, "ja")]
            return f"{'・'.join(others)}に関連する措置として" if others else ""
        absent = [name for name in names if name not in conduct]
        return f"{conduct}({'・'.join(absent)})を理由に" if absent else f"{conduct}を理由に"

    @cached_property
    def bare(self) -> bool:
        """Whether the act says neither whom nor what it hits, so that only the document's title tells."""
        generic = (
            not self.act.eccns
            and not self.act.hts
            and all(goods_of(words).generic for words in self.act.objects)
        )
        hit = self._hit and not (generic and self._hit == self.things)
        named_list = self.act.operand is Operand.LISTING and bool(party_list(self.act, "ja"))
        return not (
            self.governed
            or hit
            or self.places
            or self.of
            or self.named_parties
            or self.act.earlier_act
            or named_list
        )

    @cached_property
    def title(self) -> str:
        """The document's title in Japanese where only it says what is done: no sentence of the text was read, or the act names nothing."""
        moved = self.act.amount_before and self.act.amount_after
        if moved or self.facts.kind is DocumentKind.CFR or not title_says_act(self.facts.title):
            return ""
        listed = self.act.operand is Operand.LISTING and (self.act.of or self.act.party_count)
        from_title = (
            self.act.evidence.where == "title"
            and not self.act.amount_after
            and not self.party_names
            and not listed
        )
        if self.act.force is Force.STUDIED and self.of and WHETHER.search(self.act.evidence.quote):
            return ""
        if (
            self.act.verb is ActVerb.REQUEST_COMMENTS
        ):  # a title that does not ask does not say that this one does
            return title_ja(self.facts.title) if _ASKING.search(self.facts.title) else ""
        told = says_little(self.act) and self.facts.kind not in (None, DocumentKind.LIST)
        return title_ja(self.facts.title) if self.bare or from_title or told else ""

    def _availability(self, name: str) -> str:
        """Whether a slot is filled, before the template is chosen that decides what the noun says beside itself."""
        if name in ("n", "np", "na", "p"):
            return name
        return self.slot(name)

    # --- slots --------------------------------------------------------------------------------

    def slot(self, name: str) -> str:
        return str(getattr(self, _SLOTS[name]))

    @cached_property
    def policy(self) -> str:
        """The review policy, where the act names one and no more."""
        return self.terms.policies[0] if len(self.terms.policies) == 1 else ""

    @cached_property
    def basis(self) -> str:
        return "・".join(self.terms.bases)

    # --- nouns --------------------------------------------------------------------------------

    @cached_property
    def bare_noun(self) -> str:
        if self.act.operand is Operand.EARLIER_ACT and self.act.earlier_act:
            return earlier_name(self.act, "ja")
        if self.noun.style == "agreement" and self.of:
            return f"{self.of}との{self.noun.word}"
        if self.all_in:
            return "関税"
        return particular_noun(self.act, "ja") or self.noun.word

    @cached_property
    def all_in(self) -> bool:
        """Whether the rate takes the ordinary duty in, so that it is no additional duty."""
        return (
            self.act.operand is Operand.DUTY
            and bool(self.act.amount_after)
            and ALL_IN.search(self.act.evidence.quote) is not None
        )

    def _rate_after(self) -> str:
        after = amount(self.act.amount_after, "ja")
        return f"合計{after}(通常の関税を含む)" if self.all_in else after

    @cached_property
    def notes(self) -> tuple[tuple[str, str], ...]:
        """Amount, earlier act and legal basis, each with its label, where the template says them nowhere else."""
        used = slots_of(self.pattern)
        notes = []
        if self.amounts and not used & {"rate", "na", "fine"}:
            notes.append(("水準", self.amounts))
        if self.act.earlier_act and self.act.operand is not Operand.EARLIER_ACT:
            notes.append(("関連", earlier_name(self.act, "ja")))
        if self.terms.bases and "basis" not in used and not self._noun_says_basis:
            notes.append(("根拠", "・".join(self.terms.bases)))
        return tuple(notes)

    @cached_property
    def noun_notes(self) -> str:
        """The notes as they stand in brackets after the noun."""
        return "、".join(_SHORT_FORM.sub("", words) for _, words in self.notes)

    @cached_property
    def _noun_says_basis(self) -> bool:
        return self.act.operand is Operand.PROCEEDING and bool(slots_of(self.pattern) & {"n", "np", "na"})

    def _noted(self, words: str) -> str:
        if not self.noun_notes:
            return words
        if words.endswith(")"):
            return f"{words[:-1]}、{self.noun_notes})"
        return f"{words}({self.noun_notes})"

    @cached_property
    def noun_with_facts(self) -> str:
        return self._noted(self.bare_noun)

    @cached_property
    def noun_phrase(self) -> str:
        return self._noun_phrase + interruption(self.act, "ja")

    @cached_property
    def _noun_phrase(self) -> str:
        if self.governed:
            return self.governed
        if self.noun.style == "named" and self.hit:
            ends = any(self.hit.endswith(word) for word in ("プログラム", "」", "パッケージ"))
            words = self.hit if ends else f"{self.hit}{self.noun.link}{self.bare_noun}"
            return self._noted(words)
        if self.act.operand is Operand.LISTING and (self.act.parties or self.act.party_count):
            return self._noted(f"{self.parties}の{self.bare_noun}掲載")
        if self.act.operand is Operand.LISTING and self.bare_noun.endswith("リスト"):
            return self._noted(
                f"{self.of}に関する{self.bare_noun}の措置" if self.of else f"{self.bare_noun}の措置"
            )
        if not self.hit:
            return self.noun_with_facts
        if is_provision(self.act) and (self.places or self.act.eccns):
            return self._noted(
                f"{self.hit}{'に関する' if self.hit != self.places and self.places else 'の'}規定"
            )
        link = "の" if self.hit == self.places else self.noun.link
        return f"{self.hit}{link}{self.noun_with_facts}"

    @cached_property
    def noun_after_rate(self) -> str:
        after = self._rate_after()
        before = amount(self.act.amount_before, "ja")
        if after and before:
            return self._noted(f"{after}の{self.bare_noun}(従来{before})")
        if after or before:
            return self._noted(f"{after}の{self.bare_noun}" if after else f"{self.bare_noun}(従来{before})")
        return self.noun_with_facts

    @cached_property
    def amounts(self) -> str:
        before, after = amount(self.act.amount_before, "ja"), amount(self.act.amount_after, "ja")
        if before and after:
            return f"{before}→{after}"
        return after or (f"従来{before}" if before else "")

    @cached_property
    def rate(self) -> str:
        before, after = amount(self.act.amount_before, "ja"), self._rate_after()
        if self.act.verb is ActVerb.RAISE and after == "0%":
            return ""  # "initially 0 percent": the increase is to another rate
        if after:
            return f"{before}から{after}へ" if before else f"{after}へ"
        return f"{before}から" if before else ""

    @cached_property
    def measure(self) -> str:
        """What an amount measures: 期限 for days and months, else 基準."""
        spans = [amount(words, "ja") for words in (self.act.amount_before, self.act.amount_after) if words]
        return (
            "期限"
            if spans and all(re.search(r"(?:日|か月|年|週間|時間)\Z", words) for words in spans)
            else "基準"
        )

    @cached_property
    def fine(self) -> str:
        return f"{self.amounts}の制裁金" if self.amounts else ""

    @cached_property
    def span(self) -> str:
        until = f"{format_day(self.act.until, 'ja')}まで" if self.act.until else ""
        if self.act.verb is ActVerb.SUSPEND and self.act.since and until:
            return f"{format_day(self.act.since, 'ja')}から{until}"
        return until

    # --- facts that the clause does not show ---------------------------------------------------

    @cached_property
    def rest(self) -> tuple[str, ...]:
        """Facts of the act that its clause does not show, each a sentence without its full stop."""
        shown = self.clause.shown
        hit = bool(self.hit) and self.hit in self.clause.words
        of_shown = hit or (self.noun.style == "agreement" and bool(shown & {"n", "np", "na"}))
        noun_shown = bool(shown & {"n", "np", "na"})
        listed = self.act.operand is Operand.LISTING
        with_parties = bool(self.act.parties or self.act.party_count)
        parties_shown = (
            "p" in shown or (hit and self.noun.style in ("parties", "items")) or (listed and "np" in shown)
        )
        goods_in_hit = hit and not (self.noun.style == "parties" and with_parties)
        out = [self.at_home] if self.at_home else []
        if with_parties and not parties_shown:
            out.append(f"対象者:{self.parties}")
        if self.of and not (of_shown or parties_shown):
            out.append(f"対象国:{self.of}")
        if self.things and not goods_in_hit:
            out.append(f"{'許可要件' if listed else '対象品目'}:{self.things}")
        if not noun_shown:
            out += [f"{label}:{words}" for label, words in self.notes]
        if self.act.operand is Operand.EARLIER_ACT and self.act.earlier_act and not noun_shown:
            out.append(f"関連:{earlier_name(self.act, 'ja')}")
        if self.terms.policies and "policy" not in shown:
            out.append(f"審査方針:{'・'.join(self.terms.policies)}")
        if self.terms.exceptions and not (self.act.operand is Operand.LICENSE_EXCEPTION and noun_shown):
            out.append(f"関係する許可例外:{self._exceptions()}")
        if self.terms.groups and country_names(self.act.of, "ja") + ("",) * is_general(self.act.of):
            out.append(f"対象国:{'、'.join(self.terms.groups)}")
        if self.terms.bases and "basis" in slots_of(self.pattern) and "basis" not in shown:
            out.append(f"根拠:{'・'.join(self.terms.bases)}")
        if self.terms.others:
            out.append("関連用語:" + "、".join(f"「{term}」" for term in self.terms.others))
        return tuple(out)

    @cached_property
    def at_home(self) -> str:
        """The parties located in Japan, where others are listed with them."""
        home = {" ".join(name.split()) for name in self.facts.japan_parties}
        names = [name for name in self.party_names if name in home]
        if not names or (self.act.party_count or len(self.party_names)) == len(names):
            return ""
        more = len(names) - _OBJECTS
        return (
            "うち日本所在:" + "、".join(names[:_OBJECTS]) + (f"ほか{more}{_COUNT_WORD}" if more > 0 else "")
        )

    def _exceptions(self) -> str:
        return "、".join(name.removeprefix("許可例外") for name in self.terms.exceptions)

    @cached_property
    def units(self) -> str:
        """The sections that the act touches, where the clause does not name them; not ECCNs and rows of lists."""
        paths = [path for path in legal_places(self.act) if " › " not in path]
        if not paths or (self.places and self.places in self.clause.words):
            return ""
        more = len(paths) - _UNITS
        shown = "、".join(self._place(path) for path in paths[:_UNITS])
        return f"対象条項:{shown}" + (f"ほか{more}条項" if more > 0 else "")
