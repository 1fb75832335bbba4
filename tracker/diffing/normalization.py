"""Removes the typography from a text, to give its legal form. Two texts with the same legal form have the same
meaning for a court.

Removed: spacing, punctuation, dash and quote forms, HTML entities, typographic tags, address schemes, the
grouping of digits. Kept: every letter and its case, every digit, signs with a value (`%`, `<`, `±`, `§`, a
minus before a digit, a decimal point, a range between digits), primes after a number, ranges and chains of
designators (`(a)-(c)`, `(a)(1)`), the difference between `10²` and `102`. A subscript equals the same digit on
the line where it is part of a name (`CO₂`, `CO2`), as typists write formulas; another digit (`CO₃`) is another
substance. In doubt a difference is kept: a false alarm costs a look, a hidden amendment costs more.
"""

from __future__ import annotations

import html
import re
import unicodedata

from tracker.text import UNITS

CJK = "\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9f"

_TAG = re.compile(
    r"</?(?:[ibuaIBUAE]|em|EM|strong|STRONG|small|big|span|SPAN|font|sub|SUB|sc|SC|FTREF)(?:\s+[\w:-]+\s*=\s*(?:\"[^\"]*\"|'[^']*'))*\s*/?>"
)
_SUP_TAG = re.compile(r"<(?:sup|SU|su)>(.*?)</(?:sup|SU|su)>")
_SUB_TAG = re.compile(r"<(?:sub|SUB)>(.*?)</(?:sub|SUB)>")
# Raised and lowered characters, except signs such as ™ that are always raised. NFKC would put them on the line.
_SUPERSCRIPT = re.compile(
    "[\u00b9\u00b2\u00b3\u02b0-\u02b8\u02e0-\u02e4\u1d2c-\u1d61\u1d78\u1d9b-\u1dbf\u2070-\u207f]+"
)
_SUBSCRIPT = re.compile("[\u1d62-\u1d6a\u2080-\u209c\u2c7c]+")
_VULGAR = re.compile("(?<=\\d)(?=[\u00bc-\u00be\u2150-\u215e])")
ONE_FORM = str.maketrans(
    dict.fromkeys("‐‑‒–−﹣－", "-")
    | dict.fromkeys("—―⸺⸻", "—")
    | dict.fromkeys("“”„‟«»〝〞＂″", '"')
    | dict.fromkeys("‘’‚‛`´＇′ʻʼʽ", "'")
    | dict.fromkeys("\u00ad\u200b\u200c\u200d\u2060\ufeff")
)

