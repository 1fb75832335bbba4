"""On which other document this one acts: corrects, extends, delays, stays, amends, withdraws,
rescinds, implements, suspends or resumes the enforcement of.

The relation comes from title and action, else from the verb of the sentence; the target is the
number, FR citation, order, docket or RIN that the sentence names. Where the words name the other
rule by title alone, its title is the target.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from tracker import citations
from tracker.documents.text_view import TextView, clip_quote
from tracker.legal_status.extraction import NOT_ENFORCED
from tracker.legal_status.legal_dates import sentences
from tracker.model import DocumentKind, DocumentRelation

_TITLE: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("corrects", re.compile(r"\bcorrect(?:ion|ions|ing)\b|technical amendments? to", re.I)),
    ("extends", re.compile(r"\b(?:extension|reopening|extending|reopens?)\b[^;]*\bcomment|comment period[^;]*\b(?:extension|extended|reopen)|extension of (?:deadline|validity)|extension of (?:stay|suspension)", re.I)),
    ("delays", re.compile(r"\bdelay(?:ed|ing)?\b[^;]*\b(?:effective|compliance|date|implementation)|postpon\w+|\bdelay of\b", re.I)),
    ("stays", re.compile(r"\bstay of\b|\bstaying\b|; (?:partial |administrative |temporary )?stay\b|^stay\b|\bsuspension of\b|\bsuspending\b|\b(?:one|two)[ -]year suspension|temporary suspension", re.I)),
    ("withdraws", re.compile(r"\bwithdraw(?:al|ing|n)\b", re.I)),
    ("rescinds", re.compile(r"\brescission|\brescind\w*|\brevocation of executive order|\bending certain\b|\bterminat\w+ [^;]*\btariff", re.I)),
)  # fmt: skip
_VERBS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("corrects", re.compile(r"\b(?:correct(?:s|ed|ing)?|corrects? errors?|in rule document|in proposed rule document|in notice document)\b", re.I)),
    ("extends", re.compile(r"\b(?:extend(?:s|ed|ing)?|reopen(?:s|ed|ing)?)\b[^.;]{0,100}\b(?:comment|deadline|stay|suspension|licen[sc]e|period)|comment period[^.;]{0,200}\b(?:extended|reopened)\b", re.I)),
    ("delays", re.compile(r"\b(?:delay(?:s|ed|ing)?|postpon(?:es?|ed|ing))\b[^.;]{0,80}\b(?:effective|compliance)|effective date[^.;]{0,200}\bdelayed\b", re.I)),
    ("stays", re.compile(r"\b(?:stay(?:s|ed|ing)|impos\w+ a [\w-]+ (?:suspension|stay)|suspend(?:s|ed|ing)?)\b", re.I)),
    ("withdraws", re.compile(r"\b(?:withdraw(?:s|n|ing)?)\b[^.;]{0,120}\b(?:rule|rulemaking|notice|proposal|proposed)|\b(?:rule|rulemaking|notice|proposal)\b[^.;]{0,120}\b(?:is|are) (?:hereby )?withdrawn", re.I)),
    ("rescinds", re.compile(r"\b(?:rescind(?:s|ed|ing)?|rescission of|revok(?:es?|ed|ing)|are revoked|is revoked|terminat(?:es?|ed|ing))\b", re.I)),
    ("amends", re.compile(r"(?<!\bas )(?<!\bas further )\b(?:amend(?:s|ed|ing)|further amend|modif(?:y|ies|ied|ying))\b[^.;]{0,120}\b(?:Executive Order|E\.O\.|Proclamation|final rule|interim final rule|instruction)|\b(?:Executive Order|E\.O\.|Proclamation) \d[^;]{0,300}?\b(?:is|are|shall be|be) (?:(?:hereby|further|also|each) )*(?:amended|modified)\b", re.I)),
    ("implements", re.compile(r"\b(?:implement(?:s|ed|ing|ation of)?|pursuant to|effectuate|consistent with|as directed by|carry(?:ing)? out)\b[^.;]{0,120}\b(?:Executive Order|E\.O\.|Proclamation)", re.I)),
)  # fmt: skip
# The end of non-enforcement uses the words of non-enforcement.
_ENFORCING: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("resumes-enforcement", re.compile(r"\b(?:resum\w+|restor\w+|reinstat\w+|recommenc\w+|restart\w*|begin\w*|(?:will|to) (?:once )?again)\b[^.;]{0,60}(?<!non-)(?<!non)\benforc\w+|\b(?:end(?:s|ed|ing)?|ceas\w+|withdraw\w*|no longer|rescind\w*|terminat\w+)\b[^.;]{0,60}\b(?:non-?enforcement|enforcement discretion)\b|\benforcement\b[^.;]{0,80}\b(?:resumes?|will resume|recommences?)\b", re.I)),
    ("suspends-enforcement", NOT_ENFORCED),
)  # fmt: skip
_TARGETS = ("document-number", "fr", "executive-order", "proclamation")
_QUOTED = re.compile(r"[“\"`]{1,2}([A-Z][^”\"]{20,220}?),?[”\"']{1,2}")
# "the interim final rule Expansion of End-User Controls To Cover Affiliates of ... (Affiliates Rule)": a title by its capitals.
_CALLED = re.compile(
    r"\b(?:final|proposed|interim) rule,? ((?:[A-Z][\w’'-]*)(?:,? (?:[A-Z\d][\w’'-]*|of|to|for|and|or|the|in|on|by|from|with|under))*,? [A-Z][\w’'-]+)"
)
_PLAIN_TITLE = re.compile(
    r"(?:^|; )(?P<title>[^;]{20,}?)(?:; (?:correct|delay|extension|withdrawal|stay|reopening|rescission)[^;]*)$",
    re.I,
)
# "will not enforce the AI Diffusion Rule": what a press release calls a rule.
_NICKNAME = re.compile(
    r"\b((?:[A-Z][\w’'-]*)(?: (?:[A-Z\d][\w’'-]*|of|to|for|and|on|in|the))* (?:Rule|IFR))\b"
)
# Further down, the text of an agency must name itself, and any text must name what it may act on.
_MAY_ACT = re.compile(r"\d{4}-\d{4,5}|\bFR\b|\bExecutive Order|\bE\.O\.|\bProclamation|enforc", re.I)
_OF_ITSELF = re.compile(
    r"\bthis (?:[\w-]+ ){0,3}?(?:rule|notice|action|order|document|determination)\b|\bhereby\b", re.I
)
_ORDERS = frozenset({"executive-order", "proclamation"})
_OPENING = 30  # paragraphs of an agency's text that may say what it does without naming itself


def document_relations(reading: TextView) -> tuple[DocumentRelation, ...]:
    """Every act on another document; for each target only the strongest relation."""
    document = reading.document
    if reading.is_change:
        # Text added to a page may announce what the regulators will do; other acts of a document are its own.
        added = [each for each in reading.changed if not each.removed]
        said = [(sentence, each.where) for each in added for sentence in sentences(each.text)]
        return tuple(_enforcing(said, document.title)) if document.kind is DocumentKind.PAGE else ()
    found: list[DocumentRelation] = []
    if document.correction_of:
        found.append(DocumentRelation("corrects", document.correction_of, document.title, "title"))
    elif document.document_number and (
        match := re.match(r"[CR]\d-((?:19|20)\d\d-\d+|.+)", document.document_number)
    ):
        found.append(DocumentRelation("corrects", match[1], document.title, "title"))
    relation = _own_relation(reading)
    own = frozenset(
        filter(None, (document.citation, document.document_number, f"E.O. {document.executive_order}"))
    )
    by_president = document.kind in (DocumentKind.PRESIDENTIAL, DocumentKind.PAGE)
    for sentence, where, speaks in _words(reading):
        found.extend(
            replace(link, where=where)
            for link in _from_sentence(sentence, relation, own, by_president=by_president, speaks=speaks)
            if not (document.kind is DocumentKind.PAGE and _enforcement(sentence))
        )
    spoken = [(sentence, where) for sentence, where, speaks in _words(reading) if speaks]
    found.extend(link for link in _enforcing(spoken, document.title) if link.target not in own)
    if relation and not any(link.relation == relation for link in found):
        found.extend(_fallback(reading, relation))
    kept: dict[tuple[str, str], DocumentRelation] = {}
    for link in found:
        kept.setdefault((link.relation, link.target), link)
    strong = {link.target for link in kept.values() if link.relation not in ("implements", "amends")}
    return tuple(
        link
        for link in kept.values()
        if link.relation not in ("implements", "amends") or link.target not in strong
    )


def _own_relation(reading: TextView) -> str:
    """The relation of the document as a whole to another, by its action and title."""
    document = reading.document
    for text in (document.action, document.title):
        for relation, pattern in _TITLE:
            if pattern.search(text):
                return relation
    return "corrects" if document.kind is DocumentKind.CORRECTION else ""


def _enforcing(said: Sequence[tuple[str, str]], title: str) -> Iterator[DocumentRelation]:
    """Rules that are no longer enforced, or enforced again: by number or citation, else by the name in the sentence
    or the title."""
    for sentence, where in said:
        verb = _enforcement(sentence)
        if not verb:
            continue
        hits = [
            hit.value for hit in citations.find_citations(sentence) if hit.kind in ("document-number", "fr")
        ]
        names = [match[1].removeprefix("The ") for match in _NICKNAME.finditer(f"{sentence} | {title}")][:1]
        for target in hits or names:
            yield DocumentRelation(verb, target, clip_quote(sentence), where)


def _enforcement(sentence: str) -> str:
    """Whether a sentence about enforcement suspends or resumes it; empty where it does neither."""
    return next((verb for verb, words in _ENFORCING if words.search(sentence)), "")


def _words(reading: TextView) -> Iterator[tuple[str, str, bool]]:
    """Sentences that may act on another document, with their location, and whether they speak for this document:
    its title, action, dates and abstract do; the running text of an agency's preamble mostly reports history."""
    document = reading.document
    yield document.title, "title", True
    for where, text in (
        ("action", document.action),
        ("dates", document.dates_text),
        ("abstract", document.abstract),
    ):
        yield from ((sentence, where, True) for sentence in sentences(text))
    speaks = document.kind in (DocumentKind.PRESIDENTIAL, DocumentKind.PAGE) or not document.abstract
    by_order = document.kind in (DocumentKind.PRESIDENTIAL, DocumentKind.PAGE)
    for number, unit in enumerate(document.units):
        if number >= _OPENING and not _MAY_ACT.search(unit.text):
            continue
        for sentence in sentences(unit.text):
            if number < _OPENING or by_order or _OF_ITSELF.search(sentence):
                yield sentence, unit.path, speaks


