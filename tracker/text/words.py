"""The words by which a text is indexed, searched and marked, in English and Japanese. Pure.

English words are found by their stem (`licenses`, `licensing`). Japanese has no spaces: each character is indexed together
with the next one, so that a word of any length is a phrase of such pairs. Long vowels, middle dots and small kana are
folded, so that エンティティ・リスト and エンティティーリスト are one word.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from tracker.text import index_form

if TYPE_CHECKING:
    import snowballstemmer

PREFIX = "*"  # at the end of a form: words that begin with it
_CJK = r"぀-ヿㇰ-ㇿ㐀-鿿々〆"
_RUN = re.compile(rf"[{_CJK}]+|[^\W_{_CJK}]+")
JAPANESE = re.compile(rf"[{_CJK}]")
_DROPPED = str.maketrans("", "", "ー・゛゜‐")
_SMALL = str.maketrans("ァィゥェォッャュョヮぁぃぅぇぉっゃゅょゎ", "アイウエオツヤユヨワあいうえおつやゆよわ")
_V = (("ヴァ", "バ"), ("ヴィ", "ビ"), ("ヴェ", "ベ"), ("ヴォ", "ボ"), ("ヴ", "ブ"))


def folded(text: str) -> str:
    """Return `index_form` with the spellings of katakana folded: ヴァルブ, バルブ; ユーザー, ユーザ; ウエート, ウェート."""
    form = index_form(text)
    if not JAPANESE.search(form):
        return form
    for written, plain in _V:
        form = form.replace(written, plain)
    return form.translate(_DROPPED).translate(_SMALL)


def index_words(text: str) -> str:
    """Return the words of a Japanese text for the index, separated by spaces: `第232条` gives `第 232 条`."""
    return " ".join(word for run in runs(text) for word in _indexed(run))


def runs(text: str) -> list[str]:
    """Return the runs of Japanese, and of letters and digits, of a text, folded."""
    return _RUN.findall(folded(text))


def _indexed(run: str) -> Iterator[str]:
    if JAPANESE.match(run):
        for at in range(len(run)):
            yield run[at : at + 2]
    else:
        yield run


def _asked(found: Sequence[str], *, prefix: bool) -> tuple[list[str], bool]:
    """Return the words of a phrase, and whether the last one is a prefix."""
    words = [word for run in found for word in _indexed(run)]
    if found and JAPANESE.match(found[-1]):
        if len(found[-1]) == 1:
            return words, True  # the text may go on after the character
        return words[:-1], False
    return words, prefix


def phrase(form: str) -> str:
    """Return a form as a phrase of SQLite's full-text search; empty where it has no letter or digit."""
    words, prefix = _asked(runs(form.removesuffix(PREFIX)), prefix=form.endswith(PREFIX))
    if not words:
        return ""
    return f'"{" ".join(words)}"' + (" *" if prefix else "")


def expression(terms: Iterable[Iterable[str]]) -> str:
    """Return the question of SQLite's full-text search in which all terms occur, each in one of its forms; empty where
    no term has a letter or digit."""
    groups = [list(dict.fromkeys(filter(None, map(phrase, forms)))) for forms in terms]
    return " AND ".join(f"({' OR '.join(forms)})" for forms in groups if forms)


@lru_cache(maxsize=1)
def _stemmer() -> snowballstemmer.basestemmer.BaseStemmer:
    import snowballstemmer  # for searches and changes alone

    return snowballstemmer.stemmer("porter")


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """Return the stem of a folded English word by Porter's rules, as SQLite's index has it."""
    return str(_stemmer().stemWord(word)) if len(word) > 2 and word.isascii() and word.isalpha() else word


def stems(form: str) -> tuple[str, ...]:
    """Return the key by which two spellings of a term are the same: its runs, the English ones stemmed."""
    return tuple(map(stem, runs(form)))


_JAPANESE = re.compile(r"[\u3041-\u30ff\u3400-\u9fff]")


def in_japanese(words: object) -> bool:
    """Return whether words have kana or kanji."""
    return _JAPANESE.search(str(words)) is not None
