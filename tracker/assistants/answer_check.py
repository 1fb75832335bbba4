"""Checks a model's answer: it returns sentences in plain text, each with the official words that support it. A
sentence is dropped when its quote does not occur in the official text.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tracker.diffing.normalization import ONE_FORM
from tracker.sanitize import sanitize_line
from tracker.text import fold_space

MOST = 3  # sentences
LONGEST = 600  # characters per sentence
QUOTE_WORDS = 3  # a shorter quote would match any text
QUOTE_LONGEST = 1_000

NOT_IN_FORM, NO_QUOTE_FOUND = "not-in-form", "no-quote-found"

_TAG = re.compile(r"<[^<>]*>")
_LINK = re.compile(r"!?\[([^\]]*)\]\([^)]*\)")
_ADDRESS = re.compile(
    r"(?:\b[a-z][a-z0-9+.-]*://|\bwww\.|\b(?:mailto|javascript|data):)[!-~]+", re.IGNORECASE
)
_QUOTED = re.compile(r"\"([^\"]+)\"|“([^”]+)”|「([^」]+)」|『([^』]+)』")
_LATIN_WORD = re.compile(r"[A-Za-z]{2,}")


@dataclass(frozen=True, slots=True)
class QuotedSentence:
    en: str
    ja: str
    quote: str


@dataclass(frozen=True, slots=True)
class CheckedAnswer:
    """The result. `reason` explains why there are no sentences; `left_out` counts those whose quotes were not
    found.
    """

    sentences: tuple[QuotedSentence, ...] = ()
    reason: str = ""
    left_out: int = 0


def check_answer(answer: str, official: str) -> CheckedAnswer:
    """Check an answer against the official text."""
    try:
        entries = json.loads(answer[answer.index("{") : answer.rindex("}") + 1])["sentences"]
    except (ValueError, LookupError, TypeError, RecursionError):
        return CheckedAnswer(reason=NOT_IN_FORM)
    if not isinstance(entries, list):
        return CheckedAnswer(reason=NOT_IN_FORM)
    sentences = [found for entry in entries[:MOST] if (found := _sentence(entry)) is not None]
    if not sentences:
        return CheckedAnswer(reason=NOT_IN_FORM)
    text = _form(official)
    kept = tuple(sentence for sentence in sentences if _is_supported(sentence, text))
    return CheckedAnswer(kept, "" if kept else NO_QUOTE_FOUND, len(sentences) - len(kept))


def _sentence(entry: Any) -> QuotedSentence | None:
    if not isinstance(entry, Mapping):
        return None
    parts = [entry.get(name) for name in ("en", "ja", "quote")]
    if not all(isinstance(part, str) for part in parts):
        return None
    en, ja, quote = _plain_line(str(parts[0])), _plain_line(str(parts[1])), sanitize_line(str(parts[2]))
    if not (0 < len(en) <= LONGEST and 0 < len(ja) <= LONGEST and len(quote) <= QUOTE_LONGEST):
        return None
    return QuotedSentence(en, ja, quote)


def _plain_line(text: str) -> str:
    """Return one line without markup and without links."""
    return sanitize_line(_ADDRESS.sub("", _LINK.sub(r"\1", _TAG.sub("", sanitize_line(text)))))


def _is_supported(sentence: QuotedSentence, text: str) -> bool:
    """Return whether the quote of a sentence occurs in the text, and also any quotation inside the sentence
    that is longer than a term.
    """
    quote = _form(sentence.quote)
    inside = [
        _form(next(filter(None, found.groups())))
        for part in (sentence.en, sentence.ja)
        for found in _QUOTED.finditer(part)
    ]
    quoted = [words.strip(" .,;") for words in inside if len(_LATIN_WORD.findall(words)) >= QUOTE_WORDS]
    return len(quote.split()) >= QUOTE_WORDS and all(_occurs(words, text) for words in (quote, *quoted))


def _occurs(words: str, text: str) -> bool:
    if not words:
        return False
    before = r"(?<!\w)" if words[0].isalnum() else ""
    after = r"(?!\w)" if words[-1].isalnum() else ""
    return re.search(before + re.escape(words) + after, text) is not None


def _form(text: str) -> str:
    return fold_space(text.translate(ONE_FORM).replace("--", "—"))