def _from_sentence(
    sentence: str, relation: str, own: frozenset[str], *, by_president: bool, speaks: bool
) -> Iterator[DocumentRelation]:
    hits = [h for h in citations.find_citations(sentence) if h.kind in _TARGETS and h.value not in own]
    if not hits:
        return
    for verb, pattern in _VERBS:
        match = pattern.search(sentence)
        if match is None:
            continue
        for hit in hits:
            order = hit.kind in _ORDERS
            if order and verb in ("amends", "rescinds") and not by_president:
                continue  # only an order amends or revokes an order; a rule recounts that it was done
            if verb == "implements" and not (order and speaks):
                continue
            if verb in ("corrects", "extends", "delays", "stays") and (
                order or (relation and verb != relation)
            ):
                continue
            if verb in ("amends", "rescinds", "implements") and abs(hit.start - match.start()) > 200:
                continue
            yield DocumentRelation(verb, hit.value, clip_quote(sentence))
        return
    if relation and re.search(r"\b(?:rule|rulemaking|notice|published)\b", sentence, re.I):
        for hit in hits:
            if hit.kind in ("document-number", "fr"):
                yield DocumentRelation(relation, hit.value, clip_quote(sentence))


def _fallback(reading: TextView, relation: str) -> Iterator[DocumentRelation]:
    """The target without a citation: the quoted title, the title before the semicolon, the docket, the RIN."""
    document = reading.document
    for sentence, where, _ in _words(reading):
        if match := _QUOTED.search(sentence):
            yield DocumentRelation(relation, match[1].strip(" ,"), clip_quote(sentence), where)
            break
        if match := _CALLED.search(sentence):
            yield DocumentRelation(relation, match[1], clip_quote(sentence), where)
            break
    else:
        if match := _PLAIN_TITLE.search(document.title.strip()):
            yield DocumentRelation(relation, match["title"].strip(), document.title.strip(), "title")
    # Docket and RIN may be this document's own: the stayed document must be named.
    for target in (*document.docket_ids, *document.rins) if relation != "stays" else ():
        yield DocumentRelation(relation, target, clip_quote(document.title), "title")
