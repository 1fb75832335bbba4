"""Whether a sentence of running text sets a day, or reports one.

The preamble of an order reports what earlier orders did, what a foreign government announced and what a statute
provides, with days that are not the order's own. Grammar distinguishes them: the verb that governs the day (`shall
apply`, `is modified`, against `imposed`, `has been in effect`), its subject, and quotation marks around words that
are taken out of or put into another text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from tracker import countries

_ACTS = (
    r"(?:imposed|suspended|ordered|announced|issued|published|proclaimed|declared|determined|found|established|modified|"
    r"amended|reduced|increased|raised|lowered|agreed|committed|ceased|maintained|initiated|signed|adopted|removed|placed|"
    r"exempted|delayed|extended|terminated|paused|took|set|made|began|submitted|transmitted|reported|directed|designated|"
    r"invoked|provided|concluded|entered|met|held|continued|implemented|revoked|rescinded|lifted|proposed|became|received|said)\b"
)
_OFFICE = r"(?:Secretary|Secretaries|Director|Administrator|Attorney General|Representative|Commissioner|Commission|Council|Postmaster General|heads?|agency|agencies|Board|Chair\w*)"
# Verbs of what applies from now on.
_SETS = re.compile(
    r"\b(?:[Ss]hall|will|must|may|is|are|be|[Hh]ereby|applies|apply|takes? effect|enters? into force|(?<!to )expires?|(?<!to )terminates?|"
    r"(?<!to )ends?|continues?|necessary (?:and|or) appropriate|"
    r"I (?:(?:hereby|also|further|therefore) )*(?:impose|establish|adopt|amend|modify|suspend|terminate|revoke|extend|continue|proclaim|"
    r"order|direct|designate|increase|decrease|reduce|raise|lower|exempt|lift|remove|reinstate|prohibit|delay))\b(?!\s+(?:been|to be imposed by))"
)
# A relative clause ("goods that are entered") and what is no verb of the sentence.
_ASIDE = re.compile(
    r"\b(?:that|which|who) (?:is|are|may be|shall be)\b(?! (?:hereby|effective|to take effect))|\bas may be\b|\b(?:on|in|of|through) May\b|\bif any\b|\bto have (?:effect|force)\b"
    r"|\b(?:[Gg]oods|[Aa]rticles|[Pp]roducts|[Ii]mports|[Mm]erchandise|[Ii]tems|[Ss]hipments)(?: of (?:the )?[A-Z]\w+(?: (?:and )?[A-Z]\w+){0,3})?"
    r" (?:entered|withdrawn|imported|exported|loaded|shipped|admitted)\b"
)
# Verbs that report the past: with an auxiliary, or in the past after a name or a pronoun.
_REPORTS = re.compile(
    r"\b(?:was|were|had|has|have|would|did|been|since|contemplated|scheduled|planned|originally|previously)\b"
    rf"|\b(?:I|he|she|they|it|[Pp]resident|[A-Z][\w’'.]*|\d+[)\]]?|[A-Z]{{2,}}\)),?\s+(?:\w+ly\s+|also\s+|then\s+)?{_ACTS}"
    rf"|\b(?:government|order|proclamation|agency|administration)s?\s+(?:\w+ly\s+|also\s+)?{_ACTS}",
)
_RESOLVED = re.compile(r"\bI (?:have|also|hereby|further)?\s*(?:further |also )?determined?\b")
# "Executive Order 14257 of April 2, 2025", "the Federal Register of May 1, 2030", "the report of October 24, 2025".
_DATED = re.compile(
    r"(?<!\b[Aa]s )(?<!\bdate )(?<!\bmorning )\bof\s+$|\b(?:dated|on or about|issued|published|signed|adopted)\s+(?:on\s+)?$"
)
_FOREIGN = (
    r"(?:\b(?:the )?Governments? of (?:the )?)?\b(?:the )?\b(?:{names})(?:[’']s?)?"
    r"(?:\s+\([^)]{{1,30}}\))?,?\s+(?:\w+ly |also |further )?"
    r"(?:shall|will|has|have|had|would|must|may|is|agrees?|intends?|commits?|plans?|suspen\w+|"
    + _ACTS[:-2]
    + r")\b"
)
# "products of the Member States, Mexico, and Canada shall": the countries are no subject, the products are.
_OBJECT = (
    r"\b(?:of|from|to|with|for|in|by|against|on|between|under|including|except|than)\s+"
    r"(?:(?:the\s+)?(?:(?:member\s+)?(?:countries|states)\s+of\s+)?(?:the\s+)?\b(?:{names})(?:\s+\([^)]{{1,30}}\))?"
    r"(?:\s*,\s*(?:and\s+|or\s+)?|\s+and\s+|\s+or\s+))*(?:the\s+)?$"
)
_POSSESSED = r"\b(?:{names})[’'](?:s)?\s+(?:\w+\s+){{0,4}}(?:suspension|tariffs?|dut(?:y|ies)|controls?|measures?|restrictions?|list|announcement|retaliat\w+)\b"
_SHALL_OFFICE = re.compile(
    rf"\b{_OFFICE}\b(?:[^.;]{{0,160}}?)\b(?:shall|will|may|must|is|are)\s+(?:\w+\s+){{0,2}}(?:begin|commence|start|open|apply|increase)\b[^.;]*$"
)
_GOODS = re.compile(
    r"\b(?:entered|withdrawn|withdrawal|admitted|imported|exported|reexported|loaded|shipped|entries|goods|articles|merchandise|products|items|imports|shipments)\b"
    r"[^;]{0,260}\bon (?:or|and) after\s*$",
    re.IGNORECASE,
)
_EFFECTIVE = re.compile(
    r"\b(?:effective|applicable|(?<=be )in effect|(?<=be )in force|(?<=remain )in effect)\b(?:\s+dates?\b[^.;]{0,80}?(?:\bis|:|\bbe)?)?"
    r"(?:\s+(?:with respect to|for|as to|only for)\b[^.;]{0,260}?)?\s*,?\s*(?:at|on|as of|from|beginning(?: on| at)?|starting(?: on)?|on (?:or|and) after|(?:but )?(?:no|not) later than|(?:up)?on)?\s*$"
    r"|\bretroactive(?:ly)?\s+(?:effective\s+)?(?:to|as of|from|beginning(?: on)?)\s*$"
    r"|\beffective date\b[^.;]{0,120}\b(?:is|shall be|will be)\s*$",
    re.IGNORECASE,
)
_STARTS = re.compile(
    r"\b(?:take|takes|become|becomes|come|comes|enter|enters|go|goes) (?:effect|effective|into (?:force|effect))\b(?:[^.;]{0,60}\b(?:on|at|from|as of|beginning(?: on)?|(?:no|not) later than|(?:up)?on))?\s*$"
    r"|\b(?:shall|will|must|may|does|to)\s+(?:(?:also|then|no longer|first|not|only|hereby|therefore|continue to)\s+){0,2}"
    r"(?:apply|open|begin|commence|start|increase|decrease|rise|fall|"
    r"be (?:\w+ly )?(?:in effect|(?:in)?effective|imposed|applied|applicable|void|superseded|withdrawn|increased|reduced|raised|lowered|suspended|required|available|subject|assessed|collected|prohibited|eligible|eliminated|revoked|terminated))\b"
    r"[^.;]{0,200}\b(?:on|at|from|as of|beginning(?: on| at)?|commencing(?: on| at)?|starting(?: on| at)?|on (?:or|and) after)\s*$"
    r"|\b(?:is|are|be)\b[^.;]{0,200}\b(?:beginning|commencing|starting)(?: on| at)?\s*$",
    re.IGNORECASE,
)
_OPENS = re.compile(
    r"(?:^|[;:]\s+|\)\s+|[.]\s+)(?:on (?:or|and) after|beginning(?: on)?|starting(?: on)?|as of|from|effective(?: on| as of)?)\s*$",
    re.IGNORECASE,
)
# "On January 1, 2027, the rate of duty shall increase": what opens a clause, before a measure that is to be.
_ON = re.compile(r"(?:^|[,;:)]\s+)(?:on|at)\s*$", re.IGNORECASE)
_MEASURE_NEXT = re.compile(
    r"^,\s+(?:[^,;]{0,60},\s+)?[^.;]{0,80}?\b(?:rates?|dut(?:y|ies)|tariffs?|articles|goods|imports|exports|products|headings?|subheadings?|"
    r"HTSUS|provisions?|suspension|exemptions?|exclusions?|requirements?|prohibitions?|restrictions?|controls?|licenses?|quotas?)\b",
)
_TASK_NEXT = re.compile(
    rf"^,?\s*(?:[^.;,]{{0,60}},\s+)?(?:the\s+)?(?:\w+\s+){{0,3}}?\b{_OFFICE}\b[^.;]{{0,160}}?\b(?:shall|will|may|must)\s+(?:\w+\s+){{0,2}}?"
    r"(?:submit|report|provide|update|review|publish|conduct|begin|convene|prepare|notify|consult|issue|consider|monitor|meet|recommend|assess|inform|advise)\b"
)
_POSTPONED = re.compile(
    r"\b(?:is|are|be|hereby|I)\s+(?:(?:hereby|further|also)\s+)*(?:delay|postpone|defer|move|change|advance)(?:e?d|red)?\b[^.;]{0,80}\b(?:until|to)\s*$"
    r"|\bon the date (?:specified|published|set|announced)\b[^.;]{0,160}\b(?:no|not) later than\s*$",
    re.IGNORECASE,
)
_ENDS = re.compile(r"\b(?:until|through|to|on|at|ends?|expires?|terminates?|is|of|:|by)\s*$", re.IGNORECASE)
_COMPLIES = re.compile(
    r"\b(?:by|until|before|on|from|beginning|starting|is|to|after|than|as of)\s*$", re.IGNORECASE
)
# "Public Law 118-77, repeals the exemption effective", "section 41 of the Sample Act takes effect on".
_STATUTE = re.compile(
    r"\b(?:Act(?: of \d{4})?|Public Law (?:No\. )?\d+[-–]\d+|Pub\. L\. (?:No\. )?\d+[-–]\d+|Congress)(?:\s*\([^)]{1,60}\))?,?\s+(?:\w+ly |also )?"
    r"(?:repeal|provide|require|amend|direct|prohibit|take|enter|expire|terminate|authorize|will|shall|is|are|end|sunset)s?\b"
)
_OWN_SUBJECT = re.compile(r"\b[Tt]his (?:order|proclamation|memorandum|notice|section)\b|\bI\b|; ")
# The end of an office, of an advisory body, or of a court's order.
_OTHERS_END = re.compile(
    r"\bterms?\b[^.;]{0,40}\bexpir\w*\s*$|\b(?:council|committee|commission|board|task force|panel|working group)\s+(?:shall|will)\s+terminate\s*(?:on\s*)?$|"
    r"(?-i:\b[A-Z]{3,})\s+(?:shall|will)\s+terminate\s*(?:on\s*)?$|\b(?:courts?|judgments?|injunctions?|mandate)\b[^.;]{0,160}$",
    re.IGNORECASE,
)
# What a sentence must say to reach back: a day before the order is mostly one of an order before it.
_REACHES_BACK = re.compile(
    r"\b(?:shall (?:not |no longer |also )?(?:apply|be)|(?:is|are|be) (?:hereby |further |also )*(?:modified|amended|corrected|revised|effective|deleted|inserted|removed|applied)|retroactive(?:ly)?)\b",
    re.IGNORECASE,
)
_FARTHEST = timedelta(days=366)
_NEAR = 1_200  # characters on either side of a day in which its verb and subject are looked for
_CLOSE = 300  # characters before a country in which the list that it ends may begin
_FRAGMENT = 200  # characters that a heading or a list item without a verb may have
_LABEL = re.compile(
    r"^\W*(?:effective|comments?|compliance|applicab\w+|expir\w+|deadline|public hearing|hearing)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Spot:
    """The place of a day: `sentence[start:end]`; `quoted` quotations are open where the sentence begins. `said` is the day on
    which the document was signed or published, None if unknown."""

    sentence: str
    start: int
    end: int
    day: date
    said: date | None = None
    quoted: int = 0


def sets_a_day(spot: Spot, kind: str) -> bool:
    """Whether the sentence sets the day, for the type that its words give it."""
    before = spot.sentence[: spot.start]
    near = before[-_NEAR:]
    if kind == "effective" and not (_begins(near, spot) and _in_reach(spot)):
        return False
    if kind in ("expires", "stay-ends") and (_OTHERS_END.search(near) or not _ENDS.search(near)):
        return False
    if kind == "compliance" and not _COMPLIES.search(near):
        return False
    if spot.quoted + before.count("“") - before.count("”") > 0 or _DATED.search(near):
        return False
    return _governed(near, spot, kind) and not _foreign(near) and not _of_statute(near)


# An agency's preamble explains statutes, other rules and examples: only words about itself set its days.
_OF_ITSELF = re.compile(
    r"\bthis (?:[\w-]+ ){0,3}?(?:rule|notice|action|order|determination|amendment|regulation)\b"
    r"|\bthese (?:amendments|changes|modifications|revisions)\b"
    r"|\beffective with respect to\b"
    r"|^\W*(?:\d+\. )?effective [\w ,:.]{6,80}, (?:amend|revis|add|remov|the heading)",
    re.IGNORECASE,
)
_MEASURES = frozenset({"effective", "expires", "stay-ends", "compliance"})


def speaks_of_itself(sentence: str, kind: str) -> bool:
    """Whether a sentence of an agency's running text gives a day of the document itself."""
    return kind in _MEASURES and _OF_ITSELF.search(sentence) is not None


