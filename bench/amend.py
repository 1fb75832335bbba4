"""Texts as amended, computed from a rule and a base, beside the same part after the rule.

`python -m bench.amend` prints the tables; `--write` puts them into docs/benchmarks.md; `--show` lists what is wrong
and what is not computed. The pairs are 30 parts of title 12 before and after a rule (../shared/data/amendments). A paragraph
counts as found when the computed text has it and the base has not; white space, quotes and dashes aside.
"""

from __future__ import annotations

import argparse
import csv
import io
import lzma
import sys
import tarfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from time import perf_counter

from bench import report
from bench.amend_list import cost
from bench.amend_text import inspection_lines
from tests.recorded import ROOT
from tracker.amendments.actions import AmendatoryRule, Elision, LineKind, Portion, StepKind, Target, Verb
from tracker.amendments.amend import amend
from tracker.amendments.base import Base, Division, read_base
from tracker.amendments.chunks import Chunk, chunks_of
from tracker.amendments.files import rule_tree
from tracker.amendments.inline import inline, same_key
from tracker.amendments.locate import find_divisions
from tracker.amendments.outline import outline_of
from tracker.amendments.reader import read_rule, read_rule_lines
from tracker.amendments.records import Amended, State

NAME = "amend"
_HEADING = 120  # characters; a heading is shorter
_VERSIONS = ROOT / "amendments" / "title-12" / "versions"
_RULES = ROOT / "amendments" / "title-12" / "rules"


@dataclass(frozen=True, slots=True)
class Pair:
    """A part before and after a rule."""

    part: str
    rule: str
    before: bytes
    after: bytes
    xml: bytes


@dataclass(slots=True)
class Score:
    """Paragraphs of the truth, those found, those wrong, and those that the program changed."""

    truth: int = 0
    found: int = 0
    wrong: int = 0
    changed: int = 0
    said: int = 0  # of the wrong ones, those of which the rule's own words prove that the truth is wrong
    faults: list[str] = field(default_factory=list)

    def add(self, other: Score) -> None:
        self.truth += other.truth
        self.found += other.found
        self.wrong += other.wrong
        self.changed += other.changed
        self.said += other.said
        self.faults += other.faults

    def cells(self) -> list[str]:
        share = self.found / self.truth if self.truth else 1.0
        wrong, unsaid = (
            number / self.changed if self.changed else 0.0 for number in (self.wrong, self.wrong - self.said)
        )
        return [
            str(self.truth), f"{share:.3f}", str(self.wrong), f"{wrong:.4f}", str(self.said), f"{unsaid:.4f}",
        ]  # fmt: skip


@dataclass(slots=True)
class Said:
    """What the rule itself says of one division: the text that it sets out for it, whether it revises the whole of it
    and leaves nothing out, and the paragraphs that it only redesignates.
    """

    printed: str = ""
    whole: bool = False
    moved: Counter[str] = field(default_factory=Counter)

    def proves(self, extra: Counter[str], lost: Counter[str]) -> int:
        """Return how many of the paragraphs made and dropped are so in the rule."""
        made = sum(number for key, number in extra.items() if key in self.printed or self.moved[key])
        gone = sum(number for key, number in lost.items() if self.whole and key not in self.printed)
        return max(made, gone)


def said_of(rule: AmendatoryRule, result: Amended, made: Base) -> dict[str, Said]:
    """Return what a rule says of each division, by its number."""
    found: dict[str, Said] = {}

    def of(target: Target) -> Said:
        names = [division.number for division in find_divisions(made, target)]
        return found.setdefault(names[0] if len(names) == 1 else "", Said())

    for text in rule.set_out:
        one = of(text.target)
        labels = text.target.labels(StepKind.SECTION)
        head = f"§ {labels[0]} {text.heading}" if labels else text.heading
        one.printed += "\n".join(["", same_key(head), *(same_key(line.text) for line in text.lines)])
    for instruction in rule.instructions:
        for action in instruction.actions:
            shown, whole = action.set_out, action.target.portion is Portion.WHOLE
            if shown is not None and whole and action.verb is Verb.REVISE and action.target == shown.target:
                of(action.target).whole = not any(
                    line.kind is LineKind.STARS or line.elision is not Elision.NONE for line in shown.lines
                )
            if action.verb is Verb.REDESIGNATE:
                of(action.target).moved.update(_renumbered(result, instruction.number))
    return found


