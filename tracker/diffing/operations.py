"""Turns aligned units into operations, in the reading order of the new text."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace

from tracker.diffing.alignment import Alignment, body, designator, longest_increasing, second_copies
from tracker.diffing.layout_changes import (
    is_target,
    mark_layout_changes,
    same_but_for_list_mark,
    same_party_row,
    same_target,
)
from tracker.diffing.normalization import differs_in_typography_only, legal_text
from tracker.diffing.word_diff import word_spans
from tracker.model import Document, Op, Operation, Unit, UnitKind

_NEARLY = 0.5  # share of a paragraph's length that its pieces have at least, without their designators
_PIECES = 8  # most pieces that a paragraph is searched in


def compare(before: Document | None, after: Document) -> tuple[Operation, ...]:
    """Return the differences, in the reading order of `after`; removed units keep the place that they had.

    Without a document before, every unit was added. The same text twice gives no operation.
    """
    if before is None:
        return tuple(_added(unit, position) for position, unit in enumerate(after.units))
    if before.units == after.units:
        return ()
    operations = _Comparison(before.units, after.units).operations()
    return mark_layout_changes(operations, before.units, after.units)


def substantive(operations: Iterable[Operation]) -> tuple[Operation, ...]:
    """Return the operations that a lawyer has to see: all except editorial ones."""
    return tuple(op for op in operations if not op.editorial)


def _added(unit: Unit, position: int, follows: str | None = None) -> Operation:
    return Operation(
        path=unit.path,
        op=Op.ADDED,
        after=unit.text,
        editorial=_has_no_legal_weight(unit),
        spans=(("insert", unit.text),) if unit.text else (),
        kind=unit.kind,
        position=position,
        follows=follows,
    )


def _removed(unit: Unit, position: int, follows: str | None = None) -> Operation:
    return Operation(
        path=unit.path,
        op=Op.REMOVED,
        before=unit.text,
        editorial=_has_no_legal_weight(unit),
        spans=(("delete", unit.text),) if unit.text else (),
        kind=unit.kind,
        position=position,
        follows=follows,
    )


def _has_no_legal_weight(unit: Unit) -> bool:
    """Return whether a unit has no legal weight: editorial notes are data about the text; a unit of punctuation
    alone has no meaning.
    """
    return unit.kind is UnitKind.EDITORIAL_NOTE or not legal_text(unit.text[:200])


class _Comparison:
    def __init__(self, before: Sequence[Unit], after: Sequence[Unit]) -> None:
        self.before, self.after = before, after
        self.copies = second_copies(before, after)
        if self.copies:
            kept = [i for i in range(len(before)) if i not in self.copies]
            self.aligned = Alignment([before[i] for i in kept], after).widened(before, kept)
        else:
            self.aligned = Alignment(before, after)
        self._texts_after = {unit.path: unit.text for unit in after} if self.copies else {}
        self.to, self.of = self.aligned.to, self.aligned.of
        pairs = [(i, j) for i, j in enumerate(self.to) if j >= 0]
        self.settled = longest_increasing(pairs)
        self.untouched = {  # units after that are unchanged and in place
            j
            for i, j in pairs
            if i in self.settled and before[i].text == after[j].text and before[i].path == after[j].path
        }
        self.gone = self._places_of_gone()
        self.pieces_new: dict[int, int] = {}  # unit after -> the changed unit after that it was split from
        self.pieces_old: dict[int, int] = {}  # unit before -> the changed unit after that it was merged into
        self.relaid: set[int] = set()  # units after that were only cut or joined at other places
        self.recut: set[str] = set()  # paths after that differ for that reason alone
        self._find_splits_and_merges()

    def _places_of_gone(self) -> dict[int, list[int]]:
        """Return the removed units by the unit that they followed; -1 for the start."""
        places: defaultdict[int, list[int]] = defaultdict(list)
        at = -1
        for i, j in enumerate(self.to):
            if j >= 0 and i in self.settled:
                at = j
            else:
                places[at].append(i)
        return places

    def operations(self) -> tuple[Operation, ...]:
        found: list[Operation] = []
        shift: dict[
            tuple[int, bool], str
        ] = {}  # (parent after, designated?) -> the unit that shifts the siblings
        for j in range(-1, len(self.after)):
            if j >= 0 and j not in self.untouched:
                found.append(self._at(j, shift))
            for i in self.gone.get(j, ()):
                unit = self.before[i]
                above = self.aligned.old_parents[i]
                parent = self.to[above] if above >= 0 else -1
                if i in self.copies:
                    found.append(self._copy_gone(i))
                elif above >= 0 and parent < 0 and self.to[i] < 0:
                    found.append(_removed(unit, i))  # with its parent: shifts no other unit
                elif self.to[i] < 0:
                    into = self.pieces_old.get(i, -1)
                    found.append(
                        self._piece(_removed(unit, i, self.after[into].path if into >= 0 else None), into)
                    )
                    shift[parent, bool(unit.marker)] = unit.path
                else:
                    shift[parent, bool(unit.marker)] = self.after[self.to[i]].path
        return tuple(found)

    def _copy_gone(self, i: int) -> Operation:
        """Return whether a unit of a second copy is gone without loss: the unit at its citation now has the
        same words.
        """
        unit, base = self.before[i], self.copies[i]
        gone = _removed(unit, i)
        stays = self._texts_after.get(base)
        if stays is None or not differs_in_typography_only(unit.text, stays):
            return gone
        return replace(gone, editorial=True, follows=base)

    def _piece(self, op: Operation, whole: int) -> Operation:
        if whole < 0 or whole not in self.relaid:
            return op
        return replace(op, editorial=True)

    def _at(self, j: int, shift: dict[tuple[int, bool], str]) -> Operation:
        new, i = self.after[j], self.of[j]
        parent = self.aligned.new_parents[j]
        group = (parent, bool(new.marker))
        if i < 0:
            whole = self.pieces_new.get(j, -1)
            shift[group] = new.path
            if whole in self.relaid:
                self.recut.add(new.path)
            return self._piece(_added(new, j, self.after[whole].path if whole >= 0 else None), whole)
        old = self.before[i]
        moved = i not in self.settled
        if not moved and old.path == new.path:
            return self._pair(i, j, Op.CHANGED, editorial=j in self.relaid)
        follows = self._leader(i, j)
        if moved or (old.key and not self.aligned.same_parent(i, j)):
            if follows is None:
                shift[group] = new.path
            same_place = bool(new.key) and (
                old.path == new.path or same_party_row(old, new)
            )  # order has no legal meaning
            return self._pair(i, j, Op.MOVED, follows, editorial=same_place and self._same(i, j))
        follows = follows or shift.get(group)
        if j in self.relaid or follows in self.recut:
            # The same text, cut at another place: already shown within the parent's own words.
            self.recut.add(new.path)
            return self._pair(i, j, Op.RENUMBERED, follows, editorial=j in self.relaid or self._same(i, j))
        if old.text != new.text and not designator(old) and not designator(new):
            # A heading, a party, a row: its path consists of its words, and nothing was renumbered.
            return self._pair(i, j, Op.CHANGED, self._leader(i, j))
        # The ordinal of an undesignated paragraph is ours, not the law's; a path may only be spelled otherwise.
        ordinal = not old.marker and not new.marker and old.text == new.text
        respelt = not ordinal and legal_text(old.path) == legal_text(new.path) and self._same(i, j)
        return self._pair(i, j, Op.RENUMBERED, follows, editorial=ordinal or respelt)

    def _leader(self, i: int, j: int) -> str | None:
        """Return the path of the nearest unit above whose path or place changed and with it this one's; empty
        where this unit's own designator changed.
        """
        mine, yours = self.before[i].path, self.after[j].path
        above, below = self.aligned.old_parents[i], self.aligned.new_parents[j]
        while above >= 0 and below >= 0 and self.to[above] == below:
            old, new = self.before[above].path, self.after[below].path
            if old != new and mine.startswith(old) and yours.startswith(new):
                return new if mine[len(old) :] == yours[len(new) :] else None
            if old == new and mine == yours and above not in self.settled:
                return new
            above, below = self.aligned.old_parents[above], self.aligned.new_parents[below]
        return None

    def _same(self, i: int, j: int) -> bool:
        """Return whether two units have the same words; their designators may differ in the signs around them
        only.
        """
        old, new = self.before[i], self.after[j]
        if is_target(old) or is_target(new):
            return same_target(old.text, new.text)
        if same_but_for_list_mark(old, new) or same_party_row(old, new):
            return True
        if i in self.aligned.alike and designator(old) == designator(new):
            return True
        return (i, j) not in self.aligned.unlike and differs_in_typography_only(old.text, new.text)

    def _pair(
        self, i: int, j: int, op: Op, follows: str | None = None, *, editorial: bool = False
    ) -> Operation:
        old, new = self.before[i], self.after[j]
        if op is Op.CHANGED and not editorial:
            notes = old.kind is UnitKind.EDITORIAL_NOTE and new.kind is UnitKind.EDITORIAL_NOTE
            editorial = notes or self._same(i, j)
        return Operation(
            path=new.path,
            op=op,
            before=old.text,
            after=new.text,
            from_path=None if op is Op.CHANGED and old.path == new.path else old.path,
            editorial=editorial,
            spans=word_spans(old.text, new.text, (designator(old), designator(new))),
            kind=new.kind,
            follows=follows,
            position=j,
        )

    def _find_splits_and_merges(self) -> None:
        """Find units whose words, in the same order, are now split over several neighbors; and the reverse."""
        for j, i in enumerate(self.of):
            if i < 0 or j in self.untouched or self.before[i].text == self.after[j].text:
                continue
            for units, at, partner, whole, pieces in (
                (self.after, j, self.of, self.before[i], self.pieces_new),
                (self.before, i, self.to, self.after[j], self.pieces_old),
            ):
                run, relaid = _run(units, partner, at, whole)
                pieces.update((k, j) for k in run)
                if relaid:
                    self.relaid.add(j)


def _run(units: Sequence[Unit], partner: Sequence[int], at: int, whole: Unit) -> tuple[list[int], bool]:
    """Return the units without a partner around `at` whose words, joined in order with those of `at`, are those
    of `whole`; and whether no designator was added or removed either, so that the same text is only cut at
    other places. None where the words differ.
    """
    if len(units[at].text) >= len(whole.text):
        return [], False
    forms: tuple[str, str] | None = None
    for start in range(at, max(at - _PIECES, -1) - 1, -1):
        if start < 0 or (start < at and partner[start] >= 0):
            break
        run = list(range(start, at))
        end = at + 1
        while True:
            joined = [units[k] for k in range(start, end)]
            size = _together(joined)
            if run and size >= _NEARLY * len(whole.text):
                forms = forms or (legal_text(whole.text), legal_text(body(whole)))
                if _reads(forms[0], [unit.text for unit in joined]):
                    return run, True
                if _reads(forms[1], [body(unit) for unit in joined]):
                    return run, False
            if size > len(whole.text) or end >= len(partner) or partner[end] >= 0 or end - at > _PIECES:
                break
            run.append(end)
            end += 1
    return [], False


def _reads(whole: str, pieces: list[str]) -> bool:
    """Return whether pieces in their order read as `whole`, a legal form. The first word of a paragraph may be
    capitalized.
    """
    joined = legal_text(" ".join(pieces))
    if joined == whole:
        return True
    if len(joined) != len(whole) or joined.casefold() != whole.casefold():
        return False
    differing = [index for index, (one, other) in enumerate(zip(joined, whole, strict=True)) if one != other]
    opening = [legal_text(body(Unit("", UnitKind.PARAGRAPH, piece))) for piece in pieces[1:]]
    # Each differing letter begins a piece: at most one per piece.
    return len(differing) <= len(opening) and all(
        (not index or joined[index - 1] == " ")
        and any(text and joined.startswith(text[:12], index) for text in opening)
        for index in differing
    )


def _together(units: Sequence[Unit]) -> int:
    return sum(len(unit.text) + 1 for unit in units)
