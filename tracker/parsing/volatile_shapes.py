"""Recognizes the shapes of words that change without an editor (clocks, counters, nonces), and the shapes of
legal content.

Only a word of one of these shapes may ever be masked, and each shape has its own evidence (`moved`): a clock
advances by seconds between two requests, a counter counts, a nonce differs each time.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

Kind = Literal["clock", "counter", "nonce"]
KINDS: tuple[Kind, ...] = ("clock", "counter", "nonce")

MONTH = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\.?"
WEEKDAY = r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*\.?,?"

_AROUND = ".,;:()[]{}<>\"'“”‘’|"
_CLOCK = re.compile(r"(\d{1,2}):([0-5]\d)(?::([0-5]\d)(?:\.\d+)?)?\Z")
_EPOCH = re.compile(r"1[5-9]\d{8}(?:\d{3})?\Z")  # seconds or milliseconds since 1970, from 2017 to 2033
_HALF_DAY = re.compile(r"[ap]\.?m\.?\Z", re.IGNORECASE)
_ZONE = re.compile(r"(?:UTC|GMT|Z|[ECMP][SD]?T|JST|CES?T|BST)\Z")
_DATE_WORD = re.compile(
    rf"(?:{MONTH}|{WEEKDAY}|\d{{1,2}}(?:st|nd|rd|th)?|(?:19|20)\d\d|\d{{4}}-\d\d-\d\d|\d{{1,2}}/\d{{1,2}}/\d{{2,4}})\Z",
    re.IGNORECASE,
)
_JOINS = frozenset({"at", "on", "-", "–", "|", "/"})
_COUNT = re.compile(r"\d{1,3}(?:,\d{3})+\Z|\d+\Z|\d+\.\d+\Z")
_HEX = re.compile(r"(?=[0-9a-f-]*\d)(?=[0-9a-f-]*[a-f])[0-9a-f]{6,}(?:-[0-9a-f]{4,})*\Z", re.IGNORECASE)
_TOKEN = re.compile(r"[A-Za-z0-9_=+/-]+\Z")
_SERVER = re.compile(
    r"(?:node|web|www|srv|server|host|pod|edge|app|cache|worker|pop)[-_.]?[\w.-]*\d[\w.-]*\Z", re.IGNORECASE
)
# ECCNs with and without their paragraphs, HTS numbers, docket, regulation and document numbers, forms.
_LAW = re.compile(
    r"""\d[A-E]\d{3}(?:\W.*|[a-z]?)\Z | EAR99\Z | \d{4}\.\d\d(?:\.\d\d){0,2}\Z | (?:\d{6}|\d{8}|\d{10})\Z
    | (?-i:[A-Z]{2,6}(?:-[A-Z0-9]+)*-\d{2,4}(?:-\d+)*\Z) | \d{4}-[A-Z]{2}\d\d\Z | (?:19|20)\d\d-\d{4,6}\Z | \d+(?:\([a-z0-9]+\))+ """,
    re.IGNORECASE | re.VERBOSE,
)
_COUNTS = re.compile(
    r"\b(?:readers?|read|views?|viewed|visits?|visitors?|visited|hits?|guests?|users?|online|downloads?|downloaded|loaded"
    r"|requests?|served|rendered|generated|cached|page|counter|sessions?)\b",
    re.IGNORECASE,
)
_DURATION = re.compile(r"(?:ms|msec|milliseconds|s|sec|secs|seconds)\W?\Z")
# Words that make the number beside them legal content, an amount or a measure.
_LAW_WORDS = re.compile(
    r"""[$€£¥%§°×] | \b(?:CFR|C\.F\.R|FR|Fed|U\.?S\.?C|E\.?O|ECCNs?|HTS(?:US)?|EAR|USML|CCL|RIN|CAS|ISO
    |parts?|subparts?|sections?|secs?|supp|supplements?|paragraphs?|paras?|titles?|chapters?|headings?|subheadings?
    |annex(?:es)?|appendix|appendices|articles?|notes?|nos?|numbers?|numbered|items?|orders?|proclamations?|rules?|dockets?
    |amendments?|revisions?|editions?|versions?|forms?|tables?|columns?|rows?|lines?|schedules?|lists?|categor(?:y|ies)|groups?
    |countr(?:y|ies)|licen[sc]e[sd]?|licen[sc]ing|presumption|denials?|approvals?|exceptions?|exemptions?|entit(?:y|ies)
    |part(?:y|ies)|persons?|compan(?:y|ies)|products?|shipments?|exports?|imports?|reexports?|articles?|thresholds?|limits?|de\ minimis
    |percent|percentage|rates?|dut(?:y|ies)|tariffs?|quotas?|fees?|fines?|penalt(?:y|ies)|values?|amounts?|prices?|costs?|USD|dollars?
    |days?|weeks?|months?|years?|hours?|nm|mm|cm|km|kg|g|lbs?|tons?|tonnes|[kMGT]?Hz|[KMGT]B|bits?|bytes|TPP|TOPS|TFLOPS|GFLOPS|W|kW|MW
    |volts?|degrees|million|billion|trillion|thousand|at\ least|at\ most|more\ than|less\ than|up\ to|exceed(?:s|ing)?|within|not\ later)\b
    """,
    re.IGNORECASE | re.VERBOSE,
)  # fmt: skip
_MOST = 300  # most seconds that a clock may advance between a request and the one that confirms it
_HELD_BACK = 900  # most seconds that a cache may delay a page, and so its clock
_FLIPS = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[a-z])|(?<=[A-Za-z])(?=\d)|(?<=\d)(?=[A-Za-z])")


def bare(word: str) -> str:
    """Return `word` without the punctuation around it."""
    return word.strip(_AROUND)


def shape(word: str) -> Kind | None:
    """Return the kind of volatile word by shape alone; None for a word or legal content."""
    if len(word) < 10 and word.isalpha():
        return None
    word = bare(word)
    if not word or not any(sign.isascii() and sign.isalnum() for sign in word):
        return None
    if _CLOCK.match(word) or _EPOCH.match(word):
        return "clock"
    if _LAW.match(word):
        # A plain number of six, eight or ten digits may be an HTS number as well as a count.
        return None
    if _COUNT.match(word):
        return "counter"
    return "nonce" if _is_nonce(word) else None


def _is_nonce(word: str) -> bool:
    """Return whether a word is a nonce: hexadecimal with digits and letters, a server's name, or letters and
    digits in no order of a language.
    """
    if _HEX.match(word) or _SERVER.match(word):
        return True
    if not _TOKEN.match(word) or len(word) < 8:
        return False
    letters = [sign for sign in word if sign.isalpha()]
    flips = len(_FLIPS.findall(word))
    if any(sign.isdigit() for sign in word):
        mixed = any(sign.islower() for sign in letters) and any(sign.isupper() for sign in letters)
        return len(letters) > 1 and flips >= (3 if mixed else 4)
    return len(word) >= 10 and flips >= len(word) / 3


def moved(
    kind: Kind,
    first: str,
    second: str,
    stored: str,
    around: Sequence[str],
    elapsed: tuple[float, float] | None = None,
) -> bool:
    """Return whether three values of one place fit this kind: the request, the one that confirms it moments
    later, and the stored one. `around` are the words beside the place. `elapsed`: the second one is of an
    earlier poll instead, and this many seconds lie from it, and from the stored one, to the first.
    """
    one, other, old = bare(first), bare(second), bare(stored)
    if len({one, other, old}) < 3:
        return False
    if kind == "clock":
        if elapsed is None:
            return _ticked(one, other)
        return _in_step(other, one, elapsed[0]) and _in_step(old, one, elapsed[1])
    if kind == "nonce":
        return True
    beside = " ".join(around)
    if around and _DURATION.match(around[-1]) and not _LAW_WORDS.search(" ".join(around[:-1])):
        return True
    if _LAW_WORDS.search(beside) or "." in one + other + old:
        return False
    if _COUNTS.search(beside):
        return True
    values = [int(value.replace(",", "")) for value in (old, one, other)]
    # A large number that grows by one percent at most between which an edit is impossible.
    return values[1] >= 1000 and values[0] < values[1] < values[2] <= values[1] * 1.01


def _ticked(first: str, second: str) -> bool:
    if _EPOCH.match(first) and _EPOCH.match(second):
        scale = 1000 if len(first) == 13 else 1
        return len(first) == len(second) and 0 < int(second) - int(first) <= _MOST * scale
    one, other = _CLOCK.match(first), _CLOCK.match(second)
    if one is None or other is None:
        return False
    half_day = 12 * 3600
    return 0 < (_seconds(other) - _seconds(one)) % half_day <= _MOST


def _in_step(earlier: str, later: str, elapsed: float) -> bool:
    """Return whether a displayed clock advanced by as much as time did, except for a cache's delay."""
    one, other = _CLOCK.match(earlier), _CLOCK.match(later)
    if one is None or other is None:
        return False
    half_day = 12 * 3600
    off = (_seconds(other) - _seconds(one) - elapsed) % half_day
    return min(off, half_day - off) <= _HELD_BACK