def _renumbered(result: Amended, number: str) -> Iterator[str]:
    """Yield the paragraphs to which an instruction gives other designators and nothing else."""
    for unit in result.units:
        before, after = (unit.before.partition(" ")[2], unit.after.partition(" ")[2])
        if unit.instruction == number and unit.op == "renumbered" and before == after:
            yield same_key(unit.after)


def pairs() -> Iterator[Pair]:
    """Yield the pairs whose files are there."""
    if not _VERSIONS.is_dir():
        return
    rows = csv.DictReader(io.StringIO((_VERSIONS / "pairs.tsv").read_text()), delimiter="\t")
    archives: dict[str, tarfile.TarFile] = {}
    for row in rows:
        part, rule = row["part"], row["rule"]
        if not part.isdigit():
            continue
        if part not in archives:
            archives[part] = tarfile.open(_VERSIONS / f"12-cfr-{part}.tar.xz")  # noqa: SIM115 - read for several rows
        files = [archives[part].extractfile(f"{rule}/{name}.xml") for name in ("before", "after")]
        before, after = (file.read() if file is not None else b"" for file in files)
        yield Pair(part, rule, before, after, lzma.decompress((_RULES / f"{rule}.xml.xz").read_bytes()))


def lines(base: Base) -> dict[str, list[str]]:
    """Return the paragraphs of each section and appendix; what follows Supplement I belongs to the commentary."""
    found: dict[str, list[str]] = {}
    commentary = False
    for division in base.divisions():
        if division.tag not in ("DIV8", "DIV9"):
            continue
        commentary = commentary or division.number.startswith("Supplement I ")
        name = f"{'commentary' if commentary else 'sections'} {division.number}"
        own = found.setdefault(name, [])
        own += [same_key(inline(block.raw).text) for block in division.blocks() if block.tag == "HEAD"]
        own += [key for chunk in chunks_of(outline_of(division)) for key in _keys(chunk)]
    return found


def _keys(chunk: Chunk) -> list[str]:
    """Return the paragraphs of a unit. Editions differ in how a heading ends before "(1)", and whether "(1)" begins a
    paragraph of its own: a unit's own text is compared without the mark at its end.
    """
    keys = [same_key(fragment.text) for fragment in chunk.fragments]
    return [key.rstrip(".-:;") if len(key) < _HEADING else key for key in keys if key]


def score(before: Base, after: Base, made: Base, said: dict[str, Said]) -> tuple[Score, Score]:
    """Return the scores of (sections and appendices, commentary)."""
    old, true, ours = lines(before), lines(after), lines(made)
    scores = {"sections": Score(), "commentary": Score()}
    for name in dict.fromkeys([*old, *true, *ours]):
        kind, _, number = name.partition(" ")
        own = said.get(number, Said())
        scores[kind].add(_division(name, old.get(name, []), true.get(name, []), ours.get(name, []), own))
    return scores["sections"], scores["commentary"]


def _division(name: str, old: list[str], true: list[str], ours: list[str], own: Said) -> Score:
    wanted, gone = Counter(true) - Counter(old), Counter(old) - Counter(true)
    made, dropped = Counter(ours) - Counter(old), Counter(old) - Counter(ours)
    one = Score()
    one.truth = wanted.total()
    one.found = (wanted & made).total()
    for removed in _removed_runs(old, true):
        one.truth += 1
        one.found += all(dropped[key] for key in removed)
    one.changed = made.total() + max(0, dropped.total() - made.total())
    extra, lost = made - wanted, dropped - gone
    one.faults = [f"{name}: made {key[:110]}" for key in extra] + [
        f"{name}: dropped {key[:110]}" for key in lost
    ]
    places = _misplaced(true, ours, made & wanted)
    one.faults += [f"{name}: misplaced {key[:110]}" for key in places]
    # A paragraph that was changed wrongly is one fault, not two.
    one.wrong = max(extra.total(), lost.total()) + len(places)
    one.said = min(one.wrong - len(places), own.proves(extra, lost))
    return one