_SCHEME = re.compile(r"\bhttps?://(\S*?)/?(?=[\s,;)\]>]|\.?$|\.\s)", re.IGNORECASE)
_PRIME = re.compile(r"(?<![\w.\"'])(\d+(?:\.\d+)?)(\"|')")
# A raised or lowered character differs from one on the line after a number, a bracket or a short name. A unit
# may be typed without it (cm2); after a longer word a superscript is the number of a footnote, and names of
# substances lose theirs (H2O).
_RAISED = re.compile(r"(?:(?<![^\W\d_])([^\W\d_]+))?\^")
_LOWERED = re.compile(r"(?:(?<![^\W\d_])([^\W\d_]+))?\ue008")
_SCRIPT = re.compile(r"([\^_])\(([^()]{1,80})\)")  # `^(max)`, `_(max)`, as the parsers write them
_GROUPED = re.compile(r"(?<![\d,.])\d{1,3}(?:,\d{3})+(?![\d,]*\d)")
# 2.50% equals 2.5%, .5% equals 0.5%: spreadsheets write either.
_PERCENT = re.compile(r"(?<![\d.,])(\d[\d,]*)?\.(\d+)(?=\s?%|\s?percent\b)")
_ACRONYM = re.compile(r"\b(?:[A-Z]\.){2,}|\b(?:[A-Z]\.)+[A-Z]\b")
_PREFIX = re.compile(r"\b(re|non|co|pre|anti|multi|sub|semi|inter|un)-(?=[a-z])", re.IGNORECASE)
_RANGE = re.compile(r"(?<=\d)\s*[-—]\s*(?=\d)")
_MINUS = re.compile(r"(?:(?<=[\s(\ue006\ue008])|^)-(?=\.?\d)")
_DECIMAL = re.compile(r"(?<=\w)[.:](?=\w)|(?<!\w)\.(?=\d)|(?<=\d),(?=\d)")
# A range or a chain of designators names other paragraphs than a list of them: (a)-(c), (a)(1); (a), (c).
_SPACED_DESIGNATOR = re.compile(r"\(\s?([^\W_]{1,5})\s?\)")
_DESIGNATOR_RANGE = re.compile(r"(?<=[^\W_]\))\s?[-—]\s?(?=\([^\W_]{1,5}\))")
_DESIGNATOR_CHAIN = re.compile(
    r"(?:(?<=\([^\W_]\))|(?<=[^\W_]{2}\))|(?<=\d))\s?(?=\((?:[^\W_]|[ivx]{2,5}|\d{2,3})\))"
)
_LETTER_RANGE = re.compile(r"(?<![\w-])([A-Z])[-—](?=[A-Z](?![\w-]))")
_BARE_DECIMAL = re.compile(r"(?<![\w.,)])\.(?=\d)")
_CLOCK = re.compile(r"\b(\d{1,2})\.([0-5]\d)(?=\s?[ap]\.?\s?m\b)", re.IGNORECASE)
_NOT_APPLICABLE = re.compile(r"\b(?:N/A|n/a)\b")
_APOSTROPHE = re.compile(r"'")
_PUNCTUATION = re.compile(r"[-—.,;:!?()\[\]{}\"'*•●■·・‧|_^…、。「」『』【】〔〕〈〉《》†‡¶]+")
_AROUND_DIGITS = re.compile(
    r"(?<=\d)\s+(?=[^\W\d_])|(?<=[^\W\d_])\s+(?=\d)|(?<=[§$€£¥<>=≤≥±+×~#°])\s+|\s+(?=[%<>=≤≥±+×°])"
)
_BETWEEN_CJK = re.compile(f"(?<=[{CJK}])\\s+(?=[{CJK}])")
_NOT_WORD = re.compile(r"[\W_]+")

_LETTER_QUOTE = re.compile("[ʻʼʽ]")  # apostrophes that Unicode counts as letters

_CONTEXT = 24  # characters kept on either side of a difference

# Private-use characters that replace signs which the removal of punctuation must not touch.
_KEEP = {
    "-": "\ue000",
    ".": "\ue001",
    ":": "\ue002",
    ",": "\ue003",
    '"': "\ue004",
    "'": "\ue005",
    "^": "\ue006",
}
_KEEP_MINUS = "\ue007"
_KEEP_LOWERED = "\ue008"
_KEEP_CHAIN = "\ue009"


def _characters(text: str) -> str:
    """Return the text with entities, tags, quotes, dashes and compatibility characters in one form."""
    if "&" in text:
        text = html.unescape(text)
    if "<" in text:
        text = _SUP_TAG.sub(lambda found: "^" + found.group(1), text)
        text = _SUB_TAG.sub(lambda found: _KEEP_LOWERED + found.group(1), text)
        text = _TAG.sub("", text)
    if not text.isascii():
        text = _SUPERSCRIPT.sub(lambda found: f"^{unicodedata.normalize('NFKC', found.group())}", text)
        text = _SUBSCRIPT.sub(
            lambda found: _KEEP_LOWERED + unicodedata.normalize("NFKC", found.group()), text
        )
        text = _VULGAR.sub(" ", text).translate(ONE_FORM)
        text = unicodedata.normalize("NFKC", text).replace("\u2044", "/")
    if "^(" in text or "_(" in text:
        text = _SCRIPT.sub(lambda found: ("^" if found[1] == "^" else _KEEP_LOWERED) + found[2], text)
    return text.replace("--", "—")


def _percent(found: re.Match[str]) -> str:
    decimals = found[2].rstrip("0")
    return f"{found[1] or '0'}.{decimals}" if decimals else found[1] or "0"


def _raised(found: re.Match[str]) -> str:
    word = found[1] or ""
    return word if word in UNITS or len(word) > 2 else word + _KEEP["^"]


