"""What to ask in place of a question without an answer: a word as the index spells it, or fewer words. Each has an answer."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations
from typing import Protocol

from rapidfuzz import process
from rapidfuzz.distance import OSA
from rapidfuzz.fuzz import ratio

from tracker.search.names import names
from tracker.search.query import Terms, terms
from tracker.storage.change_query import ChangeQuery
from tracker.storage.read_queries import StoreReader
from tracker.storage.reading import ReadConnection
from tracker.storage.sqlite_objects import FTS
from tracker.storage.text_index import HITS, of_word
from tracker.text.words import JAPANESE, folded, runs, stem

MOST = 3  # questions that are offered
_MOST_TERMS = 5  # of a question, when fewer are tried
_LIKE = 20  # spellings that are compared by how often they occur
_JAPANESE_LIKENESS = 70.0
_WORD = re.compile(r"[^\W\d_]{4,40}")


@dataclass(frozen=True, slots=True)
class Near:
    """A question that has an answer: the words to ask, and how many records they find."""

    query: str
    count: int


class Vocabulary(Protocol):
    """The words of an index."""

    def between(self, first: str, shortest: int, longest: int) -> Iterator[str]:
        """Yield the words that begin with this letter and have a length between the two."""

    def documents(self, term: str) -> int:
        """The number of documents that have a word."""

    def texts(self, term: str) -> Iterator[str]:
        """Yield the texts of some documents that have a word."""


@dataclass(frozen=True)
class Fts5Words:
    """The words of a table of FTS5; `text_of` gives the text of one of its rows."""

    connection: ReadConnection
    table: str
    text_of: Callable[[int], str]
    _documents: dict[str, int] = field(default_factory=dict)

    def between(self, first: str, shortest: int, longest: int) -> Iterator[str]:
        self.connection.execute(
            f"CREATE VIRTUAL TABLE IF NOT EXISTS temp.{self.table}_words USING fts5vocab(main, {self.table}, 'row')"
        )
        rows = self.connection.execute(
            f"SELECT term, doc FROM temp.{self.table}_words WHERE term >= ? AND term < ? AND length(term) BETWEEN ? AND ?",  # noqa: S608 - the table is ours
            [first, first + "\U0010ffff", shortest, longest],
        )
        for term, documents in rows:
            self._documents[term] = documents
            yield term

    def documents(self, term: str) -> int:
        return self._documents[term]

    def texts(self, term: str) -> Iterator[str]:
        self.connection.execute(
            f"CREATE VIRTUAL TABLE IF NOT EXISTS temp.{self.table}_places USING fts5vocab(main, {self.table}, 'instance')"
        )
        rows = self.connection.execute(
            f"SELECT DISTINCT doc FROM (SELECT doc FROM temp.{self.table}_places WHERE term = ? LIMIT {_LIKE})",  # noqa: S608 - the table is ours
            [term],
        ).fetchall()
        for row, *_ in rows:
            yield self.text_of(row)


@dataclass(frozen=True, slots=True)
class PostgresWords:
    """The words of the changes in PostgreSQL (`storage.text_index`)."""

    connection: ReadConnection

    def between(self, first: str, shortest: int, longest: int) -> Iterator[str]:
        rows = self.connection.execute(
            "SELECT word FROM search_word WHERE word >= ? AND word < ? AND length(word) BETWEEN ? AND ?",
            [first, first + "\U0010ffff", shortest, longest],
        )
        for (word,) in rows:
            yield word

    def documents(self, term: str) -> int:
        query = f"SELECT count(*) FROM {HITS} AS hits"  # noqa: S608 - ours
        return int(self.connection.execute(query, [of_word(term)]).fetchone()[0])

    def texts(self, term: str) -> Iterator[str]:
        rows = self.connection.execute(
            f"SELECT title || ' ' || en FROM change_text WHERE seq IN {HITS} LIMIT {_LIKE}",  # noqa: S608 - ours
            [of_word(term)],
        )
        for (text,) in rows:
            yield text


@dataclass(frozen=True, slots=True)
class Words:
    """The words of an index that are spelled like another one."""

    vocabulary: Vocabulary

    def like(self, word: str) -> Iterator[str]:
        """Yield indexed words that are spelled like this one, the likeliest first."""
        typed = folded(word)
        own = stem(typed)
        limit = 1 if len(typed) < 6 else 2
        found = []
        for term in self.vocabulary.between(typed[0], len(own) - limit - 3, len(own) + limit):
            distance = OSA.distance(own, term, score_cutoff=limit)
            if len(own) - len(term) in {
                1,
                2,
            }:  # the ending of the word is misspelled, so that no stem was found
                distance = min(distance, OSA.distance(typed[: len(term)], term, score_cutoff=limit))
            if distance <= limit and term not in {own, typed}:
                found.append((distance, term))
        ranked = sorted((distance, -self.vocabulary.documents(term), term) for distance, term in found)
        for _, _, term in ranked[:_LIKE]:
            yield self._spelled(term, typed)

    def _spelled(self, term: str, typed: str) -> str:
        """Return the whole word with this stem that is most like the typed one, from texts that have it."""
        texts = self.vocabulary.texts(term)
        words = {word for text in texts for word in runs(text) if stem(word) == term}
        return min(words or {term}, key=lambda word: (OSA.distance(word, typed), word))


def near_changes(store: StoreReader, query: str, wanted: ChangeQuery) -> tuple[Near, ...]:
    """Return questions near one that finds no change, under the other conditions of `wanted`."""

    def text_of(seq: int) -> str:
        row = store.connection.execute(
            "SELECT title || ' ' || en FROM change_text WHERE seq = ?", [seq]
        ).fetchone()
        return str(row[0])

    words = (
        Fts5Words(store.connection, FTS, text_of) if store.url is None else PostgresWords(store.connection)
    )
    return near(query, lambda asked: store.count(replace(wanted, terms=asked)), Words(words))


def near(query: str, count: Callable[[Terms], int], words: Words) -> tuple[Near, ...]:
    """Return questions near one that finds nothing, the nearest first."""
    asked = terms(query)
    if not asked or count(asked):
        return ()
    offered: dict[str, int] = {}
    respelled = [_respelled(group, count, words) for group in asked]
    if any(respelled):
        for place in range(max(map(len, respelled))):
            tried = " ".join(
                forms[min(place, len(forms) - 1)] if forms else _written(group)
                for group, forms in zip(asked, respelled, strict=True)
            )
            _offer(offered, tried, count)
        offered = dict(sorted(offered.items(), key=lambda one: -one[1]))
    for word in query.split():
        for name in _names_like(word) if JAPANESE.search(word) else ():
            _offer(offered, query.replace(word, name), count)
    if not offered:
        for fewer in _fewer([group for group in asked if count((group,))], len(asked), count):
            _offer(offered, " ".join(map(_written, fewer)), count)
    return tuple(Near(question, number) for question, number in list(offered.items())[:MOST])


def _offer(offered: dict[str, int], query: str, count: Callable[[Terms], int]) -> None:
    if query not in offered and len(offered) < MOST and (number := count(terms(query))):
        offered[query] = number


def _respelled(group: tuple[str, ...], count: Callable[[Terms], int], words: Words) -> list[str]:
    """Return other spellings of a term that finds nothing."""
    written = group[0]
    if count((group,)):
        return []
    if not _WORD.fullmatch(written):
        return []
    return [word for word in words.like(written) if count((tuple(dict.fromkeys((word,))),))][:MOST]


def _names_like(word: str) -> list[str]:
    """Return the known Japanese names that are spelled like a word, the likest first."""
    known = names().japanese
    typed = folded(word)
    close = process.extract(typed, known.keys(), scorer=ratio, limit=MOST, score_cutoff=_JAPANESE_LIKENESS)
    return [
        next((form for form in known[key] if folded(form) == key), key) for key, _, _ in close if key != typed
    ]


def _fewer(
    known: Sequence[tuple[str, ...]], asked: int, count: Callable[[Terms], int]
) -> list[tuple[tuple[str, ...], ...]]:
    """Return the question without as few terms as possible, the fewest answers first."""
    for length in range(min(len(known), asked - 1), 0, -1):
        tried = list(combinations(known[:_MOST_TERMS], length))
        ranked = sorted((number, place) for place, fewer in enumerate(tried) if (number := count(fewer)))
        if ranked:
            return [tried[place] for _, place in ranked]
    return []


def _written(group: tuple[str, ...]) -> str:
    """Return a term as one writes it in a question."""
    words = group[0]
    return words if terms(words)[:1] == (group,) or " " not in words else f'"{words}"'
