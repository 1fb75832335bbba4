"""Puts what a judgment decides into words, from its effects: which orders and rules it declares unlawful, which judgments it
affirms, reverses or stays.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from sqlalchemy import Connection

from tracker.classification.judgments import court_label
from tracker.config.models import Instrument
from tracker.court_cases import court_of
from tracker.documents.effect_names import document_references
from tracker.effects import Affected, Certainty, Effect, EffectVerb
from tracker.i18n import t
from tracker.legal_status.watched import touched
from tracker.model import (
    Act,
    ActVerb,
    Change,
    Direction,
    Document,
    DocumentKind,
    Evidence,
    Force,
    Language,
    Level,
    LocalizedText,
    Operand,
)
from tracker.storage import effects as recorded

_ACT = {
    EffectVerb.DECLARES_UNLAWFUL: ActVerb.END,
    EffectVerb.ENDS: ActVerb.END,
    EffectVerb.SUPERSEDES: ActVerb.END,
    EffectVerb.STAYS: ActVerb.SUSPEND,
    EffectVerb.SUSPENDS: ActVerb.SUSPEND,
    EffectVerb.REVERSES: ActVerb.END,
    EffectVerb.AFFIRMS: ActVerb.DETERMINE,
    EffectVerb.LIFTS_STAY: ActVerb.RESUME,
    EffectVerb.RESUMES: ActVerb.RESUME,
}
# The gravest first.
_ORDER = (
    EffectVerb.DECLARES_UNLAWFUL, EffectVerb.ENDS, EffectVerb.STAYS, EffectVerb.REVERSES, EffectVerb.AFFIRMS, EffectVerb.LIFTS_STAY,
)  # fmt: skip
_NAMED = 3
_ACTS = 8
_RELIEF = frozenset({EffectVerb.DECLARES_UNLAWFUL, EffectVerb.ENDS})


def with_reviewed(
    connection: Connection,
    change: Change,
    document: Document,
    effects: Sequence[Effect],
    instruments: Sequence[Instrument],
) -> Change:
    """Return the record of a judgment about earlier judgments, with the orders and rules that these decided about."""
    cases = {name for one in effects if court_of(name := one.affected.citation or "")}
    if change.kind is not DocumentKind.JUDGMENT or not cases:
        return change
    decided = _decided_by(connection, cases)
    names = tuple(dict.fromkeys(_name(one.affected) for one in decided))
    own = touched(effects, instruments)
    watched = tuple(dict.fromkeys((*own, *touched(decided, instruments))))
    return with_judgment(change, document, effects, watched, names) if names else change


def _decided_by(connection: Connection, cases: Iterable[str]) -> list[Effect]:
    """Return what judgments decided about orders and rules, and the judgments that they reviewed in turn."""
    found: list[Effect] = []
    seen: set[str] = set()
    following = set(cases)
    while following - seen:
        named = following - seen
        seen |= named
        for one in recorded.affecting(connection, sorted(named)):
            below = one.effect.affected.citation or ""
            if court_of(below):
                following.add(below)
            else:
                found.append(one.effect)
    return found


def with_judgment(
    change: Change,
    document: Document,
    effects: Sequence[Effect],
    watched: Sequence[str],
    reviewed: Sequence[str] = (),
) -> Change:
    """Return the record of a judgment with what it decides: `critical` where it decides about a watched instrument, `high` where
    about another one of the field. `reviewed`: what the judgments that it reviews decided about.
    """
    if change.kind is not DocumentKind.JUDGMENT or change.editorial:
        return change
    decided = sorted((one for one in effects if one.verb in _ACT), key=_gravity)
    if not decided or (change.tagging.level is Level.NONE and not watched and not reviewed):
        return change
    level = Level.CRITICAL if watched else Level.HIGH
    actor = next(iter(document.agencies), "")
    acts = {(one.verb, _name(one.affected)): _act(one, level, actor) for one in reversed(decided)}
    unclear = all(one.certainty is not Certainty.STATED for one in decided)
    tagging = replace(
        change.tagging,
        level=level,
        direction=_direction(decided),
        acts=tuple(reversed(acts.values()))[:_ACTS],
        needs_reading=unclear,
        headline=LocalizedText(
            _headline(document, decided, reviewed, "ja"), _headline(document, decided, reviewed, "en")
        ),
        summary=LocalizedText(
            _summary(document, decided, reviewed, "ja"), _summary(document, decided, reviewed, "en")
        ),
        reason=LocalizedText(
            *(
                t(
                    "judgment.reason.watched" if watched else "judgment.reason.decides",
                    one,
                    names=", ".join(watched),
                )
                for one in ("ja", "en")
            )
        ),
    )
    return replace(change, tagging=tagging)


def _gravity(effect: Effect) -> tuple[bool, int]:
    place = _ORDER.index(effect.verb) if effect.verb in _ORDER else len(_ORDER)
    return effect.certainty is not Certainty.STATED, place


def _name(affected: Affected) -> str:
    """Return what people call the affected order, rule or judgment."""
    names = document_references(affected)
    order = next((name for name in names if name.startswith(("E.O.", "Proclamation"))), "")
    return order or next(iter(names), "") or affected.path or affected.hts or ""


def _act(effect: Effect, level: Level, actor: str) -> Act:
    return Act(
        verb=_ACT[effect.verb],
        operand=Operand.EARLIER_ACT,
        evidence=Evidence(effect.affecting.quote, effect.affecting.where),
        actor=actor,
        force=Force.BINDING_NOW if effect.certainty is Certainty.STATED else Force.STATEMENT,
        earlier_act=_name(effect.affected),
        direction=_direction([effect]),
        level=level,
    )


def _direction(effects: Sequence[Effect]) -> Direction:
    """Return relief where an order or rule ends; an earlier judgment that falls or is held up leaves it to the reader."""
    stated = [one for one in effects if one.certainty is Certainty.STATED]
    relief = any(one.verb in _RELIEF for one in stated)
    return (
        Direction.RELIEF if relief and all(one.verb in _RELIEF for one in stated) else Direction.UNDETERMINED
    )


def _headline(
    document: Document, effects: Sequence[Effect], reviewed: Sequence[str], language: Language
) -> str:
    parts: dict[str, list[str]] = {}
    for one in effects:
        key = f"judgment.{one.verb.value}" if one.certainty is Certainty.STATED else "judgment.unclear"
        parts.setdefault(key, []).append(_name(one.affected))
    said = []
    for key, names in parts.items():
        named = list(dict.fromkeys(filter(None, names)))
        gap = "、" if language == "ja" else ", "
        more = t("docket.more", language, count=len(named) - _NAMED) if len(named) > _NAMED else ""
        said.append(t(key, language, names=gap.join(named[:_NAMED]) + more))
    what = ("、" if language == "ja" else "; ").join(said)
    if reviewed:
        about = ("、" if language == "ja" else ", ").join(reviewed[:_NAMED])
        what = t("judgment.about", language, what=what, names=about)
    return t("judgment.headline", language, court=court_label(document, language), what=what)


def _summary(
    document: Document, effects: Sequence[Effect], reviewed: Sequence[str], language: Language
) -> str:
    head = _headline(document, effects, reviewed, language)
    quote = effects[0].affecting.quote
    return head + t(
        "judgment.case", language, title=document.title, case=document.citation or "", quote=quote
    )
