"""The words of an English phrase as items: each with its Japanese and its part of speech."""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from tracker.countries import most_words, place_of
from tracker.i18n import format_day
from tracker.terms.phrase_words import PREPOSITIONS, bases, dictionary, has_word, is_deed, phrases, singular
from tracker.terms.table import once
from tracker.text import NUMBER_WORDS

_MONTHS = tuple(calendar.month_name[1:])
_TOKEN = re.compile(
    r"(?P<day>(?:January|February|March|April|May|June|July|August|September|October|November|December) \d{1,2}, \d{4})"
    r"|(?P<month>(?:January|February|March|April|May|June|July|August|September|October|November|December),? \d{4})"
    r"|(?P<place>[Ss]upplement [Nn]o\. ?\d+ to [Pp]art \d+|(?:\d+ (?:CFR|C\.F\.R\.) )?(?:[Pp]arts?|§§?|[Ss]ections?) \d{3,4}(?:\.\d+)?(?:\([\w]+\))*(?=\W|\Z))"
    r"|(?P<numbered>[Nn]os?\. ?\d+(?:\([a-z\d]+\))*)"
    r"|(?P<order>(?:Executive Order|E\.O\.|Proclamation)(?: No\.)? \d{4,5})"
    r"|(?P<section>[Ss]ections? \d{2,4}(?=\W|\Z))"
    r"|(?P<dollars>\$[\d,.]+(?: (?:million|billion))?)"
    r"|(?P<percent>\d+(?:\.\d+)? ?(?:percent|%))"
    r"|(?P<span>\d+[ -](?:day|month|year|hour|week)s?\b)"
    r"|(?P<company>(?:[A-Z][\w.&'’-]*,? ){1,6}(?:Co(?:mpany)?\.?,? Ltd\.?|Ltd\.?|Inc\.?|Corp(?:oration)?\.?|LLC|L\.L\.C\.|GmbH|S\.A\.|N\.V\.|B\.V\.|Co\.)(?=\W|\Z))"
    r"|(?P<word>[A-Za-z][\w’'.&]*(?:[-/][A-Za-z\d][\w’'.]*)*)"
    r"|(?P<number>\d+(?:[.,]\d+)*\w*(?:[-:][\w.]+)*)"
    r"|(?P<comma>,)|(?P<open>[(\[])|(?P<close>[)\]])|(?P<quote>[“”\"])"
)
_DROPPED = frozenset(
    [
        "the",
        "a",
        "an",
        "its",
        "their",
        "our",
        "his",
        "this",
        "these",
        "those",
        "such",
        "thereof",
        "hereby",
        "any",
        "both",
        "no.",
    ]
)
CONJUNCTIONS = {"and": "及び", "or": "又は", "&": "・", "and/or": "及び・又は"}
_CLAUSAL = frozenset(
    [
        "same",
        "being",
        "having",
        "that",
        "which",
        "who",
        "whose",
        "whom",
        "if",
        "when",
        "where",
        "while",
        "unless",
        "whether",
        "is",
        "are",
        "was",
        "were",
        "be",
        "been",
        "being",
        "will",
        "shall",
        "may",
        "must",
        "can",
        "could",
        "would",
        "should",
        "has",
        "have",
        "had",
        "not",
        "does",
        "do",
        "did",
        "it",
        "they",
        "we",
        "i",
        "you",
        "he",
        "she",
        "there",
        "how",
        "why",
        "what",
        "so",
        "because",
        "although",
    ]
)
_SUFFIXES = {
    "related": "関連の", "based": "を拠点とする", "made": "製の", "origin": "原産の", "owned": "所有の", "specific": "固有の", "free": "不要の",
    "controlled": "支配下の", "wide": "全体の", "designed": "設計の", "produced": "産の", "built": "建造の", "affiliated": "系列の", "intensive": "集約型の", "powered": "搭載の", "enabled": "対応の",
    "flagged": "船籍の", "type": "型の", "level": "水準の", "use": "用の", "grade": "級の", "containing": "を含有する", "headquartered": "に本社を置く", "term": "期の",
}  # fmt: skip
_PREFIXES = {
    "non": "非",
    "anti": "反",
    "re": "再",
    "pre": "事前の",
    "post": "事後の",
    "multi": "多",
    "co": "共同",
    "sub": "準",
    "semi": "半",
    "bi": "二",
    "cross": "越境の",
}
_UNITS = {"day": "日間", "month": "か月", "year": "年間", "hour": "時間", "week": "週間"}
# The first words of prepositions of several words that are no modifiers themselves: "one individual pursuant to".
_OF_PREPOSITIONS = frozenset({"pursuant", "due", "because", "subject", "destined", "bound", "intended", "originating", "located", "consistent", "capable", "applicable"})  # fmt: skip
_OWNER = re.compile(r"['’]s?\Z")
_SCALE = {"million": "100万", "billion": "10億"}


