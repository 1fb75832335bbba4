"""One act as a clause, a headline or a sentence, in each language."""

from __future__ import annotations

from datetime import date

from tracker.model import (
    Act,
    ActVerb,
    DocumentKind,
    Force,
    JapanStanding,
    LocalizedText,
    Operand,
    Status,
)
from tracker.wording.act_terms import (
    WHETHER,
    spoken,
)
from tracker.wording.amounts import amount
from tracker.wording.english import EnglishAct
from tracker.wording.facts import DocumentFacts
from tracker.wording.japanese import JapaneseAct
from tracker.wording.phrases import plain_form, third_person
from tracker.wording.timing import timing

_NO_FACTS = DocumentFacts()
# These say by themselves that nothing binds yet.
PRELIMINARY = frozenset(
    {ActVerb.REQUEST_COMMENTS, ActVerb.INVESTIGATE, ActVerb.NEGOTIATE, ActVerb.REPORT, ActVerb.COMMEMORATE}
)
# Steps of an agency, and what is no measure: they are never "under study" as one.
_STEPS = frozenset({ActVerb.DIRECT_AGENCY, ActVerb.DETERMINE, ActVerb.PROPOSE})
NO_MEASURE = frozenset(
    {
        None,
        Operand.PROCEEDING,
        Operand.GUIDANCE,
        Operand.DEADLINE,
        Operand.COMMENT_PERIOD,
        Operand.AGREEMENT,
        Operand.EMERGENCY,
        Operand.EARLIER_ACT,
    }
)
_HIT = frozenset({JapanStanding.IN, JapanStanding.TARGET})


def act_clause(act: Act, facts: DocumentFacts = _NO_FACTS) -> LocalizedText:
    """Who does what, without dates and without a full stop."""
    act = spoken(act)
    return LocalizedText(ja=main_ja(JapaneseAct(act, facts)), en=main_en(EnglishAct(act, facts)))


def is_studied_measure(act: Act) -> bool:
    """Whether the act is a measure that is only under study, so that "is studying whether to" fits before it."""
    return (
        act.force is Force.STUDIED and act.verb not in PRELIMINARY | _STEPS and act.operand not in NO_MEASURE
    )


def is_open_question(act: Act) -> bool:
    """Whether a step is only asked about: "shall determine whether to renew investigations"."""
    return (
        act.force is Force.STUDIED
        and act.verb not in PRELIMINARY | _STEPS
        and act.operand in NO_MEASURE
        and WHETHER.search(act.evidence.quote) is not None
    )


def question_ja(parts: JapaneseAct) -> str:
    asked = f"{plain_ja(parts)}かどうか"
    return f"{asked}の判断を指示" if parts.act.actor == "president" else f"{asked}を検討"


def draft_ja(facts: DocumentFacts) -> str:
    if facts.kind in (None, DocumentKind.PROPOSED_RULE, DocumentKind.RULE):
        return "規則案"
    return "措置案"


def done_ja(parts: JapaneseAct) -> str:
    return parts.clause.words + parts.clause.verb


def main_ja(parts: JapaneseAct) -> str:
    because = f"{parts.because}、" if parts.because else ""
    done, force, act = done_ja(parts), parts.act.force, parts.act
    if force is Force.PROPOSED and act.verb not in PRELIMINARY:
        draft = draft_ja(parts.facts)
        if act.verb is ActVerb.PROPOSE:
            return subject_ja(parts, because) + f"{parts.noun_phrase}に関する{draft}を公表"
        return f"{subject_ja(parts, '')}{draft}を公表。案では、{because}{done}"
    if is_studied_measure(act):
        if act.actor == "president":
            return f"{subject_ja(parts, '')}今後の措置を規定。あり得る措置:{because}{done}"
        return f"{subject_ja(parts, '')}調査・検討。検討対象の措置:{because}{done}"
    if is_open_question(act):
        return subject_ja(parts, because) + question_ja(parts)
    if force is Force.STUDIED and act.verb not in PRELIMINARY | {ActVerb.DIRECT_AGENCY}:
        return f"{subject_ja(parts, because)}{done}(検討段階)"
    if force is Force.STATEMENT and act.verb not in (ActVerb.REPORT, ActVerb.COMMEMORATE):
        return subject_ja(parts, because or "、") + plain_ja(parts) + "と表明"
    return subject_ja(parts, because) + done


def plain_ja(parts: JapaneseAct) -> str:
    return parts.clause.words + plain_form(parts.clause.verb)


def subject_ja(parts: JapaneseAct, because: str) -> str:
    """「大統領が、…を理由に、」, 「BISが」; without an actor only the reason."""
    reason = "" if because == "、" else because
    if not parts.who:
        return reason
    return f"{parts.who}が{'、' if because else ''}{reason}"


