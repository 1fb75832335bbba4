"""Reads the acts of one sentence: which verbs govern which operand, and the direction that they compose.

Polarity is composed: the direction is the product of the effects of the verbs that govern an operand and of the operand's own
sign. "Ending the suspension of reciprocal tariffs": end (-1) x suspend (-1) x duty (+1) restricts. "No longer subject to a duty":
(-1) x (+1) relieves. "Removes license exceptions": (-1) x (-1) restricts. Verbs without an effect ("amends") pass the sign on as
unknown where no other verb says which way.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tracker.classification.vocabulary import OperandEntry, Token, VerbEntry, vocabulary

_MOST_PASSIVE = 34  # words between a long subject and its passive verb
_MOST_GAP = 26  # words between a verb and the operand that it governs
_CHAIN_WORDS = 7  # words between two verbs of one chain
_CHAIN = re.compile(
    r"^(?:\W|\b(?:the|a|an|of|its|their|this|that|these|those|certain|current|existing|additional|temporary|partial|prior|previous|effective|dates?|date|for|in|"
    r"implementation|application|period|day|days|year|month|one|two|three|six|ninety|90|180|further|scheduled|planned|pending|increased?|to|from|on|be|been|is|are|"
    r"requirement|requirements|scope|earlier|recent|full|automatic|such|all|continued|until|imposed|level|provisions?|paragraphs?|which|that|action|interim|final|rule|rules|order|orders|proclamation|notice|regulation|possible|proposed|\d{1,3})\b)*$",
    re.IGNORECASE,
)
_BREAK = re.compile(
    r"[;]|\b(?:whereas|provided that|except that|unless|but|while|although|(?<!on )(?<!in )(?<!under )(?<!by )(?<!from )(?<!to )which|who|whose)\b|,? and (?:by |to )?(?=\w+(?:ing|s)\b)",
    re.I,
)
_COMPLEMENT = re.compile(
    r"^\W*(?:\d+(?:\.\d+)?\s*(?:percent|per cent|%)\s+)?(?:from|to|of|for|under|on|against)\b[^,.;]{0,44}$",
    re.IGNORECASE,
)
# Why something is done is not what is done: "as a result of the termination of the national emergency".
_REASON = re.compile(
    r"\b(?:as a (?:result|consequence) of|in (?:light|view|recognition|consideration) of|because of|due to|owing to|by reason of|on account of)\b[^,.;:]{0,200}",
    re.IGNORECASE,
)
# "duties that were collected under Executive Order 14257 on imports of ...": the clause and what follows it belong to the duties.
_RELATIVE_OF = re.compile(
    r"^ (?:that|which) (?:is|are|was|were|has been|have been|had been) \w+ [^.;:]{0,80}\b(?:on|of|for|from) (?:\w+ ){0,2}$"
)
_LIGHT = re.compile(
    r"^(?:hold|put|keep|bring|carv|tak|leav|set|plac|kept|held|brought|left|took)", re.IGNORECASE
)
_NOUN_HEAD = re.compile(
    r"(?:tion|sion|ment|ance|al|als|ing|ings|ers?|delay|pause|stay|extension|rollback|snapback|phase ?out|sunset|end|expiry|cut|cuts|ban|hike|increase|decrease)s?$",
    re.I,
)
_INTRANSITIVE = re.compile(
    r"^(?:expir|laps|ris|rose|fall|fell|increas|decreas|end|terminat|appl|remain|continu|resum|take|enter|drop|doubl|sunset|snap|return|accru|climb|go|cease)",
    re.I,
)
_NEGATION = re.compile(r"\b(?:not|never|no|nor|without|neither)\s+(?:\w+\s+){0,2}$", re.I)
_PURPOSE = re.compile(r"^\s*(?:\w+\s+){0,2}to\s+$", re.IGNORECASE)
_END_USE = re.compile(r"end(?: |-)use", re.IGNORECASE)  # "End Users": no verb
_IN_PLACE_OF = re.compile(r"\b(?:in place of|instead of|rather than|in lieu of) (?:an? |the )?$")
_FROM = re.compile(r"\bfrom (?:an? |the )?$")
_BEFORE_IT = 24  # characters; more than either of these two matches
_FINITE = re.compile(r"\b(?:is|are|was|were|shall|will|has|have|may|must|does|do)\b")
_BY = re.compile(r" (?:by|under|pursuant to) ")
_PLURAL = re.compile(
    r"\b(?:transactions?|dut(?:y|ies)|tariffs?|exports?|activities|items?|goods|products|articles|persons|measures|conduct|dealings) $"
)
_OTHER_PREDICATE = re.compile(r"\b(?:and|or|but)\s+$", re.IGNORECASE)
_RELATIVE = re.compile(
    r"\b(?:that|which|who) (?:is|are|was|were|has been|have been|(?:would|may|might|could|will|shall)(?: otherwise)? be|becomes?) "
    r"(?:otherwise |already |currently |now |not |also |\w+ly )?$",
    re.IGNORECASE,
)
_CLAUSE = re.compile(
    r"\b(?:with|to|under|from|by|for|against) which\b|\b(?:that|which|who) (?:is|are|was|were|has been|have been|(?:would|may|might|could|will|shall)(?: otherwise)? be)\b",
    re.I,
)
_NEXT_CLAUSE = re.compile(r"[,;:]|\b(?:shall|must|hereby)\b")
_RELATIVE_WORDS = 9
_UNTOUCHED = re.compile(
    r"\b(?:does|do|will|shall|would|is|are) not (?:affect|alter|change|modify|prejudice|limit|amend|supersede|constitute|address)\b[^.;]{0,40}$",
    re.IGNORECASE,
)
_TO_WHICH = re.compile(
    r"(?<!day )(?<!days )(?<!date )(?<!time )\b(?:with|to|under|from|by|for|against|on) which (?:\w+ ){0,8}$",
    re.IGNORECASE,
)
_ADVERB = re.compile(r"\b(?:formerly|previously|currently|hitherto|otherwise|already)\s+$", re.IGNORECASE)
_NOUN_PHRASE = re.compile(r"\b(?:the|an?|of|its|this|that|these|those|any|such)\s+$", re.IGNORECASE)
_OF_IT = re.compile(r"^\s*(?:of|for) (?:the )?$")
_ITS_DAY = re.compile(r"\b(?:days?|dates?|time) (?:from|on|after|at) which\b", re.I)
_DAY_BEFORE = 200  # characters before an operand in which the day of its act is named
_NOT_NEW = re.compile(r"\b(?:does|do|will|shall|would|is|are) not (?:\w+ ){0,2}$", re.I)


@dataclass(frozen=True, slots=True)
class ActReading:
    """One act of a sentence: `verbs` from the outermost in, the `operand`, and the direction they compose: 1 restricts, -1 relieves,
    0 cannot be said. `start` and `end` are the operand's place."""

    verbs: tuple[VerbEntry, ...]
    operand: OperandEntry | None
    sign: int
    start: int
    end: int
    past: bool = False  # "imposed", "was published": an earlier act that is reported
    governed: tuple[int, int] = (
        0,
        0,
    )  # the words that the innermost verb can govern: all after it, or all before it

    @property
    def outer(self) -> str:
        """The verb that decides what is done: the outermost that has an effect ("determines to extend" extends)."""
        verbs = self.verbs
        return next((verb.act for verb in verbs if verb.effect), verbs[0].act if verbs else "")


