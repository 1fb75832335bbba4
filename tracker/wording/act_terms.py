"""What an act's fields name in the terms of the law, the same for both languages."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from tracker.citations import format_japanese, parse_cfr
from tracker.countries import country_named
from tracker.model import Act, ActVerb, Direction, JapanStanding, Language, Operand
from tracker.terms import (
    agency_id,
    country_group_name,
    legal_basis_name,
    license_exception_name,
    party_list_name,
    review_policy_name,
    section_name,
)
from tracker.wording.facts import DocumentFacts

_ALL = "all"
_JAPAN = "japan"
# What lets trade through: widening it relieves.
_RELIEVING = frozenset(
    {
        Operand.EXCLUSION,
        Operand.LICENSE_EXCEPTION,
        Operand.GENERAL_LICENSE,
        Operand.VALIDATED_END_USER,
        Operand.CUSTOMS_DE_MINIMIS,
        Operand.EXPORT_PRIVILEGES,
    }
)
# What has a number by itself, which is raised and lowered; other operands are tightened and eased.
_MEASURED = frozenset(
    {
        Operand.DUTY,
        Operand.QUOTA,
        Operand.DE_MINIMIS,
        Operand.CUSTOMS_DE_MINIMIS,
        Operand.DEADLINE,
        Operand.COMMENT_PERIOD,
        Operand.EXCLUSION,
        Operand.EXPORT_PRIVILEGES,
        Operand.INVESTMENT_RULE,
        Operand.PROCUREMENT_RULE,
        Operand.PROGRAM,
        Operand.AGREEMENT,
    }
)
_BUREAUS = {
    "commerce": frozenset({"bis", "ita", "ntia", "nist", "caisi", "uspto", "census", "ftzb"}),
    "treasury": frozenset({"ofac", "irs", "cfius"}),
    "dhs": frozenset({"cbp"}),
    "state": frozenset({"ddtc"}),
}
_CCL_ITEM = re.compile(
    r"Supp\. No\. 1 to Part 774 › (?:[^›]+ › )*?(?P<code>[0-9][A-E][0-9]{3})(?: › (?P<item>[a-z](?:\.[a-z0-9]+)*))?"
)
_CITED = re.compile(
    r"(?:E\.O\.|Executive Order|Proclamation|\d+ FR|\d+ CFR|Supp\. No\.|Public Law|Pub\. L\.)\s*\d",
    re.IGNORECASE,
)
_END_USE_SECTIONS = re.compile(r"744\.(?:2|3|4|5|6|7|9|17|21|22|23)\b")
# Acts of these are said by their facts (rate, goods, countries, parties) where they name any; the others by the words of the text.
NOT_GOVERNING = frozenset(
    {ActVerb.DIRECT_AGENCY, ActVerb.DETERMINE}
)  # their object is the agency, or a clause
# A rate that takes the ordinary duty in: "the sum of its column 1 duty rate and the additional duty shall be 15 percent".
ALL_IN = re.compile(
    r"\bsum of\b[^.;]{0,120}\b[Cc]olumn 1\b|\binclusive of\b|\bcombined rate\b|\bcomprised of (?:the|both)\b[^.;]{0,80}\btariff|\bhigher of either\b|\bincluding the (?:ordinary|column 1|most-favored-nation|MFN)\b",
    re.IGNORECASE,
)
# A document's title says what is done with these better than a sentence put together from facts.
STATED_BY_TITLE = frozenset(Operand) - frozenset(
    {
        Operand.DUTY,
        Operand.QUOTA,
        Operand.LISTING,
        Operand.VALIDATED_END_USER,
        Operand.SANCTION,
        Operand.EXPORT_PRIVILEGES,
        Operand.EXCLUSION,
        Operand.COMMENT_PERIOD,
    }
)
STATED_BY_FACTS = frozenset(
    {
        Operand.DUTY,
        Operand.QUOTA,
        Operand.LISTING,
        Operand.VALIDATED_END_USER,
        Operand.SANCTION,
        Operand.EXPORT_PRIVILEGES,
        Operand.LICENSE_REQUIREMENT,
        Operand.FDPR,
    }
)


WHETHER = re.compile(r"\bwhether (?:or not )?to\b", re.IGNORECASE)
_DEAL = re.compile(r"\b(?:acquisition|merger|takeover|purchase|transaction)\b", re.IGNORECASE)
_PROHIBITED = re.compile(r"\b(?:prohibit|forbid|forbad|bann|bar(?:s|red)|block)\w*", re.IGNORECASE)


def prohibits_deal(act: Act) -> bool:
    """Whether the act prohibits one purchase or merger, which its words name."""
    return act.operand is None and bool(_DEAL.search(act.phrase) and _PROHIBITED.search(act.evidence.quote))


def says_little(act: Act) -> bool:
    """Whether a document's title says better what is done than the facts of its act."""
    if act.amount_before and act.amount_after:
        return False  # a threshold that moves
    if act.operand is Operand.LICENSE_REQUIREMENT and act.eccns and act.of:
        return False
    if act.operand is Operand.SANCTION or act.operand is None:
        return not (act.parties or act.party_count)
    return act.operand in STATED_BY_TITLE