@dataclass(frozen=True, slots=True)
class Item:
    """One word or fixed phrase: its Japanese, and its part: `n` noun, `m` modifier, `g` gerund (an action with an object), `v` base
    form of a verb, `p` preposition, `c` conjunction, `,` comma, `to` the word "to"."""

    ja: str
    part: str
    place: bool = False
    day: bool = False
    deed: bool = False  # a noun for an action: "addition", "revision", "request for comments"


class UnknownWordError(Exception):
    """A word that the dictionary does not have, or a clause that is no noun phrase."""


def items_of(text: str) -> Iterator[Item]:
    tokens = [(match.lastgroup or "", match[0]) for match in _TOKEN.finditer(text)]
    sentence_case = _is_sentence_case(text)
    at = 0
    while at < len(tokens):
        kind, raw = tokens[at]
        if kind == "open":
            close = next((n for n in range(at, len(tokens)) if tokens[n][0] == "close"), len(tokens))
            at = close + 1  # an abbreviation, a number or an aside: the phrase is whole without it
            continue
        if kind in ("quote", "close"):
            at += 1
            continue
        if kind == "comma":
            yield Item("、", ",")
            at += 1
            continue
        if kind not in ("word",):
            yield _fact(kind, raw)
            at += 1
            continue
        found, length = _longest(tokens, at)
        if found is not None:
            if found.part != "drop":
                yield found
            at += length
            continue
        following = tokens[at + 1][1].lower().removesuffix("s") if at + 1 < len(tokens) else ""
        if raw.lower() in NUMBER_WORDS and following in _UNITS:
            yield Item(f"{NUMBER_WORDS[raw.lower()]}{_UNITS[following]}", "n")  # "four months"
            at += 2
            continue
        yield _word(
            raw,
            first=at == 0,
            sentence_case=sentence_case,
            after=tokens[at + 1] if at + 1 < len(tokens) else ("", ""),
            before=tokens[at - 1][1].lower() if at else "",
        )
        at += 1


def _is_sentence_case(text: str) -> bool:
    words = re.findall(r"[A-Za-z]{4,}", text)
    return 2 * len([word for word in words if word[0].islower()]) > len(words)


