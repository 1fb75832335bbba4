"""The sentences of a document in which acts are looked for, each with its place and its weight.

A title asserts what its words assert; an action line, an abstract, amendatory instructions and operative clauses say
what is done; recitals and background report what others did or what was done before, and are read only where nothing
else says what is done.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum

from tracker.documents.text_view import TextView, abstract_of
from tracker.legal_status.legal_dates import sentences
from tracker.locations import is_rest_of_page
from tracker.model import DocumentKind, Unit, UnitKind
from tracker.text import fold_space
from tracker.text.beginnings import one_of_beginnings


class Weight(IntEnum):
    """How far a passage says what this document does; the highest decides."""

    BACKGROUND = 0  # earlier acts, reasons, history
    TITLE = 1
    SUMMARY = 2  # abstract, action line, dates, first paragraphs
    OPERATIVE = 3  # "it is hereby ordered", amendatory instructions


@dataclass(frozen=True, slots=True)
class Passage:
    """One sentence. `section` is the heading that it is under, where the text gives one."""

    text: str
    where: str
    weight: Weight
    section: str = ""
    body: bool = False  # of the running text of a rule, after its summary
    lead: bool = False  # of the abstract or the first paragraphs, which say what the document is about


_HEADING = 5  # words; a shorter operative sentence is a heading
_POLICY = re.compile(
    r"\bIt is (?:also |therefore |further )?the policy of|\bthe United States must\b|\bmy Administration (?:is|will|has)\b",
    re.I,
)
_MOST = 4_000  # sentences read of one document; the longest recorded rule has 2,600
_ENACTED = re.compile(
    r"NOW,? THEREFORE|it is hereby ordered|do hereby (?:proclaim|order|determine)|hereby (?:proclaim|order)\b"
)
_ORDERED = re.compile(
    r"\bhereby (?:determine|direct|declare|find|authorize|delegate)|\bI (?:determine|order|direct|hereby)\b"
)
_STATUTE = re.compile(
    r"^(?:\W*\w{0,3}\W+)?(?:Section|Sections|Title|The (?:Act|statute)|Under section) [^.;]{0,160}?\b(?:authorizes?|provides?|empowers?|permits?|requires?|directs?) (?:that |the |me |for )"
)
_SECTION = re.compile(
    r"(?:^|(?<=[:;.]\s))(?:Section|Sec\.|§)\s*(\d{1,2})\s*\.\s*(?P<head>[A-Z][^.]{0,100}?)\.(?=\s|$)"
)
_SILENT = re.compile(
    r"^(?:General Provisions?|Severability|Definitions?|Purpose|Background|Findings?|Policy|Publication|Costs?|Administrative Provisions?|Preamble|"
    r"Purpose and Policy|Background and Purpose|Introduction|Judicial Review)\b",
    re.IGNORECASE,
)
_BOILERPLATE = re.compile(
    r"^(?:\W*\w{0,3}\W+)?(?:Nothing in this|Any provision of previous|To the extent consistent with|If any provision|This (?:order|memorandum|proclamation) (?:is not intended|shall be implemented consistent)|IN WITNESS WHEREOF|The costs for publication|"
    r"For (?:further|technical|general) (?:information|questions)|Comments? (?:may|should|on this rule) |You may submit|All filers|Submit comments|Persons who|"
    r"Paperwork Reduction Act|Comments? (?:sent|received|submitted)|All comments|This report must|Regulatory Flexibility|Executive Orders? 12866|Pursuant to the Congressional Review)",
    re.IGNORECASE,
)
# The words with which one of the alternatives of `_UNTOUCHED` within a sentence can begin: they are tried only there.
_UNTOUCHED_BEGIN = (
    "shall", "will", "is", "are", "be", "remain", "rule", "regulation", "guidance", "authorized", "do", "did", "this", "the", "was", "were", "has", "have", "inform",
)  # fmt: skip
_UNTOUCHED = re.compile(
    rf"\b(?={one_of_beginnings(_UNTOUCHED_BEGIN)})(?:(?:shall|will) not be refunded\b|(?:is|are|shall be|be) (?:not affected|unaffected)\b|remains? unchanged\b"
    r"|(?:rules?|regulations?|guidance)\b[^.;]{0,60}\b(?:necessary|appropriate) to (?:implement|carry out|effectuate)\b|authorized (?:and directed )?to (?:employ|take) (?:all|such)\b"
    r"|(?:do(?:es)?|did|will|shall) not,?(?: \w+,)? (?:determine to|intend to|propose|change|alter|affect|modify|impose|adjust|amend|revise|enlarge)\b|(?:is|are) not (?:altering|changing|amending|revising|modifying|extending|imposing|proposing|adding|removing)\b"
    r"|(?:[Tt]his|[Tt]he) (?:\w+ ){0,2}(?:rule|notice|action|document|order|amendment|postponement|extension)s?[^.;]{0,40} (?:do|does|did|will|would|is|are) not (?:permit|authoriz|allow|provide|creat|require|establish|reopen|entitle|mandate|apply to)"
    r"|(?:is|are|was|were|has been|have been) not (?:\w+ )?(?:deferred|delayed|postponed|suspended|extended|changed|amended|revised|lifted|removed|altered|modified)\b"
    r"|inform (?:the President|me) of any circumstances\b|shall (?:continue to )?monitor\b)"
    r"|^(?:\W*\w{0,3}\W+)?No (?:\w+ ){0,2}(?:dut(?:y|ies)|tariffs?|licen[sc]es?|exceptions?|exclusions?|authorizations?|waivers?)\b[^.;]{0,80}\b(?:shall be|will be|is|are) (?:imposed|assessed|issued|granted|provided|available)\b",
    re.IGNORECASE,
)
_PAST = re.compile(
    r"^(?:\W*(?:In (?:prior|previous|earlier|a prior|an earlier|a previous)|Previously|Until now|Until today|Hitherto|So far|To date|Between|Since \d|Since [A-Z][a-z]+ \d|Prior to|In (?:January |February |March |April |May |June |July |August |September |October |November |December |early |late |mid-)?(?:of )?(?:19|20)\d\d\b|"
    r"In (?:Executive Order|Proclamation|E\.O\.)|By (?:Executive Order|Proclamation)|Earlier|Last (?:year|month)|As (?:announced|noted|described|explained)|"
    r"On (?:January|February|March|April|May|June|July|August|September|October|November|December) \d{1,2}(?:, (?:19|20)\d\d)?,|"
    r"Effective [A-Z][a-z]+ \d{1,2}, \d{4}, the .{0,60}? (?:imposed|took)|Through (?:Executive Order|Proclamation)|Pursuant to .{0,80}?, the .{0,60}? (?:imposed|initiated|published)))",
)
_PRESENT = re.compile(
    r"\b(?<!which )(?<!that )(?<!who )(?:hereby|is|are|will|shall|adds|amends|revises|removes|imposes|extends|suspends|proposes|announces|establishes|requests|seeks|expands|implements|"
    r"clarifies|corrects|provides|finalizes|delays|terminates|this (?:final |interim |interim final |proposed )?(?:rule|notice|order|action|document|proclamation))\b"
)
_PAST_VERBS = (
    r"(?:was|were|had|became|published|issued|imposed|initiated|granted|established|announced|updated|adopted|signed|amended|determined|"
    r"found|requested|directed|rescinded|stated|took|began|released|completed|received|expired|ended|modified|increased|added|placed|took effect|concluded|proposed|removed|suspended|extended|revised|declared|noted|described(?! (?:in|by|under|above|below|at))|I \w+ed)\b"
)
_PAST_VERB = re.compile(  # the verb is looked for before the words that must not precede it: few places have one
    rf"\b(?={_PAST_VERBS})(?<!that )(?<!which )(?<!who )(?<!the )(?<!The )(?<!any )(?<!such )(?<!as )(?<!has )(?<!have )(?<!been )(?<!be )(?<!is )(?<!are )(?<!hereby )(?<!was )(?<!being )"
    rf"{_PAST_VERBS}(?! (?:by|under|pursuant to) (?:Executive|Proclamation|E\.O\.|that|those|such|section|the (?:order|proclamation|rule|regulations|action)))(?! (?:by|in|on|under|to|from|as) (?:the )?(?:Annex|this|subheading|heading|products|items|goods|entities))"
)
_DESCRIBES = re.compile(
    r"^(?:\W*\w{0,3}\W+)?(?:The (?:EAR|Entity List|Export Administration Regulations|Regulations|Commerce Control List) |Section \d+ (?:also )?requires |Pursuant to [Ss]ection \d+ of the .{0,60}? this (?:action|rule) is exempt|(?:It|That (?:rule|order|act)|The (?:order|act|statute)) (?:also )?(?:allows?|authorizes?|permits?|empowers?|requires?) )"
)
_WEIGHED = re.compile(
    r"\b(?:has|have) (?:considered|received|reviewed|evaluated) (?:the )?(?:\w+ ){0,2}(?:requests?|comments?|submissions?|petitions?|views)\b",
    re.IGNORECASE,
)
# When an earlier act ends by itself: "the exclusions are scheduled to expire on February 28".
_DUE_TO_END = re.compile(
    r"\b(?:is|are|was|were) (?:\w+ )?(?:scheduled|set|due) to (?:expire|end|lapse|sunset)\b"
)
_TODAY = re.compile(r"\b(?:today|hereby)\b", re.I)
_OWN_VOICE = re.compile(
    r"\b(?:[Tt]his|[Tt]he present) (?:final |interim |interim final |proposed |temporary |direct final )*(?:rule|notice|document|order|action|amendment|proclamation|memorandum|guidance|announcement|message)\b"
    r"|\b(?:BIS|OFAC|USTR|CBP|ITA|DDTC|Commerce|Treasury|(?:the )?Department|(?:the )?Bureau|(?:the )?Secretary|(?:the )?Commission|(?:the )?(?:U\.S\. )?Trade Representative|Customs|the Administration) "
    r"(?:also |hereby |further |now |today |therefore |has (?:now )?(?:determined|decided) to )*(?:is|are|will|adds|amends|revises|removes|imposes|expands|extends|suspends|proposes|announces|establishes|requests|seeks|implements|"
    r"clarifies|corrects|delays|terminates|rescinds|withdraws|determines|issues|lifts|narrows|grants|authorizes|denies|has determined)\b",
)
_FR_RUNNING = frozenset(
    {DocumentKind.RULE, DocumentKind.PROPOSED_RULE, DocumentKind.NOTICE, DocumentKind.CORRECTION}
)
_LEAD_PARAGRAPHS = 4


def passages(view: TextView) -> tuple[Passage, ...]:
    """Every sentence that may hold an act, in reading order."""
    found: list[Passage] = []
    for passage in _all(view):
        if len(found) >= _MOST:
            break
        found.append(passage)
    return tuple(found)


def _all(view: TextView) -> Iterator[Passage]:
    document = view.document
    if document.title:
        yield from _titled(document.title)
    if document.action:
        yield Passage(fold_space(document.action), "action", Weight.SUMMARY)
    abstract = abstract_of(document)
    if abstract:
        for passage in _running(abstract, "abstract", Weight.SUMMARY):
            yield replace(passage, lead=True)
    units = [unit for unit in document.units if unit.text and not is_rest_of_page(unit.path)]
    if not units:
        return
    if is_presidential(view):
        yield from _ordered(units)
    elif document.kind in _FR_RUNNING:
        yield from _of_rule(view, units, lead=not abstract)
    else:
        paragraphs = 0
        for unit in units:
            if unit.kind in (UnitKind.LINK, UnitKind.IMAGE):
                continue
            for passage in _running(unit.text, unit.path, Weight.SUMMARY):
                yield replace(passage, lead=paragraphs < _LEAD_PARAGRAPHS)
            paragraphs += unit.kind is UnitKind.PARAGRAPH


def is_presidential(view: TextView) -> bool:
    """Whether a document is the President's: by its kind, its number, its address or its words of enactment."""
    document = view.document
    if document.kind is DocumentKind.PRESIDENTIAL or document.executive_order or document.proclamation:
        return True
    if document.kind is not DocumentKind.PAGE:
        return False
    if "presidential-actions" in document.url or "whitehouse.gov" in document.url:
        return True
    return any(
        "vested in me as President" in unit.text
        or "THE PRESIDENT OF THE UNITED STATES" in unit.text.upper()[:400]
        for unit in document.units[:12]
    )


