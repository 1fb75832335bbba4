"""Full-text search over the changes, in both databases: the same question finds the same changes.

SQLite has FTS5. PostgreSQL has the words of each change as one text, each word between angle brackets, and an index of its
trigrams: a phrase is a piece of that text, and the beginning of a word is one without the closing bracket. Both compare
stems of English words, and pairs of Japanese characters (`text.words`).
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from tracker.storage.sqlite_objects import FTS, SCORE
from tracker.text.words import stem

if TYPE_CHECKING:
    from sqlalchemy import Connection

# Rows of matching changes, and with their score (below zero, the best first). One value: a question (`Match`).
HITS = f"(SELECT rowid FROM {FTS} WHERE {FTS} MATCH ?)"  # noqa: S608 - ours; the value is bound
MATCHES = f"(SELECT rowid AS hit, {SCORE} AS score FROM {FTS} WHERE {FTS} MATCH ?)"  # noqa: S608 - as above
POSTGRES_FORMS = {
    HITS: "(SELECT * FROM change_hits(?))",
    MATCHES: "(SELECT hit, score FROM change_matches(?)) AS found",
}

_WORD = re.compile(r"[^\W_]+")
_PHRASE = re.compile(r'"((?:[^"]|"")+)"( \*)?')
_GROUP = re.compile(r'\(((?:"(?:[^"]|"")+"(?: \*)?(?: OR )?)+)\)|("(?:[^"]|"")+"(?: \*)?)')
_LATIN = 0x1F00  # SQLite takes the marks off letters below it


class Match(str):
    """A question of `text.words.expression`, in the language of FTS5."""

    __slots__ = ()

    def groups(self) -> list[list[str]]:
        """The question for PostgreSQL: of each group one phrase must occur."""
        found = []
        for group in _GROUP.finditer(self):
            phrases = (
                _phrase(one[1].replace('""', '"'), begins=bool(one[2])) for one in _PHRASE.finditer(group[0])
            )
            found.append([phrase for phrase in phrases if phrase])
        return [phrases for phrases in found if phrases] or [[NOTHING]]

    def for_postgres(self) -> str:
        return json.dumps(self.groups())


NOTHING = "<>"  # no text has it


def of_word(word: str) -> str:
    """The question for one word of PostgreSQL's index, as it is there."""
    return json.dumps([[f"<{_encoded(word)}>"]])


def words(text: str) -> str:
    """The words of a text as PostgreSQL keeps them."""
    return "".join(f"<{_encoded(word)}>" for word in tokens(text))


def tokens(text: str) -> list[str]:
    """The words of a text as FTS5 reads them: runs of letters and digits, without marks, English ones by their stem."""
    return [stem(_bare(word)) for word in _WORD.findall(text.lower())]


def _phrase(text: str, *, begins: bool) -> str:
    found = words(text)
    return found.removesuffix(">") if begins else found


@lru_cache(maxsize=50_000)
def _bare(word: str) -> str:
    if word.isascii():
        return word
    return "".join(
        unicodedata.normalize("NFD", letter)[0] if ord(letter) < _LATIN else letter for letter in word
    )


def _encoded(word: str) -> str:
    """Trigrams are made of letters that the database's locale knows: other ones are written by their number."""
    if word.isascii():
        return word
    return "".join(letter if letter.isascii() else f"U{ord(letter):04X}" for letter in word)


def add(connection: Connection, rows: Iterable[Mapping[str, Any]]) -> None:
    """Indexes rows of `change_text`."""
    from sqlalchemy import text

    rows = list(rows)
    if connection.dialect.name == "sqlite":
        statement = f"INSERT INTO {FTS}(rowid, title, en, ja) VALUES (:seq, :title, :en, :ja)"  # noqa: S608
        connection.execute(text(statement), rows)
        return
    made = [_row(row) for row in rows]
    connection.execute(
        text("INSERT INTO change_words (seq, words, length) VALUES (:seq, :words, :length)"), made
    )
    known = {word for row in rows for column in ("title", "en") for word in tokens(row[column])}
    connection.execute(
        text("INSERT INTO search_word SELECT * FROM json_array_elements_text(:words) ON CONFLICT DO NOTHING"),
        {"words": json.dumps(sorted(known))},
    )
    _count(connection, len(made), sum(row["length"] for row in made))


def forget(connection: Connection, row: Mapping[str, Any]) -> None:
    """Takes a row of `change_text` out of the index."""
    from sqlalchemy import text

    if connection.dialect.name == "sqlite":
        # An external-content index needs the old values to delete them (https://sqlite.org/fts5.html, 4.4.3).
        statement = (
            f"INSERT INTO {FTS}({FTS}, rowid, title, en, ja) VALUES ('delete', :seq, :title, :en, :ja)"  # noqa: S608
        )
        connection.execute(text(statement), dict(row))
        return
    gone = text("DELETE FROM change_words WHERE seq = :seq RETURNING length")
    for length in connection.execute(gone, {"seq": row["seq"]}).scalars().all():
        _count(connection, -1, -length)


def rebuild(connection: Connection) -> None:
    """Fills the index from `change_text`, after rows were written to it directly."""
    from sqlalchemy import text

    if connection.dialect.name == "sqlite":
        from tracker.storage.sqlite_objects import rebuild_search

        rebuild_search(connection)
        return
    connection.execute(text("DELETE FROM change_words"))
    connection.execute(text("UPDATE search_total SET changes = 0, words = 0"))
    rows = connection.execute(text("SELECT seq, title, en, ja FROM change_text ORDER BY seq"))
    while chunk := rows.mappings().fetchmany(_ROWS):
        add(connection, [dict(row) for row in chunk])


_ROWS = 1_000  # of one statement


def found(connection: Connection, question: str, kind: str, limit: int) -> list[int]:
    """The changes of a kind (empty: of any) that a question finds."""
    from sqlalchemy import text

    if connection.dialect.name == "sqlite":
        hits, asked = f"SELECT rowid FROM {FTS} WHERE {FTS} MATCH :asked", question  # noqa: S608 - names of ours
    else:
        hits, asked = "SELECT * FROM change_hits(:asked)", Match(question).for_postgres()
    query = text(
        f"SELECT seq FROM change WHERE seq IN ({hits}) AND (:kind = '' OR kind = :kind) ORDER BY seq LIMIT :most"  # noqa: S608
    )
    return list(connection.execute(query, {"asked": asked, "kind": kind, "most": limit}).scalars())


def _row(row: Mapping[str, Any]) -> dict[str, Any]:
    lines = [words(row["title"]), words(row["en"]), words(row["ja"])]
    return {"seq": row["seq"], "words": "\n".join(lines), "length": sum(line.count("<") for line in lines)}


def _count(connection: Connection, changes: int, number: int) -> None:
    from sqlalchemy import text

    connection.execute(
        text("UPDATE search_total SET changes = changes + :changes, words = words + :number"),
        {"changes": changes, "number": number},
    )
