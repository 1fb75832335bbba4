"""Carries out what a rule orders for the instructions of an earlier rule that is not yet in the text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from tracker.amendments.actions import AmendatoryRule, EarlierInstruction, Instruction, Source, Verb
from tracker.amendments.inline import same_key
from tracker.amendments.instruction_words import NUMBER
from tracker.amendments.reader import read_again

_REWORDS = frozenset({Verb.REVISE, Verb.CORRECT})
_TAKES_OUT = frozenset({Verb.REMOVE, Verb.WITHDRAW})


def with_earlier_changed(rules: Sequence[AmendatoryRule]) -> list[AmendatoryRule]:
    """Return the rules, in the order of their publication, with the instructions that later ones of them change. What is
    ordered so exactly changes no text itself; the rest stays as it was read.
    """
    found = list(rules)
    for place, rule in enumerate(rules):
        for number, one in enumerate(rule.instructions):
            document = one.earlier.document if one.earlier is not None else ""
            hits = [n for n, other in enumerate(found[:place]) if other.document_number == document != ""]
            changed = _changed(found[hits[0]], one) if len(hits) == 1 else None
            if changed is None:
                continue
            found[hits[0]] = changed
            own = list(found[place].instructions)
            own[number] = replace(one, verb=Verb.NONE, earlier=None)
            found[place] = replace(found[place], instructions=tuple(own))
    return found


def _changed(rule: AmendatoryRule, order: Instruction) -> AmendatoryRule | None:
    """Return the earlier rule as an instruction changes it; None where that is not certain."""
    earlier = order.earlier
    names = [one.number for one in rule.instructions]
    if earlier is None or len(rule.sources) != len(names):
        return None
    sources = _sources(rule, names, order.verb, earlier)
    if sources is None:
        return None
    made = read_again(rule, sources)
    gone = [earlier.number] if order.verb in _TAKES_OUT else []
    added = [earlier.number] if order.verb is Verb.ADD else []
    now = [one.number for one in made.instructions]
    others = [name for name in names if name not in gone]
    if sorted(now) != sorted([*others, *added]) or [name for name in now if name not in added] != others:
        return None
    return made


def _sources(
    rule: AmendatoryRule, names: Sequence[str], verb: Verb, earlier: EarlierInstruction
) -> list[Source] | None:
    sources = list(rule.sources)
    places = [n for n, name in enumerate(names) if name == earlier.number]
    below = [name for name in names if name.startswith(f"{earlier.number}.")]
    if verb is Verb.ADD:
        after = _place_of_new(names, earlier.number)
        text = _numbered(earlier.new, earlier.number)
        if places or after is None or not text:
            return None
        return [
            *sources[:after],
            replace(sources[after - 1], text=text, opens=False, set_out=[], tables=[], citations=[]),
            *sources[after:],
        ]
    if len(places) != 1:
        return None
    (place,) = places
    if earlier.old and same_key(_bare(earlier.old)) != same_key(_bare(rule.instructions[place].text)):
        return None
    if verb in _REWORDS and (text := _numbered(earlier.new, earlier.number)):
        sources[place] = replace(sources[place], text=text)
        return sources
    if verb in _TAKES_OUT and not below and place and not sources[place].opens:
        before = sources[place - 1]
        sources[place - 1] = replace(before, set_out=[*before.set_out, *sources[place].set_out])
        del sources[place]
        return sources
    return None


def _place_of_new(names: Sequence[str], number: str) -> int | None:
    """Return where an instruction goes: after the last one beside it, which it follows by its letter."""
    above, _, own = number.rpartition(".")
    if not above or len(own) != 1 or own == "a":
        return None
    before = f"{above}.{chr(ord(own) - 1)}"
    found = [n for n, name in enumerate(names) if name == before or name.startswith(f"{before}.")]
    return found[-1] + 1 if found else None


def _bare(text: str) -> str:
    """Return an instruction without what joins it to the others of its list."""
    return text.strip(" .;,").removesuffix(" and").strip(" .;,")


def _numbered(text: str, number: str) -> str:
    """Return the text of an instruction with its number; "" where it has another one."""
    own = number.rpartition(".")[2]
    found = NUMBER.match(text)
    if found is None:
        return f"{own}. {text}" if text else ""
    return text if found["number"] == own else ""