@dataclass(frozen=True, slots=True)
class ActTerms:
    """The license exceptions, review policies, country groups, legal bases and other terms of an act, in one language."""

    exceptions: tuple[str, ...]
    policies: tuple[str, ...]
    groups: tuple[str, ...]
    bases: tuple[str, ...]
    others: tuple[str, ...]


def terms_of(act: Act, language: Language) -> ActTerms:
    found: dict[str, list[str]] = {"exceptions": [], "policies": [], "groups": [], "bases": [], "others": []}
    for term in act.terms:
        for kind, named in (
            ("exceptions", license_exception_name(term, language)),
            ("policies", review_policy_name(term, language)),
            ("groups", country_group_name(term, language)),
            ("bases", legal_basis_name(term, language)),
            ("others", "" if party_list_name(term, language) else term.strip()),
        ):
            if named:
                found[kind].append(named)
                break
    return ActTerms(**{kind: tuple(dict.fromkeys(names)) for kind, names in found.items()})


def is_general(ids: tuple[str, ...]) -> bool:
    return _ALL in ids


def country_names(ids: tuple[str, ...], language: Language) -> tuple[str, ...]:
    """The countries' names, Japan first; of an id that no table has, its words in quotation marks."""
    names = []
    for identity in sorted((one for one in ids if one != _ALL), key=lambda one: one != _JAPAN):
        words = " ".join(identity.replace("-", " ").split())
        country = country_named(identity)
        if country is not None:
            # 欧州連合(EU) is EU: the name stands in brackets itself.
            names.append(re.sub(r".+\((\w+)\)\Z", r"\1", country.name(language)))
        elif words:
            names.append(f"「{words}」" if language == "ja" else words)
    return tuple(dict.fromkeys(names))


def party_list(act: Act, language: Language) -> str:
    """The list that an act of the operand `listing` names; empty where it names none."""
    where = " ".join((*act.units, *act.terms, *act.objects, act.evidence.where, act.evidence.quote))
    return party_list_name(where, language)


def particular_noun(act: Act, language: Language) -> str:
    """A narrower word for the operand, from the sections and terms that the act names; empty where there is none."""
    if act.operand is Operand.LISTING:
        return party_list(act, language)
    if act.operand is Operand.FDPR:
        name = next((n for unit in act.units if "734.9(" in unit and (n := section_name(unit, language))), "")
        return f"the {name}" if name and language == "en" else name
    if act.operand is Operand.END_USE_CONTROL:
        names = (section_name(unit, language) for unit in act.units if _END_USE_SECTIONS.search(unit))
        name = next((name for name in names if name), "")
        return f"the controls on {name}" if name and language == "en" else name
    if act.operand is Operand.LICENSE_EXCEPTION:
        return ("・" if language == "ja" else " and ").join(terms_of(act, language).exceptions)
    if act.operand is Operand.PROCEEDING and (bases := terms_of(act, language).bases):
        return (
            f"{'・'.join(bases)}に基づく調査"
            if language == "ja"
            else f"the {' and '.join(bases)} investigation"
        )
    if act.operand is Operand.INVESTMENT_RULE and any(u.startswith("31 CFR 850") for u in act.units):
        return section_name("31 CFR 850", language)
    return ""


def legal_places(act: Act) -> tuple[str, ...]:
    """The units of the act that are places of the law: sections, supplements, ECCNs; not headings of a page, and not the
    rows of a list of parties, which the parties name."""
    if act.operand is Operand.LISTING:
        return ()
    units = sorted(dict.fromkeys(act.units), key=lambda unit: " › " in unit)
    return tuple(
        unit
        for unit in units
        if (section_name(unit) or parse_cfr(unit) is not None or _CCL_ITEM.match(unit))
        and not any(unit != other and unit.startswith((other + "(", other + " › ")) for other in units)
    )


def eccns_of(act: Act) -> tuple[str, ...]:
    """The ECCNs of the act, each with the item that its units name: `3B001` of `… › 3B001 › c.1.a` is `3B001.c.1.a`."""
    codes = tuple(dict.fromkeys(code.strip().removeprefix("ECCN ") for code in act.eccns))
    exact = [
        f"{found['code']}.{found['item']}" if found["item"] else found["code"]
        for unit in act.units
        if (found := _CCL_ITEM.match(unit))
    ]
    kept = [code for code in codes if not any(item.startswith(code + ".") for item in exact)]
    return tuple(dict.fromkeys((*exact, *kept)))


