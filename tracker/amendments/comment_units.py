"""Reads the units of official commentary that instructions name: "36(a) Definitions, paragraphs 1 and 4.ii.B"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tracker.amendments import designators
from tracker.amendments import unit_patterns as patterns
from tracker.amendments.actions import Portion, Step, StepKind
from tracker.amendments.cursor import Cursor
from tracker.amendments.scope import Named

K = StepKind
Found = list[Named] | None


class CommentReader:
    """Reads subheadings and comments at a cursor, within the path of what is amended."""

    def __init__(self, cursor: Cursor, steps: tuple[Step, ...]) -> None:
        self.cursor = cursor
        self.kinds = {step.kind: step.label for step in steps}

    @property
    def is_commentary(self) -> bool:
        return K.COMMENTARY in self.kinds or not self.kinds.get(K.SUPPLEMENT, "1").isdigit()

    def _suffix(self) -> Portion:
        for pattern, portion in (
            (patterns.INTRODUCTORY, Portion.INTRODUCTORY_TEXT),
            (patterns.HEADING, Portion.HEADING),
            (patterns.CONCLUDING, Portion.CONCLUDING_TEXT),
        ):
            if self.cursor.take(pattern):
                return portion
        return Portion.WHOLE

    def _skip_title(self) -> None:
        cursor = self.cursor
        cursor.charge((len(cursor.text) - cursor.position) // 20)
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
    return "".join(text.replace("\x01", "").replace("\x02", "").split())