def read_acts(sentence: str) -> tuple[ActReading, ...]:
    """The acts of one sentence, in order. Empty where it names no operand."""
    words = vocabulary()
    sentence = _REASON.sub(lambda match: " " * len(match[0]), words.masked(sentence))
    named = list(words.operand_tokens(sentence))
    operands = _without_left(sentence, named)
    if not operands:
        return ()
    tokens = [
        verb
        for verb in words.verb_tokens(sentence)
        if not _inside(verb, named)
        and not _END_USE.match(sentence[verb.start :])
        and not _is_name(sentence, verb)
    ]
    verbs = [verb for verb in tokens if not _is_after(verb)]
    particles = [verb for verb in tokens if _is_after(verb)]
    return tuple(_linked(sentence, verbs, operands, particles))


def _is_name(sentence: str, token: Token) -> bool:
    """Whether a word with a capital inside a sentence is a part of a name: "the acquisition by Bar LLC", "Block, Inc."."""
    if not sentence[token.start].isupper() or not sentence[: token.start].strip(" (\"'“"):
        return False
    return _FINITE.search(sentence) is not None  # a title has no finite verb, and capitals everywhere


def _without_left(sentence: str, operands: list[Token]) -> list[Token]:
    """The operands without one that is left behind: "from a presumption of denial to a case-by-case review", "case by
    case in place of a presumption of denial"."""
    return [
        token
        for number, token in enumerate(operands)
        if not _IN_PLACE_OF.search(sentence[max(0, token.start - _BEFORE_IT) : token.start])
        and not (
            number + 1 < len(operands)
            and _FROM.search(sentence[max(0, token.start - _BEFORE_IT) : token.start])
            and re.match(
                r"\W*(?:\w+ ){0,2}to (?:an? |the )?$", sentence[token.end : operands[number + 1].start]
            )
        )
    ]


