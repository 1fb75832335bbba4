"""What the document of an agency as a whole does to another one, by its title and action: a correction, an extension, a
delay, a stay, a withdrawal. The other document is named by its title, its docket and its RIN."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tracker.documents.text_view import abstract_of
from tracker.effects import Affected, Applied, Certainty, Effect, EffectVerb, Extent
from tracker.legal_status.effect_sentences import affecting, split_sentences
from tracker.model import Document, DocumentKind, UnitKind

V = EffectVerb
# What the title or the action says that the document as a whole does to another: in a segment of its own ("...; Correction"),
# or at its beginning ("Withdrawal of Proposed Rule").
_SEGMENT = r"(?:^|[;:.,—–]\s*|\s-\s*)(?:(?:notice of|final rule|interim final rule|technical|second|third|further|partial|temporary|administrative|proposed rule|and|of|the)[\s,;]+){0,4}"
_OWN: tuple[tuple[EffectVerb, re.Pattern[str]], ...] = (
    (V.CORRECTS, re.compile(rf"{_SEGMENT}correct(?:ions?|ing(?: amendments?)?|ed)\b", re.I)),
    (V.EXTENDS, re.compile(r"\b(?:extension|reopening|extending|reopens?|extended)\b[^;]*\bcomment|comment period[^;]*\b(?:extension|extended|reopen)|extension of (?:deadline|validity)|extension of (?:stay|suspension)", re.I)),
    (V.DELAYS, re.compile(r"\bdelay(?:ed|ing)?\b[^;]*\b(?:effective|compliance|date|implementation)|\bpostpon\w+ of (?:the )?(?:effective|effectiveness|compliance|applicability|implementation)|\bdelay of\b", re.I)),
    (V.LIFTS_STAY, re.compile(r"\blift\w*\b[^;]{0,30}\bstay\b", re.I)),
    (V.STAYS, re.compile(rf"{_SEGMENT}(?:stay(?:ing)?\b|suspension of\b)|\b(?:one|two)[ -]year suspension|\btemporary suspension", re.I)),
    (V.ENDS, re.compile(rf"{_SEGMENT}(?:withdraw(?:al|n|ing)|rescission|rescinding|revocation)\b(?! of (?:approval|application|certain|the approval)| by )|\bending certain\b", re.I)),
)  # fmt: skip
_MOVES = re.compile(r"\b(?:extend|delay|postpon)\w*\b[^.;]{0,40}\b(?:effective|compliance) dates?\b", re.I)
_ONLY_PROPOSES = re.compile(r"\b(?:proposes?|proposing|confirm(?:s|ing)|considering)\b", re.I)
# Where the document as a whole is described; elsewhere the sentence itself must speak of the relation.
_NAMED = frozenset({"title", "action", "dates", "abstract"})
_SAYS: dict[EffectVerb, re.Pattern[str]] = {
    V.CORRECTS: re.compile(
        r"\bcorrect|\berrors?\b|\b[Ii]n (?:rule|proposed rule|notice)?\s?(?:document|FR Doc)", re.I
    ),
    V.EXTENDS: re.compile(r"\b(?:extend|extension|reopen)", re.I),
    V.DELAYS: re.compile(r"\b(?:delay|postpon|extend)", re.I),
    V.LIFTS_STAY: re.compile(r"\blift", re.I),
    V.STAYS: re.compile(r"\b(?:stay|suspen)", re.I),
    V.ENDS: re.compile(r"\b(?:withdr|rescin|revok|terminat)", re.I),
}
_PARTLY = re.compile(
    r"\bpartial(?:ly)?\b|\bin part\b|\bcertain (?:provisions|requirements|amendments|portions)\b", re.I
)
_DATES = re.compile(r"\bcomment period\b|\b(?:effective|compliance) dates?\b", re.I)
_COMPLIANCE = re.compile(r"\bcomment period\b|\bcompliance dates?\b", re.I)
# A title in quotation marks, of a document: not of a law, a section, a memorandum or a system of records.
_QUOTED = re.compile(
    r"\b(?:rule|rules|rulemaking|notice|NPRM|ANPRM|document|proposal|guidance|policy guide|request for (?:information|comments?)|RFI|IFR|RIN|regulations?|comments on|comment period (?:for|on))"
    r"[\s,]+(?:(?:entitled|titled|captioned|called|on|for|of|the|its|that is|regarding)[\s,]+)*[“\"`]{1,2}(?P<title>[A-Z][^”\"]{12,300}?),?[”\"']{1,2}"
)
# "the interim final rule Expansion of End-User Controls To Cover Affiliates of ... (Affiliates Rule)": a title by its capitals.
_CALLED = re.compile(
    r"\b(?:final|proposed|interim) rule,? ((?:[A-Z][\w’'-]*)(?:,? (?:[A-Z\d][\w’'-]*|of|to|for|and|or|the|in|on|by|from|with|under))*,? [A-Z][\w’'-]+)"
)
# "Sample Controls; Delay of Effective Date": the other document has the title without the last segment, which holds nothing
# but words of the relation.
_RELATING = (
    r"(?:correct(?:ion|ions|ing|ed)|delay(?:ed|ing)?|exten(?:sion|ding|ded)|withdraw(?:al|n|ing)|stay|reopen(?:ing|ed)|rescission|rescinded|revocation|suspension|"
    r"postpone(?:ment|d)|lifting)"
)
_GENERIC = (
    r"(?:of|the|and|to|a|an|for|in|on|until|further|second|third|partial|temporary|temporarily|technical|administrative|limited|indefinite|proposed|final|interim|direct|supplemental|"
    r"advance|rules?|rulemakings?|notices?|comments?|public|period|periods|effective|effectiveness|date|dates|compliance|deadlines?|amendments?|guidance|draft|closed|meetings?|validity|"
    r"implementation|certain|provisions|responses?|requests?|information|documents?|revising|revised|receipt|submission|availability|intent|scoping|republication|editorial|due|errors?|order)"
)
_PLAIN_TITLE = re.compile(
    rf"^(?P<title>.{{8,}}?)[;:—–]\s*(?!and\b)(?=[^;]*\b{_RELATING}\b)(?:{_RELATING}|{_GENERIC})(?:[\s,]+(?:{_RELATING}|{_GENERIC}))*\.?$",
    re.I,
)
# "Suspension of Expansion of End-User Controls": the rest is the title, where it is one of rules.
_OF_TITLE = re.compile(
    r"^(?:(?:Partial|Temporary|One-Year|Administrative|Notice of|Further|Extension of)\s+)*(?:Withdrawal|Rescission|Stay|Suspension|Revocation|Delay|Postponement|Correction)\s+(?:of|to)\s+(?:the\s+)?(?P<title>(?=.*\b(?:Rules?|Notice|Polic(?:y|ies)|Guidance|Order|Controls?|Framework)\b)[^;]{12,})$"
)
# "proposes to further delay", "this proposed delay": the verb is only proposed.
_PLANS: dict[EffectVerb, re.Pattern[str]] = {
    verb: re.compile(
        rf"\bpropos(?:es?|ing|ed(?! to\b)|al)\b(?:,[^,;.]{{3,60}},)?\s+(?:(?:to|an?|the|this|further|temporar(?:y|ily)|partial(?:ly)?|second)\s+){{0,3}}(?:{stem})", re.I
    )
    for verb, stem in (
        (V.DELAYS, "delay|postpon|extend the effective"),
        (V.STAYS, "stay|suspen"),
        (V.LIFTS_STAY, "lift"),
        (V.ENDS, "withdr|rescin|revo[ck]|terminat|remov|repeal"),
        (V.CORRECTS, "correct"),
    )
}  # fmt: skip
_DOES: dict[EffectVerb, re.Pattern[str]] = {
    verb: re.compile(
        rf"\b(?:is|are|hereby|further|also|rule|action|document|notice|we|agency|department|bureau|will|[A-Z]{{2,6}}),?\s+(?:(?:hereby|further|also|now|temporarily)\s+)*(?:{stem})(?:s|ing|ning|ed|n)?\b"
    )
    for verb, stem in (
        (V.DELAYS, "delay|postpone?"),
        (V.STAYS, "stay|suspende?|suspend"),
        (V.LIFTS_STAY, "lift"),
        (V.ENDS, "withdraw|rescind|revoke?|terminate?|remove?"),
        (V.CORRECTS, "correct"),
    )
}  # fmt: skip
# A correction that prints the whole document again, or replaces it.
_ENTIRE = re.compile(
    r"\bin (?:its|their) entirety\b|\bas a whole\b|\brepublish\w*\b[^.;]{0,60}\b(?:entire|full|complete)\b|\bthe (?:entire|full|complete) (?:document|notice|rule)\b",
    re.I,
)
# "and Cancellation of the Competition": another act of the same document.
_AND_ACT = re.compile(
    rf",?\s+and\s+(?:Cancellation|Termination|{_RELATING})\s+of\s+(?:the\s+)?\w+(?=\s+for\b)", re.I
)
_NEXT_ACT = re.compile(
    r"(?:,\s+(?:Notice of |and )?|\s+and\s+)(?:Final )?(?:Availability|Request|Announcement|Opportunity)\b.*$",
    re.I,
)
_RULES = re.compile(r"\b(?:rule|rulemaking|notice|published|NPRM|proposal|document)\b", re.I)
_MAY_ACT = re.compile(r"\d{4}-\d{4,5}|\bFR\b|\bExecutive Order|\bE\.O\.|\bProclamation|enforc|\bGeneral License|\bRule\b|\bIFR\b", re.I)  # fmt: skip
_OF_ITSELF = re.compile(
    r"\bthis (?:[\w-]+ ){0,3}?(?:rule|notice|action|order|document|determination|license)\b|\bhereby\b", re.I
)
_TITLE = 1_200  # characters of a title or an action that are read; the longest recorded title has 1,090
_OPENING = 30  # paragraphs of an agency's text that may say what it does without naming itself


def own_verb(document: Document) -> EffectVerb | None:
    """What the document as a whole does to another, by its action and title."""
    for text in (document.action, document.title):
        for verb, pattern in _OWN:
            if pattern.search(text[:_TITLE]):
                return verb
    return V.CORRECTS if document.kind is DocumentKind.CORRECTION else None


def words_of(document: Document) -> Iterator[tuple[str, str, bool]]:
    """Sentences that may act on another document, with their location, and whether they speak for this document:
    its title, action, dates and abstract do; the running text of an agency's preamble mostly reports history."""
    yield document.title, "title", True
    for where, text in (
        ("action", document.action),
        ("dates", document.dates_text),
        ("abstract", abstract_of(document)),
    ):
        yield from ((sentence, where, True) for sentence in split_sentences(text))
    speaks = not abstract_of(document)
    for number, unit in enumerate(document.units):
        if unit.kind is UnitKind.INSTRUCTION or (number >= _OPENING and not _MAY_ACT.search(unit.text)):
            continue
        for sentence in split_sentences(unit.text):
            if number < _OPENING or _OF_ITSELF.search(sentence):
                yield sentence, unit.path, speaks


