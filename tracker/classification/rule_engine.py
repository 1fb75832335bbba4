"""Facts, topics and verdicts of one reading, each worked out at most once, each with its evidence."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cached_property

from tracker.classification.direction import direction_of_edit, note_stays
from tracker.classification.numeric_changes import NumericChange, numeric_changes, overall_direction
from tracker.classification.party_lists import PartyListAct
from tracker.classification.rules import ISSUER, Condition, Rules, Verdict
from tracker.documents.term_matching import Term
from tracker.documents.text_view import TextView, abstract_of
from tracker.model import DocumentKind, Evidence, Level, Topic

_PRESIDENTIAL = DocumentKind.PRESIDENTIAL
_MOST_QUOTES = 4
_CONFORMING = 0.7
_EAR_PLACE = re.compile(r"15 CFR (?:[Pp]art )?(\d{3})\b|Supp\. No\. \d{1,2} to Part (\d{3})\b")


class RuleEngine:
    """What the rules find in one reading. `holds` answers with the words, or None."""

    def __init__(self, rules: Rules, reading: TextView, listing: PartyListAct) -> None:
        self.rules = rules
        self.reading = reading
        self.listing = listing
        self.topics: dict[str, Topic] = {}
        self._facts: dict[str, tuple[Evidence, ...] | None] = {}
        self._terms: dict[tuple[str, str], Evidence | None] = {}

    def fact(self, name: str) -> tuple[Evidence, ...] | None:
        """The evidence of a named fact; None where it does not hold."""
        if name not in self._facts:
            self._facts[name] = None  # a rule that leans on itself does not hold
            alternatives = self.rules.facts.get(name)
            if alternatives is None:
                self._facts[name] = self._computed(name)
            else:
                self._facts[name] = next(
                    (found for each in alternatives if (found := self.holds(each)) is not None), None
                )
        return self._facts[name]

    def _computed(self, name: str) -> tuple[Evidence, ...] | None:
        listing, document = self.listing, self.reading.document
        if name in listing.facts:
            return listing.facts[name]
        if name in ("tightens", "eases", "stay-comes", "stay-goes"):
            return self._pushes.get(name)
        if name in ("threshold-tightens", "threshold-eases"):
            return self._threshold(name)
        true = {
            "is-change": self.reading.is_change,
            "full-text": self.reading.full,
            "presidential": document.kind is _PRESIDENTIAL
            or bool(document.executive_order or document.proclamation),
            "no-summary": not abstract_of(document)
            and not document.units
            and document.kind is not DocumentKind.CFR,
            "amends-ear": self._amends_ear(),
            "names-field": any(
                word in each.lowered for each in self.reading.changed for word in self.rules.gate
            ),
            "only-removed": self.reading.is_change
            and all(each.where.startswith("removed: ") for each in self.reading.changed),
        }
        return () if true.get(name) else None

    def _threshold(self, name: str) -> tuple[Evidence, ...] | None:
        """Of a changed text only where nothing weightier pushes the same way: a control that is added outweighs a
        number that moves."""
        move = self.thresholds.get(name)
        if move is None:
            return None
        words = (move.evidence,)
        if self.reading.is_change and self._pushes.get(name.removeprefix("threshold-"), words) != words:
            return None
        return words

    @cached_property
    def thresholds(self) -> dict[str, NumericChange]:
        """The first number that moves the stricter way, and the first that moves the milder way."""
        return overall_direction(numeric_changes(self.reading))

    @cached_property
    def _issuers(self) -> tuple[Evidence, ...]:
        return self.rules.issuers(self.reading.document)

    @cached_property
    def _pushes(self) -> dict[str, tuple[Evidence, ...]]:
        """Which way a change of text pushes; nothing of a document of its own."""
        if not self.reading.is_change:
            return {}
        return note_stays(self.reading) | {
            name: (words,) for name, words in direction_of_edit(self.reading).items()
        }

    def _amends_ear(self) -> bool:
        """A rule about the EAR: so typed, or so worded where the record has no type."""
        kind = self.reading.document.kind
        if any(_of_ear(path) for path in self.reading.touched):
            return True
        references = self.reading.document.cfr_references
        if self.reading.is_change or (references and not any(_of_ear(path) for path in references)):
            return False
        if references and kind is DocumentKind.RULE:
            return True
        if (
            self.fact("ear") is None
            or self.fact("paperwork") is not None
            or self.fact("committee") is not None
        ):
            return False
        typed = self.reading.document.type.lower()
        if kind in (DocumentKind.RULE, DocumentKind.PROPOSED_RULE) and typed:
            return True
        return self.fact("ear-rule-words") is not None

    def holds(self, condition: Condition) -> tuple[Evidence, ...] | None:
        """Evidence (perhaps none) if the condition holds; None if it does not. Cheap tests first."""
        if not self._placed(condition):
            return None
        evidence: list[Evidence] = []
        if not self._any_of(condition, evidence):
            return None
        if any(self._term(term, "title") for term in condition.none_title):
            return None
        if any(self._term(term, "text") for term in condition.none):
            return None
        for term in condition.all:
            hit = self._term(term, "text")
            if hit is None:
                return None
            evidence.append(hit)
        if any(self.fact(name) is not None for name in condition.no_facts):
            return None
        for name in condition.facts:
            found = self.fact(name)
            if found is None:
                return None
            evidence.extend(found)
        if condition.any_facts:
            found = next((f for name in condition.any_facts if (f := self.fact(name)) is not None), None)
            if found is None:
                return None
            evidence.extend(found)
        return tuple(dict.fromkeys(evidence))

    def _placed(self, condition: Condition) -> bool:
        """The demands that cost nothing: kind and topics."""
        if condition.kinds and self.reading.document.kind.value not in condition.kinds:
            return False
        published = self.reading.document.published
        if condition.before and (published is None or published.isoformat() >= condition.before):
            return False
        page = self.reading.page
        if condition.page and not any(term.find(page.text, page.lowered) for term in condition.page):
            return False
        if condition.topics and self.topics.keys().isdisjoint(condition.topics):
            return False
        if not all(topic in self.topics for topic in condition.all_topics):
            return False
        return self.topics.keys().isdisjoint(condition.no_topics)

    def _any_of(self, condition: Condition, evidence: list[Evidence]) -> bool:
        """Title and text terms are separate demands when both are named; the rest are alternatives."""
        groups = [
            (condition.title, "title"),
            (condition.text, "text"),
            (condition.changed, "changed"),
            (condition.body, "body"),
        ]
        named = False
        for terms, place in groups:
            if not terms:
                continue
            named = True
            hit = self._first(terms, place)
            if hit is None:
                return False
            evidence.append(hit)
        places = bool(condition.cites or condition.eccns or condition.agencies)
        if not places:
            return True
        hit = self._place(condition)
        if hit is None:
            return named
        evidence.append(hit)
        return True

    def _place(self, condition: Condition) -> Evidence | None:
        for agency in condition.agencies:
            for issuer in self._issuers:
                if agency.lower() in issuer.quote.lower():
                    return issuer
        if condition.cites:
            for path, evidence in self.reading.touched.items():
                if any(is_inside(path, cite) for cite in condition.cites):
                    return evidence
        if condition.eccns:
            for eccn, evidence in self.reading.eccns.items():
                if any(eccn.startswith(wanted) for wanted in condition.eccns):
                    return evidence
        return None

    def _first(self, terms: Iterable[Term], place: str) -> Evidence | None:
        return next((hit for term in terms if (hit := self._term(term, place)) is not None), None)

    def _term(self, term: Term, place: str) -> Evidence | None:
        key = (place, term.text)
        if key not in self._terms:
            self._terms[key] = self.reading.find(term, place)
        return self._terms[key]

    def score_topics(self) -> None:
        """Fills `topics`, in the order of the file, so that later rules can lean on earlier topics."""
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
                # Whose document it is says nothing of what it is about.
                words = (each for each in evidence if each.where not in ISSUER)
                quotes = tuple(dict.fromkeys(words))[:_MOST_QUOTES]
                self.topics[rule.id] = Topic(rule.id, round(score, 2), quotes or (self._default(),))

    def _share(self, condition: Condition) -> float:
        """In a whole rule, a section that is touched may be a conforming change: it weighs less than
        what title and abstract say. Where only a text changed, what is touched is all there is."""
        by_place = bool(condition.cites or condition.eccns) and not (condition.title or condition.text)
        return _CONFORMING if by_place and not self.reading.is_change else 1.0

    def _default(self) -> Evidence:
        section = next((s for s in self.reading.text if s.text), self.reading.title)
        return Evidence(section.text[:200], section.where)

    def verdict(self) -> tuple[Verdict, tuple[Evidence, ...]]:
        """The first verdict that holds; the file ends with one that always does."""
        japanese = self.fact("page-japan") is not None
        for verdict in self.rules.verdicts:
            if japanese and verdict.level is Level.NONE:
                continue  # a page of the field that names Japan is never of level none
            found = self.holds(verdict.condition)
            if found is not None:
                return verdict, found
        return self.rules.verdicts[-1], ()


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


def deduplicate(evidence: Sequence[Evidence]) -> tuple[Evidence, ...]:
    return tuple(dict.fromkeys(evidence))
