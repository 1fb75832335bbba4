"""Contexts and topics of one text, each worked out at most once, each with the words that say so."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from itertools import accumulate

from tracker.classification.act_reader import ActReading, read_acts
from tracker.classification.passages import Passage, Weight, is_presidential
from tracker.classification.rules import ISSUER, Condition, Rules
from tracker.documents.term_matching import Term
from tracker.documents.text_view import Section, TextView, abstract_of, around, in_context
from tracker.model import DocumentKind, Evidence, Topic

_MOST_QUOTES = 4
_HEAD = 4  # paragraphs of a text without an abstract that say of which sort it is
# Contexts of the sort of document, which a stray word in a long text does not make.
_SORTS = frozenset(
    {
        "trade-remedy", "section-337", "trade-zone", "utility", "commodity-quota", "self-regulatory", "medicine", "paperwork", "bis-paperwork", "privacy",
        "committee", "event", "hearing", "purchase-rule", "other-export", "other-bis", "other-license", "ai-sector", "correction", "technical", "comment-extension", "comment-request",
        "comment-only", "proposed", "withdrawn-proposal", "continued-emergency", "ceremony", "minor-goods", "investigation",
    }
)  # fmt: skip
_CONFORMING = 0.7
_EAR_PLACE = re.compile(r"15 CFR (?:[Pp]art )?(\d{3})\b|Supp\. No\. \d{1,2} to Part (\d{3})\b")
_FIELDS = (
    "ear", "tariff", "ict", "investment", "ai-exports", "chips-program", "ai-infrastructure", "federal-ai", "ai-policy", "biosecurity", "forced-labor",
    "cuba-list", "chinese-military", "nonproliferation-sanctions", "debarment", "export-privileges", "ofac", "customs",
)  # fmt: skip
_OUTSIDE = ("self-regulatory", "trade-zone", "section-337", "utility", "ceremony", "other-export")
_OUTSIDE_UNLESS_EAR = ("trade-remedy", "medicine", "commodity-quota")


class Features:
    """What the rules find in one reading. `context` and `holds` answer with the words, or None."""

    def __init__(
        self,
        rules: Rules,
        view: TextView,
        passages: Sequence[Passage],
    ) -> None:
        self.rules = rules
        self.view = view
        self.passages = passages
        self.topics: dict[str, Topic] = {}
        self._contexts: dict[str, tuple[Evidence, ...] | None] = {}
        self._terms: dict[tuple[str, str], Evidence | None] = {}

    @cached_property
    def readings(self) -> list[tuple[Passage, ActReading]]:
        """Every act of every passage, background included; read when first asked for, as most documents are outside the field."""
        return [(passage, reading) for passage in self.passages for reading in read_acts(passage.text)]

    @cached_property
    def operands(self) -> frozenset[str]:
        return frozenset(
            reading.operand.operand.value
            for _, reading in self.readings
            if reading.operand is not None and reading.operand.operand is not None
        )

    @cached_property
    def text(self) -> tuple[Section, ...]:
        """The words that decide: title, action, abstract and, where the whole text is read, its operative sentences; of a change the words
        that came or went, without the title of their page."""
        if self.view.is_change:
            return (*self.view.changed, *self._sentences)
        found = ((where, " ".join(parts)) for where, parts in self._read.items())
        return tuple(Section(where, text, text.lower()) for where, text in found)

    @cached_property
    def _read(self) -> dict[str, list[str]]:
        """The sentences of `text` by their place. Between two of them others may have been left out."""
        places: dict[str, list[str]] = {}
        whole = is_presidential(self.view) or self.view.document.kind is DocumentKind.PAGE
        for passage in self.passages if not self.view.is_change else ():
            if passage.lead or (passage.weight >= Weight.TITLE and (whole or not passage.body)):
                places.setdefault(passage.where, []).append(passage.text)
        return places

    @cached_property
    def _sentences(self) -> tuple[Section, ...]:
        """The sentences in which words changed: "75" says nothing by itself."""
        found = ((operation.path, in_context(operation)) for operation in self.view.operations)
        return tuple(Section(where, text, text.lower()) for where, text in found if text)

    @cached_property
    def head(self) -> tuple[Section, ...]:
        """What says of which sort a document is: of a long text its title, action and summary, not its clauses."""
        if self.view.is_change or not self.view.full:
            return self.text
        kept = {"title", "action", "abstract"}
        own = [section for section in self.text if section.where in kept]
        if is_presidential(self.view) or any(section.where == "abstract" for section in own):
            return tuple(own)
        rest = [section for section in self.text if section.where not in kept]
        return (*own, *rest[:_HEAD])

    @cached_property
    def lowered(self) -> str:
        return "\n".join(section.lowered for section in self.text)

    @cached_property
    def _words_of_text(self) -> str:
        """Each word of `lowered` once: a thousand terms are looked up in it, and no part of a term has white space."""
        return " ".join(dict.fromkeys(self.lowered.split()))

    @cached_property
    def _starts(self) -> list[int]:
        """Where each section begins in `lowered`."""
        lengths = (len(section.lowered) + 1 for section in self.text)
        return list(accumulate(lengths, initial=0))[:-1]

    def context(self, name: str) -> tuple[Evidence, ...] | None:
        """The evidence of a context; None where it does not hold."""
        if name not in self._contexts:
            self._contexts[name] = None  # a context that leans on itself does not hold
            alternatives = self.rules.contexts.get(name)
            if alternatives is None:
                self._contexts[name] = () if self._computed(name) else None
            else:
                place = "head" if name in _SORTS else "text"
                found = next((f for each in alternatives if (f := self.holds(each, place)) is not None), None)
                if found is None and name in _FIELDS and self.view.is_change:
                    # A sentence of a page does not say again what the page is about.
                    found = next((() for each in alternatives if self.holds(each, "page") is not None), None)
                self._contexts[name] = found
        return self._contexts[name]

    def is_in(self, *names: str) -> bool:
        """Whether one of these contexts holds."""
        return any(self.context(name) is not None for name in names)

    def _computed(self, name: str) -> bool:
        document = self.view.document
        if name == "change":
            return self.view.is_change
        if name == "presidential":
            return is_presidential(self.view)
        if name == "full-text":
            return self.view.full
        if name == "no-abstract":
            return not abstract_of(document) and not document.units and document.kind is not DocumentKind.CFR
        if name == "in-field":
            if self.view.is_change:
                return self.view.document.kind in (DocumentKind.CFR, DocumentKind.LIST) or self.is_in(
                    *_FIELDS
                )
            if self.is_in("ai-exports", "ear-amendment") and not self.is_in("self-regulatory"):
                return True
            if self.is_in(*_OUTSIDE):
                return False
            if self.is_in("trade-remedy") and self.is_in("japan-title"):
                return True  # a duty on goods of Japan is never outside
            if self.is_in(*_OUTSIDE_UNLESS_EAR) and not self.is_in(
                "ear-amendment", "biosecurity", "federal-ai", "ict", "tariff"
            ):
                return False
            if self.is_in("itar") and self.is_in("japan"):
                return True
            return self.is_in(*_FIELDS)
        return self._amends_ear()

    def _amends_ear(self) -> bool:
        """A rule about the EAR: its units, its references or its words say so."""
        document = self.view.document
        if any(_of_ear(path) for path in self.view.touched):
            return True
        references = document.cfr_references
        if self.view.is_change or (references and not any(_of_ear(path) for path in references)):
            return False
        typed = document.type.lower()
        is_rule = document.kind in (DocumentKind.RULE, DocumentKind.PROPOSED_RULE)
        if references and is_rule:
            return True
        if not self.is_in("bis-words", "bis") and "Export Administration Regulations" not in " ".join(
            s.text for s in self.text
        ):
            return False
        if self.is_in("paperwork", "committee", "export-privileges"):
            return False
        if is_rule and typed:
            return True
        return self._words(_RULE_WORDS) is not None

    def _words(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        return next((m for section in self.text if (m := pattern.search(section.text))), None)

    def holds(self, condition: Condition, where: str = "text") -> tuple[Evidence, ...] | None:
        """Evidence (perhaps none) if the condition holds; None if it does not. Cheap tests first."""
        if condition.kinds and self.view.document.kind.value not in condition.kinds:
            return None
        if not self.topics.keys().isdisjoint(condition.unless_topics):
            return None
        evidence: list[Evidence] = []
        for terms, place in ((condition.title, "title"), (condition.text, where), (condition.page, "page")):
            if terms:
                hit = self._first(terms, place)
                if hit is None:
                    return None
                if place != "page":
                    evidence.append(hit)
        if any(self._term(term, "title") for term in condition.none_title):
            return None
        if any(self._term(term, where) for term in condition.none):
            return None
        for term in condition.all:
            hit = self._term(term, where)
            if hit is None:
                return None
            evidence.append(hit)
        if condition.agencies or condition.cites or condition.eccns:
            hit = self._place(condition)
            if hit is None:
                return None
            evidence.append(hit)
        if any(self.context(name) is not None for name in condition.is_not):
            return None
        for name in condition.all_is:
            if self.context(name) is None:
                return None
        if condition.is_:
            found = next((f for name in condition.is_ if (f := self.context(name)) is not None), None)
            if found is None:
                return None
            evidence.extend(found)
        if condition.operands and self.operands.isdisjoint(condition.operands):
            return None
        return tuple(dict.fromkeys(evidence))

    def _place(self, condition: Condition) -> Evidence | None:
        for agency in condition.agencies:
            for issuer in self._issuers:
                if agency.lower() in issuer.quote.lower():
                    return issuer
        for path, evidence in self.view.touched.items() if condition.cites else ():
            if any(is_inside(path, cite) for cite in condition.cites):
                return evidence
        for eccn, evidence in self.view.eccns.items() if condition.eccns else ():
            if any(eccn.startswith(wanted) for wanted in condition.eccns):
                return evidence
        return None

    @cached_property
    def _page(self) -> tuple[str, str]:
        text = f"{self.view.document.title}. {self.view.page.text}"
        return text, text.lower()

    @cached_property
    def _issuers(self) -> tuple[Evidence, ...]:
        return self.rules.issuers(self.view.document)

    def _first(self, terms: Iterable[Term], place: str) -> Evidence | None:
        return next((hit for term in terms if (hit := self._term(term, place)) is not None), None)

    def _term(self, term: Term, place: str) -> Evidence | None:
        if place in ("text", "head") and term.needles[0] not in self._words_of_text:
            return None  # as of most terms: quicker than to remember it
        key = (place, term.text)
        if key not in self._terms:
            self._terms[key] = self._find(term, place)
        return self._terms[key]

    def _find(self, term: Term, place: str) -> Evidence | None:
        if place == "page":
            return Evidence("", "page") if term.find(*self._page) else None
        sections: Iterable[Section]
        if place == "title":
            sections = (self.view.title,)
        elif place == "head" and self.head is not self.text:
            sections = self.head if term.may_be_in(self._words_of_text) else ()
        else:
            sections = self._sections_with(term.needles[0]) if term.may_be_in(self._words_of_text) else ()
        for section in sections:
            if match := term.find(section.text, section.lowered):
                if place == "title":
                    return Evidence(around(section.text, match.start(), match.end()), section.where)
                return self._quoted(section, match.start(), match.end())
        return None

    def _sections_with(self, needle: str) -> Iterator[Section]:
        """The sections of the text in which some lower-case letters are: one search of the whole, and not one of each section."""
        at = self.lowered.find(needle)
        while at >= 0:
            number = bisect_right(self._starts, at) - 1
            section = self.text[number]
            yield section
            at = self.lowered.find(needle, self._starts[number] + len(section.lowered) + 1)

    def _quoted(self, section: Section, start: int, end: int) -> Evidence:
        """The words as the document has them: never two sentences as one between which others were left out."""
        for sentence in self._read.get(section.where, ()):
            if start < len(sentence):
                return Evidence(around(sentence, start, min(end, len(sentence))), section.where)
            start, end = max(0, start - len(sentence) - 1), end - len(sentence) - 1
        return Evidence(around(section.text, start, end), section.where)

    def score_topics(self) -> None:
        """Fills `topics`, in the order of the file, so that later topics can depend on earlier ones."""
        for rule in self.rules.topics:
            missing = 1.0
            evidence: list[Evidence] = []
            for signal in rule.signals:
                found = self.holds(signal.condition)
                if found is not None:
                    missing *= 1 - signal.weight * self._share(signal.condition)
                    evidence.extend(found)
            score = 1 - missing
            if score >= self.rules.threshold:
                # Whose document it is says nothing of its subject.
                words = (each for each in evidence if each.where not in ISSUER)
                quotes = tuple(dict.fromkeys(words))[:_MOST_QUOTES]
                self.topics[rule.id] = Topic(rule.id, round(score, 2), quotes or (self._default(),))

    def _share(self, condition: Condition) -> float:
        """In a whole rule, a section that is touched may be a conforming change: it weighs less than
        what title and abstract say. Where only a text changed, what is touched is all there is."""
        by_place = bool(condition.cites or condition.eccns) and not (condition.title or condition.text)
        return _CONFORMING if by_place and not self.view.is_change else 1.0

    def _default(self) -> Evidence:
        section = next((s for s in self.text if s.text), self.view.title)
        return self._quoted(section, 0, 0)


_RULE_WORDS = re.compile(
    r"\b(?:amend(?:s|ing|ments? to)?|final rule|interim rule|this rule|is revising|revis(?:es|ions?) (?:to )?the|propos(?:es|ing)|expand(?:s|ing) (?:the )?(?:existing|scope|controls|sanctions)|"
    r"is (?:imposing|expanding|adding|removing|extending|tightening)|impos(?:es|ing|ition of)|adds? (?:new )?(?:controls|license)|remov(?:es|ing) (?:license|controls))\b",
    re.IGNORECASE,
)


def _of_ear(path: str) -> bool:
    """Whether a path or reference lies in 15 CFR 730 to 774."""
    match = _EAR_PLACE.match(path)
    return match is not None and 730 <= int(match[1] or match[2]) <= 774


def is_inside(path: str, cite: str) -> bool:
    """Whether a unit's path lies at or under a citation: 744.21(b) under 744.2? No."""
    if not path.startswith(cite):
        return False
    rest = path[len(cite) :]
    return not rest or cite[-1].isalpha() or not rest[0].isdigit()
