"""How many recorded amendments of the EAR can be joined to a recorded Federal Register document by date and title alone.

    python -m bench.eval_joins [--write] [--rest]

The amendments are the rows of the eCFR's `versions` answer for parts 730 to 774: a section or supplement and the day of its
amendment. The documents are the recorded titles. Nothing else is used: no citation, no instruction, no effective date.
A title belongs to the EAR where it names them, their lists or their controls (`_EAR`), or one of their supplements by the
supplement's own heading ("Entity List"). The program's own join (`stories.rule_join`) then decides: a title that
names the supplement is an instruction; else the only title of the EAR on that day; several are ambiguous, never a guess.
A joined row is right as far as the day and the title say; a rule that took effect on another day than it was
published is not found. `--rest` lists every row that is not joined, by day and with the reason.
"""

from __future__ import annotations

import argparse
import json
import lzma
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

from bench import report
from bench.judgement_cases import DATA
from tracker.citations import EAR_PARTS
from tracker.model import Op, Operation, UnitKind
from tracker.parsing.files import read_file
from tracker.stories.printed_citations import printed_citations
from tracker.stories.rule_join import Basis, Join, JoinState, Rule, Window, join_operations, place_of
from tracker.text import search_key

VERSIONS = DATA / "ecfr" / "api" / "versions-title-15.json.xz"
TITLES = DATA / "federal-register" / "titles-abstracts-2020-2026.jsonl.xz"
# What a title calls the EAR, its lists and its controls.
_EAR = re.compile(
    r"\bExport Administration Regulations\b|\bEAR\b|\bExport Controls?\b|\bExport Control Classification\b|"
    r"\bEnd-User and End-Use\b|\bEnd-(?:User?|Use and End-User?) Controls?\b|\bLicense Exceptions?\b|\bReexports?\b|"
    r"\bAdvanced Computing\b|\bValidated End-Users?\b|\bWassenaar Arrangement\b|"
    r"\bAustralia Group\b|\bCountry Groups?\b|\bDual-Use\b|\bForeign-(?:Produced )?Direct Product\b|\bCrime Controls?\b|"
    r"\b(?:Cybersecurity|Emerging Technolog\w+|Nuclear Nonproliferation)\b[^.]{0,40}\b(?:Items|Controls?)\b|"
    r"\bControls? (?:on|of) [\w ,-]{3,60}\bItems\b|\bMunitions List Control\b|\bSanctions Against (?:Russia|Belarus|the Russian)",
    re.IGNORECASE,
)
# Titles of notices, which amend nothing.
_NOTICE = re.compile(
    r"\b(?:agency information collection|order (?:denying|renewing|temporarily)|denial of export privileges|"
    r"proposed rule|international traffic in arms|forced labor|notice of (?:OFAC|department of state)|request for (?:comments|information)|notice of (?:inquiry|open|partially)|meetings?|advisory committee)\b|"
    r"\AIn the Matter|\AProposed",
    re.IGNORECASE,
)
_HEADING = re.compile(r"Supplement No\. \d+ to Part \d+\s*[—–-]\s*(?P<name>.+)", re.DOTALL)
_SUPPLEMENT = re.compile(r"Supplement No\. (\d+) to Part (\d+)")
# A source line with this note leaves out later amendments.
_ELSEWHERE = "For Federal Register citations affecting"
_GENERIC = 2  # words that a heading must have to name its supplement in a title
_REASONS = ("joined", "ambiguous", "before", "gap", "none")
_NAMES = {
    "joined": "joined",
    "ambiguous": "several titles of the EAR on the day",
    "before": "before the recorded titles begin",
    "gap": "no document of the day is recorded",
    "none": "documents of the day are recorded, none with a title of the EAR",
}
_ABOUT = (
    "Recorded amendments of the EAR (sections and supplements by day, from the eCFR's `versions`) joined to recorded titles of the Federal "
    "Register by date and title alone. In the program, citations, instructions and effective dates are added."
)


@dataclass(frozen=True, slots=True)
class Amendment:
    """One row of the `versions` answer."""

    path: str
    day: date
    name: str


@dataclass(frozen=True, slots=True)
class Found:
    amendment: Amendment
    reason: str
    join: Join


def amendments() -> list[Amendment]:
    rows = json.loads(lzma.decompress(VERSIONS.read_bytes()))["content_versions"]
    return [
        Amendment(_path(row["identifier"]), date.fromisoformat(row["amendment_date"]), row["name"])
        for row in rows
        if (row["part"] or "").isdigit() and int(row["part"]) in EAR_PARTS
    ]


def _path(identifier: str) -> str:
    supplement = _SUPPLEMENT.match(identifier)
    return f"Supp. No. {supplement[1]} to Part {supplement[2]}" if supplement else f"15 CFR {identifier}"


def headings(found: Iterable[Amendment]) -> dict[str, tuple[str, ...]]:
    """Return the supplements by the words of their headings: ("entity list",)."""
    names: dict[str, set[str]] = {}
    for each in found:
        match = _HEADING.match(each.name)
        words = search_key(match["name"]) if match else ""
        words = re.sub(r"^the ", "", words)
        if len(words.split()) >= _GENERIC and "reserved" not in words:
            names.setdefault(words, set()).add(each.path)
    return {words: tuple(sorted(paths)) for words, paths in names.items()}


def titles() -> Iterator[tuple[str, date, str, str]]:
    with lzma.open(TITLES) as lines:
        for line in lines:
            record = json.loads(line)
            yield (
                record["document_number"],
                date.fromisoformat(record["published"]),
                record["title"],
                record["url"],
            )


