"""How many of the dates and amended sections of recorded full texts are found, and which are not.

`python -m bench.eval_dates [--misses]`: the 80 recorded texts (paragraphs without markup), the rules, proposals and
notices of a whole recorded issue, and the rules of the CFPB, both in the Federal Register's XML. What should be found
is counted without the tagger: every calendar date in a DATES paragraph, and every section or supplement that an
amendatory instruction names.
"""

from __future__ import annotations

import json
import lzma
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from lxml import etree

from bench.judgement_cases import DATA
from tracker import classification
from tracker.documents.text_view import build_text_view
from tracker.legal_status.date_mentions import mentions
from tracker.legal_status.legal_dates import legal_dates
from tracker.model import Document, DocumentKind, Unit, UnitKind
from tracker.parsing.files import read_file

TODAY = date(2026, 11, 1)
_DATED = re.compile(
    r"\b(?:effective|comments?|received|submitted|delayed|applicable|compliance|expires?|held)\b", re.I
)
_REPORTED = re.compile(r"\bpublished (?:on |in the Federal Register (?:on )?)?$")
_OPENING = 14  # leading paragraphs in which the DATES of a text without markup are looked for
_AMENDED = re.compile(
    r"^\d{1,3}\.\s+(?:(?:Effective[^,]*, \d{4}, )?(?:(?:Amend|Revise|Add|Remove|In|Correct) )?(?:§+|[Ss]ections?)\s*(?P<section>\d{1,4}\.\d{1,5})"
    r"|(?:Amend |Revise |Add )?[Ss]upplement No\. (?P<number>\d{1,2}) to [Pp]art (?P<part>\d{3}))"
)


@dataclass(slots=True)
class Count:
    documents: int = 0
    dates: int = 0
    dates_found: int = 0
    sections: int = 0
    sections_found: int = 0
    misses: list[str] = field(default_factory=list)

    def take(self, document: Document, output: list[str], orders: list[str]) -> None:
        """`said` are the DATES paragraphs, `orders` the instructions."""
        # As the tagger reads it, also of documents that are not in the field and of which it keeps no units.
        reading = build_text_view(document)
        days = {entry.date for entry in legal_dates(reading, TODAY)}
        self.documents += 1
        for words in output:
            for mention in mentions(words):
                if _REPORTED.search(words[: mention.start]):
                    continue  # the publication date of another document, mentioned in passing
                self.dates += 1
                self.dates_found += mention.day in days
                if mention.day not in days:
                    self.misses.append(f"{document.key} date {mention.day}: {words[:300]}")
        for order in orders:
            if match := _AMENDED.match(order):
                self.sections += 1
                wanted = (
                    re.compile(rf"\d+ CFR {re.escape(match['section'])}(?!\d)")
                    if match["section"]
                    else re.compile(rf"Supp\. No\. {match['number']} to Part {match['part']}\b")
                )
                hit = any(wanted.match(unit) for unit in reading.touched)
                self.sections_found += hit
                if not hit:
                    self.misses.append(f"{document.key} section: {order[:200]}")


def paragraphs() -> Count:
    count = Count()
    with lzma.open(DATA / "federal-register/full-text-paragraphs.jsonl.xz", "rt", encoding="utf-8") as lines:
        for row in map(json.loads, lines):
            texts = row["paragraphs"]
            units = tuple(Unit(f"¶{n}", UnitKind.PARAGRAPH, text) for n, text in enumerate(texts, 1))
            document = Document(
                key=row["document_number"], kind=DocumentKind.RULE, title="", url="", units=units
            )
            output = [text for text in texts[:_OPENING] if _dates_of_its_own(text)]
            count.take(document, output, texts)
    return count


def _dates_of_its_own(text: str) -> bool:
    """A DATES paragraph among the first ones: it begins with what it sets, or is short and sets it."""
    named = re.match(
        r"(?:DATES?|Effective|Comments?|Compliance|The effective|Applicab\w+|This (?:\w+ ){0,4}rule is effective)",
        text,
    )
    return (
        _DATED.search(text) is not None
        and (named is not None or len(text) < 200)
        and not text.startswith("In this")
    )


def xml(name: str, data: bytes) -> Iterator[tuple[Document, list[str], list[str]]]:
    """The documents of one file: a rule, or an issue of them."""
    root = etree.fromstring(data, etree.XMLParser(recover=True, huge_tree=True))
    kinds = ("RULE", "PRORULE", "NOTICE", "PRESDOCU")
    found = [root] if root.tag in kinds else list(root.iter(*kinds))
    for number, each in enumerate(found):
        document = read_file(f"{name}-{number}.xml", etree.tostring(each))
        output = [_text(part) for name in ("DATES", "EFFDATE") for part in each.iterfind(f"PREAMB/{name}/P")]
        yield document, output, [_text(order) for order in each.iter("AMDPAR")]


def _text(element: etree._Element) -> str:
    return re.sub(
        r"\s+", " ", etree.tostring(element, encoding="unicode", method="text", with_tail=False)
    ).strip()


def files(*patterns: str) -> Count:
    count = Count()
    for pattern in patterns:
        for path in sorted(DATA.glob(pattern)):
            for document, output, orders in xml(path.name.split(".")[0], lzma.decompress(path.read_bytes())):
                count.take(document, output, orders)
    return count


def part_744() -> str:
    path = DATA / "ecfr/15-cfr-744/2026-07-18.xml.xz"
    part = read_file("part.xml", lzma.decompress(path.read_bytes()))
    notes = [unit for unit in part.units if unit.kind is UnitKind.EFFECTIVE_NOTE]
    known = {unit.path for unit in part.units}
    status = classification.classify(part, today=TODAY).status
    right = [
        one
        for one in status
        if (one.state, one.until, one.by) == ("stayed", date(2026, 11, 9), "90 FR 50857")
    ]
    units = [unit for one in right for unit in one.units]
    sources = {one.where for one in right}
    return (
        f"part 744: {len(notes)} effective-date notes, {len(sources)} of them read into {len(right)} stays with end and "
        f"citation on {len(units)} units, {len(set(units) & known)} of which are in the text"
    )


def main(arguments: list[str]) -> int:
    print(part_744())
    for name, count in (
        ("80 recorded texts", paragraphs()),
        ("a whole issue, XML", files("federal-register/issues/FR-2024-02-12.xml.xz")),
        ("rules of the CFPB, XML", files("amendments/title-12/rules/*.xml.xz")),
    ):
        print(
            f"{name}: {count.documents} documents; dates in DATES found {count.dates_found} of {count.dates}; "
            f"sections and supplements amended found {count.sections_found} of {count.sections}"
        )
        for miss in count.misses if "--misses" in arguments else ():
            print(f"  missed {miss}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