def extent_of(document: Document, relation: EffectVerb) -> Extent:
    """How much of the other document the title and the action speak of. The effective date is that of all of it."""
    said = f"{document.title} {document.action}"
    if relation is V.CORRECTS:
        return correction_extent(f"{said} {abstract_of(document)}")
    dates = _COMPLIANCE if relation is V.DELAYS else _DATES
    return Extent.PARTIAL if _PARTLY.search(said) or dates.search(said) else Extent.WHOLE


def correction_extent(sentence: str) -> Extent:
    """How much of a document is corrected: what its words name, unless they print or replace all of it."""
    return Extent.WHOLE if _ENTIRE.search(sentence) else Extent.PARTIAL


def certainty_of(document: Document, relation: EffectVerb) -> Certainty:
    """Whether the document does to the other one what its title says, or only proposes it."""
    plans = _PLANS.get(relation)
    if plans is None:
        return Certainty.STATED
    said = f"{document.title} | {document.action} | {document.dates_text} | {abstract_of(document)}"
    if document.kind is DocumentKind.PROPOSED_RULE and relation in (V.DELAYS, V.STAYS, V.LIFTS_STAY):
        return Certainty.PROPOSED
    titled = plans.search(f"{document.title} | {document.action}") is not None
    planned = titled or (plans.search(said) is not None and not _DOES[relation].search(said))
    return Certainty.PROPOSED if planned else Certainty.STATED


