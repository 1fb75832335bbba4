"""The words of a block with their places in its markup, and the folding under which words are compared."""

from __future__ import annotations

import html
import re
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

_PIECE = re.compile(
    r"(?P<markup><!--.*?-->|<\?.*?\?>|<(?P<close>/?)(?P<tag>[A-Za-z_][\w.:-]*)(?P<rest>(?:[^<>\"']++|\"[^\"]*+\"|'[^']*+')*+)>)"
    r"|(?P<entity>&(?:\#x?[0-9A-Fa-f]+|\w+);)|(?P<space>\s+)|(?P<text>[^<&\s]+)",
    re.DOTALL,
)
_ITALIC_E = re.compile(r"\sT\s*=\s*[\"'](?:01|03|7462)[\"']")
ITALIC_ON, ITALIC_OFF = "\x01", "\x02"
_BREAKS = frozenset(
    {"br", "P", "FP", "HED", "PSPACE", "TR", "TD", "TH", "LI", "HD1", "HD2", "HD3", "FP-1", "FP-2"}
)
_FOLDED = {
    **dict.fromkeys("–—‑−‐―", "-"),
    **dict.fromkeys("‘’′`", "'"),
    **dict.fromkeys("“”″", '"'),
    **dict.fromkeys("\u00a0\u2002\u2003\u2009\u202f", " "),
    **dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿⁱ", "0123456789+-=()ni", strict=True)),
    **dict(zip("₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎", "0123456789+-=()", strict=True)),
}
_FOLD = str.maketrans(_FOLDED)


@dataclass(frozen=True)
class Inline:
    """The text of an element. `places[n]` is where character n begins in the markup, `ends[n]` where it ends;
    white space is folded. `italic` marks the characters in italics.
    """

    text: str
    places: Sequence[int]
    ends: Sequence[int]
    italic: Sequence[int]

    @cached_property
    def key(self) -> str:
        """Return the text under the folding; it has the same length."""
        return self.text.translate(_FOLD)

    @cached_property
    def lead(self) -> str:
        """Return the first 400 characters with italic runs between \\x01 and \\x02."""
        parts: list[str] = []
        inside = False
        for character, mark in zip(self.text[:400], self.italic, strict=False):
            slanted = bool(mark)
            if slanted != inside:
                parts.append(ITALIC_ON if slanted else ITALIC_OFF)
                inside = slanted
            parts.append(character)
        if inside:
            parts.append(ITALIC_OFF)
        return "".join(parts)


def fold(text: str) -> str:
    """Return a text for comparison: quotes, dashes, raised characters and white space are plain."""
    return " ".join(text.translate(_FOLD).split())


_LOOSE = re.compile(r"[\s]+")


def same_key(text: str) -> str:
    """Return a text for "is it the same": also without white space, which two editions set differently around
    italics and dashes.
    """
    return _LOOSE.sub("", text.translate(_FOLD)).replace("''", '"')


_SPACES = re.compile("[\u00a0\u2002\u2003\u2009\u202f]")


@lru_cache(maxsize=16384)
def inline(raw: str) -> Inline:
    """Return the words of an element's markup with their places."""
    text: list[str] = []
    places: list[int] = []
    ends: list[int] = []
    italic: list[bool] = []
    stack: list[tuple[str, bool]] = []
    slanted = 0
    gap: tuple[int, int] | None = None  # white space that is pending

    def put(character: str, start: int, end: int) -> None:
        nonlocal gap
        if gap is not None and text and text[-1] != " ":
            text.append(" ")
            places.append(gap[0])
            ends.append(gap[1])
            italic.append(bool(slanted) and italic[-1])
        gap = None
        text.append(character)
        places.append(start)
        ends.append(end)
        italic.append(bool(slanted))

    for match in _PIECE.finditer(raw):
        start, end = match.span()
        if match["text"] is not None:
            run = match["text"]
            if _SPACES.search(run) is None:  # one after the other, as `put` does
                put(run[0], start, start + 1)
                text += run[1:]
                places += range(start + 1, end)
                ends += range(start + 2, end + 1)
                italic += [bool(slanted)] * (len(run) - 1)
                continue
            for offset, character in enumerate(run):
                if _SPACES.match(character):
                    gap = gap or (start + offset, start + offset + 1)
                else:
                    put(character, start + offset, start + offset + 1)
        elif match["space"] is not None:
            gap = gap or (start, end)
        elif match["entity"] is not None:
            value = html.unescape(match["entity"])
            if value.isspace():
                gap = gap or (start, end)
            else:
                for character in value:
                    put(character, start, end)
        elif match["tag"] is not None:
            name = match["tag"]
            if name in _BREAKS and stack:
                gap = gap or (start, start)
            if match["close"]:
                if stack and stack.pop()[1]:
                    slanted -= 1
            elif not match["rest"].endswith("/"):
                is_italic = name in ("I", "i", "em") or (
                    name == "E" and _ITALIC_E.search(match["rest"]) is not None
                )
                slanted += is_italic
                stack.append((name, is_italic))
    return Inline(
        "".join(text),
        array("I", places),
        array("I", ends),
        bytearray(italic),
    )


def words_of(raw: str) -> str:
    """Return the text of an element's markup."""
    return inline(raw).text


def occurrences(text: Inline, wanted: str) -> list[tuple[int, int]]:
    """Return where the words occur, as ranges of characters: whole words, under the folding."""
    key = fold(wanted)
    if not key:
        return []
    head = r"(?<![\w])" if key[0].isalnum() else ""
    tail = r"(?![\w])" if key[-1].isalnum() else ""
    pattern = re.compile(head + re.escape(key).replace(r"\ ", " ") + tail)
    return [match.span() for match in pattern.finditer(text.key)]


def is_balanced(fragment: str) -> bool:
    """Return whether a piece of markup opens and closes the same elements."""
    stack: list[str] = []
    for match in _PIECE.finditer(fragment):
        name = match["tag"]
        if name is None:
            continue
        if match["close"]:
            if not stack or stack.pop() != name:
                return False
        elif not match["rest"].endswith("/"):
            stack.append(name)
    return not stack


def inner_range(raw: str) -> tuple[int, int]:
    """Return where the content of an element begins and ends in its markup."""
    start = raw.index(">") + 1 if raw.startswith("<") else 0
    first = _PIECE.match(raw)
    if first is not None and first["tag"]:
        start = first.end()
    end = raw.rindex("</") if "</" in raw else len(raw)
    return start, max(start, end)
