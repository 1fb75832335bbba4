"""Finds the listed names that a name may stand for. Pure: the list is an argument."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from rapidfuzz import process
from rapidfuzz.distance import OSA

from tracker.screening.names import NameKey, is_legal_form, name_key, sound

THRESHOLD = 0.8  # of 1; below it, names of different firms begin to look alike
MOST_HITS = 20  # of one name
_WORD_LIKE = 0.74  # similarity of the words by which candidates are found
_ALIKE = 0.6  # similarity from which a word may be a misspelled other one, beside words that are the same
_SHARED = 0.45  # of the words of a name, by weight, that a candidate has
_CANDIDATES = 200
_POSTINGS = 4_000  # names that have a word; of a more common one, no more are looked at
_RARE = 3  # names; a word in so few of them may be a misspelled one
_ARTICLES = frozenset({"al", "el"})  # parts of a name of two letters
_INITIAL = 0.85  # how much an initial counts for the word

Matched = Literal["name", "alias", "fuzzy"]


@dataclass(frozen=True, slots=True)
class ListedName:
    """A name or alias; `party` is the place of its party in the list."""

    name: str
    party: int
    is_alias: bool


@dataclass(frozen=True, slots=True)
class NameHit:
    party: int
    name: str
    score: float
    matched: Matched


class NameIndex:
    """The names of all parties, ready to be searched."""

    def __init__(self, names: Sequence[ListedName]) -> None:
        self.names = names
        self.keys = [name_key(one.name) for one in names]
        self._by_word: dict[str, list[int]] = defaultdict(list)
        self._by_joined: dict[str, list[int]] = defaultdict(list)
        for number, key in enumerate(self.keys):
            for word in set(map(sound, key.words)):
                self._by_word[word].append(number)
            self._by_joined[key.joined].append(number)
        self._total = total = max(2, len(names))
        self._weights = {word: self._weight(word, len(found), total) for word, found in self._by_word.items()}
        self._buckets: dict[str, list[str]] = defaultdict(list)
        for word in self._by_word:
            if len(word) > 3:
                self._buckets[word[0]].append(word)
                self._buckets[f"…{word[-2:]}"].append(word)

    @staticmethod
    def _weight(word: str, count: int, total: int) -> float:
        heaviest = (0.3, 2.0)[len(word) - 1] if len(word) < 3 else total
        return min(heaviest, max(0.5, math.log(total / count)))

    def find(self, name: str) -> list[NameHit]:
        """Return the parties that the name may stand for, the likeliest first; each party once."""
        asked = name_key(name)
        if not asked.words:
            return []
        best: dict[int, NameHit] = {}
        scored = dict.fromkeys(self._by_joined.get(asked.joined, ()), 1.0)
        for words in self._variants(asked):
            for number in self._candidates(words):
                scored[number] = max(scored.get(number, 0.0), self._score(words, self.keys[number].words))
        for number, score in scored.items():
            listed = self.names[number]
            if score >= THRESHOLD and (listed.party not in best or score > best[listed.party].score):
                matched = _matched(asked, self.keys[number], listed)
                best[listed.party] = NameHit(listed.party, listed.name, round(score, 3), matched)
        return sorted(best.values(), key=lambda hit: (-hit.score, hit.party))[:MOST_HITS]

    def _variants(self, asked: NameKey) -> Iterator[tuple[str, ...]]:
        """Yield the words of a name, and the same with a word parted that may be two, or with two joined that may be one."""
        words = asked.words
        yield words
        for place, word in enumerate(words):
            if len(word) >= 5 and sound(word) not in self._by_word:
                for parts in self._parted(word):
                    if variant := (*words[:place], *parts, *words[place + 1 :]):
                        yield variant
        for place in range(len(words) - 1):
            joined = words[place] + words[place + 1]
            if min(len(words[place]), len(words[place + 1])) > 1 and sound(joined) in self._by_word:
                yield (*words[:place], joined, *words[place + 2 :])

    def _parted(self, word: str) -> list[tuple[str, ...]]:
        """Return the likeliest two words that a word may be; a legal form is left out."""
        found: list[tuple[int, tuple[str, ...]]] = []
        for at in range(2, len(word) - 1):
            halves = word[:at], word[at:]
            legal = any(map(is_legal_form, halves))
            own = tuple(half for half in halves if not is_legal_form(half))
            known = [half for half in own if sound(half) in self._by_word]
            whole = all(len(half) > 2 or half in _ARTICLES for half in own)
            if whole and (legal or known) and (len(known) == len(own) or max(map(len, own)) >= 5):
                found.append((sum(len(half) ** 2 for half in known) + 50 * legal, own))
        return [parts for _, parts in sorted(found, reverse=True)[:4]]

    def _candidates(self, words: Sequence[str]) -> list[int]:
        """Return the names that share so much of the words that their score can reach the threshold."""
        gathered: dict[int, float] = defaultdict(float)
        total = 0.0
        for word in dict.fromkeys(map(sound, words)):
            close = self._like(word)
            total += max(
                (self._weights[like] for like, _ in close), default=self._weight(word, 1, self._total)
            )
            for like, similarity in close:
                weight = self._weights[like] * similarity
                for number in self._by_word[like][:_POSTINGS]:
                    gathered[number] += weight
        fitting = [number for number, weight in gathered.items() if weight >= _SHARED * total]
        return sorted(fitting, key=lambda number: (-gathered[number], len(self.keys[number].words)))[
            :_CANDIDATES
        ]

    @lru_cache(maxsize=20_000)  # noqa: B019 - an index lives as long as the lists that it was made of
    def _like(self, word: str) -> tuple[tuple[str, float], ...]:
        close = {word: 1.0} if word in self._by_word else {}
        if len(word) < 4 or len(self._by_word.get(word, ())) > _RARE:
            return tuple(close.items())
        for bucket in (word[0], f"…{word[-2:]}"):
            for like, similarity, _ in process.extract(
                word,
                self._buckets.get(bucket, ()),
                scorer=OSA.normalized_similarity,
                score_cutoff=_WORD_LIKE,
                limit=12,
            ):
                close.setdefault(like, similarity)
        return tuple(close.items())

    def _score(self, asked: Sequence[str], listed: Sequence[str]) -> float:
        """Return how much two names have in common, by words in any order, rare words counting most."""
        if sorted(map(sound, asked)) == sorted(map(sound, listed)):
            return 1.0
        free = list(listed)
        shared = shared_listed = total = 0.0
        for word in sorted(asked, key=len, reverse=True):
            similarity, found = max(((_alike(word, other), other) for other in free), default=(0.0, ""))
            weight = self._weight_of(found if similarity else word)
            total += weight
            if similarity:
                free.remove(found)
                shared += weight * similarity
                shared_listed += self._weight_of(found) * similarity
        total_listed = sum(map(self._weight_of, listed))
        if not shared:
            return 0.0
        asked_part, listed_part = shared / total, shared_listed / total_listed
        return 2 * asked_part * listed_part / (asked_part + listed_part)

    def _weight_of(self, word: str) -> float:
        heard = sound(word)
        known = self._weights.get(heard)
        return self._weight(heard, 1, self._total) if known is None else known


@lru_cache(maxsize=500_000)
def _alike(word: str, other: str) -> float:
    """Return how likely two words are one, 0 to 1: as they are written or as they sound."""
    heard, other_heard = sound(word), sound(other)
    if heard == other_heard:
        return 1.0
    if len(word) == 1 or len(other) == 1:
        return _INITIAL if word[0] == other[0] or heard[0] == other_heard[0] else 0.0
    if word.isdecimal() or other.isdecimal():
        return 0.0
    similarity = max(OSA.normalized_similarity(word, other), OSA.normalized_similarity(heard, other_heard))
    return similarity if similarity >= _ALIKE else 0.0


def _matched(asked: NameKey, listed: NameKey, name: ListedName) -> Matched:
    if asked.words != listed.words:
        return "fuzzy"
    return "alias" if name.is_alias else "name"
