"""What a summary says that a rule does to units and lists of the Code, where its instructions are not there to be read:
`amends § 744.23`, `adding four entities to the Entity List`, `removes ECCN 3A999`.

Each names its place; which paragraphs change is known from the instructions alone, so that the extent is partial.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from tracker import citations
from tracker.documents.text_view import abstract_of
from tracker.effects import Affected, Applied, Certainty, Effect, EffectVerb, Extent
from tracker.legal_status.effect_sentences import affecting, split_sentences
from tracker.model import Document, DocumentKind
from tracker.text import fold_space

V = EffectVerb
# The lists that the Code prints, by the names that summaries use.
_LISTS = {
    "Entity List": "Supp. No. 4 to Part 744",
    "Unverified List": "Supp. No. 6 to Part 744",
    "Military End-User List": "Supp. No. 7 to Part 744",
    "Military End User List": "Supp. No. 7 to Part 744",
    "MEU List": "Supp. No. 7 to Part 744",
    "Commerce Control List": "Supp. No. 1 to Part 774",
    "Commerce Country Chart": "Supp. No. 1 to Part 738",
    "Validated End-User": "Supp. No. 7 to Part 748",
}
_LIST = re.compile(
    rf"\b(?:{'|'.join(map(re.escape, _LISTS))})\b(?! (?:of|entries|entities|additions))|\b(?:Entity List)(?= (?:entries|entities|additions))|"
    r"\bCountry Groups? (?P<group>[A-E](?::\d)?)\b|\bUSML\)? Categor(?:y|ies) (?P<category>[IVX]+)\b|\bU\.?S\.? Munitions List(?: \(USML\))?,? Categor(?:y|ies) (?P<long>[IVX]+)\b"
)
_SECTION = re.compile(
    r"(?:§+|\b[Ss]ec(?:s?\.|tions?))\s?(?P<number>\d{2,4}\.\d{1,4}[a-z]?(?:-\d+)?)(?P<tail>(?:\([a-z0-9]{1,4}\))*)"
)
_TITLES = (
    (re.compile(r"\bInternational Traffic in Arms Regulations\b|\bITAR\b"), "22"),
    (re.compile(r"\bExport Administration Regulations\b|\bEAR\b"), "15"),
    (re.compile(r"\bForeign Trade Regulations\b|\bFTR\b"), "15"),
)
_CFR_TITLE = re.compile(r"\b(\d{1,2}) CFR\b")
_VERBS: tuple[tuple[EffectVerb, str], ...] = (
    (V.ADDS, "add(?:s|ed|ing)?"),
    (V.REMOVES, "remov(?:e|es|ed|ing)|delet(?:e|es|ed|ing)"),
    (V.REVISES, "revis(?:e|es|ed|ing)"),
    (V.CORRECTS, "correct(?:s|ed|ing)?"),
    (V.STAYS, "stay(?:s|ed|ing)?"),
    (V.SUSPENDS, "suspend(?:s|ed|ing)?"),
    (V.AMENDS, "amend(?:s|ed|ing)?|modif(?:y|ies|ied|ying)|updat(?:e|es|ed|ing)|mov(?:e|es|ed|ing)|chang(?:e|es|ed|ing)|clarif(?:y|ies|ied|ying)|expand(?:s|ed|ing)?|reinstat(?:e|es|ed|ing)"),
)  # fmt: skip
_VERB = re.compile("|".join(rf"(?P<v{n}>\b(?:{words})\b)" for n, (_, words) in enumerate(_VERBS)), re.I)
_SUBJECT = r"(?:[Tt]his (?:[\w-]+ ){0,3}?(?:rule|action|document|notice|amendment|correction)|[Ww]e|[Tt]he (?:[A-Z][\w.]*|of|and|for|the|on|Industry)(?: (?:[A-Z][\w.]*|of|and|for|the|on))*(?: \([^()]{2,60}\))?|[Ii]t|[A-Z]{2,8})"
_ADVERBS = (
    r"(?:(?:also|further|hereby|now|therefore|additionally|finally|lastly|accordingly|only|temporarily)\s+)*"
)
# What leads to an operative verb: its subject, "is amending the EAR by", "in order to", another verb before it.
_OPERATIVE = re.compile(rf"(?:^|[\s(,]){_SUBJECT},?\s+(?:(?:is|are)\s+)?{_ADVERBS}$")
_MEANS = re.compile(rf"\b(?:by|to|and|including|,|including by)\s+{_ADVERBS}(?:to\s+)?$", re.I)
_PASSIVE = re.compile(r"\b(?:is|are|is being|are being|is hereby|are hereby)\s+(?:also\s+|hereby\s+)?$")
_PLANS = re.compile(
    r"\b(?:propos(?:es?|ing)|would|requests?|requesting|seeks?|seeking|solicits?|considering|invites?|intends?|NPRM|[Pp]ropos(?:ed|al) (?:rule|rulemaking|AD|action|amendments?|order)s?)\b(?=[^.;]*$)",
    re.I,
)
_REPORTS = re.compile(
    r"\b(?:was|were|had|has been|have been|previously|earlier|originally|which|that|if|when|once|whether|who)\b[^,;]*$",
    re.I,
)
_PAST = re.compile(r"^\W*(?:On|In) (?:\w+ \d{1,2}, )?\d{4}\b|\b(?:published|issued) (?:a|an|the)\b", re.I)
_NO_UNIT = re.compile(
    r"\b(?:pursuant to|under|required by|consistent with|in accordance with|described in|defined in|set forth in|as provided in|requirements of|authority of|listed (?:on|under)|because of|based on|related to|relating to|by|than|like|outside|already on)\s+(?:the\s+)?$",
    re.I,
)

# What is put on a list or taken off it: "four entities under nine entries", or a country.
_OBJECT = re.compile(
    r"(?:(?:\d[\d,]*|[a-z][\w-]*)\s+(?:[\w-]+,?\s+){0,4}(?:entit(?:y|ies)|entr(?:y|ies)|persons?|part(?:y|ies)|items?|addresses|names?|companies|controls?|errors?|destinations?|countries|paragraphs?|notes?)\b.*|(?-i:[A-Z][a-z]+(?: (?:and )?[A-Z][a-z]+){0,4}))",
    re.I,
)
# The purpose of an amendment, and not its object: "amends the EAR to address diversion by entities on the Entity List".
_PURPOSE = re.compile(
    r"\bto (?!the\b|an?\b|its\b|(?:add|remove|revise|correct|amend|modify|update)\b|[A-Z\d])[a-z]+\b|\b(?:involving|concerning|regarding|relating|affecting|applicable|for)\b"
)


@dataclass(frozen=True, slots=True)
class _Unit:
    path: str
    start: int
    end: int


def summary_effects(document: Document) -> Iterator[Effect]:
    """The effects on units that the abstract names."""
    said = f"{document.title} {abstract_of(document)}"
    known: set[tuple[EffectVerb, str]] = set()
    for sentence in split_sentences(abstract_of(document)):
        for unit in _units(sentence, said):
            found = _act_on(sentence, unit)
            if found is None:
                continue
            verb, part, planned = found
            if (verb, unit.path) in known:
                continue
            known.add((verb, unit.path))
            proposed = planned or document.kind is DocumentKind.PROPOSED_RULE
            yield Effect(
                verb,
                affecting(document, sentence, "abstract"),
                Affected(path=unit.path, part=part or None),
                applied=Applied.NOT_APPLICABLE if proposed else Applied.PENDING,
                certainty=Certainty.PROPOSED if proposed else Certainty.STATED,
                extent=Extent.PARTIAL,
            )


def _units(sentence: str, said: str) -> Iterator[_Unit]:
    taken: list[tuple[int, int]] = []
    for match in _LIST.finditer(sentence):
        taken.append(match.span())
        yield _Unit(_list_path(match), *match.span())
    for hit in citations.find_citations(sentence):
        if hit.kind in ("cfr", "supplement", "eccn") and not _overlaps(hit.start, hit.end, taken):
            taken.append((hit.start, hit.end))
            path = f"Supp. No. 1 to Part 774 › {hit.value}" if hit.kind == "eccn" else hit.value
            yield _Unit(path, hit.start, hit.end)
    title = _title(said)
    for match in _SECTION.finditer(sentence) if title else ():
        if not _overlaps(match.start(), match.end(), taken):
            yield _Unit(f"{title} CFR {match['number']}{match['tail']}", *match.span())


def _overlaps(start: int, end: int, taken: list[tuple[int, int]]) -> bool:
    return any(start < last and first < end for first, last in taken)


def _list_path(match: re.Match[str]) -> str:
    if match["group"]:
        return "Supp. No. 1 to Part 740"
    if category := match["category"] or match["long"]:
        return f"22 CFR 121.1 › Category {category}"
    return next(path for name, path in _LISTS.items() if name in match[0])


def _title(said: str) -> str:
    """The title of the Code to which a section without one belongs: the only one that the document names."""
    found = {title for words, title in _TITLES if words.search(said)}
    found |= set(_CFR_TITLE.findall(said))
    return found.pop() if len(found) == 1 else ""


def _act_on(sentence: str, unit: _Unit) -> tuple[EffectVerb, str, bool] | None:
    """The verb that acts on a unit, what it acts on there, and whether it is only proposed."""
    before = sentence[: unit.start]
    if _NO_UNIT.search(before):
        return None
    clause = before[max(before.rfind("; "), 0) :]
    shift = len(before) - len(clause)
    verbs = list(_VERB.finditer(clause))
    for number in range(len(verbs) - 1, -1, -1):
        match = verbs[number]
        left = sentence[: shift + match.start()]
        between = clause[match.end() :]
        if (
            len(between) > 260
            or _PURPOSE.search(between)
            or re.search(
                r"\b(?:that|which|who|because|under (?:the )?(?:EAR|ITAR|sections?|authority|license)|for|as|while|pursuant to)\b[^,]*$",
                between,
            )
        ):
            return None
        if match[0].lower().endswith("ed"):
            if _PASSIVE.search(left) and re.match(r"\s+(?:to|from|on)\b", between):
                return _verb(match), "", _PLANS.search(left) is not None
            return None
        operative = _OPERATIVE.search(left) is not None
        means = _MEANS.search(left) is not None and _acts_before(left)
        if not (operative or means):
            if match[0].lower().endswith("ing"):
                return None
            continue
        if _REPORTS.search(left[-120:]):
            return None
        return _verb(match), _part(between), _PLANS.search(left) is not None
    return None


def _acts_before(left: str) -> bool:
    """Whether a sentence has said already who acts: "BIS amends the EAR by", "this rule is issued to"."""
    return (
        re.search(
            rf"(?:^|[\s(,]){_SUBJECT},?\s+(?:(?:is|are)\s+)?{_ADVERBS}(?:propos\w+ to\s+)?(?:amend|revis|modif|updat|chang|correct|mak|issu|publish|tak|expand|add|remov|clarif|implement|impos)\w*\b",
            left,
        )
        is not None
    ) and not _PAST.search(left)


def _verb(match: re.Match[str]) -> EffectVerb:
    return _VERBS[int((match.lastgroup or "v0")[1:])][0]


def _part(between: str) -> str:
    """What is added to or removed from a list: "four entities under nine entries" of "adding four entities under nine entries
    to the Entity List"; empty where the unit itself is the object."""
    words = re.sub(r"\s+(?:to|from|on|of|in|within)\s+(?:the\s+)?[^,;]{0,60}$", "", f" {between.rstrip()}")
    words = re.sub(
        r"(?:\s+(?:to|from|on|of|in|within|under|the|contained|listed))+$", "", words.rstrip(" ,(")
    )
    words = fold_space(words).strip(" ,")
    return words if len(words) <= 120 and _OBJECT.fullmatch(words) else ""
