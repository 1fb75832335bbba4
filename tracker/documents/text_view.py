"""The view of a document that the rules read: the decisive words, the location of each, and the touched units.

For a document, these are title, action and abstract (without an abstract, the first paragraphs); for a change
of a text, the added and removed words without the unchanged ones. `touched` are the citation paths that
instructions or operations change.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from tracker import citations
from tracker.amendments import instructions
from tracker.documents.term_matching import Term
from tracker.locations import is_rest_of_page, removed_from
from tracker.model import Document, DocumentKind, Evidence, Op, Operation, Unit, UnitKind
from tracker.text import fold_space

NO_ABSTRACT = "no summary provided"
_LEAD = 4_000  # characters of running text used in place of a missing abstract
_BODY = 400_000  # characters of instructions and headings; the largest recorded rule has 90,000
_QUOTE = 260
_ABBREVIATED = "".join(
    rf"(?<!\b{word}\.)"
    for word in (
        "Jan", "Feb", "Mar", "Apr", "Aug", "Sept", "Oct", "Nov", "Dec", "No", "Nos", "Supp", "Co", "Ltd", "Inc", "Corp",
        r"U\.S", r"E\.O", r"p\.m", r"a\.m", r"a\.k\.a", "Sec", "Pub",
    )
)  # fmt: skip
_SENTENCE = re.compile(rf"(?<=[.;:?!]){_ABBREVIATED}[\"”’)]*\s+(?=[\"“‘(]?[A-Z0-9§])")
_STATES = frozenset({DocumentKind.CFR, DocumentKind.LAW, DocumentKind.LIST})
_FR_KINDS = frozenset(
    {
        DocumentKind.RULE,
        DocumentKind.PROPOSED_RULE,
        DocumentKind.NOTICE,
        DocumentKind.PRESIDENTIAL,
        DocumentKind.CORRECTION,
        DocumentKind.JUDGMENT,
    }
)


@dataclass(frozen=True, slots=True)
class Section:
    """A piece of text with its location. `removed`: a change removed these words (`removed_from` gives `where`)."""

    where: str
    text: str
    lowered: str
    removed: bool = False


@dataclass(frozen=True)
class TextView:
    """The texts of one document. `text` is what the rules match, title first; `body` has the instructions and
    headings of a full text.
    """

    document: Document
    operations: tuple[Operation, ...]
    title: Section
    text: tuple[Section, ...]
    full: bool = False
    lowered: str = field(default="", repr=False)

    @property
    def is_change(self) -> bool:
        """Return whether only the differences are read. A corrected Federal Register document stays one
        document and is read whole.
        """
        return bool(self.operations) and self.document.kind not in _FR_KINDS

    @property
    def is_state(self) -> bool:
        """Return whether this is a codified text or a list without an earlier version to compare with."""
        return not self.operations and self.document.kind in _STATES

    @cached_property
    def changed(self) -> tuple[Section, ...]:
        """Return the words that a change added or removed, without the title of their page."""
        if not self.is_change:
            return ()
        return tuple(section for section in self.text if section.where != "title")

    @cached_property
    def page(self) -> Section:
        """Return the whole changed page and what changed in it: it shows the subject, but not the new content."""
        if not self.is_change or self.document.kind is not DocumentKind.PAGE:
            return _section("page", "")
        words = " ".join(unit.text for unit in self.document.units)[:_BODY]
        return _section("page", " ".join((words, *(section.text for section in self.text))))

    @cached_property
    def body(self) -> tuple[Section, ...]:
        return tuple(_body(self.document)) if self.full and not self.is_change else ()

    @cached_property
    def orders(self) -> tuple[instructions.Instruction, ...]:
        """Return what the amendatory instructions of a full text order, in order."""
        kinds = (_FR_KINDS | {DocumentKind.PAGE}) - {DocumentKind.JUDGMENT}
        if not self.full or self.is_change or self.document.kind not in kinds:
            return ()
        return instructions.read_instructions(self.document)

    @cached_property
    def touched(self) -> dict[str, Evidence]:
        """Return each touched citation path with its evidence, in reading order."""
        found: dict[str, Evidence] = {}
        for operation in self.operations:
            words = operation.after if operation.op is not Op.REMOVED else operation.before
            where = operation.path if operation.op is not Op.REMOVED else removed_from(operation.path)
            found.setdefault(operation.path, Evidence(clip_quote(words), where))
        for order in self.orders:
            for path in order.paths:
                found.setdefault(path, Evidence(clip_quote(order.text), order.where))
        return found

    @cached_property
    def eccns(self) -> dict[str, Evidence]:
        """Return the ECCNs that the decisive words name or the change touches."""
        found: dict[str, Evidence] = {}
        for section in (*self.text, *(Section(o.where, o.text, "") for o in self.orders)):
            for hit in citations.find_citations(section.text):
                if hit.kind == "eccn":
                    found.setdefault(
                        hit.value, Evidence(around(section.text, hit.start, hit.end), section.where)
                    )
        for path, evidence in self.touched.items():
            for hit in citations.find_citations(path):
                if hit.kind == "eccn":
                    found.setdefault(hit.value, evidence)
        return found

    def find(self, term: Term, place: str = "text") -> Evidence | None:
        """Return the first occurrence of a term, quoted with its sentence; `place` is title, text, changed or body."""
        sections = (self.title,) if place == "title" else getattr(self, place)
        if place == "text" and not term.may_be_in(self.lowered):
            return None
        for section in sections:
            if match := term.find(section.text, section.lowered):
                return Evidence(around(section.text, match.start(), match.end()), section.where)
        return None


def build_text_view(document: Document, operations: Sequence[Operation] = ()) -> TextView:
    """Build the view of a document, or of a change of it. Editorial operations are left out."""
    if document.kind is DocumentKind.PAGE:
        document = _main_text(document)
    substantive = tuple(operation for operation in operations if not operation.editorial)
    title = _section("title", document.title)
    if substantive and document.kind not in _FR_KINDS:
        sections = tuple(_changed(substantive))
        if document.kind in _STATES:
            title = _section("title", "")
        else:
            sections = (title, *sections)
        return _reading(document, substantive, title, sections)
    sections_list = [title]
    if document.action:
        sections_list.append(_section("action", document.action))
    abstract = abstract_of(document)
    if abstract:
        sections_list.append(_section("abstract", abstract))
    elif document.units:
        sections_list.extend(_lead(document))
    return _reading(document, substantive, title, tuple(sections_list), full=bool(document.units))


def _main_text(document: Document) -> Document:
    """Return a page with its main text only. Navigation and link addresses do not describe its subject."""
    kept = tuple(
        unit
        for unit in document.units
        if unit.kind not in (UnitKind.LINK, UnitKind.IMAGE) and not is_rest_of_page(unit.path)
    )
    return document if len(kept) == len(document.units) else replace(document, units=kept)


def abstract_of(document: Document) -> str:
    """Return the abstract; empty where the API only states that there is none."""
    text = document.abstract
    return "" if text[:30].lower().startswith(NO_ABSTRACT) else fold_space(text)


def around(text: str, start: int, end: int) -> str:
    """Return the sentence around `text[start:end]`, cut at word boundaries to a readable length; verbatim."""
    left = 0
    right = len(text)
    for cut in _SENTENCE.finditer(text):
        if cut.end() <= start:
            left = cut.end()
        elif cut.start() >= end:
            right = cut.start()
            break
    if right - left > _QUOTE:
        spare = max(0, _QUOTE - (end - start)) // 2
        if start - spare > left:
            space = text.find(" ", start - spare, start)
            left = space + 1 if space >= 0 else start
        if end + spare < right:
            space = text.rfind(" ", end, end + spare)
            right = space if space >= 0 else end
    return text[left:right].strip()


def in_context(operation: Operation) -> str:
    """Return the changed words of a unit with their sentence, as it reads now (or read before its removal):
    "2029" alone is meaningless.
    """
    text = operation.after or operation.before
    kind = "insert" if operation.after else "delete"
    offset = 0
    for span, words in operation.spans:
        if span == kind and operation.op is Op.CHANGED:
            return around(text, min(offset, len(text)), min(offset + len(words), len(text)))
        if span in ("equal", kind):
            offset += len(words)
    return clip_quote(text)


def clip_quote(text: str) -> str:
    """Return the beginning of a text, cut at a word, verbatim."""
    folded = fold_space(text)
    if len(folded) <= _QUOTE:
        return folded
    return folded[: folded.rfind(" ", 0, _QUOTE)] if " " in folded[:_QUOTE] else folded[:_QUOTE]


def _section(where: str, text: str, *, removed: bool = False) -> Section:
    folded = fold_space(text)
    return Section(where, folded, folded.lower(), removed)


def _reading(
    document: Document,
    operations: tuple[Operation, ...],
    title: Section,
    sections: tuple[Section, ...],
    *,
    full: bool = False,
) -> TextView:
    lowered = "\n".join(section.lowered for section in sections)
    return TextView(document, operations, title, sections, full, lowered)


def _lead(document: Document) -> Iterator[Section]:
    """Return the first paragraphs, including headings of a page, up to the length of an abstract."""
    left = _LEAD
    for unit in document.units:
        if unit.kind in (UnitKind.INSTRUCTION, UnitKind.AUTHORITY, UnitKind.CITATION) or not unit.text:
            continue
        yield _section(unit.path, unit.text[:left])
        left -= len(unit.text)
        if left <= 0:
            return


def _body(document: Document) -> Iterable[Section]:
    left = _BODY
    for unit in document.units:
        if unit.kind in (UnitKind.INSTRUCTION, UnitKind.HEADING, UnitKind.ECCN):
            yield _section(unit.path, unit.text)
            left -= len(unit.text)
            if left <= 0:
                return


def _changed(operations: Iterable[Operation]) -> Iterator[Section]:
    """Return the added and removed words, run by run; a whole unit where it was added or removed."""
    for operation in operations:
        if operation.op is Op.ADDED:
            yield _section(operation.path, operation.after)
        elif operation.op is Op.REMOVED:
            yield _section(removed_from(operation.path), operation.before, removed=True)
        elif operation.op is Op.CHANGED:
            inserted = changed_runs(operation, "insert")
            deleted = changed_runs(operation, "delete")
            if inserted:
                yield _section(operation.path, inserted)
            if deleted:
                yield _section(removed_from(operation.path), deleted, removed=True)


def changed_runs(operation: Operation, kind: str) -> str:
    """Join changed runs with one or two unchanged words between them, so that a phrase that was edited twice is
    read as one.
    """
    pieces: list[str] = []
    for span, text in operation.spans:
        if span == kind or (span == "equal" and pieces and len(text.split()) <= 2):
            pieces.append(text)
        elif span == "equal" and pieces and pieces[-1] != " … ":
            pieces.append(" … ")
    joined = "".join(pieces).strip(" …")
    return joined if any(span == kind for span, _ in operation.spans) else ""


def parties(units: Iterable[Unit]) -> Iterator[Unit]:
    """Yield the rows that name a party."""
    return (unit for unit in units if unit.kind is UnitKind.ROW and unit.key)