def _fact(kind: str, raw: str) -> Item:
    if kind == "day":
        month, number, year = raw.replace(",", "").split()
        try:
            day = date(int(year), _MONTHS.index(month) + 1, int(number))
        except ValueError as error:  # "February 30, 2027"
            raise UnknownWordError(raw) from error
        return Item(format_day(day, "ja"), "n", day=True)
    if kind == "month":
        month, year = raw.replace(",", "").split()
        return Item(f"{year}年{_MONTHS.index(month) + 1}月", "n", day=True)
    if kind == "place":
        numbers = re.findall(r"\d+(?:\.\d+)?(?:\(\w+\))*", raw)
        if raw.lower().startswith("supplement"):
            return Item(f"第{numbers[1]}部補遺第{numbers[0]}号", "n")
        if "art" in raw:
            return Item(f"第{numbers[-1]}部", "n")
        number, _, levels = numbers[-1].partition("(")
        return Item(
            f"{number if '.' not in number else f'第{number}'}条" + (f"({levels}" if levels else ""), "n"
        )
    if kind == "numbered":
        return Item(f"第{re.sub(r'^.*? ?(?=[0-9])', '', raw)}号", "n")
    if kind == "order":
        number = re.findall(r"\d+", raw)[-1]
        return Item(f"大統領令第{number}号" if raw.startswith("E") else f"大統領布告第{number}号", "n")
    if kind == "section":
        return Item(re.sub(r"\D+", "", raw) + "条", "n")
    if kind == "percent":
        return Item(re.sub(r" ?(?:percent|%)", "%", raw), "n")
    if kind == "dollars":
        for scale, words in _SCALE.items():
            if raw.endswith(scale):
                return Item(
                    f"{raw[1:].split(maxsplit=1)[0]}×{words}ドル"
                    if not raw[1:].split(maxsplit=1)[0].replace(",", "").isdigit()
                    else _scaled(raw[1:].split(maxsplit=1)[0], scale),
                    "n",
                )
        return Item(f"{raw[1:].rstrip('.')}ドル", "n")
    if kind == "span":
        number, unit = re.split(r"[ -]", raw)
        return Item(f"{number}{_UNITS[unit.rstrip('s')]}", "n")
    number = raw.rstrip("., ")
    if re.fullmatch(r"(?:19|20)\d\d", number):
        return Item(number, "year")
    return Item(number, "count" if number.isdigit() else "n")


def _scaled(number: str, scale: str) -> str:
    value = int(number.replace(",", "")) * (10**6 if scale == "million" else 10**9)
    return f"{value // 10**8}億ドル" if value % 10**8 == 0 else f"{value // 10**4:,}万ドル"


@once
def _longest_entries() -> dict[str, int]:
    """How many words the longest preposition or fixed phrase has, by its first word as written and in the singular."""
    most: dict[str, int] = {}
    for words in (*map(str.split, PREPOSITIONS), *phrases()[0]):
        first = words[0].rstrip(",")
        for form in (first, singular(first)):
            most[form] = max(len(words), most.get(form, 0))
    return most


@lru_cache(maxsize=4_096)
def _most_words(first: str) -> tuple[int, int]:
    """How many words the longest entry and the longest name of a place have that can begin with a word; 0 where none does."""
    lower = first.lower().replace("’", "'")
    entries = _longest_entries()
    return (
        max(entries.get(lower, 0), entries.get(singular(lower), 0)),
        max(most_words(first), most_words(_OWNER.sub("", first))),
    )


def _longest(tokens: Sequence[tuple[str, str]], at: int) -> tuple[Item | None, int]:
    """The longest entry of several words that begins here: a preposition, a place, a fixed phrase, goods."""
    most, most_of_place = _most_words(tokens[at][1])
    if tokens[at][1].lower() == "the" and at + 1 < len(tokens):
        following = _most_words(tokens[at + 1][1])[1]
        most_of_place = max(most_of_place, following and following + 1)
    words: list[str] = []
    ends: list[
        int
    ] = []  # after each word, how many tokens it and those before it are: "acts, policies, and practices"
    for used, (kind, raw) in enumerate(tokens[at : at + 2 * phrases()[1]], 1):
        if kind == "comma" and words:
            words[-1] += ","
            ends[-1] = used
            continue
        if kind != "word" or len(words) == max(most, most_of_place):
            break
        words.append(raw.lower().replace("’", "'"))
        ends.append(used)
    for count in range(len(words), 0, -1):
        length = ends[count - 1]
        joined = " ".join(words[:count])
        if joined.endswith(","):
            length, joined = length - 1, joined[:-1]
        if joined in PREPOSITIONS and (length > 1 or joined != "to"):
            return Item(PREPOSITIONS[joined], "p"), length
        if count <= most_of_place:
            named = " ".join(raw for _, raw in tokens[at : at + length])
            owner = _OWNER.sub("", named)
            place = place_of(named) or place_of(owner)
            if place is not None:
                return (
                    Item(place.ja, "n", place=True) if place_of(named) else Item(f"{place.ja}の", "m")
                ), length
        if count <= most:
            folded = tuple(singular(word) for word in joined.split())
            entry = phrases()[0].get(folded)
            if entry is not None and (length > 1 or not has_word(words[0])):
                return Item(entry, "n", deed=is_deed(entry)), length
    return None, 0


