"""Which duties `tracker duty` determines, and how many of them are right, over recorded rows and notes.

    python -m bench.eval_duty [--write] [--cases]

The lines are those of the recorded export of April 2025. The headings of chapter 99 and their notes are those of the recorded
print of Revision 6 (2026); rates that the print breaks over columns come from the recorded rows of July 2026, with the same
number. Orders that the recorded order of February 20, 2026 names as ended have ended. `bench/data/duty_cases.tsv` has 60
cases: the lines in the order of a hash of their number, at most four of a chapter, with an origin and a day by their place.
Each was read as a customs lawyer reads it, from the words of the headings and notes, before the program was asked:
`additional` are the headings whose duty is collected, `none`, or `depends` where the number does not decide.
"""

from __future__ import annotations

import argparse
import csv
import json
import lzma
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from io import StringIO
from pathlib import Path

from bench import report
from bench.judgement_cases import DATA
from tracker.answers.duty import origin_of
from tracker.citations import citation_values
from tracker.legal_status.heading_orders import order_of_heading
from tracker.tariff.changes import added_rate
from tracker.tariff.duty import Duty, RegisterEntry, duty_of
from tracker.tariff.notes import Notes, read_notes
from tracker.tariff.rows import Schedule, TariffRow, rows_of_records, rows_of_table

CASES = Path(__file__).parent / "data" / "duty_cases.tsv"
LINES = DATA / "hts" / "htsdata-2025-04-17.csv.xz"
PRINT = DATA / "hts" / "chapter99-with-notes-2026-rev-6.txt.xz"
HEADINGS = DATA / "hts" / "chapter99-2026-07-21-before.json.xz"
ENDING = DATA / "white-house" / "actions" / "2026-02-20-ending-certain-tariff-actions.html.xz"
_LAST_DAY = date(2026, 2, 23)
_PAGE = "Harmonized Tariff Schedule of the United States Revision"
_ROW = re.compile(r"(99\d\d\.\d\d\.\d\d) 1/ ?(.*)$")
_NEXT_LINE = re.compile(r" {14,30}(\S.*)$")
_COLUMNS = re.compile(r"\s{3,}")
_LEADERS = re.compile(r"\.{3,}.*$")


def _read(path: Path) -> bytes:
    return lzma.decompress(path.read_bytes())


def printed_headings(text: str) -> dict[str, str]:
    """Return the words of each heading in the tables of the print, whose first column they stand in."""
    found: dict[str, list[str]] = {}
    current = ""
    for line in text.split("\n"):
        if row := _ROW.match(line):
            current = row[1]
            found[current] = [_COLUMNS.split(row[2].strip())[0]]
            rest = row[2]
        elif current and (more := _NEXT_LINE.match(line)):
            found[current].append(_COLUMNS.split(more[1])[0])
            rest = more[1]
        elif line.strip() and not line.startswith(" "):
            current = ""
            continue
        else:
            continue
        if _LEADERS.search(rest):
            current = ""
    return {
        number: _LEADERS.sub("", " ".join(words)).strip().replace("\xad", "–")
        for number, words in found.items()
    }


def notes_of(text: str) -> Notes:
    pages: list[list[str]] = [[]]
    for line in text.split("\n"):
        if _PAGE in line:
            pages.append([])
        pages[-1].append(line)
    return read_notes(pages)["III"]


def headings(text: str) -> Iterator[TariffRow]:
    """Yield the headings of the print: with its words where the rows of July have others, and without later ones."""
    printed = printed_headings(text)
    for row in rows_of_records(json.loads(_read(HEADINGS))):
        is_heading = row.number.startswith("9903") and len(row.number) == 10
        if is_heading and row.number not in printed:
            continue
        if is_heading and row.indent == 0 and _letters(printed[row.number]) != _letters(row.description):
            yield replace(row, description=printed[row.number])
        else:
            yield row


def _letters(text: str) -> str:
    return re.sub(r"\W+", "", text).lower()


def ended(heading: str, orders: set[str]) -> RegisterEntry | None:
    order = order_of_heading(heading)
    return RegisterEntry(until=_LAST_DAY) if order.partition(" ")[2] in orders else None


def answers() -> Iterator[tuple[dict[str, str], Duty]]:
    text = _read(PRINT).decode("cp1252", "replace")
    notes = notes_of(text)
    table = list(csv.reader(StringIO(_read(LINES).decode("utf-8-sig", "replace"))))
    lines = [row for row in rows_of_table(table[0], table[1:]) if not row.number.startswith("99")]
    schedule = Schedule([*lines, *headings(text)])
    named = citation_values(_read(ENDING).decode(), "executive-order")
    orders = {name.rpartition(" ")[2] for name in named}
    register: Callable[[str], RegisterEntry | None] = lambda heading: ended(heading, orders)  # noqa: E731
    with CASES.open(encoding="utf-8") as file:
        for case in csv.DictReader(file, delimiter="\t"):
            origin = origin_of(case["origin"])
            yield (
                case,
                duty_of(schedule, notes, case["line"], origin, date.fromisoformat(case["on"]), register),
            )


def verdict(case: dict[str, str], duty: Duty) -> str:
    """Return whether an answer is right, wrong, or left open."""
    if duty.open:
        return "not determined"
    found = sorted(one.row.number for one in duty.additional if added_rate(one.rate) != 0)
    wanted = [] if case["additional"] == "none" else sorted(case["additional"].split())
    return "right" if found == wanted else "wrong"


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--write", action="store_true", help="put the table into docs/benchmarks.md")
    parser.add_argument("--cases", action="store_true", help="list every case that is not right")
    options, _ = parser.parse_known_args()
    if not all(path.exists() for path in (LINES, PRINT, HEADINGS, ENDING)):
        sys.stderr.write(f"no recorded tariff schedule at {DATA}; set TRACKER_RECORDED\n")
        return 0
    counted: Counter[str] = Counter()
    for case, duty in answers():
        counted[said := verdict(case, duty)] += 1
        if options.cases and said != "right":
            codes = ", ".join(dict.fromkeys(one.code for one in duty.open))
            print(f"{case['line']} {case['origin']} {said} ({case['additional']}; {case['why']}): {codes}")
    rows = [[name, str(counted[name])] for name in ("right", "wrong", "not determined")]
    text = report.table(["60 lines, origins and days", "cases"], rows)
    print(text)
    if options.write:
        report.write(
            "duty",
            f"## Duties of real lines\n\n{_ABOUT}\n\n{text}",
            command="python -m bench.eval_duty --write",
        )
    return 1 if counted["wrong"] else 0


_ABOUT = (
    "`tracker duty` over the recorded lines, the headings and notes of chapter 99 in their recorded print, and 60 cases that were\n"
    "read from the words of the law before the program was asked. An answer that is not determined names its open questions. The\n"
    "first run had one wrong answer, a line of chapter 98; such lines are questions since."
)

if __name__ == "__main__":
    sys.exit(main())
