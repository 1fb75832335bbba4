"""Parses a Japanese law, as e-Gov gives it, into units by 条, 項, 号 and イロハ, and its tables by row.

Paths: `輸出貿易管理令 › 第四条第一項第二号イ`, `輸出貿易管理令 › 別表第一 › 二の項（三）`, `輸出貿易管理令 › 附則（令和八年政令第百九十四号） › 第一条第一項`. Numbers
are written as the law writes them.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from lxml import etree

from tracker.errors import ParseError
from tracker.model import Unit, UnitKind
from tracker.parsing.gpo_xml import Element, shorten, tree
from tracker.parsing.superscripts import scripted
from tracker.parsing.unit_builder import SEPARATOR, UnitBuilder
from tracker.text import CELL_GAP, search_key
from tracker.text.kanji_numbers import kanji_number

GAP = "\u3000"  # between a number and its words, as the law is printed
_DIVISIONS = ("Part", "Chapter", "Section", "Subsection", "Division")
_SUBITEM = re.compile(r"Subitem(\d+)")
_APPENDIX = re.compile(r"(?:SupplProvision)?Appdx(?:Table|Note|Style|Format|Fig)?")
_ROW_NUMBER = re.compile(r"[〇一二三四五六七八九十百]+(?:の[〇一二三四五六七八九十百]+)*")
_LABELED = re.compile(
    r"(（[〇一二三四五六七八九十百の０-９0-9]+）|[イロハニホヘトチリヌルヲワカヨタレソツネナラムウヰノオクヤマ])\u3000?"
)
_SKIPPED = frozenset({"TOC", "Rt", "LawNum", "LawTitle"})
_TITLED = frozenset({"ArticleTitle", "ArticleCaption", "ParagraphNum", "ItemTitle"})
_MOST_DEPTH = 200


@dataclass(frozen=True, slots=True)
class LawText:
    """What an answer holds: the law as XML, and what the service says of this revision of it."""

    root: Element
    revision: Mapping[str, Any]
    law: Mapping[str, Any]


def law_in(value: object, name: str) -> LawText:
    """Return the law in an answer of `law_data`: its XML is Base64 in JSON; the tree of tags, attributes and children that the
    service sends where XML was not requested is read too. Raises ParseError.
    """
    record = value if isinstance(value, Mapping) else {}
    full = record.get("law_full_text")
    if isinstance(full, str):
        try:
            data = base64.b64decode(full, validate=True)
        except (binascii.Error, ValueError) as error:
            raise ParseError(f"{name}: the text of the law is no Base64: {error}") from error
        root = tree(data, name)
    elif isinstance(full, Mapping):
        root = _element(full, name, 0)
    else:
        raise ParseError(f"{name}: an answer without the text of a law")
    law = root if root.tag == "Law" else root.find(".//Law")
    if law is None or law.find("LawBody") is None:
        raise ParseError(f"{name}: <{root.tag}> has no law")
    return LawText(law, _mapping(record.get("revision_info")), _mapping(record.get("law_info")))


def law_units(text: LawText, name: str, source_line: str) -> tuple[Unit, ...]:
    """Return the units of a law. `name` is the short name with which paths begin, `source_line` the line on the amendment that
    gave this text. Raises ParseError for a law without provisions.
    """
    writer = _Writer(name)
    body = text.root.find("LawBody")
    title = _words(body.find("LawTitle")) if body is not None else name
    number = _words(text.root.find("LawNum"))
    writer.outline.add(name, UnitKind.HEADING, f"{title}（{number}）" if number else title, 0)
    writer.outline.add(f"{name}{SEPARATOR}改正", UnitKind.CITATION, source_line, 1)
    before = len(writer.outline.units)
    for child in body if body is not None else ():
        writer.part(child, name, 1)
    if len(writer.outline.units) == before:
        raise ParseError(f"{name}: a law without provisions")
    return tuple(writer.outline.units)


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _element(node: Mapping[str, Any], name: str, depth: int) -> Element:
    tag = node.get("tag")
    if not isinstance(tag, str) or not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", tag) or depth > _MOST_DEPTH:
        raise ParseError(f"{name}: {str(tag)[:40]!r} is no element of a law")
    made = etree.Element(tag)
    for key, value in _mapping(node.get("attr")).items():
        if re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", str(key)):
            made.set(str(key), str(value))
    last: Element | None = None
    for child in node.get("children") or ():
        if isinstance(child, Mapping):
            last = _element(child, name, depth + 1)
            made.append(last)
        elif last is None:
            made.text = (made.text or "") + str(child)
        else:
            last.tail = (last.tail or "") + str(child)
    return made


class _Writer:
    """Writes units. `law` is the name with which paths begin."""

    def __init__(self, law: str) -> None:
        self.outline = UnitBuilder()
        self.law = law

    def part(self, element: Element, base: str, depth: int) -> None:
        """Write one part of a law. `base` is the path of what contains it: the law, a supplementary provision, an appendix."""
        tag = str(element.tag)
        if tag in _SKIPPED:
            return
        if tag == "MainProvision":
            self._children(element, base, depth)
        elif tag in _DIVISIONS:
            self._division(element, base, depth)
        elif tag == "Article":
            self._article(element, base, depth)
        elif tag == "Paragraph":
            self._paragraph(element, f"{base}{SEPARATOR}", depth)
        elif tag == "SupplProvision":
            self._supplement(element, base, depth)
        elif _APPENDIX.fullmatch(tag):
            self._appendix(element, base, depth)
        elif tag in ("TableStruct", "Table"):
            self._table(element, base, depth)
        elif tag == "Remarks":
            self._remarks(element, base, depth)
        elif tag == "Item" or _SUBITEM.fullmatch(tag):
            self._item(element, f"{base}{SEPARATOR}", depth)
        else:
            self._plain(element, base, depth)

    def _children(self, element: Element, base: str, depth: int, skip: Iterable[str] = ()) -> None:
        for child in element:
            if child.tag not in skip:
                self.part(child, base, depth)

    def _division(self, element: Element, base: str, depth: int) -> None:
        title = f"{element.tag}Title"
        words = _words(element.find(title))
        label = words.partition(GAP)[0].partition(" ")[0]
        path = f"{base}{SEPARATOR}{label or element.tag}"
        self.outline.add(path, UnitKind.HEADING, words, depth, marker=label)
        # Articles are counted through the law: a new chapter renames none of them.
        self._children(element, base, depth + 1, {title})

    def _article(self, element: Element, base: str, depth: int) -> None:
        title, caption = (_words(element.find(name)) for name in ("ArticleTitle", "ArticleCaption"))
        path = self.outline.add(
            f"{base}{SEPARATOR}{title or _ordinal(element, '条')}",
            UnitKind.HEADING,
            f"{title}{caption}",
            depth,
            marker=title,
        )
        for child in element:
            if child.tag == "Paragraph":
                self._paragraph(child, path, depth + 1)
            elif child.tag not in _TITLED:
                self.part(child, path, depth + 1)

    def _paragraph(self, element: Element, above: str, depth: int) -> None:
        """Write a 項. The number of the first is not printed."""
        marker = _words(element.find("ParagraphNum"))
        caption = _words(element.find("ParagraphCaption"))
        sentence = element.find("ParagraphSentence")
        words = caption + _labeled(marker, _words(sentence))
        path = f"{above}{_ordinal(element, '項')}"
        path = self.outline.add(path, UnitKind.PARAGRAPH, words, depth, marker="" if caption else marker)
        for child in element:
            if child.tag == "Item":
                self._item(child, path, depth + 1)
            elif child.tag not in ("ParagraphNum", "ParagraphCaption", "ParagraphSentence"):
                self.part(child, path, depth + 1)

    def _item(self, element: Element, above: str, depth: int) -> None:
        tag = str(element.tag)
        title = _words(element.find(f"{tag}Title"))
        label = f"第{title}号" if tag == "Item" and _ROW_NUMBER.fullmatch(title) else title
        words = _labeled(title, _words(element.find(f"{tag}Sentence")))
        path = self.outline.add(
            f"{above}{label or _ordinal(element, '号')}", UnitKind.ITEM, words, depth, marker=title
        )
        for child in element:
            if _SUBITEM.fullmatch(str(child.tag)):
                self._item(child, path, depth + 1)
            elif child.tag not in (f"{tag}Title", f"{tag}Sentence"):
                self.part(child, path, depth + 1)

    def _supplement(self, element: Element, base: str, depth: int) -> None:
        label = "".join(_words(element.find("SupplProvisionLabel")).split()) or "附則"
        number = element.get("AmendLawNum", "")
        path = f"{base}{SEPARATOR}{label}（{number}）" if number else f"{base}{SEPARATOR}{label}"
        words = f"{label}（{number}）" if number else label
        path = self.outline.add(path, UnitKind.HEADING, words, depth)
        self._children(element, path, depth + 1, {"SupplProvisionLabel"})

    def _appendix(self, element: Element, base: str, depth: int) -> None:
        titles = [child for child in element if str(child.tag).endswith("Title")]
        title = _words(titles[0]) if titles else "別表"
        related = _words(element.find("RelatedArticleNum"))
        label = title.partition("（")[0].strip() or "別表"
        path = f"{base}{SEPARATOR}{label}"
        path = self.outline.add(path, UnitKind.HEADING, f"{title}{related}", depth)
        self._children(element, path, depth + 1, {"RelatedArticleNum", *(str(child.tag) for child in titles)})

    def _remarks(self, element: Element, base: str, depth: int) -> None:
        label = _words(element.find("RemarksLabel")) or "備考"
        own = [child for child in element if child.tag == "Sentence"]
        words = _labeled(label, GAP.join(map(_words, own)))
        path = self.outline.add(f"{base}{SEPARATOR}{label}", UnitKind.NOTE, words, depth)
        for child in element:
            if child.tag == "Item":
                self._item(child, path, depth + 1)
            elif child.tag not in ("RemarksLabel", "Sentence"):
                self.part(child, path, depth + 1)

    def _table(self, element: Element, base: str, depth: int) -> None:
        if element.tag == "TableStruct":
            self._children(element, base, depth, {"TableStructTitle"})
            return
        seen = 0
        for row in element:
            columns = [child for child in row if str(child.tag).endswith("Column")]
            if columns:
                seen += 1
                self._row(columns, base, depth, seen)
            else:
                self.part(row, base, depth)

    def _row(self, columns: list[Element], base: str, depth: int, number: int) -> None:
        """Write a row with what its cells print. What a cell lists by number is a unit of its own below the row."""
        cells = [_Cell.of(column) for column in columns]
        first = cells[0].words if cells else ""
        named = _ROW_NUMBER.fullmatch(first)
        label = f"{first}の項" if named else shorten(first, 40) or f"{number}行"
        text = CELL_GAP.join(cell.words for cell in cells if cell.words) or label
        path = self.outline.add(
            f"{base}{SEPARATOR}{label}",
            UnitKind.ROW,
            text,
            depth,
            key=search_key(f"{base}{SEPARATOR}{label}") if named else "",
        )
        for cell in cells:
            for label, words in cell.listed:
                self.outline.add(f"{path}{label}", UnitKind.ITEM, words, depth + 1, marker=label)
            for item in cell.items:
                if item.tag == "Item" or _SUBITEM.fullmatch(str(item.tag)):
                    self._item(item, path, depth + 1)
                else:
                    self.part(item, path, depth + 1)

    def _plain(self, element: Element, base: str, depth: int) -> None:
        """Write any other part as it reads, so that no words are lost."""
        words = _words(element)
        figures = [figure.get("src", "") for figure in element.iter("Fig")]
        words = " ".join(filter(None, (words, *(f"[{address}]" for address in figures))))
        self.outline.add(self.outline.numbered(base, "¶"), UnitKind.PARAGRAPH, words, depth)


@dataclass(frozen=True, slots=True)
class _Cell:
    """A cell: its own words, the numbered sentences in it, and its elements that are units."""

    words: str
    listed: tuple[tuple[str, str], ...]
    items: tuple[Element, ...]

    @classmethod
    def of(cls, column: Element) -> _Cell:
        own: list[str] = []
        listed: list[tuple[str, str]] = []
        items: list[Element] = []
        for child in column:
            tag = str(child.tag)
            if tag in ("Item", "Paragraph", "Remarks", "Table", "TableStruct") or _SUBITEM.fullmatch(tag):
                items.append(child)
                continue
            words = _words(child)
            found = _LABELED.match(words)
            if found and (own or listed) and found.end() < len(words):
                listed.append((found[1], words))
            elif listed and words:
                label, before = listed[-1]
                listed[-1] = (label, f"{before} {words}")
            elif words:
                own.append(words)
        if not len(column):
            own.append(_words(column))
        return cls(" ".join(filter(None, own)), tuple(listed), tuple(items))


def _labeled(label: str, words: str) -> str:
    return f"{label}{GAP}{words}" if label and words else label or words


def _ordinal(element: Element, sort: str) -> str:
    """Return `第二項`, `第四条の二` by the number that the file gives to an element: `2`, `4_2`."""
    first, *rest = element.get("Num", "1").split("_")
    numbers = [kanji_number(int(each)) if each.isdigit() else each for each in (first, *rest)]
    return f"第{numbers[0]}{sort}" + "".join(f"の{each}" for each in numbers[1:])


def _words(element: Element | None) -> str:
    """Return the words of an element. Columns and sentences of their own lines are divided as they are printed; the reading of
    characters (ruby) is left out.
    """
    return "" if element is None else "".join(_pieces(element)).strip()


def _pieces(element: Element) -> Iterator[str]:
    yield _unbroken(element.text)
    for index, child in enumerate(element):
        if child.tag == "Column" and index:
            yield GAP
        if child.tag == "Fig":
            yield f"[{child.get('src', '')}]"
        elif child.tag in ("Sup", "Sub"):
            yield scripted("".join(_pieces(child)), raise_it=child.tag == "Sup")
        elif child.tag != "Rt":
            yield from _pieces(child)
        yield _unbroken(child.tail)


def _unbroken(text: str | None) -> str:
    """Return text without the line breaks and indents of the file, which Japanese words do not have."""
    first, *others = (text or "").replace("\r", "\n").split("\n")
    if not others:
        return first
    *between, last = others
    return "".join((first.rstrip(" \t"), *(line.strip(" \t") for line in between), last.lstrip(" \t")))
