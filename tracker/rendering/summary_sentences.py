"""The sentences of a summary that say more than the headline above them. Pure."""

from __future__ import annotations

import re

from tracker.model import Language
from tracker.sanitize import first_sentence

_NAMED = re.compile(r"(?:Title: |文書名:)(?P<name>“.+”|「.+」)(?:\(仮訳\))?\Z")
_NOTE = re.compile(r" ?\((?P<words>[^()]+)\)\Z")


def beyond(headline: str, summary: str, language: Language) -> str:
    """Return the summary without the sentences, and the note at its end, that the headline has already."""
    kept = []
    rest = summary
    while rest:
        sentence, following = first_sentence(rest, language)
        end = rest[len(sentence) : len(sentence) + 1]
        if not _says(headline, sentence, language):
            note = _NOTE.search(sentence)
            repeated = note is not None and not end and note["words"] in headline
            kept.append(_NOTE.sub("", sentence) if repeated else f"{sentence}{end}")
        rest = following
    return ("" if language == "ja" else " ").join(kept)


def _says(headline: str, sentence: str, language: Language) -> bool:
    named = _NAMED.match(sentence)
    if named is not None and named["name"] in headline:
        return True
    own, above = (text.replace(":", "").casefold() for text in (sentence, headline))
    if own in above:
        return True
    # "BISが規則を改正" under the headline "BIS、規則を改正".
    subject, joint, rest = own.partition("が")
    return language == "ja" and bool(joint) and above.startswith(f"{subject}、") and rest in above