def _lowered(found: re.Match[str]) -> str:
    word = found[1] or ""
    return word + _KEEP_LOWERED if not word or word in UNITS else word


def legal_text(text: str) -> str:
    """Return the text without its typography. Equal forms differ editorially only."""
    text = _characters(text)
    if "://" in text:
        text = _SCHEME.sub(r"\1", text)
    if "^" in text:
        text = _RAISED.sub(_raised, text)
    if _KEEP_LOWERED in text:
        text = _LOWERED.sub(_lowered, text)
    if "%" in text or "percent" in text:
        text = _PERCENT.sub(_percent, text)
    if "/" in text:
        text = _NOT_APPLICABLE.sub(lambda found: found.group().replace("/", ""), text)
    if "." in text:
        text = _CLOCK.sub(r"\1:\2", text)
        text = _BARE_DECIMAL.sub("0.", text)
    text = _PRIME.sub(lambda found: found.group(1) + _KEEP[found.group(2)], text)
    text = _GROUPED.sub(lambda found: found.group().replace(",", ""), text)
    text = _ACRONYM.sub(lambda found: found.group().replace(".", ""), text)
    text = _PREFIX.sub(r"\1", text)
    text = _RANGE.sub(_KEEP["-"], text)
    if "(" in text:
        text = _SPACED_DESIGNATOR.sub(r"(\1)", text)
        text = _DESIGNATOR_RANGE.sub(_KEEP["-"], text)
        text = _DESIGNATOR_CHAIN.sub(_KEEP_CHAIN, text)
    text = _LETTER_RANGE.sub(rf"\1{_KEEP['-']}", text)
    text = _MINUS.sub(_KEEP_MINUS, text)
    text = _DECIMAL.sub(lambda found: _KEEP[found.group()], text)
    text = _APOSTROPHE.sub("", text)
    text = " ".join(_PUNCTUATION.sub(" ", text).split())
    text = _AROUND_DIGITS.sub("", text)
    return _BETWEEN_CJK.sub("", text)


def letters_only(text: str) -> str:
    """Return the letters and digits alone: a cheap key, equal for texts that differ in punctuation only."""
    return _NOT_WORD.sub("", text)


def differs_in_typography_only(before: str, after: str) -> bool:
    """Return whether nothing of legal weight differs between two texts."""
    if before == after:
        return True
    if "<" not in before and "<" not in after:  # the content of a tag is parsed from its start
        before, after = _around_the_difference(before, after)
    if _is_plain(before) and _is_plain(after) and letters_only(before) != letters_only(after):
        return False  # nearly every real change changes a letter or a digit, which is cheap to test
    return legal_text(before) == legal_text(after)


def _is_plain(text: str) -> bool:
    """Return whether no letter or digit of the text could be written in another way."""
    if "&" in text or "<" in text or "://" in text or "%" in text or "percent" in text:
        return False
    if " ." in text or text.startswith("."):
        return _BARE_DECIMAL.search(text) is None
    return text.isascii() or (unicodedata.is_normalized("NFKC", text) and not _LETTER_QUOTE.search(text))


def _around_the_difference(before: str, after: str) -> tuple[str, str]:
    """Return both texts cut to the difference, with some whole words on either side: the form of a word depends
    on its neighbors at most.
    """
    start, rest = common_affixes(before, after, _CONTEXT)
    return before[start : len(before) - rest], after[start : len(after) - rest]


def common_affixes(before: str, after: str, keep: int) -> tuple[int, int]:
    """Return how many characters at the start, and how many at the end, two different texts share; cut at white
    space, at least `keep` characters before the difference.
    """
    shorter = min(len(before), len(after))
    low, high = 0, shorter
    while low < high:
        middle = (low + high + 1) // 2
        if before[:middle] == after[:middle]:
            low = middle
        else:
            high = middle - 1
    ends, high = 0, shorter - low
    while ends < high:
        middle = (ends + high + 1) // 2
        if before[-middle:] == after[-middle:]:
            ends = middle
        else:
            high = middle - 1
    start = before.rfind(" ", 0, max(low - keep, 0)) + 1
    cut = before.find(" ", len(before) - ends + keep)
    return start, len(before) - cut if cut >= 0 else 0
