"""One act in English: the slots of its clause, and the facts that stand beside it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from tracker.i18n import format_day
from tracker.model import Act, ActVerb, DocumentKind, Operand
from tracker.terms import agency_name, goods_name, goods_of, place_label
from tracker.wording.act_terms import (
    NOT_GOVERNING,
    STATED_BY_FACTS,
    ActTerms,
    actor_of,
    country_names,
    earlier_name,
    eccns_of,
    interruption,
    is_general,
    is_provision,
    legal_places,
    particular_noun,
    prohibits_deal,
    terms_of,
)
from tracker.wording.amounts import amount
from tracker.wording.facts import DocumentFacts
from tracker.wording.phrases import Clause, Noun, choose, fill, noun, on_phrase, slots_of, templates

_SHOWN = 3
_PARTIES = 2
_UNITS = 2
_SOURCE = "This document"
_SOURCES: dict[DocumentKind | None, str] = {
    DocumentKind.CFR: "The CFR text",
    DocumentKind.LIST: "The list",
    DocumentKind.PAGE: "The page",
}
_SLOTS = {
    "x": "hit",
    "n": "noun_with_facts",
    "np": "noun_phrase",
    "na": "noun_with_facts",
    "p": "parties",
    "rate": "rate",
    "until": "span",
    "policy": "policy",
    "basis": "basis",
    "fine": "fine",
    "deal": "prohibited_deal",
}


def listed(words: Sequence[str], limit: int = _SHOWN, more: str = "more") -> str:
    """ "a", "a and b", "a, b, and c", "a, b, c, and 4 more"."""
    shown = list(words[:limit])
    if len(words) > limit:
        shown.append(f"{len(words) - limit} {more}")
    if len(shown) < 3:
        return " and ".join(shown)
    return ", ".join(shown[:-1]) + f", and {shown[-1]}"


@dataclass(frozen=True)
class EnglishAct:
    """The parts of an act in English. Nothing here ends a sentence."""

    act: Act
    facts: DocumentFacts

    @cached_property
    def terms(self) -> ActTerms:
        return terms_of(self.act, "en")

    @cached_property
    def noun(self) -> Noun:
        return noun(self.act.operand, "en")

    @cached_property
    def pattern(self) -> str:
        chosen = choose(templates(self.act.verb, self.act.operand, "en"), self._availability)
        return on_phrase(chosen) if self.governed else chosen

    @cached_property
    def governed(self) -> str:
        """What the verb acts on in the words of the text; empty where the facts of the act say it better."""
        named = self.act.operand is Operand.LISTING and (self.act.parties or self.act.party_count)
        if named or self.act.verb in NOT_GOVERNING or (self.act.operand in STATED_BY_FACTS and self.hit):
            return ""
        return self.act.phrase

    @cached_property
    def clause(self) -> Clause:
        return fill(self.pattern, self.slot)

    @cached_property
    def who(self) -> str:
        words = actor_of(self.act, self.facts)
        return (
            agency_name(words, "en", short=True)
            or " ".join(words.split())
            or _SOURCES.get(self.facts.kind, _SOURCE)
        )

    @cached_property
    def because(self) -> str:
        """The reason as it stands after the clause: `, citing “importing Russian oil”`, `, in relation to Venezuela`."""
        words = " ".join(self.act.trigger.split()).strip(" .,;:")
        names = country_names(self.act.trigger_countries, "en")
        if not words:
            others = [name for name in names if name not in country_names(self.act.of, "en")]
            return f", in relation to {listed(others)}" if others else ""
        absent = [name for name in names if name.removeprefix("the ").lower() not in words.lower()]
        return f", citing “{words}”" + (f" ({listed(absent)})" if absent else "")

    def _availability(self, name: str) -> str:
        """Whether a slot is filled, before the template is chosen that decides what the noun says beside itself."""
        if name in ("n", "np", "na", "p"):
            return name
        return self.slot(name)

    # --- slots --------------------------------------------------------------------------------

    def slot(self, name: str) -> str:
        return str(getattr(self, _SLOTS[name]))

    @cached_property
    def prohibited_deal(self) -> str:
        """The purchase or merger that is prohibited, in the words of the text."""
        words = re.sub(r"\A\(\w{1,4}\) ", "", self.act.phrase)
        return words[:1].lower() + words[1:] if prohibits_deal(self.act) else ""

    @cached_property
    def policy(self) -> str:
        """The review policy, where the act names one and no more."""
        return self.terms.policies[0] if len(self.terms.policies) == 1 else ""

    @cached_property
    def basis(self) -> str:
        return " and ".join(self.terms.bases)

    @cached_property
    def fine(self) -> str:
        return f"with {self.amounts}" if self.amounts else ""

    @cached_property
    def of(self) -> str:
        names = country_names(self.act.of, "en")
        if not names:
            if is_general(self.act.of):
                return "all countries"
            return listed(self.terms.groups)
        if is_general(self.act.of):
            return f"all countries (including {listed(names)})"
        return listed(names)

    @cached_property
    def things(self) -> str:
        parts = [self.eccns, self.objects]
        words = " and ".join(part for part in parts if part)
        if not self.act.hts:
            return words
        headings = f"HTS {listed(self.act.hts)}"
        return f"{words} ({headings})" if words else f"products of {headings}"

    @cached_property
    def eccns(self) -> str:
        codes = eccns_of(self.act)
        if not codes:
            return ""
        return f"{'ECCN' if len(codes) == 1 else 'ECCNs'} {listed(codes)}"

    @cached_property
    def objects(self) -> str:
        names = [goods_name(words, "en") for words in self.act.objects]
        particular = [
            name
            for name, words in zip(names, self.act.objects, strict=True)
            if name and not goods_of(words).generic
        ]
        return listed(list(dict.fromkeys(particular or [name for name in names if name])))

    @cached_property
    def parties(self) -> str:
        where = f" in {self.of}" if self.of else ""
        names = self.party_names
        count = self.act.party_count or len(names)
        if not names:
            noun_ = "party" if count == 1 else "parties"
            return f"{count} {noun_}{where}" if count else f"parties{where}"
        if count == 1:
            return f"{names[0]} ({self.of.removeprefix('the ')})" if self.of else names[0]
        return f"{count} parties{where} ({self.named_parties})"

    @cached_property
    def party_names(self) -> tuple[str, ...]:
        names = dict.fromkeys(" ".join(name.split()) for name in self.act.parties if name.strip())
        home = {" ".join(name.split()) for name in self.facts.japan_parties}
        return tuple(sorted(names, key=lambda name: name not in home))

    @cached_property
    def named_parties(self) -> str:
        names = self.party_names
        if not names:
            return f"{self.act.party_count} parties" if self.act.party_count else ""
        more = (self.act.party_count or len(names)) - len(names[:_PARTIES])
        if more > 0:
            return ", ".join(names[:_PARTIES]) + f", and {more} more"
        return listed(names)

    @cached_property
    def places(self) -> str:
        """The sections that the act touches, where they say what it hits because nothing else does."""
        if not is_provision(self.act) and (self.of or self.things or self.named_parties):
            return ""
        if self.act.operand is Operand.EARLIER_ACT and self.act.earlier_act:
            return ""
        paths = [path for path in legal_places(self.act) if not (self.eccns and " › " in path)]
        return listed([place_label(path, "en") for path in paths], _UNITS)

    @cached_property
    def hit(self) -> str:
        if self.places and is_provision(self.act):
            about = self._joined("involving", "")
            return f"{self.places} on {about}" if about and about not in self.places else self.places
        return self._hit or self.places

    @cached_property
    def _hit(self) -> str:
        style = self.noun.style
        if style == "parties":
            if self.act.parties or self.act.party_count:
                return self.parties
            return self._joined("of", "")
        if style == "items":
            to = f"to {self.of}" if self.of else ""
            if self.named_parties:
                to = f"to {self.named_parties}" + (f" ({self.of})" if self.of else "")
            if not to:
                return self.things
            return f"exports of {self.things} {to}" if self.things else f"exports {to}"
        if style == "goods":
            return self._joined("from", "products of ")
        if style == "agreement":
            return self.things
        return self._joined("involving", "")

    def _joined(self, link: str, otherwise: str) -> str:
        if self.of and self.things:
            return f"{self.things} {link} {self.of}"
        return f"{otherwise}{self.of}" if self.of else self.things

    # --- nouns --------------------------------------------------------------------------------

    @cached_property
    def bare_noun(self) -> str:
        if self.act.operand is Operand.EARLIER_ACT and self.act.earlier_act:
            return earlier_name(self.act, "en")
        if self.noun.style == "agreement" and self.of:
            return f"{self.noun.word} with {self.of}"
        return particular_noun(self.act, "en") or self.noun.word

    @cached_property
    def noun_notes(self) -> tuple[str, ...]:
        used = slots_of(self.pattern)
        notes = []
        if self.amounts and not used & {"rate", "fine"}:
            notes.append(self.amounts)
        if self.act.earlier_act and self.act.operand is not Operand.EARLIER_ACT:
            notes.append(earlier_name(self.act, "en"))
        if self.terms.bases and "basis" not in used and not self._noun_says_basis:
            notes.append(" and ".join(self.terms.bases))
        return tuple(notes)

    @cached_property
    def _noun_says_basis(self) -> bool:
        return self.act.operand is Operand.PROCEEDING and bool(slots_of(self.pattern) & {"n", "np", "na"})

    @cached_property
    def noun_with_facts(self) -> str:
        notes = list(self.noun_notes)
        words = self.bare_noun
        if notes and notes[0] == self.amounts and self.act.operand is Operand.DUTY and self.act.amount_after:
            words += f" of {amount(self.act.amount_after, 'en')}"
            before = amount(self.act.amount_before, "en")
            notes[0:1] = [f"before: {before}"] if before else []
        return f"{words} ({', '.join(notes)})" if notes else words

    @cached_property
    def noun_phrase(self) -> str:
        return interruption(self.act, "en") + self._noun_phrase

    @cached_property
    def _noun_phrase(self) -> str:
        if self.governed:
            return self.governed
        if self.noun.style == "named" and self.hit:
            named = "program" in self.hit.lower() or "package" in self.hit.lower()
            return f"the {self.hit}" if named else f"{self.noun_with_facts} {self.noun.link} {self.hit}"
        if self.act.operand is Operand.LISTING and (self.act.parties or self.act.party_count):
            return f"the listing of {self.parties} on {self.noun_with_facts}"
        if self.act.operand is Operand.LISTING and self.bare_noun.lower().endswith("list"):
            return f"measures under {self.noun_with_facts}" + (f" for {self.of}" if self.of else "")
        if is_provision(self.act) and (self.places or self.act.eccns) and self.hit:
            word = "the entries of" if ": " in self.places else "the provisions of"
            return f"{word} {self.hit}" + (f" ({', '.join(self.noun_notes)})" if self.noun_notes else "")
        if self.hit and self.hit == self.places:
            return f"{self.noun_with_facts} in {self.hit}"
        if not self.hit:
            if self.act.operand is Operand.EXPORT_PRIVILEGES:
                return self.noun_with_facts.removeprefix("the ")
            return self.noun_with_facts
        return f"{self.noun_with_facts} {self.noun.link} {self.hit}"

    @cached_property
    def amounts(self) -> str:
        before, after = amount(self.act.amount_before, "en"), amount(self.act.amount_after, "en")
        if before and after:
            return f"from {before} to {after}"
        return after or (f"before: {before}" if before else "")

    @cached_property
    def rate(self) -> str:
        before, after = amount(self.act.amount_before, "en"), amount(self.act.amount_after, "en")
        return " ".join(
            part for part in (f"from {before}" if before else "", f"to {after}" if after else "") if part
        )

    @cached_property
    def span(self) -> str:
        until = f"until {format_day(self.act.until, 'en')}" if self.act.until else ""
        if self.act.verb is ActVerb.SUSPEND and self.act.since and until:
            return f"from {format_day(self.act.since, 'en')} {until}"
        return until

    # --- facts that the clause does not show ---------------------------------------------------

    @cached_property
    def rest(self) -> tuple[str, ...]:
        shown = self.clause.shown
        hit = bool(self.hit) and self.hit in self.clause.words
        of_shown = hit or (self.noun.style == "agreement" and bool(shown & {"n", "np", "na"}))
        noun_shown = bool(shown & {"n", "np", "na"})
        is_list = self.act.operand is Operand.LISTING
        with_parties = bool(self.act.parties or self.act.party_count)
        parties_shown = (
            "p" in shown or (hit and self.noun.style in ("parties", "items")) or (is_list and "np" in shown)
        )
        goods_in_hit = hit and not (self.noun.style == "parties" and with_parties)
        out = [self.at_home] if self.at_home else []
        if with_parties and not parties_shown:
            out.append(f"Parties: {self.parties}")
        if self.of and not (of_shown or parties_shown):
            out.append(f"Countries: {self.of}")
        if self.things and not goods_in_hit:
            out.append(f"{'License requirement' if is_list else 'Items'}: {self.things}")
        if not noun_shown and self.noun_notes:
            out.append(f"Details: {', '.join(self.noun_notes)}")
        if self.act.operand is Operand.EARLIER_ACT and self.act.earlier_act and not noun_shown:
            out.append(f"Earlier measure: {earlier_name(self.act, 'en')}")
        if self.terms.policies and "policy" not in shown:
            out.append(f"License review policy: {listed(self.terms.policies)}")
        if self.terms.exceptions and not (self.act.operand is Operand.LICENSE_EXCEPTION and noun_shown):
            out.append(f"License exceptions concerned: {listed(self.terms.exceptions)}")
        if self.terms.groups and (country_names(self.act.of, "en") or is_general(self.act.of)):
            out.append(f"Countries: {listed(self.terms.groups)}")
        if self.terms.bases and "basis" in slots_of(self.pattern) and "basis" not in shown:
            out.append(f"Legal basis: {listed(self.terms.bases)}")
        if self.terms.others:
            out.append("Terms: " + listed([f"“{term}”" for term in self.terms.others]))
        return tuple(out)

    @cached_property
    def at_home(self) -> str:
        """The parties located in Japan, where others are listed with them."""
        home = {" ".join(name.split()) for name in self.facts.japan_parties}
        names = [name for name in self.party_names if name in home]
        if not names or (self.act.party_count or len(self.party_names)) == len(names):
            return ""
        return f"Located in Japan: {listed(names)}"

    @cached_property
    def units(self) -> str:
        paths = [path for path in legal_places(self.act) if " › " not in path]
        if not paths or (self.places and self.places in self.clause.words):
            return ""
        return f"Sections: {listed([place_label(path, 'en') for path in paths], _UNITS)}"