def _is_after(token: Token) -> bool:
    return isinstance(token.entry, VerbEntry) and token.entry.after


def _inside(token: Token, others: Sequence[Token]) -> bool:
    return any(other.start <= token.start and token.end <= other.end for other in others)


def _linked(
    sentence: str, verbs: list[Token], operands: list[Token], particles: Sequence[Token]
) -> Iterator[ActReading]:
    number = 0
    outer: list[Token] = []
    while number < len(operands):
        first = number
        operand = operands[first]
        entry = operand.entry
        assert isinstance(entry, OperandEntry)
        number += 1
        # "exclusions from the duties on steel", "exports to listed entities": one noun phrase, whose head decides.
        while (
            number < len(operands)
            and entry.operand is not None
            and _continues(sentence, verbs, operands[number - 1], operands[number])
        ):
            number += 1
        end = operands[number - 1].end
        if (
            entry.id == "deadline" and number > first + 1
        ):  # the effective date of a requirement: the requirement is acted on
            inner = operands[first + 1].entry
            assert isinstance(inner, OperandEntry)
            entry = inner
        floor = operands[first - 1].end if first else 0
        ceiling = operands[number].start if number < len(operands) else len(sentence)
        chain = _chain(sentence, verbs, particles, floor, operand.start, end, ceiling)
        link = sentence[floor : chain[0].start] if chain and first else ""
        if link and (
            _PURPOSE.match(link) or (operands[first - 1].entry.id == "deadline" and _OF_IT.match(link))
        ):
            chain = [
                *outer,
                *chain,
            ]  # "suspends the expansion of the controls to cover affiliates of listed entities"
        outer = [
            v for v in chain if isinstance(v.entry, VerbEntry) and v.entry.act in ("suspend", "delay", "end")
        ]
        put_off = _put_off(sentence, verbs, operand.start)
        yield _composed(
            sentence,
            [put_off, *chain] if put_off and put_off not in chain else chain,
            entry,
            operand.start,
            end,
        )


def _put_off(sentence: str, verbs: Sequence[Token], start: int) -> Token | None:
    """The verb that puts off the day of an act: "the day from which the duty will apply shall be postponed"."""
    if not _ITS_DAY.search(sentence[max(0, start - _DAY_BEFORE) : start]):
        return None
    return next((v for v in verbs if isinstance(v.entry, VerbEntry) and v.entry.act == "delay"), None)


def _continues(sentence: str, verbs: Sequence[Token], one: Token, other: Token) -> bool:
    """Whether an operand belongs to the noun phrase of the one before it."""
    gap = sentence[one.end : other.start]
    if _RELATIVE_OF.match(gap):
        return True
    return (
        _COMPLEMENT.match(gap) is not None
        and re.search(r"\b(?:and|or)\b", gap) is None
        and not any(one.end <= verb.start < other.start for verb in verbs)
    )


def _chain(
    sentence: str,
    verbs: Sequence[Token],
    particles: Sequence[Token],
    floor: int,
    start: int,
    end: int,
    ceiling: int,
) -> list[Token]:
    """The verbs that govern a noun phrase, the outermost first."""
    left = _left(sentence, verbs, floor, start)
    particle = next(
        (
            p
            for p in particles
            if end <= p.start < ceiling and len(sentence[end : p.start].split()) <= _MOST_GAP
        ),
        None,
    )
    if particle is not None and (not left or _LIGHT.match(sentence[left[-1].start : left[-1].end])):
        return [*left[:-1], particle]  # "holds the duty in abeyance"
    compound = next(
        (v for v in verbs if v.start >= end and not sentence[end : v.start].strip() and _noun(sentence, v)),
        None,
    )
    if compound is not None:  # "Entity List Removal", "Exclusion Extensions"
        return [*left, compound]
    right = _right(sentence, verbs, end, ceiling)
    if right is not None and (not left or _noun(sentence, left[0])):
        return [*_led_to(sentence, verbs, right), right, *left]
    return left


