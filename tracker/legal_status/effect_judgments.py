"""What a judgment does to an earlier judgment: it affirms, reverses, vacates or stays it, and with it what that one decided of
orders and rules.

Which judgment is meant is read from the docket numbers of the lower court. Where none is named, the orders and rules that the
judgment is about are affected in a way that is not known.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

from tracker.court_cases import cases_in, court_of, lower_courts
from tracker.effects import Affected, Applied, Certainty, DaySource, Effect, EffectVerb, Extent
from tracker.legal_status.effect_sentences import affecting, split_sentences
from tracker.legal_status.instrument_mentions import Names, find_groups, identity
from tracker.model import Document, Unit

_VERBS = {
    "affirm": EffectVerb.AFFIRMS,
    "reverse": EffectVerb.REVERSES,
    "vacate": EffectVerb.REVERSES,
    "stay": EffectVerb.STAYS,
}
_ADVERBS = r"(?:(?:hereby|therefore|accordingly|thus|also|temporarily|administratively)\s+)*"
# "be, and hereby is,": how a court orders.
_ORDERS = r"(?:is|are|(?:shall )?be,? and (?:it |they )?hereby (?:is|are),?)"
_JUDGMENT = r"(?<!Executive )(?<!executive )\b(?:judgments?|decisions?|injunctions?|opinions?|orders? (?:of|by|entered|granting|denying)\b)"
# Up to the end of the clause; the points of "No. 25-250" and "v." end none.
_CLAUSE = r"(?:[^.;]|\b(?:Nos?|v|U\.S|Inc|Corp|Ltd|Co)\.)"
_PASSIVE = re.compile(
    rf"{_JUDGMENT}{_CLAUSE}{{0,260}}?\b{_ORDERS}\s+{_ADVERBS}(?P<verb>affirm|revers|vacat|stay)ed\b(?P<rest>[^;]{{0,80}})",
    re.IGNORECASE,
)
_ACTIVE = re.compile(
    rf"\b(?:[Ww]e|[Tt]he [Cc]ourt|[Tt]his [Cc]ourt)\s+{_ADVERBS}(?P<verb>affirm|revers|vacat|stay)(?:es?|s)?\b(?P<rest>[^;]{{0,160}})"
)
# "we affirm.", "we affirm the CIT's holding", "we vacate the grant of the injunction"
_REVIEWED = re.compile(
    rf"\s*(?:in part\b[^.]*)?\.?\s*\Z|{_JUDGMENT}|\b(?:holdings?|rulings?|grants?)\b", re.IGNORECASE
)
_LINE = re.compile(
    r"\W*(?P<verb>AFFIRM|REVERS|VACAT)ED(?P<rest>(?:[ ,-]+(?:IN|PART|AND|REMANDED|AFFIRMED|REVERSED|VACATED))*)\W*"
)
_PART = re.compile(r"\bin part\b|\bexcept\b|\bto the extent\b|\binsofar\b", re.IGNORECASE)
# What a court declares of an order or a rule in the paragraphs that it orders.
_DECREES = re.compile(r"\b(?:ORDERED|ADJUDGED|DECREED|DECLARED)\b")
_FALLS = re.compile(
    r"\b(?:invalid|unlawful|contrary to law|void|ultra vires|unconstitutional|set aside|vacated|enjoined|without force or effect)\b",
    re.IGNORECASE,
)
# Words of a party, of history, or of what is not decided.
_NOT_DECIDED = re.compile(
    r"\b(?:argu\w*|contend\w*|whether|would|should|if|urg\w*|ask\w*|request\w*|motion\w*|den(?:y|ies|ied)|dissent\w*|unless|until)\b[^.;]*$",
    re.IGNORECASE,
)
_MAY_DISPOSE = re.compile(r"affirm|revers|vacat|stay", re.IGNORECASE)
_OPENING = 60  # units with the caption and the docket numbers of the court below
_MOST = 8
_MENTIONED = 2
# The opinions of single judges, which decide nothing: "JUSTICE X, with whom JUSTICE Y joins, dissenting."
_SEPARATE = re.compile(
    r"(?:(?:CHIEF )?JUSTICE [A-Z][A-Z’'-]+\b|[A-Z][A-Z’'-]+(?:(?:,| and) [A-Z][A-Z’'-]+)*, (?:Chief |Senior )?(?:Circuit )?Judges?\b)"
    r"(?!.*\bfiled\b)[^.;]{0,200}\b(?:dissent|concurr)ing\b"
)


def deciding_units(document: Document) -> tuple[Unit, ...]:
    """Return the units of the court's own opinion, without the separate opinions of judges after it."""
    for number, unit in enumerate(document.units):
        if len(unit.text) < 300 and _SEPARATE.match(unit.text):
            return document.units[:number]
    return document.units


