"""Measures whether the facts of a text are in the Japanese sentence that the program makes of it; part of `make eval`.

    python -m bench.eval_slots [--write] [--save NAME] [--quiet]
    python -m bench.eval_slots --labels FILE --records FILE [--quiet]

The facts are those of `white-house/facts.json.xz`, or the columns `of`, `object`, `rate` and `date` of a list
(`bench.judgement_lists`). The sentence is headline, reason and summary together. Only documents that the labels hold to be in
the field are counted, and only facts that can be named: not "all" countries. A slot is filled

- country: where up to three countries are hit, if each is named; of more, the first, and Japan where it is one of them;
- goods: if one of them is named, by a Japanese word of `data/goods.toml`, by an ECCN or HTS number, or in English;
- rate: if one of the rates is written as 25%, and Japan's own where the facts give it;
- date: if the first day is written as 2025年8月7日, or 8月7日 in a sentence that names the year.

`each value` counts every single value. Goods for which the dictionary has no word are counted as not named.
"""

from __future__ import annotations

import argparse
import re
import sys
import tomllib
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path

from bench import judgement_figures, report
from bench.judgement_cases import WHITE_HOUSE, Case, presidential, white_house_cases
from bench.judgement_lists import list_cases
from bench.judgement_score import judged
from tracker.classification import RULES_VERSION
from tracker.countries import countries_in, country_named
from tracker.documents.labeled_examples import share
from tracker.model import Classification

GOODS = Path(__file__).parent / "data" / "goods.toml"
SLOTS = ("country", "goods", "rate", "date")
TARGET = 0.95
FEW = 3
_NUMBER = re.compile(r"\b(?:\d[A-E]\d{3}|\d{4}\.\d{2}(?:\.\d{2})*)(?:\.[a-z0-9]+)*")
_RATE = re.compile(r"(\d+(?:\.\d+)?)\s*(?:percent|%)")
_DOLLARS = re.compile(r"(\d+(?:\.\d+)?) dollars")
_QUOTED = re.compile(r"\(原文:「.*?」\)|分野は「[^。]*。")
_ABOUT = (
    "Share of the facts of a text that occur in headline, reason and summary in Japanese. `slot`: the facts that a reader needs "
    "first (see `bench/eval_slots.py`); `each value`: every single country, good, rate and day."
)


@cache
def _dictionary() -> dict[str, dict[str, list[str]]]:
    return tomllib.loads(GOODS.read_text("utf-8"))


def plain(text: str) -> str:
    """Text to compare: full and half width alike, without spaces and hyphens."""
    return re.sub(r"[\s‐-―-]", "", unicodedata.normalize("NFKC", text)).lower()


def has(text: str, word: str) -> bool:
    """Whether a text has a word: one in Latin letters by itself, any other anywhere."""
    if not word.isascii():
        return plain(word) in plain(text)
    folded = " ".join(unicodedata.normalize("NFKC", text).lower().split())
    return re.search(rf"(?<![a-z]){re.escape(word.lower())}(?![a-z])", folded) is not None


def japanese(found: Classification, title: str = "") -> str:
    """What is reported of a document in its own words: without its quoted title, official sentences and topic names."""
    text = f"{found.headline.ja}\n{found.reason.ja}\n{found.summary.ja}"
    return _QUOTED.sub("", text.replace(f"「{title}」", "") if title else text)


# --- whether one value is named -------------------------------------------------------------------------------------


def names_country(text: str, country: str) -> bool:
    """Whether Japanese text names a country, or each country in words such as "all countries that import Venezuelan oil"."""
    other = _dictionary()["places"].get(country.lower())
    if other:
        return any(has(text, word) for word in other)
    place = country_named(country)
    return place is not None and place in countries_in(re.sub(r"[A-Za-z]+", " ", text))


def is_country(value: str) -> bool:
    """Whether a value names a destination, rather than "all" or a kind of person."""
    return value.lower() in _dictionary()["places"] or bool(countries_in(value))


def names_goods(text: str, goods: str) -> bool:
    """Whether Japanese text names goods: by a word of the dictionary that they contain, a number, or their English words."""
    whole = f" {_singular(goods)} "
    if any(has(text, number) for number in (*_NUMBER.findall(goods), goods)):
        return True
    entries = sorted(_dictionary()["goods"].items(), key=lambda entry: -len(entry[0]))
    return any(
        f" {_singular(english)} " in whole and any(has(text, word) for word in words)
        for english, words in entries
    )


def _singular(text: str) -> str:
    return " ".join(re.sub(r"s\b", "", word) for word in re.sub(r"[^a-z0-9:]+", " ", text.lower()).split())


def names_rate(text: str, rate: str) -> bool:
    """Whether text gives the rate as `25%`. A rate in dollars is `25ドル`."""
    lowered = plain(text)
    wanted = [f"{number}%" for number in _RATE.findall(rate)] + [
        f"{number}ドル" for number in _DOLLARS.findall(rate)
    ]
    found = [re.search(rf"(?<![\d.]){re.escape(value)}", lowered) for value in wanted]
    return bool(found) and all(found)


def names_date(text: str, day: date) -> bool:
    lowered = plain(text)
    if f"{day.year}年{day.month}月{day.day}日" in lowered:
        return True
    return f"{day.year}年" in lowered and re.search(rf"(?<!\d){day.month}月{day.day}日", lowered) is not None


# --- slots ----------------------------------------------------------------------------------------------------------


