"""Parses XML of the Government Publishing Office into safe trees and clean words."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

from tracker.errors import ParseError
from tracker.parsing.struck_text import write_struck_text
from tracker.parsing.superscripts import write_scripts
from tracker.text.safe_xml import NotXmlError, parse_root

# The largest file is one title of the CFR; the eCFR's title 15 has 30 MB.
MAX_BYTES = 200_000_000
Element = etree._Element

# The text of `<br/>`: white space for `words`, but a line break for code that looks for it.
LINE_BREAK = "\u2028"

# Elements within a line. All others end it.
INLINE = frozenset(
    [
        "E",
        "I",
        "B",
        "SU",
        "SUP",
        "SUB",
        "sup",
        "sub",
        "FTREF",
        "PRTPAGE",
        "AC",
        "FR",
        "em",
        "strong",
        "a",
        "span",
        "br",
        "b",
        "i",
        "u",
        "code",
        "small",
        "XREF",
        "CFRREF",
        "FRREF",
        "FAR",
        "img",
        "LOC",
        "MID",
        "INLINE_IMAGE",
        "SUBSCRPT",
        "SUPERSCRPT",
        "font",
        "LINE",
        "s",
        "del",
        "strike",
        "ins",
    ]
)
ITALIC = frozenset({"I", "i", "em"})
_ITALIC_E = frozenset({"01", "03", "7462"})  # 01 and 03 are italic, 7462 italic in a heading
_RAISED_E = frozenset({"51", "52", "53", "54"})  # super- and subscripts


def tree(data: bytes, name: str, label: str = "") -> Element:
    """Return the root of an XML file without comments and processing instructions, `<br/>` as space, and
    superscripts and subscripts written into its text (`raised`). `label` is the charset of the response.

    Raises ParseError, naming the line, when it is not well formed, nested more than 100 deep or over 200 MB. No
    entity is resolved and nothing is loaded.
    """
    if len(data) > MAX_BYTES:
        raise ParseError(f"{name}: {len(data):,} bytes of XML are over the bound of {MAX_BYTES:,}")
    try:
        root = parse_root(data, label)
    except NotXmlError as error:
        raise ParseError(f"{name}: not well-formed XML: {error}", cure="fetch it again") from error
    for line_break in root.iter("br"):
        line_break.tail = f"{LINE_BREAK}{line_break.tail or ''}"
    write_scripts(root)
    write_struck_text(root)
    return root


def raw_text(element: Element) -> str:
    """Return all text of an element as in the file."""
    if not len(element):
        return element.text or ""
    return etree.tostring(element, method="text", encoding="unicode", with_tail=False)


def words(element: Element) -> str:
    """Return all text of an element, white space folded."""
    return " ".join(raw_text(element).split())


def is_italic(element: Element) -> bool:
    return element.tag in ITALIC or (element.tag == "E" and element.get("T") in _ITALIC_E)


def leading_emphasis(element: Element, limit: int = 400) -> str:
    """Return the beginning of an element's text with its italic runs between \\x01 and \\x02: designators of the
    fifth and sixth level, `(<I>1</I>)`, differ from `(1)` in nothing else.
    """
    parts: list[str] = [element.text or ""]
    size = len(parts[0])
    for child in element:
        text = raw_text(child)
        parts.append(f"\x01{text}\x02" if is_italic(child) else text)
        parts.append(child.tail or "")
        size += len(text) + len(parts[-1])
        if size > limit:
            break
    return " ".join("".join(parts).split())


def tidy_emphasis(root: Element) -> None:
    """Normalize the space around emphasis. Federal Register XML is pretty-printed with `<E>` on a line of its
    own, and some copies have lost the space on either side. The neighboring characters decide, so that "(
    i.e. , x)" and "(a)Heading.Text" read as printed.
    """
    for number in root.iter("SU"):
        # `<P><SU>4</SU>12 U.S.C.` is footnote 4, not 412.
        if (
            not _text_before(number).strip()
            and number.getprevious() is None
            and (number.tail or " ")[0].isalnum()
        ):
            number.tail = f" {number.tail}"
    for emphasis in root.iter("E"):
        text = raw_text(emphasis).strip()
        raised = emphasis.get("T") in _RAISED_E
        before = _text_before(emphasis)
        if before and (raised or before.rstrip()[-1:] in "([“‘"):
            _set_text_before(emphasis, before.rstrip())
        elif before and len(text) > 1 and _joins(before[-1]) and (text[0].isalnum() or text[0] in "“("):
            _set_text_before(emphasis, f"{before} ")
        tail = emphasis.tail
        if tail and tail[0].isspace() and tail.lstrip()[:1] in tuple(",.;:)]”’?!"):
            emphasis.tail = tail.lstrip()
        elif tail and not raised and len(text) > 1 and (tail[0].isalnum() or tail[0] in "(“$§"):
            emphasis.tail = f" {tail}"


def _joins(character: str) -> bool:
    return character.isalnum() or character in ".,;:)"


def _text_before(element: Element) -> str:
    previous = element.getprevious()
    if previous is not None:
        return previous.tail or ""
    parent = element.getparent()
    return (parent.text or "") if parent is not None else ""


def _set_text_before(element: Element, text: str) -> None:
    previous = element.getprevious()
    parent = element.getparent()
    if previous is not None:
        previous.tail = text
    elif parent is not None:
        parent.text = text


_LABEL = re.compile(
    r"(?:Category|Chapter|Part|Subpart|Table|Appendix|Step|Section|Group) [0-9A-Z.]+(?![\w.])"
)


def label(heading: str) -> str:
    """Return the name of a heading in a path: `Category I` of `Category I—Firearms and Related Articles`, so
    that a new title keeps the paths below it; else its first 100 characters.
    """
    match = _LABEL.match(heading)
    if match:
        return match.group()
    return shorten(heading.rstrip(":. "), 100)


_TYPOGRAPHY = str.maketrans(
    {"–": "-", "—": "-", "‑": "-", "−": "-", "‘": "'", "’": "'", "“": '"', "”": '"', "\u00a0": " "}
)


def plain(text: str) -> str:
    """Return `text` with plain dashes and quotes, for names in paths and keys, because the Office of the
    Federal Register re-releases documents with others.
    """
    return text if text.isascii() else text.translate(_TYPOGRAPHY)


def shorten(text: str, size: int) -> str:
    """Return a name for a path: plain, of at most `size` characters, cut at a word."""
    text = plain(text).replace(" › ", " > ")
    return text if len(text) <= size else f"{text[: size - 1].rsplit(' ', 1)[0]}…"


def children(element: Element) -> Iterator[Element | str]:
    """Return the children of a container in order, and any bare text between them."""
    if element.text and not element.text.isspace():
        yield element.text
    for child in element:
        yield child
        if child.tail and not child.tail.isspace():
            yield child.tail
