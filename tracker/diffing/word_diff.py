"""Compares two versions of one unit word by word.

A token is one word for a lawyer: a number with its grouping and decimals, `15 CFR 744.21(b)`, `§ 744.11`, `90
FR 47201`, `3A090.a`, `(b)(2)`, a hyphenated word; in Japanese a number in kanji, `第二項`, a word in
katakana, and else a character. The matching is rapidfuzz's Indel (the longest common subsequence, bit-parallel). A matcher of tokens is never run on more than
`_BOUND` pairs of tokens: longer units are cut at sentences first.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from rapidfuzz.distance import Indel

from tracker.diffing.normalization import CJK, common_affixes
from tracker.model import SpanKind
from tracker.text import CELL_GAP

Spans = tuple[tuple[SpanKind, str], ...]

_WORD = rf"[^\W_{CJK}]"
# Raised and lowered signs belong to the number before them: 10⁻¹⁰, 10^(-x).
_SCRIPT = r"(?:[⁺⁻₊₋]+\w*|[\^_]\([^()]{1,80}\))"
_KANJI = "[〇一二三四五六七八九十百千万億兆]"
_DESIGNATORS = r"(?:\(\w{1,5}\))"
_TOKEN = re.compile(
    rf"""\s*(?:
      https?://\S*[\w/]
    | \d+\s(?:CFR|FR|U\.?S\.?C\.?|Stat\.|Fed\.\sReg\.)\s(?:(?:parts?|§+)\s)?\d\w*(?:[.\-‐‑–,]\w+)*{_DESIGNATORS}*
    | §+\s?\d\w*(?:[.\-‐‑–]\w+)*{_DESIGNATORS}*
    | {_DESIGNATORS}+
    | 第{_KANJI}+(?:条|項|号|章|節|款|目|編)(?:の{_KANJI}+(?!の項))*
    | {_KANJI}+
    | [\u30a1-\u30fa\u30fc・]{{2,}}
    | [{CJK}]
    | [$€£¥]?{_WORD}+(?:[.,'’\-‐‑–/:@&]{_WORD}+|{_SCRIPT})*{_DESIGNATORS}*%?
    | \S
    )""",
    re.VERBOSE,
)
_SENTENCE = re.compile(r"(?<=[.;:。；])\s+|(?<=。)")
_PLAIN = re.compile(rf"[A-Za-z]{{1,4}}|\W|[{CJK}]")  # a single Japanese character too

_BOUND = 64_000_000  # pairs of tokens: 8 MB of bits, some milliseconds
_CITATION = 48  # characters: only an address is longer, whose words then count one by one
_WEAK = 2  # up to this many plain tokens between two long edits are shown as part of one edit
_LONG = 4


def tokens(text: str) -> list[str]:
    """Return the tokens of a text, without white space."""
    return [piece.lstrip() for piece in _TOKEN.findall(text)]


def likeness(before: Sequence[str], after: Sequence[str], at_least: float = 0.0) -> float:
    """Return the similarity of two token lists: the share that is common to both in the same order, 0 to 1.

    Lists that are too long are compared by their vocabularies. Less than `at_least` counts as 0.
    """
    if len(before) * len(after) > _BOUND:
        first, second = set(before), set(after)
        score = 2 * len(first & second) / (len(first) + len(second))
        return score if score >= at_least else 0.0
    return float(Indel.normalized_similarity(before, after, score_cutoff=at_least))


def word_spans(before: str, after: str, markers: tuple[str, str] = ("", "")) -> Spans:
    """Return equal, delete and insert runs, deletion before insertion.

    Equal and delete runs joined are exactly `before`, equal and insert runs joined are `after`. `markers` are
    the designators at the start of each text: they are compared with each other only.
    """
    if before == after:
        return (("equal", before),) if before else ()
    if not before:
        return (("insert", after),)
    if not after:
        return (("delete", before),)
    writer = _Writer()
    if CELL_GAP in before and CELL_GAP in after and (pairs := _cells(before, after)):
        for gone, come in pairs:
            _between(gone, come, markers, writer)
            markers = ("", "")
        return writer.spans()
    _between(before, after, markers, writer)
    return writer.spans()


def _cells(before: str, after: str) -> list[tuple[str, str]]:
    """Return the cells of both rows in pairs, each with the gap before it: by number where there are equally
    many, by the name of their column where they have it; empty where they cannot be matched.
    """
    old = [cell if not index else f"{CELL_GAP}{cell}" for index, cell in enumerate(before.split(CELL_GAP))]
    new = [cell if not index else f"{CELL_GAP}{cell}" for index, cell in enumerate(after.split(CELL_GAP))]
    names = [[cell.partition(": ")[0] if ": " in cell else "" for cell in cells[1:]] for cells in (old, new)]
    if not all(names[0]) or not all(names[1]):
        return list(zip(old, new, strict=True)) if len(old) == len(new) else []
    pairs = [(old[0], new[0])]
    for op in Indel.opcodes(*names):
        gone, come = old[op.src_start + 1 : op.src_end + 1], new[op.dest_start + 1 : op.dest_end + 1]
        if op.tag == "equal":
            pairs += zip(gone, come, strict=True)
        else:
            pairs += [*((cell, "") for cell in gone), *(("", cell) for cell in come)]
    return pairs


def _between(before: str, after: str, markers: tuple[str, str], writer: _Writer) -> None:
    """Write the runs between two texts."""
    first, second = markers
    if first and second and before.startswith(first) and after.startswith(second):
        if first == second:
            writer.equal(first)
        else:
            writer.replace(first, second)
        before, after = before[len(first) :], after[len(second) :]
    if before == after:
        writer.equal(before)
        return
    if not before or not after:
        writer.replace(before, after)
        return
    start, rest = common_affixes(before, after, _CITATION)
    writer.equal(before[:start])
    gone, come = before[start : len(before) - rest], after[start : len(after) - rest]
    old, new = _TOKEN.findall(gone), _TOKEN.findall(come)
    if len(old) * len(new) > _BOUND:
        _long(gone, come, writer)
    else:
        _short(old, new, writer)
        writer.replace(gone[sum(map(len, old)) :], come[sum(map(len, new)) :])
    writer.equal(before[len(before) - rest :])


class _Writer:
    """Collects runs; keeps deletion before insertion and joins adjacent runs."""

    def __init__(self) -> None:
        self._spans: list[tuple[SpanKind, str]] = []
        self._equal: list[str] = []
        self._delete: list[str] = []
        self._insert: list[str] = []

    def equal(self, text: str) -> None:
        if not text:
            return
        if self._delete or self._insert:
            self._edit()
        self._equal.append(text)

    def replace(self, before: str, after: str) -> None:
        if before:
            self._delete.append(before)
        if after:
            self._insert.append(after)

    def _edit(self) -> None:
        gone, come = "".join(self._delete), "".join(self._insert)
        self._delete, self._insert = [], []
        if gone and come:  # white space at the start of both did not change
            same = 0
            while same < min(len(gone), len(come)) and gone[same] == come[same] and gone[same].isspace():
                same += 1
            if same:
                self._equal.append(gone[:same])
                gone, come = gone[same:], come[same:]
        if self._equal:
            self._spans.append(("equal", "".join(self._equal)))
            self._equal = []
        if gone:
            self._spans.append(("delete", gone))
        if come:
            self._spans.append(("insert", come))

    def spans(self) -> Spans:
        self._edit()
        if self._equal:
            self._spans.append(("equal", "".join(self._equal)))
            self._equal = []
        return tuple(self._spans)


def _short(old: list[str], new: list[str], writer: _Writer) -> None:
    """Write the runs between two lists of pieces (tokens with the white space before them)."""
    old_words, new_words = [piece.lstrip() for piece in old], [piece.lstrip() for piece in new]
    at = (0, 0)
    for i, j, size in _blocks(old_words, new_words):
        writer.replace("".join(old[at[0] : i]), "".join(new[at[1] : j]))
        kept, others = old[i : i + size], new[j : j + size]
        if kept == others:
            writer.equal("".join(kept))
            at = (i + size, j + size)
            continue
        for before, after in zip(kept, others, strict=True):
            if before != after:  # the same word after other white space
                word = before.lstrip()
                writer.replace(before[: -len(word)], after[: -len(word)])
                writer.equal(word)
            else:
                writer.equal(before)
        at = (i + size, j + size)
    writer.replace("".join(old[at[0] :]), "".join(new[at[1] :]))


def _blocks(old: list[str], new: list[str]) -> list[tuple[int, int, int]]:
    """Return runs of the same words: (start before, start after, length). One or two function words that the
    texts share by chance, within a rewritten passage, do not count as kept.
    """
    runs = [
        (op.src_start, op.dest_start, op.src_end - op.src_start)
        for op in Indel.opcodes(old, new)
        if op.tag == "equal"
    ]
    joined: list[tuple[int, int, int]] = []
    for i, j, size in runs:
        if joined and joined[-1][0] + joined[-1][2] == i and joined[-1][1] + joined[-1][2] == j:
            joined[-1] = (*joined[-1][:2], joined[-1][2] + size)
        else:
            joined.append((i, j, size))
    kept: list[tuple[int, int, int]] = []
    at = (0, 0)
    for index, (i, j, size) in enumerate(joined):
        if size <= _WEAK and all(_PLAIN.fullmatch(word) for word in old[i : i + size]):
            after = joined[index + 1] if index + 1 < len(joined) else (len(old), len(new), 0)
            left = i - at[0] + j - at[1]
            right = after[0] - i - size + after[1] - j - size
            if left >= _LONG and right >= _LONG:
                continue
        kept.append((i, j, size))
        at = (i + size, j + size)
    return kept


def _long(before: str, after: str, writer: _Writer) -> None:
    """Write the runs of units too long for one pass: equal sentences first, then the words between them."""
    old, new = _sentences(before), _sentences(after)
    if len(old) * len(new) > _BOUND:
        writer.replace(before, after)
        return
    at = (0, 0)
    for op in [*Indel.opcodes(old, new), None]:
        if op is not None and op.tag != "equal":
            continue
        end = (op.src_start, op.dest_start) if op is not None else (len(old), len(new))
        gone, come = "".join(old[at[0] : end[0]]), "".join(new[at[1] : end[1]])
        pieces, others = _TOKEN.findall(gone), _TOKEN.findall(come)
        if len(pieces) * len(others) > _BOUND:
            writer.replace(gone, come)
        else:
            _short(pieces, others, writer)
            writer.replace(gone[sum(map(len, pieces)) :], come[sum(map(len, others)) :])
        if op is not None:
            writer.equal("".join(old[op.src_start : op.src_end]))
            at = (op.src_end, op.dest_end)


def _sentences(text: str) -> list[str]:
    """Return a text cut after its sentences; the pieces joined are the text."""
    cuts = [0, *(match.end() for match in _SENTENCE.finditer(text)), len(text)]
    return [text[start:end] for start, end in pairwise(cuts) if end > start]
