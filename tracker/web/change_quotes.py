"""Which words of the official documents a page shows where, so that each is quoted once. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tracker.model import Change, Evidence
from tracker.text import fold_space

# What is marked where the page shows the whole text.
_WHOLE = ("title", "abstract")


@dataclass(frozen=True, slots=True)
class ReasonGroup:
    """Why a change is shown: `kind` is japan, topic or profile, `name` its id, `level` that of the profile. `quotes` are
    shown here, `elsewhere` are shown in another place of the page."""

    kind: str
    name: str
    level: str
    quotes: tuple[Evidence, ...]
    elsewhere: tuple[Evidence, ...]


class ShownQuotes:
    """The words that a page has shown so far."""

    def __init__(self, texts: Iterable[str] = ()) -> None:
        """`texts`: what the page shows whole, such as its redline and the abstract."""
        self._shown = [fold_space(text) for text in texts if text]

    def adds(self, quote: str) -> bool:
        """Whether these words are new on the page; they are shown from now on."""
        words = fold_space(quote)
        if not words or any(words in other for other in self._shown):
            return False
        self._shown.append(words)
        return True


def reason_groups(change: Change, shown: ShownQuotes) -> list[ReasonGroup]:
    """Return the reasons of a change in the order of the page: Japan, topics, profiles."""
    tagging = change.tagging
    found: list[tuple[str, str, str, Sequence[Evidence]]] = []
    if tagging.japan_nexus:
        found.append(("japan", "", "", tagging.japan_nexus))
    found += [("topic", topic.id, "", topic.evidence) for topic in tagging.topics]
    found += [
        ("profile", match.profile, match.level.value, match.evidence)
        for match in sorted(change.profiles, key=lambda match: -match.level.rank)
    ]
    return [ReasonGroup(kind, name, level, *_split(quotes, shown)) for kind, name, level, quotes in found]


def _split(
    quotes: Iterable[Evidence], shown: ShownQuotes
) -> tuple[tuple[Evidence, ...], tuple[Evidence, ...]]:
    here, elsewhere = list[Evidence](), list[Evidence]()
    for entry in quotes:
        # The title and the abstract are on the page, with these words marked.
        is_new = entry.where not in _WHOLE and shown.adds(entry.quote)
        (here if is_new else elsewhere).append(entry)
    return tuple(here), tuple(elsewhere)
