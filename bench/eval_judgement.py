"""Measures topics, level, direction, Japan nexus and effective days on labeled documents; part of `make eval`.

    python -m bench.eval_judgement [--write] [--noise] [--quiet] [--save NAME]
    python -m bench.eval_judgement --labels FILE [--records FILE] [--first-sight NAME]

Without `--labels` it measures `labels/dev.tsv` (title and abstract) and `white-house/labels.tsv` (whole pages: as the
page that the program watches, and as the same words in the Federal Register). With `--labels` it measures one other list:
of recorded documents, or of the full texts and changes of `--records` (format: `bench.judgement_lists`). Each miss is
printed with its kind. Every list is also scored in two halves, by the hash of the key. `--noise` adds all other recorded
documents. `--save` keeps the figures as a column of later tables. `--first-sight` keeps what a list gave when it was
first read. Ends with 1 where a target is missed.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import time
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, date, datetime
from pathlib import Path

from bench import eval_effective_days, eval_slots, judgement_figures, report
from bench.judgement_cases import (
    DEFAULT_DAY,
    DEV,
    WHITE_HOUSE,
    Case,
    dev_cases,
    documents,
    presidential,
    white_house_cases,
    white_house_facts,
)
from bench.judgement_lists import list_cases
from bench.judgement_score import Measured, measure
from tracker.classification import RULES_VERSION, classify
from tracker.model import Document, Level

DEV_NAME = "title and abstract (dev.tsv)"
PAGE_NAME = "White House, as watched pages"
REGISTER_NAME = "White House, as presidential documents"
DEV_TARGETS = {
    "required topics found": 0.97,
    "given topics right": 0.95,
    "level right": 0.93,
    "high or above: recall": 0.97,
    "high or above: precision": 0.90,
    "direction right": 0.95,
}
WHITE_HOUSE_TARGETS = {
    "required topics found": 0.95,
    "given topics right": 0.92,
    "level right": 0.90,
    "high or above: recall": 0.95,
    "high or above: precision": 0.92,
    "direction right": 0.92,
}
DAYS_FOUND, DAYS_FALSE = "effective days found", "effective days, false"
LIST_TARGETS = {
    "level right": 0.90,
    "high or above: recall": 0.93,
    "high or above: precision": 0.90,
    "direction right": 0.92,
}
NOISE_LIMIT, NOISE_SECONDS = 0.003, 90.0
_ABOUT = (
    "`dev.tsv` was at hand when the rules were written, so its figures say that nothing on it is judged wrong, not what an "
    "unseen list would give; for that see the section on first sight. The White House labels were looked at too while kinds of miss were mended (November 2026): on neither list is a figure one of first sight. "
    "`required`: topics that the labels ask for; `given topics right`: against all that the labels accept. `direction "
    "right`: of the documents that were given a level. The halves are chosen by the hash of the key: they show how far a "
    "figure moves with the sample. `plain keywords`: seventeen phrases and one level."
)
# Strong words of the field, the benchmark's own: a document with none of them in title or abstract is outside the field,
# whatever the rules find. Japan is one of them: a duty or a license that names it is never `none`.
_FIELD = re.compile(
    r"export(?:s|ed|ing)?\b[^.]{0,60}\b(?:control|administration|regulation|licen[sc]|privilege|restrict)|tariff|additional dut|"
    r"duties (?:on|to)\b|section (?:122|201|232|301|338)\b|harmonized|importation of|adjusting imports|trade (?:agreement|deal|act of)|"
    r"sanction|blocked|blocking property|ofac|specially designated|prohibiting certain|artificial intelligence|\bai\b|semiconductor|"
    r"microelectronic|chips (?:act|for|r&d|incentive|program)|data cent|advanced comput|supercomput|quantum|industry and security|"
    r"entity list|unverified list|military (?:end|compan)|arms (?:export|regulations)|munition|debar|technical advisory committee|"
    r"foreign investment|committee on foreign|investments? in|foreign persons|outbound|information and communications technology|"
    r"supply chain|connected vehicle|unmanned|drone|nucleic acid synth|biosecur|peptide|uyghur|forced labor|"
    r"acquisition (?:of|by)[^.]{0,80}\b(?:by|corporation|inc)\b|addressing threats to the united states|national emergency|"
    r"proliferation|wassenaar|australia group|nuclear suppliers|commerce control|end[- ]use|dual-use|critical mineral|rare earth|"
    r"de minimis|foreign-made|deemed export|research security|voluntary self-disclosure|technology letter|statement by ultimate|japan",
    re.IGNORECASE,
)


def white_house(cases: list[Case], name: str) -> Measured:
    found = measure(name, cases, WHITE_HOUSE_TARGETS)
    facts = white_house_facts()
    days = eval_effective_days.score(
        (case.label.number, facts[case.label.number], classification.dates)
        for case, classification in found.answers
    )
    found.extra = {DAYS_FOUND: days.recall, DAYS_FALSE: days.false_share}
    found.targets = {**found.targets, DAYS_FOUND: 0.97}
    found.limits = {DAYS_FALSE: 0.03}
    found.whole.misses.extend(days.misses)
    return found


def table(found: Measured, before: dict[str, float], runs: dict[str, judgement_figures.Figures]) -> str:
    shown = {name: run[found.name] for name, run in runs.items() if found.name in run}
    head = ["figure", "target", *shown, "previous run", "now", "half 0", "half 1", "plain keywords"]
    rows = []
    halves = [part.figures() for part in found.halves]
    plain = found.plain.figures()
    for name, value in found.figures().items():
        target = f"{found.targets[name]:.2f}" if name in found.targets else ""
        if name in found.limits:
            target = f"≤ {found.limits[name]:.2f}"
        sides: Iterable[dict[str, float]] = [*shown.values(), before]
        earlier = [f"{side[name]:.3f}" if name in side else "" for side in sides]
        rest = [f"{side[name]:.3f}" if name in side else "" for side in (*halves, plain)]
        rows.append([name, target, *earlier, f"{value:.3f}", *rest])
    sizes = f"{found.whole.documents} documents; halves of {found.halves[0].documents} and {found.halves[1].documents}"
    kinds = ", ".join(f"{kind} {count}" for kind, count in found.whole.kinds.most_common()) or "none"
    return f"### {found.name[0].upper()}{found.name[1:]}\n\n{sizes}. Misses: {kinds}.\n\n{report.table(head, rows)}"


def outside(document: Document) -> bool:
    return _FIELD.search(f"{document.title} {document.abstract}") is None


def noise(labeled: set[tuple[str, date]]) -> tuple[str, list[str], bool]:
    """All other recorded documents: how many are given a level, how many of them from outside the field, how fast; which
    these are; and whether both are within their limits."""
    rows = [d for d in documents() if d.published is not None and (d.key, d.published) not in labeled]
    levels: Counter[str] = Counter()
    loud, far = 0, 0
    strange: list[str] = []
    start = time.perf_counter()
    found = [classify(document, today=document.published or DEFAULT_DAY).level for document in rows]
    took = time.perf_counter() - start
    for document, level in zip(rows, found, strict=True):
        levels[level.value] += 1
        loud += level.rank >= Level.MEDIUM.rank
        if outside(document):
            far += 1
            if level is not Level.NONE:
                strange.append(f"{level.value} {document.key} {document.title[:150]}")
    above = sum(level is not Level.NONE for level in found)
    line = (
        f"{len(rows)} other documents in {took:.1f} s ({took / len(rows) * 1000:.2f} ms each; wanted: under {NOISE_SECONDS:.0f} s): "
        + ", ".join(f"{level.value} {levels[level.value]}" for level in Level)
        + f"; above none {above / len(rows):.2%}, medium or above {loud / len(rows):.2%}; of the {far} without any strong word of the "
        f"field {len(strange)} are above none ({len(strange) / max(far, 1):.2%} of these, {len(strange) / len(rows):.3%} of all; wanted: "
        f"{NOISE_LIMIT:.1%} or less)"
    )
    return line, strange, len(strange) <= NOISE_LIMIT * far and took < NOISE_SECONDS


def previous() -> judgement_figures.Figures:
    """The figures of the last run that was written down, by list; none before the first."""
    if not report.PAGE.exists():
        return {}
    match = re.search(r"<!-- judgement figures: (\{.*?\}) -->", report.PAGE.read_text(encoding="utf-8"))
    return dict(json.loads(match[1])) if match else {}


def show(found: Measured, *, quiet: bool) -> None:
    if not quiet:
        print(f"\n=== {found.name}\n")
        print("\n\n".join(found.whole.misses))
    for name in found.missed():
        print(f"TARGET MISSED: {found.name}: {name} {found.figures()[name]:.3f}")


def _other_list(options: argparse.Namespace) -> int:
    if options.records is None:
        cases = dev_cases(path=options.labels)
    else:
        cases = list_cases(options.records, options.labels)
    found = measure(str(options.first_sight or options.labels.stem), cases, LIST_TARGETS)
    show(found, quiet=options.quiet)
    print(f"\n{table(found, {}, {})}")
    if options.first_sight:
        slots = eval_slots.Slots()
        for case, classification in found.answers:
            slots.take(case, classification)
        named = {f"{slot} named": slots.figures()[slot] for slot in eval_slots.SLOTS if slots.wanted[slot]}
        lines = [miss.partition("\n")[0] for miss in found.whole.misses]
        sight = judgement_figures.Sight(len(cases), found.figures() | named, lines)
        judgement_figures.keep_sight(options.first_sight, sight, datetime.now(UTC).date().isoformat())
        write_first_sight()
    return 1 if found.missed() else 0


def write_first_sight() -> None:
    text = (
        "## Judgement at first sight\n\nLists of documents and their labels, each written by somebody who had seen neither the "
        "rules nor earlier lists. The first figures are kept as they were, before anything was mended; all misses are listed.\n\n"
        f"{judgement_figures.first_sight_text()}"
    )
    command = "python -m bench.eval_judgement --labels FILE --records FILE --first-sight NAME"
    report.write("first-sight", text, command=command)


def _own_lists(options: argparse.Namespace) -> int:
    before, runs = previous(), judgement_figures.saved()
    pages = white_house_cases()
    own = dev_cases()
    found = [
        measure(DEV_NAME, own, DEV_TARGETS),
        white_house(pages, PAGE_NAME),
        white_house(presidential(pages), REGISTER_NAME),
    ]
    for each in found:
        show(each, quiet=options.quiet)
    tables = "\n\n".join(table(each, before.get(each.name, {}), runs) for each in found)
    failed = any(each.missed() for each in found)
    if options.noise:
        line, strange, fine = noise({(case.label.number, case.label.published) for case in own})
        if not options.quiet:
            print("\n=== above none, without any strong word of the field\n\n" + "\n".join(strange))
        failed = failed or not fine
        tables += f"\n\n### Other documents\n\n{line}."
    print(f"\n{tables}")
    figures = {each.name: each.figures() for each in found}
    if options.save:
        judgement_figures.save(options.save, figures)
    if options.write:
        kept = f"<!-- judgement figures: {json.dumps(figures)} -->"
        command = "python -m bench.eval_judgement --write" + (" --noise" if options.noise else "")
        text = (
            f"## Judgement of labeled documents\n\n{_ABOUT}\n\nRules {RULES_VERSION}.\n\n{tables}\n\n{kept}"
        )
        report.write("judgement", text, command=command)
    return 1 if failed else 0


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Measures the judgement on labeled documents.")
    parser.add_argument("--write", action="store_true", help="put the tables into docs/benchmarks.md")
    parser.add_argument("--noise", action="store_true", help="also run the other recorded documents")
    parser.add_argument("--quiet", action="store_true", help="print the tables without the misses")
    parser.add_argument(
        "--save", metavar="NAME", default="", help="keep the figures as a column of later tables"
    )
    parser.add_argument("--labels", type=Path, help="another list of labels")
    parser.add_argument("--records", type=Path, help="the full texts that --labels speaks of, one a line")
    parser.add_argument(
        "--first-sight", metavar="NAME", default="", help="keep the figures of --labels as first seen"
    )
    options = parser.parse_args(arguments)
    if options.labels and (options.write or options.noise or options.save):
        parser.error("--write, --noise and --save go with the project's own labels")
    if not options.labels and (options.records or options.first_sight):
        parser.error("--records and --first-sight go with --labels")
    for needed in [options.labels] if options.labels else [DEV, WHITE_HOUSE / "labels.tsv"]:
        if not needed.exists():
            sys.stderr.write(f"no labels at {needed}; set TRACKER_RECORDED\n")
            return 2
    return _other_list(options) if options.labels else _own_lists(options)


if __name__ == "__main__":
    sys.exit(main())
