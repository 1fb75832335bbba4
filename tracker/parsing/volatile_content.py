"""Masks the words of a page that change by themselves: counters, clocks, nonces.

They are known from common wording, or learned where three texts all differ: the stored one, a new one, and the
request moments later that confirms it. Only volatile words are masked, so that a real change in the same
sentence stays visible. Two of the three may straddle a real edit or be from a stale node: so a citation, a
code, an amount, a percentage, a calendar date or a plain word is never learned, and no template ever masks one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from difflib import SequenceMatcher
from functools import lru_cache, partial
from itertools import takewhile
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from tracker.model import Document, Unit, UnitKind
from tracker.parsing.unit_builder import SEPARATOR
from tracker.parsing.volatile_shapes import (
    KINDS,
    MONTH,
    WEEKDAY,
    Kind,
    belongs_to_clock,
    fits,
    is_counted,
    is_joining,
    is_of_law,
    moved,
    shape,
)

MASK = "◌"
_ADDRESSES = frozenset({UnitKind.LINK, UnitKind.IMAGE})
_CONTEXT = 3  # words on either side that must be equal for a learned mask to apply
_LONGEST = 8  # most words of one volatile run
_START, _END = "\u2402", "\u2403"  # the ends of a unit's text in a template

_CLOCK = r"\d{1,2}:\d\d(?::\d\d(?:\.\d+)?)?(?:\s?[AaPp]\.?\s?[Mm]\b\.?)?(?:\s?(?:(?-i:[A-Z]{2,5}\b)|[+-]\d\d:?\d\d))?"
_DATE = rf"(?:{MONTH}\s\d{{1,2}}(?:st|nd|rd|th)?,?\s\d{{4}}|\d{{1,2}}\s{MONTH}\s\d{{4}}|\d{{4}}-\d\d-\d\d|\d{{1,2}}/\d{{1,2}}/\d{{2,4}})"
_STAMP = rf"(?:(?:{WEEKDAY}\s)?{_DATE}(?:(?:,|\sat|T|\s-)?\s?{_CLOCK})?|{_CLOCK}(?:,?\s(?:on\s)?(?:{WEEKDAY}\s)?{_DATE})?)"
_COUNT = r"#?\s?\d[\d,. ]*\d|#?\s?\d"

_AGO = r"(?:(?:(?:about|over|almost|nearly)\s)?(?:an?|one|\d+)\s?(?:seconds?|secs?|minutes?|mins?|hours?|hrs?|days?|weeks?|months?|years?)\sago\b|just now\b|yesterday\b)"

# Each removes what follows its words, and nothing else.
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
        rf"(\b(?:it is now|the time is(?: now)?|today is|today's date(?: is)?|current date(?: is)?):?\s)({_STAMP}|{WEEKDAY}\s{_DATE})",
        # How long ago it was posted: computed by the page, not edited.
        rf"(\b(?:posted|published|updated|added|modified|edited|uploaded|refreshed|reviewed)(?:\slast)?\s?:?\s)({_AGO})",
        rf"()(^{_AGO}$)",
        # An ISO date with a clock is a machine's; legal prose writes "12:01 a.m. on March 4".
        r"()(\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|\s?[+-]\d\d:?\d\d|\s?(?:UTC|GMT|E[SD]T)\b)?)",
        # A unit that consists of a clock with seconds.
        rf"()(^(?=.*\d:\d\d:\d\d){_STAMP}$)",
        r"()(\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b)",
        r"()(\b(?=[0-9a-f]*[a-f])(?=[0-9a-f]*\d)[0-9a-f]{24,}\b)",
    )
)  # fmt: skip
# A search for any of the words above spares nearly every unit the eleven patterns.
_HINT = re.compile(
    r"generated|rendered|loaded|served|printed|cached|visitor|guest|views?:|hits:|visits|online|"
    r"\b(?:session|request|trace|correlation|ray|csrf|nonce)[ -]?(?:id|token)|time\b|it is now|today|current date|"
    r"\bago\b|just now|yesterday|\d:\d\d:\d\d|[0-9a-f]{8}-[0-9a-f]{4}-|[0-9a-f]{24}|\d{4}-\d\d-\d\d[T ]\d\d:",
    re.IGNORECASE,
)
_YEAR = re.compile(r"(?:19|20)\d\d[,.]?\Z")
_LEARNED = re.compile(rf"({'|'.join(KINDS)}): (.*{MASK}.*)", re.DOTALL)
# Parameters of addresses that belong to a visit and not to the linked resource.
_OF_A_VISIT = re.compile(r"(?:_|tok|token|nonce|sid|sess|session|sessionid|csrf|ts|time|timestamp|cb|cache|cachebuster|rnd|rand|random)\Z", re.IGNORECASE)  # fmt: skip


def learn_volatile(
    first: Document, second: Document, stored: Document, *, elapsed: tuple[float, float] | None = None
) -> frozenset[str]:
    """Return the templates of content that changes by itself: a place at which a page, the request moments
    later that confirms it, and the stored text all differ, each with a word in the shape of a clock, a
    counter or a nonce.

    Two values prove nothing: a node that still serves the old page gives two as well. A template is `kind:
    words before ◌ words after`, at most three words on each side, or `?name=` for a parameter of a link's
    address. All are plain text, so they can be stored as a JSON list. A whole unit is never learned.

    `elapsed`: `second` is of an earlier poll instead, this many seconds before `first`; `stored` this many
    before it.
    """
    found: set[str] = set()
    seconds = _counterparts(first.units, second.units)
    olds = _counterparts(first.units, stored.units)
    for one, other, old in zip(first.units, seconds, olds, strict=True):
        if other is None or old is None:
            continue
        # An address is not a clock: it is compared as it is, except for parameters of its query.
        if one.text != other.text and one.kind not in _ADDRESSES:
            found.update(_learned(one.text, other.text, old.text, elapsed))
        found.update(_parameters(one, other, old))
    if first.title != second.title:
        found.update(_learned(first.title, second.title, stored.title, elapsed))
    return frozenset(found)


def only_volatile(document: Document, stored: Document) -> bool:
    """Return whether only words of volatile shapes differ, at places where such words change: a clock with its
    date, a random token, a number that counts readers. It may be noise that a cache served twice, or a new
    deadline.
    """
    if len(document.units) != len(stored.units):
        return False
    texts = [(unit.text, old.text) for unit, old in zip(document.units, stored.units, strict=True)]
    return all(
        one == other or _outline(one) == _outline(other)
        for one, other in (*texts, (document.title, stored.title))
    )


def _outline(text: str) -> list[str]:
    """Return the words of a text, with a sign for each clock, token and counted number."""
    words = mask_text(text).split()
    signs: dict[int, str] = {}
    for place, word in enumerate(words):
        kind = shape(word)
        around = (*words[max(0, place - _CONTEXT) : place], *words[place + 1 : place + 2])
        if kind is not None and (kind != "counter" or is_counted(around)):
            extent = _extent(words, place, kind)
            signs.update(dict.fromkeys(extent, ""))
            signs[place] = f"{MASK}{kind}"
    return [sign for place, word in enumerate(words) if (sign := signs.get(place, word))]


def usable(templates: Iterable[str]) -> tuple[str, ...]:
    """Return the stored templates that the current rules would still learn. Those that an earlier version
    learned from two requests alone, or for a whole unit, are left out: they may hide the law.
    """
    return tuple(sorted(template for template in templates if _is_usable(template)))


def shown(template: str) -> tuple[str, str]:
    """Return a usable template for people: the kind of masked content, `parameter` for one of an address, and
    the words.
    """
    if template.startswith("?"):
        return "parameter", template
    kind, _, words = template.partition(": ")
    return kind, " ".join(word for word in words.split() if word not in (_START, _END))


def _is_usable(template: str) -> bool:
    if template.startswith("?"):
        return len(template) > 2 and template.endswith("=")
    match = _LEARNED.fullmatch(template)
    if match is None:
        return False
    around = [word for word in match[2].split() if word not in (MASK, _START, _END)]
    if match[1] == "counter" and is_of_law(around) and not _is_duration(match[2]):
        return False
    return _has_context(match[2])


def _is_duration(template: str) -> bool:
    after = template.partition(MASK)[2].split()
    return bool(after) and after[0].rstrip(".,;") in {"ms", "s", "sec", "seconds", "milliseconds"}


def _has_context(template: str) -> bool:
    """Return whether enough words around the volatile ones identify them: two words, or one and an end."""
    around = [word for word in template.split() if word != MASK]
    return len(around) > 1 and any(word not in (_START, _END) for word in around)


def _counterparts(units: Sequence[Unit], others: Sequence[Unit]) -> list[Unit | None]:
    """Return the counterpart of each unit: the same words except volatile ones, in order; else the same path."""
    by_words: dict[tuple[str, ...], list[Unit]] = {}
    by_path = {unit.path: unit for unit in others}
    for unit in others:
        by_words.setdefault(_skeleton(mask_text(unit.text).split()), []).append(unit)
    found: list[Unit | None] = []
    for unit in units:
        alike = by_words.get(_skeleton(mask_text(unit.text).split()))
        found.append(alike.pop(0) if alike else by_path.get(unit.path))
    return found


def _skeleton(words: Sequence[str]) -> tuple[str, ...]:
    return tuple(f"{MASK}{shape(word)}" if shape(word) else word for word in words)


def _aligned(words: Sequence[str], others: Sequence[str]) -> dict[int, int]:
    """Return the word of the other text at the place of each word of this one, volatile words counted as equal."""
    matcher = SequenceMatcher(None, _skeleton(words), _skeleton(others), autojunk=False)
    return {
        block.a + number: block.b + number
        for block in matcher.get_matching_blocks()
        for number in range(block.size)
    }


def _learned(first: str, second: str, stored: str, elapsed: tuple[float, float] | None) -> Iterator[str]:
    one, other, old = (mask_text(text).split() for text in (first, second, stored))
    to_second, to_stored = _aligned(one, other), _aligned(one, old)
    places: dict[int, Kind] = {}
    for place, word in enumerate(one):
        kind = shape(word)
        if kind is None or place not in to_second or place not in to_stored:
            continue
        around = (*one[max(0, place - _CONTEXT) : place], *one[place + 1 : place + 2])
        if moved(kind, word, other[to_second[place]], old[to_stored[place]], around, elapsed):
            places[place] = kind
    volatile = {number for place, kind in places.items() for number in _extent(one, place, kind)}
    for place, kind in places.items():
        extent = _extent(one, place, kind)
        template = _template(one, extent, volatile)
        if _has_context(template) and len(extent) <= _LONGEST:
            learned = f"{kind}: {template}"
            if _is_usable(learned):
                yield learned


def _extent(words: Sequence[str], place: int, kind: Kind) -> range:
    """Return the words of one volatile value: a clock includes its date, half of the day and zone."""
    begin, end = place, place + 1
    if kind == "clock":
        while begin and belongs_to_clock(words[begin - 1]):
            begin -= 1
        while begin < place and is_joining(words[begin]):
            begin += 1
        while end < len(words) and belongs_to_clock(words[end]):
            end += 1
        while end > place + 1 and is_joining(words[end - 1]):
            end -= 1
    return range(begin, end)


def _template(words: Sequence[str], extent: range, volatile: set[int]) -> str:
    # Other volatile words are not a context for this place.
    before = list(
        takewhile(lambda n: n not in volatile and _stays(words[n]), range(extent.start - 1, -1, -1))
    )
    after = list(takewhile(lambda n: n not in volatile and _stays(words[n]), range(extent.stop, len(words))))
    before, after = before[:_CONTEXT], after[:_CONTEXT]
    left = [words[number] for number in reversed(before)]
    right = [words[number] for number in after]
    if len(left) == extent.start:
        left = [_START, *left]
    if extent.stop + len(right) == len(words):
        right = [*right, _END]
    return " ".join((*left, MASK, *right))


def _stays(word: str) -> bool:
    """Return whether a word will be the same tomorrow: not a mask, number or clock, except a year."""
    return word != MASK and (not any(sign.isdigit() for sign in word) or _YEAR.match(word) is not None)


def _parameters(one: Unit, other: Unit, old: Unit) -> Iterator[str]:
    links, others, olds = (
        [value for name, value in unit.meta if name == "href"] for unit in (one, other, old)
    )
    if not len(links) == len(others) == len(olds):
        return
    for three in zip(links, others, olds, strict=True):
        if len({link.split("?")[0] for link in three}) > 1:
            continue
        first, second, stored = (
            dict(parse_qsl(urlsplit(link).query, keep_blank_values=True)) for link in three
        )
        for name, value in first.items():
            if len({value, second.get(name), stored.get(name)} - {None}) == 3 and all(
                _is_of_visit(name, each) for each in (value, second[name], stored[name])
            ):
                yield f"?{name}="


def _is_of_visit(name: str, value: str) -> bool:
    return _OF_A_VISIT.match(name) is not None or shape(value) in ("nonce", "clock")


@lru_cache(maxsize=4096)
def _pattern(template: str) -> tuple[str, re.Pattern[str]] | None:
    """Return the kind of a template and its pattern; None for one of an address, or one that must not be used."""
    if template.startswith("?") or not _is_usable(template):
        return None
    kind, _, words = template.partition(": ")
    before, _, after = (part.split() for part in words.partition(MASK))
    left, right = "^" if _START in before else r"(?<!\S)", "$" if _END in after else r"(?!\S)"
    for word in before:
        left += "" if word == _START else rf"{re.escape(word)}\s+"
    for word in reversed(after):
        right = right if word == _END else rf"\s+{re.escape(word)}{right}"
    return kind, re.compile(rf"({left})(\S+(?: \S+){{0,{_LONGEST - 1}}}?)({right})")


def _replaced(kind: str, match: re.Match[str]) -> str:
    return f"{match[1]}{MASK}{match[3]}" if fits(kind, match[2].split(), MASK) else match.group()


def mask_text(text: str, templates: Iterable[str] = ()) -> str:
    """Return `text` with the volatile words of the templates, and of common wording, as `◌`. Words of the
    language, and of the law, are never masked, wherever a template may fit.
    """
    if _HINT.search(text):
        for pattern in _BUILT_IN:
            text = pattern.sub(rf"\g<1>{MASK}", text)
    # Templates were learned from masked text: a clock beside it is not a context.
    for template in templates:
        compiled = _pattern(template)
        if compiled is not None:
            text = compiled[1].sub(partial(_replaced, compiled[0]), text)
    return text


def mask_document(document: Document, templates: Iterable[str] = ()) -> Document:
    """Return `document` with volatile words masked in texts, paths and title, and volatile parameters removed
    from its links: the form in which a page is compared and hashed.
    """
    active = usable(templates)
    names = frozenset(template[1:-1] for template in active if template.startswith("?"))
    units: list[Unit] = []
    seen: dict[str, int] = {}
    for unit in document.units:
        text = _quiet_text(unit, active, names)
        path = SEPARATOR.join(mask_text(part, active) for part in unit.path.split(SEPARATOR))
        if path != unit.path:
            seen[path] = seen.get(path, 0) + 1
            path = path if seen[path] == 1 else f"{path} [{seen[path]}]"
        meta = tuple(
            (name, _steady_address(value, names) if name == "href" else value) for name, value in unit.meta
        )
        if text != unit.text or path != unit.path or meta != unit.meta:
            key = unit.key if text == unit.text else mask_text(unit.key, active)
            unit = replace(unit, text=text, path=path, key=key, meta=meta)  # noqa: PLW2901
        units.append(unit)
    return replace(document, units=tuple(units), title=mask_text(document.title, active))


def _quiet_text(unit: Unit, active: tuple[str, ...], names: frozenset[str]) -> str:
    if unit.kind not in _ADDRESSES:
        return mask_text(unit.text, active)
    for name, value in unit.meta:
        if name == "href" and unit.text.endswith(value):
            return unit.text.removesuffix(value) + _steady_address(value, names)
    return unit.text


def _steady_address(address: str, names: frozenset[str]) -> str:
    """Return an address without the learned parameters, as long as their values still belong to a visit."""
    if not names or "?" not in address:
        return address
    parts = urlsplit(address)
    query = parse_qsl(parts.query, keep_blank_values=True)
    kept = [(name, value) for name, value in query if name not in names or not _is_of_visit(name, value)]
    return address if len(kept) == len(query) else urlunsplit(parts._replace(query=urlencode(kept)))
