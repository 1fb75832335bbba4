"""Joins hard-wrapped lines into paragraphs: raw text of 72 columns, and the lines of a PDF."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from tracker.parsing.hyphenation import SeenWords, belongs

_OPENS = re.compile(
    r"(?:\([a-zA-Z0-9]{1,5}\)|[a-z](?:\.\d+)*\.|\d{1,3}\.|[ivxIVX]{1,5}\.|[A-Z]\.|[•●▪■◦*–—-]|§|Sec\.|SECTION \d|ARTICLE \d|Note\b|Q\d*[:.]|A\d*[:.])\s"
)
_ENDS = re.compile(r"[.:;?!][\"”’)\]]*(?:\[\d{1,3}\])*\Z")  # the number of a footnote may follow
_HEAD = re.compile(r"[A-Z][A-Z ]{2,60}:")
_LAST_LINES = re.compile(r"\[FR Doc\.|BILLING CODE")
_NUMBERED = re.compile(r"(?:[IVX]{1,5}|[A-Z]|\d{1,2})\.\s+")
_COLUMNS = re.compile(r"\S {3,}\S")
_DASH = re.compile(r"\w[–—]\Z")
_RULE = re.compile(r"[\s.=_-]*\Z")


def unwrap_lines(lines: Iterable[str], *, broken: bool = False) -> list[str]:
    """Return the paragraphs of hard-wrapped text, each as one line.

    A paragraph ends at an empty line, before an indented line, a designator or a bullet, and after a line that
    ends a sentence well before the margin. The hyphen at the end of a line stays where it belongs to the word
    (`hyphenation`). With `broken`, words may be broken at the end of a line: a hyphen without evidence is then
    removed.
    """
    kept = [line.replace("\t", "    ").rstrip() for line in lines]
    # The margin that most full lines reach; a line that ends well before it ends its paragraph.
    lengths = sorted(len(line.strip()) for line in kept if line.strip())
    indents = Counter(len(line) - len(line.lstrip()) for line in kept if line.strip())
    base = indents.most_common(1)[0][0] if indents else 0
    margin = lengths[int(len(lengths) * 0.9)] if lengths else 0
    words = SeenWords.of(kept)
    found: list[str] = []
    current: list[str] = []
    last = ""

    def close() -> None:
        if current:
            found.append(join_lines(current, words, broken=broken))
            current.clear()

    for line in kept:
        text = line.strip()
        if not text:
            close()
        elif current and _begins(line, text, last, margin, base):
            close()
            current.append(text)
        else:
            current.append(text)
        last = line
    close()
    return found


def _begins(line: str, text: str, last: str, margin: int, base: int) -> bool:
    """Return whether a line begins a paragraph although no empty line precedes it."""
    indent = len(line) - len(line.lstrip())
    last_indent = len(last) - len(last.lstrip())
    if indent >= last_indent + 2 and indent <= 12:
        return True
    if indent == last_indent and base + 2 <= indent <= base + 6:  # one line each, all indented
        return True
    if _COLUMNS.search(last.strip()) or _COLUMNS.search(text):  # a row of a table
        return True
    short = len(last.strip()) < 0.75 * margin
    if _OPENS.match(text) and (short or _ENDS.search(last.strip())):
        return True
    if is_preamble_head(text):
        return True
    return short and (bool(_ENDS.search(last.strip())) or (text[0].isupper() and is_heading(last.strip())))


def opens(text: str) -> bool:
    """Return whether a line begins with a designator, a bullet or the like."""
    return _OPENS.match(text) is not None


def is_preamble_head(text: str) -> bool:
    """Return whether a line is `ACTION: ...` or one of the lines that end a document of the Federal Register."""
    return _HEAD.match(text) is not None or _LAST_LINES.match(text) is not None


def join_lines(lines: list[str], words: SeenWords, *, broken: bool) -> str:
    """Join the lines of a paragraph. `words` are those of the document, for the hyphens at line ends."""
    text = lines[0]
    for line in lines[1:]:
        gap = " "
        if text.endswith("-") and not text.endswith(" -") and line[:1].isalnum():
            gap = ""
            if not belongs(text[-80:], line, words, doubt=not broken):
                text = text[:-1]
        elif _DASH.search(text) and line[:1].isalnum():  # 202–482; Switzerland—Liechtenstein
            gap = ""
        text = f"{text}{gap}{line}"
    return " ".join(text.split())


def ends_sentence(text: str) -> bool:
    return _ENDS.search(text.strip()) is not None


def is_rule(text: str) -> bool:
    """Return whether a line consists of dashes or the like, and only separates texts."""
    return _RULE.match(text) is not None


def is_heading(text: str) -> bool:
    """Return whether a short line is a heading: no end of a sentence, in capitals or with every long word
    capitalized; it may be numbered.
    """
    numbered = _NUMBERED.match(text)
    if numbered:
        text = text[numbered.end() :]
    if len(text) > 100 or _ENDS.search(text) or _RULE.match(text) or _OPENS.match(text):
        return False
    words = [word for word in re.findall(r"[A-Za-z]+", text) if len(word) > 3]
    return bool(words) and len(words) <= 14 and all(word[0].isupper() for word in words)
