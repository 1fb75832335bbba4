"""What changes on a page although nobody changed it: counters, clocks, nonces.

Learned from two fetches of one page moments apart, and known from common wording. Only the volatile
words are masked, so that a real change in the same sentence stays visible. Two fetches may also straddle
a real edit: so an amount, a percentage or a calendar date is never learned as noise, nor are plain words.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from difflib import SequenceMatcher
from functools import lru_cache
from itertools import takewhile
from urllib.parse import parse_qsl, urlsplit

from tracker.model import Document, Unit
from tracker.parse.address import without
from tracker.parse.outline import SEPARATOR

MASK = "◌"
_CONTEXT = 3  # words on either side that must stand there for a learned mask to apply
_LONGEST = 6  # words that one volatile run may have
_START, _END = "\u2402", "\u2403"  # the ends of a unit's text in a template

_MONTH = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\.?"
_WEEKDAY = r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*\.?,?"
_CLOCK = r"\d{1,2}:\d\d(?::\d\d(?:\.\d+)?)?(?:\s?[AaPp]\.?\s?[Mm]\b\.?)?(?:\s?(?:(?-i:[A-Z]{2,5}\b)|[+-]\d\d:?\d\d))?"
_DATE = rf"(?:{_MONTH}\s\d{{1,2}}(?:st|nd|rd|th)?,?\s\d{{4}}|\d{{1,2}}\s{_MONTH}\s\d{{4}}|\d{{4}}-\d\d-\d\d|\d{{1,2}}/\d{{1,2}}/\d{{2,4}})"
_STAMP = rf"(?:(?:{_WEEKDAY}\s)?{_DATE}(?:(?:,|\sat|T|\s-)?\s?{_CLOCK})?|{_CLOCK}(?:,?\s(?:on\s)?(?:{_WEEKDAY}\s)?{_DATE})?)"
_COUNT = r"#?\s?\d[\d,. ]*\d|#?\s?\d"

# Each takes away what follows its words, and nothing else.
_BUILT_IN = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        # "A document served on May 1" is law, "page generated on May 1" is not: the nouns are few on purpose.
        rf"(\b(?:web ?page|page|site)\s(?:was\s)?(?:last\s)?(?:generated|rendered|loaded|served|printed|cached)(?:\s(?:at|on|in))?:?\s)({_STAMP}|[\d.]+\s?(?:ms|milliseconds|s|seconds)\b)",
        rf"(^(?:last\s)?(?:generated|rendered|cached)(?:\s(?:at|on|in))?:?\s)({_STAMP}|[\d.]+\s?(?:ms|milliseconds|s|seconds)\b)",
        rf"(\byou are (?:the\s)?(?:visitor|guest)(?:\s(?:number|no\.?))?:?\s)({_COUNT})",
        rf"(\b(?:visitors?|visitor count(?:er)?|page views?|views|hits|page hits|visits)(?:\s(?:today|so far|number))?:\s?)({_COUNT})",
        rf"(\bvisitor (?:number|no\.?|#)\s?:?\s?)({_COUNT})",
        r"()(\b\d[\d,]*)(?=\s(?:users?|visitors?|guests?|people)\s(?:are\s)?(?:currently\s)?online\b)",
        r"(\b(?:session|request|trace|correlation|ray|csrf|nonce)[ -]?(?:id|token)\s?[:=#]?\s?)([A-Za-z0-9][A-Za-z0-9._-]{5,})",
        rf"(\b(?:current|server|system)\s(?:date(?:\sand\s|/))?time(?:\sis|\snow)?\s?:?\s)({_STAMP})",
        rf"(\b(?:it is now|the time is(?: now)?|today is|today's date(?: is)?|current date(?: is)?):?\s)({_STAMP}|{_WEEKDAY}\s{_DATE})",
        # An ISO date with a clock is a machine's; prose of the law writes "12:01 a.m. on March 4".
        r"()(\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|\s?[+-]\d\d:?\d\d|\s?(?:UTC|GMT|E[SD]T)\b)?)",
        r"()(\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b)",
        r"()(\b(?=[0-9a-f]*[a-f])(?=[0-9a-f]*\d)[0-9a-f]{24,}\b)",
    )
)  # fmt: skip
# One look for any of the words above spares nearly every unit the eleven patterns.
_HINT = re.compile(
    r"generated|rendered|loaded|served|printed|cached|visitor|guest|views?:|hits:|visits|online|"
    r"\b(?:session|request|trace|correlation|ray|csrf|nonce)[ -]?(?:id|token)|time\b|it is now|today|current date|"
    r"[0-9a-f]{8}-[0-9a-f]{4}-|[0-9a-f]{24}|\d{4}-\d\d-\d\d[T ]\d\d:",
    re.IGNORECASE,
)
_MEASURE = re.compile(
    r"[$€£¥%§]|\b(?:percent|USD|days?|hours?|months?|years?|nm|mm|km|kg|[kMGT]?Hz|[KMGT]B|bits?|TPP|TOPS|TFLOPS|W|kW|MW|million|billion)\b"
)
_CLOCKS = re.compile(r"\d{1,2}:\d\d(?::\d\d)?")
_DATE_WORD = re.compile(rf"(?:{_MONTH}|{_WEEKDAY}|\d{{1,2}}(?:st|nd|rd|th)?,?|(?:19|20)\d\d[,.]?|\d{{4}}-\d\d-\d\d|\d{{1,2}}/\d{{1,2}}/\d{{2,4}})[,.]?\Z", re.IGNORECASE)  # fmt: skip
_RANDOM = re.compile(
    r"(?=.*\d)[A-Za-z0-9._:/+=,#-]+\Z|[0-9a-fA-F]{6,}\Z|(?=.*[a-z])(?=.*[A-Z])[A-Za-z0-9_=+/-]{10,}\Z"
)
_YEAR = re.compile(r"(?:19|20)\d\d[,.]?\Z")
_HALF_DAY = re.compile(r"[ap]\.?m\.?[,.]?\Z", re.IGNORECASE)


def volatile(first: Document, second: Document) -> frozenset[str]:
    """The templates of what differs between two fetches of one page moments apart.

    A template is `words before ◌ words after`, at most three words on each side; `@path` for a unit
    that is nothing but volatile; `?name=` for a parameter of a link's address. All are plain text, so
    they can be kept as a JSON list.
    """
    found: set[str] = set()
    for one, other in _pairs(first.units, second.units):
        if one.text != other.text:
            for template in _learned(
                masked(one.text), masked(other.text), ticks=_ticks(one.text, other.text)
            ):
                if _has_context(template):
                    found.add(template)
                elif one.path == other.path and template == f"{_START} {MASK} {_END}":
                    found.add(f"@{one.path}")
        found.update(_parameters(one, other))
    if first.title != second.title:
        ticks = _ticks(first.title, second.title)
        found.update(filter(_has_context, _learned(masked(first.title), masked(second.title), ticks=ticks)))
    return frozenset(found)


def _has_context(template: str) -> bool:
    """Whether enough stands around the volatile words to know them again: two words, or one and an end."""
    around = [word for word in template.split() if word != MASK]
    return len(around) > 1 and any(word not in (_START, _END) for word in around)


def _pairs(first: tuple[Unit, ...], second: tuple[Unit, ...]) -> Iterator[tuple[Unit, Unit]]:
    """Units of the same path; those without a counterpart in their order, if as many are left."""
    by_path = {unit.path: unit for unit in second}
    left = []
    for unit in first:
        other = by_path.pop(unit.path, None)
        if other is None:
            left.append(unit)
        else:
            yield unit, other
    rest = [unit for unit in second if unit.path in by_path]
    if len(left) == len(rest):
        yield from zip(left, rest, strict=True)


def _ticks(first: str, second: str) -> bool:
    """A moving clock says that the date beside it is the page's, not the law's."""
    return _CLOCKS.findall(first) != _CLOCKS.findall(second)


def _learned(first: str, second: str, *, ticks: bool) -> Iterator[str]:
    one, other = first.split(), second.split()
    matcher = SequenceMatcher(None, one, other, autojunk=False)
    changes = [code for code in matcher.get_opcodes() if code[0] != "equal"]
    for number, (_, begin, end, other_begin, other_end) in enumerate(changes):
        around = " ".join(one[max(0, begin - 2) : end + 2])
        if not _is_noise(one[begin:end], other[other_begin:other_end], around, ticks=ticks):
            continue
        # Other volatile words are no context to know this place by.
        floor = changes[number - 1][2] if number else 0
        ceiling = changes[number + 1][1] if number + 1 < len(changes) else len(one)
        before = _steady(one[max(floor, begin - _CONTEXT) : begin][::-1])[::-1]
        after = _steady(one[end : min(ceiling, end + _CONTEXT)])
        if len(before) == begin:
            before = [_START, *before]
        if end + len(after) == len(one):
            after = [*after, _END]
        yield " ".join((*before, MASK, *after))


def _steady(words: list[str]) -> list[str]:
    """Words up to the first that may be another one tomorrow: a masked one, a number, a clock. Two fetches a second
    apart do not show that those move too. A year may stay."""
    return list(takewhile(_stays, words))


def _stays(word: str) -> bool:
    return word != MASK and (not any(sign.isdigit() for sign in word) or _YEAR.match(word) is not None)


def _is_noise(run: list[str], changed: list[str], around: str, *, ticks: bool) -> bool:
    """Whether one run of words became another for no reason of law: random or counted words only, no
    amounts, no measures, and dates only where a clock moved with them."""
    words = (*run, *changed)
    if not run or not changed or len(run) > _LONGEST or len(changed) > _LONGEST:
        return False
    if _MEASURE.search(around) or any(_MEASURE.search(word) for word in changed):
        return False
    if ticks:
        return all(_RANDOM.match(word) or _HALF_DAY.match(word) or _DATE_WORD.match(word) for word in words)
    return not re.search(rf"{_DATE}|\b{_MONTH}", around, re.IGNORECASE) and all(
        _RANDOM.match(word) for word in words
    )


def _parameters(one: Unit, other: Unit) -> Iterator[str]:
    links = [value for name, value in one.meta if name == "href"]
    others = [value for name, value in other.meta if name == "href"]
    if len(links) != len(others):
        return
    for link, changed in zip(links, others, strict=True):
        if link != changed and link.split("?")[0] == changed.split("?")[0]:
            values = dict(parse_qsl(urlsplit(changed).query, keep_blank_values=True))
            for name, value in parse_qsl(urlsplit(link).query, keep_blank_values=True):
                if values.get(name) not in (None, value):
                    yield f"?{name}="


@lru_cache(maxsize=4096)
def _pattern(template: str) -> re.Pattern[str]:
    before, _, after = (part.split() for part in template.partition(MASK))
    left, right = "^" if _START in before else r"(?<!\S)", "$" if _END in after else r"(?!\S)"
    for word in before:
        left += "" if word == _START else rf"{re.escape(word)}\s+"
    for word in reversed(after):
        right = right if word == _END else rf"\s+{re.escape(word)}{right}"
    return re.compile(rf"({left})(\S+(?: \S+){{0,{_LONGEST - 1}}}?)({right})")


def _mask(match: re.Match[str]) -> str:
    """Words of the language never give way to a mask, wherever a template may fit."""
    run = match[2].split()
    if all(
        word == MASK or _RANDOM.match(word) or _HALF_DAY.match(word) or _DATE_WORD.match(word) for word in run
    ):
        return f"{match[1]}{MASK}{match[3]}"
    return match.group()


def masked(text: str, templates: Iterable[str] = ()) -> str:
    """`text` with the volatile words of the templates, and of common wording, as `◌`."""
    if _HINT.search(text):
        for pattern in _BUILT_IN:
            text = pattern.sub(rf"\g<1>{MASK}", text)
    # Templates were learned from text that was masked so far: a clock that stands beside is no context.
    for template in templates:
        if not template.startswith(("?", "@")):
            text = _pattern(template).sub(_mask, text)
    return text


def quiet(document: Document, templates: Iterable[str] = ()) -> Document:
    """`document` with volatile words masked in texts, paths and title, and volatile parameters taken out
    of its links: what is compared, and hashed, instead of the page as it came."""
    wanted = sorted(templates)
    names = frozenset(template[1:-1] for template in wanted if template.startswith("?"))
    whole = frozenset(template[1:] for template in wanted if template.startswith("@"))
    units: list[Unit] = []
    seen: dict[str, int] = {}
    for unit in document.units:
        alone = unit.path in whole and len(unit.text.split()) <= _LONGEST
        text = MASK if alone else masked(unit.text, wanted)
        path = SEPARATOR.join(masked(part, wanted) for part in unit.path.split(SEPARATOR))
        if path != unit.path:
            seen[path] = seen.get(path, 0) + 1
            path = path if seen[path] == 1 else f"{path} [{seen[path]}]"
        meta = tuple(
            (name, without(value, names.__contains__) if name == "href" else value)
            for name, value in unit.meta
        )
        if text != unit.text or path != unit.path or meta != unit.meta:
            key = unit.key if text == unit.text else masked(unit.key, wanted)
            unit = replace(unit, text=text, path=path, key=key, meta=meta)  # noqa: PLW2901
        units.append(unit)
    return replace(document, units=tuple(units), title=masked(document.title, wanted))
