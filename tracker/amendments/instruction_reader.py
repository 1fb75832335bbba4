"""Reads the instructions of one document in order: each within the ones that it is numbered under."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from tracker.amendments.actions import (
    Action,
    Instruction,
    LineKind,
    Portion,
    SetOut,
    SetOutLine,
    Source,
    Step,
    StepKind,
    Target,
    Verb,
    WordChange,
)
from tracker.amendments.clauses import ClauseReader, Clauses, UnreadError
from tracker.amendments.corrections import (
    Correction,
    is_correction,
    is_quoted,
    past_the_page,
    read_correction,
)
from tracker.amendments.cursor import MAX_CHARACTERS, TooIntricateError
from tracker.amendments.days import RuleDays
from tracker.amendments.designators import sorts, value
from tracker.amendments.instruction_words import NUMBER, InstructionWords, prepare
from tracker.amendments.replacement_tables import is_ordered, read_table
from tracker.parsing.paragraph_labels import INSTRUCTION_ORDER, PathLabel, levels

_AUTHORITY = re.compile(
    r"(?:revise\s+)?(?:the\s+)?(?P<what>authority|source)\s+(?:citations?|notes?)\b", re.IGNORECASE
)
_PART = re.compile(r"(?:(?P<title>\d{1,2})\s+CFR\s+)?parts?\s+(?P<part>\d{1,4}[a-z]?)\b", re.IGNORECASE)
_FURTHER = re.compile(r"(?:(?:,\s*and|,|\s+and)\s+\d{1,4}[a-z]?\b(?!\s+CFR))+")
_CONTINUES = re.compile(r"\bcontinues?\s+to\s+read\b", re.IGNORECASE)
_REVISED = re.compile(r"\brevis(?:e|ed|ing)\b|\badd(?:ed|ing)?\b|\bamended\b", re.IGNORECASE)
_SUBPART = re.compile(r"\bsubparts?\s+([A-Z]{1,3})\b")
_WORDS = re.compile(r"[“\"]")
# The whole of what is done to a citation: one run of words replaced.
_WORDS_REPLACED = re.compile(
    r"\b(?:by\s+)?(?:remov|delet|replac)ing\s+(?:the\s+(?:words?|phrases?|citations?|references?)\s+(?:to\s+)?)?“(?P<old>[^“”]+)”,?\s+"
    r"(?:and\s+(?:adding|inserting)\s+(?:in\s+its\s+place|in\s+lieu\s+thereof)|with)\s+(?:the\s+(?:words?|phrases?|citations?|references?)\s+(?:to\s+)?)?“(?P<new>[^“”]+)”\s*[.;]?\s*\Z",
    re.IGNORECASE,
)
_CITED = re.compile(r"(?:Paragraph\s+)?\d{1,3}\(")
_FIRSTS = frozenset({"a", "i", "A", "1", "I"})
_SETS_OUT = frozenset(
    {Verb.ADD, Verb.REVISE, Verb.REVISE_AND_REPUBLISH, Verb.REPUBLISH, Verb.CORRECT, Verb.RESERVE}
)
_DIVISIONS = frozenset({StepKind.SECTION, StepKind.APPENDIX, StepKind.SUPPLEMENT, StepKind.SUBPART})


@dataclass(slots=True)
class _Open:
    depth: int
    clauses: Clauses | None  # None where the instruction was not read
    leads: bool


def read_instructions(sources: Sequence[Source], days: RuleDays) -> tuple[Instruction, ...]:
    """Return the instructions with their actions."""
    steps = outline(sources)
    groups = _groups(sources, steps)
    reader, sequence = _Reader(days), _Sequence()
    found: list[Instruction] = []
    for place, (source, own) in enumerate(zip(sources, steps, strict=True)):
        following = steps[place + 1] if place + 1 < len(steps) else own
        deeper = not following or len(following) > len(own)
        if not own and found and (earlier := found[-1].earlier) and is_quoted(source.text):
            new = " ".join((earlier.new + " " + source.text).split())
            found[-1] = replace(found[-1], earlier=replace(earlier, new=new.strip('“”"')))
            continue
        in_order = sequence.follows(own)
        found.append(reader.read(source, own, groups[place], has_children=deeper, in_order=in_order))
    return tuple(found)


class _Sequence:
    """The order of the lettered instructions: the first is `a`, and none is before the one above it. Otherwise some
    are lost or out of place, and what they are within is not known.
    """

    def __init__(self) -> None:
        self.last: tuple[str, ...] = ()
        self.unnumbered = 0  # since the last number: each may be one that was not printed

    def follows(self, steps: tuple[str, ...]) -> bool:
        if not steps:
            self.unnumbered += 1
            return True
        before, self.last = self.last, steps
        unnumbered, self.unnumbered = self.unnumbered, 0
        depth = len(steps) - 1
        if depth < 1:
            return True
        if len(before) <= depth or before[:depth] != steps[:depth]:
            return steps[-1] in _FIRSTS or any(
                value(steps[-1], sort) <= 1 + unnumbered for sort in sorts(steps[-1])
            )
        common = sorts(before[depth]) & sorts(steps[-1])
        return any(value(before[depth], sort) <= value(steps[-1], sort) for sort in common)


def outline(sources: Sequence[Source]) -> list[tuple[str, ...]]:
    """Return the full number of each instruction, ("2", "b"). The numbers from one of the first level to the next
    are determined together: `i.` after `h.` is another level than `i.` after `a.`
    """
    found: list[tuple[str, ...]] = []
    run: list[tuple[PathLabel, ...]] = []
    for source in sources:
        match = NUMBER.match(source.text)
        if source.opens and run:
            found += _numbers(run)
            run = []
        run.append((PathLabel(match["number"]),) if match else ())
    return found + _numbers(run)


def _numbers(heads: Sequence[tuple[PathLabel, ...]]) -> list[tuple[str, ...]]:
    stacks = levels(heads, order=INSTRUCTION_ORDER)
    found = [tuple(text.strip("()") for text in stack) for stack in stacks]
    before: tuple[str, ...] = ()
    for place, steps in enumerate(found):
        found[place] = _not_doubled(steps, before)
        before = found[place] or before
    return found


def _not_doubled(steps: tuple[str, ...], before: tuple[str, ...]) -> tuple[str, ...]:
    """Return the number of `ii.` after `a.`, whose `i.` is missing, as a Roman one: `ii` is a letter after `hh` only."""
    has_numerals = any(step in "ivx" or len(step) > 1 for step in before if step.isalpha())
    if steps and steps[-1] == "ii" and len(steps) == len(before) and before[-1] != "h" and not has_numerals:
        return (*before, "ii")
    return steps


def _groups(sources: Sequence[Source], steps: Sequence[tuple[str, ...]]) -> list[list[SetOut]]:
    """Return for each instruction the texts set out under its top number."""
    found: list[list[SetOut]] = []
    current: list[SetOut] = []
    for source, own in zip(sources, steps, strict=True):
        if len(own) == 1:
            current = []
        current += source.set_out
        found.append(current)
    return found


class _Reader:
    def __init__(self, days: RuleDays) -> None:
        self.days = days
        self.open: list[_Open] = []

    def read(
        self,
        source: Source,
        steps: tuple[str, ...],
        group: list[SetOut],
        *,
        has_children: bool,
        in_order: bool,
    ) -> Instruction:
        number = ".".join(steps)
        depth = len(steps)
        if depth:
            self.open = [one for one in self.open if one.depth < depth]
        else:
            self.open = [one for one in self.open if one.leads] or self.open[:1]
        above = self.open[-1] if self.open else None
        words = prepare(source.text)
        plain = " ".join(source.text.replace("\x01", " ").replace("\x02", " ").split())
        instruction = Instruction(number, plain, Verb.AMEND, None, where=source.where)
        top = (Target(source.title, source.part),)
        if _AUTHORITY.match(words.body) and not _is_more(words.body):
            return self._authority(instruction, words, top[0], source.citations)
        contexts = above.clauses.contexts if above and above.clauses else top
        if above and above.clauses is None:
            contexts = top
        misplaced = "" if in_order else "its number does not follow the one before it"
        if misplaced and _is_proved(contexts, group):
            misplaced = ""
        if above and above.clauses and not above.leads and depth > 1:
            misplaced = "the instruction that it is numbered under does not lead others in"
        if misplaced:
            self._push(depth, None, leads=plain.endswith(":"))
            return replace(instruction, problem=misplaced)
        try:
            if is_correction(words.body):
                correction = _correction(words, contexts)
                if correction is not None:
                    return self._corrected(instruction, words, correction)
                words = replace(words, body=past_the_page(words.body))
            if is_ordered(words.body):
                return self._from_table(instruction, words, contexts, source.tables)
            clauses = self._clauses(words, contexts, above, has_children=has_children)
        except (UnreadError, TooIntricateError) as error:
            self._push(depth, None, leads=plain.endswith(":"))
            return replace(instruction, problem=str(error))
        leads = clauses.leads or all(_is_subheading(one) for one in clauses.actions)
        self._push(depth, clauses, leads=leads)
        return self._finished(instruction, words, clauses, group)

    def _from_table(
        self,
        instruction: Instruction,
        words: InstructionWords,
        contexts: tuple[Target, ...],
        tables: Sequence[str],
    ) -> Instruction:
        def units(cell: str) -> Sequence[Target]:
            named = f"In {cell}" if cell[:1] in "§Sspa" else f"In § {cell}"
            return ClauseReader(prepare(named), contexts).read().contexts

        actions = read_table(words.body, tables, units)
        if actions is None:
            raise UnreadError("its table is not read exactly")
        return self._finished(instruction, words, Clauses(contexts, actions), [])

    def _corrected(
        self, instruction: Instruction, words: InstructionWords, correction: Correction
    ) -> Instruction:
        if correction.earlier is not None:
            return replace(instruction, verb=correction.verb, earlier=correction.earlier)
        effective, until = self.days.day(instruction.number)
        return replace(
            instruction,
            verb=Verb.CORRECT,
            target=correction.actions[0].target,
            actions=tuple(correction.actions),
            effective=words.effective or effective,
            until=words.until or until,
        )

    def _push(self, depth: int, clauses: Clauses | None, *, leads: bool) -> None:
        if depth:
            self.open.append(_Open(depth, clauses, leads))

    def _clauses(
        self,
        words: InstructionWords,
        contexts: tuple[Target, ...],
        above: _Open | None,
        *,
        has_children: bool,
    ) -> Clauses:
        if len(words.body) > MAX_CHARACTERS:
            raise UnreadError(f"it has {len(words.body):,} characters, more than {MAX_CHARACTERS:,}")
        if not words.body.strip():
            raise UnreadError("it has no words")
        clauses = ClauseReader(words, contexts, above.clauses if above else None).read()
        if has_children and words.sets_out and _revises_divisions(clauses.actions):
            clauses.contexts = tuple(action.target for action in clauses.actions)
            clauses.actions, clauses.leads = [], True
        elif has_children and clauses.actions and all(_is_subheading(one) for one in clauses.actions):
            clauses.contexts = tuple(
                dict.fromkeys(replace(one.target, portion=Portion.WHOLE) for one in clauses.actions)
            )
        is_lead = clauses.leads and not clauses.actions
        if is_lead and not has_children:
            if not words.sets_out or clauses.verb or clauses.words or clauses.contexts == contexts:
                raise UnreadError("it amends something and does not say how")
            clauses.actions = [Action(Verb.REVISE, target) for target in clauses.contexts]
        return clauses

    def _authority(
        self,
        instruction: Instruction,
        words: InstructionWords,
        top: Target,
        citations: Sequence[SetOutLine],
    ) -> Instruction:
        """Return an instruction on the authority citation or source note of a part."""
        self.open = []
        portion = Portion.SOURCE if "source" in words.body[:20].lower() else Portion.AUTHORITY
        found = _PART.search(words.body)
        target = Target(
            (found["title"] if found else "") or top.title, found["part"] if found else top.part, (), portion
        )
        instruction = replace(instruction, target=target)
        if _CONTINUES.search(instruction.text):
            return replace(instruction, verb=Verb.NONE)
        if not target.part:
            return replace(instruction, problem="it does not say of which part the citation is")
        if subpart := _SUBPART.search(words.body):
            target = replace(target, steps=(Step(StepKind.SUBPART, subpart[1].upper()),))
        targets = [target, *(replace(target, part=number) for number in _further_parts(words.body, found))]
        if target.steps and len(targets) > 1:
            return replace(instruction, problem="it names a subpart and several parts")
        effective, until = self.days.day(instruction.number)
        effective = words.effective or effective
        if effective is None and (words.is_undated or self.days.is_unknown(instruction.number)):
            return replace(instruction, problem="the rule sets it apart and gives it no day")
        dated = replace(instruction, target=target, effective=effective, until=words.until or until)
        if (words.sets_out or citations) and not _WORDS.search(words.body):
            text = SetOut(target, "", tuple(citations)) if citations else None
            actions = tuple(Action(Verb.REVISE, one, set_out=text) for one in targets)
            return replace(dated, verb=Verb.REVISE, actions=actions)
        change = _WORDS_REPLACED.search(words.body)
        if change is None or len(targets) > 1 or not _REVISED.search(words.body):
            return replace(instruction, problem="it does not say exactly what happens to the citation")
        old, new = (re.sub(r"[\x01\x02]", "", change[name]).strip() for name in ("old", "new"))
        action = Action(Verb.REPLACE, target, words=WordChange(old, new))
        return replace(dated, verb=Verb.REPLACE, actions=(action,))

    def _finished(
        self, instruction: Instruction, words: InstructionWords, clauses: Clauses, group: list[SetOut]
    ) -> Instruction:
        if heading := _unread_heading(instruction.text, group):
            return replace(instruction, problem=f"the heading “{heading}” is not understood")
        clauses.actions = _in_contents(clauses.actions)
        actions = tuple(_with_set_out(action, group) for action in clauses.actions)
        effective, until = self.days.day(instruction.number)
        effective = clauses.since or words.effective or effective
        until = clauses.until or words.until or until
        is_undated = words.is_undated or self.days.is_unknown(instruction.number)
        if is_undated and effective is None:
            return replace(instruction, problem="the rule sets it apart and gives it no day")
        verb = actions[0].verb if actions else Verb.AMEND
        target = actions[0].target if len(actions) == 1 else None
        if target is None and clauses.contexts:
            target = clauses.contexts[0]
        return replace(
            instruction,
            verb=verb,
            target=target,
            actions=actions,
            effective=effective,
            until=until,
            amended_at=words.amended_at,
        )


def _correction(words: InstructionWords, contexts: tuple[Target, ...]) -> Correction | None:
    reader = ClauseReader(words, contexts)
    return read_correction(words.body, contexts, reader.resolved_within)


def _revises_divisions(actions: Sequence[Action]) -> bool:
    """Return whether "Supplement No. 1 is revised as follows:" may lead others in: then it amends."""
    return bool(actions) and all(
        action.verb is Verb.REVISE
        and action.target.portion is Portion.WHOLE
        and action.target.steps
        and action.target.steps[-1].kind in _DIVISIONS
        for action in actions
    )


def _in_contents(actions: list[Action]) -> list[Action]:
    """Return the actions with the place that the last clause gives all entries: "removing the entry for H-4, and
    adding entries for H-5 and H-6, in the table of contents".
    """
    if not any(one.target.portion is Portion.CONTENTS for one in actions):
        return actions
    return [
        replace(one, target=replace(one.target, portion=Portion.CONTENTS))
        if one.target.steps and one.target.steps[-1].kind is StepKind.ENTRY
        else one
        for one in actions
    ]


def _is_subheading(action: Action) -> bool:
    return bool(action.target.steps) and action.target.steps[-1].kind in (
        StepKind.COMMENT_HEADING,
        StepKind.COMMENTARY,
    )


def _further_parts(body: str, first: re.Match[str] | None) -> list[str]:
    """Return the other parts of "the authority citation for parts 212, 215, and 225"."""
    listed = _FURTHER.match(body, first.end()) if first else None
    return re.findall(r"\d{1,4}[a-z]?", listed[0]) if listed else []


def _is_more(body: str) -> bool:
    """Return whether an instruction on the authority orders something else besides."""
    return bool(re.search(r"§|\bparagraphs?\b|\bsections?\s+\d", body))


def _unread_heading(text: str, group: Sequence[SetOut]) -> str:
    """Return a heading of the set-out commentary that an instruction names as if it were part of another's title:
    "Section 1003.2—Definitions, Financial institution, paragraph 2".
    """
    for one in group:
        for line in one.lines:
            if (
                line.kind is LineKind.HEADING
                and 4 <= len(line.text) <= 200
                and f", {line.text}, para" in text
            ):
                return "" if _CITED.match(line.text) else line.text
    return ""


def _is_proved(contexts: tuple[Target, ...], group: Sequence[SetOut]) -> bool:
    """Return whether the text that is set out is of the one section that is amended, which then is certain although
    instructions before this one are lost.
    """
    return (
        len(contexts) == len(group) == 1
        and bool(contexts[0].labels(StepKind.SECTION))
        and _division(group[0].target) == _division(contexts[0])
    )


def _with_set_out(action: Action, group: list[SetOut]) -> Action:
    """Return the action with the text that its group sets out for its section, appendix or supplement."""
    if action.verb not in _SETS_OUT or action.words:
        return action
    own = _division(action.target)
    found = next((text for text in group if _division(text.target) == own), None)
    return replace(action, set_out=found) if found else action


def _division(target: Target) -> tuple[str, tuple[tuple[StepKind, str], ...]]:
    return target.part, tuple((step.kind, step.label) for step in target.steps if step.kind in _DIVISIONS)
