"""Writes superscripts and subscripts as plain text that still shows them.

Each becomes Unicode where every character has a raised or lowered form (10⁻¹⁰, H₂O, cm³), and `^(...)` or
`_(...)` elsewhere. The number of a footnote is not an exponent: it is written `[4]`, in the text and at the
footnote itself. Ordinals (4th) and signs that are always raised (®, *, †) stay unchanged.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tracker.text import UNITS

if TYPE_CHECKING:
    from bs4 import BeautifulSoup, Tag
    from lxml import etree

_UP = {**dict(zip("0123456789+=()ni", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁼⁽⁾ⁿⁱ", strict=True)), **dict.fromkeys("-−–‐‑", "⁻")}
_DOWN = {**dict(zip("0123456789+=()", "₀₁₂₃₄₅₆₇₈₉₊₌₍₎", strict=True)), **dict.fromkeys("-−–‐‑", "₋")}
_RAISED = ("SU", "SUP", "sup", "SUPERSCRPT")
_LOWERED = ("SUB", "sub", "SUBSCRPT")
# `<E T="51">` and, in italics, 53 are superscripts; 52 and 54 subscripts.
_RAISED_E, _LOWERED_E = frozenset({"51", "53"}), frozenset({"52", "54"})
_AS_IT_IS = re.compile(
    r"(?:st|nd|rd|th|\[[^\]]*\]|\(\w{1,4}\)|[®™©℠*†‡§¶#'’′″°\s.,;:]+|TM|SM)\Z", re.IGNORECASE
)
# The form of a footnote number: 4; 4, 5; a.
_MARK = re.compile(r"(?:\d{1,3}(?:\s?[,;–-]?\s?\d{1,3})*|[a-zA-Z])\Z")
_NAME_OF_PLACE = re.compile(r"\d[\w.–-]*(?:\([a-zA-Z0-9]{1,5}\))+\Z")  # 734.9(e)
_WORD = re.compile(r"[A-Za-zµμΩÅ]+\Z")
_ISOTOPE = re.compile(r"[A-Z][a-z]?(?![A-Za-z])")
_LOCATOR = re.compile(r"\\([^\\\s]{1,12})\\")  # the raw text's own mark: 10\-10\, m\3\, law.\4\
_TAGGED = re.compile(r"<(INF|SUB|SUP|SU)>(.{0,60}?)</\1>", re.IGNORECASE | re.DOTALL)


def raised(text: str, before: str, after: str = "", *, footnote: bool = False) -> str:
    """Return a superscript as text. `before` and `after` are the text around it, which decide whether it is an
    exponent or the number of a footnote; `footnote` is set where the markup marks a footnote.
    """
    text = " ".join(text.split())
    if not text or _AS_IT_IS.match(text):
        return text
    if footnote or (_MARK.match(text) and _is_mark(text, before, after)):
        return f"[{text}]"
    return _scripted(text, _UP, "^")


def lowered(text: str) -> str:
    """Return a subscript as text."""
    text = " ".join(text.split())
    return _scripted(text, _DOWN, "_") if text else ""


def scripted(text: str, *, raise_it: bool) -> str:
    """Return a superscript or a subscript as text where it is never the number of a footnote."""
    text = " ".join(text.split())
    return _scripted(text, _UP if raise_it else _DOWN, "^" if raise_it else "_") if text else ""


def _scripted(text: str, forms: dict[str, str], sign: str) -> str:
    if all(character in forms for character in text):
        return "".join(forms[character] for character in text)
    return f"{sign}({text})"


def _is_mark(text: str, before: str, after: str) -> bool:
    """Return whether a raised number or letter is a footnote's: it follows a word or a punctuation mark, not a
    number or a unit.
    """
    if before[-1:].isspace() or not before:
        # The mass number of an isotope precedes its element; an exponent has no space before it.
        return not (before and text.isdigit() and _ISOTOPE.match(after))
    word = _WORD.search(before)
    if word:
        return len(word.group()) > 1 and word.group() not in UNITS
    if before[-1].isdigit():
        return False
    return before[-1] not in ")]}" or _NAME_OF_PLACE.search(before) is not None


# --- markup


def write_scripts(root: etree._Element) -> None:
    """Write the scripts of an XML tree into its text, in place. The elements stay, without their own markup."""
    found = [
        element
        for element in root.iter("E", *_RAISED, *_LOWERED)
        if element.tag != "E" or element.get("T") in _RAISED_E | _LOWERED_E
    ]
    for element in reversed(found):  # what is inside another one comes before it
        text = "".join(str(part) for part in element.itertext())
        if element.tag in _LOWERED or (element.tag == "E" and element.get("T") in _LOWERED_E):
            written = lowered(text)
        else:
            follower = element.getnext()
            footnote = follower is not None and follower.tag == "FTREF" and not (element.tail or "").strip()
            before = _before(element)
            if element.tag == "E":  # pretty-printed on a line of its own
                before = before.rstrip()
            written = raised(text, before, element.tail or "", footnote=footnote)
        for child in list(element):
            element.remove(child)
        element.text = written
    for fraction in root.iter("FR"):  # 2<FR>1/2</FR> is two and a half
        if fraction.text and _before(fraction)[-1:].isdigit():
            fraction.text = f" {fraction.text.lstrip()}"


def _before(element: etree._Element) -> str:
    """Return the text right before an element, of its parent or the element before it."""
    previous = element.getprevious()
    if previous is None:
        parent = element.getparent()
        return (parent.text or "") if parent is not None else ""
    if previous.tail:
        return str(previous.tail)
    return "".join(str(part) for part in previous.itertext())


def write_html_scripts(soup: BeautifulSoup) -> None:
    """Write the scripts of a page into its text, in place."""
    for tag in reversed(soup.find_all(["sup", "sub"])):
        strings = list(tag.find_all(string=True))
        text = "".join(strings)
        if not text.strip():
            continue
        written = lowered(text)
        if tag.name == "sup":
            after = tag.next_sibling
            written = raised(
                text,
                _html_before(tag),
                str(after) if isinstance(after, str) else "",
                footnote=_is_reference(tag) and _MARK.match(text.strip()) is not None,
            )
        # The first string takes all of it, so that a link around it stays.
        strings[0].replace_with(written)
        for string in strings[1:]:
            string.extract()


def _html_before(tag: Tag) -> str:
    previous = tag.previous_sibling
    if previous is None:
        return ""
    return previous if isinstance(previous, str) else previous.get_text()


def _is_reference(tag: Tag) -> bool:
    """Return whether a raised number links to a place on its page or to a footnote."""
    around = [
        *tag.find_all("a"),
        *([tag.parent] if tag.parent is not None and tag.parent.name == "a" else []),
    ]
    return any("#" in str(link.get("href") or "") for link in around)


def text_scripts(text: str) -> str:
    """Return the raw text of the Federal Register with its marks of raised and lowered characters converted."""
    if "<" in text:
        text = _TAGGED.sub(
            lambda found: (
                lowered(found[2]) if found[1].upper() in ("INF", "SUB") else raised(found[2], *_around(found))
            ),
            text,
        )
    if "\\" in text:
        text = _LOCATOR.sub(lambda found: raised(found[1], *_around(found)), text)
    return text


def _around(found: re.Match[str]) -> tuple[str, str]:
    start, end = found.span()
    return found.string[max(0, start - 60) : start], found.string[end : end + 20]
