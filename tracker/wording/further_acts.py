"""Which further acts of a document its summary lists, and how."""

from __future__ import annotations

from collections.abc import Sequence

from tracker.model import (
    Act,
    ActVerb,
    Force,
    JapanStanding,
    LocalizedText,
    Operand,
)
from tracker.wording.act_terms import (
    is_general,
)
from tracker.wording.clause import NO_MEASURE, act_clause, done_ja, is_studied_measure
from tracker.wording.english import EnglishAct
from tracker.wording.facts import DocumentFacts
from tracker.wording.japanese import JapaneseAct
from tracker.wording.phrases import third_person

_BINDING = frozenset({Force.BINDING_NOW, Force.BINDING_FROM})
_BORDER_MEASURES = frozenset({Operand.DUTY, Operand.QUOTA})


def worth_of(act: Act, first: Act) -> tuple[bool, bool, bool, bool]:
    """How much a further act adds to the first: Japan, a rate, countries, goods."""
    return (
        act.japan is not JapanStanding.NOT_NAMED or "japan" in act.of,
        bool(act.amount_after) and act.amount_after != first.amount_after,
        bool(act.of) and act.of != first.of and not is_general(act.of),
        bool(act.objects or act.eccns) and act.objects != first.objects,
    )


def is_certain(act: Act) -> bool:
    """Whether a further act gives a rate, parties or ECCNs of its own."""
    return bool(act.amount_after and act.operand is Operand.DUTY) or bool(
        act.parties or act.party_count or act.eccns
    )


_SETTING = frozenset({ActVerb.IMPOSE, ActVerb.RAISE, ActVerb.LOWER, ActVerb.REVISE, ActVerb.ADD_CONTROL})


def is_new(act: Act, shown: Sequence[Act]) -> bool:
    """Whether an act does something else than those that are shown: "raises" and "sets" the same rate are one."""
    return all(_doing(act) != _doing(other) for other in shown)


def _doing(act: Act) -> tuple[object, ...]:
    verb = ActVerb.IMPOSE if act.verb in _SETTING else act.verb
    return (verb, act.operand, act.amount_after, act.of, act.objects, act.eccns, act.parties)


def is_full(act: Act, facts: DocumentFacts) -> bool:
    """Whether a further act says enough to be listed by itself: its own words name what it hits, and it is a measure."""
    parts = JapaneseAct(act, facts)
    if parts.bare or act.evidence.where == "title" or act.operand in NO_MEASURE:
        return False
    if act.operand in _BORDER_MEASURES:
        return bool(act.amount_after) and bool(act.of or act.objects)
    if act.operand is Operand.LICENSE_REQUIREMENT:
        return bool(act.of or act.eccns or parts.governed)
    return True


def is_subsumed(act: Act, shown: Sequence[Act]) -> bool:
    """Whether an act that is shown says all that this one does."""
    return any(
        (
            act.operand is Operand.LISTING
            and act.verb is other.verb
            and bool(other.party_count)
            and set(act.of) <= set(other.of)
        )
        or (
            act.verb is other.verb
            and act.operand is other.operand
            and all(
                not getattr(act, name) or getattr(act, name) == getattr(other, name)
                for name in ("of", "objects", "eccns", "parties", "amount_after", "earlier_act")
            )
        )
        for other in shown
    )


def further_clause(act: Act, first: Act, facts: DocumentFacts) -> LocalizedText:
    """A further act as a clause: its actor where it is another one, its force where it is another one."""
    ja, en = JapaneseAct(act, facts), EnglishAct(act, facts)
    same = ja.who == JapaneseAct(first, facts).who
    if is_studied_measure(act) or (act.force is not first.force and not {act.force, first.force} <= _BINDING):
        clause = act_clause(act, facts)
        words = clause.ja.removeprefix(f"{ja.who}が").lstrip("、") if same and ja.who else clause.ja
        words = words.replace("調査・検討。", "").replace("今後の措置を規定。", "")
        return LocalizedText(words.replace("。", ":"), clause.en)
    who_ja = f"{ja.who}が" if ja.who and not same else ""
    who_en = f"{en.who} " if en.who and not same else ""
    return LocalizedText(who_ja + done_ja(ja), who_en + third_person(en.clause.words))
