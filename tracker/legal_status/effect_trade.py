"""Effects on trade remedies, which have no number of their own: antidumping and countervailing duty orders, suspension
agreements, and the actions and exclusions of a section 301 investigation. The title of a notice names them by their goods and
countries, or by their investigation."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tracker.documents.text_view import abstract_of
from tracker.effects import Affected, Applied, Certainty, Effect, EffectVerb, Extent
from tracker.legal_status.effect_relation import own_verb
from tracker.legal_status.effect_sentences import affecting, split_sentences
from tracker.model import Document
from tracker.text import fold_space

V = EffectVerb
_ORDER = (
    r"(?:(?:Antidumping|Countervailing|AD|CVD)(?:[- ]Duty)?(?:\s*(?:,|and|/|&)\s*)?)+(?:[- ]?Duty)?\s+Orders?"
)
_ORDERS = rf"{_ORDER}(?: and (?:the )?{_ORDER})*"
_ON_ORDER = re.compile(
    rf"\b(?P<act>Continuation|Revocation|Rescission|Reinstatement|Termination|Amendment|Amended|Revoke|Rescind|Terminate)s?"
    rf"(?P<part>,? in Part,?)?\s+(?:(?:of|to)\s+)?(?:the\s+|Final\s+)?(?P<order>{_ORDERS}|Suspension Agreements?)(?P<of>\s*\([^()]{{3,160}}\))?(?P<tail>,? in Part\b)?",
    re.I,
)
_ORDER_VERBS = {
    "continuation": V.EXTENDS,
    "revocation": V.ENDS,
    "rescission": V.ENDS,
    "termination": V.ENDS,
    "revoke": V.ENDS,
    "rescind": V.ENDS,
    "terminate": V.ENDS,
    "reinstatement": V.RESUMES,
    "amendment": V.AMENDS,
    "amended": V.AMENDS,
}
_GOODS = re.compile(r"^(?P<goods>[^:;]{4,}?\b[Ff]rom\b[^:;]{3,}(?:;[^:;]{4,}?\b[Ff]rom\b[^:;]{3,})*)[:;]")
_ORDER_ON = re.compile(rf"\b(?P<order>{_ORDERS}) on (?P<goods>[^:;]{{4,}}?\bFrom\b[^:;]{{3,}})[:;]", re.I)
_PARTLY = re.compile(r"\bpartial\b|\bin part\b", re.I)
# What only considers, or declines.
_NOT_DONE = re.compile(
    r"\b(?:not to|no|against|consideration of|request(?:s|ed)? for|possible|deferral of|expedited consideration of|reconsideration of)\s+(?:the\s+)?$",
    re.I,
)
_INTENDS = re.compile(r"\bintent(?:ion)? (?:to|of)\s*$|\b(?:intent|proposed|preliminary)\b[^:;]{0,40}$", re.I)
_PRELIMINARY = re.compile(r"\bpreliminary\b", re.I)
_FINAL = re.compile(r"\bfinal results\b|\bcourt decision\b|\bnotice of (?:partial )?revocation\b", re.I)

_INVESTIGATION = re.compile(r"\bsection 301\b", re.I)
_ACTION = "Section 301 Action"
_EXCLUSIONS = "Section 301 Product Exclusions"
_TITLES: tuple[tuple[EffectVerb, str, str, re.Pattern[str]], ...] = (
    (V.AMENDS, _ACTION, "", re.compile(r"\b(?:modification|revision|amendment)s? (?:of|to)\b[^:]{0,60}\bactions?\b", re.I)),
    (V.SUSPENDS, _ACTION, "", re.compile(r"\bsuspension of\b[^:]{0,40}\b(?:action|tariffs?|dut(?:y|ies))\b", re.I)),
    (V.ENDS, _ACTION, "", re.compile(r"\btermination of\b[^:]{0,40}\b(?:action|tariffs?|dut(?:y|ies))\b", re.I)),
    (V.RESUMES, _EXCLUSIONS, "", re.compile(r"\breinstatement of\b[^:]{0,40}\bexclusions?\b", re.I)),
    (V.AMENDS, _EXCLUSIONS, "", re.compile(r"\b(?:technical|conforming)\b[^:]{0,30}\b(?:amendment|modification|correction)s?\b[^:]{0,60}\bexclusions?\b|\b(?:amendment|modification)s? (?:of|to)\b[^:]{0,40}\bexclusions?\b", re.I)),
    (V.EXTENDS, _EXCLUSIONS, "", re.compile(r"\bexclusions? extensions?\b|\bextensions? (?:of|for|and)\b[^:]{0,60}\bexclusions?\b", re.I)),
    (V.AMENDS, _ACTION, "product exclusions", re.compile(r"\bnotice of product exclusions?\b", re.I)),
)  # fmt: skip
_ASKS = re.compile(
    r"^\s*(?:request|procedures?|proposed|initiation|notice of (?:proposed|initiation|hearing|public hearing|determination and proposed)|public hearing|hearing)\b|\bproposed\b",
    re.I,
)
# "Notice of Modification and Proposed Modification": it modifies, and proposes to modify further.
_ALSO_PROPOSED = re.compile(r"(?<=\w) and Proposed \w+", re.I)
_DECLINES = re.compile(
    r"\b(?:determined|decided|agreed)\b[^.;]{0,40}\b(?:not to|unnecessary|no (?:change|modification|revision))\b",
    re.I,
)
_SUSPENDING = re.compile(
    r"\bby\s+(?:[\w-]+ ){0,3}?suspending\s+(?P<part>(?:the\s+)?(?:additional|retaliatory|section 301)?\s*(?:tariffs|duties|action)\s+on\s+[^.;]{3,80}?)(?=\s+for\b|[.,;]|$)"
)


def trade_effects(document: Document) -> Iterator[Effect]:
    """What the notice of a trade agency does to an order or an action, by its title and abstract."""
    if own_verb(document) is V.CORRECTS:
        return  # the title is that of the notice that it corrects
    yield from _on_orders(document)
    yield from _on_actions(document)


def _on_orders(document: Document) -> Iterator[Effect]:
    title = fold_space(document.title)
    goods = _GOODS.match(title) or _ORDER_ON.search(title)
    if goods is None:
        return
    for match in _ON_ORDER.finditer(title, goods.end() - 1):
        left = title[: match.start()]
        act = match["act"].lower()
        if _NOT_DONE.search(left):
            continue
        intends = _INTENDS.search(left[-60:]) is not None
        planned = intends or (
            _PRELIMINARY.search(title) is not None and _FINAL.search(title[goods.end() :]) is None
        )
        if act in ("revoke", "rescind", "terminate") and not intends:
            continue
        partly = match["part"] or match["tail"] or _PARTLY.search(title[goods.end() - 1 :])
        yield Effect(
            _ORDER_VERBS[act],
            affecting(document, document.title, "title"),
            Affected(title=f"{match['order']}{match['of'] or ''} on {goods['goods'].strip()}"),
            applied=Applied.NOT_APPLICABLE,
            certainty=Certainty.PROPOSED if planned else Certainty.STATED,
            extent=Extent.PARTIAL if partly or _ORDER_VERBS[act] in (V.AMENDS, V.RESUMES) else Extent.WHOLE,
        )


def _on_actions(document: Document) -> Iterator[Effect]:
    title = fold_space(document.title)
    head, colon, investigation = title.partition(": ")
    abstract = abstract_of(document)
    if not colon or not _INVESTIGATION.search(f"{title} {abstract}"):
        return
    found = next((one for one in _TITLES if one[3].search(head)), None)
    if found is None:
        return
    verb, kind, part, _ = found
    head = _ALSO_PROPOSED.sub("", head)
    certainty = Certainty.PROPOSED if _ASKS.search(head) else Certainty.STATED
    asks = _ASKS.match(head) is not None and re.search(r"\bproposed\b", head, re.I) is None
    if asks or _DECLINES.search(abstract):
        return
    affected = Affected(title=f"{kind}: {investigation.strip()}", part=part or None)
    quote, where = document.title, "title"
    for sentence in split_sentences(abstract):
        if suspended := _SUSPENDING.search(sentence):
            verb, quote, where = V.SUSPENDS, sentence, "abstract"
            affected = Affected(title=affected.title, part=fold_space(suspended["part"]))
            break
    yield Effect(
        verb,
        affecting(document, quote, where),
        affected,
        applied=Applied.NOT_APPLICABLE,
        certainty=certainty,
        extent=Extent.WHOLE if verb is V.ENDS else Extent.PARTIAL,
    )