def _titled(title: str) -> Iterator[Passage]:
    for part in re.split(r";\s+", fold_space(title)):
        if part:
            yield Passage(part, "title", Weight.TITLE)


def _running(text: str, where: str, weight: Weight, section: str = "") -> Iterator[Passage]:
    for sentence in sentences(text):
        if _BOILERPLATE.match(sentence) or _UNTOUCHED.search(sentence):
            continue
        if weight is Weight.OPERATIVE and len(sentence.split()) < _HEADING:
            continue
        own = Weight.BACKGROUND if is_background(sentence) or _POLICY.search(sentence) else weight
        yield Passage(sentence, where, own, section)


def is_background(sentence: str) -> bool:
    """Whether a sentence reports an earlier act: its first finite verb is in the past ("the rule established ..."), or it begins with a
    past day or an earlier document."""
    past = _PAST_VERB.search(sentence)
    today = _TODAY.search(sentence)
    if today is not None and (past is None or today.start() < past.end() + 40):
        return False
    if past is not None:
        present = _PRESENT.search(sentence)
        if present is None or past.start() < present.start():
            return True
    if today is None and _WEIGHED.search(sentence):
        return True
    if _DESCRIBES.match(sentence) or _DUE_TO_END.search(sentence):
        return True
    match = _PAST.match(sentence)
    return match is not None and _PRESENT.search(sentence, match.end()) is None


