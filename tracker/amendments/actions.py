"""The records of amendatory instructions: what a rule does to the Code, one action for each unit.

An instruction is what the Register numbers: `2.`, `b.`. It holds one action for each unit that it names:
"Revising paragraphs (a)(1) and (b)" holds two. An instruction that was not read completely has no actions and
says why in `problem`: no action is ever a guess. These are records only: `reader.read_rule(root: Element) -> AmendatoryRule` makes them from XML of the Register,
`reader.read_rule_text(paragraphs)` from its text.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum


class Verb(StrEnum):
    """What is done, by the terms of the Document Drafting Handbook."""

    AMEND = "amend"  # leads other instructions in; changes nothing itself
    ADD = "add"
    REVISE = "revise"
    REVISE_AND_REPUBLISH = "revise-and-republish"
    REPUBLISH = "republish"  # the text is printed again and does not change
    REMOVE = "remove"
    RESERVE = "reserve"
    REMOVE_AND_RESERVE = "remove-and-reserve"
    REDESIGNATE = "redesignate"
    DESIGNATE = "designate"  # units without a designator get one, or become a subpart
    TRANSFER = "transfer"
    REPLACE = "replace"  # words: "removing X and adding in its place Y"
    CORRECT = "correct"
    STAY = "stay"
    SUSPEND = "suspend"
    LIFT = "lift"  # a stay or suspension
    DELAY = "delay"  # the effective date of an instruction
    WITHDRAW = "withdraw"
    NONE = "none"  # "continues to read as follows": no text changes


class StepKind(StrEnum):
    """One level of a citation path. The comment shows a label."""

    SUBPART = "subpart"  # A
    SUBJECT_HEADING = "subject-heading"  # an undesignated center heading, by its words
    SECTION = "section"  # 744.11
    APPENDIX = "appendix"  # A; "" where a part has one appendix without a letter
    SUPPLEMENT = "supplement"  # 4, I
    PARAGRAPH = "paragraph"  # a; one step for each designator: (a)(1) is two steps
    CATEGORY = "category"  # 3, of the Commerce Control List
    PRODUCT_GROUP = "product-group"  # A
    ECCN = "eccn"  # 3A090
    ECCN_PART = "eccn-part"  # License Requirements; Items; Related Controls
    ITEM = "item"  # a.1.b, of an ECCN
    TABLE = "table"  # its caption or number; "" for the only one
    ROW = "row"  # the words of its first cell
    COLUMN = "column"  # its heading
    COUNTRY = "country"  # CHINA, as printed; of a list or a chart
    ENTRY = "entry"  # the name of a listed party; another entry by its words
    DEFINITION = "definition"  # the term
    NOTE = "note"  # 1; "" where it has no number
    FOOTNOTE = "footnote"  # 9
    COMMENTARY = "commentary"  # 1026.36: the comments on one section, or Appendix A
    COMMENT_HEADING = "comment-heading"  # 36(a)(1): a subheading of the commentary, by the paragraph it cites
    COMMENT = "comment"  # 4.ii.B: a comment by its number
    FORM = "form"  # H-4(D)


class Portion(StrEnum):
    """The portion of the unit that an instruction names."""

    WHOLE = "whole"
    HEADING = "heading"
    INTRODUCTORY_TEXT = "introductory-text"
    CONCLUDING_TEXT = "concluding-text"  # undesignated text after the paragraphs
    SENTENCE = "sentence"
    AUTHORITY = "authority"  # the authority citation of a part or subpart
    SOURCE = "source"  # the source note: no text of the law
    CONTENTS = "contents"  # the table of contents


class Order(StrEnum):
    """Where something is added."""

    ALPHABETICAL = "alphabetical"
    NUMERICAL = "numerical"
    ALPHANUMERICAL = "alphanumerical"
    AFTER = "after"
    BEFORE = "before"
    BEGINNING = "beginning"
    END = "end"


class Elision(StrEnum):
    """What asterisks in a line that is set out leave as it is."""

    NONE = "none"
    ALL = "all"  # "(a) * * *": the designator only
    AFTER = "after"  # "(a) Scope. * * *": the text after these words
    BEFORE = "before"  # "* * * These words.": the text before them
    BOTH = "both"


class LineKind(StrEnum):
    HEADING = "heading"
    PARAGRAPH = "paragraph"
    STARS = "stars"  # asterisks on a line of their own: text that does not change
    TABLE = "table"
    NOTE = "note"
    CITATION = "citation"  # source, authority or history
    FIGURE = "figure"


@dataclass(frozen=True, slots=True)
class Step:
    kind: StepKind
    label: str


@dataclass(frozen=True, slots=True)
class Target:
    """A unit of the Code, or a portion of one. `title` is "" where neither the document nor its markup gives it.
    `sentences` count from 1; negative ones count from the end (-1 is the last).
    """

    title: str
    part: str
    steps: tuple[Step, ...] = ()
    portion: Portion = Portion.WHOLE
    sentences: tuple[int, ...] = ()
    of_introduction: bool = False  # sentences of its introductory text, not of all that is below it

    def labels(self, kind: StepKind) -> tuple[str, ...]:
        """Return the labels of one kind, outermost first: ("a", "1") of paragraph (a)(1)."""
        return tuple(step.label for step in self.steps if step.kind is kind)

    @property
    def path(self) -> str:
        """Return the citation path as the readers of the Code write it: `15 CFR 744.11(a)(1)`."""
        return _path(self)


@dataclass(frozen=True, slots=True)
class WordChange:
    """Words inside the target. `new` is "" where words are only removed, `old` where they are only added; then
    `anchor` are the words that they follow or precede (`side`).
    """

    old: str
    new: str
    every: bool = False  # "wherever it appears", "each place": more than one is expected
    anchor: str = ""
    side: Order | None = None  # AFTER, BEFORE, BEGINNING, END
    times: int | None = None  # where the instruction says how often the words occur


@dataclass(frozen=True, slots=True)
class Position:
    """Where an added unit goes. `neighbor` is the unit of "after paragraph (b)"."""

    order: Order
    neighbor: Target | None = None


@dataclass(frozen=True, slots=True)
class SetOutLine:
    """One line of the text that an instruction sets out. `labels` are its designators from the outermost level:
    ("a", "1") for a `(1)` under (a); of an ECCN's items, ("a", "1"); of the commentary, ("4", "ii", "B").
    `until` is the last one of "(a) through (c) [Reserved]". `xml` is the element as in the file, "" where the
    source is plain text. `level` is the rank of a heading, from 1. `unproved` says why nothing proves the form of a
    line of plain text.
    """

    kind: LineKind
    text: str
    labels: tuple[str, ...] = ()
    elision: Elision = Elision.NONE
    xml: str = ""
    level: int = 0
    until: str = ""
    unproved: str = ""


@dataclass(frozen=True, slots=True)
class SetOut:
    """The text that a group of instructions sets out for one section, appendix or supplement. `named` are the units
    that the rule's instructions name in it, where the text is without markup.
    """

    target: Target
    heading: str  # the section's heading, with its number left out; the appendix's whole heading
    lines: tuple[SetOutLine, ...]
    named: tuple[Target, ...] = ()


@dataclass(frozen=True, slots=True)
class Action:
    """One change of one unit."""

    verb: Verb
    target: Target
    moved_to: Target | None = None  # of a redesignation
    words: WordChange | None = None
    position: Position | None = None
    set_out: SetOut | None = None  # the text in which the target is to be found
    newly_designated: bool = False  # the target is named by the designator that this rule gives it


@dataclass(frozen=True, slots=True)
class EarlierInstruction:
    """An instruction of an earlier rule that one of this rule changes: no text of the Code changes by that alone.
    `document` is the earlier rule's number, "" where only a page of the Register is named.
    """

    document: str
    number: str
    old: str = ""
    new: str = ""


@dataclass(frozen=True, slots=True)
class Instruction:
    """One instruction. `number` is its full number, `2.b`; `where` the path of its unit in the document.

    `effective` and `until` are its own days; None where the document's days apply. `amended_at` is the Register
    page of an earlier rule whose result it amends ("as amended at 78 FR 11280"). `problem` says in plain words
    what was not read; then `actions` is empty.
    """

    number: str
    text: str
    verb: Verb
    target: Target | None
    actions: tuple[Action, ...] = ()
    effective: date | None = None
    until: date | None = None
    amended_at: tuple[str, ...] = ()
    where: str = ""
    problem: str = ""
    earlier: EarlierInstruction | None = None  # what it changes, where that is another rule's instruction


@dataclass(slots=True)
class Source:
    """An instruction as found: its words with italics between \\x01 and \\x02, the title and part that it is
    printed under, and the text set out after it.
    """

    text: str
    title: str
    part: str
    opens: bool = False  # the first of its REGTEXT, or else known to have a number of the first level
    where: str = ""
    set_out: list[SetOut] = field(default_factory=list)
    tables: list[str] = field(default_factory=list)  # as XML, where they are below no heading
    citations: list[SetOutLine] = field(default_factory=list)  # authority citations that are printed below it


@dataclass(frozen=True, slots=True)
class AmendatoryRule:
    """All instructions of one document, in order. `effective` is the day that its DATES section gives to the
    rest; None where it gives none or more than one. `sources` and `dates` are what they were read from.
    """

    document_number: str
    parts: tuple[str, ...]  # 15 CFR 744
    instructions: tuple[Instruction, ...]
    set_out: tuple[SetOut, ...] = ()
    effective: date | None = None
    sources: tuple[Source, ...] = field(default=(), compare=False, repr=False)
    dates: str = ""


_NAMED = {
    StepKind.SUBPART: "Subpart {}",
    StepKind.CATEGORY: "Category {}",
    StepKind.NOTE: "Note {}",
    StepKind.FOOTNOTE: "Footnote {}",
    StepKind.TABLE: "Table {}",
    StepKind.COLUMN: "column {}",
    StepKind.DEFINITION: "“{}”",
    StepKind.COMMENTARY: "Commentary on {}",
    StepKind.COMMENT: "comment {}",
}


def _path(target: Target) -> str:
    top = f"{target.title} CFR {target.part}".strip()
    names: list[str] = [top]
    for step in target.steps:
        if step.kind is StepKind.PARAGRAPH:
            names[-1] += f"({step.label})"
        elif step.kind is StepKind.SECTION:
            names = [f"{target.title} CFR {step.label}".strip()]
        elif step.kind is StepKind.SUPPLEMENT:
            number = f"No. {step.label}" if step.label.isdigit() else step.label
            names = [f"Supp. {number} to Part {target.part}"]
        elif step.kind is StepKind.APPENDIX:
            names = [f"Appendix {step.label}".strip() + f" to Part {target.part}"]
        else:
            names.append(_NAMED.get(step.kind, "{}").format(step.label).strip())
    if target.of_introduction:
        names.append("introductory text")
    if target.portion is not Portion.WHOLE:
        names.append(target.portion.value.replace("-", " "))
    return " › ".join(names)