def judgment_effects(document: Document) -> tuple[Effect, ...]:
    """Return what a judgment does to earlier judgments, one effect for each of them and each verb."""
    court = court_of(document.citation or "")
    opening = " ".join(unit.text for unit in document.units[:_OPENING])
    below = list(cases_in(opening, lower_courts(court)))
    own = [document.citation] if document.citation else []
    found: dict[tuple[EffectVerb, tuple[str, str]], Effect] = {}
    named_orders: list[Affected] | None = None
    for unit, sentence, verb, is_part in _dispositions(document.units):
        named = [case for case in cases_in(sentence, lower_courts(court)) if case not in own]
        # A court also stays its own judgment while an appeal is pending.
        cases = named or below or (own if verb is EffectVerb.STAYS else [])
        place = affecting(document, sentence, unit.path)
        affected = [Affected(citation=case) for case in cases]
        if not cases:
            named_orders = about(document) if named_orders is None else named_orders
            affected = named_orders
        is_clear = bool(cases) and not is_part
        for one in affected:
            effect = Effect(
                verb,
                place,
                one,
                document.published,
                applied=Applied.NOT_APPLICABLE,
                certainty=Certainty.STATED if is_clear else Certainty.UNCLEAR,
                extent=Extent.PARTIAL if is_part else Extent.WHOLE,
                from_source=DaySource.PUBLISHED if document.published else None,
            )
            found.setdefault((verb, identity(one)), effect)
    # Affirmed and reversed at once: of which part is not read.
    both = {name for verb, name in found if verb is EffectVerb.AFFIRMS} & {
        name for verb, name in found if verb is EffectVerb.REVERSES
    }
    reviewed = (
        replace(one, certainty=Certainty.UNCLEAR, extent=Extent.PARTIAL)
        if name in both and verb is not EffectVerb.STAYS
        else one
        for (verb, name), one in found.items()
    )
    return (*decreed(document), *reviewed)


def decreed(document: Document) -> Iterator[Effect]:
    """Yield the orders and rules that a judgment declares unlawful in what it orders: "ORDERED that the following Executive Orders
    be, and hereby are, declared to be invalid: ...".
    """
    names = Names()
    seen: set[tuple[str, str]] = set()
    for unit in document.units:
        decree = _DECREES.search(unit.text)
        falls = _FALLS.search(unit.text) if decree is not None else None
        if decree is None or falls is None or _NOT_DECIDED.search(unit.text[decree.end() : falls.start()]):
            continue
        for group in find_groups(unit.text, unit.text, names):
            for member in group.members:
                name = identity(member.affected)
                if name[0] not in ("executive_order", "proclamation", "citation") or name in seen:
                    continue
                seen.add(name)
                yield Effect(
                    EffectVerb.DECLARES_UNLAWFUL,
                    affecting(document, unit.text, unit.path),
                    replace(member.affected, part=None),
                    document.published,
                    applied=Applied.NOT_APPLICABLE,
                    from_source=DaySource.PUBLISHED if document.published else None,
                )


def about(document: Document) -> list[Affected]:
    """Return the orders and rules that a judgment is about: those that it names most often."""
    names = Names()
    counted: Counter[tuple[str, str]] = Counter()
    kept: dict[tuple[str, str], Affected] = {}
    for unit in document.units:
        for group in find_groups(unit.text, unit.text, names):
            for member in group.members:
                name = identity(member.affected)
                if name[0] in ("executive_order", "proclamation", "citation"):
                    counted[name] += 1
                    kept.setdefault(name, replace(member.affected, part=None))
    return [kept[name] for name, count in counted.most_common(_MOST) if count >= _MENTIONED]


def _dispositions(units: Sequence[Unit]) -> Iterator[tuple[Unit, str, EffectVerb, bool]]:
    """Yield each sentence that disposes of an earlier judgment, its verb, and whether only of a part."""
    for unit in units:
        line = _LINE.fullmatch(unit.text)
        if line is not None:
            yield unit, unit.text, _verb(line["verb"]), bool(_PART.search(line["rest"]))
            continue
        if not _MAY_DISPOSE.search(unit.text):
            continue
        for sentence in split_sentences(unit.text):
            for found in (_PASSIVE.search(sentence), _ACTIVE.search(sentence)):
                if found is None or _NOT_DECIDED.search(sentence[: found.start("verb")]):
                    continue
                if found.re is _ACTIVE and not (
                    _REVIEWED.match(found["rest"]) or _REVIEWED.search(found["rest"])
                ):
                    continue
                yield unit, sentence, _verb(found["verb"]), bool(_PART.search(sentence[found.start() :]))
                break


def _verb(stem: str) -> EffectVerb:
    return next(verb for name, verb in _VERBS.items() if name.startswith(stem.lower()))