@dataclass
class Slots:
    wanted: dict[str, int] = field(default_factory=lambda: dict.fromkeys(SLOTS, 0))
    filled: dict[str, int] = field(default_factory=lambda: dict.fromkeys(SLOTS, 0))
    values: dict[str, int] = field(default_factory=lambda: dict.fromkeys(SLOTS, 0))
    named: dict[str, int] = field(default_factory=lambda: dict.fromkeys(SLOTS, 0))
    documents: int = 0
    misses: list[str] = field(default_factory=list)

    def figures(self) -> dict[str, float]:
        slots = {slot: share(self.filled[slot], self.wanted[slot]) for slot in SLOTS}
        return slots | {f"{slot}, each value": share(self.named[slot], self.values[slot]) for slot in SLOTS}

    def take(self, case: Case, found: Classification) -> None:
        if "none" in case.label.levels:
            return
        self.documents += 1
        text = japanese(found, case.document.title)
        lost = [
            f"{slot}: {', '.join(missing)}" for slot in SLOTS if (missing := self._slot(slot, case, text))
        ]
        if lost:
            self.misses.append(
                f"{case.label.number}: {'; '.join(lost)}\n    {' | '.join(text.split(chr(10)))}"
            )

    def _slot(self, slot: str, case: Case, text: str) -> list[str]:
        """Counts one slot of a document; the values that are not named, where the slot is not filled."""
        occurs = _values(slot, case, text)
        if not occurs:
            return []
        self.wanted[slot] += 1
        self.values[slot] += len(occurs)
        self.named[slot] += sum(occurs.values())
        full = _filled(slot, occurs)
        self.filled[slot] += full
        return [] if full else [value for value, named in occurs.items() if not named]


def _values(slot: str, case: Case, text: str) -> dict[str, bool]:
    """The values of a slot, and whether each is named."""
    facts = case.facts
    if slot == "country":
        return {value: names_country(text, value) for value in facts.countries if is_country(value)}
    if slot == "goods":
        return {value: names_goods(text, value) for value in facts.goods}
    if slot == "rate":
        rates = [rate for rate in facts.rates if _RATE.search(rate) or _DOLLARS.search(rate)]
        return {rate: names_rate(text, rate) for rate in rates}
    return {day.isoformat(): names_date(text, day) for day in facts.dates}


def _filled(slot: str, occurs: dict[str, bool]) -> bool:
    japan = [named for value, named in occurs.items() if value.startswith("Japan")]
    if slot == "country" and len(occurs) <= FEW:
        return all(occurs.values())
    if slot in ("country", "date"):
        return next(iter(occurs.values())) and all(japan)
    return any(occurs.values()) and (slot != "rate" or all(japan))


def table(measured: dict[str, Slots], runs: dict[str, judgement_figures.Figures]) -> str:
    earlier = [name for name, run in runs.items() if any(_key(kind) in run for kind in measured)]
    head = ["", "target", *earlier]
    for name in measured:
        head += [name, "of", "each value"]
    rows = []
    for slot in SLOTS:
        row = [slot, f"{TARGET:.2f}"]
        for run in earlier:
            kept = next((runs[run][_key(kind)] for kind in measured if _key(kind) in runs[run]), {})
            row.append(f"{kept[slot]:.3f}" if slot in kept else "")
        for slots in measured.values():
            figures = slots.figures()
            row += [f"{figures[slot]:.3f}", str(slots.wanted[slot]), f"{figures[f'{slot}, each value']:.3f}"]
        rows.append(row)
    return report.table(head, rows)


def _key(name: str) -> str:
    return f"slots: {name}"


def measure(cases: Sequence[Case]) -> Slots:
    slots = Slots()
    for case in cases:
        slots.take(case, judged(case))
    return slots


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Measures the facts that stand in the Japanese sentence.")
    parser.add_argument("--write", action="store_true", help="put the table into docs/benchmarks.md")
    parser.add_argument(
        "--save", metavar="NAME", default="", help="keep the figures as a column of later tables"
    )
    parser.add_argument("--quiet", action="store_true", help="print the table without the misses")
    parser.add_argument("--labels", type=Path, help="a list of labels with facts")
    parser.add_argument("--records", type=Path, help="the records that --labels speaks of")
    options, _ = parser.parse_known_args(arguments)
    if (options.labels is None) != (options.records is None):
        parser.error("--labels and --records go together")
    if options.labels is None and not (WHITE_HOUSE / "facts.json.xz").exists():
        sys.stderr.write(f"no facts at {WHITE_HOUSE}; set TRACKER_RECORDED\n")
        return 2
    if options.labels:
        measured = {options.labels.stem: measure(list_cases(options.records, options.labels))}
    else:
        pages = white_house_cases()
        measured = {
            "as watched page": measure(pages),
            "as presidential document": measure(presidential(pages)),
        }
    for name, slots in measured.items():
        if not options.quiet:
            print(f"\n=== {name}\n\n" + "\n".join(slots.misses))
    runs = {} if options.labels else judgement_figures.saved()
    counts = ", ".join(f"{name} {slots.documents}" for name, slots in measured.items())
    text = f"Rules {RULES_VERSION}; documents in the field: {counts}.\n\n{table(measured, runs)}"
    print(f"\n{text}")
    if options.save and not options.labels:
        judgement_figures.save(
            options.save, {_key(name): slots.figures() for name, slots in measured.items()}
        )
    if options.write and not options.labels:
        report.write(
            "slots",
            f"## Facts in the Japanese sentence\n\n{_ABOUT}\n\n{text}",
            command="python -m bench.eval_slots --write",
        )
    low = any(slots.figures()[slot] < TARGET for slots in measured.values() for slot in SLOTS)
    return 1 if low else 0


if __name__ == "__main__":
    sys.exit(main())