def rule_of(
    number: str, published: date, title: str, url: str, named: Mapping[str, tuple[str, ...]]
) -> Rule | None:
    """Return what a title says of a document; None where it is none of the EAR."""
    if _NOTICE.search(title):
        return None
    words = f" {search_key(title)} "
    targets = tuple(path for name, paths in named.items() if f" {name} " in words for path in paths)
    if not targets and not _EAR.search(title):
        return None
    parts = tuple(f"15 CFR {part}" for part in EAR_PARTS) if _EAR.search(title) else ()
    return Rule(number, number, None, title, url, published, (), parts, targets)


def evaluate() -> list[Found]:
    wanted = amendments()
    named = headings(wanted)
    days = {each.day for each in wanted}
    recorded: Counter[date] = Counter()
    rules: dict[date, list[Rule]] = {}
    first = date.max
    for number, published, title, url in titles():
        first = min(first, published)
        recorded[published] += 1
        if published in days and (rule := rule_of(number, published, title, url, named)):
            rules.setdefault(published, []).append(rule)
    found = []
    for each in wanted:
        window = Window(each.day - timedelta(days=1), each.day)
        (join,) = join_operations((Operation(each.path, Op.CHANGED),), rules.get(each.day, ()), window)
        if join.state is JoinState.JOINED:
            reason = "joined"
        elif join.state is JoinState.AMBIGUOUS:
            reason = "ambiguous"
        else:
            reason = "before" if each.day < first else "none" if recorded[each.day] else "gap"
        found.append(Found(each, reason, join))
    return found


def source_days() -> dict[str, set[date]]:
    """Return the days that the recorded texts of the EAR print in the source line of each section or supplement: of part
    744, and of sections of other parts. Lines that leave out later amendments are not taken."""
    found: dict[str, set[date]] = {}
    part = DATA / "ecfr" / "15-cfr-744" / "2026-07-18.xml.xz"
    document = read_file("744.xml", lzma.decompress(part.read_bytes()))
    incomplete = {
        place_of(unit.path)
        for unit in document.units
        if unit.kind is UnitKind.EDITORIAL_NOTE and _ELSEWHERE in unit.text
    }
    for unit in document.units:
        if unit.kind is UnitKind.CITATION and place_of(unit.path) not in incomplete:
            found.setdefault(place_of(unit.path), set()).update(_days(unit.text))
    sections = json.loads(
        lzma.decompress((DATA / "ecfr" / "ear-sections" / "2026-02-10.json.xz").read_bytes())
    )
    for number, section in sections.items():
        lines = [text for text in section["paragraphs"] if text.startswith("[") and " FR " in text]
        if lines and not any(_ELSEWHERE in text for text in section["paragraphs"]):
            found.setdefault(f"15 CFR {number}", set()).update(_days(lines[-1]))
    return found


def _days(text: str) -> set[date]:
    return {entry.day for entry in printed_citations(text) if entry.day is not None}


def checked(found: list[Found]) -> tuple[int, int]:
    """Return the number of joined rows whose source line is recorded and reaches back to that day, and of those whose line
    prints the day of the joined document."""
    printed = source_days()
    right = total = 0
    for each in found:
        days = printed.get(each.amendment.path, set())
        if each.reason == "joined" and days and min(days) <= each.amendment.day:
            total += 1
            right += each.amendment.day in days
    return total, right


def table(found: list[Found]) -> str:
    total, right = checked(found)
    count = Counter(each.reason for each in found)
    bases = Counter(each.join.basis for each in found if each.reason == "joined")
    possible = sum(count[name] for name in ("joined", "ambiguous", "none"))
    lines = [
        "| rows of `versions`, parts 730 to 774 | rows | share |",
        "| --- | ---: | ---: |",
        *(f"| {_NAMES[name]} | {count[name]:,} | {count[name] / len(found):.1%} |" for name in _REASONS),
        f"| all | {len(found):,} | 100.0% |",
        "",
        f"Of the {possible:,} rows on whose day any document is recorded, {count['joined'] / possible:.1%} are joined: "
        f"{bases[Basis.INSTRUCTION]:,} because the title names the supplement, {bases[Basis.DATE]:,} because no other title of the day is "
        "of the EAR. Many rules of those days are not among the recorded titles.",
        "",
        f"Check: of the joined rows, the recorded text of {total:,} prints its source line; in {right:,} ({right / total:.1%}) the line "
        "cites a document of that day.",
    ]
    return "\n".join(lines)


def rest(found: list[Found]) -> Iterator[str]:
    """Yield a line for each day and reason of the rows that are not joined."""
    left = sorted(
        (each for each in found if each.reason != "joined"),
        key=lambda each: (each.amendment.day, _REASONS.index(each.reason)),
    )
    for (day, reason), group in groupby(left, key=lambda each: (each.amendment.day, each.reason)):
        same = list(group)
        candidates = dict.fromkeys(rule for each in same for rule in each.join.candidates)
        named = "; ".join(f"{rule.document_number} {rule.title}" for rule in candidates)
        paths = ", ".join(each.amendment.path for each in same)
        yield f"{day} {_NAMES[reason]}{': ' + named if named else ''}: {paths}"


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--write", action="store_true", help="put the table into docs/benchmarks.md")
    parser.add_argument(
        "--rest", action="store_true", help="list every row that is not joined, with the reason"
    )
    options, _ = parser.parse_known_args()
    if not VERSIONS.exists() or not TITLES.exists():
        sys.stderr.write(f"no recorded versions or titles at {DATA}; set TRACKER_RECORDED\n")
        return 0
    found = evaluate()
    if options.rest:
        print("\n".join(rest(found)))
    print(table(found))
    if options.write:
        report.write("joins", f"{_ABOUT}\n\n{table(found)}", command="python -m bench.eval_joins --write")
    return 0


if __name__ == "__main__":
    sys.exit(main())