def _seconds(clock: re.Match[str]) -> int:
    return int(clock[1]) * 3600 + int(clock[2]) * 60 + int(clock[3] or 0)


def is_counted(around: Sequence[str]) -> bool:
    """Return whether the words beside a number show that it counts readers, requests, milliseconds and the
    like, and is not legal content.
    """
    if around and _DURATION.match(around[-1]) and not _LAW_WORDS.search(" ".join(around[:-1])):
        return True
    beside = " ".join(around)
    return _COUNTS.search(beside) is not None and _LAW_WORDS.search(beside) is None


def fits(kind: str, run: Sequence[str], mask: str) -> bool:
    """Return whether the words at a learned place have the shape that was learned for it."""
    words = [bare(word) for word in run if word != mask]
    if kind == "clock":
        clocks = [word for word in words if shape(word) == "clock"]
        return all(word in clocks or belongs_to_clock(word) for word in words) and (bool(clocks) or not words)
    if kind == "counter":
        return len(run) == 1 and all(shape(word) == "counter" for word in words)
    return len(run) == 1 and all(shape(word) == "nonce" for word in words)


def belongs_to_clock(word: str) -> bool:
    """Return whether a word belongs to a date or clock: a month, a day, AM, a zone, `at`."""
    if word in _JOINS:
        return True
    word = bare(word)
    return bool(_DATE_WORD.match(word) or _HALF_DAY.match(word) or _ZONE.match(word))


def is_joining(word: str) -> bool:
    return word in _JOINS


def is_of_law(words: Sequence[str]) -> bool:
    """Return whether a number among these words is legal content, an amount or a measure."""
    return _LAW_WORDS.search(" ".join(words)) is not None or any(_LAW.match(bare(word)) for word in words)
