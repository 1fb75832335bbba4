"""Judges rewordings of labeled documents, and prints what is judged wrong by kind of rewording; part of `make eval`.

    python -m bench.eval_rewordings [--write] [--save NAME] [--quiet] [--kind KIND] [--sample N]

What is expected of each rewording: `bench.rewordings`. `--sample` prints some of them with their expectation, for a
reader to check, and judges nothing. Ends with 1 where a target is missed.
"""

from __future__ import annotations

import argparse
import random
import re
import sys
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bench import judgement_figures, report
from bench.eval_slots import names_country
from bench.judgement_cases import DEFAULT_DAY, DEV, dev_cases, white_house_cases
from bench.rewording_text import words as word_tables
from bench.rewordings import Rewording, rewordings
from tracker import classification
from tracker.classification import RULES_VERSION, classify
from tracker.documents.labeled_examples import share
from tracker.model import Classification, Level

NAME = "rewordings"
RULES = Path(classification.__file__).parent
TARGETS = {"level": 0.95, "direction": 0.97}
FEWEST, FEWEST_DOCUMENTS = 1000, 150
_ABOUT = (
    "The main act of each labeled document, written down in parts, and said again in other words: another verb, another order, "
    "passive, a shorter title, another country, the opposite act, or the act suspended, delayed, extended or ended. "
    "The words are the benchmark's own (`bench/data/rewording_words.toml`), written without a look at those of the rules; what "
    "is expected follows from the label by the table in `bench/rewordings.py`. `direction`: of those that were given a level; "
    "`direction, of all`: a reworded act without a level counts as wrong. `country`: whether the Japanese words name the "
    "inserted country."
)


@dataclass
class Tally:
    count: int = 0
    level: int = 0
    directed: int = 0
    directed_all: int = 0
    direction: int = 0
    placed: int = 0
    place: int = 0
    japan: int = 0
    japan_right: int = 0
    failures: list[str] = field(default_factory=list)

    def figures(self) -> dict[str, float]:
        return {
            "level": share(self.level, self.count),
            "direction": share(self.direction, self.directed),
            "direction, of all": share(self.direction, self.directed_all),
            "country": share(self.place, self.placed),
            "Japan nexus": share(self.japan_right, self.japan),
        }

    def take(self, one: Rewording, found: Classification) -> None:
        self.count += 1
        wrong = []
        right = found.level.value in one.levels
        self.level += right
        if not right:
            wrong.append(f"level {found.level.value}, wanted {'/'.join(sorted(one.levels))}")
        if one.directions and "none" not in one.levels:
            self.directed_all += 1
        if one.directions and found.level is not Level.NONE:
            output = found.direction.value if found.direction else ""
            self.directed += 1
            self.directed_all += "none" in one.levels
            self.direction += output in one.directions
            if output not in one.directions:
                wrong.append(f"direction {output}, wanted {'/'.join(sorted(one.directions))}")
        if one.country:
            wrong += self._follow(one, found)
        if wrong:
            words = one.document.abstract or one.document.units[2].text
            self.failures.append(
                f"{one.name}: {'; '.join(wrong)}\n    {one.document.title}\n    {words[:300]}"
            )

    def _follow(self, one: Rewording, found: Classification) -> list[str]:
        wrong = []
        self.placed += 1
        words = f"{found.headline.ja}\n{found.reason.ja}\n{found.summary.ja}"
        named = names_country(words, one.country)
        self.place += named
        if not named:
            wrong.append(f"{one.country} is not named in Japanese")
        if one.nexus is not None:
            self.japan += 1
            self.japan_right += bool(found.japan_nexus) == one.nexus
            if bool(found.japan_nexus) != one.nexus:
                wrong.append(f"Japan nexus {'missing' if one.nexus else 'given'}")
        return wrong


def judged(found: Iterable[Rewording]) -> tuple[Tally, dict[str, Tally], dict[str, Tally]]:
    """All of it, by kind of rewording, and by family of acts."""
    total = Tally()
    kinds: dict[str, Tally] = defaultdict(Tally)
    families: dict[str, Tally] = defaultdict(Tally)
    for one in found:
        found_in = classify(one.document, today=one.document.published or DEFAULT_DAY)
        for tally in (total, kinds[one.kind], families[one.family]):
            tally.take(one, found_in)
    return total, kinds, families