def _word(raw: str, *, first: bool, sentence_case: bool, after: tuple[str, str], before: str) -> Item:
    lower = raw.lower().replace("’", "'").rstrip(".")
    owner = lower.endswith("'s") or lower.endswith("s'")
    lower = re.sub(r"'s?$", "", lower)
    if lower in _DROPPED:
        return Item("", "drop")
    if lower in CONJUNCTIONS:
        return Item(CONJUNCTIONS[lower], "c")
    if lower == "to":
        return Item("への", "to")
    if lower in _CLAUSAL:
        raise UnknownWordError(lower)
    if lower in NUMBER_WORDS:
        return Item(str(NUMBER_WORDS[lower]), "count")
    item = _known(
        lower,
        before=before,
        noun_follows=after[0] == "word"
        and after[1].lower() not in (*CONJUNCTIONS, *PREPOSITIONS, *_OF_PREPOSITIONS, "to"),
    )
    if item is None and "-" in lower:
        item = _hyphenated(lower)
    if item is None and (
        (raw.isupper() and len(raw) > 1)
        or re.search(r"\d|[a-z][A-Z]", raw)
        or (sentence_case and raw[0].isupper() and not first)
    ):
        item = Item(raw.rstrip("."), "n")
    if item is None:
        raise UnknownWordError(lower)
    return Item(f"{item.ja}の", "m") if owner and item.part == "n" else item


def _known(lower: str, *, before: str = "", noun_follows: bool = False) -> Item | None:
    nouns, modifiers, actions = (dictionary()[table] for table in ("noun", "modifier", "action"))
    single = singular(lower)
    if before == "to" and lower in actions and (noun_follows or lower not in nouns):
        return Item(actions[lower][0], "v")
    if lower in modifiers and (noun_follows or (lower not in nouns and single not in nouns)):
        return Item(modifiers[lower][0], "m")
    base = next((form for form in bases(lower, "ing") if form in actions), "")
    if base and lower not in nouns:
        return Item(actions[base][0], "g")
    for form in (lower, single):
        if form in nouns:
            return Item(nouns[form][0], "n", deed=is_deed(nouns[form][0]))
    if lower in modifiers:
        return Item(modifiers[lower][0], "m")
    base = next((form for form in bases(lower, "ed") if form in actions), "")
    if base:
        return Item(f"{actions[base][0]}された", "m")
    if lower in actions:
        return Item(actions[lower][0], "n", deed=True)
    entry = phrases()[0].get((single,))
    return Item(entry, "n") if entry else None


def _hyphenated(lower: str) -> Item | None:
    spaced = phrases()[0].get(tuple(singular(part) for part in lower.split("-")))
    if spaced is not None:
        return Item(spaced, "n")
    head, _, tail = lower.partition("-")
    if head in NUMBER_WORDS and tail in NUMBER_WORDS:
        return Item(str(NUMBER_WORDS[head] + NUMBER_WORDS[tail]), "count")
    first, second = place_of(head.upper()) or place_of(head.title()), place_of(tail.title())
    if first and second:
        return Item(f"{first.ja}・{second.ja}", "n", place=True)
    if head in NUMBER_WORDS and tail in _UNITS:
        return Item(f"{NUMBER_WORDS[head]}{_UNITS[tail]}の", "m")
    front, _, last = lower.rpartition("-")
    if last in _SUFFIXES:
        place = place_of(front) or place_of(front.upper()) or place_of(front.title())
        known = _known(front)
        words = place.ja if place else known.ja if known else ""
        return Item(f"{words}{_SUFFIXES[last]}", "m") if words else None
    if head in _PREFIXES:
        inner = _known(tail, noun_follows=True)
        return Item(_PREFIXES[head] + inner.ja, inner.part) if inner else None
    parts = [_known(part, noun_follows=number == 0) for number, part in enumerate(lower.split("-"))]
    if all(part is not None for part in parts):
        return Item("".join(part.ja for part in parts if part), "n")
    return None
