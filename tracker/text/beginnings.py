"""Expressions that look at the first letters of what follows, so that a pattern of hundreds of names is tried at few places.

Python's engine tries each alternative of such a pattern at each character of a text, and takes longer where it ignores case.
A set that names a letter in both cases is decided in one step.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

_MOST = 3
# Letters that the engine takes for i, s, k and å where it ignores case: İ, ı, ſ, and the signs of Kelvin and Angstrom.
_ALIKE = "\u0130\u0131\u017f\u212a\u212b"
_WORD = re.compile(r"\w*")


def one_of_letters(letters: Iterable[str]) -> str:
    """A set of letters in any case."""
    forms = dict.fromkeys(
        form
        for letter in letters
        for form in (letter.lower(), letter.upper(), *_ALIKE)
        if re.fullmatch(re.escape(letter), form, re.IGNORECASE)
    )
    return f"(?-i:[{''.join(map(re.escape, forms))}])"


def one_of_beginnings(words: Iterable[str]) -> str:
    """An expression for the first letters of each word, at most three, in any case; a word ends at what is no letter or digit."""
    by_first: dict[str, dict[str, None]] = {}
    for word in words:
        match = _WORD.match(word.lower())
        letters = match[0][:_MOST] if match else ""
        by_first.setdefault(letters[:1], {})[letters[1:]] = None
    groups = []
    for first, rests in by_first.items():
        following = "|".join("".join(map(one_of_letters, rest)) for rest in rests)
        groups.append(f"{one_of_letters(first)}(?:{following})" if first else "")
    return f"(?:{'|'.join(groups)})"
