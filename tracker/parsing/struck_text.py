"""Marks text that a publisher struck through (`<s>`, `<del>`, `<strike>`, a style of `line-through`) in plain
text: `~~two years~~`. Struck text is no longer the law, so striking it is a substantive change.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bs4 import BeautifulSoup, Tag
    from bs4.element import NavigableString
    from lxml import etree

MARK = "~~"
_TAGS = ("s", "del", "strike")
_STYLE = re.compile(r"text-decoration(?:-line)?\s*:[^;]*\bline-through\b", re.IGNORECASE)
_CLASSES = frozenset({"line-through", "strikethrough", "strike-through", "text-decoration-line-through"})
_MARKUP = re.compile(r"<(s|del|strike)(?:\s[^<>]*)?>([^<>]*)</\1>", re.IGNORECASE)


def strike(text: str) -> str:
    """Return `text` between marks, with the white space around it outside; nothing for white space alone."""
    words = text.strip()
    return text.replace(words, f"{MARK}{words}{MARK}", 1) if words else text


def strike_markup(text: str) -> str:
    """Return a text with its HTML elements of struck text written as marks."""
    return _MARKUP.sub(lambda found: strike(found[2]), text)


def write_html_struck_text(soup: BeautifulSoup, blocks: frozenset[str]) -> None:
    """Write marks around the struck text of a page, in place. `blocks` names the elements that end a line: each
    line gets its own marks.
    """
    for tag in soup.find_all(_is_struck):
        if any(_is_struck(parent) for parent in tag.parents):
            continue
        lines: dict[int, list[NavigableString]] = {}
        for string in tag.find_all(string=True):
            if string.strip():
                line = next((parent for parent in string.parents if parent.name in blocks), tag)
                lines.setdefault(id(line), []).append(string)
        for strings in lines.values():
            _surround(strings)


def _surround(strings: list[NavigableString]) -> None:
    first, last = strings[0], strings[-1]
    if first is last:
        first.replace_with(strike(str(first)))
        return
    opening, closing = str(first), str(last)
    first.replace_with(opening.replace(opening.lstrip(), f"{MARK}{opening.lstrip()}", 1))
    last.replace_with(closing.replace(closing.rstrip(), f"{closing.rstrip()}{MARK}", 1))


def _is_struck(tag: Tag) -> bool:
    if tag.name in _TAGS or _STYLE.search(str(tag.get("style") or "")):
        return True
    return any(name in _CLASSES for name in tag.get_attribute_list("class"))


def write_struck_text(root: etree._Element) -> None:
    """Write marks around the struck text of an XML tree, in place."""
    for element in root.iter(*_TAGS):
        if any(parent.tag in _TAGS for parent in element.iterancestors()):
            continue
        if not "".join(str(part) for part in element.itertext()).strip():
            continue
        element.text = f"{MARK}{(element.text or '').lstrip()}"
        if len(element):
            element[-1].tail = f"{(element[-1].tail or '').rstrip()}{MARK}"
        else:
            element.text = f"{element.text.rstrip()}{MARK}"
