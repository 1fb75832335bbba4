"""Classifies a judgment by what it names: orders, proclamations, statutes and agencies of the field. What it decides is stated by
its effects, which `ingest.judgments` adds.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from tracker.classification.joined_passages import Passage, in_place, joined
from tracker.court_cases import court_of
from tracker.i18n import t
from tracker.model import Classification, Document, DocumentKind, Language, Level, LocalizedText
from tracker.text import fold_space

# Statutes, texts and agencies whose judgments concern export controls and duties by order. A case about dumping or subsidies
# names none of them.
_NAMED = re.compile(
    r"\b(?:Executive Orders? (?:No\. )?\d{5}|E\.O\. \d{5}|Proclamations? (?:No\. )?\d{4,5}|International Emergency Economic Powers Act|IEEPA|"
    r"Export Control Reform Act|ECRA|Export Administration Regulations|Entity List|Bureau of Industry and Security|Trade Expansion Act of 1962|"
    r"[Ss]ections? (?:232|301|122|338) (?:of the (?:Trade|Tariff)|tariffs?|dut(?:y|ies))|Arms Export Control Act|International Traffic in Arms|"
    r"Office of Foreign Assets Control|reciprocal tariffs?|de minimis (?:exemption|treatment)|Defense Production Act|FIRRMA)"
)
_SENTENCE = re.compile(r"(?<=[.;])\s+(?=[A-Z“])")
_TAKEN = 12


def classify_judgment(document: Document, subject: Callable[[Document], Classification]) -> Classification:
    """Return the classification of a judgment. `subject` classifies by the rules for documents what it is about."""
    words = naming(document)
    about = subject(
        replace(
            document,
            kind=DocumentKind.NOTICE,
            units=(),
            abstract=joined(words),
            title=document.title,
            type="Notice",
        )
    )
    about = in_place(about, words)
    level = Level.LOW if words and about.level is not Level.NONE else Level.NONE
    return Classification(
        level=level,
        topics=about.topics if level is not Level.NONE else (),
        direction=None,
        japan_nexus=about.japan_nexus,
        headline=_both("judgment.plain", document),
        summary=_both("judgment.plain", document),
        reason=_both("judgment.reason.named" if words else "judgment.reason.outside", document),
        version=about.version,
    )


def naming(document: Document) -> list[Passage]:
    """Return the first sentences that name an order, statute or agency of the field, each with the path of its unit."""
    found: list[Passage] = []
    for unit in document.units:
        if _NAMED.search(unit.text):
            found += [
                (sentence, unit.path)
                for sentence in _SENTENCE.split(fold_space(unit.text))
                if _NAMED.search(sentence)
            ]
        if len(found) >= _TAKEN:
            break
    return found[:_TAKEN]


def _both(key: str, document: Document) -> LocalizedText:
    def say(language: Language) -> str:
        return t(key, language, court=court_label(document, language), title=document.title)

    return LocalizedText(ja=say("ja"), en=say("en"))


def court_label(document: Document, language: Language) -> str:
    """Return the name of the court in the reader's language."""
    court = court_of(document.citation or "")
    return t(f"court.{court}", language) if court else t("court.other", language)
