"""Reads the units that instructions name: "the introductory text of paragraphs (a) and (b)(1)", "ECCN 3A090"."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from tracker.amendments import designators
from tracker.amendments import unit_patterns as patterns
from tracker.amendments.actions import Portion, Step, StepKind
from tracker.amendments.cursor import Cursor
from tracker.amendments.named_entries import ECCN_PARTS, Entries
from tracker.amendments.scope import Named, under

K = StepKind
Found = list[Named] | None


@dataclass(frozen=True, slots=True)
class Group:
    """The units of one noun phrase of a list."""

    units: list[Named]
    is_joined: bool  # by "and" to the phrase before
    start: int  # in the instruction's words


class UnitReader:
    """Reads noun phrases at a cursor. `steps` is the path of what is amended: it decides whether `paragraph 1` is
    a comment and `paragraph a.1` an item.
    """

    def __init__(self, cursor: Cursor, steps: tuple[Step, ...]) -> None:
        self.cursor = cursor
        self.kinds = {step.kind: step.label for step in steps}
        self.entries = Entries(cursor)
        self._readers: tuple[Callable[[], Found], ...] = (
            self._full_comments,
            self._subheadings,
            self._sentences,
            self._portion,
            self._notes,
            self._definitions,
            self._eccns,
            self._eccn_part,
            self._items,
            self._comments,
            self._paragraphs,
            self._sections,
            self._supplements,
            self._appendices,
            self._subparts,
            self._groups,
            self._tables,
            self._entries,
            self._parts,
            self._bare,
        )

    @property
    def is_commentary(self) -> bool:
        return K.COMMENTARY in self.kinds or not self.kinds.get(K.SUPPLEMENT, "1").isdigit()

    def phrase(self) -> Found:
        """Return the units of one noun phrase, "of" phrases included, or None and stay."""
        start = self.cursor.position
        if self.cursor.take(patterns.ANAPHOR):
            return self._of([Named()])
        is_new = is_reserved = False
        while article := self.cursor.take(patterns.DETERMINER):
            is_new |= "designated" in article[0].lower()
            is_reserved |= article[0].lower() == "reserved"
        for read in self._readers:
            here = self.cursor.position
            found = read()
            if found:
                if is_new or is_reserved:
                    found = [replace(one, is_new=is_new, is_reserved=is_reserved) for one in found]
                return self._of(found)
            self.cursor.position = here
        self.cursor.position = start
        return None

    def _of(self, found: list[Named]) -> Found:
        """Return the units with the one that follows "of" above them, where one follows."""
        start = self.cursor.position
        if not self.cursor.take(patterns.OF):
            return found
        outer = self.phrase()
        if not outer:
            self.cursor.position = start
            return found
        return [under(above, one) for above in outer for one in found]

    def phrases(self) -> Found:
        """Return the units of a list of noun phrases."""
        groups = self.groups()
        return [one for group in groups for one in group.units] or None

    def groups(self) -> list[Group]:
        """Return the noun phrases of a list, each with whether "and" joins it to the one before."""
        groups: list[Group] = []
        while True:
            start = self.cursor.position
            joint = self.cursor.take(patterns.SEPARATOR) if groups else None
            begin = self.cursor.position
            units = self.phrase() if joint or not groups else None
            if not units:
                self.cursor.position = start
                return groups
            if len(units) == 1:
                self.kinds |= {step.kind: step.label for step in units[0].steps}
            groups.append(Group(units, joint is not None and "and" in joint[0].lower(), begin))

    # --- portions

    def _portion(self) -> Found:
        if self.cursor.take(patterns.SUBJECT_HEADING):
            words = self.entries.quote()
            return [Named((Step(K.SUBJECT_HEADING, words),))] if words else None
        for pattern, portion in (
            (patterns.INTRODUCTORY, Portion.INTRODUCTORY_TEXT),
            (patterns.CONCLUDING, Portion.CONCLUDING_TEXT),
            (patterns.CONTENTS, Portion.CONTENTS),
            (patterns.HEADING, Portion.HEADING),
        ):
            if self.cursor.take(pattern):
                return [Named(portion=portion)]
        return None

    def _suffix(self) -> Portion:
        for pattern, portion in (
            (patterns.INTRODUCTORY, Portion.INTRODUCTORY_TEXT),
            (patterns.HEADING, Portion.HEADING),
            (patterns.CONCLUDING, Portion.CONCLUDING_TEXT),
        ):
            if self.cursor.take(pattern):
                return portion
        return Portion.WHOLE

    def _sentences(self) -> Found:
        found = self.cursor.take(patterns.SENTENCES)
        if found is None:
            return None
        numbers = patterns.ordinals(found["list"])
        return [Named(portion=Portion.SENTENCE, sentences=numbers)] if numbers else None

    # --- paragraphs

    def _paragraphs(self) -> Found:
        if not self.cursor.take(patterns.PARAGRAPH):
            return None
        return self._designated()

    def _bare(self) -> Found:
        return self._designated()

    def _designated(self) -> Found:
        first = self.cursor.take(patterns.LEVELS)
        if first is None:
            return None
        before = _labels(first[0])
        found = [_paragraph(before, self._suffix())]
        while True:
            start = self.cursor.position
            through = self.cursor.take(patterns.THROUGH)
            if not through and not self.cursor.take(patterns.SEPARATOR):
                return found
            more = self.cursor.take(patterns.LEVELS)
            labels = designators.follow(before, _labels(more[0])) if more else None
            if labels is None:
                self.cursor.position = start
                return found
            if through:
                members = designators.span(before, labels)
                if members is None:
                    self.cursor.position = start
                    return found
                found += [_paragraph(member) for member in members[1:-1]]
            found.append(_paragraph(labels, self._suffix()))
            before = labels

    # --- divisions

    def _sections(self) -> Found:
        if not (self.cursor.take(patterns.SECTION) or self.cursor.peek(patterns.BARE_SECTION)):
            return None
        return self._section_list()

    def _section_list(self) -> Found:
        found: list[Named] = []
        number = ""
        while True:
            start = self.cursor.position
            through = False
            if found:
                through = bool(self.cursor.take(patterns.THROUGH))
                if not through and not self.cursor.take(patterns.SEPARATOR):
                    break
                self.cursor.take(patterns.SECTION)
            match = self.cursor.take(patterns.NUMBER)
            if match is None:
                self.cursor.position = start
                break
            last, number = number, match[0].replace("–", "-")
            if through:
                members = designators.section_span(last, number)
                if members is None:
                    self.cursor.position = start
                    break
                found += [_section(member) for member in members[1:]]
                continue
            if (self.is_commentary or K.APPENDIX in self.kinds) and self.cursor.take(patterns.TITLED):
                self._skip_title()
                return [Named((Step(K.COMMENTARY, number),))]
            found += self._of_section(number)
        if self.is_commentary and len(found) == 1 and len(found[0].steps) == 1:
            return [Named((Step(K.COMMENTARY, number),))]
        return found or None

    def _of_section(self, number: str) -> list[Named]:
        inner = self._designated()
        if inner is None:
            return [replace(_section(number), portion=self._suffix())]
        return [under(_section(number), one) for one in inner]

    def _skip_title(self) -> None:
        cursor = self.cursor
        if cursor.is_italic():
            end = cursor.text.find("\x02", cursor.position)
            end = len(cursor.text) if end < 0 else end
            inner = patterns.INNER_HEADING.search(cursor.text, cursor.position, end)
            end = inner.start() if inner else end
            cursor.position = cursor.position + len(cursor.text[cursor.position : end].rstrip(" ,;:"))
            return
        for place in range(cursor.position, len(cursor.text) + 1):
            if patterns.TITLE_END.match(cursor.text, place):
                cursor.position = place
                return

    def _supplements(self) -> Found:
        first = self.cursor.take(patterns.SUPPLEMENT)
        if first is None:
            return None
        numbers = [first[1].upper()]
        while True:
            start = self.cursor.position
            through = self.cursor.take(patterns.THROUGH)
            if not through and not self.cursor.take(patterns.SEPARATOR):
                break
            more = self.cursor.take(patterns.SUPPLEMENT_MORE)
            if more is None:
                self.cursor.position = start
                break
            numbers += map(str, range(int(numbers[-1]) + 1, int(more[1]))) if through else ()
            numbers.append(more[1])
        return self._titled([Named((Step(K.SUPPLEMENT, number),)) for number in numbers])

    def _appendices(self) -> Found:
        first = self.cursor.take(patterns.APPENDIX)
        if first is None:
            return None
        labels = [first[1] or ""]
        while labels[0]:
            start = self.cursor.position
            if not self.cursor.take(patterns.SEPARATOR):
                break
            more = self.cursor.take(patterns.APPENDIX_MORE)
            if more is None:
                self.cursor.position = start
                break
            labels.append(more[1])
        if self.is_commentary:
            is_heading = "heading" in first[0].lower()
            name = f"{'Appendix' if len(labels) == 1 else 'Appendices'} {' and '.join(labels)}".strip()
            return self._titled([Named((Step(K.COMMENTARY, name),), is_heading=is_heading)])
        return self._titled([Named((Step(K.APPENDIX, label),)) for label in labels])

    def _titled(self, found: list[Named]) -> list[Named]:
        """Return divisions with the part that follows them, and go past their title: "Supplement I to Part 1026—
        Official Interpretations".
        """
        start = self.cursor.position
        if self.cursor.take(patterns.OF):
            self.cursor.take(patterns.CFR)
            if part := self.cursor.take(patterns.PART):
                found = [replace(one, part=part[1]) for one in found]
            elif subpart := self.cursor.take(patterns.SUBPART):
                found = [
                    replace(one, steps=(Step(K.SUBPART, subpart[1].upper()), *one.steps)) for one in found
                ]
            else:
                self.cursor.position = start
        if self.cursor.take(patterns.TITLED):
            self._skip_title()
        return found

    def _subparts(self) -> Found:
        first = self.cursor.take(patterns.SUBPART)
        if first is None:
            return None
        found = self._titled([Named((Step(K.SUBPART, first[1].upper()),))])
        start = self.cursor.position
        if self.cursor.take(patterns.CONSISTING) and not self.phrases():
            self.cursor.position = start
        return found

    def _parts(self) -> Found:
        start = self.cursor.position
        title = self.cursor.take(patterns.CFR)
        first = self.cursor.take(patterns.PART)
        if first is None:
            self.cursor.position = start
            return None
        parts = [first[1]]
        while True:
            here = self.cursor.position
            more = self.cursor.take(patterns.PARTS) if self.cursor.take(patterns.SEPARATOR) else None
            if more is None:
                self.cursor.position = here
                break
            parts.append(more[0])
        return [Named(part=part, title=title[1] if title else "") for part in parts]

    # --- notes, tables, definitions, entries

    def _notes(self) -> Found:
        footnote = self.cursor.take(patterns.FOOTNOTE)
        if footnote:
            return self._numbered(K.FOOTNOTE, footnote[1], "")
        note = self.cursor.take(patterns.NOTE)
        if note is None:
            return None
        kind = f"{note['kind'].strip().title()} Note" if note["kind"] else ""
        number = note["number"] or ""
        if not number:
            return [Named((Step(K.NOTE, kind),))]
        return self._numbered(K.NOTE, number, kind)

    def _numbered(self, kind: StepKind, first: str, words: str) -> list[Named]:
        numbers = [first]
        while True:
            start = self.cursor.position
            through = self.cursor.take(patterns.THROUGH)
            if not through and not self.cursor.take(patterns.SEPARATOR):
                break
            more = self.cursor.take(patterns.NUMBERS)
            if more is None or not numbers[-1].isdigit():
                self.cursor.position = start
                break
            numbers += map(str, range(int(numbers[-1]) + 1, int(more[0]))) if through else ()
            numbers.append(more[0])
        return [Named((Step(kind, f"{words} {number}".strip()),)) for number in numbers]

    def _definitions(self) -> Found:
        if not self.cursor.take(patterns.DEFINITION):
            return None
        terms = self.entries.quoted()
        return [Named((Step(K.DEFINITION, term.rstrip(".")),)) for term in terms] if terms else None

    def _groups(self) -> Found:
        if found := self.cursor.take(patterns.GROUP):
            return [Named((Step(K.TABLE, f"Country Group {found[1].upper()}"),))]
        if found := self.cursor.take(patterns.CATEGORY):
            steps = [Step(K.CATEGORY, found[1])]
            here = self.cursor.position
            self.cursor.take(patterns.SEPARATOR)
            if group := self.cursor.take(patterns.PRODUCT_GROUP):
                steps.append(Step(K.PRODUCT_GROUP, group[1].upper()))
            else:
                self.cursor.position = here
            return [Named(tuple(steps))]
        if found := self.cursor.take(patterns.COLUMN):
            return [Named((Step(K.COLUMN, found[1]),))]
        return None

    def _tables(self) -> Found:
        if name := self.entries.chart():
            return [Named((Step(K.TABLE, name),))]
        found = self.cursor.take(patterns.TABLE)
        return [Named((Step(K.TABLE, found[1] or ""),))] if found else None

    def _entries(self) -> Found:
        return self.entries.read(self.kinds)

    # --- the Commerce Control List

    def _eccns(self) -> Found:
        if not self.cursor.take(patterns.ECCN):
            return None
        found: list[Named] = []
        while True:
            start = self.cursor.position
            if found and not self.cursor.take(patterns.SEPARATOR):
                break
            if found:
                self.cursor.take(patterns.ECCN)
            match = self.cursor.take(patterns.ECCN_NUMBER)
            if match is None:
                self.cursor.position = start
                break
            steps = [Step(K.ECCN, match[1])]
            if match[2]:
                steps.append(Step(K.ITEM, match[2].strip(".")))
            found.append(Named(tuple(steps), portion=self._suffix()))
        return found or None

    def _eccn_part(self) -> Found:
        found = self.cursor.take(ECCN_PARTS.pattern)
        return [Named((Step(K.ECCN_PART, ECCN_PARTS.name(found)),))] if found else None

    def _items(self) -> Found:
        if K.ECCN not in self.kinds or not self.cursor.take(patterns.ITEM_WORD):
            return None
        return self._dotted(K.ITEM, patterns.ITEM, patterns.ITEM)

    # --- commentary

    def _full_comments(self) -> Found:
        found = self.cursor.take(patterns.FULL_COMMENT)
        if found is None:
            return None
        return [
            Named(
                (Step(K.COMMENT_HEADING, _cite(found[1])), Step(K.COMMENT, found[2])), portion=self._suffix()
            )
        ]

    def _subheadings(self) -> Found:
        if not self.is_commentary:
            return None
        found = self.cursor.take(patterns.SUBHEADING)
        if found is None:
            return None
        cites = [_cite(found["cite"]), *self._more_cites()]
        if len(cites) == 1 and (self.cursor.is_italic() or self.cursor.peek(patterns.CAPITAL)):
            self._skip_title()
        is_heading = "heading" in found[0].lower()
        return [Named((Step(K.COMMENT_HEADING, cite),), is_heading=is_heading) for cite in cites]

    def _more_cites(self) -> Iterator[str]:
        while True:
            start = self.cursor.position
            more = self.cursor.take(patterns.NEXT_CITE) if self.cursor.take(patterns.SEPARATOR) else None
            if more is None:
                self.cursor.position = start
                return
            yield _cite(more[1])

    def _comments(self) -> Found:
        if not self.is_commentary or not self.cursor.take(patterns.COMMENT_WORD):
            return None
        return self._dotted(K.COMMENT, patterns.COMMENT, patterns.COMMENT_MORE)

    def _skip_comment_title(self, kind: StepKind) -> None:
        """Go past the title of a comment: "paragraph 2 Use of forms is revised"."""
        title = patterns.ITALIC_TITLE.match(self.cursor.text, self.cursor.position)
        if kind is K.COMMENT and title:
            self.cursor.position = title.end()

    def _dotted(self, kind: StepKind, first: re.Pattern[str], further: re.Pattern[str]) -> Found:
        match = self.cursor.take(first)
        if match is None:
            return None
        before = match[1]
        self._skip_comment_title(kind)
        found = [Named((Step(kind, before),), portion=self._suffix())]
        while True:
            start = self.cursor.position
            through = self.cursor.take(patterns.THROUGH)
            if not through and not self.cursor.take(patterns.SEPARATOR):
                return found
            more = self.cursor.take(further)
            label = designators.dotted(before, more[1]) if more else None
            members = designators.dotted_span(before, more[1]) if more and through else None
            if label is None or (through and members is None):
                self.cursor.position = start
                return found
            found += [Named((Step(kind, member),)) for member in (members or [])[1:-1]]
            self._skip_comment_title(kind)
            found.append(Named((Step(kind, label),), portion=self._suffix()))
            before = label


def _cite(text: str) -> str:
    return "".join(text.split())


def _labels(text: str) -> tuple[str, ...]:
    return tuple(patterns.ONE.findall(text))


def _paragraph(labels: tuple[str, ...], portion: Portion = Portion.WHOLE) -> Named:
    return Named(tuple(Step(K.PARAGRAPH, label) for label in labels), portion=portion)


def _section(number: str) -> Named:
    return Named((Step(K.SECTION, number),))