def table(total: Tally, kinds: dict[str, Tally], families: dict[str, Tally]) -> str:
    head = ["", "rewordings", "level", "direction", "direction, of all", "country", "Japan nexus"]

    def row(name: str, tally: Tally) -> list[str]:
        figures = tally.figures()
        shown = [f"{figures['level']:.3f}", f"{figures['direction']:.3f}" if tally.directed else "",
                 f"{figures['direction, of all']:.3f}" if tally.directed_all else "",
                 f"{figures['country']:.3f}" if tally.placed else "", f"{figures['Japan nexus']:.3f}" if tally.japan else ""]  # fmt: skip
        return [name, str(tally.count), *shown]

    rows = [row("**all**", total), *(row(name, kinds[name]) for name in sorted(kinds))]
    rows += [row(f"*{name}*", families[name]) for name in sorted(families)]
    return report.table(head, rows)


def shared_words() -> tuple[int, int]:
    """Return how many of the verbs that replace a plain one occur in the rules' own tables too, and how many there are. A verb
    is the phrase up to its object; the plain one of each class is left out, since rules and law have it in common."""
    tables = " ".join(path.read_text("utf-8").lower() for path in sorted(RULES.glob("*.toml")))
    classes = [
        entry["ways"][1:]
        for name, entry in word_tables().items()
        if "ways" in entry and not name.startswith("wrap.")
    ]
    verbs = {way[0].partition(" {")[0] for ways in classes for way in ways}
    return sum(re.search(rf"\b{re.escape(verb)}", tables) is not None for verb in verbs), len(verbs)


def sample(found: Sequence[Rewording], count: int) -> str:
    lines = []
    for one in random.Random(20261130).sample(list(found), min(count, len(found))):
        words = one.document.abstract or one.document.units[2].text
        lines.append(
            f"[{one.kind}] {'/'.join(sorted(one.levels))} {'/'.join(sorted(one.directions))}\n"
            f"    {one.document.title}\n    {words}"
        )
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Judges rewordings of labeled documents.")
    parser.add_argument("--write", action="store_true", help="put the table into docs/benchmarks.md")
    parser.add_argument(
        "--save", metavar="NAME", default="", help="keep the figures as a column of later tables"
    )
    parser.add_argument("--quiet", action="store_true", help="print the table without the failures")
    parser.add_argument("--kind", default="", help="print the failures of this kind of rewording only")
    parser.add_argument("--sample", type=int, default=0, metavar="N", help="print N rewordings, judge none")
    options, _ = parser.parse_known_args(arguments)
    if not DEV.exists():
        sys.stderr.write(f"no labels at {DEV}; set TRACKER_RECORDED\n")
        return 2
    found = rewordings([*dev_cases(), *white_house_cases()])
    if options.sample:
        print(sample(found, options.sample))
        return 0
    total, kinds, families = judged(found)
    if not options.quiet:
        for kind in sorted(kinds):
            if options.kind in ("", kind) and kinds[kind].failures:
                print(f"\n=== {kind}\n\n" + "\n".join(kinds[kind].failures))
    documents = len({one.document.key for one in found})
    runs = judgement_figures.saved()
    earlier = [
        f"{name}: " + ", ".join(f"{key} {value:.3f}" for key, value in run[NAME].items())
        for name, run in runs.items()
        if NAME in run
    ]
    text = f"Rules {RULES_VERSION}, {total.count} rewordings of {documents} labeled documents.\n\n{table(total, kinds, families)}"
    shared, verbs = shared_words()
    text += f"\n\nOf {verbs} verbs that stand for a plain one, {shared} occur in the rules' tables too."
    if earlier:
        text += f"\n\nEarlier runs. {'; '.join(earlier)}."
    print(f"\n{text}")
    if options.save:
        judgement_figures.save(options.save, {NAME: total.figures()})
    if options.write:
        report.write(
            "rewordings",
            f"## Rewordings\n\n{_ABOUT}\n\n{text}",
            command="python -m bench.eval_rewordings --write",
        )
    enough = total.count >= FEWEST and documents >= FEWEST_DOCUMENTS
    figures = total.figures()
    return 0 if enough and all(figures[name] >= target for name, target in TARGETS.items()) else 1


if __name__ == "__main__":
    sys.exit(main())
