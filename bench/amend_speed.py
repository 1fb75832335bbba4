"""The time of an invented rule of 600 pages on parts 742 to 774 in their real sizes, as the product computes it.

The CPU seconds count: the machine may do other work.

`python -m bench.amend_speed` prints the table; `--write` puts it into docs/benchmarks.md. Each part is computed by the worker
that parses untrusted files, one after the other, as when a rule is polled.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from time import perf_counter, process_time

from lxml import etree

from bench import report
from bench.amend_ear import ear, is_there, rule
from tests.recorded import ROOT
from tracker.amendments.amend import amend
from tracker.amendments.as_json import units_between
from tracker.amendments.base import read_base
from tracker.amendments.files import read_rule_file
from tracker.amendments.prediction import RuleText, amended_parts, predicted_units
from tracker.amendments.records import State
from tracker.parsing.files import read_file

NAME = "amend_speed"
MOST = 10  # seconds


def predicted(parts: dict[str, bytes], text: RuleText) -> Counter[str]:
    """Compute the rule in each part, as a worker does, and count the units by state."""
    states: Counter[str] = Counter()
    for name in amended_parts(text.name, text.data):
        found = json.loads(predicted_units([text], 0, name, parts[name.rpartition(" ")[2]]))
        states.update(unit["state"] for unit in found["units"])
    return states


def as_one_file(parts: dict[str, bytes]) -> bytes:
    bodies = b"".join(part.partition(b"?>")[2] for part in parts.values())
    return b'<?xml version="1.0"?>\n<DIV3 N="VII" TYPE="CHAPTER">' + bodies + b"</DIV3>\n"


def table() -> str:
    made = ear()
    data, orders = rule(made)
    started = perf_counter(), process_time()
    for part in made.parts.values():
        etree.fromstring(part)
    bare = process_time() - started[1]
    rows = []
    started = perf_counter(), process_time()
    states = predicted(made.parts, RuleText("2026-99998", "rule.xml", data))
    rows.append(_row("in the product, each part", states, started, bare))
    whole = as_one_file(made.parts)
    started = perf_counter(), process_time()
    result = amend(read_base(whole), read_rule_file("rule.xml", data))
    after = read_file("base.xml", result.final)
    units = units_between(read_file("base.xml", whole), after, result.units)
    states = Counter(unit["state"] for unit in units)
    states["not-computed"] = sum(unit.state is State.NOT_COMPUTED for unit in result.units)
    rows.append(_row("`tracker amend --json`, all parts in one file", states, started, bare))
    size = sum(map(len, made.parts.values()))
    text = report.table(
        [
            "a rule of 600 pages",
            "units computed",
            "not computed",
            "CPU seconds",
            "times lxml",
            "seconds on a busy machine",
        ],
        rows,
    )
    return (
        f"{text}\n\nThe rule: {len(data.split()):,} words, {orders:,} instructions. The {len(made.parts)} parts: {size / 1e6:.1f} MB; lxml alone "
        f"parses them in {bare:.2f} s."
    )


def _row(name: str, states: Counter[str], started: tuple[float, float], bare: float) -> list[str]:
    seconds, used = perf_counter() - started[0], process_time() - started[1]
    done = [f"{states[state]:,}" for state in ("computed", "not-computed")]
    return [name, *done, f"{used:.1f}", f"{used / bare:.0f}", f"{seconds:.1f}"]


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--write", action="store_true", help="put the table into docs/benchmarks.md")
    chosen = options.parse_args()
    if not is_there():
        print(f"no recorded data at {ROOT} (set TRACKER_RECORDED)", file=sys.stderr)
        return 0
    text = table()
    print(text)
    if chosen.write:
        report.write(NAME, f"{_EXPLAINED}\n\n{text}", command="python -m bench.amend_speed --write")
    return 0


_EXPLAINED = f"""## A rule of 600 pages

An invented rule amends parts 742 to 774, which have the sizes of the eCFR's own list of sections and supplements; part 744 is the
recorded one, the others are filled with words of recorded sections. Paragraphs are revised, added and redesignated, words replaced,
parties added to the Entity List, definitions added and revised, items of 101 entries of the Commerce Control List revised and added. The aim is
less than {MOST} s, which the CPU seconds show; the last column counts the other work of the machine too. What is not computed is a paragraph (i) beside (h), which a reader may take for the first Roman numeral."""

if __name__ == "__main__":
    sys.exit(main())