def _removed_runs(old: Sequence[str], true: Sequence[str]) -> list[Sequence[str]]:
    matcher = SequenceMatcher(None, old, true, autojunk=False)
    return [old[a:b] for tag, a, b, _, _ in matcher.get_opcodes() if tag == "delete"]


def _misplaced(true: Sequence[str], ours: Sequence[str], found: Counter[str]) -> list[str]:
    """Return the found paragraphs that are in another order than in the truth."""
    common = Counter(true) & Counter(ours)
    single = {key for key, number in common.items() if number == 1}
    a = [key for key in true if key in single]
    b = [key for key in ours if key in single]
    in_order = {
        b[m.b + n]
        for m in SequenceMatcher(None, a, b, autojunk=False).get_matching_blocks()
        for n in range(m.size)
    }
    return [key for key in found if key in single and key not in in_order]


def replace_whole(base: Base, rule: AmendatoryRule) -> None:
    """The plain baseline: each paragraph that is set out replaces the one with its designators, or follows the
    paragraph that is set out before it. Nothing is removed, redesignated or checked.
    """
    for set_out in rule.set_out:
        label = next(
            (s.label for s in set_out.target.steps if s.kind in (StepKind.SECTION, StepKind.APPENDIX)), None
        )
        found = [d for d in base.divisions() if label and d.tag == "DIV8" and d.number == label]
        if len(found) == 1:
            _replace_lines(found[0], [one for one in set_out.lines if one.kind is LineKind.PARAGRAPH])


def _replace_lines(division: Division, shown: Sequence[object]) -> None:
    from tracker.amendments.actions import SetOutLine
    from tracker.amendments.base import Block, Gap
    from tracker.amendments.markup import plain_block

    last = len(division.items)
    for line in shown:
        assert isinstance(line, SetOutLine)
        if line.elision is not Elision.NONE:
            continue
        places = {mark.path: mark.place[0] for mark in outline_of(division).marks}
        block = Block(plain_block(line.text, ascii_only=False), "P")
        if line.labels and line.labels in places:
            last = places[line.labels] + 1
            division.items[last - 1] = block
        else:
            division.items[last:last] = [Gap("\n"), block]
            last += 2


@dataclass(slots=True)
class Totals:
    """The scores of all pairs, and what was done with the instructions."""

    sections: Score = field(default_factory=Score)
    commentary: Score = field(default_factory=Score)
    text_sections: Score = field(default_factory=Score)
    text_commentary: Score = field(default_factory=Score)
    plain_sections: Score = field(default_factory=Score)
    plain_commentary: Score = field(default_factory=Score)
    states: Counter[tuple[str, str]] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0


def run(pair: Pair, totals: Totals, *, show: bool) -> None:
    rule = read_rule(rule_tree(pair.xml, pair.rule))
    started = perf_counter()
    made = read_base(pair.before)
    result = amend(made, rule)
    totals.seconds += perf_counter() - started
    before, after = read_base(pair.before), read_base(pair.after)
    said = said_of(rule, result, made)
    sections, commentary = score(before, after, made, said)
    read = read_base(pair.before)
    amend(read, read_rule_lines(inspection_lines(rule_tree(pair.xml, pair.rule)), pair.rule))
    text_sections, text_commentary = score(before, after, read, said)
    totals.text_sections.add(text_sections)
    totals.text_commentary.add(text_commentary)
    plain = read_base(pair.before)
    replace_whole(plain, rule)
    plain_sections, plain_commentary = score(before, after, plain, said)
    totals.sections.add(sections)
    totals.commentary.add(commentary)
    totals.plain_sections.add(plain_sections)
    totals.plain_commentary.add(plain_commentary)
    _count(result, pair.part, totals)
    if show:
        print(f"== {pair.part} {pair.rule}", *sections.cells(), "|", *commentary.cells())
        faults = sections.faults + commentary.faults
        for fault in faults:
            print("  WRONG", fault)
        for fault in text_sections.faults + text_commentary.faults:
            if fault not in faults:
                print("  WRONG as inspection text", fault)
        for outcome in result.outcomes:
            if outcome.state is State.NOT_COMPUTED and outcome.kind != "part-not-in-base":
                print(
                    f"  {outcome.kind}: {outcome.instruction.number} {outcome.instruction.text[:150]} | {outcome.reason[:200]}"
                )


