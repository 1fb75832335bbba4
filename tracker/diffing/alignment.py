"""Aligns the units of two texts: it finds which unit before became which unit after.

Equal words count more than an equal citation: when a paragraph (c) is inserted, the old (c) to (h) are
recognized as the new (d) to (i). In order:

1. units whose words occur once in either text, then their equal neighbors;
2. table rows by their key (party, ECCN, country) within their table;
3. the same citation with the same words (`[Reserved]` and other words that occur often);
4. parents whose children moved together, and then short words under the same parent;
5. units that differ in typography only, at the same citation or else anywhere if they occur once;
6. from the outermost level inward, the rest: the most similar words first, with a bonus for the same parent and
   the same citation; then the same citation whatever the words.

Step 6 is the only one that costs more than a look-up; candidates come from the rarest words that two units
share, so that its work is proportional to the number of units that differ.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Sequence

from rapidfuzz.distance import Indel

from tracker.diffing.normalization import differs_in_typography_only, legal_text, letters_only
from tracker.diffing.word_diff import likeness, tokens
from tracker.model import Unit, UnitKind
from tracker.text import CELL_GAP

_LONE = 24  # characters from which equal words elsewhere cannot be chance
_SAME_PLACE = 0.5  # least similarity of units under the same parent, or with the same citation
_ELSEWHERE = 0.7  # least similarity of a moved and changed unit
_ELSEWHERE_TOKENS = 8
_LOOSE = 0.25  # least similarity of undesignated paragraphs that only share their ordinal
_SAME_PARTY = 0.85  # least similarity of two keys that may be one renamed party
_SAME_CELL = 0.75  # least similarity of the letters of two first cells: 8471.30.01, 8471.30.02
_POSTINGS = 32  # a word that occurs in more units than this proposes no candidate
_CANDIDATES = 6
_SPARSE = 16  # characters per space from which a text is not divided by spaces (Japanese)
_MANY = 500  # number of units from which units that are plainly in place are not searched for
_PLAIN = 1.05  # similarity 0.8 with the same parent and citation
_ALL_PAIRS = 400  # up to this many pairs, all are compared

_OWN_KIND = {
    UnitKind.HEADING,
    UnitKind.ROW,
    UnitKind.ECCN,
    UnitKind.AUTHORITY,
    UnitKind.CITATION,
    UnitKind.EDITORIAL_NOTE,
    UnitKind.EFFECTIVE_NOTE,
    UnitKind.LINK,
    UnitKind.IMAGE,
}
_ORDINAL_KINDS = {UnitKind.PARAGRAPH, UnitKind.NOTE, UnitKind.ROW}


_SECOND = re.compile(
    r"((?:.* › )?(?:\d+ CFR \d[\w.-]*(?: › Subpart \w+)?|Supp\. No\. \d+ to Part \d+)) \[2\]"
)
_LEAD = re.compile(r"(?:\( ?(?:[a-zA-Z]{1,5}|\d{1,3}) ?\)\s?)+(?=\s|$)|(?:§+|Sec\.)\s?\d[\w.-]*\w(?=\s)")


def designator(unit: Unit) -> str:
    """Return the designator at the start of the unit's text: its marker; a `(b)` or `§ 744.11` that the parser
    did not recognize.
    """
    if unit.marker:
        if unit.text.startswith(unit.marker):
            return unit.marker
        if found := re.match(r"\s?".join(map(re.escape, unit.marker)), unit.text):  # ( a )
            return found.group()
    if unit.text[:1] not in "(§S" or unit.key:
        return ""
    found = _LEAD.match(unit.text)
    return found.group().rstrip() if found else ""


def body(unit: Unit) -> str:
    """Return the unit's words without the designator at their start."""
    lead = designator(unit)
    return unit.text[len(lead) :].lstrip() if lead else unit.text


def parent_paths(units: Sequence[Unit]) -> list[int]:
    """Return for each unit the index of the nearest earlier one of less depth; -1 where there is none."""
    found: list[int] = []
    stack: list[tuple[int, int]] = []  # depth and index of the open units
    for index, unit in enumerate(units):
        depth = unit.depth
        while stack and stack[-1][0] >= depth:
            stack.pop()
        found.append(stack[-1][1] if stack else -1)
        stack.append((depth, index))
    return found


