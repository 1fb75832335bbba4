"""Rates, sums and spans of time as each language writes them."""

from __future__ import annotations

import calendar
import re

from tracker.countries import countries_in
from tracker.model import Language
from tracker.terms import goods_of
from tracker.text import NUMBER_WORDS

_PERCENT = re.compile(r"\s*(?:percentage|per\s?cent|percent)\b(?:\s+ad valorem)?", re.IGNORECASE)
_MONEY = re.compile(
    r"(?:US)?\$\s?(?P<number>\d[\d,]*(?:\.\d+)?)(?:\s?(?P<scale>thousand|million|billion))?", re.IGNORECASE
)
_SPAN = re.compile(
    r"(?P<number>\d[\d,]*|[a-z]+(?:-[a-z]+)?)[\s-](?P<unit>calendar days?|days?|months?|years?|weeks?|hours?)\b",
    re.IGNORECASE,
)
_LEADING = re.compile(r"\A(?P<words>[A-Za-z][A-Za-z &-]*[A-Za-z]) (?=\d|最)")
_WORDS = (
    ("additional", ""),
    ("an?", ""),
    ("up to", "最大"),
    ("at least", "最低"),
    ("at most", "最大"),
    ("or", "または"),
)
_MONTHS = tuple(calendar.month_name[1:])
_DAY = re.compile(rf"(?P<month>{'|'.join(_MONTHS)}) (?P<day>\d{{1,2}}),? (?P<year>\d{{4}})")
_YEAR = re.compile(r"(?:19|20)\d\d")
_UNITS = {"day": "日", "month": "か月", "year": "年", "week": "週間", "hour": "時間"}
_SCALES = {"": 1, "thousand": 1_000, "million": 1_000_000, "billion": 1_000_000_000}


def amount(words: str, language: Language) -> str:
    """An amount as printed, in the words of the language: "25 percent" is 25%, "$1.5 million" is 150万ドル, "ninety days" 90日."""
    plain = _PERCENT.sub("%", " ".join(words.split()).strip(" .,;:"))
    if language == "en":
        return plain
    if day := _DAY.fullmatch(plain):
        return f"{day['year']}年{_MONTHS.index(day['month']) + 1}月{int(day['day'])}日"
    if plain.lower() == "zero":
        return "0%"
    if _YEAR.fullmatch(plain):
        return f"{plain}年"
    plain = _SPAN.sub(_span, _MONEY.sub(_dollars, plain))
    for english, japanese in _WORDS:
        plain = re.sub(rf"(?<!\w){english}(?!\w)\s?", japanese, plain, flags=re.IGNORECASE)
    parts = re.split(r"\s*[;,]\s(?!\d)|\s*;\s*", plain)
    return "、".join(_LEADING.sub(_subject, part) for part in parts if part)


def _subject(match: re.Match[str]) -> str:
    """The country and the goods that a rate is for: "Canada energy 10%" is カナダのエネルギー10%."""
    countries = "・".join(country.ja for country in countries_in(match["words"]))
    goods = goods_of(match["words"])
    named = "" if goods.generic else "・".join(goods.names)
    if not countries and not (named and goods.whole):
        return match[0]
    return "の".join(part for part in (countries, named) if part)


def _dollars(match: re.Match[str]) -> str:
    total = round(float(match["number"].replace(",", "")) * _SCALES[(match["scale"] or "").lower()], 2)
    if total != int(total):
        return f"{total:,}ドル"
    whole = int(total)
    parts = []
    for size, name in ((10**12, "兆"), (10**8, "億"), (10**4, "万")):
        count, whole = divmod(whole, size)
        if count:
            parts.append(f"{count:,}{name}")
    if whole or not parts:
        parts.append(f"{whole:,}")
    return "".join(parts) + "ドル"


def _span(match: re.Match[str]) -> str:
    number = _number(match["number"])
    unit = match["unit"].lower().removeprefix("calendar ").rstrip("s")
    return match[0] if number is None else f"{number}{_UNITS[unit]}"


def _number(words: str) -> str | None:
    if words[0].isdigit():
        return words
    ten, _, one = words.lower().partition("-")
    if ten not in NUMBER_WORDS or (one and one not in NUMBER_WORDS):
        return None
    return str(NUMBER_WORDS[ten] + (NUMBER_WORDS[one] if one else 0))