def _count(result: Amended, part: str, totals: Totals) -> None:
    for outcome in result.outcomes:
        if outcome.kind == "part-not-in-base":
            continue
        verbs = {action.verb.value for action in outcome.instruction.actions} or {
            outcome.instruction.verb.value
        }
        verb = " and ".join(sorted(verbs))
        totals.states[verb, outcome.state.value] += 1
        if outcome.state is State.NOT_COMPUTED:
            totals.reasons[outcome.kind] += 1


def tables(totals: Totals) -> str:
    rows = [
        ["sections and appendices", *totals.sections.cells()],
        ["commentary", *totals.commentary.cells()],
        ["sections and appendices, as inspection text", *totals.text_sections.cells()],
        ["commentary, as inspection text", *totals.text_commentary.cells()],
        ["sections and appendices, whole units replaced", *totals.plain_sections.cells()],
        ["commentary, whole units replaced", *totals.plain_commentary.cells()],
    ]
    text = report.table(
        [
            "text",
            "paragraphs",
            "found",
            "wrong",
            "wrong, of what was changed",
            "of the wrong, said by the rule",
            "the other wrong ones, of what was changed",
        ],
        rows,
    )
    verbs = sorted({verb for verb, _ in totals.states})
    states = [state.value for state in State]
    text += "\n\n" + report.table(
        ["instruction", *states],
        [[verb, *(str(totals.states[verb, state]) for state in states)] for verb in verbs],
    )
    text += "\n\n" + report.table(
        ["why not computed", "instructions"],
        [[kind, str(number)] for kind, number in totals.reasons.most_common()],
    )
    return text + f"\n\nReading the bases and applying: {totals.seconds:.1f} s."


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--write", action="store_true", help="put the tables into docs/benchmarks.md")
    options.add_argument("--show", action="store_true", help="list faults and what is not computed")
    options.add_argument("--only", default="", help="only the pairs of this rule, or of this part and rule")
    chosen = options.parse_args()
    totals = Totals()
    number = 0
    for pair in pairs():
        if chosen.only and chosen.only not in f"{pair.part} {pair.rule}":
            continue
        number += 1
        run(pair, totals, show=chosen.show)
    if not number:
        print(f"no recorded data at {ROOT} (set TRACKER_RECORDED)", file=sys.stderr)
        return 0
    text = tables(totals)
    if not chosen.only and (lists := cost()):
        text += f"\n\n{lists}"
    print(text)
    if chosen.write:
        report.write(NAME, f"{_EXPLAINED}\n\n{text}", command="python -m bench.amend --write")
    return 0


_EXPLAINED = """## Texts as amended

30 parts of title 12 before and after a rule. Found: of the paragraphs that the rule changed, added or removed (a run of removed ones
is one), the share that was computed. Wrong: paragraphs that were computed and are not so in the truth, which itself has
about one error in a hundred. "Said by the rule": of those, the ones that the rule's own words prove. It sets that paragraph out for
that section word for word; or it revises the whole section, and the paragraph is not in it; or it only redesignates the paragraph. "As inspection
text": the same rules as lines without markup, with pages. "Whole units replaced" is the plain baseline: what is set out replaces what has its designators. The last
table is the cost of `tracker amend --json` for invented parties that a rule adds to the Entity List; those not computed have no proved place."""

if __name__ == "__main__":
    sys.exit(main())
