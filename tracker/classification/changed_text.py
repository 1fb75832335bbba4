"""The acts of a changed text: what the words that were added, removed or replaced do. The title of a page does not judge an edit.

An added sentence does what it says; a removed one undoes it; a number that moves raises or lowers; a sentence that is reworded is compared
with itself. Words of which none of this can be said are a revision whose direction is undetermined.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from tracker.classification import act_facts
from tracker.classification.act_reader import read_acts
from tracker.classification.direction import direction_of_edit, note_stays
from tracker.classification.numeric_changes import NumericChange, numeric_changes
from tracker.countries import countries_in
from tracker.documents.text_view import (
    TextView,
    changed_runs,
    clip_quote,
    in_context,
)
from tracker.legal_status.legal_dates import sentences
from tracker.locations import removed_from, unit_path
from tracker.model import (
    Act,
    ActVerb,
    Direction,
    Evidence,
    JapanStanding,
    LegalDate,
    Op,
    Operand,
    Operation,
    UnitKind,
)

_GOVERNED = {
    "duty": Operand.DUTY,
    "de-minimis": Operand.DE_MINIMIS,
    "ownership": Operand.LISTING,
    "period": Operand.REPORTING_DUTY,
    "share": Operand.PROGRAM,
    "day": Operand.DEADLINE,
}
_FREEING = frozenset(
    {
        Operand.LICENSE_EXCEPTION,
        Operand.GENERAL_LICENSE,
        Operand.VALIDATED_END_USER,
        Operand.EXCLUSION,
        Operand.PROGRAM,
    }
)
_MEASURED = frozenset({Operand.DUTY, Operand.DE_MINIMIS})  # what has a rate or level of its own
_COUNTRY_WORDS = re.compile(
    r"\b(?:and|the|of|Republic|Kingdom|People's|Great Britain|Northern Ireland|United|States)\b|[;,.()*]",
    re.I,
)
_TRAIL = re.compile(r"[^.;:>|»\n]{1,40}(?:\s[>|»›]\s[^.;:>|»\n]{1,60}){2,}")
_CONTACT = re.compile(r"[\w.+-]+@[\w.-]+|\(?\b\d{3}\)?[\s.-]\d{3}[\s.-]\d{4}\b|\b\d{3}-\d{4}\b|\bQ\d{1,3}\b")
_NOT_LAW = frozenset(
    {UnitKind.CITATION, UnitKind.AUTHORITY, UnitKind.EDITORIAL_NOTE, UnitKind.LINK, UnitKind.IMAGE}
)


def is_furniture(operation: Operation) -> bool:
    """Whether only the way through a site changed, or how to reach an office: "Home > Licensing", "call (202) 395-7305"."""
    if operation.kind in (UnitKind.LINK, UnitKind.IMAGE):
        return False
    if all(_TRAIL.fullmatch(text.strip()) for text in (operation.before, operation.after) if text):
        return True
    if operation.op is not Op.CHANGED:
        return False
    words = f"{changed_runs(operation, 'insert')} {changed_runs(operation, 'delete')}"
    return bool(words.strip()) and not re.search(r"\w", _CONTACT.sub(" ", words))


def acts_of_change(view: TextView, actor: str, dates: Sequence[LegalDate]) -> Iterator[Act]:
    """Every act of a change, in reading order; its level is not set."""
    numbers = numeric_changes(view)
    for move in numbers:
        yield act_of_number(move, actor, dates)
    for name, evidence in note_stays(view).items():
        verb, direction = (
            (ActVerb.SUSPEND, Direction.RELIEF)
            if name == "stay-comes"
            else (ActVerb.RESUME, Direction.RESTRICTION)
        )
        for each in evidence[:2]:
            yield Act(
                verb,
                Operand.EARLIER_ACT,
                each,
                actor=actor,
                units=(unit_path(each.where),),
                direction=direction,
            )
    moved = {move.evidence.where for move in numbers}
    pushed = direction_of_edit([operation for operation in view.operations if operation.path not in moved])
    for name, words in pushed.items():
        tightens = name == "tightens"
        yield _worded(
            words,
            ActVerb.WIDEN if tightens else ActVerb.NARROW,
            Direction.RESTRICTION if tightens else Direction.RELIEF,
            actor,
            dates,
        )
    for operation in view.operations:
        if (listed := _of_countries(view, operation, actor, dates)) is not None:
            yield listed
            moved.add(operation.path)
    moved.update(unit_path(words.where) for words in pushed.values())
    for operation in view.operations:
        if operation.kind not in _NOT_LAW and operation.path not in moved:
            yield from _of_operation(operation, actor, dates)


def _of_countries(view: TextView, operation: Operation, actor: str, dates: Sequence[LegalDate]) -> Act | None:
    """A country that joins a list of countries or leaves it: what the list does is read from its heading and place."""
    if operation.op is Op.CHANGED:
        came, went = changed_runs(operation, "insert"), changed_runs(operation, "delete")
    else:
        came, went = operation.after, operation.before
    joined, left = countries_in(came), countries_in(went)
    changed = [place for place in joined if place not in left] or [
        place for place in left if place not in joined
    ]
    words = _COUNTRY_WORDS.sub(" ", f"{came} {went}")
    for place in (*joined, *left):
        words = words.replace(place.en, " ")
    if not changed or len(words.split()) > (6 if operation.op is Op.CHANGED else 3):
        return None
    heading = f"{operation.after or operation.before}. {operation.path}. {view.document.title}"
    signs = [r.operand.sign for s in sentences(heading) for r in read_acts(s) if r.operand and r.operand.sign]
    sign = signs[0] if signs else 0
    leaves = changed[0] in left
    sign = -sign if leaves else sign
    of = tuple(place.id for place in changed)
    direction = (
        Direction.UNDETERMINED if not sign else (Direction.RESTRICTION if sign > 0 else Direction.RELIEF)
    )
    operand = next((r.operand.operand for s in sentences(heading) for r in read_acts(s) if r.operand), None)
    since, until = act_facts.span_of(operation.after, dates)
    where = removed_from(operation.path) if not operation.after else operation.path
    return Act(
        ActVerb.END if leaves else ActVerb.INCLUDE,
        operand,
        Evidence(clip_quote(in_context(operation) or operation.after or operation.before), where),
        actor=actor,
        of=of,
        japan=JapanStanding.TARGET if "japan" in of else JapanStanding.NOT_NAMED,
        since=since,
        until=until,
        units=(operation.path,),
        direction=direction,
    )


def act_of_number(move: NumericChange, actor: str, dates: Sequence[LegalDate]) -> Act:
    operand = _GOVERNED.get(move.governs, Operand.LICENSE_REQUIREMENT)
    up = act_facts.number_of(move.after) > act_facts.number_of(move.before)
    if operand in _MEASURED or move.governs == "period":
        verb = ActVerb.RAISE if up else ActVerb.LOWER
    elif operand is Operand.DEADLINE:  # a later day widens the time
        verb = ActVerb.WIDEN if up else ActVerb.NARROW
    else:  # a number inside of a control: raised, it may catch more or less
        verb = ActVerb.WIDEN if move.restricts else ActVerb.NARROW
    direction = Direction.RESTRICTION if move.restricts else Direction.RELIEF
    of, _ = act_facts.countries_hit(move.evidence.quote, "")
    standing, rate = act_facts.japan_standing(move.evidence.quote, of, listed=False, restricts=move.restricts)
    since, until = act_facts.span_of(move.evidence.quote, dates)
    return Act(
        verb,
        operand,
        move.evidence,
        actor=actor,
        objects=act_facts.goods_in(move.evidence.quote),
        of=of,
        amount_before=move.before,
        amount_after=move.after,
        japan=standing,
        japan_rate=rate,
        since=since,
        until=until,
        units=(move.evidence.where,),
        direction=direction,
    )


def _worded(
    words: Evidence, verb: ActVerb, direction: Direction, actor: str, dates: Sequence[LegalDate]
) -> Act:
    """An act whose direction is known from a comparison; its operand and facts are read from its sentence."""
    readings = [r for r in read_acts(words.quote) if r.operand and r.operand.operand]
    signed = [r for r in readings if r.sign] or readings
    operand = next((r.operand.operand for r in signed if r.operand), None)
    if operand in _FREEING and verb in (ActVerb.WIDEN, ActVerb.NARROW):
        verb = (
            ActVerb.WIDEN if direction is Direction.RELIEF else ActVerb.NARROW
        )  # of what frees, more relieves
    if operand is Operand.PROGRAM and direction is Direction.RELIEF:
        direction = Direction.OPPORTUNITY
    of, trigger = act_facts.countries_hit(words.quote, "")
    amount = act_facts.amount_in(words.quote, 0, len(words.quote))
    standing, rate = act_facts.japan_standing(
        words.quote, of, listed=operand is Operand.LISTING, restricts=direction is Direction.RESTRICTION
    )
    since, until = act_facts.span_of(words.quote, dates)
    return Act(
        verb,
        operand,
        words,
        actor=actor,
        objects=act_facts.goods_in(words.quote),
        eccns=act_facts.eccns_in(f"{words.where} {words.quote}"),
        hts=act_facts.hts_in(words.quote),
        of=of,
        trigger_countries=trigger,
        amount_after=amount.after,
        amount_before=amount.before,
        japan=standing,
        japan_rate=rate,
        since=since,
        until=until,
        units=(unit_path(words.where),),
        direction=direction,
    )


def _of_operation(operation: Operation, actor: str, dates: Sequence[LegalDate]) -> Iterator[Act]:
    """What the sentences say that came or went; a reworded unit in which nothing says which way is a revision."""
    if operation.op is Op.CHANGED:
        came, went = _signed(operation.after), _signed(operation.before)
        signs = {sign for *_, sign in came - went} or {-sign for *_, sign in went - came}
        if len(signs) == 1:
            restricts = signs == {1}
            direction = Direction.RESTRICTION if restricts else Direction.RELIEF
            verb = ActVerb.WIDEN if restricts else ActVerb.NARROW
        else:
            verb, direction = ActVerb.REVISE, Direction.UNDETERMINED
        yield _worded(Evidence(in_context(operation), operation.path), verb, direction, actor, dates)
        return
    removed = operation.op is Op.REMOVED
    if operation.op not in (Op.ADDED, Op.REMOVED):
        return
    where = removed_from(operation.path) if removed else operation.path
    for sentence in sentences(operation.before if removed else operation.after):
        if sentence.rstrip().endswith("?"):
            continue
        for reading in read_acts(sentence):
            if not reading.sign or reading.past:
                continue
            sign = -reading.sign if removed else reading.sign
            direction = Direction.RESTRICTION if sign > 0 else Direction.RELIEF
            verb = ActVerb.END if removed else (ActVerb.ADD_CONTROL if sign > 0 else ActVerb.AUTHORIZE)
            yield _worded(Evidence(clip_quote(sentence), where), verb, direction, actor, dates)
            break


def _signed(text: str) -> set[tuple[tuple[str, ...], str, int]]:
    """The acts of a text whose direction is known: their verbs, operand and sign."""
    return {
        (tuple(verb.id for verb in reading.verbs), reading.operand.id, reading.sign)
        for sentence in sentences(text)
        for reading in read_acts(sentence)
        if reading.sign and reading.verbs and reading.operand is not None and not reading.past
    }
