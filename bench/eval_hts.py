"""What two recorded pairs of the tariff schedule differ in, row by row.

    python -m bench.eval_hts [--write]

Chapter 99 before and after one release, which adds exactly nine headings; and the whole export at two dates, of which the
second went through a spreadsheet, so that 2.5% and 2.50% have to be the same rate.
"""

from __future__ import annotations

import argparse
import lzma
import sys
from collections import Counter

from bench import report
from bench.judgement_cases import DATA
from tracker import diffing
from tracker.model import Document, Op, Operation
from tracker.parsing.files import read_file
from tracker.tariff.changes import ad_valorem, cells_of

FOLDER = DATA / "hts"
RELEASE = ("chapter99-2026-07-21-before.json", "chapter99-2026-07-21-after.json")
EXPORTS = ("htsdata-2024-11-14.csv", "htsdata-2025-04-17.csv")
NINE = {f"9903.05.0{number}" for number in range(1, 10)}


def _document(name: str) -> Document:
    return read_file(name, lzma.decompress((FOLDER / f"{name}.xz").read_bytes()))


def _differences(names: tuple[str, str]) -> list[Operation]:
    before, after = map(_document, names)
    return list(diffing.compare(before, after))


def spelled(operation: Operation) -> bool:
    """Return whether only the spelling of a general rate differs in a row that is reported as changed."""
    old, new = cells_of(operation.before), cells_of(operation.after)
    differing = {label for label in old | new if old.get(label) != new.get(label)}
    rates = ad_valorem(old.get("General", "")), ad_valorem(new.get("General", ""))
    return differing == {"General"} and rates[0] is not None and rates[0] == rates[1]


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--write", action="store_true", help="put the table into docs/benchmarks.md")
    options, _ = parser.parse_known_args()
    if not all((FOLDER / f"{name}.xz").exists() for name in (*RELEASE, *EXPORTS)):
        sys.stderr.write(f"no recorded tariff schedule at {DATA}; set TRACKER_RECORDED\n")
        return 0
    release = {one.path for one in _differences(RELEASE) if one.op is Op.ADDED and not one.editorial}
    others = [one for one in _differences(RELEASE) if one.op is not Op.ADDED and not one.editorial]
    whole = _differences(EXPORTS)
    counted = Counter(one.op for one in whole if not one.editorial)
    wrong = sum(spelled(one) for one in whole if one.op is Op.CHANGED and not one.editorial)
    rows = [
        ["one release of chapter 99: rows added", str(len(release)), "9"],
        ["one release of chapter 99: other rows", str(len(others)), "0"],
        ["two whole exports: rows added", f"{counted[Op.ADDED]:,}", ""],
        ["two whole exports: rows removed", f"{counted[Op.REMOVED]:,}", ""],
        ["two whole exports: rows changed", f"{counted[Op.CHANGED]:,}", ""],
        ["two whole exports: rows with another spelling, editorial", f"{sum(one.editorial for one in whole):,}", ""],
        ["two whole exports: spellings of a rate reported as a change", str(wrong), "0"],
    ]  # fmt: skip
    text = report.table(["rows", "found", "expected"], rows)
    print(text)
    if options.write:
        report.write(
            "hts-pairs", f"## Recorded pairs of the tariff schedule\n\n{text}", command="python -m bench.eval_hts --write"
        )  # fmt: skip
    return 0 if release == NINE and not others and not wrong else 1


if __name__ == "__main__":
    sys.exit(main())