def longest_increasing(pairs: Sequence[tuple[int, int]]) -> set[int]:
    """Return, of pairs sorted by their first member, the largest set whose second members ascend too (as first
    members): the units that did not move. Longest increasing subsequence, O(n log n).
    """
    if all(pairs[k][1] < pairs[k + 1][1] for k in range(len(pairs) - 1)):
        return {i for i, _ in pairs}
    ends: list[int] = []
    last: list[int] = []
    back: list[int] = []
    for k, (_, j) in enumerate(pairs):
        at = bisect_left(ends, j)
        back.append(last[at - 1] if at else -1)
        if at == len(ends):
            ends.append(j)
            last.append(k)
        else:
            ends[at] = j
            last[at] = k
    kept: set[int] = set()
    k = last[-1] if last else -1
    while k >= 0:
        kept.add(pairs[k][0])
        k = back[k]
    return kept


class Alignment:
    """The alignment: `to[i]` is the index after of the unit `i` before, or -1; `of[j]` is the reverse."""

    def __init__(self, before: Sequence[Unit], after: Sequence[Unit]) -> None:
        self.before, self.after = before, after
        self.to = [-1] * len(before)
        self.of = [-1] * len(after)
        self.old_bodies = [body(unit) for unit in before]
        self.new_bodies = [body(unit) for unit in after]
        self.old_parents, self.new_parents = parent_paths(before), parent_paths(after)
        self._by_path: dict[str, int] = {}
        for j, unit in enumerate(after):
            self._by_path.setdefault(unit.path, j)
        self.alike: set[int] = set()  # units before whose words differ in typography only
        self.unlike: set[tuple[int, int]] = set()  # pairs that were compared and differ in more
        self._row_counts: tuple[Counter[tuple[str, str]], ...] | None = (
            None  # number of rows with these cells
        )
        self._tokens: tuple[dict[int, list[str]], dict[int, list[str]]] = ({}, {})
        self._same_words()
        self._same_keys()
        self._same_citation_and_words()
        self._parents_of_kept_children()
        self._same_words_and_parent()
        self._same_but_for_typography()
        self._likest()

    def widened(self, before: Sequence[Unit], kept: Sequence[int]) -> Alignment:
        """Return the same alignment for all units of `before`, of which only those at `kept` were aligned."""
        self.before = before
        to = [-1] * len(before)
        for at, i in enumerate(kept):
            to[i] = self.to[at]
        self.to = to
        self.of = [kept[i] if i >= 0 else -1 for i in self.of]
        self.old_bodies = [body(unit) for unit in before]
        self.old_parents = parent_paths(before)
        self.alike = {kept[i] for i in self.alike}
        self.unlike = {(kept[i], j) for i, j in self.unlike}
        self._tokens = ({}, self._tokens[1])
        return self

    def _pair(self, i: int, j: int) -> None:
        self.to[i], self.of[j] = j, i

    def _free(self, i: int, j: int) -> bool:
        return self.to[i] < 0 and self.of[j] < 0

    # --- step 1

    def _same_words(self) -> None:
        once_old, once_new = _occurring_once(self.old_bodies), _occurring_once(self.new_bodies)
        pairs: list[tuple[int, int]] = []
        for words, i in once_old.items():
            j = once_new.get(words, -1)
            if i < 0 or j < 0:
                continue
            old, new = self.before[i], self.after[j]
            if old.key != new.key or not _like_kinds(old, new):
                continue
            if old.path == new.path or len(words) >= _LONE:
                self._pair(i, j)
                pairs.append((i, j))
        settled = longest_increasing(pairs)
        last = len(self.to) - 1
        for i, j in pairs:
            if i < last and self.to[i + 1] < 0 and i in settled:
                self._spread(i, j, 1)
        for i, j in reversed(pairs):
            if i and self.to[i - 1] < 0 and i in settled:
                self._spread(i, j, -1)

    def _spread(self, i: int, j: int, step: int) -> None:
        """Align the neighbors of aligned units where they have the same words."""
        i, j = i + step, j + step
        while 0 <= i < len(self.to) and 0 <= j < len(self.of) and self._free(i, j):
            old, new = self.before[i], self.after[j]
            if self.old_bodies[i] != self.new_bodies[j] or old.key != new.key or not _like_kinds(old, new):
                return
            if old.path != new.path and not (old.marker and new.marker and old.depth == new.depth):
                return
            self._pair(i, j)
            i, j = i + step, j + step

    # --- steps 2 and 3

    def _same_keys(self) -> None:
        waiting: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
        for j, new in enumerate(self.after):
            if new.key and self.of[j] < 0:
                waiting[_table(new)].append(j)
        if not waiting:
            return
        late: list[tuple[int, list[int]]] = []
        for i, old in enumerate(self.before):
            if old.key and self.to[i] < 0 and (rows := waiting.get(_table(old))):
                j = self._by_path.get(old.path, -1)
                if j in rows and self._free(i, j):
                    self._pair(i, j)
                else:
                    late.append((i, rows))
        for i, rows in late:  # the same party twice in one table: in their order
            j = next((row for row in rows if self.of[row] < 0), -1)
            if j >= 0:
                self._pair(i, j)

    def _same_citation_and_words(self) -> None:
        for i, old in enumerate(self.before):
            if self.to[i] >= 0:
                continue
            j = self._by_path.get(old.path, -1)
            if j >= 0 and self.of[j] < 0 and self.old_bodies[i] == self.new_bodies[j]:
                self._pair(i, j)

    # --- step 4

    def _parents_of_kept_children(self) -> None:
        votes: defaultdict[int, Counter[int]] = defaultdict(Counter)
        for i in range(len(self.to) - 1, -1, -1):
            if self.to[i] < 0 and i in votes:
                j, count = votes[i].most_common(1)[0]
                same = self.before[i].path == self.after[j].path
                if (
                    self.of[j] < 0
                    and _like_kinds(self.before[i], self.after[j])
                    and self.before[i].key == self.after[j].key
                    and 2 * count > votes[i].total()
                    and (count > 1 or same)
                ):
                    self._pair(i, j)
            j = self.to[i]
            if j >= 0 and self.old_parents[i] >= 0 and self.new_parents[j] >= 0:
                votes[self.old_parents[i]][self.new_parents[j]] += 1

    def _same_words_and_parent(self) -> None:
        waiting: defaultdict[tuple[int, str], list[int]] = defaultdict(list)
        for j in range(len(self.of) - 1, -1, -1):
            if self.of[j] < 0:
                waiting[self.new_parents[j], self.new_bodies[j]].append(j)  # the first one last
        for i, words in enumerate(self.old_bodies):
            above = self.old_parents[i]
            parent = self.to[above] if above >= 0 else -1
            if self.to[i] >= 0 or (above >= 0 and parent < 0):
                continue
            same = waiting.get((parent, words))
            if (
                same
                and self.before[i].key == self.after[same[-1]].key
                and _like_kinds(self.before[i], self.after[same[-1]])
            ):
                self._pair(i, same.pop())

    # --- step 5

    def _same_but_for_typography(self) -> None:
        old = [i for i, j in enumerate(self.to) if j < 0]
        new = [j for j, i in enumerate(self.of) if i < 0]
        if not old or not new:
            return
        for i in old:
            j = self._by_path.get(self.before[i].path, -1)
            if j >= 0:
                self._pair_alike(i, j)
        once_old = _occurring_once([letters_only(self.old_bodies[i]) if self.to[i] < 0 else "" for i in old])
        once_new = _occurring_once([letters_only(self.new_bodies[j]) if self.of[j] < 0 else "" for j in new])
        for words, at in once_old.items():
            there = once_new.get(words, -1)
            if at >= 0 and there >= 0:
                i, j = old[at], new[there]
                if len(words) >= _LONE or self.same_parent(i, j):
                    self._pair_alike(i, j)

    def _pair_alike(self, i: int, j: int) -> None:
        old, new = self.before[i], self.after[j]
        if not self._free(i, j) or not _like_kinds(old, new):
            return
        if old.key != new.key and not _may_be_renamed(old.key, new.key):
            return
        if differs_in_typography_only(self.old_bodies[i], self.new_bodies[j]):
            self._pair(i, j)
            self.alike.add(i)
        else:
            self.unlike.add((i, j))

    # --- step 6

    def _likest(self) -> None:
        levels: defaultdict[int, tuple[list[int], list[int]]] = defaultdict(lambda: ([], []))
        for i, unit in enumerate(self.before):
            if self.to[i] < 0:
                levels[unit.depth][0].append(i)
        for j, unit in enumerate(self.after):
            if self.of[j] < 0:
                levels[unit.depth][1].append(j)
        for depth in sorted(levels):
            old, new = levels[depth]
            if old and new:
                self._pair_likest(old, new)
            self._pair_by_citation(old)
        left_old = [i for i, j in enumerate(self.to) if j < 0]
        left_new = [j for j, i in enumerate(self.of) if i < 0]
        if left_old and left_new:
            self._pair_likest(left_old, left_new)

    def _pair_likest(self, old: list[int], new: list[int]) -> None:
        if len(old) > _MANY:
            # Nearly all of a text changed a little: units plainly in place are not searched for.
            for i in old:
                j = self._by_path.get(self.before[i].path, -1)
                if j >= 0 and self._free(i, j) and self._score(i, j) >= _PLAIN:
                    self._pair(i, j)
            old, new = [i for i in old if self.to[i] < 0], [j for j in new if self.of[j] < 0]
        scored: list[tuple[float, int, int, int]] = []
        for i, j in self._candidates(old, new):
            score = self._score(i, j)
            if score > 0:
                scored.append((-score, abs(i - j), i, j))
        for _, _, i, j in sorted(scored):
            if self._free(i, j):
                self._pair(i, j)

    def _score(self, i: int, j: int) -> float:
        """Return the similarity with the bonus for the place; 0 where the two cannot be the same unit."""
        old, new = self.before[i], self.after[j]
        if not _like_kinds(old, new):
            return 0.0
        same_path = old.path == new.path
        if old.key != new.key:
            if self.same_parent(i, j) and self._is_row_reworded(i, j):
                least = _SAME_PLACE
            elif _may_be_renamed(old.key, new.key):
                least = _ELSEWHERE
            else:
                return 0.0
        else:
            least = _SAME_PLACE
        same_parent = self.same_parent(i, j)
        first, second = self._words(0, i), self._words(1, j)
        if not (same_path or same_parent):
            if min(len(first), len(second)) < _ELSEWHERE_TOKENS and not (old.key and old.key == new.key):
                return 0.0
            least = _ELSEWHERE
        score = likeness(first, second, least)
        return score + 0.1 * same_path + 0.15 * same_parent if score > 0 else 0.0

    def _is_row_reworded(self, i: int, j: int) -> bool:
        """Return whether two rows of one table differ in their first cell only, and are one edited row: the
        first cells are similar, or the other cells are long enough and occur in no other row. Not for
        parties, whose keys include the country: another party may have the same address.
        """
        old, new = self.before[i], self.after[j]
        if old.kind is not UnitKind.ROW or new.kind is not UnitKind.ROW or not old.key or not new.key:
            return False
        if " › " in old.key or " › " in new.key:
            return False
        cells = _other_cells(old)
        if not cells[1] or cells != _other_cells(new):
            return False
        if likeness(tokens(old.key), tokens(new.key)) >= _SAME_PLACE:
            return True
        if Indel.normalized_similarity(old.key, new.key) >= _SAME_CELL:
            return True
        if self._row_counts is None:
            self._row_counts = tuple(
                Counter(_other_cells(unit) for unit in units if unit.kind is UnitKind.ROW)
                for units in (self.before, self.after)
            )
        return len(cells[1]) >= _LONE and all(counts[cells] == 1 for counts in self._row_counts)

    def same_parent(self, i: int, j: int) -> bool:
        """Return whether the parents of two units are one unit, or neither has one."""
        above, below = self.old_parents[i], self.new_parents[j]
        return self.to[above] == below if above >= 0 else below < 0

    def _words(self, side: int, index: int) -> list[str]:
        cached = self._tokens[side]
        if index not in cached:
            words = (self.old_bodies, self.new_bodies)[side][index]
            # Where there is white space this is enough, and five times as fast.
            cached[index] = words.split() if words.count(" ") * _SPARSE >= len(words) else tokens(words)
        return cached[index]

    def _candidates(self, old: list[int], new: list[int]) -> list[tuple[int, int]]:
        if len(old) * len(new) <= _ALL_PAIRS:
            return [(i, j) for i in old for j in new]
        postings: defaultdict[str, list[int]] = defaultdict(list)
        for j in new:
            for word in set(self._words(1, j)):
                postings[word].append(j)
        unpaired = set(new)
        most, at_most = (_POSTINGS, _CANDIDATES) if len(old) <= _MANY else (_POSTINGS // 4, _CANDIDATES // 2)
        found: list[tuple[int, int]] = []
        for i in old:
            shared: Counter[int] = Counter()
            for word in set(self._words(0, i)):
                units = postings.get(word, ())
                if len(units) <= most:
                    shared.update(units)
            best = {j for j, _ in shared.most_common(at_most)}
            same = self._by_path.get(self.before[i].path, -1)
            if same in unpaired:
                best.add(same)
            found.extend((i, j) for j in sorted(best))
        return found

    def _pair_by_citation(self, old: list[int]) -> None:
        for i in old:
            unit = self.before[i]
            j = self._by_path.get(unit.path, -1)
            if j < 0 or not self._free(i, j) or not _like_kinds(unit, self.after[j]):
                continue
            by_ordinal = not unit.marker and not unit.key and unit.kind in _ORDINAL_KINDS
            if not by_ordinal or likeness(self._words(0, i), self._words(1, j)) >= _LOOSE:
                self._pair(i, j)


def second_copies(before: Sequence[Unit], after: Sequence[Unit]) -> dict[int, str]:
    """Return units before of the second copy of a section or subpart that occurred twice and now occurs once:
    the index with the citation without its ordinal. The ordinal is ours: the unit now at the citation
    replaces the first copy.
    """
    old_paths, new_paths = {unit.path for unit in before}, {unit.path for unit in after}
    heads: dict[str, str] = {}
    for unit in before:
        if unit.kind is not UnitKind.HEADING or not unit.path.endswith(" [2]") or unit.path in new_paths:
            continue
        found = _SECOND.fullmatch(unit.path)
        if found and {found[1]} <= old_paths & new_paths and f"{found[1]} [3]" not in old_paths:
            heads[unit.path] = found[1]
    if not heads:
        return {}
    copies: dict[int, str] = {}
    for index, unit in enumerate(before):
        at = unit.path.find(" [2]")
        if at >= 0 and (base := heads.get(unit.path[: at + 4])) is not None:
            copies[index] = base + unit.path[at + 4 :]
    return copies


def _occurring_once(bodies: Sequence[str]) -> dict[str, int]:
    """Return the index of each text; -1 for one that occurs more than once, and for an empty one."""
    found: dict[str, int] = {}
    for index, words in enumerate(bodies):
        found[words] = -1 if words in found else index
    found[""] = -1
    return found


def _table(row: Unit) -> tuple[str, str]:
    return row.path.rpartition(" › ")[0], row.key


def _like_kinds(old: Unit, new: Unit) -> bool:
    return old.kind == new.kind or not (old.kind in _OWN_KIND or new.kind in _OWN_KIND)


def _other_cells(row: Unit) -> tuple[str, str]:
    """Return the table of a row, and its text after the first cell."""
    return _table(row)[0], row.text.partition(CELL_GAP)[2]


def _may_be_renamed(old: str, new: str) -> bool:
    """Return whether two keys may name one party: nearly the same letters, or equal except for typography. Only
    the name counts (`china › some co., ltd.`), not the country above it.
    """
    if not old or not new:
        return False
    old, new = old.rpartition(" › ")[2], new.rpartition(" › ")[2]
    return Indel.normalized_similarity(old, new) >= _SAME_PARTY or legal_text(old) == legal_text(new)