def _led_to(sentence: str, verbs: Sequence[Token], right: Token) -> list[Token]:
    """The verb that the verb on the right leads to: "will be allowed to lapse"."""
    return [
        v for v in verbs if v.start >= right.end and sentence[right.end : v.start].strip().lower() == "to"
    ][:1]


def _noun(sentence: str, token: Token) -> bool:
    return _NOUN_HEAD.search(re.sub(r" (?:of|on|in|to)$", "", sentence[token.start : token.end])) is not None


def _left(sentence: str, verbs: Sequence[Token], floor: int, start: int) -> list[Token]:
    """The verbs that lead to an operand from its left, the outermost first."""
    before = [verb for verb in verbs if floor <= verb.start < start and not _describes(sentence, verb)]
    if not before:
        # "suspends or terminates license exceptions and validated end users": the verbs of the operand before it.
        return []
    nearest = before[-1]
    gap = sentence[
        nearest.end : start
    ]  # empty where the verb takes its operand in: "initiates an investigation"
    if len(gap.split()) > _MOST_GAP or _BREAK.search(gap):
        return []
    chain = [nearest]
    for verb in reversed(before[:-1]):
        between = sentence[verb.end : chain[0].start]
        if len(between.split()) > _CHAIN_WORDS or not _CHAIN.match(between):
            break
        chain.insert(0, verb)
    return chain


def _describes(sentence: str, token: Token) -> bool:
    """Whether a participle only describes the noun after it: "the heightened duty"."""
    word = sentence[token.start : token.end]
    before = sentence[: token.start]
    return (
        (
            word.endswith("ed")
            and re.search(r"\b(?:the|a|an|any|such|these|those|its)\s+$", before, re.I) is not None
        )
        or _TO_WHICH.search(before) is not None
        or (
            word.endswith("ed")
            and _BY.match(sentence, token.end) is not None
            and _AUXILIARY.search(before) is None
            and _PLURAL.search(before) is not None
        )  # "all transactions prohibited by the regulations"
        or (_RELATIVE.search(before) is not None and not word.lower().startswith("no longer"))
    )


def _in_relative_clause(sentence: str, start: int) -> bool:
    """Whether the words before a noun only say which things are meant: "an article that is subject to tariffs under ..."."""
    clauses = list(_CLAUSE.finditer(sentence, 0, start))
    if not clauses:
        return False
    between = sentence[clauses[-1].end() : start]
    return len(between.split()) <= _RELATIVE_WORDS and _NEXT_CLAUSE.search(between) is None


def _right(sentence: str, verbs: Sequence[Token], end: int, ceiling: int) -> Token | None:
    """The finite verb whose subject a noun phrase is: "... duties are hereby suspended", "... exclusions expire"."""
    for verb in verbs:
        if verb.start < end:
            continue
        gap = sentence[end : verb.start]
        if verb.start > ceiling or _BREAK.search(gap):
            return None
        words = len(gap.split())
        if words <= _MOST_PASSIVE and re.search(
            r"\b(?:shall|will|is|are|be|been|was|were|has|have)\s+(?:\w+\s+){0,2}$", gap
        ):
            return verb
        if _ADVERB.search(gap):
            continue  # "formerly exempt countries"
        if _NOUN_PHRASE.search(gap):
            return None  # "the effective date of the end of ..."
        text = sentence[verb.start : verb.end].lower()
        if text.endswith("ed") and _BY.match(sentence, verb.end):
            continue  # "the duties imposed by Executive Order 14257 are terminated"
        if words <= _MOST_GAP and (
            _INTRANSITIVE.match(text)
            or text.startswith(("shall", "will", "no longer", "do", "may", "is ", "are "))
        ):
            if text.startswith("no longer") and _OTHER_PREDICATE.search(gap):
                return None  # "... and no longer under a presumption of denial": another predicate
            return verb
        return None
    return None


