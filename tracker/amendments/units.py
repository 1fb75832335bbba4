"""Reads the units that instructions name: "the introductory text of paragraphs (a) and (b)(1)", "ECCN 3A090"."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from tracker.amendments import designators
from tracker.amendments import unit_patterns as patterns
from tracker.amendments.actions import Portion, Step, StepKind
from tracker.amendments.comment_units import CommentReader, Found
from tracker.amendments.cursor import Cursor, TooIntricateError
from tracker.amendments.named_entries import ECCN_PARTS, Entries
from tracker.amendments.scope import Named, may_contain, under

K = StepKind
_DEEPEST = 12


@dataclass(frozen=True, slots=True)
class Group:
    """The units of one noun phrase of a list."""

    units: list[Named]
    is_joined: bool  # by "and" to the phrase before
    start: int  # in the instruction's words
    is_within: bool = False  # "and, under that heading, an entry for"


class UnitReader(CommentReader):
    """Reads noun phrases at a cursor. `steps` is the path of what is amended: it decides whether `paragraph 1` is
    a comment and `paragraph a.1` an item.
    """

    def __init__(self, cursor: Cursor, steps: tuple[Step, ...]) -> None:
        super().__init__(cursor, steps)
        self.nested = 0  # how many "of" lead to where the cursor is
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
        is_column = bool(found[0].steps) and found[0].steps[0].kind is K.COLUMN
        if is_column and (rows := self.entries.quoted()):
            return [Named((Step(K.ENTRY, row), *one.steps)) for row in rows for one in found]
        self.nested += 1
        if self.nested > _DEEPEST:
            raise TooIntricateError("it is too intricate")
        outer = self.phrase()
        self.nested -= 1
        if not outer:
            self.cursor.position = start
            return found
        if not all(may_contain(above, one) for above in outer for one in found):
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
            is_within = bool(joint and self.cursor.take(patterns.UNDER_THAT))
            begin = self.cursor.position
            units = self.phrase() if joint or not groups else None
            if not units:
                self.cursor.position = start
                return groups
            if len(units) == 1:
                self.kinds |= {step.kind: step.label for step in units[0].steps}
            is_plain = joint is not None and joint[0].split()[0].lower() == "and"
            if is_plain and (place := self._shared_place(groups, units, begin)):
                groups[-1] = place
            groups.append(Group(units, joint is not None and "and" in joint[0].lower(), begin, is_within))

    def _shared_place(self, groups: list[Group], units: list[Named], begin: int) -> Group | None:
        """Return the last phrase with the place of the next: "the heading and introductory text of paragraph (a)"
        names both portions of (a). "The section heading" is of the section.
        """
        last, following = groups[-1], units[0]
        words = self.cursor.text[last.start : self.cursor.position].lstrip(" \x01\x02")
        is_bare = all(
            one.portion is not Portion.WHOLE and not one.steps and not one.part for one in last.units
        )
        has_place = len(units) == 1 and following.portion is not Portion.WHOLE and bool(following.steps)
        following_words = self.cursor.text[begin : self.cursor.position]
        is_of_form = bool(patterns.BEGINS_WITH_PORTION.match(following_words))
        if not is_bare or not has_place or not is_of_form or patterns.OWN_HEADING.match(words):
            return None
        outer = Named(following.steps, following.part, following.title)
        return Group([under(outer, one) for one in last.units], last.is_joined, last.start)

    # --- portions

    def _portion(self) -> Found:
        if self.cursor.take(patterns.SUBJECT_HEADING):
            words = self.entries.quote()
            return [Named((Step(K.SUBJECT_HEADING, words),))] if words else None
        for pattern, portion in (
            (patterns.INTRODUCTORY, Portion.INTRODUCTORY_TEXT),
            (patterns.CONCLUDING, Portion.CONCLUDING_TEXT),
            (patterns.CONTENTS, Portion.CONTENTS),
            (patterns.AUTHORITY, Portion.AUTHORITY),
            (patterns.HEADING, Portion.HEADING),
        ):
            if self.cursor.take(pattern):
                if portion is Portion.HEADING and (country := self.entries.country_heading(self.kinds)):
                    return [Named((Step(K.COUNTRY, country),), portion=portion)]
                return [Named(portion=portion)]
        return None

    def _sentences(self) -> Found:
        if run := self.cursor.take(patterns.RUN_OF_SENTENCES):
            count = patterns.COUNTS[run["count"].lower()]
            counted = range(1, count + 1) if run["side"].lower() == "first" else range(-count, 0)
            return [Named(portion=Portion.SENTENCE, sentences=tuple(counted))]
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
                self.cursor.charge(len(members or ()))
                if members is None:
                    self.cursor.position = start
                    return found
                found += [_paragraph(member) for member in members[1:-1]]
            found.append(_paragraph(labels, self._suffix()))
            before = labels

    # --- divisions

    def _sections(self) -> Found:
        if self.is_commentary and self.cursor.take(patterns.COMMENTARY_ON):
            self.cursor.take(patterns.SECTION)
            sections = self._section_list() or []
            return [Named((Step(K.COMMENTARY, one.steps[0].label),)) for one in sections] or None
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
                self.cursor.charge(len(members or ()))
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
            if self.cursor.take(patterns.TITLED):
                self._skip_title()
            if self.cursor.take(patterns.CATEGORY_PART) and self.cursor.take(patterns.TITLED):
                self._skip_title()
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


def _labels(text: str) -> tuple[str, ...]:
    return tuple(patterns.ONE.findall(text))


def _paragraph(labels: tuple[str, ...], portion: Portion = Portion.WHOLE) -> Named:
    return Named(tuple(Step(K.PARAGRAPH, label) for label in labels), portion=portion)


def _section(number: str) -> Named:
    return Named((Step(K.SECTION, number),))
