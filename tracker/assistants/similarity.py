"""What an English text is like: compared, by the vectors that wordllama ships, with sentences that say what the topics
are about. A likeness of words and no finding: it only points a person to what the rules were silent about.
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

# Chosen on the labelled documents; `make eval` prints what other values would give (docs/benchmarks.md).
THRESHOLD = 0.35  # cosine, to the nearest sentence of a topic
MARGIN = 0.02  # by which that is nearer than the nearest sentence about what is outside the field

LONGEST = (
    2_000  # characters of a text that are compared: its title and abstract, or the first of what changed
)
_LETTER = re.compile(r"[A-Za-z]{2}")


@dataclass(frozen=True, slots=True)
class Similarity:
    """`reference` is the sentence that the text is most like; `score` their cosine, 0 to 1, and `outside` that to
    the nearest sentence about something else."""

    topic: str
    score: float
    reference: str
    outside: float

    @property
    def worth_a_look(self) -> bool:
        return self.score >= THRESHOLD and self.score - self.outside >= MARGIN

    def json(self) -> dict[str, Any]:
        """As `resembles` of a record (docs/records.md)."""
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
    """What decides the figures: of another one, everything is compared again. Raises UsageError, as `model`."""
    try:
        return f"wordllama {metadata.version('wordllama')}, references {references().version}"
    except metadata.PackageNotFoundError as error:
        raise UsageError(
            "similarity needs the extra meaning", cure="pip install 'tracker[meaning]'"
        ) from error


def similarities(texts: Sequence[str]) -> list[Similarity | None]:
    """What each text is most like; None for one without English words. Raises UsageError where the model is not
    installed whole; nothing is ever downloaded."""
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
    """The model out of the installed package. Raises UsageError where it, or a file of it, is not there."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    try:
        import wordllama
    except ImportError as error:
        raise UsageError(
            "similarity needs the extra meaning", cure="pip install 'tracker[meaning]'"
        ) from error
    finally:
        # It sets up logging for the whole process when imported, and other libraries' lines name addresses.
        root.handlers[:] = handlers
        root.setLevel(level)
    try:
        # The wheel keeps its tokenizer where only a cache is searched, so the package's own folder is named as one.
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