def actor_of(act: Act, facts: DocumentFacts) -> str:
    """Who acts: the act's actor, or the bureau of that department whose document it is."""
    published = agency_id(" ; ".join(facts.agencies))
    actor = agency_id(act.actor) or act.actor
    if published in _BUREAUS.get(actor, ()) or not actor:
        return published or next(iter(facts.agencies), "")
    return actor


def is_provision(act: Act) -> bool:
    """Whether the act is on a provision of a text, and on nothing narrower that has a name."""
    return act.operand is None or (act.operand is Operand.EARLIER_ACT and not act.earlier_act)


_BURDENS = frozenset(
    {
        Operand.DUTY,
        Operand.LICENSE_REQUIREMENT,
        Operand.END_USE_CONTROL,
        Operand.FDPR,
        Operand.LISTING,
        Operand.SANCTION,
        Operand.REPORTING_DUTY,
        Operand.INVESTMENT_RULE,
        Operand.ICT_RULE,
        Operand.PROCUREMENT_RULE,
    }
)


def spoken(act: Act) -> Act:
    """The act with the verb that can be said. Where the direction that was read goes against a verb (an exception "widened"
    that restricts), only that something is revised; a comment period that is proposed is a request for comments."""
    relieving = act.operand in _RELIEVING
    against = {
        ActVerb.WIDEN: Direction.RESTRICTION if relieving else Direction.RELIEF,
        ActVerb.NARROW: Direction.RELIEF if relieving else Direction.RESTRICTION,
    }
    if not act.amount_after and act.operand not in _MEASURED:
        against |= {ActVerb.RAISE: Direction.RELIEF, ActVerb.LOWER: Direction.RESTRICTION}
    if act.direction is against.get(act.verb):
        return replace(act, verb=ActVerb.REVISE)
    if act.operand is Operand.COMMENT_PERIOD and act.verb in (ActVerb.PROPOSE, ActVerb.IMPOSE):
        return replace(act, verb=ActVerb.REQUEST_COMMENTS)
    return act


def interruption(act: Act, language: Language) -> str:
    """What of the operand an act works on, where its direction goes against its verb: "ends the suspension of a duty" restricts,
    "extends the pause of a control" relieves. Empty where the act works on the operand itself."""
    freeing = act.operand in _RELIEVING
    if act.operand is Operand.EXPORT_PRIVILEGES or (not freeing and act.operand not in _BURDENS):
        return ""  # the denial of privileges is said by the verbs' own words
    ends = Direction.RELIEF if freeing else Direction.RESTRICTION
    if act.verb in (ActVerb.EXTEND, ActVerb.RESUME):
        turned = act.direction is (Direction.RESTRICTION if freeing else Direction.RELIEF)
    else:
        turned = act.verb in (ActVerb.END, ActVerb.SUSPEND, ActVerb.DELAY) and act.direction is ends
    if not turned:
        return ""
    if act.verb in (ActVerb.SUSPEND, ActVerb.DELAY):
        words = ("の廃止", "the end of ") if freeing else ("の軽減", "the easing of ")
    else:
        words = ("の停止", "the suspension of ") if freeing else ("の適用停止", "the suspension of ")
    return words[0] if language == "ja" else words[1]


def with_japan(act: Act, others: Sequence[Act]) -> Act:
    """The act with Japan's place, where only another act of the same document on the same operand says it: "Japan's rate is
    15 percent" in a later clause of an order that sets rates."""
    if act.japan_rate or act.japan not in (JapanStanding.NOT_NAMED, JapanStanding.IN):
        return act
    if act.japan is JapanStanding.IN:  # "Japan is covered", and a rate of its own in a later clause
        others = [other for other in others if other.japan_rate]
    for other in others:
        if other.operand is act.operand and (other.japan is not JapanStanding.NOT_NAMED or other.japan_rate):
            return replace(act, japan=other.japan, japan_rate=other.japan_rate)
    return act


def earlier_name(act: Act, language: Language) -> str:
    """What an earlier act is called: 大統領令第14257号 for "E.O. 14257"; its title in quotation marks."""
    name = " ".join(act.earlier_act.split())
    if not name:
        return ""
    if _CITED.match(name) or parse_cfr(name) is not None:
        return format_japanese(name.replace("Executive Order", "E.O.")) if language == "ja" else name
    return f"「{name}」" if language == "ja" else f"“{name}”"
