"""One search over the changes and over the words of all stored versions: the viewer, its API and the command line ask it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tracker.search.index import SearchHit, SearchIndex
from tracker.search.near import Near, near_changes
from tracker.search.query import Terms, terms
from tracker.storage.change_query import ChangeQuery
from tracker.storage.read_queries import StoreReader

WAIT = 1.5  # seconds that a search waits for versions that are not indexed yet


@dataclass(frozen=True, slots=True)
class Answer:
    """The best changes and passages of a question, and how many there are. `near_changes`, `near_texts`: what to ask in place of
    a question without an answer. `unread`: versions that are not indexed yet."""

    wanted: Terms
    changes: tuple[dict[str, Any], ...]
    changes_total: int
    hits: tuple[SearchHit, ...]
    hits_total: int
    near_changes: tuple[Near, ...]
    near_texts: tuple[Near, ...]
    unread: int


def search(
    reader: StoreReader, finder: SearchIndex, query: str, sources: Sequence[str], limit: int
) -> Answer:
    """Search for a question everywhere. `sources` are those whose texts have versions."""
    wanted = terms(query)
    if not wanted:
        return Answer((), (), 0, (), 0, (), (), 0)
    unread = finder.catch_up(sources, WAIT)
    asked = ChangeQuery(terms=wanted, editorial=False, limit=limit)
    records = tuple(reader.changes(asked))
    hits_total, hits = finder.find(wanted, limit=limit)
    return Answer(
        wanted, records, reader.count(asked), tuple(hits), hits_total,
        () if records else near_changes(reader, query, ChangeQuery(editorial=False)),
        () if hits else finder.near(query), unread,
    )  # fmt: skip


def answer_to_json(answer: Answer) -> dict[str, Any]:
    """`/api/search`."""
    return {
        "searched": [list(forms) for forms in answer.wanted],
        "changes": {"total": answer.changes_total, "records": list(answer.changes), "near": _near(answer.near_changes)},
        "texts": {
            "total": answer.hits_total,
            "passages": [
                {"text": hit.identity, "path": hit.path, "from_version": hit.first, "until_version": hit.last, "source_text": hit.text}
                for hit in answer.hits
            ],
            "near": _near(answer.near_texts),
            "not_indexed": answer.unread,
        },
    }  # fmt: skip


def _near(found: Sequence[Near]) -> list[dict[str, Any]]:
    return [{"query": one.query, "count": one.count} for one in found]
