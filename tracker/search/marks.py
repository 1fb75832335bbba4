"""Marks what a search found in a text: runs that match, and the passage around the best of them. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from tracker.search.query import Terms
from tracker.text.words import JAPANESE, PREFIX, folded, runs, stem

_WORD = re.compile(r"[^\W_]+")
_CHARACTER = re.compile(r"ヴ[ァィェォ]|.", re.DOTALL)
_AROUND = 180  # characters on each side of the first hit
Span = tuple[int, int]


def highlight(text: str, wanted: Terms) -> list[tuple[bool, str]]:
    """Return the text as runs, with True for the runs that match."""
    found: list[tuple[bool, str]] = []
    at = 0
    for start, end in _spans(text, [form for group in wanted for form in group]):
        if start > at:
            found.append((False, text[at:start]))
        if end > max(start, at):
            found.append((True, text[max(start, at) : end]))
        at = max(at, end)
    if at < len(text) or not found:
        found.append((False, text[at:]))
    return found


def passage(text: str, wanted: Terms) -> list[tuple[bool, str]]:
    """Return a long text cut to the surroundings of the place where most of the terms occur."""
    hits = sorted((start, number) for number, group in enumerate(wanted) for start, _ in _spans(text, group))
    middle = 0
    if hits:
        middle = max(
            hits,
            key=lambda hit: (
                len({number for start, number in hits if 0 <= start - hit[0] < 2 * _AROUND}),
                -hit[0],
            ),
        )[0]
    start, end = max(0, middle - _AROUND), min(len(text), middle + 2 * _AROUND)
    cut = ("… " if start else "") + text[start:end] + (" …" if end < len(text) else "")
    return highlight(cut, wanted)


@dataclass(frozen=True, slots=True)
class _Word:
    start: int
    end: int
    stem: str
    folded: str


def _spans(text: str, forms: Sequence[str]) -> list[Span]:
    """Return where the forms occur in a text, in order; spans that touch are one."""
    words: list[_Word] | None = None
    found: list[Span] = []
    for form in dict.fromkeys(forms):
        if JAPANESE.search(form):
            found += _japanese(text, form)
        elif asked := runs(form.removesuffix(PREFIX)):
            words = _words(text) if words is None else words
            found += _phrases(words, asked, prefix=form.endswith(PREFIX))
        elif form.strip():
            found += [hit.span() for hit in re.finditer(re.escape(form), text)]
    merged: list[Span] = []
    for start, end in sorted(found):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _words(text: str) -> list[_Word]:
    found = []
    for word in _WORD.finditer(text):
        form = folded(word[0])
        found.append(_Word(word.start(), word.end(), stem(form), form))
    return found


def _phrases(words: Sequence[_Word], asked: Sequence[str], *, prefix: bool) -> Iterator[Span]:
    wanted = [stem(word) for word in asked]
    for at in range(len(words) - len(wanted) + 1):
        part = words[at : at + len(wanted)]
        if all(word.stem == want for word, want in zip(part[:-1], wanted[:-1], strict=True)) and (
            part[-1].folded.startswith(asked[-1]) if prefix else part[-1].stem == wanted[-1]
        ):
            yield part[0].start, part[-1].end


def _japanese(text: str, form: str) -> Iterator[Span]:
    """Match the folded characters of the form in the text, and give the places in the text as it is written."""
    wanted = folded(form).replace(" ", "")
    if not wanted or not JAPANESE.search(text):
        return
    plain: list[str] = []
    places: list[Span] = []
    for part in _CHARACTER.finditer(text):
        for one in _plain(part[0]):
            plain.append(one)
            places.append(part.span())
    whole, start = "".join(plain), 0
    while (hit := whole.find(wanted, start)) >= 0:
        last = places[hit + len(wanted) - 1][1]
        while text[last : last + 1] == "ー":
            last += 1  # a long vowel at the end belongs to the word
        yield places[hit][0], last
        start = hit + len(wanted)


@lru_cache(maxsize=20_000)
def _plain(character: str) -> str:
    return folded(character)
