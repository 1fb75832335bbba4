"""What an agency finds about dumping or subsidies, in both languages, from the sentence that says it."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from functools import lru_cache
from importlib.resources import files

from tracker.model import LocalizedText
from tracker.terms import agency_name
from tracker.wording.facts import DocumentFacts, plain_title, title_ja

_AGENCY = re.compile(r"\b(?:Commerce|Commission|Department|ITC|USITC)\b")
_PRELIMINARY = re.compile(r"\bpreliminar(?:y|ily)\b", re.IGNORECASE)
_WHETHER = re.compile(r"\b(?:to determine )?(?:whether|if there is)\b")
_OPENED = re.compile(r"\bnotice of the (?:institution|scheduling)|\binstituted\b")
_PAST = re.compile(r"^\W*(?:On [A-Z][a-z]+ \d|In [A-Z][a-z]+ \d{4}|Interested parties)")


@lru_cache(maxsize=1)
def _table() -> tuple[tuple[str, str, tuple[re.Pattern[str], ...]], ...]:
    entries = tomllib.loads((files("tracker.wording") / "findings.toml").read_text("utf-8"))["findings"]
    return tuple(
        (ja, en, tuple(re.compile(rf"\b(?:{words})", re.IGNORECASE) for words in patterns))
        for ja, en, *patterns in entries.values()
    )


def trade_remedy_finding(sentences: Sequence[str]) -> tuple[LocalizedText, str] | None:
    """The finding of the first sentence that has one, and that sentence: `予備的に、正常価額未満での販売を認定`; None where no sentence
    says what is found."""
    for sentence in sentences:
        if _PAST.match(sentence) or not _AGENCY.search(sentence):
            continue
        said = _WHETHER.split(sentence, maxsplit=1)[
            0
        ]  # "to determine whether revocation would be likely ..." finds nothing
        for ja, en, patterns in _table():
            if all(pattern.search(said) for pattern in patterns):
                if _PRELIMINARY.search(said) and not _OPENED.search(said):
                    return LocalizedText(f"予備的に、{ja}", f"preliminarily, {en}"), sentence
                return LocalizedText(ja, en), sentence
    return None


def finding_words(finding: LocalizedText, facts: DocumentFacts) -> tuple[LocalizedText, LocalizedText]:
    """Headline and first sentence of a document that finds something: 「商務省、…と認定:「<表題>」」."""
    named = " ; ".join(facts.agencies)
    ja, en = agency_name(named, "ja", short=True), agency_name(named, "en", short=True)
    title = plain_title(facts.title)
    by_ja, by_en = (f"{ja}、" if ja else ""), (f"{en[0].upper()}{en[1:]}: " if en else "")
    return (
        LocalizedText(
            f"{by_ja}{finding.ja}:「{title_ja(title) or title}」", f"{by_en}{finding.en}: “{title}”"
        ),
        LocalizedText(f"{f'{ja}が、' if ja else ''}{finding.ja}。", f"{by_en}{finding.en}. "),
    )
