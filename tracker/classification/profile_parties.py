"""Which parties of a profile a change names: in rows of lists, or in running text. A profile may have 20,000 parties, so each
row and each text is looked up in an index of the names; no name is looked for in all texts.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from rapidfuzz import fuzz, process

from tracker.documents.text_view import Section, around, clip_quote
from tracker.model import Evidence
from tracker.text import search_key

ALIKE = 90  # of 100; below it, names of different firms begin to look alike
_LEAST_ALIKE = 6  # characters: shorter names are compared whole
_LEAST_LITERAL = 4
_NEARLY = 94  # of 100: a name with a typing variant in running text
_LEAST_NEARLY = 12
_EDITS = 2 * (100 - _NEARLY) / 100  # the share of a name that may be other characters there
_GRAM = 5  # characters: no piece of a name that may be varied is shorter
_WORD = re.compile(r"\w+")

_SHORT_FORMS = {
    "intl": "international", "mfg": "manufacturing", "tech": "technology", "technologies": "technology",
    "sci": "science", "univ": "university", "inst": "institute", "ind": "industry", "industries": "industry",
    "elec": "electronics", "electronic": "electronics", "dev": "development",
}  # fmt: skip
_COMPANY = re.compile(
    r"\b(?:co|ltd|limited|inc|incorporated|corp|corporation|company|llc|gmbh|ag|sa|plc|kk|k\.k|ooo|jsc|oao|zao|"
    r"pte|sdn|bhd|group|holdings?)\b\.?|株式会社|有限公司|股份",
    re.IGNORECASE,
)

Row = tuple[
    str, Evidence, tuple[str, ...]
]  # the form of a listed name, its place, and identity numbers of the row


def name_form(name: str) -> str:
    """Return a firm's name without its legal form, in search form."""
    bare = _COMPANY.sub(" ", search_key(name))
    words = re.sub(r"[^\w\s]", " ", bare).split()
    return " ".join(_SHORT_FORMS.get(word, word) for word in words)


def named_parties(
    parties: tuple[str, ...],
    rows: Iterable[Row],
    sections: Callable[[], Iterable[Section]],
    text: Sequence[Section],
) -> Iterator[Evidence]:
    """Yield the place of each party that is named, in the order of the profile: a row of a list with its name or identity
    number; else the first of `sections` with its name; else the first of `text` with nearly its name.
    """
    wanted = _index(parties)
    hits: dict[int, Evidence] = {}
    alike: dict[str, list[int]] = {}
    for form, evidence, ids in rows:
        if form not in alike:
            alike[form] = wanted.alike(form)
        for number in (*alike[form], *(one for each in ids for one in wanted.by_name.get(each, ()))):
            hits.setdefault(number, evidence)
    if len(hits) < len(wanted.forms):
        for section in sections():
            for number, start, end in wanted.literally(section.text):
                if number not in hits:
                    hits[number] = Evidence(around(section.text, start, end), section.where)
        for section in text:
            for number in wanted.nearly(search_key(section.text), hits):
                hits[number] = Evidence(clip_quote(section.text), section.where)
    for number in sorted(hits):
        yield hits[number]


@dataclass(slots=True)
class _Index:
    """The names of a profile by whole form, by first word and by pieces. A number is the place of a party in the profile."""

    forms: list[str] = field(default_factory=list)
    by_name: dict[str, list[int]] = field(default_factory=dict)
    by_form: dict[str, list[int]] = field(default_factory=dict)
    by_word: dict[str, list[tuple[tuple[str, ...], int]]] = field(default_factory=dict)
    by_piece: dict[str, list[tuple[int, int]]] = field(default_factory=dict)
    compared: list[int] = field(default_factory=list)
    plain: list[str] = field(
        default_factory=list
    )  # the forms of `compared`, and the same with their words in order
    in_order: list[str] = field(default_factory=list)

    def alike(self, form: str) -> list[int]:
        """Return the parties of the same name, or of one that differs in few letters or in the order of its words."""
        found = list(self.by_form.get(form, ())) if form else []
        if len(form) >= _LEAST_ALIKE:
            for words, names in ((form, self.plain), (" ".join(sorted(form.split())), self.in_order)):
                for _, _, place in process.extract(
                    words, names, scorer=fuzz.ratio, score_cutoff=ALIKE, limit=None
                ):
                    found.append(self.compared[place])
        return list(dict.fromkeys(found))

    def literally(self, text: str) -> Iterator[tuple[int, int, int]]:
        """Yield each party whose name is in a text, with the place of the name."""
        spans = [(one[0].casefold(), one.start(), one.end()) for one in _WORD.finditer(text)]
        for at, (word, start, _) in enumerate(spans):
            for words, number in self.by_word.get(word, ()):
                end = at + len(words)
                if end <= len(spans) and all(spans[at + step][0] == one for step, one in enumerate(words)):
                    yield number, start, spans[end - 1][2]

    def nearly(self, text: str, known: dict[int, Evidence]) -> Iterator[int]:
        """Yield the other parties whose name, with a typing variant, is in a text in search form."""
        tried: set[tuple[int, int]] = set()
        for at in range(len(text) - _GRAM + 1):
            for number, offset in self.by_piece.get(text[at : at + _GRAM], ()):
                begin = at - offset
                if number in known or (number, begin) in tried:
                    continue
                tried.add((number, begin))
                form = self.forms[number]
                spare = int(len(form) * _EDITS) + 1
                first = max(0, begin - spare)
                window = text[first : begin + len(form) + spare]
                if len(window) < len(form):
                    if fuzz.ratio(form, window) < _NEARLY:
                        continue
                    start, end = 0, len(window)
                else:
                    best = fuzz.partial_ratio_alignment(form, window, score_cutoff=_NEARLY)
                    if best is None:
                        continue
                    start, end = best.dest_start, best.dest_end
                if _has_word_bounds(text, first + start, first + end):
                    yield number


@lru_cache(maxsize=16)
def _index(parties: tuple[str, ...]) -> _Index:
    made = _Index()
    for number, party in enumerate(parties):
        form = name_form(party)
        made.forms.append(form)
        if not form:
            continue
        made.by_name.setdefault(party, []).append(number)
        made.by_form.setdefault(form, []).append(number)
        words = tuple(form.split())
        if len(form) >= _LEAST_LITERAL:
            made.by_word.setdefault(words[0], []).append((words, number))
        if len(form) >= _LEAST_ALIKE:
            made.compared.append(number)
            made.plain.append(form)
            made.in_order.append(" ".join(sorted(words)))
        if len(form) >= _LEAST_NEARLY:
            # One more piece than a variant can have edits: one of them is in the text unchanged.
            size = len(form) // (int(len(form) * _EDITS) + 1)
            for offset in range(0, len(form) - size + 1, size):
                made.by_piece.setdefault(form[offset : offset + _GRAM], []).append((number, offset))
    return made


def _has_word_bounds(text: str, start: int, end: int) -> bool:
    while start < end and not text[start].isalnum():
        start += 1
    while start < end and not text[end - 1].isalnum():
        end -= 1
    before = start == 0 or not text[start - 1].isalnum()
    after = end >= len(text) or not text[end].isalnum()
    return before and after
