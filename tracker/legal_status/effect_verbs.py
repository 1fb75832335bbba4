"""The verbs by which one document changes another, and the grammar that tells an act from a report.

An act is in the voice of the document: `is hereby revoked`, `shall no longer be in effect`, `I hereby amend`, `this order
supersedes`, `it is necessary and appropriate to modify`. A report is in the past, depends on a condition, or is a task
that another office receives.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from tracker.effects import EffectVerb as V


class Voice(StrEnum):
    """Who speaks: the grammar of an act differs."""

    PRESIDENT = "president"
    AGENCY = "agency"
    COURT = "court"
    PAGE = "page"


# verb, base forms, third person, participle, gerund, nouns
_FORMS: tuple[tuple[V, str, str], ...] = (
    (V.ENDS, "revok(?:e|es|ed|ing)|rescind(?:s|ed|ing)?|terminat(?:e|es|ed|ing)|repeal(?:s|ed|ing)?|withdraw(?:s|n|ing)?|abolish(?:es|ed|ing)?|annul(?:s|led|ling)?|cancel(?:s|l?ed|l?ing)?|discontinu(?:e|es|ed|ing)|eliminat(?:e|es|ed|ing)|remov(?:e|es|ed|ing)|end(?:s|ed|ing)?|clos(?:e|es|ed|ing)|lift(?:s|ed|ing)?|dissolv(?:e|es|ed|ing)", "revocation|rescission|termination|repeal|withdrawal|cancellation|elimination|removal"),
    (V.SUPERSEDES, "supersed(?:e|es|ed|ing)|replac(?:e|es|ed|ing)", "supersession|replacement"),
    (V.CORRECTS, "correct(?:s|ed|ing)?", "corrections?"),
    (V.EXTENDS, "extend(?:s|ed|ing)?|reopen(?:s|ed|ing)?|renew(?:s|ed|ing)?|prolong(?:s|ed|ing)?|continu(?:e|es|ed|ing)", "extension|reopening|renewal|continuation"),
    (V.DELAYS, "delay(?:s|ed|ing)?|postpon(?:e|es|ed|ing)|defer(?:s|red|ring)?", "delay|postponement|deferral"),
    (V.STAYS, "stay(?:s|ed|ing)?", "stay"),
    (V.SUSPENDS, "suspend(?:s|ed|ing)?|paus(?:e|es|ed|ing)|waiv(?:e|es|ed|ing)", "suspension|pause"),
    (V.RESUMES, "resum(?:e|es|ed|ing)|reinstat(?:e|es|ed|ing)|reviv(?:e|es|ed|ing)", "resumption|reinstatement"),
    (V.AMENDS, "amend(?:s|ed|ing)?|modif(?:y|ies|ied|ying)|revis(?:e|es|ed|ing)|reduc(?:e|es|ed|ing)|increas(?:e|es|ed|ing)|decreas(?:e|es|ed|ing)|lower(?:s|ed|ing)?|rais(?:e|es|ed|ing)|chang(?:e|es|ed|ing)|clarif(?:y|ies|ied|ying)|conform(?:s|ed|ing)?|expand(?:s|ed|ing)?|narrow(?:s|ed|ing)?|redesignat(?:e|es|ed|ing)|strik(?:e|es|ing)|stricken|updat(?:e|es|ed|ing)|adjust(?:s|ed|ing)?|reissu(?:e|es|ed|ing)", "amendments?|modifications?|revisions?|reduction|increase|decrease|clarifications?|adjustments?"),
    (V.IMPLEMENTS, "implement(?:s|ed|ing)?|effectuat(?:e|es|ed|ing)|carr(?:y|ies|ied|ying) out", "implementation"),
    (V.DECLARES_UNLAWFUL, "invalidat(?:e|es|ed|ing)|vacat(?:e|es|ed|ing)|enjoin(?:s|ed|ing)?|set(?:s|ting)? aside", "vacatur"),
)  # fmt: skip
_WORD = re.compile(r"\b[A-Za-z]{3,}\b(?: (?:out|aside)\b)?")
_NOUN_OF = re.compile(r" (?:to|of|for|in|under)\b", re.I)
_PARSED = tuple((verb, re.compile(words, re.I), re.compile(nouns, re.I)) for verb, words, nouns in _FORMS)
_ADVERBS = r"(?:(?:hereby|further|also|each|accordingly|therefore|instead|thus|now|additionally|both|immediately|temporarily|then|fully|again|similarly|expressly|likewise|partially|permanently|formally|withdrawn and|amended and|revoked and|modified and|terminated and|superseded and|rescinded and|cancelled and|respectively|all),?\s+)*"
# Verb phrases that need no participle of the table.
_PHRASES: tuple[tuple[V, re.Pattern[str]], ...] = (
    (V.ENDS, re.compile(r"\b(?:shall|will|is|are|do|does)\s+(?:hereby\s+)?(?:no longer|cease to)\s+(?:be\s+|have\s+)?(?:in effect|in force|effective|apply|applicable|collected|(?:any\s+)?(?:legal\s+|further\s+)?(?:force|effect))\b|\bshall (?:be of|have) no (?:further |legal )*(?:force|effect)\b|\b(?:shall be|are|is) (?:hereby )?(?:ineffective|inoperative|null and void|void)\b|\b(?:shall|will) (?:terminate|expire|lapse)\b", re.I)),
    (V.AMENDS, re.compile(r"\b(?:shall|will) (?:instead|hereafter|now|henceforth)(?: also)? be (?:subject to|assessed|\d)|\bshall be determined by (?!the (?:Secretary|Commissioner|President|Administrator|Director)|CBP)|\bshall(?: instead| now| also)? be(?: reduced to| increased to)?(?: \d+(?:\.\d+)? percent|:|\s*$)", re.I)),
)  # fmt: skip
# What goes into an instrument or out of it: the instrument is after the verb.
_INTO_OR_OUT = re.compile(
    rf"\b(?:is|are|shall be)\s+{_ADVERBS}(?:removed|deleted|stricken|struck|excluded|added|inserted|included|incorporated)\s+(?:from|to|in|into)\b",
    re.I,
)
# A duty "in lieu of the duties imposed in" another order amends that order.
_IN_LIEU = re.compile(
    r"\b(?:in lieu of|instead of|in place of)(?= (?:the |any |all )?(?:[\w-]+ ){0,5}(?:dut(?:y|ies)|tariffs?|rates?)\b)",
    re.I,
)
_IMPOSES = re.compile(
    r"\b(?:impos(?:e|ing)|(?:are|is|shall be|be) (?:hereby )?(?:imposed|subject to))\b", re.I
)
# Goods that leave the scope of a duty: the order that imposes the duty is amended.
# Goods of a country, or goods on a list, that an earlier order's duty shall not reach: its scope is changed. Goods that pay the
# document's own duty instead do not change it.
_EXEMPTS = re.compile(
    r"\bshall not (?:also |longer )?be subject to\b(?=[^.;]{0,80}\b(?:dut(?:y|ies)|tariffs?|rates?)\b)", re.I
)
_EXEMPTED = re.compile(
    r"\b(?:products?|goods|articles|imports)\s+(?:of|from)\s+(?:the\s+)?[A-Z]|\b(?:listed|identified|specified|described|set forth) in (?:the )?[Aa]nnex",
    re.I,
)
_OWN_DUTY = re.compile(
    r"\b(?:subject to|tariffed|dut(?:y|ies)|tariffs?|rates?)\b[^;]{0,160}\bthis (?:order|proclamation|section|clause)\b|\b(?:tariffed|subject to)\b",
    re.I,
)
_LEAVES = re.compile(r"\b(?:shall|will|are|is) (?:hereby )?no longer (?:be )?subject to\b", re.I)
# "Excluding the changes in section 2, the terms of X shall continue to apply": the section changed X.
_BUT_FOR_CHANGES = re.compile(
    r"^(?:\([a-z]{1,4}\)\s*)?(?:Excluding|Except for|Apart from|Other than) the (?:changes|amendments|modifications) (?:set forth|made|described|provided)\b[^;]{0,120}?,(?=\s)"
)
_MODAL = re.compile(r"\b(?:shall|will|no longer|cease|ineffective|inoperative|void)\b", re.I)
_UNLAWFUL = re.compile(
    r"\b(?:is|are|was|were)\s+(?:(?:hereby|therefore|thus|also)\s+)*(?:declared\s+(?:to be\s+)?|held\s+(?:to be\s+)?|found\s+(?:to be\s+)?)?"
    r"(?:unlawful|invalid|contrary to law|void|ultra vires|unconstitutional|set aside|vacated|permanently enjoined|enjoined|unenforceable)\b"
    r"|\bexceed(?:s|ed)? (?:the|any|its|his) (?:[\w’'-]+ ){0,4}authority\b",
    re.I,
)
_UNAUTHORIZED = re.compile(r"\b(?:does|do|did) not authorize\b", re.I)
# Words of a party, or of what is not decided.
_ARGUES = re.compile(
    r"\b(?:argu\w*|contend\w*|claim\w*|assert\w*|alleg\w*|whether|maintain\w*|suggest\w*|if|urg\w*|insist\w*|according to|dissent\w*|would)\b[^.;]*$",
    re.I,
)
_COURT = re.compile(rf"\b(?:[Cc]ourts?|[Pp]anel|[Jj]udgment|[Oo]rder|[Oo]pinion)\s+{_ADVERBS}$")
_AUX = re.compile(rf"\b(?:(?P<now>is|are)|(?:shall|will)\s+{_ADVERBS}be|(?P<be>be|been|being)|(?P<past>was|were)|(?P<may>must|may|might|could|would|should|can)\s+{_ADVERBS}be)\s+{_ADVERBS}$", re.I)  # fmt: skip
_NOT = re.compile(
    r"\b(?:not|nothing|neither|nor|never|without|rather than|instead of|no(?! longer|\. ?\d))\b(?:[^,;:]{0,60})$",
    re.I,
)
_SUBORDINATE = re.compile(r"\b(?:if|whether|unless|until|when(?:ever)?|once|because|although|in the event|provided that|to the extent(?: that)?)\s+(?!such time)(?:(?!\bthen\b)[^,;:])*$|(?:^|[,;:(]\s*|\b(?:and|or|that)\s+)(?:should|before|after|where|while|as)\s+(?:(?!\bthen\b)[^,;:])*$", re.I)  # fmt: skip
_RELATIVE = re.compile(r"\b(?:that|which|who)\s+(?:\w+ly\s+)?$", re.I)
_ADDRESSES = re.compile(rf"\b(?:I|We|we|The President)\s+{_ADVERBS}(?:do\s+)?(?:hereby\s+)?$")
_ADVISED = re.compile(r"\b(?:recommend|propos|suggest|request|advis|ask|urg|petition|inform)\w*\b[^;:]{0,120}\bthat\s+(?:I|we|We)\s|\b(?:if|when|whether|should|until|before|after|unless)\s+(?:I|we|We)\s", re.I)  # fmt: skip
_RESOLVES = re.compile(r"\bI (?:have |hereby |also |further |therefore |accordingly |now )*(?:determined?|find|found|conclude|concluded|order|direct|proclaim|deem|decided?)\b(?!\s+that (?:it )?was)|\b(?:is|are) (?:both |also |further |hereby )*(?:necessary|appropriate|advisable)\b|\b(?:deem|deems) (?:it )?(?:both )?(?:necessary|appropriate)|\bit is (?:hereby )?(?:ordered|proclaimed)\b|\bI (?:hereby )?(?:also )?(?:further )?deem\b", re.I)  # fmt: skip
_REPORTED = re.compile(r"\b(?:was|were|had|would|has been|have been) (?:\w+ ){0,3}(?:necessary|appropriate)|\bIn (?:Executive Order|Proclamation|the)[^.;]{0,220}?, I (?:also )?(?:determined|found|ordered|directed|proclaimed|deemed|concluded)\b|\b(?:recommended|requested|proposed|suggested|advised|asked)\b", re.I)  # fmt: skip
_ITSELF = re.compile(r"\b(?:this|these|the present) (?:[\w-]+ ){0,4}?(?:order|proclamation|memorandum|section|subsection|action|notice|rule|document|determination|amendments?|correction|AD|directive|license|final rule|publication|extension|policy|general license|reissuance|clause|NSPM|NSM|withdrawal)(?:\s*\([^()]{1,60}\))?(?:,? (?:also|hereby|further|therefore|accordingly|thus|then|in turn|first|both)\b|, [^,;:]{2,90},| (?:is|are) (?=\w+ing)|\s)*$", re.I)  # fmt: skip
_AND_ALSO = re.compile(r"(?:,|\band|\bor)\s+(?:\w+ly\s+|also\s+|hereby\s+)?$", re.I)
# "OFAC is issuing General License 8P, which replaces and supersedes".
_ISSUED_WHICH = re.compile(
    r"\b(?:issu|publish|adopt|releas|finaliz|promulgat)\w*\b[^.;]*, which\s+(?:also\s+)?(?:\w+s\s+and\s+)?$",
    re.I,
)
_NOUN_BEFORE = re.compile(
    r"\b(?:on|of|the|these|those|for|with|in|certain|any|all|no|such|its|their|other|further|additional|technical|conforming|by|from|or|minor)\s+$",
    re.I,
)
_AGENCY = re.compile(r"(?:\b(?:[A-Z]{2,7}|[A-Z][\w.’']*(?: (?:of|and|for|the|&|on) (?:the )?[A-Z][\w.’']*| [A-Z][\w.’']*)*|[Ww]e|agency|agencies|rule|action|document|notice|correction|Administrator|bureau|department)(?:\s?\([^)]{2,60}\))?[,]?\s+(?:(?:also|hereby|now|further|in this (?:\w+ ){1,3}|through this (?:\w+ ){1,3}|therefore|accordingly),?\s+)*)$")  # fmt: skip
_PROPOSES = re.compile(r"\b(?:propos\w+|consider\w*|plans?|planning|intends?|intending|intent|request\w*|seek\w*|solicit\w*|invit\w*|(?-i:may)|would|could|might|should|petition\w*|anticipat\w*|expects?|draft)\b", re.I)  # fmt: skip
# "I hereby direct the Secretary to rescind": a task of another office.
# "revises the EAR to make amendments, including extending the deadline".
_INCLUDING = re.compile(r"\bincluding\s+(?:also\s+)?$", re.I)
# "This AD continues to require", "continues the required actions": nothing is extended.
_KEEPS = re.compile(
    r" to | (?:the |all |certain |any )?(?:\w+ )?(?:require\w*|actions?|provisions?|prohibitions?|inspections?|limitations?)\b"
)
_PROPOSING = re.compile(
    rf"\b(?:proposes?|proposing|intends?)(?:,[^,;:]{{3,60}},)? (?:either )?to {_ADVERBS}$", re.I
)
# "this proposed AD would supersede", "the proposed rule would rescind".
_WOULD = re.compile(
    rf"\b(?:this|the|these|our)\s+(?:notice of |supplemental )?(?:propos\w+)(?: (?:rules?|rulemaking|AD|action|amendments?|changes|order|revisions))?\s+would\s+(?:also )?{_ADVERBS}$",
    re.I,
)
# "publishes this document to correct", "has determined to modify the action by suspending".
_PURPOSE = re.compile(
    rf"\b(?:(?:publish|issu|promulgat)(?:es|ing)\s+(?:this|a|an|the)\s+(?:[\w-]+ ){{0,4}}?(?:document|rule|notice|correction|amendment|results[^.;]{{0,200}}),?|(?:has|have|is|are) (?:hereby |therefore |also )?(?:determined|decided|elected|amending[^.;]{{3,160}}|taking (?:[\w-]+ ){{0,4}}action))\s+to\s+{_ADVERBS}$",
    re.I,
)
_DIRECTS = re.compile(r"\b(?:direct|order)(?:ed|s)?$", re.I)
_TASKED = re.compile(
    r"^\s+(?:the |all |each |every )?(?:[\w,]+ ){0,12}?(?:Secretar(?:y|ies)|Director|Administrator|Attorney General|Representative|Commissioner|heads?|agency|agencies|departments?|Chair\w*|Council|Commission|CBP|officials?)\b"
)
_TO = re.compile(rf"\bto\s+{_ADVERBS}$", re.I)
_BY = re.compile(rf"\b(?:by|including by|through)\s+{_ADVERBS}$", re.I)
_ITEM = re.compile(r"(?:^|[;:,]\s*(?:and|or)?\s*)\((?:[a-z]{1,4}|[ivx]+|\d{1,2})\)\s*(?:also\s+)?$")
_COORDINATED = re.compile(rf"(?:,|\band|\bor|\band/or)\s+{_ADVERBS}(?:to\s+)?(?:instead\s+)?$", re.I)
_OFFICE = re.compile(
    r"\b(?:Secretar(?:y|ies)|Director|Administrator|Attorney General|Representative|Commissioner|heads?|agency|agencies|Chair\w*|Board|Council|Commission|CBP|Postmaster General|Assistant to the President|official)s?\b[^.;:]{0,260}?\b(?:shall|may|will|must|should|is|are)\b",
)


@dataclass(frozen=True, slots=True)
class Act:
    """One verb of a sentence that acts: `start` to `end` its words, its auxiliaries included. A passive verb affects what
    is before it, any other what is after it. `resolve`: words that give the reason for an act, which another sentence may
    put into words of law. `proposed`: what the words only propose."""

    verb: V
    start: int
    end: int
    passive: bool
    resolve: bool = False
    noun: bool = False
    into: bool = False
    proposed: bool = False


@lru_cache(maxsize=4_096)
def _form(word: str) -> tuple[V, bool] | None:
    """The verb of which a word is a form, and whether it is its noun."""
    for verb, words, nouns in _PARSED:
        if words.fullmatch(word):
            return verb, False
        if nouns.fullmatch(word):
            return verb, True
    return _form(word.partition(" ")[0]) if " " in word else None


def is_change(word: str) -> bool:
    """Whether a word is a verb by which a document changes another."""
    form = _form(word)
    return form is not None and not form[1]


def acts(plain: str, voice: Voice, *, title: bool = False) -> Iterator[Act]:
    """The acts of a sentence, whose asides and quoted words are masked."""
    found: list[Act] = []
    for match in _WORD.finditer(plain):
        word = _form(match[0])
        if word is None:
            continue
        verb, noun = word
        if not noun:
            act = _verb(plain, match, verb, voice, found, title=title)
        elif _NOUN_OF.match(plain, match.end()):
            act = _noun(plain, match, verb, title=title)
        else:
            continue
        if act is not None:
            found.append(act)
    for verb, pattern in _PHRASES:
        for match in pattern.finditer(plain) if _MODAL.search(plain) else ():
            left = plain[: match.start()]
            if not (_SUBORDINATE.search(left[-160:]) or _RELATIVE.search(left)):
                found.append(Act(verb, match.start(), match.end(), passive=True))
    found += [
        Act(V.AMENDS, match.start(), match.end(), passive=False, into=True)
        for match in _INTO_OR_OUT.finditer(plain)
        if not (_SUBORDINATE.search(plain[: match.start()]) or _RELATIVE.search(plain[: match.start()]))
    ]
    found += [
        Act(V.AMENDS, match.start(), match.end(), passive=False, resolve=True)
        for match in (_IN_LIEU.finditer(plain) if "mpos" in plain or "subject to" in plain else ())
        if (imposed := _IMPOSES.search(plain[: match.start()])) and _imposes(plain, imposed)
    ]
    found += [
        Act(V.AMENDS, match.start(), match.end(), passive=False)
        for match in (_LEAVES.finditer(plain) if "no longer" in plain else ())
    ]
    found += [
        Act(V.AMENDS, match.start(), match.end(), passive=False)
        for match in (_EXEMPTS.finditer(plain) if "shall not" in plain else ())
        if _EXEMPTED.search(left := plain[_clause_start(plain, match.start()) : match.start()])
        and not _OWN_DUTY.search(left)
    ]
    if changes := _BUT_FOR_CHANGES.match(plain):
        found.append(Act(V.AMENDS, changes.start(), changes.end(), passive=False, resolve=True))
    if voice is Voice.COURT:
        found.extend(
            Act(V.DECLARES_UNLAWFUL, match.start(), match.end(), passive=True)
            for match in _UNLAWFUL.finditer(plain)
            if not _ARGUES.search(plain[: match.start()])
        )
        found.extend(
            Act(V.DECLARES_UNLAWFUL, match.start(), match.end(), passive=False)
            for match in _UNAUTHORIZED.finditer(plain)
            if not _ARGUES.search(plain[: match.start()])
        )
    yield from sorted(found, key=lambda act: act.start)


def _imposes(plain: str, imposed: re.Match[str]) -> bool:
    """Whether a duty is imposed here: in the present, or as what the words resolve to do."""
    present = not imposed[0].lower().startswith("impos")
    return present or _operative(plain[: imposed.start()], _clause_start(plain, imposed.start()))


def _verb(
    plain: str, match: re.Match[str], verb: V, voice: Voice, found: list[Act], *, title: bool
) -> Act | None:
    word = match[0].lower()
    clause = _clause_start(plain, match.start())
    left = plain[clause : match.start()]
    if voice is Voice.AGENCY and (act := _agency_plan(plain, match, verb, left, clause, found)) is not None:
        return act
    if _NOT.search(left[-80:]) or (word.startswith("continu") and _KEEPS.match(plain, match.end())):
        return None
    participle = word.endswith(("ed", "n", "set aside")) or word == "stricken"
    if participle:
        if (aux := _AUX.search(left[-90:])) is not None:
            return _passive(plain, match, verb, clause, len(left) - len(left[-90:]) + aux.start(), aux, voice)
        before = found[-1] if found else None
        if (
            before is not None
            and before.passive
            and re.fullmatch(r"(?:\s*,)?\s*(?:and|or|,)\s+(?:\w+ly\s+|hereby\s+|further\s+)?", plain[before.end : match.start()])
        ):  # fmt: skip
            return Act(verb, before.start, match.end(), passive=True, resolve=before.resolve)
        return None
    if title and (not left.strip() or word.endswith("ing")):
        return Act(verb, match.start(), match.end(), passive=False)
    if word.endswith("ing"):
        return _gerund(plain, match, verb, clause, voice, found)
    return _finite(plain, match, verb, clause, voice, found)


def _agency_plan(
    plain: str, match: re.Match[str], verb: V, left: str, clause: int, found: list[Act]
) -> Act | None:
    """What an agency proposes ("is proposing to delay", "this proposed rule would rescind"), and the purpose for which it
    issues a document ("publishes this document to correct")."""
    word = match[0].lower()
    keeps = word.startswith("continu") and _KEEPS.match(plain, match.end())
    if keeps or word.startswith("conform") or _NOT.search(left[-80:]):
        return None
    before = found[-1] if found else None
    follows = before is not None and before.start >= clause and _COORDINATED.search(left) is not None
    proposing = _PROPOSING.search(left)
    if proposing is not None or _WOULD.search(left) or (follows and before is not None and before.proposed):
        if proposing is not None and _RELATIVE.search(left[: proposing.start()]):
            return None
        return Act(verb, match.start(), match.end(), passive=False, proposed=True)
    included = word.endswith("ing") and before is not None and _INCLUDING.search(left) is not None
    if _PURPOSE.search(left) or included:
        return Act(verb, match.start(), match.end(), passive=False)
    return None


def _passive(
    plain: str, match: re.Match[str], verb: V, clause: int, start: int, aux: re.Match[str], voice: Voice
) -> Act | None:
    left = plain[clause:]
    left = left[:start]
    if aux["past"] or aux["may"]:
        return None
    # "necessary that section 2 be amended", "to be amended" of an operative sentence.
    if aux["be"] and not (re.search(r"\bthat\b[^;:]*$", left) and _RESOLVES.search(left)):
        return None
    if _SUBORDINATE.search(left) or (_RELATIVE.search(left) and "hereby" not in aux[0].lower()):
        return None
    if voice is Voice.AGENCY and _PROPOSES.search(left[-60:]):
        return None
    return Act(verb, clause + start, match.end(), passive=True)


def _gerund(
    plain: str, match: re.Match[str], verb: V, clause: int, voice: Voice, found: list[Act]
) -> Act | None:
    left = plain[clause : match.start()]
    if re.search(rf"\b(?:is|are|am) {_ADVERBS}$", left, re.I):
        subject = re.sub(rf"\b(?:is|are|am) {_ADVERBS}$", "", left, flags=re.I)
        if _PROPOSES.search(left[-50:]) or _RELATIVE.search(subject):
            return None
        mine = (
            _AGENCY.search(subject) or _ITSELF.search(subject)
            if voice is not Voice.PRESIDENT
            else re.search(r"\bI\s*$", subject) or _ITSELF.search(subject)
        )
        return Act(verb, match.start(), match.end(), passive=False) if mine else None
    if _BY.search(left) or (
        _COORDINATED.search(left) and found and found[-1].start >= clause and not found[-1].passive
    ):
        whole = plain[: match.start()]
        if _operative(whole, clause) or (found and found[-1].start >= clause):
            return Act(verb, match.start(), match.end(), passive=False, resolve=True)
    return None


def _finite(
    plain: str, match: re.Match[str], verb: V, clause: int, voice: Voice, found: list[Act]
) -> Act | None:
    left = plain[clause : match.start()]
    word = match[0].lower()
    if word.endswith("s") and not word.endswith("ss"):
        if _NOUN_BEFORE.search(left):
            return None
        if _ITSELF.search(left) and not _RELATIVE.search(left) and not _SUBORDINATE.search(left[-120:]):
            return Act(verb, match.start(), match.end(), passive=False)
        before = found[-1] if found else None
        if before is not None and before.start >= clause and not before.passive and _AND_ALSO.search(left):
            return Act(verb, match.start(), match.end(), passive=False)
        if voice is Voice.COURT and _COURT.search(left):
            return Act(verb, match.start(), match.end(), passive=False)
        if voice is Voice.AGENCY and _ISSUED_WHICH.search(left):
            return Act(verb, match.start(), match.end(), passive=False)
        if (
            voice is Voice.AGENCY
            and _AGENCY.search(left)
            and not _PROPOSES.search(left[-60:])
            and not _RELATIVE.search(left)
        ):
            return Act(verb, match.start(), match.end(), passive=False)
        return None
    if _ADDRESSES.search(left) and not _ADVISED.search(left):
        return Act(verb, match.start(), match.end(), passive=False)
    if re.search(rf"\b(?:shall|will)\s+{_ADVERBS}$", left) and _ITSELF.search(re.sub(rf"\b(?:shall|will)\s+{_ADVERBS}$", "", left)):  # fmt: skip
        return Act(verb, match.start(), match.end(), passive=False)
    whole = plain[: match.start()]
    if _TO.search(left) or _ITEM.search(plain[max(0, match.start() - 40) : match.start()]):
        if _operative(whole, clause):
            return Act(verb, match.start(), match.end(), passive=False, resolve=True)
        return None
    if _COORDINATED.search(left) and found and not found[-1].passive and found[-1].start >= clause:
        return Act(verb, match.start(), match.end(), passive=False, resolve=found[-1].resolve)
    return None


def _noun(plain: str, match: re.Match[str], verb: V, *, title: bool) -> Act | None:
    """`This rate reflects the removal of the rates imposed by`: a noun acts in a title, or as the object of such a verb."""
    if title:
        return Act(verb, match.start(), match.end(), passive=False, noun=True)
    left = plain[max(0, match.start() - 700) : match.start()]
    if re.search(
        r"\b(?:reflects?|effects?|effectuates?|constitutes?)\s+(?:(?:\([ivx]+\)|the|a)\s+)*(?:[^.]*;\s+(?:and\s+)?\([ivx]+\)\s+(?:the\s+)?)?$",
        left,
    ):
        return Act(verb, match.start(), match.end(), passive=False, resolve=True, noun=True)
    return None


def _operative(whole: str, clause: int) -> bool:
    """Whether the words before a verb resolve to act: in its own clause, or in the one that introduces its list."""
    resolved = [match.end() for match in _RESOLVES.finditer(whole)]
    if not resolved:
        return False
    reported = [match.end() for match in _REPORTED.finditer(whole)]
    office = [match.end() for match in _OFFICE.finditer(whole)]
    last = max(resolved)
    if reported and max(reported) >= last - 5:
        return False
    if _DIRECTS.search(whole[:last]) and _TASKED.search(whole[last:]):
        return False
    return not (office and max(office) > last and max(office) >= clause)


def _clause_start(plain: str, end: int) -> int:
    """Where the clause of a verb begins: after the last semicolon, colon or designator of a list."""
    left = plain[:end]
    cut = max(left.rfind(";"), left.rfind(":"))
    return cut + 1