def _ordered(units: Sequence[Unit]) -> Iterator[Passage]:
    """An order, proclamation or memorandum: what comes after the words of enactment, section by section."""
    enacting = _ENACTED if any(_ENACTED.search(unit.text) for unit in units) else _ORDERED
    begun = not any(enacting.search(unit.text) for unit in units)
    section, silent = "", False
    for unit in units:
        if unit.kind in (UnitKind.LINK, UnitKind.IMAGE):
            continue
        if match := _SECTION.search(unit.text):
            section = match["head"]
            silent = _SILENT.match(section) is not None
        start = 0
        if not begun and (enacted := enacting.search(unit.text)):
            begun, start = True, enacted.start()
            yield from _running(unit.text[:start], unit.path, Weight.BACKGROUND, section)
        weight = Weight.OPERATIVE if begun and not silent else Weight.BACKGROUND
        for passage in _running(unit.text[start:], unit.path, weight, section):
            yield (
                Passage(passage.text, passage.where, Weight.BACKGROUND, section)
                if _STATUTE.match(passage.text)
                else passage
            )


def _of_rule(view: TextView, units: Sequence[Unit], *, lead: bool) -> Iterator[Passage]:
    """A document of the Register: first paragraphs, instructions, and the sentences in which the agency says what it does."""
    for order in view.orders:
        yield Passage(order.text, order.where, Weight.OPERATIVE)
    instructed = {order.where for order in view.orders}
    paragraphs = 0
    for unit in units:
        if unit.path in instructed or unit.kind in (UnitKind.AUTHORITY, UnitKind.CITATION, UnitKind.LINK):
            continue
        first = lead and paragraphs < _LEAD_PARAGRAPHS
        paragraphs += unit.kind is UnitKind.PARAGRAPH
        for passage in _running(unit.text, unit.path, Weight.SUMMARY):
            if passage.weight is Weight.BACKGROUND or first or _OWN_VOICE.search(passage.text):
                yield replace(passage, lead=first)
            else:
                yield Passage(passage.text, passage.where, Weight.BACKGROUND)
