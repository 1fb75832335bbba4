"""Numbers as Japanese law writes them."""

from __future__ import annotations

_DIGITS = "〇一二三四五六七八九"
_RANKS = ((1000, "千"), (100, "百"), (10, "十"))


def kanji_number(number: int) -> str:
    """Return a number below ten thousand in kanji: 25 is `二十五`; a larger one digit by digit."""
    if number <= 0 or number >= 10_000:
        return "".join(_DIGITS[int(digit)] if digit.isdigit() else digit for digit in str(number))
    written = ""
    for rank, sign in _RANKS:
        count, number = divmod(number, rank)
        if count:
            written += (_DIGITS[count] if count > 1 else "") + sign
    return written + (_DIGITS[number] if number else "")
