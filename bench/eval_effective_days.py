"""How many of the effective days of labeled presidential actions are found, and how many days are false.

`python -m bench.eval_effective_days [--half 0|1] [--misses]`: the labeled pages of `white-house/` against `facts.json`.
A day of `effective` is found where the tagging has a date of type `effective` on it that is not superseded; its time
and zone are compared where the facts give them. A day that the tagging says of any type, other than the publication
itself, and that is in none of `effective`, `ends` and `also` is false. `--half` takes half of the pages, by the
SHA-256 of the key: the grammar was developed on the misses of half 0 alone.
"""

from __future__ import annotations

import argparse
import json
import lzma
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

from bench.judgement_cases import DATA
from tracker.documents.text_view import build_text_view
from tracker.legal_status.legal_dates import legal_dates
from tracker.model import LegalDate
from tracker.parsing.files import read_file

WHITE_HOUSE = DATA / "white-house"
TODAY = date(2026, 11, 1)
_ITSELF = {"published", "filed-for-inspection"}


@dataclass(slots=True)
class Score:
    pages: int = 0
    wanted: int = 0
    found: int = 0
    timed: int = 0
    times_right: int = 0
    output: int = 0
    false: int = 0
    misses: list[str] = field(default_factory=list)

    @property
    def recall(self) -> float:
        return self.found / self.wanted if self.wanted else 1.0

    @property
    def false_share(self) -> float:
        return self.false / self.output if self.output else 0.0

    def __str__(self) -> str:
        return (
            f"{self.pages} pages: effective days found {self.found} of {self.wanted} ({self.recall:.1%}), "
            f"time and zone right on {self.times_right} of {self.timed}; "
            f"false days {self.false} of {self.output} ({self.false_share:.1%})"
        )


def half(key: str) -> int:
    return sha256(key.encode()).digest()[-1] % 2


def pages(data: Path = WHITE_HOUSE) -> Iterator[tuple[str, dict[str, Any], tuple[LegalDate, ...]]]:
    """Each labeled page: its key, its facts, and the dates that the tagger finds."""
    facts = json.loads(lzma.decompress((data / "facts.json.xz").read_bytes()))
    for key, known in facts.items():
        document = read_file(f"{key}.html", lzma.decompress((data / f"actions/{key}.html.xz").read_bytes()))
        yield key, known, legal_dates(build_text_view(document), TODAY)


def score(rows: Iterator[tuple[str, dict[str, Any], tuple[LegalDate, ...]]]) -> Score:
    total = Score()
    for key, known, dates in rows:
        total.pages += 1
        output = [entry for entry in dates if entry.type not in _ITSELF and not entry.superseded]
        starts: dict[date, list[LegalDate]] = {}
        for entry in output:
            if entry.type == "effective":
                starts.setdefault(entry.date, []).append(entry)
        for wanted in known["effective"]:
            total.wanted += 1
            found = starts.get(date.fromisoformat(wanted["date"]), [])
            if not found:
                total.misses.append(f"missed {key}: {wanted['date']} {wanted['quote'][:400]}")
                continue
            total.found += 1
            if wanted["time"]:
                total.timed += 1
                read_times = {(entry.time, entry.zone) for entry in found}
                right = (wanted["time"], wanted["zone"]) in read_times
                total.times_right += right
                if not right:
                    total.misses.append(
                        f"time {key}: {wanted['date']} {wanted['time']} {wanted['zone']}, read {sorted(read_times)}"
                    )
        allowed = {one["date"] for name in ("effective", "ends") for one in known[name]} | set(known["also"])
        days = {entry.date: entry for entry in output}
        total.output += len(days)
        for day, entry in sorted(days.items()):
            if day.isoformat() not in allowed:
                total.false += 1
                total.misses.append(f"false {key}: {day} {entry.type} {entry.where} {entry.quote[:400]}")
    return total


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--half", type=int, choices=(0, 1))
    parser.add_argument("--misses", action="store_true")
    asked = parser.parse_args(arguments)
    found = score(row for row in pages() if asked.half is None or half(row[0]) == asked.half)
    print(found)
    if asked.misses:
        print(*found.misses, sep="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