def names_relation(sentence: str, where: str, relation: EffectVerb) -> bool:
    """Whether a sentence that cites a document is about the relation to it."""
    return (where in _NAMED or _SAYS[relation].search(sentence) is not None) and _RULES.search(
        sentence
    ) is not None


def whole_effect(document: Document, relation: EffectVerb) -> Effect | None:
    """The effect on the document that the title, the docket or the RIN identifies."""
    verb: EffectVerb | None = relation
    title, quote, at = "", document.title, "title"
    if plain := _PLAIN_TITLE.match(document.title.strip()[:_TITLE]):
        title = plain["title"].strip(" ;,")
    else:
        for sentence, where, _ in words_of(document):
            if where not in _NAMED and not _SAYS[relation].search(sentence):
                continue
            if match := _QUOTED.search(sentence) or _CALLED.search(sentence):
                verb = _relation_in(sentence, relation)
                title, quote, at = match[1].strip(" ,."), sentence, where
                break
        else:
            if rest := _OF_TITLE.match(document.title.strip()[:_TITLE]):
                title = _NEXT_ACT.sub("", _AND_ACT.sub("", rest["title"])).strip(" ;,")
    # Docket and RIN may be this document's own: the stayed document must be named.
    named = relation is not V.STAYS
    docket = document.docket_ids[0] if document.docket_ids and named else None
    rin = document.rins[0] if document.rins and named else None
    if verb is None or not (title or docket or rin):
        return None
    return Effect(
        verb,
        affecting(document, quote, at),
        Affected(docket=docket, rin=rin, title=title or None),
        applied=Applied.NOT_APPLICABLE,
        certainty=certainty_of(document, verb),
        extent=extent_of(document, verb),
    )


def _relation_in(sentence: str, relation: EffectVerb) -> EffectVerb | None:
    """What the sentence that names the other document does to it, where that is not what the title says: the title
    "Rescinding Regulations for Loans" is that of the rule whose effective date the document extends."""
    if _MOVES.search(sentence):
        return V.DELAYS
    return None if _ONLY_PROPOSES.search(sentence) else relation
