"""Compares an English text with sentences that describe the topics, by the word vectors that wordllama ships. A
score is not a finding: it points a reader to texts that no rule matched.
"""

from __future__ import annotations

import logging
import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import metadata, resources
from pathlib import Path
from typing import Any

from tracker.errors import UsageError
from tracker.text import fold_space

# Chosen on the labeled documents; `make eval` prints the results of other values (docs/benchmarks.md).
THRESHOLD = 0.35  # least cosine to the nearest sentence of a topic
MARGIN = 0.02  # least lead over the nearest sentence outside the field

LONGEST = 2_000  # characters of a text that are compared: title and abstract, or the first changed words
_LETTER = re.compile(r"[A-Za-z]{2}")


@dataclass(frozen=True, slots=True)
class Similarity:
    """A score. `reference` is the most similar sentence; `score` is their cosine, 0 to 1; `outside` is the
    cosine to the most similar sentence outside the field.
    """

    topic: str
    score: float
    reference: str
    outside: float

    @property
    def worth_a_look(self) -> bool:
        return self.score >= THRESHOLD and self.score - self.outside >= MARGIN

    def json(self) -> dict[str, Any]:
        """Return `resembles` of a record (docs/records.md)."""
        return {
            "topic": self.topic,
            "score": round(self.score, 2),
            "reference": self.reference,
            "made_with": made_with(),
        }


@dataclass(frozen=True, slots=True)
class References:
    version: str
    topics: tuple[tuple[str, str], ...]  # topic, sentence
    outside: tuple[str, ...]


@cache
def references() -> References:
    table = tomllib.loads(resources.files(__package__).joinpath("references.toml").read_text("utf-8"))
    return References(
        table["version"],
        tuple((topic, sentence) for topic, sentences in table["topics"].items() for sentence in sentences),
        tuple(table["outside"]["sentences"]),
    )


def made_with() -> str:
    """Return what determines the scores. When it changes, everything is compared again. Raises UsageError like
    `model`.
    """
    try:
        return f"wordllama {metadata.version('wordllama')}, references {references().version}"
    except metadata.PackageNotFoundError as error:
        raise UsageError(
            "similarity needs the extra `meaning`", cure="pip install 'tracker[meaning]'"
        ) from error


def similarities(texts: Sequence[str]) -> list[Similarity | None]:
    """Return the most similar topic of each text; None for a text without English words. Raises UsageError
    where the model is not installed completely. Nothing is ever downloaded.
    """
    cut = [fold_space(text)[:LONGEST] for text in texts]
    places = [place for place, text in enumerate(cut) if _LETTER.search(text)]
    found: list[Similarity | None] = [None] * len(cut)
    if not places:
        return found
    known = references()
    ours, others = _reference_vectors()
    vectors = model().embed([cut[place] for place in places], norm=True)
    near, far = vectors @ ours.T, vectors @ others.T
    for row, place in enumerate(places):
        best = int(near[row].argmax())
        topic, sentence = known.topics[best]
        found[place] = Similarity(topic, float(near[row][best]), sentence, float(far[row].max()))
    return found


@cache
def model() -> Any:
    """Load the model from the installed package. Raises UsageError where it, or one of its files, is missing."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    try:
        import wordllama
    except ImportError as error:
        raise UsageError(
            "similarity needs the extra `meaning`", cure="pip install 'tracker[meaning]'"
        ) from error
    finally:
        # On import it configures logging for the whole process, and other libraries would log addresses.
        root.handlers[:] = handlers
        root.setLevel(level)
    try:
        # The library searches for its tokenizer in a cache only, so the package's own folder is named as the cache.
        return wordllama.WordLlama.load(cache_dir=Path(wordllama.__file__).parent, disable_download=True)
    except FileNotFoundError as error:
        raise UsageError(
            f"similarity: the installed wordllama lacks a file of its model ({error})",
            cure="install the wheel that has it: pip install --force-reinstall 'tracker[meaning]'",
        ) from error


@cache
def _reference_vectors() -> tuple[Any, Any]:
    known = references()
    loaded = model()
    return (
        loaded.embed([sentence for _, sentence in known.topics], norm=True),
        loaded.embed(list(known.outside), norm=True),
    )
