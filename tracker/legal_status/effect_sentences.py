"""What one sentence does to the instruments that it names: each act with its targets, the affected part, and its days."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import lru_cache
from itertools import pairwise

from tracker.documents.text_view import clip_quote
from tracker.effects import Affecting, EffectVerb, Extent
from tracker.legal_status.effect_verbs import Act, Voice, acts, is_change
from tracker.legal_status.instrument_mentions import Group, Names, find_groups, parentheses
from tracker.legal_status.relative_days import Base
from tracker.legal_status.sentence_days import days_of
from tracker.model import Document, DocumentKind
from tracker.text import fold_space

_QUOTED = re.compile(r"“[^“”]*”?|\"[^\"]*\"")
_CHANGED = (  # "as amended": it begins what `_ASIDE` finds, and few sentences have it
    r"\b(?:as|which (?:was|were|has been|have been)|and as)\s+(?:\w+ly |further |also |most recently )*"
    r"(?:amended|modified|extended|clarified|continued|supplemented|revised|expanded|corrected|implemented|codified|defined|superseded|updated|suspended)\b"
)
_IS_CHANGED = re.compile(_CHANGED)
_ASIDE = re.compile(
    rf",?\s*{_CHANGED}"
    r"(?:(?:,? and(?: as)?| or) (?:\w+ly |further |as )*(?:amended|modified|extended|clarified|continued|supplemented|expanded|implemented|superseded)\b)*"
    r"(?P<by>\s+(?:most recently |in part )?(?:by|in|pursuant to|through|under)\s+(?:(?:the\s+)?(?:[Ss]ections?|[Cc]lauses?) [\w().]+ (?:of|to) )?(?:the\s+)?"
    r"(?P<list>(?:(?:Executive Orders?|E\.O\.|Proclamations?|(?:Presidential )?Memorand(?:um|a)|[Nn]otices?|subsequent \w+)(?: Nos?\.)?(?:\s\d{4,5})?(?:(?:,? of|,? dated) \w+ \d{1,2}, \d{4})?|\d{4,5}(?:,? of \w+ \d{1,2}, \d{4})?|that order|those orders)"
    r"(?:[\s,]*(?:\([^()]*\))?[\s,]*(?:and|or)?\s*(?=(?:Executive Order|E\.O\.|Proclamation|(?:Presidential )?Memorand|\d{5}|[Nn]otice)))?)+)?(?:,(?=\s))?",
)
# What an instrument's words may be governed by, and stay its own: a duty, a list, a section of it.
_CONTENT = re.compile(
    r"\b(?:dut(?:y|ies)|tariffs?|rates?|suspensions?|prohibitions?|requirements?|exemptions?|exceptions?|exclusions?|lists?|annex(?:es)?|measures?|actions?|process(?:es)?|"
    r"regimes?|system|delays?|restrictions?|delegations?|definitions?|surcharges?|treatment|terms|provisions?|sections?|subsections?|clauses?|paragraphs?|sentences?|"
    r"text|preamble|amendments?|modifications?|effective dates?|compliance dates?|comment periods?|deadlines?|expiration|dates?|period|rule|rules|rulemaking|notices?|order|orders|"
    r"licenses?|authorizations?|designations?|determinations?|findings?|stay|enforcement|collection|application|implementation|validity|portions?|parts?|"
    r"proclamations?|memorand\w+|references?|title|instructions?|errors?|publication|document|controls?|subdivisions?|notes?|headings?|scope|AD|directives?|inclusion|program|council|"
    r"committee|office|NPRM|IFR|proposal|Federal Register|functions?)\b",
    re.I,
)
_EMERGENCY = re.compile(r"\b(?:national )?emergenc(?:y|ies)\b", re.I)
_HARMLESS = re.compile(
    r"\b(?:threats?|polic(?:y|ies)|crisis|circumstances?|conditions?|purposes?|objectives?|goals?|authority|authorities|priorit\w+|statute|report|recommendations?|"
    r"principles?|meaning|criteria|agreement|deal|commitments?|investigations?|guidance|concerns?|interest|interests|harms?|problems?|need|needs)\b",
    re.I,
)
_CONNECTED = re.compile(
    r"\b(?:pursuant to|in accordance with|consistent with|in conformity with|under|as defined (?:in|by)|within the meaning of|for (?:the )?purposes? of|notwithstanding|"
    r"described in|referred to in|except as (?:otherwise )?provided (?:in|by)|subject to|as provided (?:in|by)|compl(?:y|ying|iance) with|conform(?:s|ing)? (?:with|to)|required by|in addition to|as set forth in|set forth in|in lieu of|"
    r"in light of|in response to|based on|building on|with respect to|relating to|related to|regarding|similar to|other than|except for|excluding|apart from)\b(?=[^;]*$)",
    re.I,
)
_PART = re.compile(
    r"\b(?:(?:[Ss]ections?|[Ss]ubsections?|[Cc]lauses?|[Pp]aragraphs?|[Aa]nnex(?:es)?|[Ss]ubdivisions?|[Pp]arts?|[Tt]itles?|[Nn]otes?|[Ii]nstructions?)\s+(?:[IVX]+(?:-[A-Z])?|[\w.]*\d[\w.]*|\([a-z]+\)|[A-Z])(?:\([\w]+\))*(?:[\s,]*(?:and|or|through|,|-|–)\s*(?:(?:[Ss]ections?|[Cc]lauses?|[Aa]nnex)\s+)?(?:[IVX]+(?:-[A-Z])?|\d[\w.]*|\([\w]+\))(?:\([\w]+\))*)*)"
    r"|\b(?:[Tt]he\s+)?(?:(?:additional|modified|applicable|ad valorem|reciprocal|country-specific|tariff|effective|compliance|comment|enforcement|inclusion|national)\s+)*(?:dut(?:y|ies)|tariffs?|rates?(?: of duty)?|suspensions?|exemptions?|exceptions?|"
    r"prohibitions?|delays?|process(?:es)?|lists?|requirements?|restrictions?|surcharges?|regimes?|effective dates?|compliance dates?|comment periods?|emergenc(?:y|ies)|delegations?|annexes|provisions|portions|treatment)\b"
)
_MOVED_BEFORE = re.compile(
    r"(?:\s*\([^()]*\))?,?\s+(?:as|which was) (?:most recently |further |previously |last )?(?:extended|delayed|postponed|continued) (?:by|in|through)\s+"
)
_OUT_OF = re.compile(r"^(?:remov|delet|eliminat|strik|withdraw)\w*\b[^;]{1,200}\bfrom\b", re.I)
_SCOPED = re.compile(r"\b(?:except(?! as (?:otherwise )?)|excluding|other than|only|solely|in part|to the extent|with respect to|for (?:articles|goods|products|imports) (?:of|from|that)|articles (?:of|from)|products of)\b")  # fmt: skip
_CONDITION = re.compile(r"(?:^|[,;:.]\s*)(?:[Ii]f|[Uu]nless(?! otherwise)|[Ii]n the event|[Ss]hould)\b|\bprovided that\b|\bin the event\b|\bcontingent (?:up)?on\b|\b(?:once|when|whenever|after) [^,;.]{0,80}?\b(?:certif|determin|finds?\b|found\b|notif)\w*|\bupon (?:an? |the |his |her |such )?(?:certification|determination|finding|notification)\b|\bconditioned (?:up)?on\b|\b(?:only )?if\b", re.I)  # fmt: skip
# "the following Presidential actions": the instruments come after a colon, each as an item.
_FOLLOWING = re.compile(r"\bfollowing\b|\b(?:listed|set forth|specified) below\b|^\s*$", re.I)
# "The following Executive Orders": what stands for the instruments themselves.
_ANNOUNCED = re.compile(
    r"(?:[Tt]he|[Ee]ach of the)?\s*(?:following\s+)?(?:executive|presidential|prior|previous)?\s*(?:orders?|actions?|proclamations?|memoranda|memorandum|documents?|rules?|notices?|directives?|(?:orders|proclamations|actions) and (?:memoranda|proclamations|orders|actions))\s*$",
    re.I,
)
# "the interim final rule published on May 1, 2029, at": a document by its kind, and nothing of it alone.
_DOCUMENT = re.compile(
    r"\s*(?:(?:the|an?|its|our|this|that|both|all)\s+)?(?:(?:interim|direct|proposed|final|FR|Federal Register|supplemental|advance|prior|earlier|previous|existing|original|airworthiness|notice of|\w+ \d{1,2}, \d{4},?)\s+)*"
    r"(?:rules?|rulemaking|notices?|NPRMs?|ANPRM|IFR|DFR|proposals?|documents?|directives?|AD)\b",
    re.I,
)
_PIECES = re.compile(
    r"\b(?:portions?|parts?|sections?|paragraphs?|provisions?|certain|dates?|comments?|period|deadlines?|amendments?|exclusions?|actions?|instructions?|requirements?|entr(?:y|ies)|duties|rates?|tables?)\b",
    re.I,
)
# "the amendments made by the final rule are stayed": what a rule amends is all of it.
_ITS_AMENDMENTS = re.compile(
    r"(?:^|(?<=[,\s]))the (?:amendments|changes|revisions)(?: (?:to|in) [^,;]{1,60}?)? (?:(?:made|adopted|published) )?(?:of|by|in)\s+(?=(?:the|its|our)\s)",
    re.I,
)
# "the stay of the final rule is lifted", "the suspension of the duties is terminated".
_HELD = re.compile(
    r"\b(?:the|this|that|our|its)\s+(?:(?:temporary|preliminary|administrative|partial|full|existing|present)\s+)*(?P<what>stay|injunction|suspension|pause)\s+(?:of|on|against)\s+(?P<rest>[^;:]*)$",
    re.I,
)
_LISTED = re.compile(r"(?:[:;,]|\band\b|\bor\b)\s*(?:\((?:[a-z]{1,5}|\d{1,2}|[A-Z])\)\s*)?(?:the\s+)?$", re.I)
_INTO = re.compile(
    r"[\s,]*(?:the\s+)?(?:(?:[Aa]nnex(?:es)?|[Ss]ections?|[Ss]ubsections?|[Cc]lauses?|[Pp]aragraphs?|lists?|text|[Tt]able|[Ss]chedule|scope)\b[\w().,\s-]{0,40}?\b(?:of|to|in)\s+)?(?:the\s+)?"
)
# "stays, until August 31, 2026, the final rule": the days between a verb and its object limit no part of it.
_TIMED = re.compile(r"^[\s,]*(?:until|through|effective|as of|for)\b[^.;()]{0,60}?\d{4},\s*", re.I)
_DIRECTLY = re.compile(
    r"[\s,]*(?:(?:and|or|of|to|the|an?|both|each of|in|any|all|certain|for|existing|current|prior|previous|its|with)\b[\s,]*)*",
    re.I,
)
# "(a) ", "Sec. 6. ", "Accordingly, ": what opens a clause before its subject.
_DESIGNATED = re.compile(
    r"^\s*(?:(?:Sec(?:tion|\.)?\s\d+\.\s+)?(?:\d{1,3}\.\s+)?(?:\((?:[a-z]{1,5}|\d{1,3}|[A-Z])\)\s*)+|Sec(?:tion|\.)?\s\d+\.\s+|\d{1,3}\.\s+)?(?:(?:Accordingly|Therefore|In addition|Further|Furthermore|Also|Finally|Thus|Consequently|Effective immediately),?\s+)?"
    r"(?:[^.;:]{0,160}?\b(?:(?:IT IS|It is|it is) (?:(?:HEREBY|FURTHER|THEREFORE|hereby|further|therefore),? )*)?(?:ORDERED|ADJUDGED|DECREED|ordered)(?:,?(?: and| AND)? (?:ADJUDGED|DECREED))*,? that\s+)?"
    r"(?:(?:Effective|As of|Beginning|Starting|On)\s(?:(?:on|as of|at|from)\s)?[^.;:()]{3,60}?\d{4},\s+)?"
)
_PLACE = re.compile(r"(?:the\s+)?(?:sections?|clauses?|paragraphs?|subsections?|annex(?:es)?|parts?)\b", re.I)
# ", the HTSUS" between an instrument and the verb: the verb has another subject.
_OTHER_SUBJECT = re.compile(
    r",\s+(?:(?:and|or)\s+)?(?:the|this|that|these|those|such|each|all|any|no|sections?|headings?|subheadings?|subchapters?|paragraphs?|clauses?|U\.S\. [Nn]otes?|I|it|they)\s[^,;]*$"
)
_CITES = re.compile(r"\b\d{1,3} (?:FR|Fed\. Reg\.) \d|\bFR Doc\b|\b(?:19|20)\d\d-\d{5}\b")
_CITING = 160  # characters of an aside that is a citation
_INFINITIVE = re.compile(
    r"\b(?:to|that|which|would|would have|that proposed to)\s+(?:also\s+|further\s+)?([A-Za-z]+)", re.I
)
# "corrects that error by withdrawing this notice".
_BY_GERUND = re.compile(r"\bby\s+(?:also\s+)?([A-Za-z]+ing)\b", re.I)
_OTHER_ACT = re.compile(
    r"\b(?:and|,|but)\s+(?:then\s+|also\s+)?(?:retains?|requires?|continues?|adds?|limits?|allows?|maintains?|keeps?|provides?|cites?|refers?|explains?|describes?|announces?|issues?|publishes)\s|\bthat (?:was|were|is|are|proposed|would)\b",
    re.I,
)
# "all rules issued under X" are other instruments than X.
_IN_IT = re.compile(
    r"\s*(?:\(\w{1,4}\)\s*)?(?:Effective\b[^,]{3,80}, )?[Ii]n (?:the\s+)?(?:(?:[Ss]ections?|[Ss]ubsections?|[Cc]lauses?|[Aa]nnex(?:es)?|[Pp]aragraphs?|preamble|text)\b[\w().,\s-]{0,40}?\b(?:of|to)\s+)?(?:the\s+)?$"
)
_EDITS = re.compile(
    r"^[^.;]{0,240}?\b(?:is|are|shall be)\s+(?:hereby\s+|each\s+)?(?:amended|stricken|struck|deleted|removed|inserted|added|replaced|revised|substituted|redesignated)\b"
    r"|^\s*,\s*(?:strike|delete|insert|add|replace|substitute)\b",
    re.I,
)
_GIVES_WAY = re.compile(r"[^.;]{0,60}\b(?:is|are)\s+inconsistent with this\b[^.;]{0,120}\bsupersede", re.I)
_ISSUED_UNDER = re.compile(
    r"\b(?:rules?|regulations?|guidance|policies|directives?|documents?|determinations?|licenses?|authorizations?|notices?|orders?|memoranda|contracts?|actions?|materials?|procedures?)\b[^,;]{0,60}"
    r"\b(?:issued|promulgated|adopted|published|effectuated|taken|made|developed|prepared|finalized|granted)\s+(?:by \w+ )?(?:under|pursuant to|in accordance with|in response to|as a result of|in connection with|to implement|by)\s[^,;]*$",
    re.I,
)
# "amends its rules, as proposed in the notice of May 1".
_AS_STATED = re.compile(
    r"\bas (?:proposed|described|announced|published|discussed|stated|required|specified) (?:in|by)\s[^,;]*$",
    re.I,
)
# "to replace the reference to General License 4 with": the license itself stays.
_REFERENCE = re.compile(r"\b(?:references?|citations?|cross-references?) to (?:the )?$", re.I)
_OTHER_VERB = re.compile(r"\b(?:shall|will|is|are|has|have|was|were|must|may|imposed? on)\b")
_ABBREVIATED = "".join(
    rf"(?<!\b{word}\.\s)"
    for word in ("No", "Nos", "Sec", "Jan", "Feb", "Mar", "Apr", "Aug", "Sept", "Oct", "Nov", "Dec", r"U\.S", r"E\.O", r"p\.m", r"a\.m", "Co", "Inc", "Ltd", "Corp", "Pub", "v", r"U\.S\.C", r"et seq", "Stat", "Fed", "Reg", "Cir", "Supp", "Dist", "Ct")
)  # fmt: skip
_BOUNDARY = re.compile(rf"(?<=[A-Za-z0-9)\]”\"]\.)[”\"]?\s+(?=[A-Z(“\"])(?<!\s[A-Z]\.\s){_ABBREVIATED}")
_LONGEST = 6_000


@dataclass(frozen=True, slots=True)
class Found:
    """What a sentence does to one list of instruments."""

    act: Act
    group: Group
    parts: tuple[str, ...]  # of each member of the list; empty where the words name none
    extent: Extent
    from_: date | datetime | None
    until: date | datetime | None


def split_sentences(text: str) -> list[str]:
    """Sentences by their full stops: a list of instruments with semicolons stays one sentence."""
    found: list[str] = []
    for piece in _BOUNDARY.split(fold_space(text)):
        found.extend(piece[at : at + _LONGEST] for at in range(0, len(piece), _LONGEST))
    return [piece for piece in found if piece.strip()]


def affecting(document: Document, sentence: str, where: str, instruction: str | None = None) -> Affecting:
    """The place of an effect in its document, with the operative words."""
    page = document.url if document.kind is DocumentKind.PAGE else None
    return Affecting(
        document.document_number, document.executive_order, document.proclamation, document.citation, page,
        instruction, clip_quote(sentence), where,
    )  # fmt: skip


def mask(sentence: str) -> str:
    """The sentence with its asides as spaces: titles in parentheses, words in quotation marks, `as amended by ...`."""

    def blank(match: re.Match[str]) -> str:
        return " " * len(match[0])

    plain = sentence
    for match in parentheses(sentence) if "(" in sentence else ():
        if len(match[0]) < _CITING and _CITES.search(match[0]):
            continue  # "the final rule of May 1, 2029 (94 FR 1200)": the citation names the rule
        plain = plain[: match.start()] + " " * len(match[0]) + plain[match.end() :]
    if "“" in plain or '"' in plain:
        plain = _QUOTED.sub(blank, plain)
    if (" as " in plain or "which" in plain) and _IS_CHANGED.search(plain):
        plain = _ASIDE.sub(blank, plain)
    return plain


def read_sentence(
    sentence: str,
    names: Names,
    voice: Voice,
    base: Base | None,
    *,
    title: bool = False,
    carried: Act | None = None,
    rules: bool = False,
) -> tuple[list[Found], list[Group]]:
    """The effects of one sentence, with the instruments that it names. `carried`: the act of the words that
    introduce the list to which the sentence belongs ("The following orders are revoked:"). `rules`: see `find_groups`."""
    sentence = sentence[:_LONGEST]
    plain = mask(sentence)
    groups = find_groups(sentence, plain, names, rules=rules)
    if not groups:
        return [], []
    # Semicolons inside a list of instruments are no boundary of a clause.
    flat = plain
    for group in groups:
        flat = (
            flat[: group.start]
            + flat[group.start : group.end].replace(";", ",").replace(":", ",")
            + flat[group.end :]
        )
    names.learn(sentence, groups)
    if (
        rules
    ):  # a short name that the sentence itself gives: "an IFR (FDP IFR), including extending the FDP IFR to"
        groups = find_groups(sentence, plain, names, rules=rules)
    did = list(acts(flat, voice, title=title))
    found: list[Found] = []
    taken: set[tuple[EffectVerb, int]] = set()
    for number, verb in enumerate(did):
        for group in _targets(flat, verb, did[number - 1] if number else None, groups):
            act = _of_contents(flat, verb, group)
            if (act.verb, group.start) not in taken:
                taken.add((act.verb, group.start))
                found.append(_found(sentence, flat, act, group, base))
                if act.verb in (EffectVerb.EXTENDS, EffectVerb.DELAYS) and (
                    chain := _chain(sentence, group, names)
                ):
                    found.append(_found(sentence, flat, act, chain, base))
    if not found and (edited := _edited(flat, groups[0])):
        found.append(_found(sentence, flat, edited, groups[0], base))
    if carried is not None and not did and _LISTED.search(":" + flat[: groups[0].start]):
        found.append(_found(sentence, flat, carried, groups[0], base))
    return found, groups


def _edited(flat: str, group: Group) -> Act | None:
    """The act of words that change the text of an instrument: `In section 2 of X, "10 percent" is struck`; or that give way
    to an order: `To the extent that X is inconsistent with this order, this order supersedes it`."""
    before, after = flat[: group.start], flat[group.end :]
    if _GIVES_WAY.match(after) and re.match(r"\s*(?:\(\w\)\s*)?To the extent\b", before):
        return Act(EffectVerb.SUPERSEDES, group.end, group.end, passive=True)
    match = _EDITS.search(after) if _IN_IT.match(before) else None
    return Act(EffectVerb.AMENDS, group.end, group.end, passive=True) if match else None


def named_alone(before: str) -> bool:
    """Whether the words before an instrument, in its clause, only introduce it."""
    clause = re.split(r"[;:]", before)[-1]
    return _DIRECTLY.fullmatch(_DESIGNATED.sub("", clause)) is not None


def announces(sentence: str, voice: Voice) -> Act | None:
    """The act of words that introduce a list of instruments: `The following orders are revoked: (a) ...`."""
    flat = mask(sentence)
    for act in acts(flat, voice):
        start = max(flat.rfind(";", 0, act.start), 0) if act.passive else act.end
        colon = flat.find(":", act.end)
        if colon > 0 and _FOLLOWING.search(flat[start:colon]):
            return act
    return None


def _targets(flat: str, act: Act, before: Act | None, groups: Sequence[Group]) -> Iterator[Group]:
    """The instruments that an act affects: those of its subject or its object, else those of the list that it announces."""
    found = list(_subjects(flat, act, before, groups) if act.passive else _objects(flat, act, groups))
    if not found:
        start = max(flat.rfind(";", 0, act.start), 0) if act.passive else act.end
        colon = flat.find(":", act.end)
        if colon > 0 and _FOLLOWING.search(flat[start:colon]):
            found = [
                group for group in groups if group.start > colon and _LISTED.search(flat[colon : group.start])
            ]
    yield from found


def _subjects(flat: str, act: Act, before: Act | None, groups: Sequence[Group]) -> Iterator[Group]:
    """What is before a passive verb, in its clause; items without a verb of their own that semicolons join to it belong to
    the same subject."""
    floor = before.end if before is not None and before.passive and before.end <= act.start else 0
    floor = max(floor, flat.rfind(":", 0, act.start) + 1)
    end, first = act.start, True
    while end > floor:
        start = max(flat.rfind(";", floor, end), floor - 1) + 1
        inside = [group for group in groups if start <= group.start and group.end <= end]
        piece = flat[start:end]
        if not first and (not inside or _OTHER_VERB.search(piece)):
            return
        hit = False
        for group in reversed(inside):
            gap = flat[group.end : end]
            if len(gap.strip()) > 220 or _OTHER_VERB.search(gap) or _OTHER_SUBJECT.search(gap):
                continue
            if _governs(flat[start : group.start], act, passive=True):
                hit = True
                yield group
            break
        if not hit and not first:
            return
        if _OTHER_VERB.search(piece):
            return
        end, first = start - 1, False


def _objects(flat: str, act: Act, groups: Sequence[Group]) -> Iterator[Group]:
    end = next((at for at in (flat.find(";", act.end),) if at >= 0), len(flat))
    for group in groups:
        if act.end <= group.start < end:
            between = flat[act.end : group.start]
            if (act.into and not _INTO.fullmatch(between)) or _other_act(between):
                return
            if _governs(between, act, passive=False):
                yield group
            return


def _other_act(between: str) -> bool:
    """Whether another verb stands between an act and an instrument: `revising a proposal to supersede AD 2020-20-05`."""
    return _OTHER_ACT.search(between) is not None or any(
        is_change(match[1]) for pattern in (_INFINITIVE, _BY_GERUND) for match in pattern.finditer(between)
    )


def _governs(before: str, act: Act, *, passive: bool) -> bool:
    """Whether an instrument is itself what the act affects: directly ("amend section 2 of"), or as the source of a duty, a
    list or another part of it; not as the source of a policy, a threat or an authority."""
    if len(before) > 420 and not passive:
        return False
    words = _DESIGNATED.sub("", before)[-420:]
    if _ISSUED_UNDER.search(words) or _AS_STATED.search(words) or _REFERENCE.search(words):
        return False
    role = next((role for word in reversed(words.split()) if (role := _role(word.strip(",;:.()—–-’'")))), "")
    if role == "emergency":
        widened = act.verb is EffectVerb.AMENDS and re.search(r"\bscope of\b", words) is not None
        kept = widened or act.verb in (EffectVerb.EXTENDS, EffectVerb.ENDS)
        return kept and not re.search(r"\b(?:address|deal with|respond to|remedy|resolve)\b", words)
    if role == "harmless":
        return False
    connected = max((match.start() for match in _CONNECTED.finditer(words)), default=-1)
    direct = (
        connected >= 0 and not re.search(r",|\band the\b", words[connected:]) and len(words) - connected < 110
    )
    if not direct:
        return role != "" or _DIRECTLY.fullmatch(_last_phrase(words, passive)) is not None
    # "the duties imposed pursuant to", against "pursuant to section 2 of".
    heads = [match.end() for match in _CONTENT.finditer(words[:connected]) if not _PLACE.match(match[0])]
    return bool(heads) and "," not in words[heads[-1] : connected].strip(" ,")


@lru_cache(maxsize=4_096)
def _role(word: str) -> str:
    """What a noun before an instrument says of it: its own content, an emergency that it declares, or a matter that the
    instrument only serves; empty for any other word."""
    if _EMERGENCY.fullmatch(word):
        return "emergency"
    if _HARMLESS.fullmatch(word):
        return "harmless"
    return "content" if _CONTENT.fullmatch(word) or word == "Register" else ""


def _of_contents(flat: str, act: Act, group: Group) -> Act:
    """What is removed from an instrument amends it; what ends its stay lets it apply again."""
    if act.verb in (EffectVerb.ENDS, EffectVerb.DECLARES_UNLAWFUL):
        held = _HELD.search(_scope_of(flat, act, group))
        if held is not None:
            lifts = held["what"].lower() in ("stay", "injunction")
            return replace(act, verb=EffectVerb.LIFTS_STAY if lifts else EffectVerb.RESUMES)
    if act.verb is EffectVerb.ENDS and not act.passive and _OUT_OF.search(flat[act.start : group.start]):
        return replace(act, verb=EffectVerb.AMENDS)
    return act


def _scope_of(flat: str, act: Act, group: Group) -> str:
    """The words of a clause that lead to an instrument: those before it, of a verb in the active after that verb."""
    if act.passive:
        start = max(flat.rfind(";", 0, group.start), flat.rfind(":", 0, group.start), 0)
        return flat[start : group.start]
    return flat[act.end : group.start]


def _chain(sentence: str, group: Group, names: Names) -> Group | None:
    """What extended or delayed the same before ("as extended by Executive Order 14258"): the later act moves its day too."""
    match = _MOVED_BEFORE.match(sentence, group.end)
    if match is None:
        return None
    start, end = match.end(), match.end() + 400
    piece = sentence[start:end]
    groups = find_groups(piece, mask(piece), names)
    if not groups or groups[0].start > 4:
        return None
    return Group(
        tuple(replace(one, start=one.start + start, end=one.end + start) for one in groups[0].members)
    )


def _last_phrase(words: str, passive: bool) -> str:
    return re.split(r"[,:;]\s|\bthat\s", words)[-1] if passive else words


def _found(sentence: str, flat: str, act: Act, group: Group, base: Base | None) -> Found:
    """The act on one list of instruments, with its extent: whole only where the words name the instrument alone, and
    nothing limits them."""
    if group.start > act.end and flat.find(":", act.end, group.start) > 0:
        start = (
            max(flat.rfind(";", 0, act.start), flat.rfind(":", 0, act.start), 0) if act.passive else act.end
        )
        scope, tail = flat[start : act.start] if act.passive else flat[start : flat.find(":", act.end)], ""
        scope = _ANNOUNCED.sub("", scope)
    else:
        scope, tail = _scope_of(flat, act, group), flat[group.end : group.end + 160]
        if act.passive:
            tail = flat[group.end : act.start] + flat[act.end : act.end + 160]
    if act.verb in (EffectVerb.LIFTS_STAY, EffectVerb.RESUMES):
        scope = _HELD.sub(lambda held: held["rest"], scope)
    elif act.verb not in (EffectVerb.AMENDS, EffectVerb.CORRECTS):
        scope = _ITS_AMENDMENTS.sub("", scope)
    parts = [match[0] for match in _PART.finditer(scope)]
    part = parts[-1] if parts else ""
    limited = _SCOPED.search(re.split(r"[;.]", tail)[0]) or _SCOPED.search(scope)
    scope = _DESIGNATED.sub("", _TIMED.sub("", scope))
    alone = _DIRECTLY.fullmatch(_last_phrase(scope, act.passive)) is not None
    alone = alone or (_DOCUMENT.match(scope) is not None and _PIECES.search(scope) is None)
    extent = Extent.WHOLE if alone and not part and not limited else Extent.PARTIAL
    if _CONDITION.search(flat[max(0, act.start - 260) : act.end + 200]):
        extent = Extent.CONDITIONAL
    moves = act.verb in (EffectVerb.DELAYS, EffectVerb.EXTENDS)
    from_, until = days_of(sentence, base, moves=moves)
    return Found(act, group, tuple(_parts(flat, group, part)), extent, from_, until)


def _parts(flat: str, group: Group, first: str) -> Iterator[str]:
    """The affected part of each member of a list: its own ("clause 3 of X, clause 1 of Y"), else that which all share ("the
    duties imposed by X and Y"). A section of the first is no section of the next."""
    yield first
    for before, member in pairwise(group.members):
        own = (
            [match[0] for match in _PART.finditer(flat[before.end : member.start])]
            if before.end < member.start
            else []
        )
        yield own[-1] if own else "" if _PLACE.match(first) else first