def headline_ja(parts: JapaneseAct) -> str:
    because = f"{parts.because}、" if parts.because and "「" not in parts.because else ""
    who, act = parts.who, parts.act
    if act.force is Force.PROPOSED and act.verb not in PRELIMINARY:
        draft = draft_ja(parts.facts)
        head = f"{who}の{draft}" if who else draft
        if act.verb is ActVerb.PROPOSE:
            return f"{head}:{because}{parts.noun_phrase}"
        return f"{head}:{because}{done_ja(parts)}"
    if is_studied_measure(act):
        lead = "今後あり得る措置" if act.actor == "president" else "検討中の措置"
        return f"{who}、{lead}:{because}{done_ja(parts)}" if who else f"{lead}:{because}{done_ja(parts)}"
    subject = f"{who}、" if who else ""
    if is_open_question(act):
        return f"{subject}{because}{question_ja(parts)}"
    if act.force is Force.STUDIED and act.verb not in PRELIMINARY:
        return f"{subject}{because}{done_ja(parts)}"
    if act.force is Force.STATEMENT and act.verb not in (ActVerb.REPORT, ActVerb.COMMEMORATE):
        return f"{subject}{because}{plain_ja(parts)}と表明"
    return f"{subject}{because}{done_ja(parts)}"


def japan_said(act: Act) -> bool:
    """Whether the clause already says Japan's place: Japan alone is hit, or is among those let off."""
    if act.of == ("japan",):
        same = act.japan_rate in ("", act.amount_after)
        return act.japan is not JapanStanding.RATE and same
    return "japan" in act.of and act.japan is JapanStanding.OUT and not act.japan_rate


def japan_ja(parts: JapaneseAct) -> tuple[str, ...]:
    act = parts.act
    rate = amount(act.japan_rate, "ja")
    if japan_said(act):
        return ()
    if act.operand is Operand.LISTING and act.japan in _HIT and not rate:
        return () if parts.at_home else ("日本所在者を含む",)
    words = {
        JapanStanding.OUT: "日本は対象外",
        JapanStanding.IN: "日本も対象",
        JapanStanding.TARGET: "日本が対象",
        JapanStanding.RATE: "" if rate else "日本には個別の税率を適用",
    }.get(act.japan, "")
    if rate:
        words = f"{words}(税率{rate})" if words else f"日本は税率{rate}"
    return (words,) if words else ()


def sentence_ja(parts: JapaneseAct, statuses: tuple[Status, ...], today: date) -> str:
    pieces = [
        main_ja(parts),
        *parts.rest,
        *japan_ja(parts),
        *timing(parts.act, statuses, today, "ja", span_shown="until" in parts.clause.shown),
    ]
    if parts.units:
        pieces.append(parts.units)
    return "".join(f"{piece}。" for piece in pieces)


def main_en(parts: EnglishAct) -> str:
    act, clause = parts.act, parts.clause.words
    who = parts.who
    who = who[0].upper() + who[1:]
    because = parts.because
    if act.force is Force.PROPOSED and act.verb not in PRELIMINARY:
        if act.verb is ActVerb.PROPOSE:
            return f"{who} {third_person(clause)}{because}"
        return f"{who} proposes to {clause}{because}"
    if is_studied_measure(act):
        if act.actor == "president":
            return f"{who} provides for a step that may follow: to {clause}{because}"
        return f"{who} is studying whether to {clause}{because}"
    if is_open_question(act):
        asks = "directs a decision on whether to" if act.actor == "president" else "is considering whether to"
        return f"{who} {asks} {clause}{because}"
    if act.force is Force.STUDIED and act.verb not in PRELIMINARY | {ActVerb.DIRECT_AGENCY}:
        return f"{who} {third_person(clause)}{because} (under study)"
    if act.force is Force.STATEMENT and act.verb not in (ActVerb.REPORT, ActVerb.COMMEMORATE):
        return f"{who} states an intent to {clause}{because}"
    return f"{who} {third_person(clause)}{because}"


def japan_en(parts: EnglishAct) -> tuple[str, ...]:
    act = parts.act
    rate = amount(act.japan_rate, "en")
    if japan_said(act):
        return ()
    if act.operand is Operand.LISTING and act.japan in _HIT and not rate:
        return () if parts.at_home else ("Parties in Japan are included",)
    words = {
        JapanStanding.OUT: "Japan is not covered",
        JapanStanding.IN: "Japan is covered",
        JapanStanding.TARGET: "Japan is a target",
        JapanStanding.RATE: "" if rate else "Japan has a rate of its own",
    }.get(act.japan, "")
    if rate:
        words = f"{words} (rate {rate})" if words else f"Japan’s rate is {rate}"
    return (words,) if words else ()


def sentence_en(parts: EnglishAct, statuses: tuple[Status, ...], today: date) -> str:
    pieces = [
        main_en(parts),
        *parts.rest,
        *japan_en(parts),
        *timing(parts.act, statuses, today, "en", span_shown="until" in parts.clause.shown),
    ]
    if parts.units:
        pieces.append(parts.units)
    return " ".join(piece if piece.endswith(".") else f"{piece}." for piece in pieces)