def _composed(
    sentence: str, chain: Sequence[Token], operand: OperandEntry, start: int, end: int
) -> ActReading:
    verbs: list[VerbEntry] = []
    sign = operand.sign
    neutral = False
    for token in reversed(chain):
        entry = token.entry
        assert isinstance(entry, VerbEntry)
        verbs.insert(0, entry)
        if abs(entry.effect) == 2:
            sign = entry.effect // 2
        elif entry.effect:
            sign *= entry.effect
        elif entry.id == "revise":
            neutral = True
        denied = _NEGATION.search(sentence[: token.start])
        if (
            denied
            and entry.id not in ("exempt", "prohibit")
            and not start <= denied.start() < end  # "No license is required"
            and not any(t.start <= denied.start() < t.end for t in chain)
        ):
            sign = -sign
    if neutral and not any(verb.effect for verb in verbs):
        sign = 0
    if (
        not chain
        and _NOT_NEW.search(sentence[:start]) is None
        and not _NEW.search(sentence[max(0, start - 24) : end])
    ):
        sign = 0  # a bare noun asserts nothing
    if not chain and (_UNTOUCHED.search(sentence[:start]) or _in_relative_clause(sentence, start)):
        sign = 0
    if operand.operand is None and not any(verb.id in _ON_TRADE for verb in verbs):
        sign = 0
    if _NO.search(sentence[:start]):
        sign = -sign if chain else -operand.sign
    past = bool(chain) and _is_past(sentence, chain[0])
    return ActReading(tuple(verbs), operand, sign, start, end, past, _governed(sentence, chain, start))


def _governed(sentence: str, chain: Sequence[Token], start: int) -> tuple[int, int]:
    """Where the object of an active verb stands, or the subject of a passive one; (0, 0) without a verb."""
    left = [token for token in chain if token.end <= start]
    if left:
        return left[-1].end, len(sentence)
    passive = [token for token in chain if token.start > start]
    return (0, passive[0].start) if passive else (0, 0)


_ON_TRADE = frozenset(
    {
        "prohibit",
        "narrow",
        "end",
        "suspend",
        "authorize",
        "exempt",
        "lower",
        "tighten",
        "ease",
        "license-after",
    }
)
_NEW = re.compile(
    r"\b(?:additional|new|increased|higher|lower|further|reciprocal|secondary|retaliatory|extra|stricter|adjust\w*|requires?|required|requiring|needs?|must|subject to|becomes?|presumption|policy of|case.by.case|no longer|no (?:executive |federal )?agenc(?:y|ies)|agenc(?:y|ies) (?:shall|may|must) not)\b",
    re.I,
)
_NO = re.compile(r"\b(?:no|without(?: an?)?|not)\s+$", re.I)
_AUXILIARY = re.compile(
    r"\b(?:is|are|be|being|to be|has|have|having|hereby|been|shall|will|would|may|must|as)\s+(?:\w+ly\s+|hereby\s+|also\s+|further\s+|not\s+|now\s+|been\s+|be\s+){0,2}$",
    re.I,
)
_WAS = re.compile(
    r"\b(?:was|were|had(?: been)?)\s+(?:\w+ly\s+|also\s+|not\s+|previously\s+|first\s+){0,2}$", re.I
)
_ORDER_THAT = re.compile(
    r"\b(?:issued|signed|published|adopted|made|took) (?:an? |the )?(?:\w+ ){0,2}(?:orders?|rules?|notices?|actions?|proclamations?|determinations?) $",
    re.IGNORECASE,
)
_ADJECTIVE = re.compile(
    r"(?:\b(?:the|a|an|any|such|these|those|certain|of|for|on|to|its|and|with|newly|from|by)|^|[,(])\s*$",
    re.I,
)


def _is_past(sentence: str, token: Token) -> bool:
    """Whether a verb is in the past tense: "imposed", "was imposed"; not "is imposed", "has determined", "increased duties"."""
    word = sentence[token.start : token.end]
    before = sentence[: token.start]
    if _WAS.search(before):
        return True
    if re.search(r"ing$", word) and _ORDER_THAT.search(before):
        return True  # "issued an order prohibiting the acquisition"
    if not re.search(r"ed$|^(?:rose|fell|withdrew|struck)$", word.split()[0], re.I) or not before.strip():
        return False
    return _AUXILIARY.search(before) is None and _ADJECTIVE.search(before) is None