def _in_reach(spot: Spot) -> bool:
    """Whether a measure can apply from that day: from the document on, or before it where its words reach back."""
    if spot.said is None or spot.day >= spot.said:
        return True
    return spot.said - spot.day <= _FARTHEST and _REACHES_BACK.search(spot.sentence) is not None


def _begins(near: str, spot: Spot) -> bool:
    """Whether the words before a day say that something begins on it."""
    if any(words.search(near) for words in (_GOODS, _EFFECTIVE, _POSTPONED)):
        return True
    if _STARTS.search(near):
        return _SHALL_OFFICE.search(near) is None
    after = spot.sentence[spot.end : spot.end + _NEAR]
    if _OPENS.search(near):
        return _TASK_NEXT.search(after) is None
    return (
        _ON.search(near) is not None
        and _MEASURE_NEXT.search(after) is not None
        and _TASK_NEXT.search(after) is None
    )


def of_another_state(spot: Spot) -> bool:
    """Whether the day is of what a foreign government does."""
    return _foreign(spot.sentence[max(0, spot.start - _NEAR) : spot.start])


def reports_history(spot: Spot) -> bool:
    """Whether the verb nearest before the day is in the past tense."""
    near = spot.sentence[max(0, spot.start - _NEAR) : spot.start]
    sets, reports, resolved = _verbs(near)
    return reports > max(sets, resolved)


def _verbs(near: str) -> tuple[int, int, int]:
    """Return the positions of the last verbs that set, that report, and that resolve; -1 where there are none."""
    before = _ASIDE.sub(lambda match: "·" * len(match[0]), near)
    sets = max((match.start() for match in _SETS.finditer(before)), default=-1)
    reports = max((match.start() for match in _REPORTS.finditer(before)), default=-1)
    resolved = max((match.end() for match in _RESOLVED.finditer(before)), default=-1)
    return sets, reports, resolved


def _governed(near: str, spot: Spot, kind: str) -> bool:
    """Whether the verb nearest before the day, else the first one after it, says what is to be."""
    sets, reports, resolved = _verbs(near)
    if resolved >= reports > -1 or (resolved > -1 and sets > resolved):
        return True
    if sets > -1 or reports > -1:
        return sets > reports
    after = _ASIDE.sub(lambda match: "·" * len(match[0]), spot.sentence[spot.end : spot.end + _NEAR])
    first, reported = _SETS.search(after), _REPORTS.search(after)
    if first or reported:
        return first is not None and (reported is None or first.start() < reported.start())
    if kind == "effective" and (
        _GOODS.search(near) or re.match(r"\W*(?:\(\w+\)\s*)*effective\b", near, re.I)
    ):
        return True
    return len(spot.sentence) <= _FRAGMENT and _LABEL.match(spot.sentence) is not None


def _foreign(before: str) -> bool:
    """Whether the day belongs to what a foreign government does: it is the last subject before the day."""
    acts, owns, objects = _patterns()
    last = max(
        (
            match.start()
            for match in acts.finditer(before)
            if "overnment" in match[0]
            or objects.search(before[max(0, match.start() - _CLOSE) : match.start()]) is None
        ),
        default=-1,
    )
    owned = max((match.start() for match in owns.finditer(before)), default=-1)
    return max(last, owned) > before.rfind("; ")


def _of_statute(before: str) -> bool:
    """Whether the day belongs to what a statute provides: the last subject before the day is an Act or a Public Law."""
    last = max((match.start() for match in _STATUTE.finditer(before)), default=-1)
    return last > -1 and last > max((match.start() for match in _OWN_SUBJECT.finditer(before)), default=-1)


@lru_cache(maxsize=1)
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    names = "|".join(sorted((re.escape(name) for name in countries.foreign_names()), key=len, reverse=True))
    acts, owns, objects = (re.compile(each.format(names=names)) for each in (_FOREIGN, _POSSESSED, _OBJECT))
    return acts, owns, objects
